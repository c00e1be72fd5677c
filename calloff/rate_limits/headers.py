"""Rate limit headers: `RateLimit-Policy`, `RateLimit` and `Retry-After`.

After the draft of the IETF's HTTPAPI working group (draft-ietf-httpapi-ratelimit-headers-10) and RFC 9110, 10.2.3.
"""

from typing import Protocol

from calloff.rate_limits.counts import RateLimitResult

RATE_LIMIT_HEADER_NAMES = ("RateLimit-Policy", "RateLimit", "Retry-After")


class HeaderMapping(Protocol):
    """A response that takes headers, such as Django's HttpResponse."""

    def __setitem__(self, header: str, value: str, /) -> None: ...


def set_rate_limit_headers(response: HeaderMapping, taken: RateLimitResult) -> None:
    """Add the headers to a response."""
    for name, value in rate_limit_headers(taken).items():
        response[name] = value


def rate_limit_headers(taken: RateLimitResult) -> dict[str, str]:
    """Return the headers for the requests left and, after a refusal, when to try again."""
    window = taken.window
    headers = {
        "RateLimit-Policy": f'"{taken.name}";q={window.times};w={int(window.lasts.total_seconds())}',
        "RateLimit": f'"{taken.name}";r={taken.remaining};t={taken.resets_in}',
    }
    return headers if taken.allowed else headers | {"Retry-After": str(taken.resets_in)}
