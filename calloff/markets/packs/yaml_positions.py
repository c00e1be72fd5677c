"""Parse YAML into a tree of nodes, each with its file and line, so that faults can name them.

People outside the project write packs, so there are limits: no aliases, anchors or tags, no duplicate keys, 256 KB for
each file, and 20 levels. Values mean what an officer would expect. For example, `yes` is text. Everything is text
except true, false, whole numbers, decimals and null. Dates are text until the schema parses them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import yaml

MAX_YAML_BYTES = 256 * 1024  # bytes
MAX_YAML_DEPTH = 20

# The C loader is about 20 times as fast as SafeLoader, but it needs libyaml.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")

YamlScalar = str | int | float | bool | None
YamlPath = Sequence[str | int]


class PackFault(NamedTuple):
    """A fault in a pack, with its position. Lines and list positions are counted from 1."""

    file: str
    line: int
    field: str  # for example "lots[2].title", or empty if the fault is about the whole file
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}{f', {self.field}' if self.field else ''}: {self.sentence}"


@dataclass
class YamlNode:
    """A mapping, list or value in a YAML file, with its file and line."""

    file: str
    line: int
    value: "dict[str, YamlNode] | list[YamlNode] | YamlScalar"

    def plain(self) -> object:
        """Return the node as dicts, lists and values, without files and lines."""
        if isinstance(self.value, dict):
            return {key: part.plain() for key, part in self.value.items()}
        if isinstance(self.value, list):
            return [part.plain() for part in self.value]
        return self.value

    def nearest(self, loc: YamlPath) -> "YamlNode":
        """Return the node at a path or, if there is none, the last node that exists along the path."""
        node = self
        for step in loc:
            part: YamlNode | None = None
            if isinstance(node.value, dict):
                part = node.value.get(str(step))
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                part = node.value[step]
            if part is None:
                break
            node = part
        return node


def format_path(loc: YamlPath) -> str:
    """Return a path as text, with list positions counted from 1, for example “lots[2].title”."""
    words = ""
    for step in loc:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def decode_yaml(raw: bytes, file: str) -> tuple[str, list[PackFault]]:
    """Return the text in a file's bytes, and a fault if the file is too large or is not in UTF-8."""
    if len(raw) > MAX_YAML_BYTES:
        return "", [
            PackFault(file, 1, "", f"The file is larger than {MAX_YAML_BYTES // 1024} KB. Split or shorten it.")
        ]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return "", [PackFault(file, line, "", "The file is not in UTF-8. Save it as UTF-8.")]


def parse_yaml(raw: bytes, file: str) -> tuple[YamlNode | None, list[PackFault]]:
    """Return the nodes of a YAML file, with their file and line, or None and all faults of the file."""
    text, faults = decode_yaml(raw, file)
    if faults:
        return None, faults
    try:
        faults = list(_forbidden(text, file))
        node = None if faults else yaml.compose(text, Loader=YAML_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        explanation = " ".join(part for part in (error.context, error.problem) if part)
        return None, [PackFault(file, mark.line + 1 if mark else 1, "", f"This is not YAML: {explanation}.")]
    except yaml.reader.ReaderError as error:
        line = text[: int(error.position)].count("\n") + 1
        return None, [PackFault(file, line, "", "There is a character here that is not text.")]
    if faults:
        return None, faults
    if node is None:
        return None, [PackFault(file, 1, "", "The file is empty.")]
    return _placed(node, file, node.start_mark.line + 1, faults, ()), faults


def _forbidden(text: str, file: str) -> Iterator[PackFault]:
    """Yield a fault for each construct that is not allowed.

    This reads the parser's events one by one, so it neither builds objects nor recurses.
    """
    depth = documents = 0
    for event in yaml.parse(text, Loader=YAML_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            yield PackFault(file, line, "", f"“*{anchor}” is an alias. Write the text out again.")
        elif anchor:
            yield PackFault(file, line, "", f"“&{anchor}” is an anchor. Remove it, because packs cannot use aliases.")
        if tag:
            yield PackFault(file, line, "", f"“{tag}” is a tag. Remove it, because a pack can only contain plain data.")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield PackFault(file, line, "", "A second document starts here. Put each document in its own file.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_YAML_DEPTH:
                yield PackFault(file, line, "", f"This is nested more than {MAX_YAML_DEPTH} levels deep.")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _placed(node: yaml.Node, file: str, line: int, faults: list[PackFault], loc: tuple[str | int, ...]) -> YamlNode:
    if isinstance(node, yaml.MappingNode):
        parts: dict[str, YamlNode] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                faults.append(PackFault(file, key_line, format_path(loc), "The name of a field must be a word."))
                continue
            key = str(key_node.value)
            if key in parts:
                field = format_path((*loc, key))
                faults.append(
                    PackFault(file, key_line, field, f"This field is already here, on line {parts[key].line}.")
                )
                continue
            parts[key] = _placed(value_node, file, key_line, faults, (*loc, key))
        return YamlNode(file, line, parts)
    if isinstance(node, yaml.SequenceNode):
        items = [
            _placed(item, file, item.start_mark.line + 1, faults, (*loc, number))
            for number, item in enumerate(node.value)
        ]
        return YamlNode(file, line, items)
    return YamlNode(file, line, str(node.value) if _is_quoted(node) else _scalar(str(node.value)))


def _is_quoted(node: yaml.Node) -> bool:
    return bool(getattr(node, "style", None))


def _scalar(text: str) -> YamlScalar:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
