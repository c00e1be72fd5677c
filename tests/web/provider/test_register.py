"""Tests for the register on a phone.

It shows names, logs the view, does not lose choices, and shows errors in each row.
"""

import re
from datetime import time
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements import commands
from calloff.placements.models import Attendance, Placement
from calloff.pupils.models import RecordAccess
from tests.factories_placements import PupilContactFactory
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
HALF = {"from": "09:30", "to": "12:00"}


@pytest.fixture
def placement(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 10))
    return scenario.agreed()


@pytest.fixture
def page(placement):
    return reverse("provider:register", args=[placement.provider.slug, FIRST.isoformat(), "am"])


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def signed_in(client, somebody):
    client.force_login(somebody)
    return client


def test_the_register_lists_children_in_the_session_by_name_and_logs_the_view(client, placement, page):
    ben = scenario.ben(placement)
    answer = signed_in(client, ben).get(page)
    assert f"Jasmine {placement.pupil.family_name}" in words(answer)
    title = re.search(r"<title>(.*?)</title>", words(answer)).group(1)
    assert placement.pupil.family_name not in title + page
    assert answer.headers["Cache-Control"] == "no-store"
    read = RecordAccess.objects.get(by=ben)
    assert (read.pupil, read.what) == (placement.pupil, RecordAccess.What.IDENTITY)


def test_one_click_saves_the_page_and_says_what_the_school_will_be_told(client, placement, page):
    key = placement.reference
    answer = signed_in(client, scenario.ben(placement)).post(page, {f"mark-{key}-am": "present"}, follow=True)
    assert "Register saved: 1 present." in words(answer)
    answer = client.post(page, {f"mark-{key}-am": "absent", f"cause-{key}-am": "ill"}, follow=True)
    assert "Register saved: 1 absent. We have told the school." in words(answer)
    assert Attendance.objects.get().mark == "absent"
    assert Placement.objects.get(pk=placement.pk).status == "running"


def test_an_error_is_shown_next_to_its_row_and_selections_are_kept(client, placement, page):
    key = placement.reference
    answer = signed_in(client, scenario.ben(placement)).post(
        page, {f"mark-{key}-am": "late", f"reason-{key}-am": "The bus"}
    )
    assert answer.status_code == 200
    text = words(answer)
    name = f"Jasmine {placement.pupil.family_name}"
    assert text.count(f"{name}: minutes must be between") == 2
    assert f'href="#{key}-am"' in text
    assert re.search(rf'id="mark-{key}-am-late"[^>]*checked', text)
    assert 'value="The bus"' in text
    assert not Attendance.objects.exists()


def test_submitting_an_empty_page_saves_nothing_and_shows_a_notice(client, placement, page):
    answer = signed_in(client, scenario.ben(placement)).post(page, {})
    assert "Mark at least one child" in words(answer)


def test_a_signatory_cannot_open_the_register(client, placement, page):
    signed_in(client, scenario.sian(placement))
    assert client.get(page).status_code == 403
    signed_in(client, scenario.ben(placement))
    assert client.get(page.replace("2026-03-09", "monday")).status_code == 404
    assert client.get(page.replace("/am", "/night")).status_code == 404
    assert "in the future" in words(client.get(page.replace("03-09", "03-10")))


def test_todays_register_opens_at_the_current_session(client, placement, page):
    signed_in(client, scenario.ben(placement))
    answer = client.get(reverse("provider:register-today", args=[placement.provider.slug]))
    assert answer.headers["Location"] == page


def test_another_providers_child_is_not_listed_in_the_register(client, placement, page):
    other = scenario.agreed()
    text = words(signed_in(client, scenario.ben(placement)).get(page))
    assert other.pupil.family_name not in text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2019-12-31", "2026-02-30", "tomorrow"])
def test_an_invalid_register_date_returns_404_with_an_explanation(client, day):
    placement = scenario.running()
    client.force_login(scenario.ben(placement))
    for session in ("am", "pm"):
        answer = client.get(f"/providers/{placement.provider.slug}/register/{day}/{session}")
        assert answer.status_code == 404
        assert "Page not found" in answer.content.decode()


