"""The provider's home page: the work that is due, then counts, each with a link to the rows counted."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.buying import queries as buying
from calloff.directory import queries as directory
from calloff.directory.models import Service
from calloff.directory.states import ServiceStatus
from calloff.evidence import queries as evidence
from calloff.evidence.models import Evidence
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.people.models import RoleGrant
from calloff.people.permissions import Can
from calloff.placements import queries as placements
from calloff.placements.models import Placement, PlacementChange
from calloff.placements.states import LIVE_STATUSES
from calloff.referrals import queries as referrals
from calloff.web import work_items
from calloff.web.charts import Chart, ChartBar
from calloff.web.dated_entries import DatedEntry, WeekDay
from calloff.web.first_steps import FirstStep, FirstSteps, first_steps
from calloff.web.home_pages import HomeCount, home_context
from calloff.web.news import NewsKind
from calloff.web.permissions import PROVIDER, at_organisation, with_pin
from calloff.web.provider import agreements as agreement_pages
from calloff.web.provider import applications as application_pages
from calloff.web.provider import members as member_pages
from calloff.web.provider import services as service_pages
from calloff.web.provider import work_due
from calloff.web.provider.free_places import MAX_SERVICES_LISTED
from calloff.web.provider.service_parts import may_list_services
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem

LIVE_SERVICES_WORDS = "Live services"
MAX_SERVICES_SHOWN = 8  # in the chart


@require_safe
@with_pin
@at_organisation(PROVIDER)
def home(request: OrganisationRequest) -> HttpResponse:
    work = work_due.provider_work_for(request.organisation, request.user, request.now)
    page = home_context(
        request, work, _counts(request), chart=_chart(request), first=_first_steps(request), news=_news(request)
    )
    page["live_services"] = may_list_services(request) and any(
        words == LIVE_SERVICES_WORDS for words, _, _ in page["counts"]
    )
    page["most"] = MAX_SERVICES_LISTED
    session = page["next_session"] = _next_session(page["week"], work, request.now)
    if session:  # the card of the session stands in for its task
        page["groups"] = work_items.group_work([item for item in work if item.href != session.href], request.now)
    return render(request, "provider/home.html", page)


def _next_session(week: list[WeekDay], work: Sequence[WorkItem], at: datetime) -> DatedEntry | None:
    """Return today's session that is in progress or next, unless its register is late and so already at the top."""
    urgent = {item.href for item in work if item.is_now}
    sessions = [entry for day in week if day.is_today for entry in day.sessions if entry.ends_at and entry.ends_at > at]
    return next((entry for entry in sessions if entry.href not in urgent), None)


def _counts(request: OrganisationRequest) -> Iterator[HomeCount]:
    """Yield the counts. Each count uses the same filter as the list to which it links."""
    provider, person, at = request.organisation, request.user, request.now
    applied = applications.of_provider(provider, person=person, at=at)
    joined = members.of_provider(provider, person=person, at=at)
    agreed = agreements.of_provider(provider, person=person, at=at)
    offered = directory.services_of(provider, person=person, at=at)
    held = evidence.of_provider(provider, person=person, at=at)
    for records, words, route, state in (
        (
            applied.filter(application_pages.APPLICATION_LIST_STATES["draft"][1]),
            "Draft applications",
            "applications",
            "draft",
        ),
        (
            applied.filter(application_pages.APPLICATION_LIST_STATES["sent"][1]),
            "Applications with a council",
            "applications",
            "sent",
        ),
        (joined.filter(member_pages.MEMBER_LIST_STATES["standing"][1]), "Memberships", "members", "standing"),
        (
            agreed.filter(agreement_pages.AGREEMENT_LIST_STATES["in_force"][1]),
            "Agreements in force",
            "agreements",
            "in_force",
        ),
        (offered.filter(service_pages.SERVICE_LIST_STATES["live"][1]), LIVE_SERVICES_WORDS, "services", "live"),
        (held.filter(evidence.is_ending(local_day(at))), "Documents expired or expiring", "evidence", "ending"),
    ):
        yield HomeCount(words, records, f"{reverse(f'provider:{route}', args=[provider.slug])}?state={state}")


