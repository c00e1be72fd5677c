"""Make, withdraw and confirm a conditional offer to one provider.

Some commands are for the buyer and others are for the provider.
"""

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

__all__ = ["DEFAULT_THANKS", "confirm", "meet", "offer", "take_back", "withdraw_offer"]

DEFAULT_THANKS = "Another provider was a better match for this child. Thank you for your reply."
DISCLOSURE_PURPOSE = "To decide whether to confirm the place"
PROTECTION_PURPOSE = "To judge whether the child will be safe"


def find_offer_problems(
    interest: ExpressionOfInterest, *, reason: str | None, confirm_by: date | None, urgent_reason: str | None = "",
    fit_reason: str | None = "", at: datetime, **_: object,
) -> list[Problem]:  # fmt: skip
    """Return the problems with the answers on the offer form.

    A missing answer is None.
    """
    referral, problems = interest.referral, []
    if not (reason or "").strip():
        problems.append(Problem("Enter why you are choosing this provider. We keep your reason for audit.", "reason"))
    misfits = service_limits(interest.service, referral) if interest.service else []
    if misfits and not (fit_reason or "").strip():
        problems.append(Problem(f"{' '.join(misfits)} Explain why this service suits the pupil.", "fit_reason"))
    if isinstance(confirm_by, datetime) and confirm_by <= at:
        problems.append(Problem("The deadline to confirm must be in the future", "confirm_by"))
    waiting = _count_still_to_reply(referral, at)
    if waiting and referral.reply_by is not None and not (urgent_reason or "").strip():
        problems.append(Problem(_urgent_error(waiting, referral.reply_by), "urgent_reason"))
    return problems


@with_answer_problems(find_offer_problems)
def offer(
    interest: ExpressionOfInterest, *, reason: str, confirm_by: datetime, thanks: str = DEFAULT_THANKS,
    urgent_reason: str = "", fit_reason: str = "", by: User, at: datetime,
) -> Offer:  # fmt: skip
    """Offer the place to one interested provider, on condition that it confirms before `confirm_by`.

    `reason` is why the buyer chose this provider, and is stored for audit. `thanks` is the text that the other
    providers can read once the place is confirmed. An offer made while providers can still reply needs an
    `urgent_reason`. We email that reason to the other providers, who can still reply. If the service's own page says
    that it does not take such a child (`referrals.fit`), a `fit_reason` is needed, which is stored with the warnings.

    Until `confirm_by`, a listed provider can see the full pack, and its safeguarding lead can see the child protection
    information. Raises Refused if the buyer has no Partnership Agreement in force, if the provider cannot take a
    placement now, or if another provider has an open offer. Raises Refused too if the law for the market requires a
    competition, and some providers were not asked or had no time to reply.
    """
    referral = interest.referral
    new_offer = Offer(
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
    with creating(new_offer, "offer", by=by, at=at):
        record_reason(new_offer)
        require_binding(new_offer.buyer, referral.market, at=at)
        if not referral.market.runs_on(local_day(at)):
            raise Refused(f"{referral.market} is not running, so you cannot buy anything in it.")
        require_invitable(interest.member, doing="make an offer to", at=at, hold=True)
        if confirm_by <= at:
            raise Refused("The deadline to confirm must be in the future", "confirm_by")
        require_anonymous(referral.pupil, {"thanks": new_offer.thanks, "urgent_reason": new_offer.urgent_reason})
        _require_competition(referral, at)
        _require_replies(new_offer, at)
        _require_tool(interest, at)
        referrals.offer(interest, by=by, at=at)
        for needs, purpose in ((Can.ANSWER_REFERRALS, DISCLOSURE_PURPOSE), (Can.SAFEGUARD, PROTECTION_PURPOSE)):
            disclosure_grants.give_disclosure(
                referral.pupil, to=new_offer.provider, needs=needs, stage=DisclosureStage.OFFERED, purpose=purpose,
                source=referral.reference, member=interest.member, ends_at=confirm_by, at=at,
            )  # fmt: skip
        _notify_provider(new_offer, at)
        if new_offer.urgent_reason:
            _notify_others(new_offer, at)
    return new_offer


def _require_tool(interest: ExpressionOfInterest, at: datetime) -> None:
    """Check the value of the place, up to the referral's last day, against the market's limits.

    Raises Refused if the value is below a dynamic market's threshold. A reply without a price or dates is not checked.
    """
    referral, weekly, price = interest.referral, weekly_cost_of(interest), interest.price
    if weekly is None or price is None or interest.start_on is None or referral.ends_on is None:
        return
    on = local_day(at)
    weeks = Decimal((referral.ends_on - interest.start_on).days + 1) / 7
    vat = standard_vat_on(on) if price.vat == VatTreatment.STANDARD else Decimal(0)
    amount = ValuedAmount(f"A place until {format_date(referral.ends_on)}", (weekly * weeks).quantize(PENNY), vat)
    require_tool_allows(referral.market, amount=amount, last_day=referral.ends_on, on=on)


def meet(offer: Offer, *, on: date, by: User, at: datetime) -> Offer:
    """Record the day when the provider met the child.

    Raises Refused for a day before the offer or after today.
    """
    with transition(offer, "meet", by=by, at=at) as updated:
        if not local_day(updated.made_at) <= on <= local_day(at):
            raise Refused("The date you met the child must be between the date of the offer and today", "on")
        updated.met_on = on
    return updated


def take_back(offer: Offer, *, reason: str, by: User, at: datetime) -> Offer:
    """Withdraw an unconfirmed offer on behalf of the buyer.

    The provider can read the reason and loses access to the pack. Raises Refused if no reason is given.
    """
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    with transition(offer, "take_back", by=by, at=at) as withdrawn:
        _close(withdrawn, reason, at)
        referrals.take_back(withdrawn.interest, by=by, at=at)
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=withdrawn.provider, at=at)
        queue_message(messages.taken_back(withdrawn), to=people, sender=str(withdrawn.authority), at=at)
    return withdrawn


