"""Who asks: everybody, or a system with a key; and how often in a minute each of them may.

A key comes in the header `Authorization: Bearer …` and nowhere else: addresses are kept by browsers, proxies and logs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calloff.kernel.lifecycles import Refused
from calloff.people import api_keys
from calloff.people.models import ApiKey
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import Taken, take
from calloff.rate_limits.headers import headers_of
from calloff.rate_limits.limits import LimitName, windows_of

ANY = "any"  # of the scopes of a key, or none
BEARER = 'Bearer realm="Calloff"'
LIMITS = {"anonymous": LimitName.API, "keyed": LimitName.API_OF_KEY}


@dataclass(frozen=True)
class Caller:
    """Who asks, and when: an instant that is read once for each request."""

    at: datetime
    key: ApiKey | None = None


class Turned(Exception):
    """Turned away before the question was read: a status, a sentence, and headers that say what to do."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def caller(request: Any) -> Caller:
    """Find out who asks, and count it. Raises Turned: 401 for a key that opens nothing, 429 for too many questions.

    What comes with a key that opens nothing counts for the address, so that nobody can try keys quickly.
    """
    sent = request.headers.get("Authorization", "")
    key, wrong = None, None
    if sent:
        scheme, _, token = sent.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise Refused("Send the key as “Authorization: Bearer calloff_…”.")
            key = api_keys.holder(token.strip(), request.now)
        except Refused as refusal:
            wrong = str(refusal)
    request.taken = take(LIMITS["keyed"], key.pk, at=request.now) if key else _of_address(request)
    if not request.taken.allowed:
        raise _too_many(request.taken)
    if wrong:
        raise Turned(401, wrong, WWW_Authenticate=BEARER)
    if key:
        api_keys.note_use(key, request.now)
    return Caller(request.now, key)


def needed(asks: Caller, scope: str = ANY) -> ApiKey:
    """Return the key, for what cannot be had without one. Raises Turned: 401 without a key, 403 without its scope."""
    if asks.key is None:
        words = "You need an API key for this. A people administrator at your organisation can create one."
        raise Turned(401, words, WWW_Authenticate=BEARER)
    if scope != ANY and not api_keys.allows(asks.key, scope, asks.at):
        words = (
            f"This key cannot do that. It needs the scope “{scope}”, and the person who created it must have that "
            "permission too."
        )
        raise Turned(403, words)
    return asks.key


def most_of(whom: str) -> int:
    """Return how many questions a minute somebody may ask: `anonymous`, by their address, or `keyed`."""
    return windows_of(LIMITS[whom])[0].times


def _of_address(request: Any) -> Taken:
    return take(LIMITS["anonymous"], client_address(request), at=request.now)


def _too_many(taken: Taken) -> Turned:
    wait = taken.resets_in
    words = f"You have made more than {taken.window.times} requests in a minute. Try again in {wait} seconds."
    return Turned(429, words, **{name.replace("-", "_"): value for name, value in headers_of(taken).items()})
