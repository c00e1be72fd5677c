"""The Local Offer: the same services in plain English, for families (Children and Families Act 2014, s.30).

The Special Educational Needs and Disability Regulations 2014, Schedule 2, list what it must contain: services, who they
are for, how to request them, what they cost and how to complain. Everyone sees the same page, with prices only if the
market publishes them.
"""

from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from calloff.directory import queries, search_results
from calloff.directory.listing_queries import card_pictures
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import FIELDS, SearchCriteria
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.web.directory import saved_place, search_page, service_card, service_display
from calloff.web.directory.criterion_fields import form_field
from calloff.web.forms_ui.forms import FilterForm
from calloff.web.jinja_environment import changed_query
from calloff.web.permissions import public_at_authority
from calloff.web.public import structured_data
from calloff.web.public.directory import FAMILIES_PARAMETER
from calloff.web.public.http_cache import etag_page, etag_rendered_page
from calloff.web.request import OrganisationRequest

CARD_HEIGHT = 340  # the height in pixels of a frame that shows a card on a phone


class FamilyFilter(FilterForm):
    words = form_field(
        FIELDS["words"], label="What are you looking for?", help_text="For example, art, horses or a town"
    )
    need = form_field(FIELDS["need"], label="Your child’s need")
    age = form_field(FIELDS["age"], label="Your child’s age")


@require_safe
@etag_rendered_page
@public_at_authority
def local_offer(request: OrganisationRequest) -> HttpResponse:
    """List services for families, with the directory's search and the three filters that they need most."""
    form = FamilyFilter.of(request)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}
    after, before = (request.GET.get(key, "") for key in ("after", "before"))
    place = saved_place.saved_place(request)
    result = search_results.search_directory(
        request.organisation,
        SearchCriteria(**asked, place=place[1] if place else None),
        sight=PriceVisibility(),
        at=request.now,
        after=after,
        before=before,
    )
    page: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "place": place[0] if place else None,
        "approximate": saved_place.is_approximate(place),
        "place_query": search_page.query_with(request, more={FAMILIES_PARAMETER: "on"}),
        "found": result,
        "today": local_day(request.now),
        "previous": changed_query(request, before=result.page.previous, after=None) if result.page.previous else None,
        "next": changed_query(request, after=result.page.next, before=None) if result.page.next else None,
        "telling": service_display,
        "card": service_card,
        "card_pictures": card_pictures([service.pk for service in (*result.page.rows, *result.related)]),
        "standing": lambda service: service_display.describe_standing(service.member, local_day(request.now)),
        "canonical": structured_data.absolute_url(reverse("public:local-offer", args=[request.organisation.slug])),
        "undated": True,
    }
    return render(request, "public/local_offer.html", page)


@require_safe
@etag_page("offer")
@public_at_authority
def offer(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show one service to families: what it is, who can request it and how, the checks, and how to complain."""
    page = _of_service(request, slug)
    path = reverse("public:offer", args=[request.organisation.slug, slug])
    card = reverse("public:offer-card", args=[request.organisation.slug, slug])
    page |= {
        "pack": page["member"].market.pack,
        "decided": members.admitted_at(page["member"]),
        "canonical": structured_data.absolute_url(path),
        "card": structured_data.absolute_url(card),
        "card_height": CARD_HEIGHT,
    }
    if page["taking"]:
        data = structured_data.describe_service(page["service"], path, page["prices"], on=page["today"])
        page["linked_data"] = structured_data.render_json_ld(data)
    return render(request, "public/offer.html", page)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@etag_page("card")
@public_at_authority
def card(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show a short version of a service, for a frame on another site.

    Other sites must not show any other page in a frame. The page takes no input.
    """
    page = _of_service(request, slug)
    path = reverse("public:offer", args=[request.organisation.slug, slug])
    return render(request, "public/offer_card.html", page | {"canonical": structured_data.absolute_url(path)})


def _of_service(request: OrganisationRequest, slug: str) -> dict[str, Any]:
    shown = queries.public_service(request.organisation, slug, request.now)
    if shown is None:
        raise Http404
    service, member = shown
    today = local_day(request.now)
    return {
        "service": service,
        "member": member,
        "telling": service_display,
        "standing": service_display.describe_standing(member, today),
        "today": today,
        "taking": queries.is_offered_now(shown),
        "prices": service_display.current_prices(service, today) if member.market.prices_public else None,
        "linked_data": "",
        "undated": True,
    }
