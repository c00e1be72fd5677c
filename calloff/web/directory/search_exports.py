"""What a search found, a service, or several beside each other, as a file: for a spreadsheet, or to print.

Prices stand in it only where the reader may see them (docs/adr/0027): a rival's file has none, nor a column for them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse

from calloff.directory.search_criteria import PriceVisibility, price_visibility
from calloff.documents import pdf_rendering
from calloff.documents.pdf_content import ListingContent, PdfFact, PdfParticulars
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_datetime, format_list, pluralise
from calloff.markets import queries as markets
from calloff.people.models import Organisation
from calloff.web import spreadsheet_exports
from calloff.web.directory import search_page, service_display
from calloff.web.directory.search_page import SearchContext
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step

ExportColumn = tuple[str, Callable[[Any], object]]


def export_search(request: OrganisationRequest, looking: SearchContext, kind: str) -> HttpResponse:
    """Answer with what the search of this address finds, in its order: csv or xlsx (1,000 rows at most), pdf (100)."""
    most = {
        "csv": search_page.MAX_EXPORT_SERVICES,
        "xlsx": search_page.MAX_EXPORT_SERVICES,
        "pdf": search_page.MAX_PDF_SERVICES,
    }.get(kind)
    if most is None:
        raise Http404
    form, services, total, sight = search_page.find_services(request, looking, most)
    if kind == "pdf":
        words = (
            format_list(search_page.describe_search(form, *search_page.unexportable_filters(looking))) or "Everything"
        )
        return _paper(_listing(request, looking, words, (services, total), sight), "provision", request.now)
    columns = _columns(looking, sight, request)
    head, rows = [words for words, _ in columns], [[said(one) for _, said in columns] for one in services]
    if kind == "xlsx":
        return spreadsheet_exports.xlsx_response("provision.xlsx", "Provision", head, rows)
    return spreadsheet_exports.csv_response("provision.csv", head, rows)


def export_service(request: OrganisationRequest, authority: Organisation, service: Any) -> HttpResponse:
    """Answer with what the page of a service tells, as a document."""
    sight, at = price_visibility(second_step.viewer(request), authority, request.now), request.now
    listing = ListingContent(
        title=service.name,
        reference=_as_of(at),
        authority=authority.name,
        intro=[service.summary, *_paragraphs(service.description)],
        facts=[PdfFact("Provider", service.provider.name), *_facts(service, sight, at)],
        entries=[
            PdfParticulars(heading, [PdfFact("", words) for words in said])
            for heading, said in (
                ("What a day is like", _paragraphs(service.a_day)),
                ("Who works there", _paragraphs(service.team)),
                ("Where", [_address(site) for site in service_display.sites_own_first(service)]),
                ("How to ask for a place", _paragraphs(service.asking)),
            )
            if said
        ],
        invented=authority.invented or service.provider.invented,
    )
    return _paper(listing, service.slug, at)


def export_comparison(
    request: OrganisationRequest, authority: Organisation, services: Sequence[Any], rows: Sequence[Any]
) -> HttpResponse:
    """Answer with services beside each other, as a document: a heading a fact, marked in words where they differ."""
    listing = ListingContent(
        title=f"{pluralise(len(services), 'service')} compared",
        reference=_as_of(request.now),
        authority=authority.name,
        entries=[
            PdfParticulars(
                f"{row.label} ({'differs' if row.differs else 'the same'})",
                [PdfFact(one.name, cell) for one, cell in zip(services, row.said(), strict=True)],
            )
            for row in rows
        ],
        invented=authority.invented or any(one.provider.invented for one in services),
    )
    return _paper(listing, "compared", request.now)


def _as_of(at: datetime) -> str:
    """Say when the directory said so. Whose it is stands beside it on every page."""
    return f"Directory, {format_datetime(at)}"


def _paper(listing: ListingContent, name: str, at: datetime) -> HttpResponse:
    made = HttpResponse(pdf_rendering.render_pdf("listing", listing, at=at), content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    made["X-Content-Type-Options"] = "nosniff"
    return made


def _listing(
    request: OrganisationRequest,
    looking: SearchContext,
    words: str,
    found: tuple[list[Any], int],
    sight: PriceVisibility,
) -> ListingContent:
    services, total = found
    number = pluralise(total, "service")
    if total > len(services):
        number = f"The first {len(services)} of {number}. Add a filter to download the rest."
    return ListingContent(
        title="Provision",
        reference=_as_of(request.now),
        authority=looking.authority.name,
        facts=[PdfFact("Searched for", words), PdfFact("Found", number)],
        entries=[
            PdfParticulars(
                f"{one.name}, {one.provider.name}",
                [PdfFact("", one.summary), *_facts(one, sight, request.now, looking)],
            )
            for one in services
        ],
        invented=looking.authority.invented or any(one.provider.invented for one in services),
    )


def _facts(service: Any, sight: PriceVisibility, at: datetime, looking: SearchContext | None = None) -> list[PdfFact]:
    told: list[tuple[str, object]] = [(words, said(service)) for words, said in _said(local_day(at))]
    if looking and looking.place and not looking.at_home:
        told.append(("Distance in miles, straight line", search_page.miles_to(service)))
    prices = search_page.format_prices(service, sight, local_day(at))
    if prices is not None:
        told.append(("Prices", "; ".join(prices) or "No price is set"))
    return [PdfFact(words, str(value)) for words, value in told if value not in ("", None)]


def _columns(looking: SearchContext, sight: PriceVisibility, request: OrganisationRequest) -> list[ExportColumn]:
    today, slug = local_day(request.now), looking.authority.slug
    columns: list[ExportColumn] = [
        ("Service", lambda one: one.name),
        ("Provider", lambda one: one.provider.name),
        ("Summary", lambda one: one.summary),
        *_said(today),
        ("Said on", lambda one: local_day(one.places_at).isoformat() if one.places_at else None),
    ]
    if looking.place and not looking.at_home:
        columns.append(("Distance in miles, straight line", search_page.miles_to))
    if sees_any_price(looking.authority, sight):
        columns.append(("Prices", lambda one: "; ".join(search_page.format_prices(one, sight, today) or [])))
    columns.append(("Page", lambda one: request.build_absolute_uri(f"/{slug}/services/{one.slug}")))
    return columns


def sees_any_price(authority: Organisation, sight: PriceVisibility) -> bool:
    """Say whether someone may see any price at an authority: if not, a file has no column for them."""
    return sight.every or bool(sight.own) or any(market.prices_public for market in markets.public_markets(authority))


def _address(site: Any) -> str:
    by = f"{site.name}, run by {site.run_by}" if site.run_by else site.name
    return ", ".join([by, *site.address.splitlines(), site.town, site.postcode])


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n") if part.strip()]


def _said(today: date) -> tuple[ExportColumn, ...]:
    """Name what a service says of itself on a day, and how it is said."""
    return (
        ("Category", lambda one: one.lot.title),
        ("Ages", lambda one: f"{one.age_from} to {one.age_to}"),
        ("For", lambda one: one.get_gender_display()),
        ("Needs", lambda one: service_display.need_labels(one.needs)),
        ("Setting", lambda one: one.get_mode_display()),
        ("Days and times", lambda one: service_display.format_open_days(one, today)),
        ("Ratio", service_display.format_ratio),
        ("Leads to", service_display.format_qualifications),
        ("Transport", lambda one: one.get_transport_display()),
        ("Registration", lambda one: one.get_registration_display()),
        ("Towns", lambda one: format_list(service_display.list_towns(one))),
        ("Last checked", lambda one: service_display.describe_last_check(one.member)),
        ("Places available", service_display.format_free_places),
    )
