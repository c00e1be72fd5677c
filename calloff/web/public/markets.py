"""An authority's markets: the purpose of each market, who can apply, and whether it is open."""

from typing import Any, NamedTuple
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.applications import queries as applications
from calloff.kernel.formatting import format_short_date
from calloff.kernel.keyset_pagination import DEFAULT_PAGE_SIZE
from calloff.markets import queries
from calloff.markets.models import Market
from calloff.members import queries as members
from calloff.people.models import Organisation
from calloff.people.queries import invitations_to_answer, roles_of
from calloff.questions.answers import eligibility_verdict
from calloff.web.chosen_market import ANSWERS_PARAM, PROVIDER_PARAM, apply_path, market_query
from calloff.web.directory import service_card
from calloff.web.directory.service_display import group_by_lot
from calloff.web.forms_ui.eligibility_form import EligibilityForm
from calloff.web.forms_ui.section_forms import SECTION_SHOWN_FIELD
from calloff.web.list_pages import part_of_list
from calloff.web.navigation import path_if_routed
from calloff.web.permissions import public_at_authority
from calloff.web.public.forms import ChooseCategoriesForm
from calloff.web.public.question_preview import preview_sections
from calloff.web.request import OrganisationRequest


@require_safe
@public_at_authority
def markets(request: OrganisationRequest) -> HttpResponse:
    return render(
        request,
        "public/markets.html",
        {"markets": queries.list_public_markets(request.organisation), "now": request.now},
    )


