"""What a search found, a service, or several beside each other, as a file: for a spreadsheet, or to print.

Prices stand in it only where the reader may see them (docs/adr/0027): a rival's file has none, nor a column for them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse

from calloff.directory.search_criteria import Sight, sight_of
from calloff.documents import pdf_rendering
from calloff.documents.pdf_content import Fact, Listing, Particulars
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import listed, moment, plural
from calloff.markets import queries as markets
from calloff.people.models import Organisation
from calloff.web import spreadsheet_exports
from calloff.web.directory import search_page, service_display
from calloff.web.directory.search_page import Looking
from calloff.web.request import AtOrganisation
from calloff.web.session import second_step

Column = tuple[str, Callable[[Any], object]]


def answer(request: AtOrganisation, looking: Looking, kind: str) -> HttpResponse:
    """Answer with what the search of this address finds, in its order: csv or xlsx (1,000 rows at most), pdf (100)."""
    most = {"csv": search_page.MOST_ROWS, "xlsx": search_page.MOST_ROWS, "pdf": search_page.MOST_IN_PDF}.get(kind)
    if most is None:
        raise Http404
    form, services, total, sight = search_page.every(request, looking, most)
    if kind == "pdf":
        words = listed(search_page.in_words(form, *search_page.left_out(looking))) or "Everything"
        return _paper(_listing(request, looking, words, (services, total), sight), "provision", request.now)
    columns = _columns(looking, sight, request)
    head, rows = [words for words, _ in columns], [[said(one) for _, said in columns] for one in services]
    if kind == "xlsx":
        return spreadsheet_exports.as_xlsx("provision.xlsx", "Provision", head, rows)
    return spreadsheet_exports.as_csv("provision.csv", head, rows)


def of_service(request: AtOrganisation, authority: Organisation, service: Any) -> HttpResponse:
    """Answer with what the page of a service tells, as a document."""
    sight, at = sight_of(second_step.viewer(request), authority, request.now), request.now
    listing = Listing(
        title=service.name,
        reference=_as_of(at),
        authority=authority.name,
        intro=[service.summary, *_paragraphs(service.description)],
        facts=[Fact("Provider", service.provider.name), *_facts(service, sight, at)],
        entries=[
            Particulars(heading, [Fact("", words) for words in said])
            for heading, said in (
                ("What a day is like", _paragraphs(service.a_day)),
                ("Who works there", _paragraphs(service.team)),
                ("Where", [_address(site) for site in service_display.sites(service)]),
                ("How to ask for a place", _paragraphs(service.asking)),
            )
            if said
        ],
        invented=authority.invented or service.provider.invented,
    )
    return _paper(listing, service.slug, at)


def of_comparison(
    request: AtOrganisation, authority: Organisation, services: Sequence[Any], rows: Sequence[Any]
) -> HttpResponse:
    """Answer with services beside each other, as a document: a heading a fact, marked in words where they differ."""
    listing = Listing(
        title=f"{plural(len(services), 'service')} compared",
        reference=_as_of(request.now),
        authority=authority.name,
        entries=[
            Particulars(
                f"{row.label} ({'differs' if row.differs else 'the same'})",
                [Fact(one.name, cell) for one, cell in zip(services, row.said(), strict=True)],
            )
            for row in rows
        ],
        invented=authority.invented or any(one.provider.invented for one in services),
    )
    return _paper(listing, "compared", request.now)


def _as_of(at: datetime) -> str:
    """Say when the directory said so. Whose it is stands beside it on every page."""
    return f"Directory, {moment(at)}"


def _paper(listing: Listing, name: str, at: datetime) -> HttpResponse:
    made = HttpResponse(pdf_rendering.letter("listing", listing, at=at), content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    made["X-Content-Type-Options"] = "nosniff"
    return made


def _listing(
    request: AtOrganisation, looking: Looking, words: str, found: tuple[list[Any], int], sight: Sight
) -> Listing:
    services, total = found
    number = plural(total, "service")
    if total > len(services):
        number = f"The first {len(services)} of {number}. Add a filter to download the rest."
    return Listing(
        title="Provision",
        reference=_as_of(request.now),
        authority=looking.authority.name,
        facts=[Fact("Searched for", words), Fact("Found", number)],
        entries=[
            Particulars(
                f"{one.name}, {one.provider.name}", [Fact("", one.summary), *_facts(one, sight, request.now, looking)]
            )
            for one in services
        ],
        invented=looking.authority.invented or any(one.provider.invented for one in services),
    )


def _facts(service: Any, sight: Sight, at: datetime, looking: Looking | None = None) -> list[Fact]:
    told: list[tuple[str, object]] = [(words, said(service)) for words, said in _said(local_day(at))]
    if looking and looking.place and not looking.at_home:
        told.append(("Distance in miles, straight line", search_page.far(service)))
    prices = search_page.prices_of(service, sight, local_day(at))
    if prices is not None:
        told.append(("Prices", "; ".join(prices) or "No price is set"))
    return [Fact(words, str(value)) for words, value in told if value not in ("", None)]


def _columns(looking: Looking, sight: Sight, request: AtOrganisation) -> list[Column]:
    today, slug = local_day(request.now), looking.authority.slug
    columns: list[Column] = [
        ("Service", lambda one: one.name),
        ("Provider", lambda one: one.provider.name),
        ("Summary", lambda one: one.summary),
        *_said(today),
        ("Said on", lambda one: local_day(one.places_at).isoformat() if one.places_at else None),
    ]
    if looking.place and not looking.at_home:
        columns.append(("Distance in miles, straight line", search_page.far))
    if sees_some(looking.authority, sight):
        columns.append(("Prices", lambda one: "; ".join(search_page.prices_of(one, sight, today) or [])))
    columns.append(("Page", lambda one: request.build_absolute_uri(f"/{slug}/services/{one.slug}")))
    return columns


def sees_some(authority: Organisation, sight: Sight) -> bool:
    """Say whether somebody may see any price at an authority: if not, a file has no column for them."""
    return sight.every or bool(sight.own) or any(market.prices_public for market in markets.public(authority))


def _address(site: Any) -> str:
    by = f"{site.name}, run by {site.run_by}" if site.run_by else site.name
    return ", ".join([by, *site.address.splitlines(), site.town, site.postcode])


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n") if part.strip()]


def _said(today: date) -> tuple[Column, ...]:
    """Name what a service says of itself on a day, and how it is said."""
    return (
        ("Category", lambda one: one.lot.title),
        ("Ages", lambda one: f"{one.age_from} to {one.age_to}"),
        ("For", lambda one: one.get_gender_display()),
        ("Needs", lambda one: service_display.needs_named(one.needs)),
        ("Setting", lambda one: one.get_mode_display()),
        ("Days and times", lambda one: service_display.when(one, today)),
        ("Ratio", service_display.ratio),
        ("Leads to", service_display.qualifications),
        ("Transport", lambda one: one.get_transport_display()),
        ("Registration", lambda one: one.get_registration_display()),
        ("Towns", lambda one: listed(service_display.towns(one))),
        ("Last checked", lambda one: service_display.checked(one.member)),
        ("Places available", service_display.places),
    )