def test_a_note_can_be_added_for_a_child_who_has_no_session(client, monkeypatch):
    placement = scenario.confirmed()
    client.force_login(scenario.ben(placement))
    page = client.get(f"/providers/{placement.provider.slug}/register/2026-03-02/am").content.decode()
    href = f"/providers/{placement.provider.slug}/placements/{placement.reference}/record-note?day=2026-03-02"
    assert (
        f'href="{href}">Record a note<span class="govuk-visually-hidden"> for Jasmine {placement.pupil.family_name}<'
        in page
    )


def test_a_childs_row_links_to_the_list_of_people_who_must_not_be_contacted(client, placement, page):
    PupilContactFactory(pupil=placement.pupil, name="Piran Vale", order="yes", order_what="No calls")
    href = reverse("provider:placement-pupil", args=[placement.provider.slug, placement.reference])
    answer = words(signed_in(client, scenario.ben(placement)).get(page))
    assert ("Contact restricted" in answer, f'href="{href}"' in answer, "Piran" in answer) == (True, True, False)
    placement.pupil.contacts.update(order="no", order_what="")
    assert "Contact restricted" not in words(client.get(page))


def test_a_childs_row_says_if_the_council_has_suspended_the_provider(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: scenario.on(10))
    client.force_login(scenario.ben(placement))
    page = reverse("provider:register", args=[placement.provider.slug, "2026-03-10", "am"])
    words = f"{placement.authority.name} has suspended you. Mark this pupil as usual."
    assert words not in re.sub(r"<[^>]+>", "", client.get(page).content.decode())
    scenario.suspend(placement.member)
    assert words in unescape(re.sub(r"<[^>]+>", "", client.get(page).content.decode()))


def test_before_a_session_starts_only_absences_known_in_advance_can_be_marked(client, placement, page):
    key, afternoon = placement.reference, page.replace("/am", "/pm")
    shown = words(signed_in(client, scenario.ben(placement)).get(afternoon))
    assert (
        "Starts at 12:30pm. Mark this pupil after that time. You can record an absence now if you know the reason."
        in shown
    )
    assert re.findall(rf'id="mark-{key}-pm-(\w+)"', shown) == ["absent"]
    assert "No reason given yet" not in shown[shown.index(f'id="cause-{key}-pm"') :]
    answer = words(client.post(afternoon, {f"mark-{key}-pm": "present"}))
    assert "the session starts at 12:30pm. Mark the pupil then" in answer
    assert not Attendance.objects.exists()
    answer = client.post(afternoon, {f"mark-{key}-pm": "absent", f"cause-{key}-pm": "appointment"}, follow=True)
    assert "Register saved: 1 absent. We have told the school." in words(answer)
    assert len(re.findall(rf'id="mark-{key}-am-(\w+)"', words(client.get(page)))) == 4


def test_a_register_for_a_future_day_has_nothing_to_mark(client, placement, page):
    happened = commands.DayNoteEntry(("not_known",), FIRST, time(9, 30), told="The mother")
    commands.provider_record_note(placement, happened=happened, by=scenario.ben(placement), at=on(9, 10))
    shown = words(signed_in(client, scenario.ben(placement)).get(page.replace("03-09", "03-10")))
    assert "Starts at 9:30am." in shown
    for asked in ('type="radio"', "Has the pupil been found?", "Save register"):
        assert asked not in shown


@pytest.mark.parametrize(
    ("marked", "leads"),
    [("", {8: "am", 10: "am", 12: "am", 13: "am"}), ("am", {12: "am", 13: "pm"}), ("am pm", {16: "pm"})],
)
def test_todays_register_opens_at_a_session_that_has_started_and_is_unmarked(
    client, placement, monkeypatch, marked, leads
):
    for each in marked.split():
        scenario.mark(placement, session=each)
    for hour, session in leads.items():
        monkeypatch.setattr(clock, "now", lambda hour=hour: on(9, hour))
        client.logout()
        page = reverse("provider:register-today", args=[placement.provider.slug])
        answer = signed_in(client, scenario.ben(placement)).get(page)
        assert answer.headers["Location"].endswith(f"/2026-03-09/{session}"), hour


