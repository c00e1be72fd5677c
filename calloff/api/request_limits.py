"""Count the requests of each API caller, and reject requests above the limit."""

from typing import Any

from calloff.api.rejections import ApiRejection
from calloff.people.models import ApiKey
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import RateLimitResult, count_attempt
from calloff.rate_limits.headers import rate_limit_headers
from calloff.rate_limits.limits import LimitName, limit_windows

RATE_LIMIT_NAMES = {"anonymous": LimitName.API, "keyed": LimitName.API_OF_KEY}


def rate_limit_for(kind: str) -> int:
    """Return how many requests a caller can make in a minute.

    `kind` is `anonymous` for an IP address, and `keyed` for a key.
    """
    return limit_windows(RATE_LIMIT_NAMES[kind])[0].times


def count_request(request: Any, key: ApiKey | None) -> RateLimitResult:
    """Count a request for its key or, if it has no key, for its IP address.

    Raises ApiRejection (429) above the limit.
    """
    if key:
        result = count_attempt(RATE_LIMIT_NAMES["keyed"], key.pk, at=request.now)
    else:
        result = count_attempt(RATE_LIMIT_NAMES["anonymous"], client_address(request), at=request.now)
    if not result.allowed:
        raise _too_many_requests(result)
    return result


def _too_many_requests(limit: RateLimitResult) -> ApiRejection:
    wait = limit.resets_in
    error = f"You have made more than {limit.window.times} requests in a minute. Try again in {wait} seconds."
    return ApiRejection(
        429, error, **{name.replace("-", "_"): value for name, value in rate_limit_headers(limit).items()}
    )
