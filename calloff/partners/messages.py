"""The texts of emails about Partnership Agreements."""

from calloff.markets.models import Market
from calloff.outbox.commands import MessageText
from calloff.partners.buying_eligibility import BuyingStanding, BuyingStandingWord
from calloff.partners.models import Partnership
from calloff.partners.reminders import renewal_message
from calloff.people.models import Organisation


def remind(standing: BuyingStanding, market: Market) -> MessageText:
    agreement, organisation = standing.agreement, standing.at
    slug = organisation.slug if organisation else ""
    if standing.word == BuyingStandingWord.TO_COUNTERSIGN and agreement:
        return MessageText(
            f"An agreement needs your countersignature ({agreement.reference})",
            f"{agreement.first} has signed. The school or team cannot ask providers for places until you countersign.",
            f"/authorities/{slug}/agreements/{agreement.reference}",
        )
    if standing.allows and agreement and organisation:
        return renewal_message(agreement, organisation, market)
    return MessageText(
        f"Please sign the Partnership Agreement ({agreement.reference if agreement else market.code})",
        f"Sign in to read and sign the agreement. It takes 10 minutes. {organisation} cannot ask providers in {market} "
        f"for places until it has signed.",
        f"/buyers/{slug}/agreements",
    )


def over(partnership: Partnership, buyer: Organisation) -> MessageText:
    agreement = partnership.agreement
    return MessageText(
        f"Your Partnership Agreement has ended ({agreement.reference})",
        f"{partnership.authority} has ended this Partnership Agreement. Sign in to read why. Current placements are "
        "not affected. You cannot ask providers for places until a new agreement is signed.",
        f"/buyers/{buyer.slug}/agreements/{agreement.reference}",
    )
