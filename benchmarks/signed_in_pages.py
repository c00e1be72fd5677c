"""Cases for pages that people open each day: home pages, registers, daily notes, pupils off site and invitations."""

from uuid import uuid4

from django.db import transaction
from django.urls import reverse

from benchmarks import dashboards, dataset
from benchmarks import placements as placing
from benchmarks.fixtures import page_of
from benchmarks.runner import CaseAndFloor, bench_case
from calloff.kernel import clock
from calloff.kernel.clock import local_day
from calloff.people import commands as people
from calloff.people.models import Invitation
from calloff.people.permissions import Role
from calloff.placements import commands as placements
from calloff.placements.due_sessions import to_mark
from calloff.placements.models import DayNote, InterimPlace, Placement
from calloff.rate_limits.counts import without_rate_limits

CHILDREN = 30  # the number of children at one provider this morning
NOTES = 20  # the number of notes about one placement
INVITATIONS = 50
REFERRALS = 5000


@bench_case("register.page")
def register_page() -> CaseAndFloor:
    """Show the register of a morning, with 30 children by name.

    Providers open this page on a phone each day.
    """
    place = placing.register_of(CHILDREN)
    today = local_day(clock.now()).isoformat()
    return page_of(place.lead, reverse("provider:register", args=[place.service.provider.slug, today, "am"]))


@bench_case("register.due")
def register_due() -> CaseAndFloor:
    """Find the sessions of a provider's 30 children that have not been marked, as its home page does.

    The floor reads the placements and timetables of the children.
    """
    place = placing.register_of(CHILDREN)
    provider = place.service.provider
    there = Placement.objects.filter(service=place.service).prefetch_related("sessions")
    return CaseAndFloor(lambda: to_mark(provider, person=place.lead, at=clock.now()), lambda: list(there.all()))


@bench_case("placement.register")
def placement_register() -> CaseAndFloor:
    """Show the register of one child with the codes that need confirming, as the school sees it."""
    place = placing.register_of(CHILDREN)
    return page_of(place.cora, reverse("buyer:placement-register", args=[place.team.slug, _first(place).reference]))


@bench_case("placement.page")
def placement_page() -> CaseAndFloor:
    """Show one placement to the school that made it."""
    place = placing.register_of(CHILDREN)
    return page_of(place.cora, reverse("buyer:placement", args=[place.team.slug, _first(place).reference]))


@bench_case("placement.provider")
def placement_for_provider() -> CaseAndFloor:
    """Show the same placement to its provider."""
    place = placing.register_of(CHILDREN)
    path = reverse("provider:placement", args=[place.service.provider.slug, _first(place).reference])
    return page_of(place.lead, path)


@bench_case("off-site-now.page")
def off_site_now_page() -> CaseAndFloor:
    """Show who is off site now, by name, to a team with 30 children at a provider."""
    place = placing.register_of(CHILDREN)
    return page_of(place.cora, reverse("buyer:off-site-now", args=[place.team.slug]))


@bench_case("day-notes.page")
def day_notes_page() -> CaseAndFloor:
    """Show 20 daily notes about a placement to the provider that recorded them."""
    place = placing.register_of(CHILDREN)
    placement = _first(place)
    for number in range(NOTES - DayNote.objects.filter(placement=placement).count()):
        placements.provider_record_note(placement, happened=happened(number), by=place.lead, at=clock.now())
    path = reverse("provider:placement-notes", args=[place.service.provider.slug, placement.reference])
    return page_of(place.lead, path)


def happened(number: int) -> placements.DayNoteEntry:
    """Return the answers for a daily note which says that a child is with the provider.

    Each number gives a different minute of yesterday.
    """
    at = clock.now()
    yesterday = local_day(at).replace() - clock.day_after(local_day(at)).resolution
    minute = clock.midnight(yesterday).replace(hour=8 + number // 60 % 8, minute=number % 60)
    return placements.DayNoteEntry((DayNote.Kind.HERE,), yesterday, minute.time(), text="They came in calmly.")


def _first(place: object) -> Placement:
    placement: Placement = Placement.objects.filter(service=place.service).order_by("pk")[0]  # type: ignore[attr-defined]
    return placement


@bench_case("interim-places.page")
def interim_places_page() -> CaseAndFloor:
    """Show 30 interim places to the council, each with the next step."""
    place = placing.register_of(CHILDREN)
    at = clock.now()
    for placement in Placement.objects.filter(service=place.service).select_related("referral"):
        if not InterimPlace.objects.filter(referral=placement.referral).exists():
            sought = placements.LastingPlaceStep("special", "none", "Ask the council", "SEN officer", local_day(at))
            placements.record_interim(
                placement.referral, waiting_since=local_day(at), sought=sought, by=place.cora, at=at
            )
    here = dataset.found_council()
    return page_of(here.olivia, reverse("authority:interim-places", args=[here.council.slug]))


@bench_case("invitations.page")
def invitations_page() -> CaseAndFloor:
    """Show the People page of a council with 50 unanswered invitations."""
    here = dataset.found_council()
    for number in range(INVITATIONS - Invitation.objects.open().filter(inviting=here.council).count()):
        with without_rate_limits(), transaction.atomic():
            people.invite_person(
                here.council, email=f"invited{number}@{uuid4().hex[:8]}.example", roles=[Role.EVALUATOR],
                by=here.olivia, at=clock.now(),
            )  # fmt: skip
    return page_of(here.olivia, reverse("authority:people", args=[here.council.slug]))


@bench_case(f"buyer.home.{REFERRALS}")
def buyer_home() -> CaseAndFloor:
    """Show the home page of a team with 5,000 referrals. Each was sent to five providers.

    Most of the referrals have ended.
    """
    place = dashboards.team_with_referrals(REFERRALS)
    return page_of(place.cora, reverse("buyer:home", args=[place.team.slug]))


@bench_case(f"provider.home.{REFERRALS}")
def provider_home() -> CaseAndFloor:
    """Show the home page of a provider that was asked about all of these referrals and has 140 of the children."""
    place = dashboards.team_with_referrals(REFERRALS)
    return page_of(place.lead, reverse("provider:home", args=[place.service.provider.slug]))


@bench_case(f"authority.home.{REFERRALS}")
def authority_home() -> CaseAndFloor:
    """Show the home page of the council for that market."""
    dashboards.team_with_referrals(REFERRALS)
    here = dataset.found_council()
    return page_of(here.olivia, reverse("authority:home", args=[here.council.slug]))


@bench_case(f"placements.list.{REFERRALS}")
def placement_list() -> CaseAndFloor:
    """Show a provider the first page of its placements, most of which have ended."""
    place = dashboards.team_with_referrals(REFERRALS)
    return page_of(place.lead, reverse("provider:placements", args=[place.service.provider.slug]))


@bench_case(f"account.home.{REFERRALS}")
def account_home() -> CaseAndFloor:
    """Show the account page of a person in that team, with the tasks that are due at all their organisations."""
    return page_of(dashboards.team_with_referrals(REFERRALS).cora, reverse("account:home"))
