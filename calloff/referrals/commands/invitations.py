"""Ask providers for a place: all members of the category, or a shortlist if the market's rules allow one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from calloff.history.transitions import create, record_change, transition
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import PENNY
from calloff.kernel.references import make_random_reference
from calloff.markets.call_off_value import require_tool_allows
from calloff.markets.models import Market
from calloff.markets.rulesets.valuation import ValuedAmount, standard_vat_on
from calloff.members.models import Member
from calloff.outbox.commands import MessageText, queue_message
from calloff.partners.buying_eligibility import require_binding
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.pupils.states import PupilStatus
from calloff.referrals import messages
from calloff.referrals.fit import unsuited
from calloff.referrals.invitation_eligibility import InvitationCandidate, find_candidates
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.sections import find_missing
from calloff.referrals.states import InterestStatus

__all__ = ["ask", "ask_more", "nudge"]

STATUSES_ASKED_AGAIN = (InterestStatus.NOT_CHOSEN, InterestStatus.WITHDRAWN, InterestStatus.DECLINED)


def ask(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Send a draft referral to providers: all eligible members of the category, or the draft's shortlist.

    The request does not change afterwards. Each provider gets one email, which names no child and no school. Raises
    Refused if the Partnership Agreement is not in force, the market is not running, the pupil has left, a section is
    incomplete or could identify the child, the time to reply is too short, a shortlisted provider cannot be asked, or
    the rules require the buyer to ask everyone.
    """
    with transition(referral, "ask", by=by, at=at) as opened:
        require_running(opened, at)
        if opened.pupil.status != PupilStatus.ON_ROLL:
            raise Refused("This pupil has left. Record that the pupil is back, or withdraw the referral.")
        candidates = find_candidates(opened.lot, at, hold=True)
        problems = [problem for section_problems in find_missing(opened, at).values() for problem in section_problems]
        if problems:
            raise Refused.because(problems)
        _require_enough_time(opened, opened.market, at)
        _require_tool(opened, at)
        members = _choose_members(opened, candidates)
        unfit = unsuited(opened, members)
        # A buyer that asks everyone needs no reason, because it has not chosen a provider that might not suit the
        # child.
        if opened.shortlist:
            _require_fit_reason(unfit, members, opened.shortlist_reason)
        opened.asked_at = at
        for member in members:
            _invite(opened, member, opened.shortlist_reason if member.pk in unfit else "", by=by, at=at)
    return opened


def ask_more(
    referral: Referral, *, members: Sequence[Member] = (), reply_by: datetime | None = None, reason: str = "",
    by: User, at: datetime,
) -> Referral:  # fmt: skip
    """Ask more members of the category, or give more time to reply.

    Providers that declined or were not chosen can be asked again. `reply_by` must not be earlier than the current
    closing time. `reason` is needed for members whose services might not suit the child. Raises Refused for providers
    that cannot be asked or have already been asked, for a missing reason, and if there are no members and no later
    time.
    """
    with transition(referral, "ask_more", by=by, at=at, along=referral.interests.all()) as updated:
        require_running(updated, at)
        until = reply_by or updated.reply_by
        if not members and until == updated.reply_by:
            raise Refused("Choose more providers to ask, or give providers more time to reply", "members")
        if until is None or until <= at:
            raise Refused("The deadline to reply must be in the future", "reply_by")
        if updated.reply_by and until < updated.reply_by:
            raise Refused("Providers can already reply until then. Enter a later time.", "reply_by")
        if until != updated.reply_by:
            record_change("reply by", updated.reply_by, until)
            updated.reply_by = until
            waiting = updated.interests.filter(status=InterestStatus.ASKED).select_related("provider", "buyer")
            _notify(updated, waiting, messages.longer, at=at)
        if members:  # providers asked now must also have the whole minimum time
            _require_enough_time(updated, updated.market, at)
        unfit = unsuited(updated, members)
        _require_fit_reason(unfit, members, reason)
        interest_by_provider = {
            interest.provider_id: interest for interest in updated.interests.select_related("provider")
        }
        for member in _require_all_invitable(members, find_candidates(updated.lot, at, hold=True)) if members else ():
            fit_reason = reason.strip() if member.pk in unfit else ""
            _ask_again_or_invite(
                updated, interest_by_provider.get(member.provider_id), member, fit_reason, by=by, at=at
            )
    return updated


