"""Email people who registered interest in a market: once when applications open, and once for each new closing date."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F, Q

from calloff.applications.models import MarketInterest
from calloff.kernel.formatting import format_before
from calloff.markets.models import Market
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.digest_links import NEWS_KEY_PREFIX
from calloff.people.models import User
from calloff.people.permissions import Can

SALT = "calloff.interest"
LINK_LIFETIME = timedelta(days=400)


def send_interest_news(at: datetime) -> int:
    """Email everyone who does not know the current closing date of an open market. Returns how many were due.

    It is safe to run this twice, or concurrently. The date is recorded in the transaction that queues the email.
    """
    open_now = Market.objects.taking_applications(at)
    news = MarketInterest.objects.registered().filter(market__in=open_now, person__isnull=False)
    news = news.filter(Q(told_closes_at=None) | ~Q(told_closes_at=F("market__closes_at")))
    return sum(_send(key, at) for key in news.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _send(key: int, at: datetime) -> bool:
    locked = MarketInterest.objects.registered().select_for_update(of=("self",))
    interest = locked.select_related("market__authority", "provider", "person").filter(pk=key).first()
    if interest is None or interest.told_closes_at == interest.market.closes_at:
        return False
    market, is_new = interest.market, interest.told_closes_at is None
    link = f"/account/interest?key={interest_key(interest)}"
    text = applications_opened(market, link) if is_new else last_day_changed(market, link)
    interest.told_closes_at = market.closes_at
    interest.save(update_fields=["told_closes_at"])
    queue_message(
        text,
        to=_recipients(interest, at),
        sender=str(market.authority),
        at=at,
        key=f"{NEWS_KEY_PREFIX}{interest.pk}:{market.closes_at.isoformat()}",
    )
    return True


def _recipients(interest: MarketInterest, at: datetime) -> list[User]:
    if interest.provider is not None:
        return list(User.objects.who_can(Can.APPLY, organisation=interest.provider, at=at))
    return [interest.person] if interest.person is not None and interest.person.is_active else []


def interest_key(interest: MarketInterest) -> str:
    """Return the signed part of the link with which a reader can stop the emails without signing in."""
    return signing.dumps(interest.pk, salt=SALT)


def interest_of_key(key: str) -> MarketInterest | None:
    """Return the interest for which a link was signed, or None if the link is wrong or too old."""
    try:
        found = signing.loads(key, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    rows = MarketInterest.objects.select_related("market__authority", "provider", "person")
    return rows.filter(pk=found).first() if isinstance(found, int) else None


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