@require_safe
@public_at_authority
def market(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show a market: what it is for, its dates, its categories and its source documents."""
    market = _market(request, slug)
    published = applications.published_enquiries(market).count()
    return _render_part(
        request, "public/market.html", market, apply=ways_to_apply(request, market), published=published,
        providers=members.count_listed_by_lot(market, request.now), drawing_of=service_card.drawing_of_category,
    )  # fmt: skip


@require_safe
@public_at_authority
def how_to_apply(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show who can apply to a market, and everything that an application needs.

    The page lists every question, document and agreement, and the council's answers to earlier questions.
    """
    market = _market(request, slug)
    answers = applications.published_enquiries(market).order_by()
    page = {
        "apply": ways_to_apply(request, market),
        "published": part_of_list(request, answers, ("-published_at", "-pk"), DEFAULT_PAGE_SIZE),
    }
    return _render_part(request, "public/market_how_to_apply.html", market, **page)


@require_safe
@public_at_authority
def apply(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Lead a person to the start of an application, whatever they must do first.

    People come here from a market's page, and again after they have signed in, signed up, registered a provider or
    accepted an invitation.
    """
    market = _market(request, slug)
    if not request.user.is_authenticated and not market.is_open_at(request.now):
        return redirect("public:market", request.organisation.slug, slug)  # where people can register interest
    answers = request.GET.get(ANSWERS_PARAM, "")
    ways = ways_to_apply(request, market, answers=answers)
    if not request.user.is_authenticated:
        return redirect(ways[0].href)
    chosen = request.GET.get(PROVIDER_PARAM, "")
    if chosen and (path := path_if_routed("provider:home", chosen)):
        ways = [way for way in ways if way.href.startswith(path)] or ways
    if len(ways) == 1:
        return redirect(ways[0].href)
    page = {"apply": ways, "asked": market.questions.definition}
    return _render_part(request, "public/market_apply.html", market, **page)


@require_safe
@public_at_authority
def approved_providers(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show each of a market's categories, with its approved providers."""
    market = _market(request, slug)
    page = part_of_list(request, members.public_register(market, request.now), members.REGISTER_ORDER)
    approved = {register.lot: register.members for register in group_by_lot(page.rows)}
    is_whole = not (page.previous or page.next)
    register = [(lot, approved.get(lot, [])) for lot in market.lots.all() if is_whole or lot in approved]
    return _render_part(
        request, "public/market_providers.html", market, register=register, previous=page.previous, next=page.next
    )


@require_safe
@public_at_authority
def rules(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show a market's law, its own rules, and how performance is measured."""
    market = _market(request, slug)
    law, promises = queries.rules_in_words(market)
    return _render_part(
        request,
        "public/market_rules.html",
        market,
        law=law,
        promises=promises,
        explained=queries.explain_law(market, [rule.sentence for rule in (*law, *promises)]),
        not_recorded=queries.rules_not_recorded(market),
    )


@require_safe
@public_at_authority
def for_schools(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show who can buy in a market, and what a school must sign first."""
    return _render_part(request, "public/market_schools.html", _market(request, slug))


def _render_part(request: OrganisationRequest, template: str, market: Market, **more: Any) -> HttpResponse:
    return render(request, template, {"market": market, "pack": market.pack, "now": request.now, **more})


@require_safe
@public_at_authority
def eligibility(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Ask for categories, then ask the eligibility questions, then show the result.

    The answers are kept only in the URL.
    """
    market = _market(request, slug)
    if market.eligibility is None:
        raise Http404
    if market.window(request.now) in {"Closed", "Ended"}:
        return render(request, "public/eligibility_closed.html", {"market": market})
    names = {lot.number: lot.title for lot in market.lots.all()}
    chosen = ChooseCategoriesForm.of(request, names=names)
    if not chosen.is_valid():
        return render(request, "public/eligibility_lots.html", {"market": market, "form": chosen})
    lots = {number: names[number] for number in chosen.cleaned_data["lots"]}
    form = EligibilityForm.in_address(request, market.eligibility.definition, lots)
    page: dict[str, Any] = {"market": market, "form": form, "lots": lots}
    verdict = eligibility_verdict(market.eligibility.definition, form.answered(), lots)
    if verdict.outcome == "unfinished" or (
        verdict.outcome != "not_eligible" and SECTION_SHOWN_FIELD not in request.GET
    ):
        return render(request, "public/eligibility.html", page)
    ways = ways_to_apply(request, market, answers=request.GET.urlencode())
    return render(request, "public/verdict.html", page | {"said": verdict, "apply": ways})


@require_safe
@public_at_authority
def questions(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show all the questions of an application before anyone applies, numbered, with the conditions of each
    question.
    """
    market = _market(request, slug)
    asked = market.questions.definition
    page = {
        "market": market,
        "pack": market.pack,
        "asked": asked,
        "sections": preview_sections(asked, market.pack),
        "total": len(asked.questions()),
        "now": request.now,
        "apply": ways_to_apply(request, market),
    }
    return render(request, "public/questions.html", page)


class ApplicationWay(NamedTuple):
    """A way to apply: its text, its URL, and a line about it if there are several."""

    words: str
    href: str
    hint: str = ""


def ways_to_apply(request: OrganisationRequest, market: Market, *, answers: str = "") -> list[ApplicationWay]:
    """Return the ways to apply.

    `answers` is a query string with answers to the eligibility questions, so that people do not have to give them
    again.
    """
    place = request.organisation.slug
    if not request.user.is_authenticated:
        after = quote(apply_path(place, market.slug, answers=answers))
        return [
            ApplicationWay("Create an account to apply", f"{reverse('account:sign-up')}?next={after}"),
            ApplicationWay("Sign in to apply", f"{reverse('account:sign-in')}?next={after}"),
        ]
    acting = {grant.organisation for grant in roles_of(request.user, request.now)}
    providers = [organisation for organisation in acting if organisation.kind == Organisation.Kind.PROVIDER]
    providers.sort(key=lambda provider: provider.name)
    route, more = ("provider:market-eligibility", f"?{answers}") if answers else ("provider:market-apply", "")
    ways = [
        (f"Apply on behalf of {provider.name}", path_if_routed(route, provider.slug, market.code))
        for provider in providers
    ]
    kept = market_query(place, market.slug, answers)
    return [
        ApplicationWay(words, href + more, "We save your answers, so you can stop and come back.")
        for words, href in ways
        if href
    ] or [
        *(
            ApplicationWay(
                f"Accept the invitation to act for {invitation.organisation}",
                href + kept,
                f"{invitation.invited_by} invited you on {format_short_date(invitation.invited_at)}.",
            )
            for invitation in invitations_to_answer(request.user, request.now)
            if invitation.organisation.kind == Organisation.Kind.PROVIDER
            and (href := path_if_routed("account:invitation-accept", invitation.pk))
        ),
        ApplicationWay(
            "Register your provider",
            reverse("account:join") + kept,
            "This takes about 10 minutes. You need your company or charity number, if you have one.",
        ),
    ]


def _market(request: OrganisationRequest, slug: str) -> Market:
    public = queries.public_markets(request.organisation).filter(slug=slug)
    market = public.select_related("authority", "questions", "eligibility", "agreement", "partnership").first()
    if market is None:
        raise Http404
    return market
