"""The query parameters for the list of services, which are made from the directory's search criteria."""

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
MAX_CODE_SHOWN = 20  # how many characters of an unknown code an error shows

# The fields are in the order of the criteria. The lot is left out, because `market` and `lot` specify it.
QUERY_FIELDS = tuple(
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
    """Return the type of a parameter with its limits and description, and a default that does not filter."""
    limits: dict[str, Any] = {"description": description} if description else {}
    if isinstance(value, FlagValue):
        return _annotated(bool, limits), False
    if isinstance(value, NumberValue):
        return _annotated(int, limits | {"ge": value.lowest, "le": value.highest}) | None, None
    if isinstance(value, DateValue):
        return _annotated(date, limits) | None, None
    if isinstance(value, TimeValue):
        limits |= {"pattern": CLOCK_PATTERN}
    elif isinstance(value, DaysValue):
        limits |= {"pattern": DAYS_PATTERN, "max_length": MAX_DAYS_LENGTH}
    elif isinstance(value, AmountValue):
        limits |= {"pattern": f"^[0-9]{{1,{value.whole_digits}}}([.][0-9]{{1,2}})?$"}
    return _annotated(str, limits), ""


def _annotated(type_: Any, limits: dict[str, Any]) -> Any:
    return Annotated[type_, Meta(**limits)] if limits else type_


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
    namespace={"__doc__": "The filters of the directory page. A filter that you leave out has no effect."},
)


def read_search(query: Any) -> SearchCriteria:
    """Convert the query parameters into a search, in the same way as the directory page converts its form.

    Raises Refused for an unknown code in a parameter.
    """
    for name, codes in CODES_BY_PARAMETER.items():
        value = getattr(query, name)
        if value and value not in codes.values:
            codes_listed = ", ".join(codes.values)
            noun = name.replace("_", " ")
            raise Refused(
                f"There is no {noun} with the code “{value[:MAX_CODE_SHOWN]}”. Use one of these: {codes_listed}.", name
            )
    try:
        values = {field.name: _parse_value(field.value, getattr(query, field.name)) for field in QUERY_FIELDS}
    except (ValueError, ArithmeticError):
        raise Refused("The query cannot be read. Send times like 09:30 and amounts like 62.50.") from None
    return build_search(**values)


def _parse_value(value: FieldValue, received: Any) -> Any:
    if isinstance(value, DaysValue):
        return tuple(received.split(",")) if received else ()
    if isinstance(value, TimeValue):
        return time.fromisoformat(received) if received else None
    if isinstance(value, AmountValue):
        return Decimal(received) if received else None
    return received
