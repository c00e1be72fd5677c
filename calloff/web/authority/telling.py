"""How the authority's pages speak of records: tags, days left, who holds them, and the story of a life."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.agreements.models import Agreement
from calloff.applications.deadlines import calendar_of
from calloff.applications.models import Application
from calloff.applications.states import SENT, PartStatus, RequestStatus, Status
from calloff.history.queries import life_of
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.words import plural, short_day, working_days_left
from calloff.members.standing import standing_of
from calloff.web.reasons import reasons_for
from calloff.web.tags import tag

LIVE_OR_DECIDED = (
    RequestStatus.ADMITTED,
    RequestStatus.CONDITIONAL,
    RequestStatus.REFUSED,
    RequestStatus.RELEASED,
)
WHO = {
    Status.SUBMITTED: "Contracts officers",
    Status.CLARIFYING: "The provider",
    Status.TO_DECIDE: "Approvers",
    Status.DECIDED: "",
    Status.WITHDRAWN: "",
}
OFTEN = ("mark", "save_section")
HAPPENED = {  # the verbs of the tables, as a person would tell them
    "start": "Begun",
    "choose_lots": "Categories chosen",
    "save_section": "Answers saved",
    "submit": "Submitted",
    "amend": "A change begun",
    "discard": "The change dropped",
    "withdraw": "Withdrawn",
    "assign": "Evaluator allocated",
    "declare_interest": "Interests declared",
    "stand_down": "Stood down because of an interest",
    "take_back": "Part taken back from an evaluator",
    "mark": "Marked",
    "clarify": "Clarification asked",
    "answer_clarification": "Clarification answered",
    "finish_marking": "Marks handed in",
    "moderate": "Marks agreed",
    "return_for_marking": "Sent back to the evaluators",
    "give_more_time": "More time given",
    "decide": "Decided",
    "carry_over": "Brought in from the authority’s list",
    "record_on_paper": "Agreement on paper recorded",
    "suspend": "Suspended",
    "reinstate": "Reinstated",
    "record_check": "Check recorded",
    "meet_condition": "Condition met",
    "answer_condition": "Condition answered",
    "propose_removal": "Removal proposed",
    "answer_removal": "Removal answered",
    "drop_removal": "Removal dropped",
    "remove": "Removed",
    "offer": "Offered for signature",
    "sign": "Signed for the provider",
    "countersign": "Countersigned: in force",
    "supersede": "Superseded",
    "end_role": "A role in this market ended",
    "load": "Loaded from a pack",
    "reload": "Loaded again",
    "open": "Opened",
    "extend": "Extended",
    "modify": "Modified",
    "end": "Ended",
    "appoint": "Role given",
    "link": "Role given to who asked to join",
    "reapprove": "Role approved again",
    "register": "Registered",
    "record": "Put on the authority’s list",
    "claim": "Claimed by its own people",
}


@dataclass
class Happened:
    """What is told of one act: who, when, and what changed, in words."""

    by: Any
    acting_for: str
    at: datetime
    changes: dict[str, list[str]]


@dataclass
class Told:
    """One act of a record's story, or several alike that follow each other, as the part `history` draws it."""

    pk: int
    verb: str
    event: Happened
    times: int = 1
    subjects: list[Any] = field(default_factory=list)


def application_tags(application: Application) -> SafeString:
    """Draw where an application stands: for one that is decided, what was decided of each category."""
    if application.status != Status.DECIDED:
        return tag(application.get_status_display())
    several = [(request.lot.number, tag(request.get_status_display())) for request in decided_requests(application)]
    if len(several) == 1:
        return several[0][1]
    return format_html_join("", '<span class="calloff-lot-tag">{} {}</span>', several)


def request_tag(application: Application, request: Any) -> SafeString:
    """Draw where one category of an application stands."""
    if request.status == RequestStatus.REQUESTED:
        return tag(application.get_status_display())
    return tag(request.get_status_display())


def decided_requests(application: Application) -> list[Any]:
    return [request for request in application.requests.all() if request.status in LIVE_OR_DECIDED]


