"""Who asks: everyone, or a system with a key; and how often in a minute each of them may.

A key comes in the header `Authorization: Bearer …` and nowhere else: addresses are kept by browsers, proxies and logs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calloff.kernel.lifecycles import Refused
from calloff.people import api_keys
from calloff.people.models import ApiKey
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import RateLimitResult, count_attempt
from calloff.rate_limits.headers import rate_limit_headers
from calloff.rate_limits.limits import LimitName, limit_windows

ANY_SCOPE = "any"  # of the scopes of a key, or none
BEARER_CHALLENGE = 'Bearer realm="Calloff"'
RATE_LIMIT_NAMES = {"anonymous": LimitName.API, "keyed": LimitName.API_OF_KEY}


@dataclass(frozen=True)
class ApiCaller:
    """Who asks, and when: an instant that is read once for each request."""

    at: datetime
    key: ApiKey | None = None


class ApiRejection(Exception):
    """Turned away before the question was read: a status, a sentence, and headers that say what to do."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def identify_caller(request: Any) -> ApiCaller:
    """Find out who asks, and count it. Raises ApiRejection: 401 for a key that opens nothing, 429 for too many
    questions.

    What comes with a key that opens nothing counts for the address, so that no one can try keys quickly.
    """
    sent = request.headers.get("Authorization", "")
    key, wrong = None, None
    if sent:
        scheme, _, token = sent.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise Refused("Send the key as “Authorization: Bearer calloff_…”.")
            key = api_keys.authenticate_token(token.strip(), request.now)
        except Refused as refusal:
            wrong = str(refusal)
    request.taken = count_attempt(RATE_LIMIT_NAMES["keyed"], key.pk, at=request.now) if key else _of_address(request)
    if not request.taken.allowed:
        raise _too_many(request.taken)
    if wrong:
        raise ApiRejection(401, wrong, WWW_Authenticate=BEARER_CHALLENGE)
    if key:
        api_keys.record_key_use(key, request.now)
    return ApiCaller(request.now, key)


def require_scope(asks: ApiCaller, scope: str = ANY_SCOPE) -> ApiKey:
    """Return the key, for what cannot be had without one. Raises ApiRejection: 401 without a key, 403 without its
    scope.
    """
    if asks.key is None:
        words = "You need an API key for this. A people administrator at your organisation can create one."
        raise ApiRejection(401, words, WWW_Authenticate=BEARER_CHALLENGE)
    if scope != ANY_SCOPE and not api_keys.is_scope_allowed(asks.key, scope, asks.at):
        words = (
            f"This key cannot do that. It needs the scope “{scope}”, and the person who created it must have that "
            "permission too."
        )
        raise ApiRejection(403, words)
    return asks.key


def rate_limit_for(whom: str) -> int:
    """Return how many questions a minute someone may ask: `anonymous`, by their address, or `keyed`."""
    return limit_windows(RATE_LIMIT_NAMES[whom])[0].times


def _of_address(request: Any) -> RateLimitResult:
    return count_attempt(RATE_LIMIT_NAMES["anonymous"], client_address(request), at=request.now)


def _too_many(taken: RateLimitResult) -> ApiRejection:
    wait = taken.resets_in
    words = f"You have made more than {taken.window.times} requests in a minute. Try again in {wait} seconds."
    return ApiRejection(
        429, words, **{name.replace("-", "_"): value for name, value in rate_limit_headers(taken).items()}
    )
