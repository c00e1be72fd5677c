"""Tests that the demonstration's story is complete, and that real providers in it have only a name and a category."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from calloff.agreements.models import Agreement
from calloff.applications.models import Application
from calloff.applications.states import SENT_STATUSES, ApplicationStatus
from calloff.cli import demo
from calloff.cli.demo import cast
from calloff.cli.demo.story import move_term_to_story
from calloff.directory.models import Price, Service, Site
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.evidence.models import Evidence
from calloff.history.models import Event
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.markets.opening_checklist import find_missing_requirements
from calloff.markets.packs.loader import find_pack_folders, read_pack
from calloff.members.membership_status import MemberStanding, standing_of, with_standing
from calloff.members.models import ApplicationDecision, Member, ProviderCheck
from calloff.outbox.models import Message
from calloff.people.models import JoinRequest, Organisation, RoleGrant, User
from calloff.people.permissions import AUTHORITY_ROLES, Role
from calloff.placements import register_alerts
from calloff.placements.missing_children import missing_at
from calloff.placements.models import DayNote, Placement
from calloff.placements.off_site import pupils_off_site
from calloff.placements.whereabouts import notes_of_danger
from calloff.registers.models import School
from calloff.registers.queries import locate_postcode as find_place
from tools.screenshots import page_visits

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 16)
# This is early on Monday in the story's current week, when everything in the story has happened.
AT = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def _loaded_story(django_db_setup, django_db_blocker):
    """Create the story once for all of these tests, and remove it afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(MONDAY, AT)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def story(_loaded_story, db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def invented(kind="provider"):
    return Organisation.objects.filter(kind=kind, invented=True)


def test_both_demonstration_councils_have_people_in_every_role(story):
    for slug in ("west-sussex", "dorset"):
        council = Organisation.objects.get(kind="authority", slug=slug)
        held = [grant.role for grant in RoleGrant.objects.filter(organisation=council)]
        assert set(held) == set(AUTHORITY_ROLES)
        assert held.count(Role.EVALUATOR) == 2
        assert held.count(Role.APPROVER) == 2


def test_the_five_demonstration_markets_accept_applications(story):
    assert set(Market.objects.taking_applications(AT).values_list("code", flat=True)) == {
        "CPOSS", "DAP", "FACS", "IAP", "SB",
    }  # fmt: skip


def test_real_providers_in_the_demonstration_have_only_a_name_and_a_category(story):
    real = Organisation.objects.filter(kind="provider", invented=False)
    assert real.count() >= 17 + 10  # These are the providers on the IAP and FACS lists.
    assert set(real.values_list("status", "form", "company_number", "charity_number", "address", "website")) == {
        ("recorded", "", "", "", "", "")
    }
    assert not RoleGrant.objects.filter(organisation__in=real).exists()
    for model in (Site, Service, Price, Evidence, Application, ProviderCheck, ApplicationDecision):
        assert not model.objects.filter(provider__in=real).exists(), model
    members = Member.objects.filter(provider__in=real)
    assert set(members.values_list("status", "last_checked_on", "suspension")) == {("active", None, None)}
    agreements = Agreement.objects.filter(provider__in=real)
    assert all(one.on_paper and one.prices == [] and one.paper is None for one in agreements)
    [asked] = JoinRequest.objects.filter(organisation__in=real)
    assert asked.status == "asked"  # No one has been given the role.


def test_every_demonstration_organisation_that_is_not_real_is_marked_as_invented(story):
    assert invented().count() == len(cast.PROVIDERS)
    assert invented("school").count() == len(cast.SCHOOLS)
    assert set(invented("school").values_list("urn", flat=True)) <= set(School.objects.values_list("urn", flat=True))
    assert all(urn >= 900_000 for urn in School.objects.values_list("urn", flat=True))
    assert not User.objects.exclude(email__endswith=".demo.example").exists()
    numbers = invented().exclude(company_number="").values_list("company_number", flat=True)
    # Companies House has not issued any numbers that start like this.
    assert all(number.startswith("991") for number in numbers)


def test_the_demonstration_has_an_application_in_every_state(story):
    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus.values)
    assert Application.objects.filter(amending=True, status="submitted").count() == 1
    assert not [one for one in Application.objects.all() if one.is_overdue(MONDAY)]
    due = Application.objects.filter(status__in=SENT_STATUSES, decide_by__range=(MONDAY, MONDAY + timedelta(days=6)))
    assert due.count() >= 4


def test_the_demonstration_has_members_with_every_membership_status(story):
    members = with_standing(Member.objects.filter(provider__invented=True), on=MONDAY)
    assert {standing_of(one, on=MONDAY) for one in members} == {
        MemberStanding.LIVE, MemberStanding.CONDITIONAL, MemberStanding.NO_NEW, MemberStanding.SUSPENDED,
        MemberStanding.UNSIGNED,
    }  # fmt: skip


def test_one_demonstration_application_was_accepted_for_only_some_of_its_lots(story):
    decision = ApplicationDecision.objects.get(application__provider__name="Old Forge Arts Ltd")
    assert dict(decision.outcomes.values_list("lot__number", "admitted")) == {1: True, 4: False}
    assert decision.paper.size > 1000
    assert "scored 2" in str(decision.letter)


