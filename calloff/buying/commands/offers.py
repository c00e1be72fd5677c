"""A conditional offer to one provider: made with a reason, taken back, withdrawn from without penalty, confirmed."""

from datetime import date, datetime
from decimal import Decimal

from calloff.buying import messages
from calloff.buying.models import Offer
from calloff.directory.models import VatTreatment
from calloff.history.transitions import creating, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_at_time, format_date, format_datetime, pluralise
from calloff.kernel.lifecycles import Problem, Refused, with_answer_problems
from calloff.kernel.money import PENNY
from calloff.markets.call_off_value import require_tool_allows
from calloff.markets.rulesets.valuation import ValuedAmount, standard_vat_on
from calloff.members.locks import lock_standing
from calloff.outbox.commands import queue_message
from calloff.partners.buying_eligibility import buying_standing, require_binding
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.pupils import disclosure_grants
from calloff.pupils.states import DisclosureStage
from calloff.referrals import commands as referrals
from calloff.referrals.anonymity_check import require_anonymous
from calloff.referrals.fit import service_limits
from calloff.referrals.invitation_eligibility import find_candidates, require_invitable, why_not_invitable_for_provider
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.queries import weekly_cost_of
from calloff.referrals.states import InterestStatus

DEFAULT_THANKS = "Another provider was a better match for this child. Thank you for your reply."
DISCLOSURE_PURPOSE = "To decide whether to confirm the place"
PROTECTION_PURPOSE = "To judge whether the child can be kept safe"


def find_offer_problems(
    interest: ExpressionOfInterest, *, reason: str | None, confirm_by: date | None, urgent_reason: str | None = "",
    fit_reason: str | None = "", at: datetime, **_: object,
) -> list[Problem]:  # fmt: skip
    """List the problems with an offer's answers, one for each field. None means a missing answer."""
    referral, problems = interest.referral, []
    if not (reason or "").strip():
        problems.append(Problem("Enter why you are choosing this provider. We keep your reason for audit.", "reason"))
    misfits = service_limits(interest.service, referral) if interest.service else []
    if misfits and not (fit_reason or "").strip():
        problems.append(Problem(f"{' '.join(misfits)} Explain why this service suits the child.", "fit_reason"))
    if isinstance(confirm_by, datetime) and confirm_by <= at:
        problems.append(Problem("Time to confirm must be in the future", "confirm_by"))
    waiting = _may_still_reply(referral, at)
    if waiting and referral.reply_by is not None and not (urgent_reason or "").strip():
        problems.append(Problem(_urgent_words(waiting, referral.reply_by), "urgent_reason"))
    return problems


@with_answer_problems(find_offer_problems)
def offer(
    interest: ExpressionOfInterest, *, reason: str, confirm_by: datetime, thanks: str = DEFAULT_THANKS,
    urgent_reason: str = "", fit_reason: str = "", by: User, at: datetime,
) -> Offer:  # fmt: skip
    """Offer the place to one provider that is interested, on the condition that it confirms before `confirm_by`.

    `reason` is the one that the rules ask for, kept for audit; `thanks` is what the others will read once it has
    confirmed. Before replies close, an offer waits until all who were asked have replied, or says why it is urgent: the
    others are notified, and may still reply until then. `fit_reason` is why the offer goes to a service whose own page
    says that it does not take such a child (`referrals.fit`); it is kept with what was warned of.

    Until the time to confirm, and while it is listed, the provider sees the full pack, and its safeguarding lead what
    protects the child. Raises Refused where the buyer may not buy, the provider cannot take a placement now, another
    holds the offer, or the market's law makes every purchase a competition and not everyone was asked, or heard.
    """
    referral = interest.referral
    made = Offer(
        authority=interest.authority, buyer=interest.buyer, provider=interest.provider, referral=referral,
        interest=interest, reason=reason.strip(), urgent_reason=urgent_reason.strip(),
        misfits=service_limits(interest.service, referral) if interest.service else [], fit_reason=fit_reason.strip(),
        thanks=thanks.strip() or DEFAULT_THANKS, confirm_by=confirm_by, made_at=at,
    )  # fmt: skip
    problems = find_offer_problems(
        interest, reason=reason, confirm_by=confirm_by, urgent_reason=urgent_reason, fit_reason=fit_reason, at=at
    )
    if any(problem.where in {"reason", "fit_reason"} for problem in problems):
        raise Refused.because(problems)
    with creating(made, "offer", by=by, at=at):
        record_reason(made)
        require_binding(made.buyer, referral.market, at=at)
        if not referral.market.runs_on(local_day(at)):
            raise Refused(f"{referral.market} is not running, so you cannot buy anything in it.")
        require_invitable(interest.member, doing="make an offer to", at=at, hold=True)
        if confirm_by <= at:
            raise Refused("Time to confirm must be in the future", "confirm_by")
        require_anonymous(referral.pupil, {"thanks": made.thanks, "urgent_reason": made.urgent_reason})
        _require_competition(referral, at)
        _require_replies(made, at)
        _require_tool(interest, at)
        referrals.offer(interest, by=by, at=at)
        for needs, purpose in ((Can.ANSWER_REFERRALS, DISCLOSURE_PURPOSE), (Can.SAFEGUARD, PROTECTION_PURPOSE)):
            disclosure_grants.give_disclosure(
                referral.pupil, to=made.provider, needs=needs, stage=DisclosureStage.OFFERED, purpose=purpose,
                source=referral.reference, member=interest.member, ends_at=confirm_by, at=at,
            )  # fmt: skip
        _tell_provider(made, at)
        if made.urgent_reason:
            _tell_the_others(made, at)
    return made


