"""Find the files that an Office document's parts fetch, and the programs they start.

The parts are XML, read by expat, which follows no outside entity; Office writes no DOCTYPE, so none is taken.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from calloff.documents.inspection.verdicts import Found, Problem

CONTENT_TYPES = "[Content_Types].xml"
NOT_OFFICE_OWN = re.compile(r"(?:^|/)(?:customxml|docprops)/[^/]*$|\.svg$", re.I)  # it may be XML of any sort
NOT_XML = re.compile(r"\.vml$", re.I)  # Excel writes HTML there; what it fetches stands in its .rels
STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
SPREADSHEET = ("/spreadsheetml/", "/excel/")  # as their names of elements say
DOCUMENT = ("/wordprocessingml/", "/word/")
BY_RELATION = {  # by the last word of a relation's type, in lower case
    "vbaproject": Problem.MACROS,
    "wordvbadata": Problem.MACROS,
    "attachedtoolbars": Problem.MACROS,
    "xlmacrosheet": Problem.MACROS,
    "xlintlmacrosheet": Problem.MACROS,
    "dialogsheet": Problem.MACROS,
    "control": Problem.MACROS,
    "activexcontrolbinary": Problem.MACROS,
    "oleobject": Problem.EMBEDDED,
    "afchunk": Problem.EMBEDDED,
    "externallink": Problem.EXTERNAL_LINKS,
    "externallinkpath": Problem.EXTERNAL_LINKS,
}
LOCAL_FILE = re.compile(r"\s*(?:file:/{0,3}(?:localhost/)?)?[a-z]:[\\/|]", re.I)
PROGRAM_ADDRESS = re.compile(
    r"\s*(?:javascript|vbscript|data|jar|mhtml|ms-(?!word:|excel:|powerpoint:)[a-z-]+|search-ms|search|shell|ldap)\s*:",
    re.I,
)
STARTS_ANOTHER_PROGRAM = re.compile(r"^\s*(?:DDEAUTO|DDE)\b|\bQUOTE(?:\s+\d+){3}", re.I)  # QUOTE 68 68 69: in codes
FETCHES = re.compile(r"\s*(INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|RD|DATABASE)\b(.*)", re.I | re.S)
ADDRESS = re.compile(r"(?:https?|ftp|mhtml)\s*:|file:/{2,}[^/a-z]|(?:^|\s|\")\\{2,4}\w|//", re.I)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
FETCHING_FUNCTIONS = re.compile(r"\b(?:WEBSERVICE|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|DDE|DDEINITIATE)\s*\(", re.I)
FORMULAS = frozenset({"f", "definedName", "formula1", "formula2", "formula"})
BY_ELEMENT = {
    "ddeLink": Problem.DDE,
    "oleLink": Problem.EXTERNAL_LINKS,
    "webPr": Problem.EXTERNAL_LINKS,
    "textPr": Problem.EXTERNAL_LINKS,
}
OWN_DATA = re.compile(r"data model|provider=microsoft\.mashup[^;]*;data source=\$embedded\$", re.I)
MAX_TEXT = 100_000  # characters of one field or formula: Office's own limit is 8,192


def check(parts: Mapping[str, bytes]) -> None:
    """Raise Found for macros, fetched or embedded parts, and what starts another program."""
    for name, content in parts.items():
        if name == CONTENT_TYPES:
            _read(content, _Types())
        elif name.lower().endswith(".rels"):
            _read(content, _Relations())
        elif NOT_OFFICE_OWN.search(name):
            _read(content, _Story(), strictly=False)
        elif not NOT_XML.search(name) and (name.lower().endswith(".xml") or content.lstrip().startswith(STARTS)):
            _read(content, _Story())


class _Reader:
    """What a parser calls back, with the family and the name of an element, and the attributes without theirs."""

    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        """See the start of an element."""

    def end(self, family: str, name: str) -> None:
        """See its end."""

    def text(self, words: str) -> None:
        """See text."""


class _Types(_Reader):
    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        kind = given.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind or "activex" in kind:
            raise Found(Problem.MACROS)


class _Relations(_Reader):
    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind = given.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        target = given.get("Target", "")
        is_outside = given.get("TargetMode", "").strip().lower() == "external"
        if kind in BY_RELATION:
            problem = BY_RELATION[kind]
            raise Found(Problem.REMOTE if is_outside and problem == Problem.EMBEDDED else problem)
        if PROGRAM_ADDRESS.match(target):
            raise Found(Problem.REMOTE)
        if kind != "hyperlink" and (is_outside or ":" in target) and is_remote(target):
            raise Found(Problem.REMOTE)


class _Story(_Reader):
    """The fields of a document, and the formulas of a spreadsheet."""

    def __init__(self) -> None:
        self.fields: list[list[str]] = []
        self.loose: list[str] = []  # the words of fields whose start is not marked
        self.into: list[str] | None = None

    def start(self, family: str, name: str, given: Mapping[str, str]) -> None:
        if _is_one_of(family, DOCUMENT):
            match name:
                case "instrText":
                    self.into = self.fields[-1] if self.fields else self.loose
                case "fldSimple":
                    _judge_field(given.get("instr", ""))
                case "fldChar":
                    self._mark(given.get("fldCharType", ""))
        elif _is_one_of(family, SPREADSHEET):
            if name in FORMULAS:
                self.into = []
            elif name in BY_ELEMENT:
                raise Found(BY_ELEMENT[name])
            elif name == "dbPr" and not OWN_DATA.match(given.get("connection", "")):
                raise Found(Problem.EXTERNAL_LINKS)

    def end(self, family: str, name: str) -> None:
        if name in FORMULAS and _is_one_of(family, SPREADSHEET):
            _judge_formula("".join(self.into or ()))
            self.into = None
        elif name == "instrText":
            self.into = None
        elif name == "p" and self.loose and _is_one_of(family, DOCUMENT):
            _judge_field("".join(self.loose))
            self.loose = []

    def text(self, words: str) -> None:
        if self.into is not None:
            self.into.append(words)

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


def _judge_field(written: str) -> None:
    written = written[:MAX_TEXT]
    if STARTS_ANOTHER_PROGRAM.search(written):
        raise Found(Problem.DDE)
    fetches = FETCHES.match(written)
    if fetches and (fetches[1].upper() == "DATABASE" or ADDRESS.search(fetches[2])):
        raise Found(Problem.REMOTE)


def _judge_formula(written: str) -> None:
    bare = QUOTED.sub("", written[:MAX_TEXT])
    if "|" in bare:
        raise Found(Problem.DDE)
    if FETCHING_FUNCTIONS.search(bare):
        raise Found(Problem.EXTERNAL_LINKS)


def is_remote(target: str) -> bool:
    """Return whether an address points to another machine. A path on the author's own disk does not."""
    target = target.strip()
    if LOCAL_FILE.match(target):
        return False
    if target.startswith(("\\\\", "//")):
        return True
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", target, re.I)
    if scheme is None:
        return False
    if scheme[1].lower() != "file":
        return True
    path = target[5:].replace("\\", "/")
    return bool(re.match(r"//(?!/|localhost/|[a-z]:)|/{4,}", path, re.I))


def _read(content: bytes, reader: _Reader, *, strictly: bool = True) -> None:
    parser: Any = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, given: dict[str, str]) -> None:
        family, _, own = name.rpartition(" ")
        reader.start(family, own, {key.rpartition(" ")[2]: value for key, value in given.items()} if given else given)

    def end(name: str) -> None:
        family, _, own = name.rpartition(" ")
        reader.end(family, own)

    def no_doctype(*_: object) -> None:
        raise Found(Problem.DAMAGED)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, reader.text
    if strictly:
        parser.StartDoctypeDeclHandler = no_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as damaged:
        if strictly:
            raise Found(Problem.DAMAGED) from damaged
