"""Code that list pages share: filters, one page of rows found by key, and the total.

    filters, services = list_pages.filter_by_state(request, services, STATES, everything="All services")
    page = list_pages.list_context(request, services, ("by_name", "pk"), one="service", filters=filters)
    return render(request, "provider/services.html", page)

`layouts/list.html` shows what `list_context` returns. `spreadsheet_exports.export_response` exports the same rows as a
file.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Model, Q, QuerySet
from django.http import QueryDict

from calloff.kernel.formatting import format_short_date, pluralise
from calloff.kernel.keyset_pagination import paginate
from calloff.web.forms_ui.field_errors import choice_errors, date_errors
from calloff.web.forms_ui.forms import FilterForm
from calloff.web.jinja_environment import changed_query
from calloff.web.navigation import path_at_organisation
from calloff.web.request import OrganisationRequest, Request

ListedModel = TypeVar("ListedModel", bound=Model)
FROM_DAY_FIELD, TO_DAY_FIELD = "from", "to"  # the query parameters for the first and the last day
TYPED_DATE_FORMATS = ["%d %m %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"]
LONG_PAGE_SIZE = 100
MAX_CHOICES = 9  # a filter with more values stays a form
StateFilters = Mapping[str, tuple[str, Q]]  # a state's name in the query -> its label and its condition


class Choice(NamedTuple):
    """One value of a list's only filter, as a link. Without `number`, the rows have not been counted."""

    words: str
    number: int | None
    href: str
    is_chosen: bool


