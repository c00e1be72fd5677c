"""Texts of the messages to people about their role in one market."""

from calloff.markets.models import MarketGrant
from calloff.outbox.commands import MessageText


def appointed(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"You have a new role in {grant.market.code}",
        f"You have been given the role of {grant.get_role_display()} in {grant.market}. It is for this market "
        f"only. Sign in to see your work.",
        _market(grant),
    )


def role_ended(grant: MarketGrant) -> MessageText:
    return MessageText(
        f"Your role in {grant.market.code} has ended",
        f"You are no longer {grant.get_role_display()} in {grant.market}. You do not need to do anything.",
        _market(grant),
    )


def _market(grant: MarketGrant) -> str:
    return f"/authorities/{grant.authority.slug}/markets/{grant.market.slug}"