def categories(application: Application) -> str:
    """Name the categories of an application by number: “1, 4”."""
    there = [request for request in application.requests.all() if request.status != RequestStatus.WITHDRAWN]
    return ", ".join(str(request.lot.number) for request in (there or application.requests.all()))


def who_holds(application: Application) -> str:
    """Name who has to act next on an application."""
    parts = list(getattr(application, "held_by", ()))
    at_work = [part for part in parts if part.status in {PartStatus.ALLOCATED, PartStatus.MARKING}]
    if application.status in {Status.SUBMITTED, Status.ASSESSING} and (at_work or parts):
        return ", ".join(str(part.person) for part in at_work or parts)
    return WHO.get(Status(application.status), "Contracts officers")


def days_left(application: Application, at: datetime) -> str:
    """Say how many working days are left to decide: “10 working days left”; “Overdue by 2 working days”."""
    if application.status not in SENT:
        return ""
    if application.decide_by is None:
        return "No rule is recorded"
    return days_until(application.decide_by, application, at)


def days_until(last: date, application: Application, at: datetime) -> str:
    today = local_day(at)
    try:
        if last < today:
            late = working_days_left(last, today, calendar_of(application.market))
            return f"Overdue by {plural(late, 'working day')}" if late else "Overdue"
        left = working_days_left(today, last, calendar_of(application.market))
    except LookupError:  # no bank holidays are listed for that year
        return ""
    return "Today" if last == today else f"{plural(left, 'working day')} left"


def decide_by(application: Application, at: datetime) -> SafeString | str:
    """Write the day to decide by, as tables do, with what is left of it."""
    left = days_left(application, at)
    if application.decide_by is None or application.status not in SENT:
        return left
    return format_html('{} <span class="calloff-left">{}</span>', short_day(application.decide_by), left)


def deadline_of(last: date | None) -> datetime | None:
    """Return the instant at which a last day is over."""
    return midnight(day_after(last)) if last else None


def member_tag(member: Any, at: datetime) -> SafeString:
    return tag(standing_of(member, on=local_day(at)))


def agreement_tag(agreement: Agreement, at: datetime) -> SafeString:
    today = local_day(at)
    if agreement.has_expired(today):
        return tag("Expired")
    return tag("Expires soon" if agreement.expires_soon(today) else agreement.get_status_display())


def story(request: Any, *records: Model) -> dict[str, Any]:
    """Return what the part `history` draws of the life of some records, for a person who sees the records.

    One act that moved several of them is told once. Colleagues are named; of another organisation only its name.
    """
    subjects = list(life_of(*records))
    acts: dict[int, Told] = {}
    for subject in subjects:
        event = subject.event
        happened = Happened(event.by, event.acting_for, event.at, _spoken(event.changes))
        acts.setdefault(event.pk, Told(subject.pk, event.verb, happened)).subjects.append(subject)
    ours = str(request.organisation)

    def names(event: Happened) -> str:
        if event.acting_for and event.acting_for != ours:
            return event.acting_for
        return f"{event.by.name}, {ours}" if event.acting_for else str(event.by.name)

    reasons = reasons_for(subjects, request.user, request.now)
    told = {act.pk: why for act in acts.values() for one in act.subjects if (why := reasons.get(one.pk))}
    return {"steps": _gathered(list(acts.values())), "names": names, "words": in_words, "reasons": told}


def in_words(act: Told) -> str:
    words = HAPPENED.get(act.verb, act.verb.replace("_", " ").capitalize())
    return f"{words}, {act.times} times" if act.times > 1 else words


def _gathered(acts: list[Told]) -> list[Told]:
    """Tell what somebody did many times in a row once: thirty marks are one line."""
    gathered: list[Told] = []
    for act in acts:
        last = gathered[-1] if gathered else None
        if last and act.verb in OFTEN and (last.verb, last.event.by.pk) == (act.verb, act.event.by.pk):
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
        return short_day(date.fromisoformat(text))
    return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)*", text) else text
