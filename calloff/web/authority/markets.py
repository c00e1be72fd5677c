"""Markets: details, the law in plain words, questions, and all actions.

The actions are open, extend, modify, end and give roles.
"""

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.applications import queries as applications
from calloff.buying.queries import called_off
from calloff.directory.synonyms import with_own_synonyms
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.markets import commands, queries, rulesets
from calloff.markets.call_off_value import explain_value
from calloff.markets.models import Lot, Market, MarketGrant
from calloff.markets.opening_checklist import list_requirements
from calloff.markets.packs.exporter import write_pack
from calloff.markets.packs.schema import MODEL_TERMS
from calloff.markets.rulesets.gaps import NO_LIMIT_CHECKED, UNKNOWN_LAW
from calloff.members import commands as members
from calloff.members.models import Member
from calloff.people import queries as people
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.authority import presenters
from calloff.web.authority.forms import ColleagueByEmailForm
from calloff.web.authority.lookups import find_market
from calloff.web.authority.market_forms import (
    EndMarketForm,
    ExtendMarketForm,
    ModifyMarketForm,
    ModifyPricesForm,
    OpenMarketForm,
)
from calloff.web.directory.price_display import describe_price_rule
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation, step_up
from calloff.web.request import OrganisationRequest

RULE_SOURCE_WORDS = {  # the source of a term, as packs write it
    "printed": "Printed by the council",
    "law": "Law",
    "adopted": "This market’s own rule",
    "model": MODEL_TERMS,
}
MARKET_VERBS = (
    ("Open", "open", "authority:market-open"),
    ("Extend", "extend", "authority:market-extend"),
    ("Modify", "modify", "authority:market-modify"),
    ("Give a role", "appoint", "authority:market-appoint"),
    ("End this market", "end", "authority:market-end"),
)