class StateFilter(FilterForm):
    """Filter a list by one state."""

    numbers: Mapping[str, int] = {}  # a state's name in the query -> how many rows have it

    state = forms.ChoiceField(
        label="Show", required=False, error_messages=choice_errors("Select a status from the list")
    )

    def __init__(self, *args: Any, states: StateFilters, everything: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["state"]
        field.choices = [("", everything), *((key, words) for key, (words, _) in states.items())]


class StateAndDaysFilter(StateFilter):
    """Filter a list by one state and by a range of days, including both ends.

    If a date is wrong, the page shows an error.
    """

    def __init__(self, *args: Any, about: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, word in ((FROM_DAY_FIELD, "from"), (TO_DAY_FIELD, "until")):
            self.fields[name] = forms.DateField(
                label=f"{about} {word}",
                required=False,
                input_formats=TYPED_DATE_FORMATS,
                help_text="Like 27 11 2026",
                error_messages=date_errors("First day" if name == FROM_DAY_FIELD else "Last day"),
            )

    def clean(self) -> dict[str, Any]:
        days = super().clean() or {}
        if days.get(FROM_DAY_FIELD) and days.get(TO_DAY_FIELD) and days[TO_DAY_FIELD] < days[FROM_DAY_FIELD]:
            self.add_error(TO_DAY_FIELD, f"The last day must be {format_short_date(days[FROM_DAY_FIELD])} or later")
        return days


def filter_by_state(
    request: Request, rows: QuerySet[ListedModel], states: StateFilters, *, everything: str, otherwise: Q | None = None
) -> tuple[StateFilter, QuerySet[ListedModel]]:
    """Filter a list by the state in the query string. An unknown state is ignored.

    `everything` is the label for no state. `otherwise` is the condition that applies if no state is chosen, for a list
    that should not show everything.
    """
    filters = StateFilter.of(request, states=states, everything=everything)
    conditions = {"": otherwise or Q(), **{name: condition for name, (_, condition) in states.items()}}
    filters.numbers = _count_each(rows, conditions)
    return filters, rows.filter(conditions[filter_values(filters)["state"]])


def filter_by_state_and_days(
    request: Request, rows: QuerySet[ListedModel], states: StateFilters, *, field: str, about: str, everything: str,
    otherwise: Q | None = None,
) -> tuple[StateAndDaysFilter, QuerySet[ListedModel]]:  # fmt: skip
    """Filter a list by state, as `filter_by_state` does, and by a range of days, from the query string.

    The days are those of a date field. `about` starts the labels: “Due from”, “Due until”. A wrong date filters
    nothing, and the page shows an error.
    """
    filters = StateAndDaysFilter.of(request, states=states, everything=everything, about=about)
    wanted = filter_values(filters)
    state = wanted["state"]
    rows = rows.filter(states[state][1] if state else otherwise or Q())
    for name, test in ((FROM_DAY_FIELD, "gte"), (TO_DAY_FIELD, "lte")):
        rows = rows.filter(**{f"{field}__{test}": wanted[name]}) if wanted[name] else rows
    return filters, rows


def list_context(
    request: Request,
    rows: QuerySet[ListedModel],
    order: tuple[str, ...],
    *,
    one: str,
    many: str = "",
    filters: FilterForm | None = None,
) -> dict[str, Any]:
    """Return the context for `layouts/list.html`: a queryset's rows, “1 to 25 of 312 applications”, and links.

    `order` is as for `paginate`, and ends with a unique field. `one` names a row, and `many` is its plural if that is
    not `one` + s. The result has `list_query`, the filters in use, for links to a record (`?back=`), which
    `back_to_list` reads.
    """
    page = paginate(rows, order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    extent = f"{page.first:,} to {page.last:,} of {pluralise(page.total, one, many)}" if page.total else ""
    wrong = (
        {"form": filters}
        if isinstance(filters, StateAndDaysFilter) and {FROM_DAY_FIELD, TO_DAY_FIELD} & set(filters.errors)
        else {}
    )
    return (
        wrong
        | {
            "rows": page.rows,
            "total": page.total,
            "extent_words": extent,
            "previous": changed_query(request, before=page.previous, after=None) if page.previous else None,
            "next": changed_query(request, after=page.next, before=None) if page.next else None,
            "list_query": _kept(request, filters) if filters else "",
        }
        | filter_context(request, filters)
    )


class PartOfList(NamedTuple):
    """Some rows of a long list that has no filters and no total, and links to those before and after them."""

    rows: list[Any]
    previous: str | None
    next: str | None


def part_of_list(request: Request, rows: QuerySet[Any], order: tuple[str, ...], size: int = 0) -> PartOfList:
    """Return the part of a long list that the query string asks for. `order` is as for `paginate`."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = paginate(rows, order, after=after, before=before, size=size or LONG_PAGE_SIZE)
    return PartOfList(
        page.rows,
        changed_query(request, before=page.previous, after=None) if page.previous else None,
        changed_query(request, after=page.next, before=None) if page.next else None,
    )


def filter_context(request: Request, filters: FilterForm | None) -> dict[str, Any]:
    """Return the context for a list's filters.

    If there is only one, with few values, they are `choices`: links that need no form. A value that no row has is left
    out, unless it is chosen. Otherwise `choices` is None, and the filters are a form.
    """
    return {
        "filter": filters,
        "chosen": active_list_filters(request, filters) if filters else [],
        "choices": _choices(request, filters) if filters else None,
    }


def filter_values(filters: FilterForm) -> dict[str, Any]:
    """Return a filter's values. An invalid value counts as no value."""
    filters.is_valid()
    return {name: filters.cleaned_data.get(name) or "" for name in filters.fields}


def active_list_filters(request: Request, filters: FilterForm) -> list[tuple[str, str]]:
    """Return each filter in use: its label, and the URL of the list without it."""
    in_use = [(name, value) for name, value in filter_values(filters).items() if value]
    without = {name: changed_query(request, **{name: None, "after": None, "before": None}) for name, _ in in_use}
    return [(_said(filters.fields[name], value), without[name]) for name, value in in_use]


def back_to_list(request: OrganisationRequest, route: str) -> str:
    """Return the URL of the list that the person opened a record from, with the filters in use."""
    filters = QueryDict(request.GET.get("back", ""))
    kept = [(key, value) for key, value in filters.items() if key.isidentifier()]
    path = path_at_organisation(request, route)
    return f"{path}?{urlencode(kept)}" if kept else path


def _choices(request: Request, filters: FilterForm) -> list[Choice] | None:
    (name, field), *others = filters.fields.items()
    values = list(getattr(field, "choices", ()))
    if others or not 1 < len(values) <= MAX_CHOICES:
        return None
    chosen, numbers = filter_values(filters)[name], getattr(filters, "numbers", {})
    links = {
        value: changed_query(request, **{name: value or None, "after": None, "before": None}) for value, _ in values
    }
    choices = [
        Choice(str(words), numbers.get(value), links[value], value == chosen)
        for value, words in values
        if value in ("", chosen) or numbers.get(value) != 0
    ]
    return choices if len(choices) > 1 else []


def _count_each(rows: QuerySet[Any], conditions: Mapping[str, Q]) -> dict[str, int]:
    """Count the rows that each condition matches, in one query."""
    names = {f"number_{position}": name for position, name in enumerate(conditions)}
    counts = {
        label: Count("pk", filter=conditions[name], distinct=True) if conditions[name] else Count("pk", distinct=True)
        for label, name in names.items()
    }
    return {names[label]: number for label, number in rows.order_by().aggregate(**counts).items()}


def _said(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return f"{field.label} {format_short_date(value)}"
    if value is True:
        return str(field.label)
    words = dict(getattr(field, "choices", ())).get(str(value), value)
    return str(words)


def _kept(request: Request, filters: FilterForm) -> str:
    """Return the filters in use as a query string.

    A link to a record contains it, so that people can return to the list as it was.
    """
    kept = request.GET.copy()
    for name in set(kept) - set(filters.fields):
        del kept[name]
    return str(kept.urlencode())