def test_a_session_that_has_started_is_shown_before_the_next_session(client, placement, page):
    ben, home = scenario.ben(placement), reverse("provider:home", args=[placement.provider.slug])
    shown = words(signed_in(client, ben).get(home))
    late, later = "Mark the morning register: 1 child not marked since 9:30am", "Take the afternoon register"
    assert shown.index('<h2 id="now">Now</h2>') < shown.index(late) < shown.index(later)
    assert "1 child expected at 12:30pm" in shown
    assert shown.count(later) == 1, "the card stands in for the task"
    assert "hours" not in shown[shown.index(late) : shown.index(later)]
    account = words(client.get("/account/"))
    assert account.index(late) < account.index('<h2 id="due">Due</h2>') < account.index(later)


def test_other_days_link_to_the_oldest_session_that_is_not_marked(client, placement, page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(10, 15))
    signed_in(client, scenario.ben(placement))
    assert "Mark the oldest" not in words(client.get(page))
    tuesday = page.replace("03-09", "03-10")
    assert "Morning of 9 Mar 2026" in words(client.get(tuesday))
    scenario.mark(placement)
    assert "Afternoon of 9 Mar 2026" in words(client.get(tuesday))


def test_both_sessions_of_a_day_are_saved_together(client, placement, page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 15))
    key = placement.reference
    sent = {f"mark-{key}-am": "present", f"mark-{key}-pm": "late", f"minutes-{key}-pm": "10"}
    shown = words(signed_in(client, scenario.ben(placement)).post(page, sent, follow=True))
    assert "Register saved: 1 present, 1 late." in shown
    assert "1 of 1 marked: 1 present" in shown
    assert "1 of 1 marked: 1 late" in shown
    assert dict(Attendance.objects.values_list("session", "mark")) == {"am": "present", "pm": "late"}


def test_mark_all_present_selects_unmarked_children_and_saves_nothing(client, placement, page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 15))
    other = scenario.agreed(given={"beside": placement})
    ill = {f"mark-{other.reference}-am": "absent", f"cause-{other.reference}-am": "ill"}
    shown = words(signed_in(client, scenario.ben(placement)).post(page, {"all_present": "am"} | ill))
    assert re.search(rf'id="mark-{placement.reference}-am-present"[^>]*checked', shown)
    assert not re.search(rf'id="mark-{placement.reference}-pm-present"[^>]*checked', shown)
    assert re.search(rf'id="mark-{other.reference}-am-absent"[^>]*checked', shown)
    assert "then save the register" in shown
    assert not Attendance.objects.exists()


def test_mark_all_present_leaves_out_children_who_cannot_be_present_yet_or_are_missing(client, placement, page):
    happened = commands.DayNoteEntry(("not_known",), FIRST, time(9, 40), told="The mother")
    commands.provider_record_note(placement, happened=happened, by=scenario.ben(placement), at=on(9, 10))
    signed_in(client, scenario.ben(placement))
    for half in ("am", "pm"):
        assert not re.search(r'id="mark-[^"]*-present"[^>]*checked', words(client.post(page, {"all_present": half})))


def test_the_week_shows_the_marks_of_each_child_and_links_to_what_is_not_marked(client, placement, page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(10, 11))
    scenario.mark(placement)
    address = reverse("provider:register-week", args=[placement.provider.slug, "2026-03-11"])
    ben = scenario.ben(placement)
    shown = words(signed_in(client, ben).get(address))
    assert f"Jasmine {placement.pupil.family_name}" in shown
    assert re.search(r"calloff-marks__mark--present\">Present<", shown)
    assert f'href="{page.replace("/am", "/pm")}">Not marked' in shown
    assert "To come" in shown
    assert "1 of 2" in shown
    assert RecordAccess.objects.filter(by=ben, pupil=placement.pupil).exists()
    client.force_login(scenario.sian(placement))
    assert client.get(address).status_code == 403


def test_each_child_has_a_link_for_recording_that_the_child_is_missing(client, placement, page):
    shown = words(signed_in(client, scenario.ben(placement)).get(page))
    href = reverse("provider:placement-record-note", args=[placement.provider.slug, placement.reference])
    link = f'href="{href}?day=2026-03-09">Record a note<span class="govuk-visually-hidden"> for Jasmine'
    assert shown.index(link) < shown.index("Save register")
