"""Tests that each parameter and field of the API has its own error, which states its limits."""

from datetime import date
from typing import Annotated, get_args

import msgspec
import pytest
from msgspec import Meta

from calloff.api.field_errors import VALUES_BY_TYPE, VALUES_TO_SEND, read_struct, value_to_send
from calloff.api.openapi import OPERATIONS
from calloff.kernel.lifecycles import Refused

STRUCTS = {struct for one in OPERATIONS for struct in (one.query, one.body) if struct is not None}
FIELDS = sorted({(field.name, field.type) for struct in STRUCTS for field in msgspec.structs.fields(struct)}, key=str)
UNSEEN_LIMITS = {"after"}  # People do not type this value, because each page contains the value for the next page.


def limits_of(type_):
    """Return the limits of a type and of its parts: ge, le, max_length and pattern."""
    found = {}
    for part in (type_, *get_args(type_)):
        if isinstance(part, Meta):
            limits = {name: getattr(part, name) for name in ("ge", "le", "max_length", "pattern")}
            found |= {name: limit for name, limit in limits.items() if limit is not None}
        elif part is not type_:
            found |= limits_of(part)
    return found


def can_be_wrong(type_):
    """Return whether a type refuses some text or JSON. Free text in a query is never refused."""
    return bool(limits_of(type_)) or not (type_ is str or get_args(type_)[:1] == (str,))


@pytest.mark.parametrize(("name", "type_"), FIELDS, ids=[name for name, _ in FIELDS])
def test_each_field_error_names_the_field_and_its_limits(name, type_):
    if not can_be_wrong(type_):
        return
    words, limits = value_to_send(name, type_), limits_of(type_)
    if name not in UNSEEN_LIMITS and "pattern" not in limits:
        for limit in limits.values():
            assert str(limit) in words, f"Write the limit {limit} of `{name}` in VALUES_TO_SEND (api/field_errors.py)"


def test_boolean_and_date_fields_have_a_default_error_message_and_other_types_need_their_own():
    assert value_to_send("lift", Annotated[bool, Meta(description="only with a lift")]) == "true or false"
    assert value_to_send("from_day", Annotated[date, Meta(description="free")] | None) == "a date, like 2026-09-01"
    with pytest.raises(LookupError, match="what to send for `floors`, with its limits"):
        value_to_send("floors", int | None)


def test_no_error_is_defined_for_a_field_that_does_not_exist():
    assert set(VALUES_TO_SEND) <= {name for name, type_ in FIELDS if can_be_wrong(type_)}
    assert not [name for name, words in VALUES_TO_SEND.items() if words in VALUES_BY_TYPE.values()]


def test_every_invalid_value_is_reported_with_its_field_name():
    struct = next(struct for struct in STRUCTS if "places" in struct.__struct_fields__)
    with pytest.raises(Refused) as refused:
        read_struct({"places": -1, "places_from": "May", "pupil": "Ada"}, struct, strict=True)
    assert [problem.where for problem in refused.value.problems] == ["places", "places_from", "pupil"]
