"""Build the rate limit headers `RateLimit-Policy`, `RateLimit` and `Retry-After`.

The first two are defined in draft-ietf-httpapi-ratelimit-headers-10, and `Retry-After` in RFC 9110, section 10.2.3.
"""

from typing import Protocol

from calloff.rate_limits.counts import RateLimitResult

RATE_LIMIT_HEADER_NAMES = ("RateLimit-Policy", "RateLimit", "Retry-After")


class HeaderMapping(Protocol):
    """A response whose headers can be set like the items of a dict, such as Django's HttpResponse."""

    def __setitem__(self, header: str, value: str, /) -> None: ...


def set_rate_limit_headers(response: HeaderMapping, result: RateLimitResult) -> None:
    """Set the rate limit headers on a response."""
    for name, value in rate_limit_headers(result).items():
        response[name] = value


def rate_limit_headers(result: RateLimitResult) -> dict[str, str]:
    """Return the headers about the attempts left and, after a refusal, the seconds until the next attempt is
    possible.
    """
    window = result.window
    headers = {
        "RateLimit-Policy": f'"{result.name}";q={window.times};w={int(window.lasts.total_seconds())}',
        "RateLimit": f'"{result.name}";r={result.remaining};t={result.resets_in}',
    }
    return headers if result.allowed else headers | {"Retry-After": str(result.resets_in)}
