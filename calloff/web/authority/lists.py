"""What every list is: its filters in words, one page of its rows by key, how many there are, and its rows as CSV."""

import csv
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse

from calloff.kernel.paging import page_of
from calloff.kernel.words import plural
from calloff.questions.answers import neutral
from calloff.web.forms import Filter
from calloff.web.jinja import query


def listing(
    request: Any,
    found: QuerySet[Any],
    order: tuple[str, ...],
    *,
    one: str,
    filters: Filter | None = None,
    many: str = "",
) -> dict[str, Any]:
    """Return what `layouts/list.html` shows of a queryset: a page of rows, “1 to 25 of 312 applications”, the turns."""
    page = page_of(found, order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    extent = f"{page.first:,} to {page.last:,} of {plural(page.total, one, many)}" if page.total else ""
    return {
        "rows": page.rows,
        "total": page.total,
        "extent_words": extent,
        "previous": query(request, before=page.previous, after=None) if page.previous else None,
        "next": query(request, after=page.next, before=None) if page.next else None,
        "filter": filters,
        "chosen": chosen(request, filters) if filters else [],
        "back": _kept(request, filters) if filters else "",
    }


def asked(filters: Filter) -> dict[str, Any]:
    """Return what a filter asks for. An answer that is not one of the list asks nothing."""
    filters.is_valid()
    return {name: filters.cleaned_data.get(name) or "" for name in filters.fields}


def chosen(request: Any, filters: Filter) -> list[tuple[str, str]]:
    """Return the filters in use, in words, each with the address of the list without it."""
    in_use = [(name, value) for name, value in asked(filters).items() if value]
    without = {name: query(request, **{name: None, "after": None, "before": None}) for name, _ in in_use}
    return [(_said(filters.fields[name], value), without[name]) for name, value in in_use]


def as_csv(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Answer with rows as CSV in which no cell is a formula, whatever was typed into it."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    sheet = csv.writer(answer)
    sheet.writerow(header)
    sheet.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return answer


def _said(field: forms.Field, value: Any) -> str:
    if value is True:
        return str(field.label)
    words = dict(getattr(field, "choices", ())).get(str(value), value)
    return str(words)


def _kept(request: Any, filters: Filter) -> str:
    """Return the filters in use as a query string, which a record carries to lead back to them."""
    kept = request.GET.copy()
    for name in set(kept) - set(filters.fields):
        del kept[name]
    return str(kept.urlencode())
