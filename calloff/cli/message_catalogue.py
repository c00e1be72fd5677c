"""A catalogue of all email messages, with the subject and first sentence of each, read from the source code.

A value from a record is shown as the name of its field in braces, for example “{reference}”. Optional words are in
square brackets.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

MESSAGE_CLASS = "MessageText"
FIRST_SENTENCE = re.compile(r"(?:\{[^}]*\}|[^{\n])*?[.?!:](?=[\s\]]|$)")


class CatalogueEntry(NamedTuple):
    room: str
    name: str  # the module and function, or the constant, for example “reminders.reply_tomorrow”
    subject: str
    first_sentence: str


def read_messages(source: Path) -> Iterator[CatalogueEntry]:
    """Yield an entry for each `MessageText(…)` in a folder of source code, by file and line."""
    for path in sorted(source.rglob("*.py")):
        text = path.read_text()
        if f"{MESSAGE_CLASS}(" in text:
            for statement in ast.parse(text).body:
                yield from _of_statement(statement, path.relative_to(source).parts[0], path.stem)


def _of_statement(statement: ast.stmt, room: str, module: str) -> Iterator[CatalogueEntry]:
    assigned = {
        node.targets[0].id: node.value
        for node in ast.walk(statement)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    name = statement.name if isinstance(statement, ast.FunctionDef) else next(iter(assigned), "")
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: node.lineno):
        if isinstance(call.func, ast.Name) and call.func.id == MESSAGE_CLASS:
            subject, body, *_ = (_text(argument, assigned) for argument in call.args)
            yield CatalogueEntry(room, f"{module}.{name}", subject, _first_sentence(body))


def _first_sentence(body: str) -> str:
    first = FIRST_SENTENCE.match(body)
    sentence = first[0] if first else body.partition("\n")[0]
    return f"{sentence}]" if sentence.count("[") > sentence.count("]") else sentence


def _text(node: ast.expr, assigned: Mapping[str, ast.expr]) -> str:
    """Return the text of an expression, as far as the source code shows it."""
    match node:
        case ast.Constant(value=str(constant)):
            text = constant
        case ast.JoinedStr(values=parts):
            text = "".join(_text(part, assigned) for part in parts)
        # A slice such as [:200] only shortens the text.
        case ast.FormattedValue(value=value) | ast.Subscript(value=value, slice=ast.Slice()):
            text = _text(value, assigned)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            text = _text(left, assigned) + _text(right, assigned)
        case ast.IfExp(body=body, orelse=other):
            text = f"[{' / '.join(filter(None, (_text(body, assigned), _text(other, assigned))))}]"
        case ast.Name(id=name) if name in assigned:
            text = _text(assigned[name], {key: value for key, value in assigned.items() if key != name})
        case _:
            text = f"{{{_label(node)}}}"
    return text


def _label(node: ast.expr) -> str:
    """Return a name for a value: the last name in its expression or, for a function call, the name of its argument."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            label = re.sub(r"^(get|format)_|_display$", "", name.lstrip("_")).replace("_", " ")
        case ast.Call(func=ast.Name(id="pluralise"), args=[_, ast.Constant(value=str(noun)), *_]):
            label = f"number of {noun}s"
        case ast.Call(func=ast.Name(id=name), args=[ast.Attribute() | ast.Name() as first, *_]) if re.match(
            "format_|str$", name
        ):
            label = _label(first)
        case ast.Call(func=ast.Attribute(value=value, attr="lower" | "capitalize" | "strip")):
            label = _label(value)
        case ast.Call(func=value) | ast.Subscript(value=value):
            label = _label(value)
        case _:
            label = "…"
    return label
