"""Asking providers: all in the category, or a shortlist where the market's rules permit one."""

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

STATUSES_ASKED_AGAIN = (InterestStatus.NOT_CHOSEN, InterestStatus.WITHDRAWN, InterestStatus.DECLINED)


def ask(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Ask providers for a place, as the draft says: all in the category who can be asked, or its shortlist.

    From then on what they were asked does not change. Each gets one message, which names no child and no school. Raises
    Refused where the Partnership Agreement does not bind, the market does not run, a part is missing, words could tell
    who the child is, someone on the shortlist cannot be asked, or the rules ask everyone.
    """
    with transition(referral, "ask", by=by, at=at) as asked:
        require_running(asked, at)
        if asked.pupil.status != PupilStatus.ON_ROLL:
            raise Refused("This child has left. Record that they are back first, or withdraw the referral.")
        found = find_candidates(asked.lot, at, hold=True)
        problems = [problem for part in find_missing(asked, at).values() for problem in part]
        if problems:
            raise Refused.because(problems)
        _require_enough_time(asked, asked.market, at)
        _require_tool(asked, at)
        chosen = _chosen(asked, found)
        unfit = unsuited(asked, chosen)
        if asked.shortlist:  # whoever asks all in the category chooses no one
            _require_fit_reason(unfit, chosen, asked.shortlist_reason)
        asked.asked_at = at
        for member in chosen:
            _invite(asked, member, asked.shortlist_reason if member.pk in unfit else "", by=by, at=at)
    return asked


def ask_more(
    referral: Referral, *, members: Sequence[Member] = (), reply_by: datetime | None = None, reason: str = "",
    by: User, at: datetime,
) -> Referral:  # fmt: skip
    """Ask further members of the category, or again those who had declined or were let go; or give longer to reply.

    `reply_by` is never earlier than it was. `reason` is why it asks members whose services may not suit the child.
    Raises Refused for members who cannot be asked, are asked already, or may not suit where no reason is given.
    """
    with transition(referral, "ask_more", by=by, at=at, along=referral.interests.all()) as asked:
        require_running(asked, at)
        until = reply_by or asked.reply_by
        if not members and until == asked.reply_by:
            raise Refused("Choose more providers to ask, or give providers more time to reply", "members")
        if until is None or until <= at:
            raise Refused("Time to reply must be in the future", "reply_by")
        if asked.reply_by and until < asked.reply_by:
            raise Refused("Providers already have until then to reply. Enter a later time", "reply_by")
        if until != asked.reply_by:
            record_change("reply by", asked.reply_by, until)
            asked.reply_by = until
            waiting = asked.interests.filter(status=InterestStatus.ASKED).select_related("provider", "buyer")
            _tell(asked, waiting, messages.longer, at=at)
        if members:  # whoever is asked now has the whole time too
            _require_enough_time(asked, asked.market, at)
        unfit = unsuited(asked, members)
        _require_fit_reason(unfit, members, reason)
        known = {one.provider_id: one for one in asked.interests.select_related("provider")}
        for member in _invitable(members, find_candidates(asked.lot, at, hold=True)) if members else ():
            why = reason.strip() if member.pk in unfit else ""
            _ask_again_or_invite(asked, known.get(member.provider_id), member, why, by=by, at=at)
    return asked


def nudge(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Remind those who have not answered; once a day at most, for all colleagues together."""
    with transition(referral, "nudge", by=by, at=at) as asked:
        if asked.reply_by is not None and at >= asked.reply_by:
            raise Refused("The time to reply has passed. Give providers more time to reply first.")
        if asked.nudged_at and local_day(asked.nudged_at) == local_day(at):
            raise Refused("You have already reminded them today. You can remind them again tomorrow.")
        waiting = list(asked.interests.filter(status=InterestStatus.ASKED).select_related("provider", "buyer"))
        if not waiting:
            raise Refused("Every provider you asked has replied.")
        asked.nudged_at = at
        _tell(asked, waiting, messages.nudged, at=at)
    return asked


def require_running(referral: Referral, at: datetime) -> None:
    """Refuse unless the buyer may ask and the market runs."""
    require_binding(referral.buyer, referral.market, at=at)
    if not referral.market.runs_on(local_day(at)):
        raise Refused(f"{referral.market} is not running, so you cannot ask any providers.")


def _require_enough_time(referral: Referral, market: Market, at: datetime) -> None:
    """Require the market's minimum time to reply. Light-touch markets have none.

    The days are counted from the day after the invitation to the closing day (Procurement Act 2023 s.54, PCR 2015 reg
    34). All who are asked have the referral's one closing time, so no two of them can have different ones.
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
    """Refuse to ask in a dynamic market for a place whose budget is below the threshold."""
    starts, ends, weekly = referral.starts_on, referral.ends_on, referral.weekly_budget
    if starts is None or ends is None or weekly is None:
        return
    on, weeks = local_day(at), Decimal((ends - starts).days + 1) / 7
    amount = ValuedAmount(
        f"Your budget until {format_date(ends)}", (weekly * weeks).quantize(PENNY), standard_vat_on(on)
    )
    require_tool_allows(referral.market, amount=amount, last_day=ends, on=on)


def _chosen(referral: Referral, found: list[InvitationCandidate]) -> list[Member]:
    can_be_asked = [one.member for one in found if not one.why_not]
    if not can_be_asked:
        raise Refused("You cannot ask any provider in this category now. Choose another category.", "members")
    if not referral.shortlist:
        return can_be_asked
    everybody = referral.market.rule("invite_all")
    chosen = _invitable([one.member for one in found if one.member.pk in set(referral.shortlist)], found)
    if len(chosen) < len(set(referral.shortlist)):
        raise Refused("A provider on your shortlist is no longer in this category. Choose again.", "members")
    left_out = len(can_be_asked) - len(chosen)
    if everybody is not None and everybody.value and left_out:
        rule = f"The law ({everybody.citation}) says" if everybody.imposed else "The rules of this market say"
        raise Refused(
            f"{rule} that you must ask every provider in category {referral.lot.number}. Add the {left_out} you left "
            "out.",
            "members",
        )
    if left_out and not referral.shortlist_reason:
        raise Refused("Enter a reason for not asking every provider in the category", "reason")
    return chosen


def _invitable(members: Iterable[Member], found: list[InvitationCandidate]) -> list[Member]:
    """Refuse those who cannot be asked, naming each, with why."""
    why = {one.member.pk: one for one in found}
    problems = []
    for member in members:
        known = why.get(member.pk)
        if known is None:
            problems.append(Problem(f"You cannot ask {member.provider}: it is not in this category.", "members"))
        elif known.why_not:
            sentence = f"You cannot ask {member.provider}: {known.why_not} Current placements are not affected."
            problems.append(Problem(sentence, "members"))
    if problems:
        raise Refused.because(problems)
    return list(members)


def _require_fit_reason(unfit: Mapping[int, list[str]], members: Iterable[Member], reason: str) -> None:
    """Refuse to ask a chosen provider whose services might not suit the child, unless there is a reason."""
    if reason.strip():
        return
    problems = [
        Problem(f"{' '.join(unfit[one.pk])} Enter a reason for asking {one.provider}.", "reason")
        for one in members
        if one.pk in unfit
    ]
    if problems:
        raise Refused.because(problems)


def _invite(referral: Referral, member: Member, fit_reason: str, *, by: User, at: datetime) -> None:
    interest = ExpressionOfInterest(
        reference=_free_reference(referral.market), authority=referral.authority, buyer=referral.buyer,
        provider=member.provider, referral=referral, member=member, asked_at=at,
        fit_reason=fit_reason,
    )  # fmt: skip
    _tell(referral, [create(interest, "invite", by=by, at=at)], messages.asked, at=at)


def _ask_again_or_invite(
    referral: Referral, known: ExpressionOfInterest | None, member: Member, fit_reason: str, *, by: User, at: datetime
) -> None:
    if known is None:
        _invite(referral, member, fit_reason, by=by, at=at)
        return
    if known.status not in STATUSES_ASKED_AGAIN:
        raise Refused(f"You have already asked {member.provider}.", "members")
    with transition(known, "ask_again", by=by, at=at) as again:
        again.member, again.asked_at, again.fit_reason = member, at, fit_reason
        again.seen_at = again.answered_at = None
        again.reason = again.note = ""
    _tell(referral, [again], messages.asked, at=at)


def _free_reference(market: Market) -> str:
    """Find a random reference that no one has: counting up would tell how many were asked."""
    while True:
        reference = make_random_reference(f"{market.code}-E")
        if not ExpressionOfInterest.objects.filter(reference=reference).exists():
            return reference


def _tell(
    referral: Referral,
    interests: Iterable[ExpressionOfInterest],
    words: Callable[[ExpressionOfInterest], MessageText],
    *,
    at: datetime,
) -> None:
    for interest in interests:
        interest.referral = referral
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=interest.provider, at=at)
        queue_message(words(interest), to=people, sender=str(referral.authority), at=at)
