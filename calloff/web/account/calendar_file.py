"""A person's calendar as a file (RFC 5545).

Anyone who knows the URL can read the file. It contains only the words in `EntryKind`, references, days and whole hours.
It leaves out looked-after children, children whose home is withheld, sessions at home, and entries that are not about
one of our records.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from calloff.kernel.encryption import keyed_digest
from calloff.people.models import Organisation
from calloff.placements.planned_days import about_hidden_children
from calloff.web.dated_entries import DatedEntry, EntryKind

REFERENCE_PATTERN = re.compile(r"[A-Z0-9]{2,6}(-[A-Z0-9]{1,10}){0,2}")
MAX_REFERENCES_IN_TITLE = 3
LONDON = ZoneInfo("Europe/London")
ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class CalendarEvent:
    """One event in a file, with an identifier that never changes."""

    uid: str
    title: str
    references: str
    starts: date
    ends: date
    is_cancelled: bool


def calendar_events(entries: Iterable[tuple[Organisation, DatedEntry]]) -> list[CalendarEvent]:
    """Return a calendar's events, in order. The number of queries is the same for any number of entries."""
    shown = list(entries)
    private = about_hidden_children({reference for _, entry in shown for reference in entry.references})
    events: dict[str, CalendarEvent] = {}
    for organisation, entry in shown:
        public = _public_part(entry, private)
        if public is not None:
            event = _event(organisation, public)
            # If a half day has both kinds of session, show those that take place, not the cancelled ones.
            if event.uid not in events or events[event.uid].is_cancelled:
                events[event.uid] = event
    return list(events.values())


def calendar_etag(events: Iterable[CalendarEvent]) -> str:
    """Return a calendar's weak ETag, which changes only if an event changes."""
    return f'W/"{sha256(repr(list(events)).encode()).hexdigest()[:32]}"'


def render_calendar(events: Iterable[CalendarEvent], at: datetime) -> bytes:
    """Return the file, with the time zone for its times."""
    calendar = Calendar()
    calendar.add("prodid", "-//Calloff//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Calloff")
    calendar.add_component(_time_zone())
    for event in events:
        calendar.add_component(_component(event, at))
    return bytes(calendar.to_ical())


def _public_part(entry: DatedEntry, private: set[str]) -> DatedEntry | None:
    """Return what anyone who knows the URL can see of an entry, or None if that is nothing.

    A session's hours are those of the children who are shown.
    """
    if entry.kind != EntryKind.SESSION:
        is_public = entry.reference not in private and REFERENCE_PATTERN.fullmatch(entry.reference)
        return entry if is_public else None
    shown = [session for session in entry.sessions if not session.at_home and session.reference not in private]
    if not shown:
        return None
    return replace(
        entry,
        references=tuple(sorted(session.reference for session in shown)),
        starts_at=min(session.starts_at for session in shown),
        ends_at=max(session.ends_at for session in shown),
    )


def _time_zone() -> Timezone:
    """Return London's time zone, with the rules in force since 1996."""
    zone = Timezone()
    zone.add("tzid", LONDON.key)
    parts = (
        (TimezoneDaylight(), "BST", datetime(1996, 3, 31, 1), 3, timedelta(0), ONE_HOUR),  # noqa: DTZ001 (local times)
        (TimezoneStandard(), "GMT", datetime(1996, 10, 27, 2), 10, ONE_HOUR, timedelta(0)),  # noqa: DTZ001
    )
    for part, name, starts, month, before, after in parts:
        part.add("tzname", name)
        part.add("dtstart", starts)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        zone.add_component(part)
    return zone


def _event(organisation: Organisation, entry: DatedEntry) -> CalendarEvent:
    """Return an entry's event.

    Its identifier stays the same if the day changes. A session's identifier depends only on the half day, so it stays
    the same if a child joins or leaves.
    """
    is_session = entry.kind == EntryKind.SESSION
    about = entry.key if is_session else f"{entry.key} {entry.references[0]}"
    uid = keyed_digest("calendar event", f"{organisation.pk} {entry.kind} {about}")[:32]
    references = ", ".join(entry.references)
    few = len(entry.references) <= MAX_REFERENCES_IN_TITLE
    title = f"{entry.kind} {references}" if few else str(entry.kind)
    starts: date = entry.day
    ends: date = entry.day + ONE_DAY
    if is_session and entry.starts_at and entry.ends_at:
        starts, ends = _whole_hours(entry.starts_at, entry.ends_at)
    host = urlsplit(settings.ADDRESS).hostname or "calloff"
    return CalendarEvent(f"{uid}@{host}", title, references, starts, ends, entry.is_cancelled)


def _whole_hours(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Round a start down and an end up to a whole hour, London time."""
    starts = starts_at.astimezone(LONDON).replace(minute=0, second=0, microsecond=0)
    ends = ends_at.astimezone(LONDON)
    whole = ends.replace(minute=0, second=0, microsecond=0)
    return starts, max(whole if whole == ends else whole + ONE_HOUR, starts + ONE_HOUR)


def _component(event: CalendarEvent, at: datetime) -> Event:
    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", at)
    component.add("summary", event.title)
    component.add("description", event.references)
    component.add("dtstart", event.starts)
    component.add("dtend", event.ends)
    component.add("class", "PRIVATE")
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("sequence", 1 if event.is_cancelled else 0)
    component.add("transp", "OPAQUE" if isinstance(event.starts, datetime) else "TRANSPARENT")
    return component