def nudge(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Remind providers that have not replied, no more than once a day for each referral.

    Raises Refused if there is no one to remind now.
    """
    with transition(referral, "nudge", by=by, at=at) as updated:
        if updated.reply_by is not None and at >= updated.reply_by:
            raise Refused("The deadline to reply has passed. First give providers more time to reply.")
        if updated.nudged_at and local_day(updated.nudged_at) == local_day(at):
            raise Refused("You have already reminded them today. You can remind them again tomorrow.")
        waiting = list(updated.interests.filter(status=InterestStatus.ASKED).select_related("provider", "buyer"))
        if not waiting:
            raise Refused("Every provider you asked has replied.")
        updated.nudged_at = at
        _notify(updated, waiting, messages.nudged, at=at)
    return updated


def require_running(referral: Referral, at: datetime) -> None:
    """Require that the buyer's Partnership Agreement is in force and the market is running. Raises Refused."""
    require_binding(referral.buyer, referral.market, at=at)
    if not referral.market.runs_on(local_day(at)):
        raise Refused(f"{referral.market} is not running, so you cannot ask any providers.")


def _require_enough_time(referral: Referral, market: Market, at: datetime) -> None:
    """Require the market's minimum time to reply. Raises Refused for a shorter time.

    Markets for light-touch contracts have no minimum. Days are counted from the day after the invitation to the closing
    day (Procurement Act 2023 s.54, PCR 2015 reg 34). The closing time is the same for all providers.
    """
    shortest = market.rule("shortest_tender")
    if shortest is None or referral.reply_by is None:
        return
    first = midnight(local_day(at) + timedelta(days=int(str(shortest.value))))
    if referral.reply_by < first:
        raise Refused(
            f"Providers must have at least {shortest.value} days to reply ({shortest.citation}), so enter "
            f"{format_date(first)} or later.",
            "reply_by",
        )


def _require_tool(referral: Referral, at: datetime) -> None:
    """Require that this type of market can lawfully be used for a place with this budget.

    Raises Refused if the budget is below a dynamic market's threshold.
    """
    starts, ends, weekly = referral.starts_on, referral.ends_on, referral.weekly_budget
    if starts is None or ends is None or weekly is None:
        return
    on, weeks = local_day(at), Decimal((ends - starts).days + 1) / 7
    amount = ValuedAmount(
        f"Your budget until {format_date(ends)}", (weekly * weeks).quantize(PENNY), standard_vat_on(on)
    )
    require_tool_allows(referral.market, amount=amount, last_day=ends, on=on)


def _choose_members(referral: Referral, candidates: list[InvitationCandidate]) -> list[Member]:
    can_be_asked = [candidate.member for candidate in candidates if not candidate.why_not]
    if not can_be_asked:
        raise Refused("You cannot ask any provider in this category at the moment. Choose another category.", "members")
    if not referral.shortlist:
        return can_be_asked
    invite_all = referral.market.rule("invite_all")
    members = _require_all_invitable(
        [candidate.member for candidate in candidates if candidate.member.pk in set(referral.shortlist)], candidates
    )
    if len(members) < len(set(referral.shortlist)):
        raise Refused("A provider on your shortlist is no longer in this category. Choose again.", "members")
    left_out = len(can_be_asked) - len(members)
    if invite_all is not None and invite_all.value and left_out:
        rule = f"The law ({invite_all.citation}) says" if invite_all.imposed else "The rules of this market say"
        raise Refused(
            f"{rule} that you must ask every provider in category {referral.lot.number}. Add the {left_out} you left "
            "out.",
            "members",
        )
    if left_out and not referral.shortlist_reason:
        raise Refused("Enter a reason for not asking every provider in the category", "reason")
    return members


def _require_all_invitable(members: Iterable[Member], candidates: list[InvitationCandidate]) -> list[Member]:
    """Return the members that were requested. Raises Refused, with a reason for each member that cannot be asked."""
    candidate_by_member = {candidate.member.pk: candidate for candidate in candidates}
    problems = []
    for member in members:
        candidate = candidate_by_member.get(member.pk)
        if candidate is None:
            problems.append(
                Problem(f"You cannot ask {member.provider}, because it is not in this category.", "members")
            )
        elif candidate.why_not:
            sentence = (
                f"You cannot ask {member.provider}, because {candidate.why_not} Current placements are not affected."
            )
            problems.append(Problem(sentence, "members"))
    if problems:
        raise Refused.because(problems)
    return list(members)


def _require_fit_reason(unfit: Mapping[int, list[str]], members: Iterable[Member], reason: str) -> None:
    """Require a reason for choosing providers whose services might not suit the child. Raises Refused."""
    if reason.strip():
        return
    problems = [
        Problem(f"{' '.join(unfit[member.pk])} Enter a reason for asking {member.provider}.", "reason")
        for member in members
        if member.pk in unfit
    ]
    if problems:
        raise Refused.because(problems)


def _invite(referral: Referral, member: Member, fit_reason: str, *, by: User, at: datetime) -> None:
    interest = ExpressionOfInterest(
        reference=_free_reference(referral.market), authority=referral.authority, buyer=referral.buyer,
        provider=member.provider, referral=referral, member=member, asked_at=at,
        fit_reason=fit_reason,
    )  # fmt: skip
    _notify(referral, [create(interest, "invite", by=by, at=at)], messages.asked, at=at)


def _ask_again_or_invite(
    referral: Referral,
    interest: ExpressionOfInterest | None,
    member: Member,
    fit_reason: str,
    *,
    by: User,
    at: datetime,
) -> None:
    if interest is None:
        _invite(referral, member, fit_reason, by=by, at=at)
        return
    if interest.status not in STATUSES_ASKED_AGAIN:
        raise Refused(f"You have already asked {member.provider}.", "members")
    with transition(interest, "ask_again", by=by, at=at) as invited:
        invited.member, invited.asked_at, invited.fit_reason = member, at, fit_reason
        invited.seen_at = invited.answered_at = None
        invited.reason = invited.note = ""
    _notify(referral, [invited], messages.asked, at=at)


def _free_reference(market: Market) -> str:
    """Return a random reference that is not in use.

    Consecutive numbers would show how many providers were asked.
    """
    while True:
        reference = make_random_reference(f"{market.code}-E")
        if not ExpressionOfInterest.objects.filter(reference=reference).exists():
            return reference


def _notify(
    referral: Referral,
    interests: Iterable[ExpressionOfInterest],
    message_for: Callable[[ExpressionOfInterest], MessageText],
    *,
    at: datetime,
) -> None:
    for interest in interests:
        interest.referral = referral
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=interest.provider, at=at)
        queue_message(message_for(interest), to=people, sender=str(referral.authority), at=at)
