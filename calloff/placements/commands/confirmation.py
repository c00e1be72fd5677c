"""Confirm an offer on behalf of the provider, once the provider has seen the full details.

The place is then taken, and the checks can begin.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.buying.states import OfferStatus
from calloff.directory import place_allocation
from calloff.directory.states import ServiceStatus
from calloff.history.transitions import as_one_event, create, require_transition
from calloff.kernel.lifecycles import Problem, Refused
from calloff.markets.models import ReferenceCounter
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import messages
from calloff.placements.access import last_day_of
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils import disclosure_grants
from calloff.pupils.states import DisclosureStage
from calloff.referrals.models import EducationBasis

__all__ = ["confirm"]

PERMISSIONS_TO_SEE = (
    Can.ANSWER_REFERRALS,
    Can.TAKE_REGISTER,
    Can.SAFEGUARD,
)  # roles whose people can see a child who has a placement
PLACED_DISCLOSURE_PURPOSE = "To educate the child, and keep the child safe"


def confirm(offer: Offer, *, met_on: date | None = None, by: User, at: datetime) -> Placement:
    """Confirm a conditional offer. If `met_on` is given, first record the meeting with the child.

    The same action updates the offer, the place and the checks, and tells the other providers. If two children are
    confirmed for the last place at the same time, one gets it, and the other child's buyer gets an email immediately.
    There is no waiting list. Raises Refused, with what the person can do, if no place is left, the provider cannot take
    new placements, or the offer is over.
    """
    try:
        return _confirm(offer, met_on, by=by, at=at)
    except Refused as refusal:
        if not _tell_if_full(offer, at=at):
            raise
        told = Problem(f"We have told {offer.buyer}, so it can ask other providers.")
        raise Refused.because([*refusal.problems, told]) from refusal


@transaction.atomic
def _confirm(offer: Offer, met_on: date | None, *, by: User, at: datetime) -> Placement:
    if met_on is not None:
        _record_meeting(offer, met_on, by=by, at=at)
    offer = Offer.objects.select_related("referral__market", "interest__service", "provider").get(pk=offer.pk)
    require_transition(offer, offer.LIFECYCLE.find("confirm", offer.status), by=by, at=at)
    interest, referral = offer.interest, offer.referral
    if interest.service is None:
        raise LookupError("Who was offered a place has said which service it is of.")
    with as_one_event("confirm", by=by, at=at, acting_for=str(offer.provider)):
        buying.confirm(offer, by=by, at=at)
        taken = place_allocation.take_place(interest.service, at=at)
        placement = Placement(
            reference=ReferenceCounter.next_reference(referral.market, "L"), authority_id=offer.authority_id,
            market=referral.market, lot_id=referral.lot_id, buyer_id=offer.buyer_id, provider=offer.provider,
            member_id=interest.member_id, pupil_id=referral.pupil_id, referral=referral, interest=interest, offer=offer,
            service=taken, site_id=taken.site_id, confirmed_at=at,
        )  # fmt: skip
        create(placement, "confirm", by=by, at=at)
        _lay_out_checks(placement)
        for needs in PERMISSIONS_TO_SEE:
            disclosure_grants.give_disclosure(
                placement.pupil, to=placement.provider, needs=needs, stage=DisclosureStage.PLACED,
                purpose=PLACED_DISCLOSURE_PURPOSE,
                source=placement.reference, member=placement.member, last_on=last_day_of(placement), at=at,
            )  # fmt: skip
        if taken.places == 0:
            _tell_others(placement, at=at)
    return placement


def _record_meeting(offer: Offer, met_on: date, *, by: User, at: datetime) -> None:
    try:
        buying.meet(offer, on=met_on, by=by, at=at)
    except Refused as refusal:
        raise Refused.because(
            Problem(one.sentence, "met_on" if one.where == "on" else one.where) for one in refusal.problems
        ) from refusal


def _lay_out_checks(placement: Placement) -> None:
    kinds = [
        kind
        for kind in PreStartCheck.Kind
        if kind != PreStartCheck.Kind.DIRECTION or placement.referral.basis == EducationBasis.OFF_SITE
    ]
    PreStartCheck.objects.bulk_create(
        PreStartCheck(authority_id=placement.authority_id, placement=placement, kind=kind) for kind in kinds
    )


def _tell_others(placement: Placement, *, at: datetime) -> None:
    """Tell the buyers that have offers for the same service that no place is left."""
    waiting = Offer.objects.filter(status=OfferStatus.MADE, interest__service=placement.service_id)
    for other in waiting.exclude(pk=placement.offer_id).select_related("buyer", "provider", "referral", "authority"):
        _tell(other, at=at)


def _tell_if_full(offer: Offer, *, at: datetime) -> bool:
    """Tell the buyer if its offer cannot be confirmed because no place is left. Returns whether we told the buyer."""
    gone = Q(interest__service__places=0) | ~Q(interest__service__status=ServiceStatus.LIVE)
    still = Offer.objects.filter(gone, pk=offer.pk, status=OfferStatus.MADE)
    found = still.select_related("buyer", "provider", "referral", "authority").first()
    if found is not None:
        _tell(found, at=at)
    return found is not None


@transaction.atomic
def _tell(offer: Offer, *, at: datetime) -> None:
    buyers = User.objects.who_can(Can.PLACE, organisation=offer.buyer, at=at)
    queue_message(
        messages.place_gone(offer), to=buyers, sender=str(offer.authority), at=at, key=f"place-gone-{offer.pk}"
    )
