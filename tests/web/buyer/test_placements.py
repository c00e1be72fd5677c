"""Tests for a placement on the buyer's pages: before the start, attendance codes, and pupils off site."""

import re
from datetime import time
from html import unescape

import pytest
from django.urls import reverse

from calloff.agreements.models import SigningCode
from calloff.kernel import clock
from calloff.placements import commands
from calloff.placements.models import Attendance, PreStartCheck
from calloff.pupils.models import RecordAccess
from tests.factories_placements import BudgetFactory, PupilContactFactory
from tests.placements import scenario
from tests.placements.scenario import on
from tests.web.account.people import able_to_sign_in, reauthenticate, second_step, sign_in

pytestmark = pytest.mark.django_db


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def at(placement, route, *args):
    return reverse(f"buyer:{route}", args=[placement.buyer.slug, *args])


@pytest.fixture
def day(monkeypatch):
    def hold(number, hour=10):
        monkeypatch.setattr(clock, "now", lambda: on(number, hour))

    return hold


def test_the_page_before_the_start_lists_each_check_and_who_can_make_it(client):
    placement = scenario.confirmed()
    ruth, saul, _ = scenario.ruth(placement), scenario.saul(placement), scenario.ada(placement)
    client.force_login(ruth)
    page = at(placement, "placement-before-start", placement.reference)
    text = words(client.get(page))
    assert "Checks still to do" in text
    for kind in PreStartCheck.Kind.values:
        label = str(PreStartCheck.Kind(kind).label)
        assert (label in text) == (kind != "direction")
    assert "Saul can do this" in text
    assert "Remind Saul" in text
    done = client.post(at(placement, "placement-remind", placement.reference, "safeguarding"), follow=True)
    assert "Reminder sent by email" in words(done)
    assert any("safeguarding lead’s decision" in subject for subject in scenario.subjects_to(saul))
    client.force_login(saul)
    assert "Remind" not in words(client.get(page))


def test_a_draft_agreement_copies_the_referral_and_keeps_its_answers_after_a_refusal(client):
    placement = scenario.checked()
    client.force_login(scenario.ruth(placement))
    page = at(placement, "placement-draw-up", placement.reference)
    text = words(client.get(page))
    assert "Attends every day" in text
    typed = {"sessions": ["mon-am"], "am_from": "9:30am", "am_to": "noonish", "purchase_order": "PO-77"}
    text = words(client.post(page, typed))
    assert "There is a problem" in text
    assert "End of mornings must be a time, like 9:30am or noon" in text
    assert 'value="PO-77"' in text
    assert 'value="noonish"' in text
    text = words(client.post(page, typed | {"am_to": "noon"}))
    assert "End of mornings must be" not in text


DRAFT = {
    "sessions": ["thu-am", "fri-am"], "am_from": "9:30am", "am_to": "noon", "ratio": "1 to 4",
    "outcomes": "Attends every day", "purchase_order": "PO-1", "notice_days": "10", "absence_rule": "Charged.",
    "attendance_contact": "The office", "emergency": "The AP lead",
    "starts_on-day": "12", "starts_on-month": "3", "starts_on-year": "2026",
    "ends_on-day": "27", "ends_on-month": "3", "ends_on-year": "2026",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            scenario.DIRECTED,
            "The notice to the parents is out of date (first day, last day, days and times). Give them a new",
        ),
        ({}, "Tell the parents what is different from their letter (first day, last day, days and times)."),
    ],
)
def test_after_an_agreement_is_prepared_the_page_says_what_parents_must_be_told_again(client, given, said):
    placement = scenario.checked(**given)
    client.force_login(scenario.ruth(placement))
    page = at(placement, "placement-draw-up", placement.reference)
    answer = words(client.post(page, DRAFT | {"site": str(placement.site_id)}, follow=True))
    assert "Agreement prepared" in answer
    assert said in answer


