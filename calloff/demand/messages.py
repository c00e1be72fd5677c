"""What we tell people: no one hears who named them."""

from calloff.demand.models import Nomination
from calloff.kernel.formatting import format_before
from calloff.markets.models import Market
from calloff.outbox.commands import MessageText


def invite(nomination: Nomination, market: Market) -> MessageText:
    ends = f" Apply {format_before(market.closes_at)}." if market.closes_at else ""
    return MessageText(
        f"You are invited to apply: {market.title}"[:200],
        f"Somebody told {market.authority} that {nomination.name} offers what children here need. The council approves "
        f"providers in a market that is open now: {market.title}.{ends} The page says what it asks of providers, "
        "whether you can apply, and how. Nothing about you is published, and you need not do anything.",
        f"/{market.authority.slug}/markets/{market.slug}",
    )
