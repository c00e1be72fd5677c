"""Why something was done, for the history of a record: read from the row to which the event points.

Events hold keys alone. Each kind of row says here how its reason reads and who may read it; a row that is not in the
table tells nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from calloff.agreements.models import Agreement
from calloff.applications.models import Application, Part
from calloff.buying.models import Allowance, Budget, Offer
from calloff.demand.models import Answer, Nomination
from calloff.directory.models import Change, Uplift
from calloff.history.models import Subject
from calloff.kernel.formatting import format_date
from calloff.markets.models import Extension, Market, Modification
from calloff.members.models import Condition, Decision, Reinstatement, Removal, Suspension, SuspensionReview
from calloff.people.models import Grant, JoinRequest, User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with
from calloff.referrals.models import Referral

VisibleRecords = Callable[[User, datetime], QuerySet[Any]]
ReasonText = Callable[[Any, str], str]  # (the row, the verb of the event) -> the reason, or nothing


class ReasonSource(NamedTuple):
    seen: VisibleRecords
    text: ReasonText
    inside: ReasonText = lambda row, verb: ""  # what only an overseer at the authority of the row reads as well


def reasons_for(subjects: Iterable[Subject], person: User, at: datetime) -> dict[int, str]:
    """Return why, by the key of a subject, for the events whose reasons the person may read."""
    several = list(subjects)
    wanted: dict[str, set[int]] = {}
    for subject in several:
        if subject.event.reason_id is not None:
            wanted.setdefault(subject.event.reason_type, set()).add(subject.event.reason_id)
    rows = {
        (label, row.pk): row
        for label, keys in wanted.items()
        if label in REASON_SOURCES
        for row in REASON_SOURCES[label].seen(person, at).filter(pk__in=keys)
    }
    latest: dict[tuple[str, int | None, str], int] = {}  # a later act of the same verb may write over its row
    for subject in several:
        latest[_place(subject)] = max(subject.event_id, latest.get(_place(subject), 0))
    found: dict[int, str] = {}
    for subject in several:
        row = rows.get((subject.event.reason_type, subject.event.reason_id or 0))
        if row is not None and latest[_place(subject)] == subject.event_id:
            kind, verb = REASON_SOURCES[subject.event.reason_type], subject.event.verb
            more = kind.inside(row, verb)
            ours = more and person.can(Can.OVERSEE, organisation=row.authority, at=at)
            found[subject.pk] = kind.text(row, verb) + (more if ours else "")
    return {key: text for key, text in found.items() if text}


def _place(subject: Subject) -> tuple[str, int | None, str]:
    return subject.event.reason_type, subject.event.reason_id, subject.event.verb


def _of_both(model: type[Any]) -> VisibleRecords:
    """Rows that carry both sides: the provider's people and the authority's overseers read them."""

    def seen(person: User, at: datetime) -> QuerySet[Any]:
        held = Grant.objects.in_force(at).filter(person=person)
        mine = held.filter(role__in=PROVIDER_ROLES).values("organisation")
        ours = held.filter(role__in=roles_with(Can.OVERSEE)).values("organisation")
        return model._default_manager.filter(Q(provider__in=mine) | Q(authority__in=ours))  # type: ignore[no-any-return]

    return seen


def _decisions(person: User, at: datetime) -> QuerySet[Any]:
    seen = Decision.objects.filter(application__in=Application.objects.visible_to(person, at))
    return seen.prefetch_related("outcomes__lot")


def _of_markets(model: type[Any]) -> VisibleRecords:
    def seen(person: User, at: datetime) -> QuerySet[Any]:
        return model._default_manager.filter(market__in=Market.objects.visible_to(person, at))  # type: ignore[no-any-return]

    return seen


def _reinstatements(person: User, at: datetime) -> QuerySet[Any]:
    return Reinstatement.objects.filter(suspension__in=_of_both(Suspension)(person, at))


def _allowances(person: User, at: datetime) -> QuerySet[Any]:
    return Allowance.objects.filter(budget__in=Budget.objects.visible_to(person, at))


def _of_decision(decision: Decision, verb: str) -> str:
    return "\n".join(f"{outcome.lot}: {outcome.reason}" for outcome in decision.outcomes.all())


def _of_suspension(suspension: Suspension, verb: str) -> str:
    """Say it as the provider may read it: a reason that is withheld is said to be."""
    if suspension.is_withheld:
        return (
            f"{suspension.clause}. The reason is withheld. The council will review the suspension by "
            f"{format_date(suspension.reviewed_next_on)}."
        )
    return f"{suspension.clause}. {suspension.reason}"


def _of_suspension_inside(suspension: Suspension, verb: str) -> str:
    withheld = (
        f" Reason: {suspension.reason} Withheld by {suspension.withheld_by}: {suspension.withheld_because}"
        if suspension.is_withheld else ""
    )  # fmt: skip
    out = f" Not suspended everywhere: {suspension.left_out_reason}" if suspension.left_out_reason else ""
    return withheld + out


def _reviews(person: User, at: datetime) -> QuerySet[Any]:
    return SuspensionReview.objects.filter(suspension__in=_of_both(Suspension)(person, at))


def _of_review(review: SuspensionReview, verb: str) -> str:
    given = " The provider can now read the reason." if review.gives_reason else ""
    return f"The suspension continues. The next review is by {format_date(review.next_on)}.{given}"


def _review_inside(review: SuspensionReview, verb: str) -> str:
    return f" Found: {review.found}"


def _of_removal(removal: Removal, verb: str) -> str:
    return removal.reason if verb == "propose_removal" else removal.closing_reason


def _parts(person: User, at: datetime) -> QuerySet[Any]:
    """An evaluator's part is the authority's own: the provider does not read why one was taken back."""
    return Part.objects.filter(application__in=Application.objects.all().overseen_by(person, at))


def _of_application(application: Application, verb: str) -> str:
    return application.more_time_reason if verb == "give_more_time" else ""


def _offers(person: User, at: datetime) -> QuerySet[Any]:
    """Why one provider was chosen is for the buyer's own people."""
    held = Grant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.SEE_PLACING))
    return Offer.objects.filter(buyer__in=held.values("organisation"))