def withdraw_offer(offer: Offer, *, reason: str = "", by: User, at: datetime) -> Offer:
    """Withdraw from a conditional offer on behalf of the provider. There is no penalty, and no reason is needed.

    We email the buyer, who can make an offer to another provider or send a new request. The provider loses access to
    the pack.
    """
    with transition(offer, "withdraw_offer", by=by, at=at) as withdrawn:
        _close(withdrawn, reason, at)
        referrals.withdraw_offer(withdrawn.interest, by=by, at=at)
        people = User.objects.who_can(Can.PLACE, organisation=withdrawn.buyer, at=at)
        queue_message(messages.withdrawn(withdrawn), to=people, sender=str(withdrawn.authority), at=at)
    return withdrawn


def confirm(offer: Offer, *, by: User, at: datetime) -> Offer:
    """Confirm a place on behalf of the provider that has the offer. Call this as part of `placements.confirm`.

    The command checks the membership and the buyer's Partnership Agreement again, and locks the member so that no one
    can suspend it at the same time. The other providers get the `thanks` text and lose access to the pack. The offer's
    disclosures end, because the placement creates new disclosures under its own reference. Raises Refused after
    `confirm_by`, or if the provider or buyer no longer qualifies.
    """
    with transition(offer, "confirm", by=by, at=at) as confirmed:
        if at >= confirmed.confirm_by:
            raise Refused(
                f"The deadline to confirm passed {format_at_time(confirmed.confirm_by)}. The buyer can make the offer "
                f"again."
            )
        lock_standing(member=confirmed.interest.member)
        why_not = why_not_invitable_for_provider(confirmed.interest.member, at)
        if why_not:
            raise Refused(f"You cannot take a new placement at the moment, because {why_not}")
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
    """Require a competition in a market that has no direct call-off (PCR 2015 reg 34).

    All eligible providers must have been asked and have had time to reply. Raises Refused, with the number that were
    not asked or can still reply.
    """
    rule = referral.market.rule("direct_call_off")
    if rule is None or rule.value != "never":
        return
    asked_providers = set(referral.interests.values_list("provider", flat=True))
    left_out = [
        candidate for candidate in find_candidates(referral.lot, at)
        if not candidate.why_not and candidate.member.provider_id not in asked_providers
        and referral.asked_at is not None and candidate.member.joined_at <= referral.asked_at
    ]  # fmt: skip
    if left_out:
        raise Refused(
            f"Every purchase in this market must be a competition ({rule.citation}). "
            f"First ask the {pluralise(len(left_out), 'provider')} you left out."
        )
    waiting = referral.interests.filter(status=InterestStatus.ASKED).count()
    if waiting and referral.reply_by is not None and at < referral.reply_by:
        raise Refused(
            f"Every purchase in this market must be a competition ({rule.citation}). "
            f"{pluralise(waiting, 'provider')} can "
            "still reply, so wait until replies have closed."
        )


def _require_replies(new_offer: Offer, at: datetime) -> None:
    """Require an urgent reason for an offer made while some providers can still reply.

    The referral is locked, so that its deadline and replies stay the same until the offer is saved. An urgent reason
    that is not needed is dropped. Raises Refused if a reason is needed and missing.
    """
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=new_offer.referral_id)
    waiting = _count_still_to_reply(referral, at)
    if not waiting or referral.reply_by is None:
        new_offer.urgent_reason = ""
    elif not new_offer.urgent_reason:
        raise Refused(_urgent_error(waiting, referral.reply_by), "urgent_reason")


def _count_still_to_reply(referral: Referral, at: datetime) -> int:
    """Return how many of the asked providers have not replied and still can."""
    if referral.reply_by is None or at >= referral.reply_by:
        return 0
    return referral.interests.filter(status=InterestStatus.ASKED).count()


def _urgent_error(waiting: int, until: datetime) -> str:
    return (
        f"{pluralise(waiting, 'provider')} can still reply until {format_datetime(until)}. Wait until then, or "
        "explain why this is urgent. The providers you asked will read your reason."
    )


def _notify_others(new_offer: Offer, at: datetime) -> None:
    """Tell the other asked providers that an offer was made before replies closed, and why it is urgent."""
    statuses = [InterestStatus.ASKED, InterestStatus.INTERESTED]
    others = new_offer.referral.interests.filter(status__in=statuses).exclude(pk=new_offer.interest_id)
    for other in others.select_related("provider", "referral", "authority"):
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=other.provider, at=at)
        queue_message(messages.offered_early(other), to=people, sender=str(new_offer.authority), at=at)


def _notify_provider(offer: Offer, at: datetime) -> None:
    sender = str(offer.authority)
    answering = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=offer.provider, at=at)
    queue_message(messages.offered(offer), to=answering, sender=sender, at=at)
    guarding = User.objects.who_can(Can.SAFEGUARD, organisation=offer.provider, at=at).exclude(pk__in=answering)
    queue_message(messages.offered_safeguarding(offer), to=guarding, sender=sender, at=at)
