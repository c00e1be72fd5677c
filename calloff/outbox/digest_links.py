"""Signed links that stop a person's digest without signing in, or with one click in a mail program.

RFC 8058 defines the headers.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing

from calloff.outbox.models import Message

DIGEST_KEY_PREFIX = "digest:"
DIGEST_STOP_PATH = "/account/digest/stop"
SALT = "calloff.digest.stop"
LINK_LIFETIME = timedelta(days=90)


def make_link_key(person_pk: int) -> str:
    """Return the signed part of the link that stops a person's digest."""
    return signing.dumps(person_pk, salt=SALT)


def unsubscribe_headers(message: Message) -> dict[str, str]:
    """Return the headers that let a mail program stop a digest. Other messages have none."""
    if not message.key.startswith(DIGEST_KEY_PREFIX) or message.to_id is None:
        return {}
    url = f"{settings.ADDRESS}{DIGEST_STOP_PATH}?key={make_link_key(message.to_id)}"
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def person_of_link(key: str) -> int | None:
    """Return the key of the person that a link was signed for, or None if the link is wrong or too old."""
    try:
        person = signing.loads(key, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    return person if isinstance(person, int) else None
