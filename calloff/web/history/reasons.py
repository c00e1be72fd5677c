"""The reasons for actions, for the History page of a record.

Each reason is read from the row to which the event refers, because events store only keys. Each kind of row here has a
function that returns its reason, and a rule about who can read the reason. Other kinds of row show no reason.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from calloff.agreements.models import Agreement
from calloff.applications.models import Application, Enquiry, EvaluatorAssignment
from calloff.buying.models import Budget, Offer, OverspendApproval
from calloff.demand.models import Nomination, NominationResponse
from calloff.directory.models import ServiceChange, Uplift
from calloff.history.models import EventSubject
from calloff.history.record_types import record_type
from calloff.kernel.formatting import format_date
from calloff.markets.models import Market, MarketExtension, MarketModification
from calloff.members.models import (
    ApplicationDecision,
    MemberRemoval,
    MembershipCondition,
    Reinstatement,
    Suspension,
    SuspensionReview,
)
from calloff.people.models import JoinRequest, User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with
from calloff.referrals.models import Referral

VisibleRecords = Callable[[User, datetime], QuerySet[Any]]
# a function that is called as (row, the event's verb) and returns the reason, or "" if there is none
ReasonText = Callable[[Any, str], str]


class ReasonSource(NamedTuple):
    seen: VisibleRecords
    text: ReasonText
    # text that is added only for officers who oversee the authority of the row
    inside: ReasonText = lambda row, verb: ""


def reasons_for(subjects: Iterable[EventSubject], person: User, at: datetime) -> dict[int, str]:
    """Return the reasons that a person is allowed to read, by the key of the subject."""
    all_subjects = list(subjects)
    wanted: dict[str, set[int]] = {}
    for subject in all_subjects:
        if subject.event.reason_id is not None:
            wanted.setdefault(subject.event.reason_type, set()).add(subject.event.reason_id)
    rows = {
        (label, row.pk): row
        for label, keys in wanted.items()
        if label in REASON_SOURCES
        for row in REASON_SOURCES[label].seen(person, at).filter(pk__in=keys)
    }
    # If the same verb was used several times, the row contains the reason for only the last event.
    latest: dict[tuple[str, int | None, str], int] = {}
    for subject in all_subjects:
        latest[_place(subject)] = max(subject.event_id, latest.get(_place(subject), 0))
    texts: dict[int, str] = {}
    for subject in all_subjects:
        row = rows.get((subject.event.reason_type, subject.event.reason_id or 0))
        if row is not None and latest[_place(subject)] == subject.event_id:
            kind, verb = REASON_SOURCES[subject.event.reason_type], subject.event.verb
            more = kind.inside(row, verb)
            oversees = more and person.can(Can.OVERSEE, organisation=row.authority, at=at)
            texts[subject.pk] = kind.text(row, verb) + (more if oversees else "")
    return {key: text for key, text in texts.items() if text}


def _place(subject: EventSubject) -> tuple[str, int | None, str]:
    return subject.event.reason_type, subject.event.reason_id, subject.event.verb


def _of_both(model: type[Any]) -> VisibleRecords:
    """Let people at the provider and officers of the authority read the reasons in rows about both of them."""

    def seen(person: User, at: datetime) -> QuerySet[Any]:
        mine = person.organisations_where(PROVIDER_ROLES, at)
        overseen = person.organisations_where(roles_with(Can.OVERSEE), at)
        return model._default_manager.filter(Q(provider__in=mine) | Q(authority__in=overseen))  # type: ignore[no-any-return]

    return seen


def _decisions(person: User, at: datetime) -> QuerySet[Any]:
    seen = ApplicationDecision.objects.filter(application__in=Application.objects.visible_to(person, at))
    return seen.prefetch_related("outcomes__lot")


def _of_markets(model: type[Any]) -> VisibleRecords:
    def seen(person: User, at: datetime) -> QuerySet[Any]:
        return model._default_manager.filter(market__in=Market.objects.visible_to(person, at))  # type: ignore[no-any-return]

    return seen


def _reinstatements(person: User, at: datetime) -> QuerySet[Any]:
    return Reinstatement.objects.filter(suspension__in=_of_both(Suspension)(person, at))


def _allowances(person: User, at: datetime) -> QuerySet[Any]:
    return OverspendApproval.objects.filter(budget__in=Budget.objects.visible_to(person, at))


def _of_decision(decision: ApplicationDecision, verb: str) -> str:
    return "\n".join(f"{outcome.lot}: {outcome.reason}" for outcome in decision.outcomes.all())


def _of_suspension(suspension: Suspension, verb: str) -> str:
    """Return the reason as the provider is allowed to read it, or a sentence which says that the reason is
    withheld.
    """
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
    out = (
        f" Reason for not suspending every membership: {suspension.left_out_reason}"
        if suspension.left_out_reason
        else ""
    )
    return withheld + out


def _reviews(person: User, at: datetime) -> QuerySet[Any]:
    return SuspensionReview.objects.filter(suspension__in=_of_both(Suspension)(person, at))


def _of_review(review: SuspensionReview, verb: str) -> str:
    given = " The provider can now read the reason." if review.gives_reason else ""
    return f"The suspension continues. The next review is by {format_date(review.next_on)}.{given}"


def _review_inside(review: SuspensionReview, verb: str) -> str:
    return f" Found: {review.found}"


def _of_removal(removal: MemberRemoval, verb: str) -> str:
    return removal.reason if verb == "propose_removal" else removal.closing_reason


def _parts(person: User, at: datetime) -> QuerySet[Any]:
    """Let only people at the authority, and never those at the provider, read why an assignment was withdrawn."""
    return EvaluatorAssignment.objects.filter(application__in=Application.objects.all().overseen_by(person, at))


def _of_application(application: Application, verb: str) -> str:
    return application.more_time_reason if verb == "give_more_time" else ""


def _offers(person: User, at: datetime) -> QuerySet[Any]:
    """Let only the buyer's own people read why they chose a provider."""
    return Offer.objects.filter(buyer__in=person.organisations_where(roles_with(Can.SEE_PLACING), at))


