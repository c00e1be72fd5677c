"""Emails about nominations and saved searches. They never say who suggested a provider."""

from calloff.demand.models import Nomination
from calloff.kernel.formatting import format_before
from calloff.markets.models import Market
from calloff.outbox.commands import MessageText


def invite(nomination: Nomination, market: Market) -> MessageText:
    ends = f" Apply {format_before(market.closes_at)}." if market.closes_at else ""
    return MessageText(
        f"You are invited to apply: {market.title}"[:200],
        f"Someone has suggested {nomination.name} to {market.authority}. You can apply to be an approved "
        f"provider in {market.title}.{ends} The page explains the requirements, whether you can apply and how. "
        f"Nothing about you is published, and you do not have to do anything.",
        f"/{market.authority.slug}/markets/{market.slug}",
    )
