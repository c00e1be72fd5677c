"""Find the files that an Office document's parts fetch, and the programs they start.

The parts are XML, read by expat, which follows no outside entity; Office writes no DOCTYPE, so none is taken.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from calloff.documents.inspection.verdicts import InspectionProblem, ProblemFound

CONTENT_TYPES = "[Content_Types].xml"
CUSTOM_PART_PATTERN = re.compile(r"(?:^|/)(?:customxml|docprops)/[^/]*$|\.svg$", re.I)  # it may be XML of any sort
NOT_XML_PATTERN = re.compile(r"\.vml$", re.I)  # Excel writes HTML there; what it fetches stands in its .rels
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
SPREADSHEET_CONTENT_TYPES = ("/spreadsheetml/", "/excel/")  # as their names of elements say
WORD_CONTENT_TYPES = ("/wordprocessingml/", "/word/")
PROBLEMS_BY_RELATION = {  # by the last word of a relation's type, in lower case
    "vbaproject": InspectionProblem.MACROS,
    "wordvbadata": InspectionProblem.MACROS,
    "attachedtoolbars": InspectionProblem.MACROS,
    "xlmacrosheet": InspectionProblem.MACROS,
    "xlintlmacrosheet": InspectionProblem.MACROS,
    "dialogsheet": InspectionProblem.MACROS,
    "control": InspectionProblem.MACROS,
    "activexcontrolbinary": InspectionProblem.MACROS,
    "oleobject": InspectionProblem.EMBEDDED,
    "afchunk": InspectionProblem.EMBEDDED,
    "externallink": InspectionProblem.EXTERNAL_LINKS,
    "externallinkpath": InspectionProblem.EXTERNAL_LINKS,
}
LOCAL_FILE_PATTERN = re.compile(r"\s*(?:file:/{0,3}(?:localhost/)?)?[a-z]:[\\/|]", re.I)
PROGRAM_ADDRESS_PATTERN = re.compile(
    r"(?:javascript|vbscript|data|jar|mhtml|mk|its|ms-(?!word:|excel:|powerpoint:)[a-z-]+|search-ms|search|shell|ldap"
    r"|[wc]?script|scriptlet|res):",
    re.I,
)
SKIPPED_IN_ADDRESS_PATTERN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]+")  # a browser skips them too
PROGRAM_FIELD_PATTERN = re.compile(r"^\s*(?:DDEAUTO|DDE)\b|\bQUOTE(?:\s+\d+){3}", re.I)  # QUOTE 68 68 69: in codes
FETCHING_FIELD_PATTERN = re.compile(r"\s*(INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|RD|DATABASE)\b(.*)", re.I | re.S)
REMOTE_ADDRESS_PATTERN = re.compile(
    r"(?:https?|ftp|mhtml)\s*:|file:/{2,}[^/a-z]|(?:^|[\s\"=])(?:\\{2,4}[\w?.\[]|\\+/|/\\)|//", re.I
)
QUOTED_TEXT_PATTERN = re.compile(r"\"[^\"]*\"|'[^']*'")
FETCHING_FUNCTION_PATTERN = re.compile(
    r"\b(?:WEBSERVICE|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|DDE|DDEINITIATE|SQL\.REQUEST"
    r"|IMPORT(?:DATA|XML|HTML|FEED|RANGE))\s*\(",
    re.I,
)
FIELD_ELEMENTS = frozenset({"instrText", "delInstrText"})
FORMULA_ELEMENTS = frozenset({"f", "definedName", "formula1", "formula2", "formula"})
PROBLEMS_BY_ELEMENT = {
    "ddeLink": InspectionProblem.DDE,
    "oleLink": InspectionProblem.EXTERNAL_LINKS,
    "webPr": InspectionProblem.EXTERNAL_LINKS,
    "textPr": InspectionProblem.EXTERNAL_LINKS,
    "dataFeedPr": InspectionProblem.EXTERNAL_LINKS,
}
JUDGED_ATTRIBUTES = frozenset(
    {"Type", "Target", "TargetMode", "ContentType", "instr", "fldCharType", "connection", "odcFile", "sourceFile"}
)
VML_FAMILY = "urn:schemas-microsoft-com:vml"
WEB_EXTENSION_FAMILY = "/webextensions/"
OWN_DATA_CONNECTION_PATTERN = re.compile(r"data model|provider=microsoft\.mashup[^;]*;data source=\$embedded\$", re.I)
MAX_TEXT = 100_000  # characters of one field or formula: Office's own limit is 8,192


def check_office_parts(parts: Mapping[str, bytes]) -> None:
    """Raise Found for macros, fetched or embedded parts, and what starts another program."""
    for name, content in parts.items():
        if name == CONTENT_TYPES:
            _read(content, _Types())
        elif name.lower().endswith(".rels"):
            _read(content, _Relations())
        elif CUSTOM_PART_PATTERN.search(name):
            _read(content, _Story(), strictly=False)
        elif not NOT_XML_PATTERN.search(name) and (
            name.lower().endswith(".xml") or content.lstrip().startswith(XML_STARTS)
        ):
            _read(content, _Story())


class _Reader:
    """What a parser calls back, with the family and the name of an element, and the attributes without theirs."""

    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        """See the start of an element."""

    def end(self, family: str, name: str) -> None:
        """See its end."""

    def text(self, words: str) -> None:
        """See text."""

    def close(self) -> None:
        """See the end of the part."""


class _Types(_Reader):
    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        kind = given.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind or "activex" in kind:
            raise ProblemFound(InspectionProblem.MACROS)


class _Relations(_Reader):
    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind = given.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        target = given.get("Target", "")
        is_outside = given.get("TargetMode", "").strip().lower() == "external"
        if kind in PROBLEMS_BY_RELATION:
            problem = PROBLEMS_BY_RELATION[kind]
            raise ProblemFound(
                InspectionProblem.REMOTE if is_outside and problem == InspectionProblem.EMBEDDED else problem
            )
        if PROGRAM_ADDRESS_PATTERN.match(SKIPPED_IN_ADDRESS_PATTERN.sub("", target)):
            raise ProblemFound(InspectionProblem.REMOTE)
        if kind != "hyperlink" and (is_outside or ":" in target) and is_remote(target):
            raise ProblemFound(InspectionProblem.REMOTE)


class _Story(_Reader):
    """The fields of a document, and the formulas of a spreadsheet."""

    def __init__(self) -> None:
        self.fields: list[list[str]] = []
        self.loose: list[str] = []  # the words of fields whose start is not marked
        self.into: list[str] | None = None

    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        if self.into is not None:  # Office writes text alone there: readers differ in what they make of an element
            raise ProblemFound(InspectionProblem.DAMAGED)
        if _fetches_directly(family, name, given):
            raise ProblemFound(InspectionProblem.REMOTE)
        if _is_one_of(family, WORD_CONTENT_TYPES):
            self._start_word(name, given)
        elif _is_one_of(family, SPREADSHEET_CONTENT_TYPES):
            if name in FORMULA_ELEMENTS:
                self.into = []
            elif name in PROBLEMS_BY_ELEMENT:
                raise ProblemFound(PROBLEMS_BY_ELEMENT[name])
            elif _connects_elsewhere(name, given):
                raise ProblemFound(InspectionProblem.EXTERNAL_LINKS)

    def _start_word(self, name: str, given: Mapping[str, str]) -> None:
        match name:
            case "instrText" | "delInstrText":
                self.into = self.fields[-1] if self.fields else self.loose
            case "fldSimple":
                _judge_field(given.get("instr", ""))
            case "fldChar":
                self._mark(given.get("fldCharType", ""))

    def end(self, family: str, name: str) -> None:
        if name in FORMULA_ELEMENTS and _is_one_of(family, SPREADSHEET_CONTENT_TYPES):
            _judge_formula("".join(self.into or ()))
            self.into = None
        elif name in FIELD_ELEMENTS and _is_one_of(family, WORD_CONTENT_TYPES):
            self.into = None
        elif name == "p" and self.loose and _is_one_of(family, WORD_CONTENT_TYPES):
            _judge_field("".join(self.loose))
            self.loose = []

    def text(self, words: str) -> None:
        if self.into is not None:
            self.into.append(words)

    def close(self) -> None:
        for left in (*self.fields, self.loose):  # of fields without an end, which Word mends
            _judge_field("".join(left))

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append([])
        elif kind in {"separate", "end"} and self.fields:
            written = "".join(self.fields[-1])
            _judge_field(written)
            if kind == "end":
                self.fields.pop()
                if self.fields:
                    self.fields[-1].append(f" {written} ")


def _is_one_of(family: str, known: tuple[str, str]) -> bool:
    return known[0] in family or known[1] in family


def _connects_elsewhere(name: str, given: Mapping[str, str]) -> bool:
    """Return whether an element of a spreadsheet's connections gets data from anywhere but the spreadsheet itself."""
    if name == "connection":
        return any(is_remote(given.get(key, "")) for key in ("odcFile", "sourceFile"))
    return name in {"dbPr", "oledbPr"} and not OWN_DATA_CONNECTION_PATTERN.match(given.get("connection", ""))


