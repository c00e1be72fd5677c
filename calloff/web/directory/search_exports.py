"""Export search results, a service or a comparison as a file for a spreadsheet or for printing.

Prices are included only if the reader is allowed to see them (docs/adr/0027). A file for a competitor does not even
have a column for prices.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase

from calloff.directory.price_visibility import PriceVisibility, price_visibility
from calloff.directory.queries import ShownService
from calloff.directory.search_criteria import Requirement
from calloff.documents import pdf_rendering
from calloff.documents.pdf_content import ListingContent, PdfFact, PdfParticulars
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_datetime, format_list, pluralise
from calloff.markets import queries as markets
from calloff.people.models import Organisation
from calloff.web.directory import search_page, service_display
from calloff.web.directory.search_page import SearchContext
from calloff.web.directory.service_facts import FactReader, ServiceFact, conditional_file_facts, file_facts
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step
from calloff.web.spreadsheet_exports import Column, export_response


def export_search(request: OrganisationRequest, looking: SearchContext, kind: str) -> HttpResponseBase:
    """Export a search's results in the same order, as csv, xlsx or pdf.

    A csv or xlsx has up to 1,000 rows, and a pdf up to 100. Raises Http404 for another kind.
    """
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
    return export_response("provision", columns, services, kind)


def export_service(request: OrganisationRequest, shown: ShownService) -> HttpResponse:
    """Export one service's page as a document, which tells families how to ask for a place."""
    service, authority = shown.service, request.organisation
    sight, at = price_visibility(second_step.viewer(request), authority, request.now), request.now
    listing = ListingContent(
        title=service.name,
        reference=_as_of(at),
        authority=authority.name,
        intro=[service.summary, *_paragraphs(service.description)],
        facts=[PdfFact("Provider", service.provider.name), *_facts(service, sight, at)],
        entries=[
            PdfParticulars(heading, [PdfFact("", words) for words in paragraphs])
            for heading, paragraphs in (
                ("A typical day", _paragraphs(service.a_day)),
                ("Staff", _paragraphs(service.team)),
                ("Where", [_address(site) for site in service_display.sites_own_first(service)]),
                ("How to ask for a place", _how_to_ask(shown, authority)),
            )
            if paragraphs
        ],
        invented=authority.invented or service.provider.invented,
    )
    return _paper(listing, service.slug, at)


def _how_to_ask(shown: ShownService, authority: Organisation) -> list[str]:
    """Return the advice for families from the service's Local Offer page, followed by the provider's own."""
    if shown.member.market.pack.grants:
        advice = f"Ask {shown.service.provider.name} how to take part."
    else:
        call = f" Call {authority.telephone}." if authority.telephone else ""
        advice = (
            "Families cannot book a place themselves. Talk to the special educational needs co-ordinator (SENCO) at "
            "your child’s school. If your child has no school, or has an education, health and care (EHC) plan, talk "
            f"to the SEND team of {authority.name}.{call} You can ask to visit first."
        )
    return [advice, *_paragraphs(shown.service.asking)]


def export_comparison(
    request: OrganisationRequest, authority: Organisation, services: Sequence[Any], rows: Sequence[Any]
) -> HttpResponse:
    """Export a comparison as a document.

    Each fact has a heading, which says whether the services differ in this fact.
    """
    listing = ListingContent(
        title=f"{pluralise(len(services), 'service')} compared",
        reference=_as_of(request.now),
        authority=authority.name,
        entries=[
            PdfParticulars(
                f"{row.label} ({'differs' if row.differs else 'the same'})",
                [PdfFact(service.name, cell) for service, cell in zip(services, row.said(), strict=True)],
            )
            for row in rows
        ],
        invented=authority.invented or any(service.provider.invented for service in services),
    )
    return _paper(listing, "compared", request.now)


def _as_of(at: datetime) -> str:
    """Return the line that states the source of the data and the time of the export.

    The name of the authority is on every page of the file in any case.
    """
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
    result: tuple[list[Any], int],
    sight: PriceVisibility,
) -> ListingContent:
    services, total = result
    number = pluralise(total, "service")
    if total > len(services):
        number = (
            f"This file has the first {len(services)} of {number}. To download the others, filter the list "
            f"and export it again."
        )
    return ListingContent(
        title="Provision",
        reference=_as_of(request.now),
        authority=looking.authority.name,
        facts=[PdfFact("Searched for", words), PdfFact("Found", number)],
        entries=[
            PdfParticulars(
                f"{service.name}, {service.provider.name}",
                [PdfFact("", service.summary), *_facts(service, sight, request.now, looking)],
            )
            for service in services
        ],
        invented=looking.authority.invented or any(service.provider.invented for service in services),
    )


def _facts(service: Any, sight: PriceVisibility, at: datetime, looking: SearchContext | None = None) -> list[PdfFact]:
    reader = FactReader(sight, local_day(at))
    facts = (*file_facts(), *conditional_file_facts([*_known(looking), Requirement.PRICE]))
    shown = [(fact.file_label or fact.label, fact.document_value(service, reader)) for fact in facts]
    return [PdfFact(words, str(value)) for words, value in shown if value not in ("", None)]


def _known(looking: SearchContext | None) -> list[Requirement]:
    """Return which optional facts a file can contain.

    Distances are left out if they are measured from a child's home.
    """
    return [Requirement.PLACE] if looking and looking.place and not looking.at_home else []


def _columns(looking: SearchContext, sight: PriceVisibility, request: OrganisationRequest) -> list[Column[Any]]:
    reader, slug = FactReader(sight, local_day(request.now)), looking.authority.slug
    known = _known(looking) + ([Requirement.PRICE] if sees_any_price(looking.authority, sight) else [])

    def columns_of(facts: Iterable[ServiceFact]) -> list[Column[Any]]:
        return [Column(fact.file_label or fact.label, partial(fact.file_value, reader=reader)) for fact in facts]

    return [
        Column("Service", lambda service: service.name),
        Column("Provider", lambda service: service.provider.name),
        Column("Summary", lambda service: service.summary),
        *columns_of(file_facts()),
        Column("Updated on", lambda service: local_day(service.places_at) if service.places_at else None),
        *columns_of(conditional_file_facts(known)),
        Column("Page", lambda service: request.build_absolute_uri(f"/{slug}/services/{service.slug}")),
    ]


def sees_any_price(authority: Organisation, sight: PriceVisibility) -> bool:
    """Return whether a person is allowed to see any price at an authority.

    If not, the file has no column for prices.
    """
    return sight.every or bool(sight.own) or any(market.prices_public for market in markets.public_markets(authority))


def _address(site: Any) -> str:
    by = f"{site.name}, run by {site.run_by}" if site.run_by else site.name
    return ", ".join([by, *site.address.splitlines(), site.town, site.postcode])


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n") if part.strip()]