def _require_tool(interest: ExpressionOfInterest, at: datetime) -> None:
    """Refuse a place below the threshold in a dynamic market, by the reply's cost up to the last day wanted."""
    referral, weekly, price = interest.referral, weekly_cost_of(interest), interest.price
    if weekly is None or price is None or interest.start_on is None or referral.ends_on is None:
        return
    on = local_day(at)
    weeks = Decimal((referral.ends_on - interest.start_on).days + 1) / 7
    vat = standard_vat_on(on) if price.vat == VatTreatment.STANDARD else Decimal(0)
    amount = ValuedAmount(f"A place until {format_date(referral.ends_on)}", (weekly * weeks).quantize(PENNY), vat)
    require_tool_allows(referral.market, amount=amount, last_day=referral.ends_on, on=on)


def meet(offer: Offer, *, on: date, by: User, at: datetime) -> Offer:
    """Record the day on which the provider met the child, before it confirms."""
    with transition(offer, "meet", by=by, at=at) as met:
        if not local_day(met.made_at) <= on <= local_day(at):
            raise Refused("Date must be between the date of the offer and today", "on")
        met.met_on = on
    return met


def take_back(offer: Offer, *, reason: str, by: User, at: datetime) -> Offer:
    """Take back an offer that is not confirmed, with a reason that the provider reads. It sees the pack no more."""
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    with transition(offer, "take_back", by=by, at=at) as back:
        _close(back, reason, at)
        referrals.take_back(back.interest, by=by, at=at)
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=back.provider, at=at)
        queue_message(messages.taken_back(back), to=people, sender=str(back.authority), at=at)
    return back


def withdraw_offer(offer: Offer, *, reason: str = "", by: User, at: datetime) -> Offer:
    """Withdraw, as the provider, from a conditional offer: without penalty, and a reason is welcome but not asked for.

    The buyer is notified, the provider sees the pack no more, and the others can be made an offer or asked again.
    """
    with transition(offer, "withdraw_offer", by=by, at=at) as withdrawn:
        _close(withdrawn, reason, at)
        referrals.withdraw_offer(withdrawn.interest, by=by, at=at)
        people = User.objects.who_can(Can.PLACE, organisation=withdrawn.buyer, at=at)
        queue_message(messages.withdrawn(withdrawn), to=people, sender=str(withdrawn.authority), at=at)
    return withdrawn


