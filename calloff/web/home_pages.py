"""Context for the home pages of all audiences."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, IntegerField, QuerySet, Value

from calloff.kernel.formatting import format_day_of_year
from calloff.monitoring.queries import suspended_providers
from calloff.web import dated_entries, work_items
from calloff.web.charts import Chart
from calloff.web.first_steps import FirstSteps
from calloff.web.news import NewsKind, news_since_last_visit
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem


class HomeCount(NamedTuple):
    """Records to count, and the link to a list of exactly these records."""

    words: str
    rows: QuerySet[Any]
    href: str


def home_context(
    request: OrganisationRequest,
    work: Sequence[WorkItem],
    counts: Iterable[HomeCount],
    *,
    chart: Chart | None,
    first: FirstSteps | None,
    news: Iterable[NewsKind],
) -> dict[str, Any]:
    """Return the context that `layouts/home.html` needs."""
    organisation, person, at = request.organisation, request.user, request.now
    request.task_hrefs = [item.href for item in work]
    return {
        "groups": work_items.group_work(work, at),
        "week": dated_entries.entries_of_week(organisation, person, at, work=work),
        "counts": count_records(counts),
        "chart": chart,
        "first": first,
        "news": news_since_last_visit(request, news),
        "suspended": suspended_providers(organisation, person=person, at=at),
        "now": at,
        "today": format_day_of_year(at),
    }


def count_records(counts: Iterable[HomeCount]) -> list[tuple[str, int, str]]:
    """Count records of different kinds in one statement. Kinds of which there are none are left out."""
    asked = list(counts)
    if not asked:
        return []
    first, *others = [_counted(number, count.rows) for number, count in enumerate(asked)]
    found: dict[int, int] = dict((first.union(*others, all=True) if others else first).values_list("place", "number"))
    return [(count.words, found[place], count.href) for place, count in enumerate(asked) if found.get(place)]


def _counted(place: int, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return a query for one row with the place in the list and the number of records."""
    keys = rows.order_by().values("pk")
    records: QuerySet[Any] = rows.model._default_manager.filter(pk__in=keys).order_by()
    counted: QuerySet[Any] = records.values(place=Value(place, IntegerField())).annotate(number=Count("pk"))
    return counted
