"""The tokens of links: how they look, and what is kept of them.

A token is 256 random bits, so nothing slower than SHA-256 is called for: there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets

LINK_TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")


def make_link_token() -> str:
    """Make the secret part of a link: 43 characters that stand in an address as they are."""
    return secrets.token_urlsafe(32)


def digest_link_token(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches_link_digest(kept: str, token: str) -> bool:
    """Say whether a digest is that of a token, in the same time whatever the answer."""
    return hmac.compare_digest(kept, digest_link_token(token))
