"""Read a pack from its folder, or report everything that is wrong with the pack, by file, line and field.

The pack starts in `market.yml`. Three keys include other files:

- `extends: shared/template.yml` in a mapping takes values from the template if the mapping itself does not have them.
  Mappings are merged at every depth, and lists are replaced.
- `- include: shared/sections.yml` in a list inserts the items of that file.
- `text_file: agreement.md` in a mapping makes the content of that file its `text`.

Each file must be in the pack's own folder, or in the folder `shared/`, which all packs use. No other files can be
read.
"""

import difflib
import re
import types
import typing
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from calloff.kernel.lifecycles import Problem, Refused
from calloff.markets import rulesets
from calloff.markets.packs import validation, yaml_positions
from calloff.markets.packs.conditions import problems_of_conditions
from calloff.markets.packs.schema import MarketPack
from calloff.markets.packs.yaml_positions import PackFault, YamlNode, YamlPath, format_path

MARKET_FILE = "market.yml"
SHARED_FOLDER = "shared"
MAX_PACK_FILES = 60  # the maximum number of files in a pack. A shared file counts each time the pack uses it

_NAME = re.compile(r"(?:shared/)?[a-z0-9][a-z0-9_-]*\.(?:yml|md)")
_NOTHING = "This field is empty."


class PackFaults(Refused):
    """Raised if a pack cannot be read. `faults` contains each reason, with the file, line and field."""

    def __init__(self, faults: Iterable[PackFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
        self.problems = tuple(Problem(str(fault), fault.field) for fault in self.faults)


def find_pack_folders(root: Path) -> list[Path]:
    """Return the folders below a root folder that contain packs, sorted by name."""
    return sorted(path.parent for path in root.glob(f"*/{MARKET_FILE}"))


def read_pack(folder: Path) -> MarketPack:
    """Return the pack in a folder. Raises PackFaults with all faults in the pack, not only the first."""
    if not (folder / MARKET_FILE).is_file():
        raise PackFaults(
            [PackFault(f"{folder.name}/{MARKET_FILE}", 1, "", f"There is no {MARKET_FILE} in this folder.")]
        )
    files = _Files(folder)
    tree = files.tree()
    if tree is None or files.faults:
        raise PackFaults(files.faults)
    data = tree.plain()
    located_faults = list(validation.find_pack_faults(data))
    reported = {loc[:1] for loc, _ in located_faults}
    faults = [_fault(tree, loc, sentence) for loc, sentence in located_faults]
    try:
        pack = MarketPack.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            if detail["type"] == "value_error" and detail["loc"] in reported:
                continue  # If the question set is inconsistent, our own checks have already reported the place.
            faults.append(_fault(tree, detail["loc"], _in_words(detail)))
        raise PackFaults(faults) from None
    faults += [_fault(tree, loc, sentence) for loc, sentence in _find_rule_faults(pack)]
    if faults:
        raise PackFaults(faults)
    return pack


class _Files:
    """A pack's files, combined into one tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[PackFault] = []
        self.used = 0

    def tree(self) -> YamlNode | None:
        return self._yaml(MARKET_FILE, (), within=self.folder)

    def _yaml(self, name: str, stack: tuple[str, ...], *, within: Path) -> YamlNode | None:
        path = within / name
        file = f"{within.name}/{name}"
        place, faults = yaml_positions.parse_yaml(path.read_bytes(), file)
        self.faults += faults
        return None if place is None else self._expanded(place, (*stack, file))

    def _expanded(self, place: YamlNode, stack: tuple[str, ...]) -> YamlNode:
        if isinstance(place.value, list):
            items = [part for item in place.value for part in self._spliced(item, stack)]
            return YamlNode(place.file, place.line, items)
        if not isinstance(place.value, dict):
            return place
        parts = {
            name: self._expanded(part, stack)
            for name, part in place.value.items()
            if name not in {"extends", "text_file"}
        }
        if "text_file" in place.value:
            text = self._markdown(place.value["text_file"], parts)
            if text:
                parts["text"] = text
        mapping = YamlNode(place.file, place.line, parts)
        if "extends" in place.value:
            template = self._named(place.value["extends"], "extends", stack)
            if template is not None and not isinstance(template.value, dict):
                self._wrong(
                    place.value["extends"], "extends", "That file has no fields, so it cannot be used as a template."
                )
            elif template is not None:
                return _merged(template, mapping)
        return mapping

    def _spliced(self, item: YamlNode, stack: tuple[str, ...]) -> list[YamlNode]:
        if not (isinstance(item.value, dict) and set(item.value) == {"include"}):
            return [self._expanded(item, stack)]
        name = item.value["include"]
        included = self._named(name, "include", stack)
        if included is None:
            return []
        if not isinstance(included.value, list):
            self._wrong(name, "include", "That file is not a list, so a list cannot include it.")
            return []
        return included.value

    def _named(self, name: YamlNode, field: str, stack: tuple[str, ...]) -> YamlNode | None:
        location = self._locate(name, field, ".yml")
        if location is None:
            return None
        within, file = location
        if f"{within.name}/{file}" in stack:
            self._wrong(
                name, field, f"“{name.value}” also uses this file, so each file would include the other endlessly."
            )
            return None
        return self._yaml(file, stack, within=within)

    def _markdown(self, name: YamlNode, parts: dict[str, YamlNode]) -> YamlNode | None:
        if "text" in parts:
            self._wrong(name, "text_file", "There is already text here. Keep only one of the two versions.")
        location = self._locate(name, "text_file", ".md")
        if location is None:
            return None
        within, file = location
        text, faults = yaml_positions.decode_yaml((within / file).read_bytes(), f"{within.name}/{file}")
        self.faults += faults
        return YamlNode(f"{within.name}/{file}", 1, text)

    def _locate(self, name: YamlNode, field: str, ending: str) -> tuple[Path, str] | None:
        """Return the folder and name of a file that a pack refers to.

        If there is a problem, add a fault and return None.
        """
        file_name = name.value
        self.used += 1
        if self.used > MAX_PACK_FILES:
            if self.used == MAX_PACK_FILES + 1:
                self._wrong(name, field, f"A pack must have {MAX_PACK_FILES} files or fewer")
            return None
        if not isinstance(file_name, str) or not _NAME.fullmatch(file_name) or not file_name.endswith(ending):
            self._wrong(
                name,
                field,
                f"Enter the name of a {ending} file in this folder or in shared/. Use only lower-case "
                f"letters, - and _.",
            )
            return None
        is_shared = file_name.startswith(f"{SHARED_FOLDER}/")
        if name.file.startswith(f"{SHARED_FOLDER}/") and not is_shared:
            self._wrong(name, field, f"A shared file can use only shared files. Enter {SHARED_FOLDER}/{file_name}.")
            return None
        within = self.folder.parent / SHARED_FOLDER if is_shared else self.folder
        file = file_name.removeprefix(f"{SHARED_FOLDER}/")
        path = within / file
        if not path.is_file():
            self._wrong(name, field, f"There is no file “{file_name}”.")
            return None
        if path.resolve().parent != within.resolve():
            self._wrong(name, field, f"“{file_name}” is outside its folder.")
            return None
        return within, file

    def _wrong(self, place: YamlNode, field: str, sentence: str) -> None:
        self.faults.append(PackFault(place.file, place.line, field, sentence))


def _merged(template: YamlNode, own: YamlNode) -> YamlNode:
    if not (isinstance(template.value, dict) and isinstance(own.value, dict)):
        return own
    merged = dict(template.value)
    for name, part in own.value.items():
        merged[name] = _merged(merged[name], part) if name in merged else part
    return YamlNode(own.file, own.line, merged)


def _find_rule_faults(pack: MarketPack) -> Iterable[tuple[YamlPath, str]]:
    """Yield a fault for each criterion for joining that the ruleset forbids: ranking, price or a condition."""
    paths: dict[str, YamlPath] = {
        f"{name}.{question.key}": (name, "sections", number, "questions", position)
        for name, question_set in (("questions", pack.questions), ("eligibility", pack.eligibility))
        for number, section in enumerate(question_set.sections if question_set else ())
        for position, question in enumerate(section.questions)
    }
    paths |= {f"evidence.{kind.key}": ("evidence", position) for position, kind in enumerate(pack.evidence)}
    try:
        law = rulesets.get_ruleset(pack.ruleset)
    except LookupError:
        return  # `find_pack_faults` reports this
    problems = rulesets.find_scheme_problems(law, pack.questions, promises=pack.promised)
    for problem in [*problems, *problems_of_conditions(pack)]:
        yield paths[problem.where], problem.sentence


def _fault(tree: YamlNode, loc: YamlPath, sentence: str) -> PackFault:
    place = tree.nearest(loc)
    return PackFault(place.file, place.line, format_path(loc), sentence)


def _in_words(detail: ErrorDetails) -> str:
    """Return a pydantic error as a sentence that the pack's author can understand."""
    context = detail.get("ctx", {})
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    sentences = {
        "string_type": "Enter text here. If it looks like a number, put it in quotation marks.",
        "string_too_short": "Enter a value here",
        "string_too_long": f"Enter {context.get('max_length')} characters or fewer",
        "string_pattern_mismatch": f"“{detail['input']}” is not in the right format. It must be "
        f"{context.get('pattern')}",
        "int_type": "Enter a whole number",
        "int_parsing": "Enter a whole number",
        "int_from_float": "Enter a whole number",
        "float_type": "Enter a number",
        "float_parsing": "Enter a number",
        "bool_type": "Enter true or false",
        "bool_parsing": "Enter true or false",
        "greater_than_equal": f"Enter {context.get('ge')} or more",
        "list_type": "Enter a list, with each item on its own line after a dash",
        "dict_type": "Enter fields here, each on its own line with a name, a colon and a value",
        "model_type": "Enter fields here, each on its own line with a name, a colon and a value",
        "too_short": "Enter at least one item",
        "missing": f"“{name}” is missing.",
        "literal_error": f"“{detail['input']}” is not one of the values allowed here. Enter {context.get('expected')}.",
        "enum": f"“{detail['input']}” is not one of the values allowed here. Enter {context.get('expected')}.",
    }
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"“{name}” is not a field here.{_suggestion(name, detail['loc'][:-1])}"
    if kind.startswith("date"):
        return "Enter the date as year, month and day, like 2026-09-01"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if detail["input"] is None and kind in sentences and kind != "missing":
        return f"{_NOTHING} {sentences[kind]}"
    return sentences.get(kind, detail["msg"])


def _suggestion(name: str, loc: YamlPath) -> str:
    fields = list(_fields_at(loc))
    near = difflib.get_close_matches(name, fields, n=1)
    if near:
        return f" Did you mean “{near[0]}”?"
    return f" The fields are: {', '.join(fields)}." if fields else ""


def _fields_at(loc: YamlPath) -> Iterable[str]:
    """Return the names of the fields that the schema has at a path."""
    annotation: object = MarketPack
    for step in loc:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and step in annotation.model_fields:
            annotation = annotation.model_fields[str(step)].annotation
        else:
            annotation = next(iter(typing.get_args(annotation)[-1:]), None)
        if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
            annotation = next((part for part in typing.get_args(annotation) if part is not types.NoneType), None)
    return annotation.model_fields if isinstance(annotation, type) and issubclass(annotation, BaseModel) else ()
