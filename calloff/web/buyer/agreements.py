"""The Partnership Agreement: the buyer's duties on one page, the full text, signing, and who must sign."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands as agreements
from calloff.agreements.states import AgreementStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.markets.models import Market
from calloff.partners import commands, queries
from calloff.partners.models import Partnership
from calloff.partners.school_lookup import entity_of, schools_of_trust
from calloff.people.permissions import Can
from calloff.registers import queries as registers
from calloff.web import agreement_signing, command_views
from calloff.web.buyer.forms import BuyerSigningForm, TakeUpAgreementForm
from calloff.web.buyer.lookups import find_partnership
from calloff.web.downloads import as_attachment
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import BUYER, at_organisation, step_up
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(BUYER)
def agreement_list(request: OrganisationRequest) -> HttpResponse:
    """Show the buyer's status in each market, who must act next, and all agreements."""
    buyer, person, at = request.organisation, request.user, request.now
    page = {
        "markets": queries.market_standings(buyer, list(queries.markets_for(buyer)), at=at),
        "agreements": list(queries.of_buyer(buyer, person=person, at=at).order_by("-made_at", "-pk")),
        "may_sign": person.can(Can.SIGN, organisation=buyer, at=at),
        "today": local_day(at),
    }
    return render(request, "buyer/agreements.html", page)


@require_safe
@at_organisation(BUYER)
def duties(request: OrganisationRequest, code: str) -> HttpResponse:
    """Show the buyer's duties under the agreement, on one page."""
    market = _market(code)
    page = {
        "one": queries.market_standing(request.organisation, market, at=request.now),
        "terms": market.pack.partnership,
        "may_sign": request.user.can(Can.SIGN, organisation=request.organisation, at=request.now),
    }
    return render(request, "buyer/duties.html", page)


@require_safe
@at_organisation(BUYER)
def text(request: OrganisationRequest, code: str) -> HttpResponse:
    return render(request, "buyer/text.html", {"market": _market(code)})


@command_views.command_view
@at_organisation(BUYER, Can.SIGN)
def take_up(request: OrganisationRequest, code: str) -> HttpResponse:
    """Ask which legal entity signs and, for an academy trust, which of its schools are covered."""
    buyer, market = request.organisation, _market(code)
    school = registers.find_school(buyer.urn) if buyer.urn else None
    entity, name = entity_of(school) if school else (Partnership.Entity.COUNCIL, "")
    others = schools_of_trust(school) if school else []
    form = TakeUpAgreementForm.of(request, others=others, initial={"entity": entity, "entity_name": name})
    if form.attempt(commands.take_up, buyer, market, by=request.user, at=request.now):
        return command_views.SeeOther(
            path_at_organisation(request, "buyer:agreement-sign", form.result.agreement.reference)
        )
    cancel = path_at_organisation(request, "buyer:agreement-duties", code)
    page = {"form": form, "market": market, "school": school, "cancel": cancel}
    return render(request, "buyer/take_up.html", page)


@require_POST
@at_organisation(BUYER)
def remind(request: OrganisationRequest, code: str) -> HttpResponse:
    """Remind the people who must sign next. Any of the buyer's people can do this."""
    form = ConfirmForm.of(request)
    if form.attempt(commands.remind, request.organisation, _market(code), by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Reminder sent to the people who must sign next", "buyer:agreements"
        )
    messages.info(request, " ".join(map(str, form.non_field_errors())))
    return redirect(path_at_organisation(request, "buyer:agreements"))


@require_safe
@at_organisation(BUYER)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    partnership = find_partnership(request, reference)
    person, at = request.user, request.now
    page = {
        "one": queries.market_standing(request.organisation, partnership.market, at=at),
        "covered": list(queries.covered_by(partnership)),
        "signatures": list(partnership.agreement.signatures.order_by("signed_at")),
        "terms": partnership.market.pack.partnership,
        "may_sign": is_allowed(partnership.agreement, "sign", person, at),
        "may_drop": is_allowed(partnership.agreement, "drop", person, at),
    }
    return render(request, "buyer/agreement.html", _page(request, partnership) | page)


@require_POST
@at_organisation(BUYER, Can.SIGN)
def send_code(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement, to = find_partnership(request, reference).agreement, _to(request, "agreement", reference)
    return agreement_signing.send_code(
        request, agreement, to_sign=_to(request, "agreement-sign", reference), to_read=to
    )


@command_views.command_view
@step_up
@at_organisation(BUYER, Can.SIGN)
def sign(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for the code, once it has been sent, and the person's name, role and authority to sign."""
    partnership = find_partnership(request, reference)
    command_views.require_permission(request, partnership.agreement, "sign")
    form = BuyerSigningForm.of(request, initial={"name": request.user.name})
    if form.attempt(agreements.sign, partnership.agreement, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "agreement-sign-done", reference))
    page = {
        "form": form,
        "code_sent": agreement_signing.is_code_sent(request, form),
        "covered": list(queries.covered_by(partnership)),
    }
    return render(request, "buyer/sign.html", _page(request, partnership) | page)


@require_safe
@at_organisation(BUYER)
def signed(request: OrganisationRequest, reference: str) -> HttpResponse:
    partnership = find_partnership(request, reference)
    if partnership.agreement.status == AgreementStatus.TO_SIGN:
        raise Http404
    return render(request, "buyer/signed.html", _page(request, partnership))


@command_views.command_view
@at_organisation(BUYER, Can.SIGN)
def drop(request: OrganisationRequest, reference: str) -> HttpResponse:
    partnership, form = find_partnership(request, reference), ConfirmForm.of(request)
    command_views.require_permission(request, partnership.agreement, "drop")
    if form.attempt(commands.drop, partnership, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"Agreement {reference} cancelled. You can start again.", "buyer:agreements"
        )
    meaning = ["No one has signed this agreement. You can start again with a different legal body or other schools."]
    return command_views.render_command(
        request, form, heading=f"Cancel agreement {reference}", caption=reference, meaning=meaning,
        button="Cancel the agreement", cancel=_to(request, "agreement", reference), stops=True,
    )  # fmt: skip


@require_safe
@at_organisation(BUYER)
def paper(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed copy, or the scanned copy of an agreement signed on paper."""
    partnership = find_partnership(request, reference)
    if partnership.agreement.paper is None:
        raise Http404
    return as_attachment(partnership.agreement.paper)


@require_safe
@at_organisation(BUYER)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    partnership = find_partnership(request, reference)
    return pages.render_history(
        request, partnership.agreement, context=_page(request, partnership), frame="buyer/agreement_frame.html"
    )


def _market(code: str) -> Market:
    market = queries.market_to_sign(code.upper())
    if market is None:
        raise Http404
    return market


def _to(request: OrganisationRequest, route: str, reference: str) -> str:
    return path_at_organisation(request, f"buyer:{route}", reference)


def _page(request: OrganisationRequest, partnership: Partnership) -> dict[str, Any]:
    reference = partnership.agreement.reference
    hrefs = [
        ("Agreement", _to(request, "agreement", reference)),
        ("History", _to(request, "agreement-history", reference)),
    ]
    return {
        "partnership": partnership,
        "agreement": partnership.agreement,
        "parts": record_parts(request, hrefs),
        "breadcrumbs": [("Agreements", path_at_organisation(request, "buyer:agreements")), (reference, None)],
        "today": local_day(request.now),
    }
