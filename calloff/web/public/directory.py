"""Finding provision: the search, the place that distances are measured from, and the page of a service."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.directory import found, queries
from calloff.directory.found import Order
from calloff.directory.search import PARTS, Sight, sight_of
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
from calloff.web.public.forms import Where
from calloff.web.public.seeking import Find
from calloff.web.widgets import DateParts

PLACE = "directory-place"  # in the session: the name and the point of the grid
KEYS = "directory keys"
IN_ORDER = {
    Order.MATCH: "best match first",
    Order.DISTANCE: "nearest first",
    Order.PRICE: "cheapest first",
    Order.SOONEST: "soonest place first",
}
SILENT = 10  # approved providers without a service that are named beside a search


@require_safe
@never_cache
@public_at_authority
def directory(request: AtOrganisation) -> HttpResponse:
    """Show what a search finds: the address holds all of it, save the place, which the visit keeps."""
    here, place = request.organisation, _place(request)
    sight = sight_of(request.user, here, request.now)
    form = _form(request, place, sight)
    search, secret = form.search, form.order_used == Order.DISTANCE
    after, before = (_opened(request.GET.get(key, ""), secret) for key in ("after", "before"))
    facets = found.facets(here, search, sight=sight, at=request.now)
    result = found.find(
        here, search, sight=sight, at=request.now, order=form.order_used, after=after, before=before, total=facets.total
    )
    form.say_counts(facets)
    nothing = not result.page.rows
    silent, silent_total = found.unpublished(here, search, at=request.now, most=SILENT)
    page = {
        "form": form,
        "search": search,
        "order": form.order_used,
        "place": place[0] if place else None,
        "found": result,
        "chosen": _chosen(request, form),
        "kept": _without(request),
        "previous": _turn(request, "before", result.page.previous, secret),
        "next": _turn(request, "after", result.page.next, secret),
        "sight": sight,
        "telling": telling,
        "standing": lambda service: telling.standing_words(service.standing_member, local_day(request.now)),
        "today": local_day(request.now),
        "attribution": ATTRIBUTION,
        "silent": silent,
        "silent_total": silent_total,
        "in_order": IN_ORDER,
        "unsorted": _without(request, "order") + ("&" if _without(request, "order") else "?") + "order=match",
        "relaxed": _relaxed(request, form, sight) if nothing and form.search.parts() else [],
    }
    return render(request, "public/directory.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_at_authority
def place(request: AtOrganisation) -> HttpResponse:
    """Ask where distances are measured from, and keep it in the session alone."""
    form = Where.of(request)
    if form.attempt(_find_place):
        known = form.result
        request.session[PLACE] = [known.name, *known.position]
        request.session.set_expiry(0)  # until the browser is closed
        if known.precision == registers.Precision.OUTCODE:
            messages.info(request, f"Distances are measured from the middle of {known.name}, so they are rough.")
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
    if sight_of(request.user, request.organisation, request.now).sees(one):
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


def _form(request: AtOrganisation, place: tuple[str, Point] | None, sight: Sight) -> Find:
    here = list(markets.public(request.organisation))
    lots = [(market, lot) for market in here for lot in market.lots.all()]
    priced = sight.every or any(market.prices_public for market in here)
    return Find.of(request, lots=lots, place=place[1] if place else None, priced=priced)


def _chosen(request: AtOrganisation, form: Find) -> list[tuple[str, str]]:
    """Return the filters in use, in words, each with the address of the search without it."""
    address = reverse("public:directory", args=[request.organisation.slug])
    return [(form.in_words(name, value), address + _without(request, name)) for name, value in form.wanted().items()]


def _relaxed(request: AtOrganisation, form: Find, sight: Sight) -> list[tuple[str, int, str]]:
    """Return what there would be without each one filter, in words, with its address."""
    address = reverse("public:directory", args=[request.organisation.slug])
    wanted = form.wanted()
    return [
        (form.in_words(name, wanted[name]), number, address + _without(request, *PARTS[name].asks, name))
        for name, number in found.relaxed(request.organisation, form.search, sight=sight, at=request.now)
        if name in wanted
    ]


def _place(request: AtOrganisation) -> tuple[str, Point] | None:
    """Return what the session keeps: the name of the place, and where it is."""
    kept = request.session.get(PLACE)
    return (kept[0], Point(kept[1], kept[2])) if kept else None


def _without(request: AtOrganisation, *names: str) -> str:
    """Return the filters of this address as a query, without some of them, from the first page on."""
    asked = QueryDict(mutable=True)
    for name, field in Find.base_fields.items():
        if name in names:
            continue
        parts = [f"{name}-{part}" for part in DateParts.PARTS] if isinstance(field.widget, DateParts) else [name]
        for part in parts:
            if kept := [value for value in request.GET.getlist(part) if value]:
                asked.setlist(part, kept)
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