def confirm(offer: Offer, *, by: User, at: datetime) -> Offer:
    """Confirm a place as the provider that holds the offer: a part of `placements.confirm`.

    Membership, and the buyer's Partnership Agreement, are checked again; the member's row is held, so that no one
    suspends it meanwhile. The others are thanked, told why, and see no more. What the offer disclosed ends with it: the
    placement gives its own disclosures, with its own reference as their source.
    """
    with transition(offer, "confirm", by=by, at=at) as confirmed:
        if at >= confirmed.confirm_by:
            raise Refused(
                f"The time to confirm ended {format_at_time(confirmed.confirm_by)}. The buyer can make the offer again."
            )
        lock_standing(member=confirmed.interest.member)
        why_not = why_not_invitable_for_provider(confirmed.interest.member, at)
        if why_not:
            raise Refused(f"You cannot take a new placement now: {why_not}")
        if not buying_standing(confirmed.buyer, confirmed.referral.market, at=at).allows:
            raise Refused(
                "You cannot confirm yet. The buyer’s Partnership Agreement must be signed by both sides first."
            )
        confirmed.closed_at = at
        referrals.confirm(confirmed.interest, thanks=confirmed.thanks, by=by, at=at)
        disclosure_grants.end_disclosures(confirmed.referral.reference, at=at)
        people = User.objects.who_can(Can.PLACE, organisation=confirmed.buyer, at=at)
        queue_message(messages.confirmed(confirmed), to=people, sender=str(confirmed.authority), at=at)
    return confirmed


def _close(offer: Offer, reason: str, at: datetime) -> None:
    offer.closed_at, offer.closing_reason = at, reason.strip()
    record_reason(offer)
    disclosure_grants.end_disclosures(offer.referral.reference, at=at, to=offer.provider)


def _require_competition(referral: Referral, at: datetime) -> None:
    """Under rules without a direct call-off (PCR 2015 reg 34) everyone is asked, and heard, before one is chosen."""
    rule = referral.market.rule("direct_call_off")
    if rule is None or rule.value != "never":
        return
    asked = set(referral.interests.values_list("provider", flat=True))
    left_out = [
        one for one in find_candidates(referral.lot, at)
        if not one.why_not and one.member.provider_id not in asked
        and referral.asked_at is not None and one.member.joined_at <= referral.asked_at
    ]  # fmt: skip
    if left_out:
        raise Refused(
            f"Every purchase in this market is a competition ({rule.citation}), whatever the reason: "
            f"ask the {pluralise(len(left_out), 'provider')} left out first."
        )
    waiting = referral.interests.filter(status=InterestStatus.ASKED).count()
    if waiting and referral.reply_by is not None and at < referral.reply_by:
        raise Refused(
            f"Every purchase in this market is a competition ({rule.citation}): {pluralise(waiting, 'provider')} may "
            "still reply. Wait until replies have closed."
        )


def _require_replies(made: Offer, at: datetime) -> None:
    """Refuse an offer before replies close, unless every provider has replied or the offer is urgent.

    The referral's row is held, so that no one gives longer, and no one replies, meanwhile. An offer that need not wait
    keeps no urgent reason.
    """
    held = Referral.objects.select_for_update(of=("self",)).get(pk=made.referral_id)
    waiting = _may_still_reply(held, at)
    if not waiting or held.reply_by is None:
        made.urgent_reason = ""
    elif not made.urgent_reason:
        raise Refused(_urgent_words(waiting, held.reply_by), "urgent_reason")


def _may_still_reply(referral: Referral, at: datetime) -> int:
    """Count the asked providers that have not replied and still can."""
    if referral.reply_by is None or at >= referral.reply_by:
        return 0
    return referral.interests.filter(status=InterestStatus.ASKED).count()


def _urgent_words(waiting: int, until: datetime) -> str:
    return (
        f"{pluralise(waiting, 'provider')} can still reply until {format_datetime(until)}. Wait until then, or "
        "explain why this is urgent. The providers you asked will read your reason."
    )


def _tell_the_others(made: Offer, at: datetime) -> None:
    """Email the other asked providers that an offer was made before replies closed, and why."""
    still = [InterestStatus.ASKED, InterestStatus.INTERESTED]
    others = made.referral.interests.filter(status__in=still).exclude(pk=made.interest_id)
    for other in others.select_related("provider", "referral", "authority"):
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=other.provider, at=at)
        queue_message(messages.offered_early(other), to=people, sender=str(made.authority), at=at)


def _tell_provider(offer: Offer, at: datetime) -> None:
    sender = str(offer.authority)
    answering = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=offer.provider, at=at)
    queue_message(messages.offered(offer), to=answering, sender=sender, at=at)
    guarding = User.objects.who_can(Can.SAFEGUARD, organisation=offer.provider, at=at).exclude(pk__in=answering)
    queue_message(messages.offered_safeguarding(offer), to=guarding, sender=sender, at=at)
