"""What the list of services can be asked for: its parameters are made from the directory's criteria."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.db.models import TextChoices
from msgspec import Meta

from calloff.api.pagination import After, AuthoritySlug
from calloff.directory.models import Weekday
from calloff.directory.search_criteria import CRITERIA, SearchCriteria, Surface, build_search
from calloff.directory.search_criteria.field_values import (
    AmountValue,
    CodeValue,
    DateValue,
    DaysValue,
    FieldValue,
    FlagValue,
    LotValue,
    NumberValue,
    TimeValue,
)
from calloff.kernel.lifecycles import Refused

CLOCK_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAY_PATTERN = "|".join(Weekday.values)
DAYS_PATTERN = f"^({DAY_PATTERN})(,({DAY_PATTERN}))*$"
MAX_DAYS_LENGTH = len(",".join(Weekday.values))
MAX_CODE_SHOWN = 20  # characters of an unknown code that a refusal repeats

QUERY_FIELDS = tuple(  # in the order of the table; a category has two parameters of its own, `market` and `lot`
    field
    for row in CRITERIA.values()
    if Surface.API not in row.left_out
    for field in row.fields
    if not isinstance(field.value, LotValue)
)
CODES_BY_PARAMETER: dict[str, type[TextChoices]] = {
    field.name: field.value.codes for field in QUERY_FIELDS if isinstance(field.value, CodeValue)
}


def parameter_type(value: FieldValue, description: str) -> tuple[Any, Any]:
    """Return the type of a parameter, with its limits and description, and the default that asks for nothing."""
    given: dict[str, Any] = {"description": description} if description else {}
    if isinstance(value, FlagValue):
        return _described(bool, given), False
    if isinstance(value, NumberValue):
        return _described(int, given | {"ge": value.lowest, "le": value.highest}) | None, None
    if isinstance(value, DateValue):
        return _described(date, given) | None, None
    if isinstance(value, TimeValue):
        given |= {"pattern": CLOCK_PATTERN}
    elif isinstance(value, DaysValue):
        given |= {"pattern": DAYS_PATTERN, "max_length": MAX_DAYS_LENGTH}
    elif isinstance(value, AmountValue):
        given |= {"pattern": f"^[0-9]{{1,{value.whole_digits}}}([.][0-9]{{1,2}})?$"}
    return _described(str, given), ""


def _described(type_: Any, given: dict[str, Any]) -> Any:
    return Annotated[type_, Meta(**given)] if given else type_


ServiceQuery: type[msgspec.Struct] = msgspec.defstruct(
    "ServiceQuery",
    [
        ("authority", AuthoritySlug, ""),
        ("market", Annotated[str, Meta(description="the code of a market", max_length=6)], ""),
        ("lot", Annotated[int, Meta(ge=1, le=999, description="the number of a category")] | None, None),
        *((field.name, *parameter_type(field.value, field.api)) for field in QUERY_FIELDS),
        ("after", After, 0),
    ],
    module=__name__,
    namespace={"__doc__": "The filters of the directory page. A filter left out narrows nothing."},
)


def read_search(query: Any) -> SearchCriteria:
    """Read a query as the page reads its form. Raises Refused, which lists the codes, for an unknown code."""
    for name, codes in CODES_BY_PARAMETER.items():
        value = getattr(query, name)
        if value and value not in codes.values:
            there_is = ", ".join(codes.values)
            noun = name.replace("_", " ")
            raise Refused(f"There is no {noun} “{value[:MAX_CODE_SHOWN]}”. You can use: {there_is}.", name)
    try:
        asked = {field.name: _read(field.value, getattr(query, field.name)) for field in QUERY_FIELDS}
    except (ValueError, ArithmeticError):
        raise Refused("The query cannot be read. Send times like 09:30 and amounts like 62.50.") from None
    return build_search(**asked)


def _read(value: FieldValue, sent: Any) -> Any:
    if isinstance(value, DaysValue):
        return tuple(sent.split(",")) if sent else ()
    if isinstance(value, TimeValue):
        return time.fromisoformat(sent) if sent else None
    if isinstance(value, AmountValue):
        return Decimal(sent) if sent else None
    return sent