class MarketRuleRow(NamedTuple):
    """One of a market's rules, as text."""

    words: str
    citation: str
    standing: str  # the rule's source: law, published practice, or this market itself


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def markets(request: OrganisationRequest) -> HttpResponse:
    rows = list(queries.of_authority(request.organisation, person=request.user, at=request.now))
    loads = request.user.can(Can.RUN_MARKETS, organisation=request.organisation, at=request.now)
    return render(request, "authority/markets.html", {"markets": rows, "loads": loads})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def record(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    waiting = applications.applications_queue(request.organisation, person=request.user, at=request.now)
    memberships = Member.objects.filter(market=market)
    context = _shown(request, market, "market") | {
        "undecided": applications.filter_queue(
            waiting, on=local_day(request.now), market=slug, status="undecided"
        ).count(),
        "members": memberships.count(),
        "queries": memberships.exclude(query="").count(),
        "extensions": list(market.extensions.order_by("number")),
        "modifications": list(market.modifications.select_related("lot").order_by("number")),
        "grants": list(queries.roles_in(market, request.now)),
        "to_confirm": list(queries.roles_to_confirm(market)),
        "can_confirm_roles": is_allowed(market, "confirm_role", request.user, request.now),
        "can_withdraw_roles": is_allowed(market, "withdraw_role", request.user, request.now),
        "can_end_roles": is_allowed(market, "end_role", request.user, request.now),
        "lots": list(market.lots.order_by("number")),
        "price_rule": describe_price_rule(market),
        "may_modify": is_allowed(market, "modify", request.user, request.now),
    }
    return render(request, "authority/market.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def rules(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show a market's law in plain words, and separately what the market itself promises."""
    market = find_market(request, slug)
    law, own = market_rules(market)
    explained = queries.explain_law(market, [row.words for row in (*law, *own)])
    context = _shown(request, market, "rules") | {"law": law, "own": own, "explained": explained}
    return render(request, "authority/market_rules.html", context | _law_and_value(request, market))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def questions(request: OrganisationRequest, slug: str) -> HttpResponse:
    return render(request, "authority/market_questions.html", _shown(request, find_market(request, slug), "questions"))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def agreement(request: OrganisationRequest, slug: str) -> HttpResponse:
    return render(request, "authority/market_agreement.html", _shown(request, find_market(request, slug), "agreement"))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def history(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    return pages.render_history(
        request, market, context=_shown(request, market, "history"), frame="authority/market_frame.html"
    )


@require_safe
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def export(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Export the market's pack as a zip file that `load-market` can read."""
    market = find_market(request, slug)
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in write_pack(with_own_synonyms(queries.with_drawings(market), market.authority), Path(folder)):
            archive.write(file, f"{market.slug}/{file.name}")
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{market.slug}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def open_(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    command_views.require_permission(request, market, "open")
    form = OpenMarketForm.of(request)
    if form.attempt(commands.open, market, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{market} is open. Its text can no longer be changed.", "authority:market", slug
        )
    market = find_market(request, slug)  # the market as it is now, because its pack might have been imported again
    form.show_terms(market)
    needed = list_requirements(market, request.now)
    conditions = [
        (not sentence, sentence or each.title, "", _where_to_change(request, market, each.where))
        for each in needed
        for sentence in each.lacking or ("",)
    ]
    form.hrefs = {each.where: _where_to_change(request, market, each.where) for each in needed}
    context = {"market": market, "form": form, "conditions": conditions, "dates": market_dates(market)}
    return render(request, "authority/market_open.html", context | _law_and_value(request, market))


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def extend(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    command_views.require_permission(request, market, "extend")
    form = ExtendMarketForm.of(request, initial={"closes_on": market.last_day, "term_ends_on": market.term_ends_on})
    if form.attempt(members.extend, market, by=request.user, at=request.now):
        words = f"Market extended. The market now ends on {format_date(form.result.new_term_ends_on)}."
        return command_views.redirect_done(request, words, "authority:market", slug)
    law, _ = market_rules(market, ("extend_until", "extending", "sunset", "longest_term", "longer_with_reasons"))
    return render(request, "authority/market_extend.html", {"market": market, "form": form, "law": law})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def modify(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    command_views.require_permission(request, market, "modify")
    form = ModifyMarketForm.of(request, lots=list(Lot.objects.filter(market=market).order_by("number")))
    if form.attempt(commands.modify, market, by=request.user, at=request.now):
        words = f"Modification {form.result.number} saved, with the old text and the new text."
        return command_views.redirect_done(request, words, "authority:market", slug)
    return render(request, "authority/market_modify.html", {"market": market, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def modify_prices(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Choose who can see a market's prices, which is a modification like any other."""
    market = find_market(request, slug)
    command_views.require_permission(request, market, "modify")
    form = ModifyPricesForm.of(request, initial={"new": "everybody" if market.prices_public else "buyers"})
    if form.attempt(commands.modify, market, what="prices_public", by=request.user, at=request.now):
        words = f"Modification {form.result.number} published. It takes effect straight away."
        return command_views.redirect_done(request, words, "authority:market", slug)
    meaning = [
        "“Those who can buy” means signed-in schools and teams. You can always see every price.",
        "If everyone can see prices, providers can see each other’s prices. You cannot undo this.",
    ]
    return command_views.render_command(
        request, form, heading="Change who can see prices", caption=market.code, meaning=meaning, button="Publish "
            "modification",
        cancel=path_at_organisation(request, "authority:market", slug),
    )  # fmt: skip


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def end(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    command_views.require_permission(request, market, "end")
    form = EndMarketForm.of(request)
    if form.attempt(commands.end, market, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{market} has ended.", "authority:market", slug)
    listed = Member.objects.listed(request.now).filter(market=market).count()
    return render(
        request, "authority/market_end.html", {"market": market, "form": form, "listed": pluralise(listed, "member")}
    )


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def appoint(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Give someone a role in this market only, for example an evaluator from another team."""
    market = find_market(request, slug)
    command_views.require_permission(request, market, "appoint")
    form = ColleagueByEmailForm.of(request, colleagues=people.acting_for(request.organisation, request.now))
    form.is_valid()
    if form.attempt(commands.appoint, market, form.person, by=request.user, at=request.now):
        words = f"{form.person} now has the role of “{form.result.get_role_display()}” in {market}."
        if form.result.needs_confirmation:
            words = (
                "Another administrator must confirm this role before it starts. We have emailed the administrators "
                "who can confirm it."
            )
        return command_views.redirect_done(request, words, "authority:market", slug)
    return render(request, "authority/market_appoint.html", {"market": market, "form": form})


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def end_role(request: OrganisationRequest, slug: str, pk: int) -> HttpResponse:
    """End someone's role in this market only."""
    market = find_market(request, slug)
    command_views.require_permission(request, market, "end_role")
    grant = get_object_or_404(queries.roles_in(market, request.now), pk=pk)
    form = ConfirmForm.of(request)
    if form.attempt(commands.end_role, grant, by=request.user, at=request.now):
        words = f"{grant.person} no longer has the role of “{grant.get_role_display()}” in {market}. We have told them."
        return command_views.redirect_done(request, words, "authority:market", slug)
    return render(request, "authority/market_end_role.html", {"market": market, "grant": grant, "form": form})


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def confirm_role(request: OrganisationRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm, as the second person, a role in one market that a colleague proposed."""
    market = find_market(request, slug)
    command_views.require_permission(request, market, "confirm_role")
    grant, back = _proposed(market, pk), path_at_organisation(request, "authority:market", slug)
    form = ConfirmForm.of(request)
    role = grant.get_role_display()
    if form.attempt(commands.confirm_role, grant, by=request.user, at=request.now):
        words = f"{grant.person} now has the role of “{role}” in {market}. We have told them."
        return command_views.redirect_done(request, words, back)
    meaning = [
        f"{grant.given_by} wants to give {grant.person} ({grant.person.email}) the role of “{role}” in this market.",
        "Check that they need this role. If not, withdraw the role instead. The role will start when you confirm it.",
    ]
    return command_views.render_command(
        request, form, heading=f"Confirm a role in {market}", caption=market.code, meaning=meaning,
        button="Confirm role", cancel=back,
    )  # fmt: skip


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def withdraw_role(request: OrganisationRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw a proposed role in one market."""
    market = find_market(request, slug)
    command_views.require_permission(request, market, "withdraw_role")
    grant, back = _proposed(market, pk), path_at_organisation(request, "authority:market", slug)
    form = ConfirmForm.of(request)
    if form.attempt(commands.withdraw_role, grant, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Proposed role withdrawn.", back)
    meaning = [
        f"{grant.given_by} wants to give {grant.person} the role of “{grant.get_role_display()}” in this market. "
        f"If you withdraw the role, it will not start. We will not email {grant.person}.",
    ]
    return command_views.render_command(
        request, form, heading=f"Withdraw a proposed role in {market}", caption=market.code, meaning=meaning,
        button="Withdraw role", cancel=back,
    )  # fmt: skip


def _proposed(market: Market, pk: int) -> MarketGrant:
    return get_object_or_404(MarketGrant.objects.filter(market=market).select_related("person", "given_by"), pk=pk)


def _where_to_change(request: OrganisationRequest, market: Market, where: str) -> str:
    """Return the page for adding a missing part of a market.

    If the part belongs in its pack, people import the pack again.
    """
    if where == "address":
        return path_at_organisation(request, "authority:details-amend")
    routes = {
        "people": "authority:market-appoint",
        "questions": "authority:market-questions",
        "agreement": "authority:market-agreement",
        "promises": "authority:market-rules",
        "ruleset": "authority:market-rules",
    }
    route = routes.get(where.partition(".")[0], "authority:market")
    return path_at_organisation(request, route, market.slug)


def market_rules(market: Market, names: tuple[str, ...] = ()) -> tuple[list[MarketRuleRow], list[MarketRuleRow]]:
    """Return a market's rules as text: those that the law sets, and those that the market itself promises."""
    law: list[MarketRuleRow] = []
    own: list[MarketRuleRow] = []
    for name in names or tuple(rulesets.RULE_DESCRIPTIONS):
        cell = market.rule(name)
        if cell is not None:
            row = MarketRuleRow(rulesets.rule_in_words(name, cell), cell.citation, cell.standing)
            (law if cell.imposed else own).append(row)
    return law, own


def _law_and_value(request: OrganisationRequest, market: Market) -> dict[str, Any]:
    """Return the topics without a recorded rule, and the market's value with the calculation."""
    value = explain_value(market, called_off=called_off(market), on=local_day(request.now))
    unknown = UNKNOWN_LAW if not market.rules.is_known else ""
    unchecked = NO_LIMIT_CHECKED if unknown else ""
    gaps = queries.rules_not_recorded(market)
    return {"not_recorded": gaps, "unknown_law": unknown, "unchecked": unchecked, "value": value}


def market_dates(market: Market) -> list[tuple[str, Any]]:
    return [
        ("Applications open on", local_day(market.opens_at)),
        ("Last day to apply", market.last_day),
        ("First day of the market", market.term_starts_on),
        ("Last day of the market", market.term_ends_on),
    ]


def _shown(request: OrganisationRequest, market: Market, part: str) -> dict[str, Any]:
    """Return the context for every page of a market's record."""
    verbs = [
        (words, route) for words, verb, route in MARKET_VERBS if is_allowed(market, verb, request.user, request.now)
    ]
    return {
        "market": market,
        "pack": market.pack,
        "part": part,
        "verbs": verbs,
        "dates": market_dates(market),
        "sources": RULE_SOURCE_WORDS,
        "now": request.now,
        "telling": presenters,
        "can_export": request.user.can(Can.RUN_MARKETS, organisation=market.authority, at=request.now),
    }
