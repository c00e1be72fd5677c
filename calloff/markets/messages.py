"""The texts of the emails to people about their role in one market."""

from calloff.markets.models import MarketGrant
from calloff.outbox.commands import MessageText


def appointed(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"You have a new role in {grant.market.code}",
        f"You have been given the role of “{grant.get_role_display()}” in {grant.market}. You have this role in this "
        f"market only. Sign in to see your work.",
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
        f"{grant.person} now has the role of “{grant.get_role_display()}” in {grant.market}. A second person has "
        f"confirmed the role you proposed. You do not need to do anything.",
        _market(grant),
    )


def role_withdrawn(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Role in {grant.market.code} withdrawn",
        f"You proposed the role of “{grant.get_role_display()}” for {grant.person} in {grant.market}. A colleague has "
        f"withdrawn your proposal, so the role has not started. If you do not know why, ask your administrator.",
        _market(grant),
    )


def role_ended(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Your role in {grant.market.code} has ended",
        f"You no longer have the role of “{grant.get_role_display()}” in {grant.market}. You do not need to do "
        f"anything.",
        "/account/",  # The link is not to the market, because the person can no longer open its pages.
    )


def _market(grant: MarketGrant) -> str:
    return f"/authorities/{grant.authority.slug}/markets/{grant.market.slug}"


def _authority(grant: MarketGrant) -> str:
    """Return the URL of the authority's home page, which anyone with a role at the authority can open."""
    return f"/authorities/{grant.authority.slug}/"
