"""Sitemaps for search engines: the URLs, when each page last changed, and the paths to ignore.

`django.contrib.sitemaps` is not used. It loads every service to date the index, uses OFFSET, writes dates without times
and needs Django's templates, while our pages use only Jinja.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as Xml

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from calloff.directory import queries as directory
from calloff.markets import queries as markets
from calloff.people import queries as people
from calloff.web.permissions import public, public_at_authority
from calloff.web.public.structured_data import absolute_url
from calloff.web.request import OrganisationRequest, Request

SITEMAP_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
AUTHORITY_SITEMAP_ROUTES = ("authority", "directory", "local-offer", "providers", "markets")
DISALLOWED_PATHS = (
    "/account/",
    "/providers/",
    "/buyers/",
    "/authorities/",
    "/demo/",
)  # These paths require people to sign in.
SitemapEntry = tuple[str, datetime | None]  # a path, and when its page last changed


@require_safe
@cache_control(public=True, max_age=3600)
@public
def robots(request: Request) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {root}" for root in DISALLOWED_PATHS), "Disallow: /*/directory?", ""]
    lines += [f"Sitemap: {absolute_url(reverse('public:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
# browsers must check for changes each time, so that a suspension takes effect immediately
@cache_control(public=True, no_cache=True)
@public
def sitemap(request: Request) -> HttpResponse:
    """List the sitemaps: one for each authority's own pages, and one for each part of its services."""
    own = [(reverse("public:sitemap-authority", args=[authority.slug]), None) for authority in people.all_authorities()]
    parts = [
        (reverse("public:sitemap-services", args=[part.authority, part.number]), part.changed_at)
        for part in directory.listed_service_parts(request.now)
    ]
    return _written("sitemapindex", "sitemap", [*own, *parts])


@require_safe
# browsers must check for changes each time, so that a suspension takes effect immediately
@cache_control(public=True, no_cache=True)
@public_at_authority
def sitemap_authority(request: OrganisationRequest) -> HttpResponse:
    """List the pages about the authority itself."""
    slug = request.organisation.slug
    paths = [reverse(f"public:{name}", args=[slug]) for name in AUTHORITY_SITEMAP_ROUTES]
    paths += [
        reverse("public:market", args=[slug, market.slug]) for market in markets.public_markets(request.organisation)
    ]
    return _written("urlset", "url", [(path, None) for path in paths])


@require_safe
# browsers must check for changes each time, so that a suspension takes effect immediately
@cache_control(public=True, no_cache=True)
@public_at_authority
def sitemap_services(request: OrganisationRequest, number: int) -> HttpResponse:
    """List one part of an authority's services.

    Each service has two pages: one for professionals and one for families.
    """
    slug = request.organisation.slug
    entries: list[SitemapEntry] = [
        (reverse(f"public:{name}", args=[slug, service]), changed_at)
        for service, changed_at in directory.listed_services_in_part(request.organisation, number, request.now)
        for name in ("service", "offer")
    ]
    if not entries:
        raise Http404
    return _written("urlset", "url", entries)


def _written(root: str, each: str, entries: Iterable[SitemapEntry]) -> HttpResponse:
    tree: Any = Xml.Element(root, xmlns=SITEMAP_SCHEMA)
    for path, changed_at in entries:
        element = Xml.SubElement(tree, each)
        Xml.SubElement(element, "loc").text = absolute_url(path)
        if changed_at:
            Xml.SubElement(element, "lastmod").text = changed_at.isoformat(timespec="seconds")
    return HttpResponse(Xml.tostring(tree, "utf-8", xml_declaration=True), content_type="application/xml")
