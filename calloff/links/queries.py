"""Find links. This never changes a link, because mail scanners open every link."""

from datetime import datetime

from calloff.links import tokens
from calloff.links.models import Link


def find_link(token: str, *, purpose: str, at: datetime) -> Link | None:
    """Return the link for a token and purpose if it works, otherwise None, without the reason."""
    if not tokens.LINK_TOKEN_PATTERN.fullmatch(token):
        return None
    kept = Link.objects.usable(at).filter(digest=tokens.digest_link_token(token), purpose=purpose).first()
    return kept if kept and tokens.matches_link_digest(kept.digest, token) else None