def _fetches_directly(family: str, name: str, given: Mapping[str, str]) -> bool:
    """Return whether an element names another machine itself, and not by a relation of its part."""
    if family == VML_FAMILY:
        return is_remote(given.get("src", "")) or is_remote(given.get("althref", ""))
    if WEB_EXTENSION_FAMILY in family and name == "reference":  # an add-in that opens with the document
        return is_remote(given.get("store", ""))
    if name == "connectString" and _is_one_of(family, WORD_CONTENT_TYPES):  # of a mail merge
        return bool(REMOTE_ADDRESS_PATTERN.search(given.get("val", "")))
    return False


def _judge_field(written: str) -> None:
    written = written[:MAX_TEXT]
    if PROGRAM_FIELD_PATTERN.search(written):
        raise ProblemFound(InspectionProblem.DDE)
    fetches = FETCHING_FIELD_PATTERN.match(written)
    if fetches and (fetches[1].upper() == "DATABASE" or REMOTE_ADDRESS_PATTERN.search(fetches[2])):
        raise ProblemFound(InspectionProblem.REMOTE)


def _judge_formula(written: str) -> None:
    bare = QUOTED_TEXT_PATTERN.sub("", written[:MAX_TEXT])
    if "|" in bare:
        raise ProblemFound(InspectionProblem.DDE)
    if FETCHING_FUNCTION_PATTERN.search(bare):
        raise ProblemFound(InspectionProblem.EXTERNAL_LINKS)


