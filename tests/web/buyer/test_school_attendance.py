"""Tests for the attendance of all placed pupils in a week: confirming many codes together, and the CSV file."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.placements.models import Attendance
from calloff.pupils.models import RecordAccess
from tests.factories import person
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(11, 15))
    return scenario.running()


def address(placement, route="buyer:attendance", week="2026-03-11"):
    return f"{reverse(route, args=[placement.buyer.slug])}?week={week}"


def get(client, placement, somebody=None, **more):
    client.force_login(somebody or scenario.ruth(placement))
    return client.get(address(placement, **more))


def test_the_week_lists_the_sessions_of_all_pupils_by_initials_with_suggested_codes(client, placement):
    other = scenario.running(given={"child_of": placement})
    shown = get(client, placement).content.decode()
    for one in (placement, other):
        assert one.provider.name in shown
    assert placement.pupil.family_name not in shown
    assert shown.count('value="K" aria-label="Code for') == 2
    assert "2 without a confirmed code" in shown
    assert "No pupil has a session in this week." in get(client, placement, week="2026-03-02").content.decode()


def test_a_grid_of_the_week_shows_marks_and_sessions_without_a_mark_with_the_provider_to_call(
    client, placement, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: on(10, 8))
    placement.provider.telephone = "01632 960201"
    placement.provider.save()
    page = " ".join(get(client, placement).content.decode().split())
    assert "1 session is not marked" in page
    assert f"Ask {placement.provider.name} to mark its register" in page
    assert 'href="tel:01632960201"' in page
    grid = page[page.index("Each pupil’s sessions by day") : page.index("</table>")]
    assert grid.count(">Present<") == 1
    assert grid.count(">Not marked<") == 1  # This is Monday afternoon, because Monday morning has been marked.
    assert grid.count(">To come<") == 4
    assert placement.pupil.family_name not in page


def test_many_codes_are_confirmed_at_once(client, placement):
    scenario.running(given={"child_of": placement})
    rows = list(Attendance.objects.order_by("pk"))
    client.force_login(scenario.ruth(placement))
    sent = {f"code-{row.pk}": "k" for row in rows} | {f"nature-{row.pk}": "Farm" for row in rows}
    answer = client.post(address(placement), sent, follow=True)
    assert "2 codes confirmed." in answer.content.decode()
    assert list(Attendance.objects.values_list("code", "nature")) == [("K", "Farm")] * 2


def test_an_error_is_shown_beside_its_session_and_nothing_is_saved(client, placement):
    row = Attendance.objects.get()
    client.force_login(scenario.ruth(placement))
    shown = client.post(address(placement), {f"code-{row.pk}": "ZZ"}).content.decode()
    assert shown.count("Choose a code from the list") == 2
    assert f'href="#code-{row.pk}"' in shown
    row.refresh_from_db()
    assert row.code == ""


def test_only_people_who_can_place_pupils_confirm_codes_and_other_schools_see_nothing(client, placement):
    row = Attendance.objects.get()
    client.force_login(scenario.saul(placement))
    assert client.post(address(placement), {f"code-{row.pk}": "I"}).status_code == 403
    assert 'name="code-' not in client.get(address(placement)).content.decode()
    elsewhere = scenario.running()
    shown = get(client, elsewhere).content.decode()
    assert placement.reference not in shown
    assert get(client, placement, person(Role.AP_LEAD, at=elsewhere.buyer)).status_code in {403, 404}


def test_the_file_has_unique_pupil_numbers_official_descriptions_and_iso_dates(client, placement):
    placement.pupil.upn = "A123456789012"
    placement.pupil.save()
    Attendance.objects.update(code="I", confirmed_at=on(10), confirmed_by=scenario.ruth(placement))
    ruth = scenario.ruth(placement)
    answer = get(client, placement, ruth, route="buyer:attendance-export")
    assert answer["Content-Disposition"] == 'attachment; filename="attendance-2026-03-09.csv"'
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    [row] = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (row["UPN"], row["Date"], row["Session"]) == ("A123456789012", "2026-03-09", "AM")
    assert (row["Code"], row["Description"]) == ("I", "Illness (not medical or dental appointment)")
    assert RecordAccess.objects.filter(by=ruth, pupil=placement.pupil, what=RecordAccess.What.IDENTITY).exists()
    assert (
        get(client, placement, person(Role.FINANCE, at=placement.buyer), route="buyer:attendance-export").status_code
        == 403
    )


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "tomorrow"])
def test_an_invalid_week_returns_404(client, placement, week):
    assert get(client, placement, week=week).status_code == 404


def test_the_number_of_statements_is_the_same_for_any_number_of_pupils(client, placement):
    get(client, placement)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert get(client, placement).status_code == 200
        return len(queries)

    few = statements()
    for _ in range(2):
        scenario.running(given={"child_of": placement})
    assert statements() == few