def _referrals(person: User, at: datetime) -> QuerySet[Any]:
    return Referral.objects.visible_to(person, at)


def _answers(person: User, at: datetime) -> QuerySet[Any]:
    return NominationResponse.objects.filter(nomination__in=Nomination.objects.visible_to(person, at))


REASON_SOURCES: Mapping[str, ReasonSource] = {
    record_type(model): kind
    for model, kind in {
        Application: ReasonSource(Application.objects.visible_to, _of_application),
        Agreement: ReasonSource(Agreement.objects.visible_to, lambda row, verb: str(row.ended_because)),
        Enquiry: ReasonSource(
            Enquiry.objects.visible_to, lambda row, verb: str(row.closing_reason) if verb == "close_enquiry" else ""
        ),
        EvaluatorAssignment: ReasonSource(_parts, lambda row, verb: str(row.taken_back_because)),
        ApplicationDecision: ReasonSource(_decisions, _of_decision),
        Suspension: ReasonSource(_of_both(Suspension), _of_suspension, _of_suspension_inside),
        SuspensionReview: ReasonSource(_reviews, _of_review, _review_inside),
        Reinstatement: ReasonSource(_reinstatements, lambda row, verb: str(row.reason)),
        MemberRemoval: ReasonSource(_of_both(MemberRemoval), _of_removal),
        MembershipCondition: ReasonSource(_of_both(MembershipCondition), lambda row, verb: str(row.met_because)),
        MarketExtension: ReasonSource(_of_markets(MarketExtension), lambda row, verb: f"{row.reason} ({row.citation})"),
        MarketModification: ReasonSource(_of_markets(MarketModification), lambda row, verb: f"{row}: {row.reason}"),
        Market: ReasonSource(
            Market.objects.visible_to, lambda row, verb: str(row.ended_because) if verb == "end" else ""
        ),
        OverspendApproval: ReasonSource(_allowances, lambda row, verb: str(row.reason)),
        Offer: ReasonSource(_offers, lambda row, verb: str(row.reason if verb == "offer" else row.closing_reason)),
        NominationResponse: ReasonSource(_answers, lambda row, verb: str(row.reason) if verb == "set_aside" else ""),
        Referral: ReasonSource(_referrals, lambda row, verb: str(row.closed_because)),
        ServiceChange: ReasonSource(ServiceChange.objects.visible_to, lambda row, verb: str(row.reason)),
        Uplift: ReasonSource(Uplift.objects.visible_to, lambda row, verb: str(row.reason)),
        JoinRequest: ReasonSource(JoinRequest.objects.visible_to, lambda row, verb: str(row.reason)),
    }.items()
}