def is_remote(target: str) -> bool:
    """Return whether an address points to another machine. A path on the author's own disk does not."""
    target = SKIPPED_IN_ADDRESS_PATTERN.sub("", unquote(target)).replace("\\", "/")
    if LOCAL_FILE_PATTERN.match(target):
        return False
    if target.startswith("//"):
        return True
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", target, re.I)
    if scheme is None:
        return False
    if scheme[1].lower() != "file":
        return True
    return bool(re.match(r"//(?!/|localhost/|[a-z]:)|/{4,}", target[5:], re.I))


def _read(content: bytes, reader: _Reader, *, strictly: bool = True) -> None:
    parser: Any = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, given: dict[str, str]) -> None:
        family, _, own = name.rpartition(" ")
        reader.start(family, own, _by_own_names(given))

    def end(name: str) -> None:
        family, _, own = name.rpartition(" ")
        reader.end(family, own)

    def no_doctype(*_: object) -> None:
        raise ProblemFound(InspectionProblem.DAMAGED)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, reader.text
    if strictly:
        parser.StartDoctypeDeclHandler = no_doctype
    try:
        parser.Parse(content, True)
        reader.close()
    except expat.ExpatError as damaged:
        if strictly:
            raise ProblemFound(InspectionProblem.DAMAGED) from damaged


def _by_own_names(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return attributes by their names without their families.

    Raises ProblemFound for two of one name that are judged: readers would differ in which of them counts.
    """
    named = {key.rpartition(" ")[2]: value for key, value in given.items()}
    if len(named) < len(given):
        names = [key.rpartition(" ")[2] for key in given]
        if any(names.count(one) > 1 for one in JUDGED_ATTRIBUTES):
            raise ProblemFound(InspectionProblem.DAMAGED)
    return named
