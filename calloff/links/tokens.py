"""Make and check the tokens in links.

A token has 256 random bits, so a plain SHA-256 digest of it is enough.
"""

import hashlib
import hmac
import re
import secrets

LINK_TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")


def make_link_token() -> str:
    """Make the secret part of a link, which is 43 URL-safe characters long."""
    return secrets.token_urlsafe(32)


def digest_link_token(token: str) -> str:
    """Return the digest of a token, which is what we store."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches_link_digest(kept: str, token: str) -> bool:
    """Return whether a digest matches a token. The comparison takes constant time."""
    return hmac.compare_digest(kept, digest_link_token(token))
