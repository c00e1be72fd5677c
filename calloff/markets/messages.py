"""Texts of the messages to people about their role in one market."""

from calloff.markets.models import MarketGrant
from calloff.outbox.commands import MessageText


def appointed(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"You have a new role in {grant.market.code}",
        f"You have been given the role of {grant.get_role_display()} in {grant.market}. It is for this market "
        f"only. Sign in to see your work.",
        _authority(grant),
    )


def role_to_confirm(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Confirm or withdraw a role in {grant.market.code}",
        f"A colleague wants to give someone a role in {grant.market} that a second person must confirm. Sign in to see "
        "who it is and which role. The role does not start until you confirm it.",
        _market(grant),
    )


def role_confirmed(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Role in {grant.market.code} confirmed",
        f"{grant.person} is now {grant.get_role_display()} in {grant.market}. A second person has confirmed the role "
        "that you proposed. You do not need to do anything.",
        _market(grant),
    )


def role_withdrawn(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Role in {grant.market.code} withdrawn",
        f"You proposed that {grant.person} become {grant.get_role_display()} in {grant.market}. A colleague has "
        "withdrawn this, so the role has not started. Ask a colleague who manages people if you do not know why.",
        _market(grant),
    )


def role_ended(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Your role in {grant.market.code} has ended",
        f"You are no longer {grant.get_role_display()} in {grant.market}. You do not need to do anything.",
        "/account/",  # the person can no longer open the market's own pages
    )


def _market(grant: MarketGrant) -> str:
    return f"/authorities/{grant.authority.slug}/markets/{grant.market.slug}"


def _authority(grant: MarketGrant) -> str:
    """Return the address of the authority's home page, which the person can open with any role there."""
    return f"/authorities/{grant.authority.slug}/"
