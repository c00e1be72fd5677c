"""Tests for the authority's pages about referrals, placements, performance measures and suspension notices."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.members.models import Member
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Role
from tests.factories import NOW, SchoolOrganisationFactory, TeamFactory, person
from tests.factories_markets import MemberFactory
from tests.factories_placements import PlacementFactory, ReferralFactory
from tests.monitoring.test_suspend import placed
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def quentin(authority):
    return browser(person(Role.QUALITY_OFFICER, at=authority))


@pytest.fixture
def school(authority):
    return SchoolOrganisationFactory(host=authority)


@pytest.fixture
def member(market):
    return MemberFactory(market=market)


def at(authority, route, *args, query=""):
    return reverse(f"authority:{route}", args=[authority.slug, *args]) + query


def words(answer):
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(page):
    """Return the references in a list."""
    return re.findall(r'calloff-under"><span class="calloff-reference">([A-Z]+-[A-Z]-\d+)<', page)


def test_referrals_are_listed_without_names_and_with_overdue_ones_first(market, authority, school, quentin):
    calm = ReferralFactory(market=market, buyer=school, due_on=NOW.date() + timedelta(days=4))
    late = ReferralFactory(market=market, buyer=school, due_on=NOW.date() - timedelta(days=1))
    done = ReferralFactory(market=market, buyer=school, due_on=NOW.date() - timedelta(days=9), status="placed")
    draft = ReferralFactory(market=market, buyer=school, draft=True)
    page = words(quentin.get(at(authority, "referrals")))
    assert rows(page) == [late.reference, calm.reference, done.reference]
    assert draft.reference not in page
    assert "1 referral</a> is still looking for a place after the sixth school day" in page
    for one in (calm, late, done):
        assert one.pupil.family_name not in page
        assert one.pupil.reference not in page
    assert rows(words(quentin.get(at(authority, "referrals", query="?overdue=on")))) == [late.reference]
    assert rows(words(quentin.get(at(authority, "referrals", query="?stage=placed")))) == [done.reference]
    assert rows(words(quentin.get(at(authority, "referrals", query="?need=VI")))) == []
    assert len(rows(words(quentin.get(at(authority, "referrals", query=f"?buyer={school.slug}"))))) == 3


def test_a_referral_shows_who_was_asked_but_not_who_the_child_is(market, authority, school, quentin, member):
    one = placed(member, school).referral
    page = words(quentin.get(at(authority, "referral", one.reference)))
    assert member.provider.name in page
    for kept_back in (one.pupil.given_name, one.pupil.family_name, one.pupil.reference, one.picture):
        assert kept_back not in page
    words(quentin.get(at(authority, "referral-history", one.reference)))


def test_the_export_contains_exactly_the_rows_shown_and_no_formulas(market, authority, quentin):
    school = SchoolOrganisationFactory(host=authority, name="=cmd|' /C calc'!A0")
    kept = ReferralFactory(market=market, buyer=school)
    ReferralFactory(market=market, status="placed")
    sheet = quentin.get(at(authority, "referrals-export", query="?stage=asking")).content.decode()
    assert sheet.count("-R-") == 1
    assert kept.reference in sheet
    assert ",=cmd" not in sheet
    assert ',"=cmd' not in sheet


def test_the_counts_of_placements_link_to_their_rows(authority, member, school, quentin):
    team = TeamFactory(host=authority)
    ours = [placed(member, school, running=True).reference, placed(member, school).reference]
    theirs = placed(member, team, running=True)
    over = placed(member, team, status="ended_early", ended_on=NOW.date())
    page = words(quentin.get(at(authority, "placements")))
    assert set(rows(page)) == {*ours, theirs.reference, over.reference}
    gathered = [("school", school.slug, 2), ("school", team.slug, 1), ("need", "SEMH", 3)]
    for what, key, number in [*gathered, ("provider", member.provider.slug, 3)]:
        page = words(quentin.get(at(authority, "placements-by", what)))
        link = next(href for href in re.findall(r'href="([^"]*status=live[^"]*)"', page) if href.endswith(f"={key}"))
        assert f'{link}">{number}<' in page
        assert len(rows(words(quentin.get(link.replace("&amp;", "&"))))) == number
    assert quentin.get(at(authority, "placements-by", "child")).status_code == 404


def test_a_placement_shows_its_cost_but_not_the_child(authority, member, school, quentin):
    one = placed(member, school, running=True)
    page = words(quentin.get(at(authority, "placement", one.reference)))
    assert "£6,480.00" in page
    for kept_back in (one.pupil.given_name, one.pupil.family_name, one.pupil.reference):
        assert kept_back not in page
    assert one.reference in quentin.get(at(authority, "placements-export")).content.decode()
    words(quentin.get(at(authority, "placement-history", one.reference)))


def test_an_officer_sees_who_a_suspension_will_notify_and_later_who_has_acknowledged_it(
    authority, member, school, quentin
):
    placed(member, school, running=True)
    ruth = person(Role.AP_LEAD, at=school)
    ask = words(quentin.get(at(authority, "member-suspend", member.reference)))
    assert f"{school.name}: 1 pupil" in ask
    sent = {
        "members": [member.pk],
        "clause": "2",
        "reason": "An empty register.",
        "provider_reads": "yes",
        "review_route": "Write.",
    }
    sent |= {"review_on-day": "30", "review_on-month": "3", "review_on-year": "2026"}
    answer = quentin.post(at(authority, "member-suspend", member.reference), sent, follow=True)
    page = words(answer)
    assert (
        "Suspended at 9am. We have emailed 1 school or team, without the reason. 0 have acknowledged the notice."
        in page
    )
    assert "We told 1 buyer, without giving the reason. 0 have acknowledged the notice" in page
    recall = SuspensionNotice.objects.get()
    assert f"{school.name} has not told us where its pupils" in words(quentin.get(at(authority, "home")))
    quentin.post(at(authority, "recall-remind", member.provider.slug, recall.pk))
    assert "Reminded" in words(quentin.get(at(authority, "recalls", member.provider.slug)))
    school_page = reverse("buyer:recall-acknowledge", args=[school.slug, recall.pk])
    browser(ruth).post(school_page, {"said": "She is at home."})
    page = words(quentin.get(at(authority, "recalls", member.provider.slug)))
    assert "She is at home." in page
    assert "1 has acknowledged the notice" in page
    assert "An empty register." not in page
    provider = words(quentin.get(at(authority, "provider", member.provider.slug)))
    assert "1 current placement" in provider
    assert Member.objects.get(pk=member.pk).status == "suspended"


def test_a_sen_officer_can_view_placements_but_cannot_suspend_a_provider(authority, member, school):
    placed(member, school, running=True)
    nina = browser(person(Role.SEN_OFFICER, at=authority))
    assert "Current placements" in words(nina.get(at(authority, "home")))
    words(nina.get(at(authority, "placements")))
    words(nina.get(at(authority, "kpis")))
    assert nina.get(at(authority, "member-suspend", member.reference)).status_code == 403


def test_officers_without_the_permission_cannot_see_referrals_or_placements(authority, member, school):
    one = placed(member, school, running=True)
    esme = browser(person(Role.EVALUATOR, at=authority))
    for route, args in (("referrals", []), ("placements", []), ("kpis", []), ("placement", [one.reference])):
        assert esme.get(at(authority, route, *args)).status_code == 403
    assert "Children there" not in words(esme.get(at(authority, "provider", member.provider.slug)))


def test_measures_about_fewer_than_five_children_are_not_shown(authority, member, school, quentin):
    for _ in range(4):
        placed(member, school, running=True)
    page = words(quentin.get(at(authority, "kpis")))
    assert "There are not enough children to count yet" in page
    assert "There are not enough children to count yet." in page
    PlacementFactory()
    assert "Met</strong>" not in page


@pytest.mark.parametrize("basis", ["s29a", "medical", "s19_other", "agreement", "post_16", "ehc", "children_act"])
def test_a_start_date_is_not_a_breach_if_no_sixth_day_rule_applies(basis, market, authority, school, quentin):
    day = NOW.date() - timedelta(days=1)
    ReferralFactory(market=market, buyer=school, basis=basis, due_on=day)
    assert "after the sixth school day" not in words(quentin.get(at(authority, "referrals")))
    assert rows(words(quentin.get(at(authority, "referrals", query="?overdue=on")))) == []
