"""Finding provision: the search, the place that distances are measured from, and the page of a service."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.directory import queries
from calloff.directory.queries import Search
from calloff.kernel.clock import local_day
from calloff.kernel.geography import Point
from calloff.markets import queries as markets
from calloff.members import queries as members
from calloff.registers import queries as registers
from calloff.registers.codepoint import ATTRIBUTION
from calloff.web import sealing
from calloff.web.access import public_at_authority
from calloff.web.http import AtOrganisation
from calloff.web.public import telling
from calloff.web.public.forms import Find, Where

PLACE = "directory-place"  # in the session: the name and the point of the grid
KEYS = "directory keys"


@require_safe
@never_cache
@public_at_authority
def directory(request: AtOrganisation) -> HttpResponse:
    place = _place(request)
    here = markets.public(request.organisation)
    lots = [(market, lot) for market in here for lot in market.lots.all()]
    form = Find.of(request, lots=lots, place_known=place is not None)
    wanted = form.wanted()
    search = Search(
        words=wanted.get("words", ""),
        lot=form.lots.get(wanted.get("category", "")),
        need=wanted.get("need", ""),
        age=wanted.get("age"),
        mode=wanted.get("mode", ""),
        free="free" in wanted,
        place=place[1] if place else None,
        miles=wanted.get("miles"),
    )
    after, before = (_opened(request.GET.get(key, ""), place is not None) for key in ("after", "before"))
    found = queries.find(request.organisation, search, at=request.now, after=after, before=before)
    address, today = reverse("public:directory", args=[request.organisation.slug]), local_day(request.now)
    return render(
        request,
        "public/directory.html",
        {
            "form": form,
            "search": search,
            "place": place[0] if place else None,
            "found": found,
            "grouped": telling.by_provider(found.page.rows),
            "chosen": [
                (form.in_words(name, value), address + _without(request, name)) for name, value in wanted.items()
            ],
            "kept": _without(request),
            "previous": _turn(request, "before", found.page.previous, place is not None),
            "next": _turn(request, "after", found.page.next, place is not None),
            "sees_prices": lambda member: queries.may_see_prices_of(request.user, member, at=request.now),
            "telling": telling,
            "standing": lambda member: telling.standing_words(member, today),
            "today": today,
            "attribution": ATTRIBUTION,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_at_authority
def place(request: AtOrganisation) -> HttpResponse:
    """Ask where distances are measured from, and keep it in the session alone."""
    form = Where.of(request)
    if form.attempt(_find_place):
        found = form.result
        request.session[PLACE] = [found.name, *found.position]
        request.session.set_expiry(0)  # until the browser is closed
        if found.precision == registers.Precision.OUTCODE:
            messages.info(request, f"Distances are measured from the middle of {found.name}, so they are rough.")
        return redirect(reverse("public:directory", args=[request.organisation.slug]) + _without(request))
    return render(request, "public/place.html", {"form": form, "kept": _without(request)})


@require_POST
@public_at_authority
def forget_place(request: AtOrganisation) -> HttpResponse:
    request.session.pop(PLACE, None)
    return redirect(reverse("public:directory", args=[request.organisation.slug]) + _without(request, "miles"))


@require_safe
@never_cache
@public_at_authority
def service(request: AtOrganisation, slug: str) -> HttpResponse:
    shown = queries.public_service(request.organisation, slug, request.now)
    if shown is None:
        raise Http404
    one, member = shown
    today, public = local_day(request.now), member.market.prices_public
    prices: Any = None
    if queries.may_see_prices(request.user, one, prices_public=public, at=request.now):
        prices = queries.current(one.all_prices, today)  # type: ignore[attr-defined]
    return render(
        request,
        "public/service.html",
        {
            "service": one,
            "member": member,
            "telling": telling,
            "standing": telling.standing_words(member, today),
            "prices": prices,
            "prices_public": public,
            "decided": members.decided_at(member),
        },
    )


def _find_place(*, postcode: str) -> registers.Place:
    return registers.place(postcode)


def _place(request: AtOrganisation) -> tuple[str, Point] | None:
    """Return what the session keeps: the name of the place, and where it is."""
    kept = request.session.get(PLACE)
    return (kept[0], Point(kept[1], kept[2])) if kept else None


def _without(request: AtOrganisation, *names: str) -> str:
    """Return the filters of this address as a query, without some of them, from the first page on."""
    asked = QueryDict(mutable=True)
    for name in Find.base_fields:
        if name not in names and request.GET.get(name):
            asked[name] = request.GET[name]
    return f"?{asked.urlencode()}" if asked else ""


def _turn(request: AtOrganisation, way: str, key: str, secret: bool) -> str | None:
    """Return the query of a neighbouring page. From a place, the key holds a distance: it is sealed."""
    if not key:
        return None
    asked = QueryDict(_without(request).removeprefix("?"), mutable=True)
    asked[way] = sealing.box(KEYS).encrypt(key.encode()).decode() if secret else key
    return f"?{asked.urlencode()}"


def _opened(key: str, secret: bool) -> str:
    if not secret or not key:
        return key
    try:
        return sealing.box(KEYS).decrypt(key.encode()).decode()
    except InvalidToken:
        return ""