def test_dorsets_agreement_with_prices_is_waiting_for_a_signature(story):
    waiting = Agreement.objects.get(authority__slug="dorset", status="to_sign")
    assert {line["lot"] for line in waiting.prices} == {3}
    assert all(line["amount"] and line["vat"] for line in waiting.prices)
    prices = Price.objects.filter(service__authority__slug="dorset")
    assert prices
    assert all(one.line for one in prices)  # Each price comes from the price annex.


def test_a_search_in_the_demonstration_directory_finds_services_nearby(story):
    west_sussex = Organisation.objects.get(kind="authority", slug="west-sussex")
    place = find_place("BN11 1BY").position
    near = search_directory(west_sussex, SearchCriteria(place=place, miles=6), sight=PriceVisibility(), at=AT)
    assert {row.provider.name for row in near.page.rows} == {"Harbour Lane Studio Ltd"}
    everybody = set(Member.objects.listed(AT).values_list("provider__name", flat=True))
    assert "Orchard Yard Equine" not in everybody  # suspended
    assert "Riverside Makers Ltd" not in everybody  # unsigned
    assert "Lorica Trust" in everybody
    assert all(site.position for site in Site.objects.all())


def test_the_demonstration_has_a_record_to_show_on_every_page(story):
    sights, unseen, unlisted = page_visits.page_visits(demo.accounts(), [])
    assert (unseen, unlisted) == ([], [])
    assert len(sights) > 150


def test_on_each_school_day_the_demonstration_home_page_shows_a_child_with_no_mark_yet(story):
    for day in (0, 1, 2, 3, 4):
        at = AT.replace(hour=10, minute=1) + timedelta(days=day)
        late = register_alerts.late_registers(Placement.objects.all(), at, side="buyer")
        assert [one for one in late if not one.is_answered], at
        assert {one.placement.buyer.invented for one in late} == {True}


def test_only_officers_of_the_council_that_owns_it_can_see_the_practice_market(story):
    practice = Market.objects.exclude(pk__in=Market.objects.public()).get()
    assert "made up" in practice.title
    assert all("Practice" in lot.title for lot in practice.lots.all())
    assert not find_missing_requirements(practice, AT)  # An officer can therefore open it.
    assert not Member.objects.filter(market=practice).exists()


def test_all_demonstration_events_except_todays_notes_happen_before_the_anchor_date(story):
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    today = Event.objects.filter(at__gte=midnight)
    assert set(today.values_list("verb", "at")) == {("provider_record_note", AT)}
    assert {one.queued_at for one in Message.objects.filter(queued_at__gte=midnight)} == {AT}


def test_in_the_demonstration_one_child_is_missing_today_and_another_was_hurt(story):
    shore = Organisation.objects.get(kind="school", name__startswith="Felpham Shore")
    lead = RoleGrant.objects.filter(organisation=shore, role=Role.AP_LEAD).order_by("pk")[0].person
    dangers = notes_of_danger(person=lead, at=AT, buyer=shore)
    assert [one.kind for one in dangers] == ["not_known", "hurt"]
    rows = pupils_off_site(shore, person=lead, at=AT, now=AT.time())
    assert rows[0].is_missing
    assert [bool(row.injuries) for row in rows if row.injuries] == [True]
    provider = dangers[0].provider
    their_lead = RoleGrant.objects.filter(organisation=provider, role=Role.PROVIDER_LEAD).order_by("pk")[0].person
    assert missing_at(provider, person=their_lead, at=AT) == dangers[:1]


def test_the_demonstration_has_a_daily_note_of_every_kind(story):
    assert set(DayNote.objects.values_list("kind", flat=True)) == set(DayNote.Kind.values)


def test_every_person_in_the_demonstration_can_sign_in(story):
    people = demo.accounts()
    assert len({one.email for one in people}) == User.objects.count()
    for place, one in enumerate(people):
        # So many sign-ins from the same IP address would be slowed down.
        browser = Client(REMOTE_ADDR=f"10.0.0.{place + 1}")
        browser.post("/account/sign-in", {"login": one.email, "password": one.password})
        assert browser.session.get("_auth_user_id"), one.email


def test_demonstration_accounts_can_be_printed_as_json(story, capsys):
    call_command("accounts", "--json")
    people = json.loads(capsys.readouterr().out)
    assert [set(one) for one in people] == [{"email", "password", "name", "organisation", "role"}] * len(people)
    assert {"Evaluator", "Approver", "AP lead or SENCO, People administrator", "Provider lead, Provider signatory"} <= {
        one["role"] for one in people
    }


@pytest.mark.parametrize("anchor", [date(2026, 9, 7), date(2027, 3, 1), date(2031, 6, 2)])
def test_the_demonstration_term_is_moved_if_the_story_would_not_fit_in_it(anchor):
    for folder in find_pack_folders(settings.BASE_DIR / "packs"):
        pack = read_pack(folder)
        term, kept = move_term_to_story(pack, anchor).demonstration_term, pack.demonstration_term
        assert term.opens_on <= anchor - timedelta(weeks=11)
        assert anchor + timedelta(weeks=12) <= term.closes_on
        assert term.ends_on - term.starts_on == kept.ends_on - kept.starts_on
        assert (term == kept) == (anchor == date(2027, 3, 1))
