"""Changes by other people since a person's previous visit to a home page, for the card “Changes since your last visit”.

Each audience lists the kinds of records and the actions that count as news. The record's own History page shows the
same actions. A visit is stored only when the person opens the page, and not when the browser loads it in advance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.urls import reverse

from calloff.accounts.models import HomeVisit
from calloff.history.models import EventSubject
from calloff.history.record_types import find_model, record_type
from calloff.people.models import Organisation, User
from calloff.web.request import OrganisationRequest

ONE_VISIT = timedelta(hours=1)  # opening the page again within this time is the same visit
VISITS_KEPT = timedelta(days=90)
MAX_CHANGES_READ = 60
MAX_CHANGES_SHOWN = 5


class NewsKind(NamedTuple):
    """One kind of record, the actions that are news, the records that the person can see, and their page."""

    noun: str
    verbs: tuple[str, ...]
    seen: QuerySet[Any]
    route: str
    key: str = "reference"  # the field that the URL contains
    name: str = ""  # the field with the record's name, if it has no reference


class Change(NamedTuple):
    """One action by someone else, with the record and its page."""

    record: str
    href: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class News:
    """The changes since a person's previous visit, latest first."""

    since: datetime
    changes: Sequence[Change]

    @property
    def first(self) -> Sequence[Change]:
        return self.changes[:MAX_CHANGES_SHOWN]

    @property
    def others(self) -> Sequence[Change]:
        return self.changes[MAX_CHANGES_SHOWN:]


def news_since_last_visit(request: OrganisationRequest, kinds: Iterable[NewsKind]) -> News | None:
    """Return the changes since the previous visit and store this visit. Returns None on the first visit."""
    since = _previous_visit(request)
    several = list(kinds)
    if since is None or not several:
        return None
    changes = _changes(request.organisation, request.user, several, since)
    return News(since, changes) if changes else None


def forget_old_visits(at: datetime) -> int:
    """Delete the visits of people who have not opened the home page for a long time."""
    return HomeVisit.objects.filter(latest_at__lt=at - VISITS_KEPT).delete()[0]


def _previous_visit(request: OrganisationRequest) -> datetime | None:
    """Return when the person's previous visit started. Store this visit if it is new."""
    organisation, person, at = request.organisation, request.user, request.now
    visit = HomeVisit.objects.filter(person=person, organisation=organisation).first()
    if visit and at - visit.latest_at <= ONE_VISIT:
        return visit.previous_at
    previous_at = visit.latest_at if visit else None
    if request.method == "GET" and not _is_loaded_in_advance(request):
        HomeVisit.objects.bulk_create(
            [HomeVisit(person=person, organisation=organisation, latest_at=at, previous_at=previous_at)],
            update_conflicts=True,
            unique_fields=["person", "organisation"],
            update_fields=["latest_at", "previous_at"],
        )
    return previous_at


def _is_loaded_in_advance(request: OrganisationRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or "prerender" in purpose


def _changes(organisation: Organisation, person: User, kinds: list[NewsKind], since: datetime) -> list[Change]:
    """Read the changes in one query. An action that changed several records appears once, with the first kind."""
    by_type = {record_type(kind.seen.model): kind for kind in kinds}
    order = list(by_type)
    is_news, keys, names = Q(), [], []
    for name, kind in by_type.items():
        seen = kind.seen.select_related(None).prefetch_related(None).order_by()
        is_news |= Q(record_type=name, verb__in=kind.verbs, record_id__in=seen.values("pk"))
        record = kind.seen.model._default_manager.filter(pk=OuterRef("record_id"))
        keys.append(When(record_type=name, then=Cast(Subquery(record.values(kind.key)[:1]), CharField())))
        if kind.name:
            names.append(When(record_type=name, then=Cast(Subquery(record.values(kind.name)[:1]), CharField())))
    found = EventSubject.objects.filter(is_news, event__at__gt=since).exclude(event__by=person)
    columns = ("event", "record_type", "verb", "source", "event__by__name", "event__acting_for", "event__at")
    empty = Value("")
    known = {"key": Case(*keys, default=empty), "called": Case(*names, default=empty) if names else empty}
    rows: Any = found.annotate(**known).order_by("-event__at", "-event")
    by_event: dict[int, Any] = {}
    for event, *row in rows.values_list(*columns, "key", "called")[:MAX_CHANGES_READ]:
        if event not in by_event or order.index(row[0]) < order.index(by_event[event][0]):
            by_event[event] = row
    return [_change(organisation, by_type[row[0]], *row) for row in by_event.values()]


def _change(  # noqa: PLR0917 (a row of a query)
    organisation: Organisation,
    kind: NewsKind,
    name: str,
    verb: str,
    source: str,
    colleague: str,
    acting_for: str,
    at: datetime,
    key: str,
    called: str | None,
) -> Change:
    words = str(find_model(name).LIFECYCLE.history_text(verb, source or None))
    is_reference = kind.key.endswith("reference")
    return Change(
        f"{kind.noun} {key}" if is_reference else called or kind.noun,
        reverse(kind.route, args=[organisation.slug, key]),
        words,
        colleague if acting_for in {"", str(organisation)} else acting_for,
        at,
    )
