"""Inspect a PDF: refuse passwords, programs, media, attachments and anything fetched, and require pages.

qpdf reads it, as a reader would (encryption, lists of objects, later revisions, filters behind references), in two
views: as its own table says where each object is, and as a reader that finds the table broken collects them. Every
object of both views is judged, also one to which nothing points. Its text is written out first, which is quick, and
only an object in which a name of interest stands is looked at part by part.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf

from calloff.documents.inspection.verdicts import InspectionProblem, ProblemFound

MAX_DEPTH = 60  # of arrays and dictionaries in each other
MAX_OBJECTS = 8_388_607  # of one file: more no reader takes (ISO 32000, annex C)
MAX_CHAIN = 50  # actions, one after another
ACTION_PROBLEMS = {  # by the name of the action: why it is refused
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
ANNOTATION_PROBLEMS = {  # annotations, by their subtype
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
SKIPPED_IN_URI_PATTERN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]+")  # a browser skips them too


def prepare() -> None:
    """Let the library load what it loads late, while files can be opened."""
    with pikepdf.new() as small:
        small.add_blank_page()
        out = BytesIO()
        small.save(out, encryption=pikepdf.Encryption(owner="o", user=""))  # it opens its source of random numbers once
    with _opened(out.getvalue()) as small:
        _judge_view(small)


def check_pdf(data: bytes) -> None:
    """Raise Found for anything but pages, forms without programs, and links."""
    start = data.find(b"%PDF-")
    _judge_plainly(data)
    try:
        with _opened(data[start:]) as written:
            if len(written.pages) < 1:
                raise ProblemFound(InspectionProblem.DAMAGED)
            _judge_view(written)
            if any("limits error" in str(warning) for warning in written.get_warnings()):
                raise ProblemFound(InspectionProblem.DAMAGED)  # qpdf left out what is too deep or too long
    except pikepdf.PasswordError as locked:
        raise ProblemFound(InspectionProblem.LOCKED) from locked
    except pikepdf.PdfError as unreadable:
        unsupported = re.search("encrypt|security handler", str(unreadable), re.I)
        raise ProblemFound(InspectionProblem.LOCKED if unsupported else InspectionProblem.DAMAGED) from unreadable
    try:
        collected = _opened(data[start:].replace(b"startxref", b"startless"))
    except pikepdf.PdfError:  # there is no such view: no reader could repair this file, if it had to
        return
    with collected:
        _judge_view(collected)


def _opened(data: bytes) -> Any:
    return pikepdf.open(BytesIO(data), suppress_warnings=True, inherit_page_attributes=False)


def _judge_view(view: Any) -> None:
    _judge_parts(view.trailer)
    for each in view.objects:
        if isinstance(each, pikepdf.Stream):
            _judge_stream(each)
        elif isinstance(each, pikepdf.Name):
            _judge_name(str(each))
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Array)) and INTEREST_PATTERN.search(
            each.unparse(resolved=True)
        ):
            _judge_parts(each)


def _judge_plainly(data: bytes) -> None:
    """Look for actions that stand in the file as plain words, wherever it is, and whether or not a table lists them."""
    found = PLAIN_ACTION_PATTERN.search(ESCAPED_NAME_PATTERN.sub(lambda code: bytes([int(code[1], 16)]), data))
    if found:
        raise ProblemFound(ACTION_PROBLEMS[f"/{found[1].decode()}"])


def _judge_name(name: str) -> None:
    """Refuse a name of an action that is an object by itself: another object could be that action through it."""
    problem = ACTION_PROBLEMS.get(name) or ANNOTATION_PROBLEMS.get(name)
    if problem:
        raise ProblemFound(problem)


def _judge_stream(stream: Any) -> None:
    described = stream.stream_dict
    if described.get("/Type") == "/ObjStm":
        _judge_plainly(stream.read_bytes())
    if described.get("/Type") == "/XRef" and not _is_sound_table(described):
        raise ProblemFound(InspectionProblem.DAMAGED)
    if described.get("/F") is not None or described.get("/FFilter") is not None:
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    if described.get("/Type") == "/EmbeddedFile":
        raise ProblemFound(InspectionProblem.ATTACHED)
    if "/PS" in {described.get("/Subtype"), described.get("/Subtype2")}:
        raise ProblemFound(InspectionProblem.PROGRAM)
    if described.get("/Subtype") == "/Form" and described.get("/Ref") is not None:
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    if INTEREST_PATTERN.search(described.unparse()):
        _judge_parts(described)


def _is_sound_table(described: Any) -> bool:
    """Return whether a table can be as long as it claims. One file of 276 bytes claimed three million entries."""
    widths = [int(each) for each in described.get("/W", pikepdf.Array()).as_list()]
    index = [int(each) for each in described.get("/Index", pikepdf.Array()).as_list()]
    entries = sum(index[1::2]) if index else int(described.get("/Size", 0))
    return sum(widths) > 0 and min(widths) >= 0 and entries <= MAX_OBJECTS


def _judge_parts(whole: Any) -> None:
    """Check an object and each array and dictionary directly in it. Referenced objects are checked separately."""
    several: list[tuple[Any, int]] = [(whole, 0)]
    while several:
        part, depth = several.pop()
        if depth > MAX_DEPTH:
            raise ProblemFound(InspectionProblem.DAMAGED)
        if isinstance(part, pikepdf.Array):
            within: Iterator[Any] = iter(part.as_list())
        elif isinstance(part, pikepdf.Dictionary):
            _judge_dictionary(part)
            within = iter(part.as_dict().values())
        else:
            continue
        several += [
            (each, depth + 1)
            for each in within
            if isinstance(each, (pikepdf.Dictionary, pikepdf.Array)) and not each.is_indirect
        ]


def _judge_dictionary(found: Any) -> None:
    keys = set(found.keys())
    _judge_action(found, keys)
    if "/Rect" in keys and (subtype := str(found.get("/Subtype", ""))) in ANNOTATION_PROBLEMS:
        raise ProblemFound(ANNOTATION_PROBLEMS[subtype])
    if "/FS" in keys and found["/FS"] == "/URL":
        raise ProblemFound(InspectionProblem.OTHER_FILES)
    for key in keys & KEY_CHECKS.keys():
        is_harmful, problem = KEY_CHECKS[key]
        if is_harmful(found[key]):
            raise ProblemFound(problem)
    if "/OpenAction" in keys:
        _judge_what_opens(found["/OpenAction"])
    if "/AA" in keys and isinstance(found["/AA"], pikepdf.Dictionary):
        for each in found["/AA"].as_dict().values():
            _judge_what_opens(each)


def _judge_action(found: Any, keys: set[str]) -> None:
    """Judge a dictionary that is an action. A part of the text's structure has a name in the same place."""
    kind = str(found["/S"]) if "/S" in keys else ""
    if kind in ACTION_PROBLEMS and (keys & ACTION_ARGUMENT_KEYS or str(found.get("/Type", "")) != "/StructElem"):
        raise ProblemFound(InspectionProblem.PROGRAM if "/JS" in keys else ACTION_PROBLEMS[kind])
    if "/JS" in keys and _is_script(found["/JS"]):
        raise ProblemFound(InspectionProblem.PROGRAM)
    if any(_starts_program(found[key]) for key in ("/URI", "/Base") if key in keys):
        raise ProblemFound(InspectionProblem.PROGRAM)
    if kind == "/Thread" and "/F" in keys:
        raise ProblemFound(InspectionProblem.OTHER_FILES)


