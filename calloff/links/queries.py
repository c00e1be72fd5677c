"""Finding what a link is about. Reading a link changes nothing: mail scanners open every link that they see."""

from datetime import datetime

from calloff.links import tokens
from calloff.links.models import Link


def find_link(token: str, *, purpose: str, at: datetime) -> Link | None:
    """Return the link of a token, if it is for this purpose and still works at an instant; else nothing, never why."""
    if not tokens.LINK_TOKEN_PATTERN.fullmatch(token):
        return None
    kept = Link.objects.usable(at).filter(digest=tokens.digest_link_token(token), purpose=purpose).first()
    return kept if kept and tokens.matches_link_digest(kept.digest, token) else None
