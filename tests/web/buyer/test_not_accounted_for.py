"""Tests for the alert about a first session that was not marked, on the home pages of the head and the safeguarding
lead.
"""

import re
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.register_alert_messages import send_register_alerts
from calloff.pupils.models import RecordAccess
from tests.factories import person
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db
AT = on(10).replace(minute=5)  # This is Tuesday 10 March at 10:05am. The first session started at 9:30am.
HEADING, ANSWERED = "Pupils not accounted for", "Not marked, but you have recorded where they are"


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.fixture
def placement(monkeypatch, db):
    one = scenario.running()
    one.provider.telephone = "01903 555010"
    one.provider.save()
    monkeypatch.setattr(clock, "now", lambda: AT)
    return one


def home(client, placement, somebody):
    client.force_login(somebody)
    return words(client.get(reverse("buyer:home", args=[placement.buyer.slug])))


@pytest.mark.parametrize("who", ["helen", "saul", "ruth"])
def test_the_home_page_starts_with_an_alert_about_the_child_and_what_to_do(client, placement, who):
    ben, somebody = scenario.ben(placement), getattr(scenario, who)(placement)
    send_register_alerts(on(10, 9).replace(minute=45))
    send_register_alerts(on(10))
    page = home(client, placement, somebody)
    main = page[page.index('id="main-content"') :]
    for expected in (
        placement.pupil.family_name, placement.reference, str(placement.provider), str(placement.site), "01903 555010",
        "Due at 9:30am. Not marked.", f"We emailed 2 people at {placement.provider} at 9:45am.",
        f"We emailed 3 people at {placement.buyer} at 10am.", "record where",
    ):  # fmt: skip
        assert expected in main, expected
    assert main.index(HEADING) < min(
        main.find(other) for other in ("Overdue", "At a glance", "You have no tasks") if other in main
    )
    assert (
        RecordAccess.objects.filter(
            by=somebody, purpose="To find a pupil who is missing or hurt, or has not been marked"
        ).count()
        == 1
    )
    assert ben


def test_the_alert_is_shown_even_before_a_job_has_sent_an_email(client, placement):
    page = home(client, placement, scenario.helen(placement))
    assert HEADING in page
    assert f"We have not emailed {placement.provider} yet." in page


def test_marking_the_child_removes_the_alert_without_logging_a_view(client, placement):
    scenario.mark(placement, day=AT.date(), at=AT)
    helen = scenario.helen(placement)
    assert HEADING not in home(client, placement, helen)
    seen = RecordAccess.objects.filter(by=helen).values_list("what", flat=True)
    assert set(seen) == {RecordAccess.What.INITIALS}  # The list of pupils off site shows only their initials.


def test_a_note_that_says_where_the_child_is_removes_the_alert(client, placement):
    saul = scenario.saul(placement)
    client.force_login(saul)
    page = reverse("buyer:placement-record-note", args=[placement.buyer.slug, placement.reference])
    sent = {
        "kind": "not_known", "time": "10am", "told": "The mother", "day-day": "10", "day-month": "3",
        "day-year": "2026",
    }  # fmt: skip
    text = words(client.post(page, sent, follow=True))
    assert "We now show the pupil as missing at the top of your home page." in text
    assert HEADING not in home(client, placement, saul)
    moved = sent | {"kind": "elsewhere", "place_kind": "home", "place": "At home with a cold", "decided_by": "Mother"}
    text = words(client.post(page, moved, follow=True))
    assert "The pupil is no longer on your list of pupils not accounted for." in text
    shown = home(client, placement, saul)
    assert HEADING not in shown
    assert ANSWERED in shown
    assert "Somewhere else: At home with a cold, since 10am" in shown


def test_people_who_cannot_see_pupils_do_not_see_the_alert(client, placement):
    assert HEADING not in home(client, placement, person(Role.FINANCE, at=placement.buyer))


def test_the_account_page_shows_the_alert_without_the_childs_name(client, placement):
    helen = scenario.helen(placement)
    client.force_login(helen)
    page = words(client.get(reverse("account:home")))
    assert f"Find out where a pupil is. Due at {placement.provider} at 9:30am, but not marked" in page
    assert placement.pupil.family_name not in page


def test_a_missing_child_has_one_alert_which_stays_after_an_absence_is_marked(client, placement):
    happened = commands.DayNoteEntry(("not_known",), AT.date(), AT.time(), told="The mother")
    commands.provider_record_note(placement, happened=happened, by=scenario.ben(placement), at=AT)
    helen, name = scenario.helen(placement), placement.pupil.family_name
    for _ in ("not marked", "marked absent"):
        page = home(client, placement, helen)
        main = page[page.index('id="main-content"') :]
        assert main.count("A pupil is missing") == 1
        assert main.index(name) < main.index("A pupil is missing")
        assert HEADING not in main
        account = words(client.get(reverse("account:home")))
        assert account.count("A pupil is missing") == 1
        assert "Find out where a pupil is" not in account
        assert name not in account
        scenario.mark(placement, day=AT.date(), mark="absent", cause="unknown", at=AT)


def test_the_off_site_page_shows_the_same_alert_as_the_home_page(client, placement):
    client.force_login(scenario.helen(placement))
    page = words(client.get(reverse("buyer:off-site-now", args=[placement.buyer.slug])))
    assert page.count("<strong>Not accounted for</strong>") == 1
    assert page.count("Not marked. Due at 9:30am") == 1
    assert "Off site</strong>" not in page
    assert "2:30pm" not in page
    scenario.mark(placement, day=AT.date(), at=AT)
    scenario.mark(placement, day=AT.date(), session="pm", mark="absent", cause="appointment", at=AT)
    page = words(client.get(reverse("buyer:off-site-now", args=[placement.buyer.slug])))
    assert "Not accounted for" not in page
    assert "Morning: Present; Afternoon: Absent: medical or dental appointment" in page
    assert "Off site</strong>" in page
