"""Find what an Office document would fetch and which programs it would start.

The parts are XML, which is read with expat. This parser does not follow external entities. Office writes no DOCTYPE, so
a document with one is refused.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from calloff.documents.inspection.verdicts import InspectionProblem, ProblemFound

CONTENT_TYPES = "[Content_Types].xml"
# These parts contain XML of any kind.
CUSTOM_PART_PATTERN = re.compile(r"(?:^|/)(?:customxml|docprops)/[^/]*$|\.svg$", re.I)
# Excel writes HTML in this part. The URLs that the HTML fetches are in the .rels part.
NOT_XML_PATTERN = re.compile(r"\.vml$", re.I)
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
SPREADSHEET_CONTENT_TYPES = ("/spreadsheetml/", "/excel/")  # the namespaces of elements can contain these
WORD_CONTENT_TYPES = ("/wordprocessingml/", "/word/")
PROBLEMS_BY_RELATION = {  # keyed by the last part of the relationship's type, in lower case
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
# Browsers ignore these characters in URLs.
SKIPPED_IN_ADDRESS_PATTERN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]+")
# In field codes, QUOTE 68 68 69 writes DDE as character codes.
PROGRAM_FIELD_PATTERN = re.compile(r"^\s*(?:DDEAUTO|DDE)\b|\bQUOTE(?:\s+\d+){3}", re.I)
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
MAX_TEXT = 100_000  # the maximum length of one field or formula, in characters. Office's own limit is 8,192


def check_office_parts(parts: Mapping[str, bytes]) -> None:
    """Raise ProblemFound for macros, fetched or embedded parts, and anything that starts a program."""
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
    """Callbacks for the XML parser.

    They get the namespace and name of an element, and its attributes without a namespace.
    """

    def start(self, family: str, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, family: str, name: str) -> None:
        """Handle the end of an element."""

    def text(self, words: str) -> None:
        """Handle text."""

    def close(self) -> None:
        """Handle the end of a part."""


class _Types(_Reader):
    def start(self, family: str, name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind or "activex" in kind:
            raise ProblemFound(InspectionProblem.MACROS)


class _Relations(_Reader):
    def start(self, family: str, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        is_outside = attributes.get("TargetMode", "").strip().lower() == "external"
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
    """A check of the fields of a Word document and the formulas of a spreadsheet."""

    def __init__(self) -> None:
        self.fields: list[list[str]] = []
        self.loose: list[str] = []  # the text of fields whose start is not marked
        self.into: list[str] | None = None

    def start(self, family: str, name: str, attributes: Mapping[str, str]) -> None:
        # Office writes only text here, and programs disagree about the meaning of elements here.
        if self.into is not None:
            raise ProblemFound(InspectionProblem.DAMAGED)
        if _fetches_directly(family, name, attributes):
            raise ProblemFound(InspectionProblem.REMOTE)
        if _is_one_of(family, WORD_CONTENT_TYPES):
            self._start_word(name, attributes)
        elif _is_one_of(family, SPREADSHEET_CONTENT_TYPES):
            if name in FORMULA_ELEMENTS:
                self.into = []
            elif name in PROBLEMS_BY_ELEMENT:
                raise ProblemFound(PROBLEMS_BY_ELEMENT[name])
            elif _connects_elsewhere(name, attributes):
                raise ProblemFound(InspectionProblem.EXTERNAL_LINKS)

    def _start_word(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "instrText" | "delInstrText":
                self.into = self.fields[-1] if self.fields else self.loose
            case "fldSimple":
                _check_field(attributes.get("instr", ""))
            case "fldChar":
                self._mark(attributes.get("fldCharType", ""))

    def end(self, family: str, name: str) -> None:
        if name in FORMULA_ELEMENTS and _is_one_of(family, SPREADSHEET_CONTENT_TYPES):
            _check_formula("".join(self.into or ()))
            self.into = None
        elif name in FIELD_ELEMENTS and _is_one_of(family, WORD_CONTENT_TYPES):
            self.into = None
        elif name == "p" and self.loose and _is_one_of(family, WORD_CONTENT_TYPES):
            _check_field("".join(self.loose))
            self.loose = []

    def text(self, words: str) -> None:
        if self.into is not None:
            self.into.append(words)

    def close(self) -> None:
        for unfinished in (*self.fields, self.loose):  # Word completes fields that have no end
            _check_field("".join(unfinished))

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append([])
        elif kind in {"separate", "end"} and self.fields:
            instruction = "".join(self.fields[-1])
            _check_field(instruction)
            if kind == "end":
                self.fields.pop()
                if self.fields:
                    self.fields[-1].append(f" {instruction} ")


def _is_one_of(family: str, content_types: tuple[str, str]) -> bool:
    return content_types[0] in family or content_types[1] in family


def _connects_elsewhere(name: str, attributes: Mapping[str, str]) -> bool:
    """Return whether an element in the connections of a spreadsheet gets data from elsewhere."""
    if name == "connection":
        return any(is_remote(attributes.get(key, "")) for key in ("odcFile", "sourceFile"))
    return name in {"dbPr", "oledbPr"} and not OWN_DATA_CONNECTION_PATTERN.match(attributes.get("connection", ""))


def _fetches_directly(family: str, name: str, attributes: Mapping[str, str]) -> bool:
    """Return whether an element refers to another machine directly, and not through the relationships of its part."""
    if family == VML_FAMILY:
        return is_remote(attributes.get("src", "")) or is_remote(attributes.get("althref", ""))
    if WEB_EXTENSION_FAMILY in family and name == "reference":  # an add-in that starts when the document opens
        return is_remote(attributes.get("store", ""))
    if name == "connectString" and _is_one_of(family, WORD_CONTENT_TYPES):  # the data source of a mail merge
        return bool(REMOTE_ADDRESS_PATTERN.search(attributes.get("val", "")))
    return False


def _check_field(instruction: str) -> None:
    instruction = instruction[:MAX_TEXT]
    if PROGRAM_FIELD_PATTERN.search(instruction):
        raise ProblemFound(InspectionProblem.DDE)
    fetching = FETCHING_FIELD_PATTERN.match(instruction)
    if fetching and (fetching[1].upper() == "DATABASE" or REMOTE_ADDRESS_PATTERN.search(fetching[2])):
        raise ProblemFound(InspectionProblem.REMOTE)


def _check_formula(formula: str) -> None:
    unquoted = QUOTED_TEXT_PATTERN.sub("", formula[:MAX_TEXT])
    if "|" in unquoted:
        raise ProblemFound(InspectionProblem.DDE)
    if FETCHING_FUNCTION_PATTERN.search(unquoted):
        raise ProblemFound(InspectionProblem.EXTERNAL_LINKS)


def is_remote(target: str) -> bool:
    """Return whether a URL or path refers to another machine. Paths on the author's own disk do not."""
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

    def start(name: str, attributes: dict[str, str]) -> None:
        family, _, own = name.rpartition(" ")
        reader.start(family, own, _by_own_names(attributes))

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


def _by_own_names(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Return the attributes of an element by name, without namespaces.

    Raises ProblemFound if an attribute that we check appears twice, because programs disagree about which value counts.
    """
    named = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    if len(named) < len(attributes):
        names = [key.rpartition(" ")[2] for key in attributes]
        if any(names.count(name) > 1 for name in JUDGED_ATTRIBUTES):
            raise ProblemFound(InspectionProblem.DAMAGED)
    return named
