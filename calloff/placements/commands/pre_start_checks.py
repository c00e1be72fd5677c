"""Record the checks that must be complete before a child starts. Each check belongs to one role.

Sources: Keeping children safe in education (the commissioner remains responsible, and staff checks are confirmed in
writing), and `referrals.legal_bases` for the written notice of an off-site direction.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from calloff.documents.models import StoredFile
from calloff.history.transitions import transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, Role
from calloff.placements import messages, parent_letters
from calloff.placements.access import last_day_of
from calloff.placements.agreement_drafts import first_day_after_notice
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.states import PlacementStatus
from calloff.placements.suspensions import lock_membership_for_promise
from calloff.pupils import disclosure_grants
from calloff.pupils.models import Pupil
from calloff.pupils.states import DisclosureStage

__all__ = [
    "confirm_staff_checks",
    "decide_safeguarding",
    "give_direction",
    "keep_risk_plan",
    "record_visit",
    "remind",
    "tell_authority",
    "tell_parent",
]

CheckKind = PreStartCheck.Kind
MAX_CHECK_TEXT_LENGTH = 4000  # the maximum length of the findings, in characters
FACTS_NEEDING_NOTICE = {"Address", "First day"}  # a new notice of these must be as early as the first notice
AUTHORITY_DISCLOSURE_PURPOSE = "To carry out the council’s duties for the child"


def record_visit(placement: Placement, *, on: date, said: str, by: User, at: datetime) -> PreStartCheck:
    """Record a visit to the provider by the buyer's staff: the date, the visitors and their findings."""
    _demand(said, "What the visitor found", "Enter who visited and what they found")
    _not_after_today(on, at)
    with _making(placement, CheckKind.VISIT, "record_visit", by=by, at=at) as check:
        _make(check, on=on, said=said, by=by, at=at)
    return check


def confirm_staff_checks(
    placement: Placement, *, on: date, said: str, sure: bool, by: User, at: datetime
) -> PreStartCheck:
    """Confirm in writing, on behalf of the provider, that everyone who will work with the child has been checked.

    The confirmation has a date and the number of people checked. Certificates and the single central record must never
    be uploaded.
    """
    if not sure:
        raise Refused("Confirm that the checks are complete", "sure")
    _demand(said, "People checked", "Enter how many people were checked and their roles")
    _not_after_today(on, at)
    with _making(placement, CheckKind.STAFF, "confirm_staff_checks", by=by, at=at) as check:
        _make(check, on=on, said=said, by=by, at=at)
        _tell(placement, messages.staff_confirmed(placement), placement.buyer, (Can.PLACE, Can.SAFEGUARD), at=at)
    return check


def decide_safeguarding(placement: Placement, *, agreed: bool, said: str, by: User, at: datetime) -> PreStartCheck:
    """Record whether the buyer's safeguarding lead has decided that the child will be safe.

    If the decision is no, a reason is required. Each commissioner makes this decision for itself, whatever the
    authority has checked.
    """
    _demand(said, "Reason for your decision", "Enter the reason for your decision")
    with _making(placement, CheckKind.SAFEGUARDING, "decide_safeguarding", by=by, at=at, promise=agreed) as check:
        _make(check, on=local_day(at), said=said, by=by, at=at)
        check.made_at = at if agreed else None
    return check


def keep_risk_plan(
    placement: Placement, *, said: str = "", paper: StoredFile | None = None, by: User, at: datetime
) -> PreStartCheck:  # fmt: skip
    """Save the plan for managing the child's risks, as text or as a file."""
    if paper is None and not said.strip():
        raise Refused("Write the risk plan, or upload it", "said")
    with _making(placement, CheckKind.RISK_PLAN, "keep_risk_plan", by=by, at=at) as check:
        _make(check, on=local_day(at), said=said, by=by, at=at)
        check.paper = paper or check.paper
    return check


def tell_parent(placement: Placement, *, on: date, said: str, by: User, at: datetime) -> PreStartCheck:
    """Record when a parent was told about the placement, and what the parent said.

    The parents must be told, but their consent is not the legal basis.
    """
    _demand(said, "What the parent was told", "Enter how you told the parent, and their views")
    _not_after_today(on, at)
    with _making(placement, CheckKind.PARENT, "tell_parent", by=by, at=at) as check:
        _make(check, on=on, said=said, by=by, at=at)
    return check


