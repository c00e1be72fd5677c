"""The History page of any record: who, what, when, from, to and why, for someone who sees the records.

    return pages.render_history(request, one, context={…}, frame="authority/agreement_frame.html")

What happened is the `history_text` of a row of the record's life-cycle (`states.py`); a reason, its row in
`reasons.REASON_SOURCES`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render

from calloff.history.models import Event
from calloff.history.queries import history_of, history_text
from calloff.history.record_types import record_type
from calloff.kernel.formatting import format_list, format_short_date
from calloff.people.models import RoleGrant
from calloff.web.history.reasons import reasons_for
from calloff.web.request import OrganisationRequest

MODELS_NAMED_BY_KIND = frozenset({"placements.DayNote"})  # records of which the line names what kind each was
GROUPED_VERBS = ("mark", "save_section", "take_register", "confirm_codes")


@dataclass
class HistoryEvent:
    """What is told about one act: who, when, and what changed, in words."""

    by: Any
    acting_for: str
    at: datetime
    changes: dict[str, list[str]]
    told: str = ""  # who was sent a message, where that is for the reader


@dataclass
class HistoryEntry:
    """One act of a record's story, or several alike that follow each other, as the part `history` draws it."""

    pk: int
    verb: str
    event: HistoryEvent
    times: int = 1
    subjects: list[Any] = field(default_factory=list)
    kinds: dict[tuple[str, Any], str] = field(default_factory=dict)  # of the page's records: (what it is, key) -> kind


def render_history(
    request: OrganisationRequest,
    *records: Model,
    context: Mapping[str, Any],
    frame: str = "layouts/framed.html",
    names: Callable[[HistoryEvent], str] | None = None,
) -> HttpResponse:
    """Draw the History page of some records: the part `history` in the frame that all pages of the record share.

    The frame is told `here` = "history" and the context. Without a frame of its own, the context gives `breadcrumbs`,
    `parts`, `caption` and `heading`. `names` says who did an act,
    where not everyone's name is for the reader.
    """
    told = timeline(request, *records)
    if names is not None:  # the page hides who did an act, so it hides who was told of it, too
        told["names"] = names
        for act in told["steps"]:
            act.event.told = ""
    return render(request, "layouts/history.html", {**context, **told, "frame": frame})


def timeline(request: OrganisationRequest, *records: Model) -> dict[str, Any]:
    """Return what the part `history` draws of the life of some records, for a person who sees the records.

    One act that moved several of them is told once. Colleagues are named; of another organisation only its name.
    """
    subjects = list(history_of(*records))
    acts: dict[int, HistoryEntry] = {}
    kinds = {(record_type(one), one.pk): _kind_of(one) for one in records if record_type(one) in MODELS_NAMED_BY_KIND}
    for subject in subjects:
        event = subject.event
        happened = HistoryEvent(event.by, event.acting_for, event.at, _spoken(event.changes))
        acts.setdefault(event.pk, HistoryEntry(subject.pk, event.verb, happened, kinds=kinds)).subjects.append(subject)
    ours = str(request.organisation)

    def names(event: HistoryEvent) -> str:
        if event.acting_for and event.acting_for != ours:
            return event.acting_for
        return f"{event.by.name}, {ours}" if event.acting_for else str(event.by.name)

    recipients = _recipients([subject.event for subject in subjects], ours)
    for act in acts.values():
        act.event.told = recipients.get(act.subjects[0].event_id, "")
    reasons = reasons_for(subjects, request.user, request.now)
    told = {act.pk: why for act in acts.values() for one in act.subjects if (why := reasons.get(one.pk))}
    return {"steps": _gathered(list(acts.values())), "names": names, "words": describe_entry, "reasons": told}


def describe_entry(act: HistoryEntry) -> str:
    """Return what happened in an act: to the page's record that it is named after, or to the first of them."""
    moved = next((one for one in act.subjects if one.verb == act.verb), act.subjects[0])
    words = history_text(moved)
    moved_alike = [one for one in act.subjects if one.verb == moved.verb]
    if named := [act.kinds[key] for one in moved_alike if (key := (one.record_type, one.record_id)) in act.kinds]:
        words = f"{words}: {format_list(named)}"
    return f"{words}, {act.times} times" if act.times > 1 else words


def _kind_of(record: Any) -> str:
    kind = str(record.get_kind_display())
    return f"{kind[:1].lower()}{kind[1:]}"


def _recipients(events: list[Event], ours: str) -> dict[int, str]:
    """Say who was sent a message in each act: organisations with the roles of the people there, and no names.

    Who acted reads of everyone they told. Everyone else reads whether their own organisation was told: a provider is
    not to learn from a message to others who they are.
    """
    people = {person for event in events for person in event.told}
    if not people:
        return {}
    grants = list(RoleGrant.objects.filter(person__in=people).select_related("organisation").order_by("pk"))
    found: dict[int, str] = {}
    for event in events:
        roles: dict[str, list[str]] = {}
        for grant in grants:
            theirs = grant.person_id in event.told and grant.starts_at <= event.at
            if theirs and (grant.ends_at is None or grant.ends_at > event.at):
                named = roles.setdefault(str(grant.organisation), [])
                if (role := str(grant.get_role_display())) not in named:
                    named.append(role)
        all_of_them = event.acting_for == ours
        shown = [f"{name} ({format_list(several)})" for name, several in roles.items() if all_of_them or name == ours]
        if shown:
            found[event.pk] = format_list(shown)
    return found


def _gathered(acts: list[HistoryEntry]) -> list[HistoryEntry]:
    """Tell what someone did many times in a row once: thirty marks are one line."""
    gathered: list[HistoryEntry] = []
    for act in acts:
        last = gathered[-1] if gathered else None
        if last and act.verb in GROUPED_VERBS and (last.verb, last.event.by.pk) == (act.verb, act.event.by.pk):
            last.times += 1
            for name, (_, new) in act.event.changes.items():
                there = last.event.changes.get(name)
                last.event.changes[name] = ["", f"{new}, {there[1]}" if there and there[1] != new else new]
        else:
            gathered.append(act)
    return gathered


def _spoken(changes: dict[str, list[Any]]) -> dict[str, list[str]]:
    return {name: [_said(old), _said(new)] for name, (old, new) in changes.items()}


def _said(value: Any) -> str:
    """Say a value that an event holds: a day as tables do, a key with its words apart."""
    text = "" if value is None else str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return format_short_date(date.fromisoformat(text))
    return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)*", text) else text
