"""Rate limits for routes. Above the limit, a request gets 429 before its view runs.

The numbers are in `rate_limits/limits.py`. Wrong passwords and codes are counted at the place where they are checked
(`account/sign_in_tries.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from calloff.accounts import commands as accounts
from calloff.accounts import queries as accounts_queries
from calloff.applications import interest_news
from calloff.links.queries import find_link
from calloff.links.tokens import digest_link_token
from calloff.outbox import digest_links
from calloff.people.commands.invitation_emails import INVITATION_LINK_PURPOSE
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName
from calloff.web.account.sign_in_tries import is_known_browser
from calloff.web.errors import too_many_requests
from calloff.web.request import mark_unlisted

CallerOfRequest = Callable[[Any], str]


def _address(request: Any) -> str:
    return client_address(request)


def _person(request: Any) -> str:
    return str(request.user.pk) if request.user.is_authenticated else ""


def _typed(request: Any) -> str:
    return str(request.POST.get("email", "")).strip().lower()[:320]


def _visitor(request: Any) -> str:
    """Return the network address of a visitor who is not signed in, otherwise "".

    People who are signed in have limits of their own instead.
    """
    return "" if request.user.is_authenticated else client_address(request)


def _not_known_here(request: Any) -> str:
    """Return the network address, or "" if the owner of the account has used this browser before.

    Requests from such a browser do not count.
    """
    return "" if is_known_browser(request, _typed(request)) else client_address(request)


class RouteLimits(NamedTuple):
    """The limits of a route, and the HTTP methods that count.

    Each limit has a function that returns the caller, or "" if the request does not count.
    """

    methods: frozenset[str]
    limits: tuple[tuple[LimitName, CallerOfRequest], ...]
    counts: Callable[[Any], bool] = lambda request: True


def _sent(*limits: tuple[LimitName, CallerOfRequest]) -> RouteLimits:
    return RouteLimits(frozenset({"POST"}), limits)


def _link_works(request: Any) -> bool:
    token = str(request.GET.get("key", ""))
    route = request.resolver_match.view_name
    if route == "account:reset-stop":
        return accounts.find_reset(token) is not None
    if route == "account:email-stop":
        return accounts.find_email_change(token, at=request.now) is not None
    if route == "account:digest-stop":
        return digest_links.person_of_link(token) is not None
    if route == "account:interest":
        return interest_news.interest_of_key(token, request.now) is not None
    return find_link(token, purpose=INVITATION_LINK_PURPOSE, at=request.now) is not None


def _opened(*methods: str) -> RouteLimits:
    """Count requests for links that do not work.

    A person who opens many such links is guessing. But this must not stop other people from using their own links.
    """
    return RouteLimits(frozenset(methods), ((LimitName.LINK, _address),), lambda request: not _link_works(request))


def _calendar(request: Any) -> str:
    """Return the digest of a calendar's token if the URL of the calendar works.

    Otherwise, the result is "", and the request is counted by its network address.
    """
    token = str(request.GET.get("key", ""))
    return digest_link_token(token) if accounts_queries.calendar_of_token(token, request.now) else ""


def _guesser(request: Any) -> str:
    return "" if _calendar(request) else client_address(request)


SEARCH_LIMITS = ((LimitName.SEARCH_OF_PERSON, _person), (LimitName.SEARCH, _visitor))


def _searched() -> RouteLimits:
    return RouteLimits(frozenset({"GET", "HEAD"}), SEARCH_LIMITS, lambda request: bool(request.GET))


# A request is counted for each limit of its route, unless the function of that limit returns no caller.
COUNTED_ROUTES: Mapping[str, RouteLimits] = {
    "account:sign-in": _sent((LimitName.SIGN_IN, _address)),
    "account:sign-up": _sent((LimitName.SIGN_UP, _address)),
    # The limit for each account is in web/account/reset_codes.py.
    "account:reset": _sent((LimitName.RESET_ADDRESS, _not_known_here)),
    "account:reset-code": _sent((LimitName.RESET_CODE, _address)),
    "account:reset-password": _sent((LimitName.RESET_CODE, _address)),
    "account:again": _sent((LimitName.PASSWORD_AGAIN, _person)),
    "account:again-code": _sent((LimitName.PASSWORD_AGAIN, _person)),
    "account:again-key": _sent((LimitName.PASSWORD_AGAIN, _person)),
    "account:password": _sent((LimitName.ACCOUNT_CHANGE, _person)),
    "account:password-set": _sent((LimitName.ACCOUNT_CHANGE, _person)),
    "account:email": _sent((LimitName.ACCOUNT_CHANGE, _person)),
    "account:invitation": _opened("GET", "HEAD", "POST"),
    "account:reset-stop": _opened("GET", "POST"),
    "account:email-stop": _opened("GET", "HEAD", "POST"),
    "account:digest-stop": _opened("GET", "HEAD", "POST"),
    "account:interest": _opened("GET", "HEAD", "POST"),
    "account:calendar": RouteLimits(
        frozenset({"GET", "HEAD"}), ((LimitName.LINK, _guesser), (LimitName.CALENDAR, _calendar))
    ),
    **dict.fromkeys(
        (
            "public:directory", "public:directory-export", "public:directory-compare", "public:directory-compare-paper",
            "public:local-offer", "public:directory-suggestions", "buyer:directory", "buyer:directory-export",
        ),
        _searched(),
    ),
    # Each place that a person enters is a search of the registers.
    **dict.fromkeys(("public:directory-place", "buyer:directory-place"), _sent(*SEARCH_LIMITS)),
}  # fmt: skip


# Anyone who has the URL of one of these pages can use the link.
LINK_ROUTES = (
    "account:invitation",
    "account:reset-stop",
    "account:email-stop",
    "account:digest-stop",
    "account:interest",
    "account:calendar",
)


class RequestLimitMiddleware:
    """Middleware that rejects requests above a limit.

    It runs after authentication, so that a person who is signed in counts as one caller on any network.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match and request.resolver_match.view_name in LINK_ROUTES:
            # Errors and refusals get this header too, because their URL also contains the token.
            return mark_unlisted(response)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        for limit, who in _limits_of(request):
            if caller := who(request):
                taken = count_attempt(limit, caller, at=request.now)
                if not taken.allowed:
                    return too_many_requests(request, taken)
        return None


def _limits_of(request: Any) -> tuple[tuple[LimitName, CallerOfRequest], ...]:
    counted = COUNTED_ROUTES.get(request.resolver_match.view_name)
    if counted is None or request.method not in counted.methods or not counted.counts(request):
        return ()
    return counted.limits
