"""Inspect a PDF: it must have pages, and no password, programs, media, attachments or fetched content.

qpdf reads the file as a PDF reader would, including encryption, object streams, later revisions and filters behind
references. The file is read twice: with its own cross-reference table, and without the table, as readers do if it is
broken. Every object found in either way is checked, even if nothing refers to it. First, each object is written out as
text, which is quick. The parts of an object are checked only if its text contains a name that we look for.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf

from calloff.documents.inspection.verdicts import InspectionProblem, ProblemFound

MAX_DEPTH = 60  # the maximum depth of nested arrays and dictionaries
# The maximum number of objects in one file, which is also the limit of PDF readers (ISO 32000, annex C).
MAX_OBJECTS = 8_388_607
MAX_CHAIN = 50  # the maximum number of actions in a sequence
ACTION_PROBLEMS = {  # {name of an action: why it is refused}
    "/JavaScript": InspectionProblem.PROGRAM,
    "/Launch": InspectionProblem.PROGRAM,
    "/SubmitForm": InspectionProblem.SENDS_ANSWERS,
    "/ImportData": InspectionProblem.OTHER_FILES,
    "/GoToR": InspectionProblem.OTHER_FILES,
    "/GoToE": InspectionProblem.OTHER_FILES,
    "/Rendition": InspectionProblem.MEDIA,
    "/Movie": InspectionProblem.MEDIA,
    "/Sound": InspectionProblem.MEDIA,
    "/RichMediaExecute": InspectionProblem.MEDIA,
    "/GoTo3DView": InspectionProblem.MEDIA,
}
ACTION_ARGUMENT_KEYS = {
    "/JS",
    "/F",
    "/Win",
    "/Unix",
    "/Mac",
    "/T",
    "/TA",
    "/R",
    "/AN",
    "/OP",
    "/URI",
    "/Annotation",
    "/Sound",
}
HARMLESS_ACTIONS = {"/GoTo", "/Named", "/Hide", "/NOP", "/ResetForm", "/SetOCGState", "/Thread", "/Trans"}
ANNOTATION_PROBLEMS = {  # {subtype of an annotation: why it is refused}
    "/FileAttachment": InspectionProblem.ATTACHED,
    "/RichMedia": InspectionProblem.MEDIA,
    "/Movie": InspectionProblem.MEDIA,
    "/Sound": InspectionProblem.MEDIA,
    "/Screen": InspectionProblem.MEDIA,
    "/3D": InspectionProblem.MEDIA,
}
NAMES_OF_INTEREST = sorted(
    {name[1:] for name in (*ACTION_PROBLEMS, *ANNOTATION_PROBLEMS)}
    | {
        "AA",
        "Base",
        "EF",
        "EmbeddedFile",
        "EmbeddedFiles",
        "FFilter",
        "FS",
        "JS",
        "OpenAction",
        "PS",
        "Ref",
        "RichMediaContent",
        "Thread",
    }
    | {"URI", "XFA"}
)
INTEREST_PATTERN = re.compile(rb"/(?:%s)(?![\w.-])" % "|".join(NAMES_OF_INTEREST).encode())
PLAIN_ACTION_PATTERN = re.compile(rb"/S\s*/(JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE)(?![\w.-])")
ESCAPED_NAME_PATTERN = re.compile(rb"#([0-9A-Fa-f]{2})")
PROGRAM_URI_PATTERN = re.compile(r"(?:javascript|vbscript|data|jar|ms-[a-z-]+|search-ms|shell):", re.I)
# Browsers ignore these characters in URLs.
SKIPPED_IN_URI_PATTERN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]+")


def prepare() -> None:
    """Import modules that load on first use, while the process can still open files."""
    with pikepdf.new() as small:
        small.add_blank_page()
        out = BytesIO()
        # This opens the source of random numbers and keeps it open.
        small.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    with _opened(out.getvalue()) as small:
        _check_view(small)


def check_pdf(data: bytes) -> None:
    """Raise ProblemFound for anything except pages, links, and forms without programs."""
    start = data.find(b"%PDF-")
    _check_plain_actions(data)
    try:
        with _opened(data[start:]) as pdf:
            if len(pdf.pages) < 1:
                raise ProblemFound(InspectionProblem.DAMAGED)
            _check_view(pdf)
            if any("limits error" in str(warning) for warning in pdf.get_warnings()):
                # qpdf skips an object that is nested too deeply or is too long.
                raise ProblemFound(InspectionProblem.DAMAGED)
    except pikepdf.PasswordError as locked:
        raise ProblemFound(InspectionProblem.LOCKED) from locked
    except pikepdf.PdfError as unreadable:
        unsupported = re.search("encrypt|security handler", str(unreadable), re.I)
        raise ProblemFound(InspectionProblem.LOCKED if unsupported else InspectionProblem.DAMAGED) from unreadable
    try:
        collected = _opened(data[start:].replace(b"startxref", b"startless"))
    except pikepdf.PdfError:  # without the table there is nothing to read, so no reader could repair this file either
        return
    with collected:
        _check_view(collected)


def _opened(data: bytes) -> Any:
    return pikepdf.open(BytesIO(data), suppress_warnings=True, inherit_page_attributes=False)


def _check_view(view: Any) -> None:
    _check_parts(view.trailer)
    for item in view.objects:
        if isinstance(item, pikepdf.Stream):
            _check_stream(item)
        elif isinstance(item, pikepdf.Name):
            _check_name(str(item))
        elif isinstance(item, (pikepdf.Dictionary, pikepdf.Array)) and INTEREST_PATTERN.search(
            item.unparse(resolved=True)
        ):
            _check_parts(item)


def _check_plain_actions(data: bytes) -> None:
    """Search for actions written as plain text anywhere in the file, whether or not a table lists them."""
    action = PLAIN_ACTION_PATTERN.search(ESCAPED_NAME_PATTERN.sub(lambda code: bytes([int(code[1], 16)]), data))
    if action:
        raise ProblemFound(ACTION_PROBLEMS[f"/{action[1].decode()}"])


def _check_name(name: str) -> None:
    """Refuse an object that is only the name of an action, because another object could refer to it."""
    problem = ACTION_PROBLEMS.get(name) or ANNOTATION_PROBLEMS.get(name)
    if problem:
        raise ProblemFound(problem)


def _check_stream(stream: Any) -> None:
    stream_dict = stream.stream_dict
    if stream_dict.get("/Type") == "/ObjStm":
        _check_plain_actions(stream.read_bytes())
    if stream_dict.get("/Type") == "/XRef" and not _is_sound_table(stream_dict):
        raise ProblemFound(InspectionProblem.DAMAGED)
    if stream_dict.get("/F") is not None or stream_dict.get("/FFilter") is not None:
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    if stream_dict.get("/Type") == "/EmbeddedFile":
        raise ProblemFound(InspectionProblem.ATTACHED)
    if "/PS" in {stream_dict.get("/Subtype"), stream_dict.get("/Subtype2")}:
        raise ProblemFound(InspectionProblem.PROGRAM)
    if stream_dict.get("/Subtype") == "/Form" and stream_dict.get("/Ref") is not None:
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    if INTEREST_PATTERN.search(stream_dict.unparse()):
        _check_parts(stream_dict)


def _is_sound_table(stream_dict: Any) -> bool:
    """Return whether a cross-reference table could be as long as it claims.

    We have seen a 276-byte file that claimed three million entries.
    """
    widths = [int(number) for number in stream_dict.get("/W", pikepdf.Array()).as_list()]
    index = [int(number) for number in stream_dict.get("/Index", pikepdf.Array()).as_list()]
    entries = sum(index[1::2]) if index else int(stream_dict.get("/Size", 0))
    return sum(widths) > 0 and min(widths) >= 0 and entries <= MAX_OBJECTS


def _check_parts(root: Any) -> None:
    """Check an object, and each array and dictionary directly inside it.

    Objects that it refers to are checked separately.
    """
    pending: list[tuple[Any, int]] = [(root, 0)]
    while pending:
        part, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ProblemFound(InspectionProblem.DAMAGED)
        if isinstance(part, pikepdf.Array):
            children: Iterator[Any] = iter(part.as_list())
        elif isinstance(part, pikepdf.Dictionary):
            _check_dictionary(part)
            children = iter(part.as_dict().values())
        else:
            continue
        pending += [
            (child, depth + 1)
            for child in children
            if isinstance(child, (pikepdf.Dictionary, pikepdf.Array)) and not child.is_indirect
        ]


def _check_dictionary(dictionary: Any) -> None:
    keys = set(dictionary.keys())
    _check_action(dictionary, keys)
    if "/Rect" in keys and (subtype := str(dictionary.get("/Subtype", ""))) in ANNOTATION_PROBLEMS:
        raise ProblemFound(ANNOTATION_PROBLEMS[subtype])
    if "/FS" in keys and dictionary["/FS"] == "/URL":
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    for key in keys & KEY_CHECKS.keys():
        is_harmful, problem = KEY_CHECKS[key]
        if is_harmful(dictionary[key]):
            raise ProblemFound(problem)
    if "/OpenAction" in keys:
        _check_opening_action(dictionary["/OpenAction"])
    if "/AA" in keys and isinstance(dictionary["/AA"], pikepdf.Dictionary):
        for action in dictionary["/AA"].as_dict().values():
            _check_opening_action(action)


def _check_action(dictionary: Any, keys: set[str]) -> None:
    """Check a dictionary if it is an action.

    Elements of the document's structure have a name in /S too.
    """
    kind = str(dictionary["/S"]) if "/S" in keys else ""
    if kind in ACTION_PROBLEMS and (keys & ACTION_ARGUMENT_KEYS or str(dictionary.get("/Type", "")) != "/StructElem"):
        raise ProblemFound(InspectionProblem.PROGRAM if "/JS" in keys else ACTION_PROBLEMS[kind])
    if "/JS" in keys and _is_script(dictionary["/JS"]):
        raise ProblemFound(InspectionProblem.PROGRAM)
    if any(_starts_program(dictionary[key]) for key in ("/URI", "/Base") if key in keys):
        raise ProblemFound(InspectionProblem.PROGRAM)
    if kind == "/Thread" and "/F" in keys:
        raise ProblemFound(InspectionProblem.OTHER_FILES)


def _starts_program(address: Any) -> bool:
    """Return whether a URL, in upper or lower case, starts a program."""
    if not isinstance(address, pikepdf.String):
        return False
    written = bytes(address)
    encoding = "utf-16" if written.startswith((b"\xfe\xff", b"\xff\xfe")) else "utf-8"
    text = SKIPPED_IN_URI_PATTERN.sub("", written.decode(encoding, errors="ignore"))
    return bool(PROGRAM_URI_PATTERN.match(text))


def _check_opening_action(action: Any) -> None:
    """Check what happens when the document opens, before anyone clicks anything.

    It is harmless to go to a place in the document or to run one of the viewer's commands.
    """
    pending, count = [action], 0
    while pending and count < MAX_CHAIN:
        item, count = pending.pop(), count + 1
        if isinstance(item, pikepdf.Array) and count > 1:
            pending += item.as_list()
        elif isinstance(item, pikepdf.Dictionary):
            kind = str(item.get("/S", ""))
            if kind in ACTION_PROBLEMS:
                raise ProblemFound(ACTION_PROBLEMS[kind])
            if kind and kind not in HARMLESS_ACTIONS:
                raise ProblemFound(InspectionProblem.OPENS_BY_ITSELF)
            if "/Next" in item.keys():  # noqa: SIM118  (this is not a Python dict)
                pending.append(item["/Next"])
    if pending:
        raise ProblemFound(InspectionProblem.OPENS_BY_ITSELF)


def _is_script(value: Any) -> bool:
    """Return whether /JS is a script, and not the name of a font or picture."""
    if isinstance(value, pikepdf.Stream):
        return str(value.stream_dict.get("/Subtype", "")) not in {"/Image", "/Form"}
    return isinstance(value, pikepdf.String) and len(bytes(value)) > 0


def _has_leaves(tree: Any) -> bool:
    """Return whether a name tree contains any names. Many files have an empty name tree."""
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    return any(isinstance(tree.get(key), pikepdf.Array) and len(tree[key]) > 0 for key in ("/Names", "/Kids"))


def _is_there(value: Any) -> bool:
    if isinstance(value, (pikepdf.Array, pikepdf.Dictionary)) and not isinstance(value, pikepdf.Stream):
        return len(value) > 0
    return value is not None


KEY_CHECKS: dict[str, tuple[Callable[[Any], bool], InspectionProblem]] = {
    "/JavaScript": (_has_leaves, InspectionProblem.PROGRAM),
    "/XFA": (_is_there, InspectionProblem.XFA),
    "/EmbeddedFiles": (_has_leaves, InspectionProblem.ATTACHED),
    "/EF": (_is_there, InspectionProblem.ATTACHED),
    "/RichMediaContent": (_is_there, InspectionProblem.MEDIA),
}
