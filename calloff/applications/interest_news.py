"""Email people who have registered interest in a market: once when applications open, and again for each new
closing date.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F, Q

from calloff.applications.models import MarketInterest
from calloff.applications.queries import interest_recipients
from calloff.kernel.formatting import format_before
from calloff.markets.models import Market
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.digest_links import NEWS_KEY_PREFIX
from calloff.people.models import User

SALT = "calloff.interest"
LINK_LIFETIME = timedelta(days=400)


def send_interest_news(at: datetime) -> int:
    """Email everyone who has not been told the current closing date of an open market. Return how many
    registrations were due.

    This can safely run twice, even at the same time. The date is stored in the transaction that queues the emails.
    """
    open_now = Market.objects.taking_applications(at)
    news = MarketInterest.objects.registered().filter(market__in=open_now, person__isnull=False)
    news = news.filter(Q(told_closes_at=None) | ~Q(told_closes_at=F("market__closes_at")))
    return sum(_send(key, at) for key in news.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _send(key: int, at: datetime) -> bool:
    locked = MarketInterest.objects.registered().select_for_update(of=("self",))
    open_now = Market.objects.taking_applications(at)
    found = locked.filter(pk=key, market__in=open_now)
    interest = found.select_related("market__authority", "provider", "person").first()
    if interest is None or interest.told_closes_at == interest.market.closes_at:
        return False
    market, is_new = interest.market, interest.told_closes_at is None
    interest.told_closes_at = market.closes_at
    interest.save(update_fields=["told_closes_at"])
    for person in interest_recipients(interest, at):
        link = f"/account/interest?key={interest_key(interest, person)}"
        text = applications_opened(market, link) if is_new else last_day_changed(market, link)
        once = f"{NEWS_KEY_PREFIX}{interest.pk}:{market.closes_at.isoformat()}:{person.pk}"
        queue_message(text, to=[person], sender=str(market.authority), at=at, key=once)
    return True


def interest_key(interest: MarketInterest, person: User) -> str:
    """Return the signed part of a link with which one person can stop their emails without signing in."""
    return signing.dumps([interest.pk, person.pk], salt=SALT)


def interest_of_key(key: str, at: datetime) -> tuple[MarketInterest, User | None] | None:
    """Return the interest that a link was signed for, or None if the link is wrong or too old.

    The result also contains the person whose emails the link stops, or None if the person no longer gets any.
    """
    try:
        found = signing.loads(key, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    if not isinstance(found, list):
        return None
    rows = MarketInterest.objects.select_related("market__authority", "provider", "person")
    interest = rows.filter(pk=found[0]).first()
    if interest is None:
        return None
    return interest, next((one for one in interest_recipients(interest, at) if one.pk == found[1]), None)


def applications_opened(market: Market, link: str) -> MessageText:
    return MessageText(
        f"You can now apply {format_before(market.closes_at)} ({market.code})",
        f"{market.authority} has opened applications to {market}. You can apply {format_before(market.closes_at)}. "
        "Open the page to apply or to stop these emails.",
        link,
    )


def last_day_changed(market: Market, link: str) -> MessageText:
    return MessageText(
        f"New last day to apply: {format_before(market.closes_at)} ({market.code})",
        f"{market.authority} has changed the last day to apply to {market}. You can apply "
        f"{format_before(market.closes_at)}. Open the page to apply or to stop these emails.",
        link,
    )
