"""The market that someone chose before they had an account or a provider.

The pages for signing up, registering a provider, asking to join one and accepting an invitation have the market in
their query string. The last of these pages redirects to `public:market-apply`, which finds the start of the
application. Only a market's slugs are read from a URL, so that a link cannot lead to another website.
"""

import re
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from calloff.markets import queries
from calloff.markets.models import Market
from calloff.people.models import Organisation

MARKET_PARAM, ANSWERS_PARAM, PROVIDER_PARAM = "market", "answers", "provider"
_SLUGS = re.compile(r"([a-z0-9-]+)/([a-zA-Z0-9_-]+)", re.ASCII)
_MAX_ANSWERS_LENGTH = 4000


def market_query(authority: str, market: str, answers: str = "") -> str:
    """Return the query string for a market, with its two slugs and answers to its eligibility questions."""
    kept = {MARKET_PARAM: f"{authority}/{market}"}
    return "?" + urlencode(kept | ({ANSWERS_PARAM: answers} if answers else {}))


def kept_market_query(request: HttpRequest) -> str:
    """Return the query string that passes this page's market to the next page, or "" without a market."""
    found = _SLUGS.fullmatch(request.GET.get(MARKET_PARAM, ""))
    return market_query(found[1], found[2], _answers(request)) if found else ""


def kept_market(request: HttpRequest) -> Market | None:
    """Return the public market in the page's query string, or None."""
    found = _SLUGS.fullmatch(request.GET.get(MARKET_PARAM, ""))
    if found is None:
        return None
    return queries.find_public_market(found[1], found[2])


def path_to_apply(request: HttpRequest, provider: Organisation | None = None) -> str | None:
    """Return the path that starts an application to the market of a page, for one provider if it is given.

    Returns None if the page keeps no market.
    """
    found = _SLUGS.fullmatch(request.GET.get(MARKET_PARAM, ""))
    if found is None or not queries.find_public_market(found[1], found[2]):
        return None
    return apply_path(found[1], found[2], answers=_answers(request), provider=provider.slug if provider else "")


def apply_path(authority: str, market: str, *, answers: str = "", provider: str = "") -> str:
    """Return the path of the page that leads everyone to the start of an application."""
    kept = {ANSWERS_PARAM: answers, PROVIDER_PARAM: provider}
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("public:market-apply", args=[authority, market]) + (f"?{query}" if query else "")


def _answers(request: HttpRequest) -> str:
    answers = request.GET.get(ANSWERS_PARAM, "")
    return answers if len(answers) <= _MAX_ANSWERS_LENGTH else ""
