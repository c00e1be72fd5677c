"""Signed links that stop a person's digest without signing in, or with one click in a mail program.

RFC 8058 defines the email headers for this.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing

from calloff.outbox.models import Message

DIGEST_KEY_PREFIX = "digest:"
NEWS_KEY_PREFIX = "interest:"  # A message whose key starts with this links to a page that can stop such messages.
DIGEST_STOP_PATH = "/account/digest/stop"
SALT = "calloff.digest.stop"
LINK_LIFETIME = timedelta(days=90)


def make_link_key(person_pk: int) -> str:
    """Return the signed part of the link that stops a person's digest."""
    return signing.dumps(person_pk, salt=SALT)


def unsubscribe_headers(message: Message) -> dict[str, str]:
    """Return the headers with which a mail program can stop a digest or news about a market.

    Other messages have none.
    """
    if message.key.startswith(NEWS_KEY_PREFIX):
        return _headers(message.link)
    if not message.key.startswith(DIGEST_KEY_PREFIX) or message.to_id is None:
        return {}
    return _headers(f"{DIGEST_STOP_PATH}?key={make_link_key(message.to_id)}")


def _headers(path: str) -> dict[str, str]:
    url = f"{settings.ADDRESS}{path}"
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def person_of_link(key: str) -> int | None:
    """Return the key of the person for whom a link was signed, or None if the link is wrong or too old."""
    try:
        person = signing.loads(key, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    return person if isinstance(person, int) else None