def _chart(request: OrganisationRequest) -> Chart | None:
    """Return the places taken and available at each live service, for people who can see placements."""
    provider, person, at = request.organisation, request.user, request.now
    if not person.can(Can.TAKE_REGISTER, organisation=provider, at=at):
        return None
    current = Placement.objects.filter(service=OuterRef("pk"), status__in=LIVE_STATUSES).order_by().values("service")
    live = directory.services_of(provider, person=person, at=at).filter(status=ServiceStatus.LIVE)
    rows: Any = live.annotate(taken=Coalesce(Subquery(current.values_list(Count("pk"))), 0)).order_by(Lower("name"))
    columns = ("pk", "name", "taken", "places", "places_from", "places_at")
    services = list(rows.values_list(*columns, named=True))
    if not any(service.taken or service.places for service in services):
        return None
    available = sum(service.places or 0 for service in services)
    return Chart(
        "places",
        "Places",
        str(available),
        f"{'place' if available == 1 else 'places'} available at your live services",
        ("Service", "Places taken and available"),
        bars=[
            ChartBar(
                service.name,
                _parts_of_bar(service.taken, service.places),
                _places_in_words(service.taken, service.places),
                service,
            )
            for service in services[:MAX_SERVICES_SHOWN]
        ],
        is_share=True,
        legend=[("petrol", "Taken"), ("light", "Available")],
    )


def _parts_of_bar(taken: int, places: int | None) -> list[tuple[float, str]]:
    """Return the places taken and available. The bar of a full service is full, even if no place is taken here."""
    return [(taken or (1 if places == 0 else 0), "petrol"), (places or 0, "light")]


def _places_in_words(taken: int, places: int | None) -> str:
    if places == 0:
        return f"{taken} taken, full" if taken else "Full"
    return f"{taken} taken, {'places available not updated' if places is None else f'{places} available'}"


def _first_steps(request: OrganisationRequest) -> FirstSteps | None:
    """Return the first steps of a provider that has had no placement yet."""
    provider, person, at = request.organisation, request.user, request.now

    def page(route: str) -> str:
        return reverse(f"provider:{route}", args=[provider.slug])

    colleagues = RoleGrant.objects.in_force(at).filter(organisation=provider).exclude(person=person)
    applied = Application.objects.filter(provider=provider, submitted_at__isnull=False)
    steps = [
        FirstStep(
            "Add your address and telephone number", "Schools and councils will see them", "Add details",
            page("details-amend"), Can.MANAGE_PEOPLE, ~Q(telephone=""),
        ),
        FirstStep(
            "Upload your first document",
            "For example, your insurance certificate. You can use it in every application.", "Upload document",
            page("evidence"), Can.KEEP_EVIDENCE, Exists(Evidence.objects.filter(provider=provider)),
        ),
        FirstStep(
            "Invite a colleague", "So that someone can act when you are away", "Invite colleague", page("people"),
            Can.MANAGE_PEOPLE,
            Exists(colleagues),
        ),
        FirstStep(
            "Apply to join a market", "Schools can ask only members for places", "View markets", page("markets"),
            Can.APPLY, Exists(applied) | Exists(Member.objects.filter(provider=provider)),
        ),
        FirstStep(
            "Add your first service", "When you are a member, schools can find it in the directory", "Add service",
            page("services"), Can.LIST_SERVICES, Exists(Service.objects.filter(provider=provider)),
        ),
    ]  # fmt: skip
    return first_steps(request, steps, settled=Exists(Placement.objects.filter(provider=provider)))


def _news(request: OrganisationRequest) -> Iterator[NewsKind]:
    """Yield the actions that count as news for a provider. The actions are those of buyers, councils and colleagues."""
    provider = request.organisation
    seen: dict[str, Any] = {"person": request.user, "at": request.now}
    yield NewsKind(
        "Request", ("invite", "ask_again", "offer", "take_back", "thank", "release"),
        referrals.invitations(provider, **seen), "provider:invitation",
    )  # fmt: skip
    placed = placements.of_provider(provider, **seen)
    yield NewsKind(
        "Placement",
        (
            "confirm", "draw_up", "redraw", "sign", "agree", "agree_change", "give_notice", "hold_review", "end",
            "end_early", "return_to_school", "transfer", "fall_through",
        ),
        placed, "provider:placement",
    )  # fmt: skip
    changes = PlacementChange.objects.filter(placement__in=placed.values("pk"))
    verbs = ("propose_change", "decline_change")
    yield NewsKind("Placement", verbs, changes, "provider:placement-changes", "placement__reference")
    yield NewsKind("Order", ("order", "withdraw_order"), buying.orders_to(provider, **seen), "provider:order")
    yield NewsKind(
        "Application", ("submit", "withdraw", "clarify", "give_more_time", "decide"),
        applications.of_provider(provider, **seen), "provider:application",
    )  # fmt: skip
    yield NewsKind(
        "Membership", ("suspend", "reinstate", "remove"), members.of_provider(provider, **seen), "provider:member"
    )
    yield NewsKind(
        "Agreement", ("offer", "sign", "countersign", "dissolve"), agreements.of_provider(provider, **seen),
        "provider:agreement",
    )  # fmt: skip
