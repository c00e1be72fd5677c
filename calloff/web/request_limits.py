"""Which addresses count against which limit: turned away with 429 before the view is asked.

The numbers are in `rate_limits/limits.py`. Wrong passwords and codes are counted where they are found to be wrong: in
`account/sign_in_tries.py`.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import Taken, take
from calloff.rate_limits.headers import tell
from calloff.web.errors import too_many
from calloff.web.http import unlisted

Who = Callable[[Any], str]


def _address(request: Any) -> str:
    return client_address(request)


def _person(request: Any) -> str:
    return str(request.user.pk) if request.user.is_authenticated else ""


def _typed(request: Any) -> str:
    return str(request.POST.get("email", "")).strip().lower()[:320]


def _typed_from_here(request: Any) -> str:
    return f"{_typed(request)} from {client_address(request)}"


# What is sent: the route, its limits, and whom each counts for. A limit whose caller is nobody counts nothing.
SENT: dict[str, tuple[tuple[str, Who], ...]] = {
    "account:sign-in": (("sign-in", _address),),
    "account:sign-up": (("sign-up", _address),),
    # alike for an address that has an account and one that has none; a stranger elsewhere keeps nobody from resetting
    "account:reset": (("reset", _typed_from_here), ("reset-address", _address), ("reset-account", _typed)),
    "account:reset-code": (("reset-code", _address),),
    "account:reset-password": (("reset-code", _address),),
    "account:again": (("password-again", _person),),
    "account:again-code": (("password-again", _person),),
    "account:again-key": (("password-again", _person),),
    "account:password": (("account-change", _person),),
    "account:password-set": (("account-change", _person),),
    "account:email": (("account-change", _person),),
}
# What is opened, by whatever method: links that work without an account.
OPENED = ("account:invitation", "account:reset-stop")
# What searches, where it is asked for something.
SEARCHES = (
    "public:directory", "public:directory-export", "public:directory-compare", "public:directory-compare-paper",
    "public:local-offer", "buyer:directory", "buyer:directory-export",
)  # fmt: skip


class RequestLimits:
    """Turn away who asks too often. Stands behind the sign-in: a person is counted as one wherever they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        for limit, who in _limits_of(request):
            if caller := who(request):
                taken = take(limit, caller, at=request.now)
                if not taken.allowed:
                    return _turned_away(request, taken)
        return None


def _limits_of(request: Any) -> tuple[tuple[str, Who], ...]:
    route = request.resolver_match.view_name
    if route in OPENED:
        return (("link", _address),)
    if route in SEARCHES and request.GET:
        return (("search-of-person", _person),) if request.user.is_authenticated else (("search", _address),)
    return SENT.get(route, ()) if request.method == "POST" else ()


def _turned_away(request: Any, taken: Taken) -> HttpResponse:
    response = too_many(request)
    tell(response, taken)
    if request.resolver_match.view_name in OPENED:
        return unlisted(response)
    return response
