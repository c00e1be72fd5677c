"""Make and check the tokens of links.

A token has 256 random bits, so SHA-256 is enough.
"""

import hashlib
import hmac
import re
import secrets

LINK_TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")


def make_link_token() -> str:
    """Make the secret part of a link: 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest_link_token(token: str) -> str:
    """Return the digest to store for a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches_link_digest(kept: str, token: str) -> bool:
    """Return whether a digest matches a token, in constant time."""
    return hmac.compare_digest(kept, digest_link_token(token))
