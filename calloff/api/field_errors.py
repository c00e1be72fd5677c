"""Parse the query parameters and body fields of a request, with a separate error for each of them.

One response lists all wrong values, so that the developer of the other system can fix them together.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, get_args

import msgspec

from calloff.kernel.lifecycles import Problem, Refused

StructToRead = TypeVar("StructToRead", bound=msgspec.Struct)
MAX_NAME_SHOWN = 50  # how many characters of an unknown name an error shows

# what a caller must send for a value of each type
VALUES_BY_TYPE: dict[type, str] = {bool: "true or false", date: "a date, like 2026-09-01"}
# What a caller must send for values of other types, by the name of the parameter or field. Those that accept any text
# are not listed.
VALUES_TO_SEND = {
    "after": "the value of `next` from the previous page",
    "age": "a whole number of years from 0 to 25",
    "at_most": "an amount in pounds, like 62.50",
    "checked": "a whole number of months from 1 to 120",
    "days": "days of the week with commas between them, like mon,tue",
    "ends_after": "a time on the 24-hour clock, like 15:00",
    "lot": "the number of a category, from 1 to 999",
    "market": "the code of a market, with 6 characters or fewer",
    "places": "a whole number from 0 to 1000",
    "ratio": "a whole number of children from 1 to 100",
    "starts_by": "a time on the 24-hour clock, like 09:30",
}


def read_struct(sent: Mapping[str, Any], struct: type[StructToRead], *, strict: bool) -> StructToRead:
    """Parse named values into a msgspec structure.

    `strict` is False for a query string, in which every value is text. Raises Refused with a sentence for each value
    that is missing, unreadable or out of range.
    """
    try:
        return msgspec.convert(dict(sent), struct, strict=strict)
    except msgspec.ValidationError as error:
        problems = _find_problems(sent, struct, strict=strict)
        if problems:
            raise Refused.because(problems) from error
        raise Refused(f"{error}.") from error


def value_to_send(name: str, type_: Any) -> str:
    """Return what the error about a parameter or field tells the caller to send.

    Raises LookupError if there is no description for it.
    """
    parts = {type_, *get_args(type_)}
    parts |= {inner for part in parts for inner in get_args(part)}
    words = next((words for kind, words in VALUES_BY_TYPE.items() if kind in parts), "")
    if not (words or name in VALUES_TO_SEND):
        raise LookupError(f"Add what to send for `{name}`, with its limits, to VALUES_TO_SEND (api/field_errors.py).")
    return words or VALUES_TO_SEND[name]


def unknown_name_problem(name: str, struct: type[msgspec.Struct], noun: str) -> Problem:
    """Return the error about a parameter or field that this request does not accept.

    `noun` is “parameter” or “field”.
    """
    allowed = struct.__struct_fields__
    advice = f"Use one of these: {', '.join(allowed)}." if allowed else "This request does not take any parameters."
    return Problem(f"This request has no {noun} called “{name[:MAX_NAME_SHOWN]}”. {advice}", name[:MAX_NAME_SHOWN])


def _find_problems(sent: Mapping[str, Any], struct: type[msgspec.Struct], *, strict: bool) -> list[Problem]:
    fields = msgspec.structs.fields(struct)
    problems = [
        Problem(f"Send `{field.name}` as {value_to_send(field.name, field.type)}.", field.name)
        for field in fields
        if (field.required if field.name not in sent else not _can_be_read(sent[field.name], field.type, strict))
    ]
    if struct.__struct_config__.forbid_unknown_fields:
        known_names = {field.name for field in fields}
        problems += [unknown_name_problem(name, struct, "field") for name in sent if name not in known_names]
    return problems


def _can_be_read(value: Any, type_: Any, strict: bool) -> bool:
    try:
        msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError:
        return False
    return True