def _referrals(person: User, at: datetime) -> QuerySet[Any]:
    return Referral.objects.visible_to(person, at)


def _answers(person: User, at: datetime) -> QuerySet[Any]:
    return Answer.objects.filter(nomination__in=Nomination.objects.visible_to(person, at))


REASON_SOURCES: Mapping[str, ReasonSource] = {
    model._meta.label: kind
    for model, kind in {
        Application: ReasonSource(Application.objects.visible_to, _of_application),
        Agreement: ReasonSource(Agreement.objects.visible_to, lambda row, verb: str(row.ended_because)),
        Part: ReasonSource(_parts, lambda row, verb: str(row.taken_back_because)),
        Decision: ReasonSource(_decisions, _of_decision),
        Suspension: ReasonSource(_of_both(Suspension), _of_suspension, _of_suspension_inside),
        SuspensionReview: ReasonSource(_reviews, _of_review, _review_inside),
        Reinstatement: ReasonSource(_reinstatements, lambda row, verb: str(row.reason)),
        Removal: ReasonSource(_of_both(Removal), _of_removal),
        Condition: ReasonSource(_of_both(Condition), lambda row, verb: str(row.met_because)),
        Extension: ReasonSource(_of_markets(Extension), lambda row, verb: f"{row.reason} ({row.citation})"),
        Modification: ReasonSource(_of_markets(Modification), lambda row, verb: f"{row}: {row.reason}"),
        Market: ReasonSource(
            Market.objects.visible_to, lambda row, verb: str(row.ended_because) if verb == "end" else ""
        ),
        Allowance: ReasonSource(_allowances, lambda row, verb: str(row.reason)),
        Offer: ReasonSource(_offers, lambda row, verb: str(row.reason if verb == "offer" else row.closing_reason)),
        Answer: ReasonSource(_answers, lambda row, verb: str(row.reason) if verb == "set_aside" else ""),
        Referral: ReasonSource(_referrals, lambda row, verb: str(row.closed_because)),
        Change: ReasonSource(Change.objects.visible_to, lambda row, verb: str(row.reason)),
        Uplift: ReasonSource(Uplift.objects.visible_to, lambda row, verb: str(row.reason)),
        JoinRequest: ReasonSource(JoinRequest.objects.visible_to, lambda row, verb: str(row.reason)),
    }.items()
}