def _starts_program(address: Any) -> bool:
    """Return whether an address is a program, in whichever way its letters are written."""
    if not isinstance(address, pikepdf.String):
        return False
    written = bytes(address)
    encoding = "utf-16" if written.startswith((b"\xfe\xff", b"\xff\xfe")) else "utf-8"
    text = SKIPPED_IN_URI_PATTERN.sub("", written.decode(encoding, errors="ignore"))
    return bool(PROGRAM_URI_PATTERN.match(text))


def _judge_what_opens(action: Any) -> None:
    """Check what happens without a click. A destination in the document or a viewer menu command is harmless."""
    waiting, done = [action], 0
    while waiting and done < MAX_CHAIN:
        each, done = waiting.pop(), done + 1
        if isinstance(each, pikepdf.Array) and done > 1:
            waiting += each.as_list()
        elif isinstance(each, pikepdf.Dictionary):
            kind = str(each.get("/S", ""))
            if kind in ACTION_PROBLEMS:
                raise ProblemFound(ACTION_PROBLEMS[kind])
            if kind and kind not in HARMLESS_ACTIONS:
                raise ProblemFound(InspectionProblem.OPENS_BY_ITSELF)
            if "/Next" in each.keys():  # noqa: SIM118  (not a dict of Python's)
                waiting.append(each["/Next"])
    if waiting:
        raise ProblemFound(InspectionProblem.OPENS_BY_ITSELF)


def _is_script(value: Any) -> bool:
    """Return whether /JS is a script, not a font or picture with that name."""
    if isinstance(value, pikepdf.Stream):
        return str(value.stream_dict.get("/Subtype", "")) not in {"/Image", "/Form"}
    return isinstance(value, pikepdf.String) and len(bytes(value)) > 0


def _has_leaves(tree: Any) -> bool:
    """Return whether a name tree has any names. It is often present and empty."""
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