def tell_authority(placement: Placement, *, said: str = "", by: User, at: datetime) -> PreStartCheck:
    """Tell the authority about a placement.

    If the child has an EHC plan, the message goes to the authority's SEN officer. If the child is looked after, it goes
    to the virtual school. These officers can then see who the child is, so that they can do their work. For other
    children, the message goes to the people who can see placements, and does not identify the child. If no one at the
    authority can receive a message, the buyer records how it told the authority.
    """
    with _making(placement, CheckKind.AUTHORITY, "tell_authority", by=by, at=at) as check:
        told = roles_to_tell(placement.pupil)
        people = list(people_to_tell(placement, at))
        if not people and not said.strip():
            raise Refused(
                f"No one at {placement.authority} has a role that receives this message. Tell {placement.authority} "
                "yourself, and record how you told them.",
                "said",
            )
        for role in told:
            disclosure_grants.give_disclosure(
                placement.pupil, to=placement.authority, needs=role, stage=DisclosureStage.TOLD,
                purpose=AUTHORITY_DISCLOSURE_PURPOSE,
                source=placement.reference, last_on=max(last_day_of(placement), local_day(at)), at=at,
            )  # fmt: skip
        queue_message(messages.authority_told(placement), to=people, sender=str(placement.authority), at=at)
        names = ", ".join(person.name for person in people)
        words = f"Message sent to {names}." if names else ""
        _make(check, on=local_day(at), said=f"{words} {said}".strip(), by=by, at=at)
    return check


def give_direction(
    placement: Placement, *, on: date, report_to: str, reasons: str, by: User, at: datetime
) -> PreStartCheck:
    """Record when the parents received the written notice of an off-site direction, and the facts in the notice.

    The person enters the reasons and who to report to. The other facts come from the referral and the provider's reply
    or, once it has been prepared, from the agreement. Raises Refused if a fact that the law requires is missing, or if
    a notice of another first day or address comes too late for an agreement that is not signed yet.
    """
    problems = parent_letters.find_notice_problems(on=on, report_to=report_to, reasons=reasons, at=at)
    if problems:
        raise Refused.because(problems)
    with _making(placement, CheckKind.DIRECTION, "give_direction", by=by, at=at) as check:
        facts = parent_letters.notice_facts(check.placement, on=on, report_to=report_to, reasons=reasons)
        if missing := parent_letters.find_missing_facts(facts):
            raise Refused.because(missing)
        _require_enough_notice(check.placement, on)
        _make(check, on=on, said=parent_letters.store_facts(facts), by=by, at=at)
    return check


def remind(placement: Placement, *, kind: str, by: User, at: datetime) -> int:
    """Remind the people who must make a check, no more than once a day.

    Returns how many people can make the check. Raises Refused if the check is complete, if no one can make it, or if
    the provider is suspended.
    """
    with transition(placement, "remind", by=by, at=at) as held:
        lock_membership_for_promise(held, "ask for this check")
        check = PreStartCheck.objects.filter(placement=held, kind=kind, made_at=None).first()
        if check is None:
            raise Refused("This check has already been completed.")
        people = list(people_to_make_check(check, at))
        if not people:
            raise Refused("No one has the role for this check. Ask your people administrator to add it.")
        whose = held.provider if kind == CheckKind.STAFF else held.buyer
        words = messages.check_to_make(held, check, whose)
        queue_message(words, to=people, sender=str(held.authority), at=at, key=f"check-{check.pk}-{local_day(at)}")
    return len(people)


def people_to_make_check(check: PreStartCheck, at: datetime) -> Iterable[User]:
    """Return the people who can make a check."""
    placement = check.placement
    if check.kind == CheckKind.STAFF:
        found = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=placement.provider, at=at)
    else:
        needs = Can.SAFEGUARD if check.kind == CheckKind.SAFEGUARDING else Can.PLACE
        found = User.objects.who_can(needs, organisation=placement.buyer, at=at)
    return found.order_by("name", "pk")


