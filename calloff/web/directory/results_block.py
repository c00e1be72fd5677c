"""Render a page of search results, and store the results for everyone who gets the same ones.

The name, roles and messages of a person who is signed in are in the frame around the results, which is rendered each
time. The results themselves depend on the person only if they act for a buyer, which has shortlists, or search from a
place.
"""

import json
import re

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from calloff.directory.price_visibility import PriceVisibility, price_visibility
from calloff.directory.result_cache import cached_until_change
from calloff.web.directory import search_page
from calloff.web.directory.search_page import SearchContext
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step
from calloff.web.session.double_submission import form_fields

# the maximum number of characters in a query string. Results with a longer query string are not stored
MAX_QUERY_LENGTH = 500
_FORM_FIELDS = re.compile(
    r'<input type="hidden" name="csrfmiddlewaretoken" value="[^"]*">'
    r'(?:<input type="hidden" name="once_key" value="[^"]*">)?'
)
# This replaces the token and key of a form in stored results. No text in PostgreSQL contains this character.
_PLACEHOLDER = "\x00"


def render_results(request: OrganisationRequest, looking: SearchContext, *, undated: bool = False) -> HttpResponse:
    """Render the page with the results of a search, for the public and for buyers."""
    sight = price_visibility(second_step.viewer(request), looking.authority, request.now)
    if _is_kept(request, looking):
        key = _key(request, looking, sight)
        headline, bar, results = json.loads(
            cached_until_change(key, request.now, lambda: _without_form_fields(_parts(request, looking)))
        )
        bar, results = (_with_form_fields(part, request) for part in (bar, results))
    else:
        headline, bar, results = _parts(request, looking)
    shown = {"headline": headline, "authority": looking.authority, "undated": undated}
    drawn = {"bar": mark_safe(bar), "results": mark_safe(results)}  # noqa: S308  (from our own templates)
    return render(request, "public/directory.html", shown | drawn)


def _is_kept(request: OrganisationRequest, looking: SearchContext) -> bool:
    """Return whether other people get the same results.

    For visitors without a session, the whole page is already cached (see `cache_page_until_change`).
    """
    query = request.META.get("QUERY_STRING", "")
    return bool(
        request.user.is_authenticated
        and not (looking.place or looking.reference or looking.buyer or looking.buyers)
        and len(query) <= MAX_QUERY_LENGTH
        and query.isascii()
        and "%00" not in query
        and _PLACEHOLDER not in query
        and not request.GET.keys() - search_page.SEARCH_PARAMETERS
    )


def _key(request: OrganisationRequest, looking: SearchContext, sight: PriceVisibility) -> str:
    return f"results {looking.authority.pk} {request.get_full_path()} {sight.every} {sorted(sight.own)}"


def _parts(request: OrganisationRequest, looking: SearchContext) -> tuple[str, str, str]:
    """Return the heading, the search bar and the results."""
    shown = search_page.results_context(request, looking)
    bar, results = (
        render_to_string(f"public/parts/{name}.html", shown, request) for name in ("results_bar", "results")
    )
    return shown["headline"], bar, results


def _without_form_fields(parts: tuple[str, str, str]) -> bytes:
    return json.dumps([_FORM_FIELDS.sub(_PLACEHOLDER, part) for part in parts]).encode()


def _with_form_fields(part: str, request: OrganisationRequest) -> str:
    """Give each form this person's token and a new key."""
    fields = form_fields(request)["csrf_input"]
    first, *others = part.split(_PLACEHOLDER)
    return first + "".join(str(fields) + other for other in others)
