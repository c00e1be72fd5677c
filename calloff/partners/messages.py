"""What we tell people about the Partnership Agreement."""

from calloff.markets.models import Market
from calloff.outbox.commands import Words
from calloff.partners.models import Partnership
from calloff.partners.reminders import renew
from calloff.partners.standing import Standing, Word
from calloff.people.models import Organisation


def remind(standing: Standing, market: Market) -> Words:
    agreement, where = standing.agreement, standing.at
    slug = where.slug if where else ""
    if standing.word == Word.TO_COUNTERSIGN and agreement:
        return Words(
            f"Countersign {agreement.reference}",
            f"{agreement.first} has signed. Until you countersign, it cannot ask providers.",
            f"/authorities/{slug}/agreements/{agreement.reference}",
        )
    if standing.allows and agreement and where:
        return renew(agreement, where, market)
    return Words(
        f"Sign the Partnership Agreement: {agreement.reference if agreement else market.code}",
        f"Read it and sign it: it takes ten minutes. Until {where} has signed, it cannot ask the providers of "
        f"{market}.",
        f"/buyers/{slug}/agreements",
    )


def over(partnership: Partnership, buyer: Organisation) -> Words:
    agreement = partnership.agreement
    return Words(
        f"{agreement.reference} is over",
        f"{partnership.authority} has ended this Partnership Agreement. Sign in to read why. Current placements are "
        "not affected. You cannot ask providers until a new agreement is signed.",
        f"/buyers/{buyer.slug}/agreements/{agreement.reference}",
    )