def require_checks(placement: Placement) -> None:
    """Refuse to start a placement while checks are missing, and list the missing checks. Raises Refused."""
    missing = list(PreStartCheck.objects.filter(placement=placement, made_at=None).order_by("pk"))
    there = set(PreStartCheck.objects.filter(placement=placement).values_list("kind", flat=True))
    lost = [kind for kind in CheckKind if kind not in there and kind != CheckKind.DIRECTION]
    labels = [str(check.get_kind_display()) for check in missing] + [str(kind.label) for kind in lost]
    if labels:
        raise Refused.because(Problem(f"The child cannot start yet. Still to do: {label.lower()}.") for label in labels)


def require_current_notice(placement: Placement) -> None:
    """Refuse to sign while the notice of an off-site direction says something else than the agreement."""
    if outdated := parent_letters.find_outdated_facts(placement):
        raise Refused.because(
            Problem(
                f"The notice to the parents is out of date. {fact.label} in the notice: {fact.told}. In the agreement: "
                f"{fact.now}. Give the parents a new notice, or prepare a new agreement."
            )
            for fact in outdated
        )


def roles_to_tell(pupil: Pupil) -> list[Role]:
    """Return the authority's roles whose people must be told about a child in given circumstances."""
    asked = [Role.SEN_OFFICER] if pupil.has_ehc_plan else []
    return [*asked, Role.VIRTUAL_SCHOOL] if pupil.is_looked_after else asked


def people_to_tell(placement: Placement, at: datetime) -> Iterable[User]:
    """Return the people at the authority who must be told about a placement."""
    roles = roles_to_tell(placement.pupil)
    if not roles:
        return User.objects.who_can(Can.SEE_PLACEMENTS, organisation=placement.authority, at=at).order_by("name", "pk")
    there = RoleGrant.objects.in_force(at).filter(organisation=placement.authority_id, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=there.values("person")).order_by("name", "pk")


@contextmanager
def _making(
    placement: Placement, kind: PreStartCheck.Kind, verb: str, *, by: User, at: datetime, promise: bool = True
) -> Iterator[PreStartCheck]:
    """Lock a placement's check while the block runs, and record its change of status.

    A check can be made more than once. A positive check promises that the child can start, so it is refused while the
    provider is suspended, whereas a negative check is still allowed.
    """
    with transition(placement, verb, by=by, at=at) as held:
        if promise:
            lock_membership_for_promise(held, "record this check")
        check = PreStartCheck.objects.select_for_update(of=("self",)).filter(placement=held, kind=kind).first()
        if check is None:
            raise Refused("This placement does not need this check.")
        yield check
        check.save()


def _require_enough_notice(placement: Placement, on: date) -> None:
    """Refuse a notice of another first day or address that comes too late, while a new agreement can be prepared."""
    outdated = {fact.label for fact in parent_letters.find_outdated_facts(placement)}
    if (
        placement.status != PlacementStatus.TO_SIGN
        or placement.starts_on is None
        or not outdated & FACTS_NEEDING_NOTICE
    ):
        return
    first = first_day_after_notice(placement, on)
    if placement.starts_on < first:
        raise Refused(
            f"The first day in the agreement is {format_date(placement.starts_on)}. After a notice on "
            f"{format_date(on)}, the pupil can start on {format_date(first)} or later. Prepare a new agreement first.",
            "on",
        )


def _make(check: PreStartCheck, *, on: date, said: str, by: User, at: datetime) -> None:
    check.on, check.said, check.by, check.made_at = on, said.strip(), by, at


def _demand(said: str, noun: str, words: str) -> None:
    if not said.strip():
        raise Refused(words, "said")
    if len(said) > MAX_CHECK_TEXT_LENGTH:
        raise Refused(f"{noun} must be {MAX_CHECK_TEXT_LENGTH:,} characters or fewer", "said")


def _not_after_today(on: date, at: datetime) -> None:
    if on > local_day(at):
        raise Refused("Date must be today or in the past", "on")


def _tell(placement: Placement, words: MessageText, to: Organisation, cans: Iterable[str], *, at: datetime) -> None:
    people = {one.pk: one for can in cans for one in User.objects.who_can(can, organisation=to, at=at)}
    queue_message(words, to=people.values(), sender=str(placement.authority), at=at)