def test_preparing_an_agreement_with_missing_checks_redirects_to_those_checks(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    answer = client.get(at(placement, "placement-draw-up", placement.reference))
    assert answer.headers["Location"] == at(placement, "placement-before-start", placement.reference)


def test_the_head_signs_with_a_code_and_selects_a_budget(client):
    placement = scenario.signed()
    helen, budget = scenario.helen(placement), BudgetFactory(buyer=placement.buyer)
    sign_in(client, able_to_sign_in(helen))
    second_step(client, helen)
    reauthenticate(client)
    code = scenario.code_for(placement.agreement, helen)
    given = {"name": "Helen", "role": "Head", "authority": "The governors", "code": code}
    page = at(placement, "placement-agree", placement.reference)
    assert "Select a budget" in words(client.post(page, given))
    assert SigningCode.objects.filter(used_at=None).exists()
    done = client.post(page, {**given, "budget": budget.pk}, follow=True)
    assert "Both sides have signed" in words(done)
    placement.refresh_from_db()
    assert placement.status == "agreed"


@pytest.mark.postgres15
def test_suggested_codes_can_be_confirmed_together(client, day):
    placement = scenario.running()
    scenario.mark(placement, session="pm", mark="absent", cause="unknown")
    day(9, 15)
    client.force_login(scenario.ruth(placement))
    page = at(placement, "placement-register", placement.reference)
    text = words(client.get(page))
    assert re.search(r'<option value="K" selected', text)
    assert "The council arranged this education." in text
    sent = {}
    for row in Attendance.objects.all():
        sent |= {f"code-{row.pk}": row.suggested, f"nature-{row.pk}": "Farm"}
    done = words(client.post(page, sent, follow=True))
    assert "2 codes are confirmed." in done
    assert "Find out the reason by" in done
    assert set(Attendance.objects.values_list("code", flat=True)) == {"K", "N"}
    refused = words(client.post(page, {f"code-{Attendance.objects.get(code='N').pk}": "B"}))
    assert "Enter the kind of education for code B" in refused


def test_the_off_site_page_lists_only_pupils_with_a_session_today_and_logs_a_view(client, day):
    placement = scenario.running()
    helen, page = scenario.helen(placement), at(placement, "off-site-now")
    day(9, 10)
    client.force_login(helen)
    answer = client.get(page)
    text = words(answer)
    assert f"Jasmine {placement.pupil.family_name}" in text
    assert "Present" in text
    assert "2:30pm" in text
    assert "Confidential: information about a pupil" in text
    assert RecordAccess.objects.filter(by=helen, pupil=placement.pupil, what=RecordAccess.What.IDENTITY).count() == 1
    day(12)  # a Thursday
    assert placement.pupil.family_name not in words(client.get(page))


def test_the_off_site_page_shows_an_injury_today_and_links_to_its_note(client, day):
    placement = scenario.running()
    page = at(placement, "off-site-now")
    day(9, 11)
    hurt = commands.DayNoteEntry(("hurt",), scenario.on(9).date(), time(10, 30), told="The mother", text="A cut knee.")
    [note] = commands.provider_record_note(placement, happened=hurt, by=scenario.ben(placement), at=scenario.on(9, 11))
    client.force_login(scenario.helen(placement))
    text = words(client.get(page))
    assert "Hurt at 10:30am." in text
    notes = f"{at(placement, 'placement-notes', placement.reference)}#note-{note.pk}"
    assert f'href="{notes}"' in text
    assert "A cut knee" not in text
    assert f'id="note-{note.pk}"' in words(client.get(notes))
    day(11, 11)
    assert "Hurt at" not in words(client.get(page))


def test_finance_staff_and_people_administrators_cannot_see_names(client, day):
    from calloff.people.permissions import Role  # noqa: PLC0415
    from tests.factories import person  # noqa: PLC0415

    placement = scenario.running()
    day(9)
    client.force_login(person(Role.FINANCE, at=placement.buyer))
    assert client.get(at(placement, "off-site-now")).status_code == 403
    text = words(client.get(at(placement, "placements")))
    assert placement.reference in text
    assert not re.search(rf"\b{placement.pupil.initials}\b", text), "tokens hold letters too"
    client.force_login(person(Role.BUYER_ADMINISTRATOR, at=placement.buyer))
    assert client.get(at(placement, "placements")).status_code == 403


def test_another_schools_placement_returns_404(client):
    mine, other = scenario.confirmed(), scenario.confirmed()
    client.force_login(scenario.ruth(mine))
    assert client.get(at(mine, "placement", other.reference)).status_code == 404


@pytest.mark.parametrize(("hour", "said"), [(8, "Later today"), (10, "Off site"), (16, "Back by now")])
def test_the_off_site_page_says_where_each_child_is(client, day, hour, said):
    placement = scenario.running()
    day(9, hour)
    client.force_login(scenario.helen(placement))
    assert said in words(client.get(at(placement, "off-site-now"))).replace("Pupils off site", "")


def test_before_the_start_the_page_asks_only_for_missing_details(client):
    placement = scenario.checked(but=("visit",))
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement-before-start", placement.reference)))
    missing = page[page.index("Checks still to do") : page.index("Recorded checks")]
    assert "Visit recorded" in missing
    assert "Parent informed" not in missing
    assert "Parent informed" in page[page.index("Recorded checks") :]


def test_the_page_about_informing_a_parent_lists_people_who_must_not_be_informed(client):
    placement = scenario.confirmed()
    PupilContactFactory(pupil=placement.pupil, name="Piran Vale", order="yes", order_what="No calls")
    PupilContactFactory(pupil=placement.pupil, name="Marigold Vale")
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement-tell-parent", placement.reference)))
    assert "Do not tell Piran Vale about this placement. A court order limits contact with Piran Vale." in page
    assert "Download letter for Marigold Vale (PDF)" in page
