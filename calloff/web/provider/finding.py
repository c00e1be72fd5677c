"""What the provider's pages share: finding a record, a page of a list, a verb that cannot be done now."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from calloff.agreements import queries as agreements
from calloff.agreements.models import Agreement
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.directory import queries as directory
from calloff.directory.models import Service, Site
from calloff.evidence import queries as evidence
from calloff.evidence.models import Evidence
from calloff.kernel.paging import Page, page_of
from calloff.kernel.states import Refused
from calloff.kernel.words import plural
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.questions.answers import neutral
from calloff.web.http import Request
from calloff.web.provider.forms import StateFilter

Row = TypeVar("Row", bound=Model)
Words = Sequence[str]

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def ours(request: Request) -> Organisation:
    """Return the provider of the path. `at_organisation` has put it there."""
    assert request.organisation is not None  # noqa: S101  (declared by every view of this audience)
    return request.organisation


def application(request: Request, reference: str) -> Application:
    found = applications.of_provider(ours(request), person=request.user, at=request.now)
    return get_object_or_404(found.select_related("market__questions"), reference=reference)


def evidence_item(request: Request, reference: str) -> Evidence:
    return get_object_or_404(evidence.visible(request.user, request.now), reference=reference, provider=ours(request))


def agreement(request: Request, reference: str) -> Agreement:
    found = agreements.of_provider(ours(request), person=request.user, at=request.now)
    return get_object_or_404(found.select_related("paper"), reference=reference)


def member(request: Request, reference: str) -> Member:
    found = members.of_provider(ours(request), person=request.user, at=request.now)
    return get_object_or_404(found, reference=reference)


def service(request: Request, pk: int) -> Service:
    found: QuerySet[Service] = directory.services_of(ours(request), person=request.user, at=request.now)
    return get_object_or_404(found, pk=pk)


def site(request: Request, pk: int) -> Site:
    seen: QuerySet[Site] = Site.objects.visible_to(request.user, request.now)
    return get_object_or_404(seen, pk=pk, provider=ours(request))


def back_of(request: Request, default: str) -> str:
    """Return where `back` leads, if that is a page of the same provider, or else the default."""
    back = request.GET.get("back", "")
    home = f"/providers/{ours(request).slug}/"
    is_ours = back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else default


def list_page(
    request: Request, found: QuerySet[Row], order: tuple[str, ...], one: str, many: str = ""
) -> dict[str, Any]:
    """Take the page of a list that the address asks for, with what the layout of lists shows around it."""
    page: Page[Row] = page_of(found, order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    words = f"{page.first:,} to {page.last:,} of {plural(page.total, one, many)}" if page.total else ""
    return {
        "page": page,
        "extent_words": words,
        "previous": _turned(request, before=page.previous) if page.previous else None,
        "next": _turned(request, after=page.next) if page.next else None,
    }


def chosen(request: Request, form: StateFilter) -> list[tuple[str, str]]:
    """Name the filter in use, with the address without it."""
    words = form.words
    return [(words, request.path)] if words else []


def export(name: str, header: Words, rows: Iterable[Words]) -> HttpResponse:
    """Answer with a CSV file in which no cell is a formula."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows([neutral(str(cell)) for cell in row] for row in (header, *rows))
    response = HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def ask(request: Request, form: Any, *, heading: str, button: str, cancel: str, **more: Any) -> HttpResponse:
    """Draw the page of a verb. `meaning` says in paragraphs what will happen; `quoted` shows what is answered."""
    page = {"form": form, "heading": heading, "button": button, "cancel": cancel, "caption": "", "meaning": [], **more}
    return render(request, "provider/verb.html", page)


def not_now(request: Request, record: Any, verb: str, back: str) -> HttpResponse | None:
    """Where the record's status does not allow a verb, say so on the record instead of asking in vain."""
    try:
        record.LIFECYCLE.find(verb, record.status)
    except Refused as refusal:
        if request.method == "POST":
            return None  # the command itself refuses, on the page that was sent
        messages.info(request, str(refusal))
        return redirect(back)
    return None


def _turned(request: Request, **to: str) -> str:
    parameters = request.GET.copy()
    for name in ("after", "before"):
        parameters.pop(name, None)
    parameters.update(to)
    return f"?{parameters.urlencode()}"
