"""Tests for a person's calendar as a file, and for the page with its settings."""

import re
from datetime import UTC, date, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from calloff.accounts import commands
from calloff.directory.models import TeachingMode
from calloff.directory.timetables import Slot
from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.pupils.models import Pupil
from calloff.web.account.calendar_file import CalendarEvent, render_calendar
from tests.factories import LONDON, NOW, ProviderFactory, person, rewrite
from tests.placements import scenario
from tests.placements.scenario import on
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
FEED = "/account/calendar.ics"
SUMMARY = re.compile(r"(Session|Review|Deadline|Expiry|Start|End)( [A-Z0-9-]+(, [A-Z0-9-]+){0,2})?")


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path, monkeypatch):
    settings.FILES = tmp_path / "files"
    settings.DEMONSTRATION = True  # In a demonstration, no one needs a second step.
    monkeypatch.setattr(clock, "now", lambda: NOW)


def feed_of(somebody, **headers):
    token = commands.make_calendar_feed(somebody, at=NOW).token
    return Client().get(FEED, {"key": token}, headers=headers), token


def events(answer):
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_the_calendar_is_off_until_the_person_creates_an_address_which_is_shown_once():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    client = browser(ada)
    page = client.get(reverse("account:notifications")).content.decode()
    assert "Create calendar address" in page
    made = client.post(reverse("account:calendar-make"), {"once_key": "drawn-with-the-page"})
    (address,) = re.findall(r'value="([^"]+calendar\.ics[^"]+)"', made.content.decode())
    assert "no-store" in made["Cache-Control"]
    assert Client().get(address.removeprefix(django_settings.ADDRESS)).status_code == 200
    page = client.get(reverse("account:notifications")).content.decode()
    assert address.partition("key=")[2] not in page
    assert "Stop this address" in page
    client.post(reverse("account:calendar-end"))
    assert Client().get(address.removeprefix(django_settings.ADDRESS)).status_code == 404


def test_creating_an_address_asks_for_the_password_again():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    client = browser(ada, recently=False)
    assert client.post(reverse("account:calendar-make")).url.startswith("/account/again")


def test_a_stranger_with_the_address_sees_only_references_kinds_days_and_whole_hours():
    placement = scenario.agreed()
    answer, _ = feed_of(scenario.ben(placement))
    found = events(answer)
    assert {str(event["SUMMARY"]).split()[0] for event in found} == {"Session", "Review", "Start", "End"}
    for event in found:
        assert SUMMARY.fullmatch(str(event["SUMMARY"]))
        starts, ends = event.decoded("DTSTART"), event.decoded("DTEND")
        if event["SUMMARY"].startswith("Session"):
            assert (starts.minute, ends.minute) == (0, 0)
            assert starts < ends
        assert set(event) == {
            "UID", "DTSTAMP", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "CLASS", "STATUS", "SEQUENCE", "TRANSP",
        }  # fmt: skip
    text = answer.content.decode()
    pupil, site = placement.pupil, placement.site
    for secret in (placement.provider.name, placement.provider.slug, placement.buyer.name, pupil.given_name,
                   pupil.family_name, site.name, site.postcode, "URL", "LOCATION"):  # fmt: skip
        assert secret not in text


def test_looked_after_children_and_sessions_at_home_are_left_out():
    placement = scenario.agreed()
    ben = scenario.ben(placement)
    assert events(feed_of(ben)[0])
    rewrite(type(placement).objects.filter(pk=placement.pk), site=None)
    rewrite(type(placement.service).objects.filter(pk=placement.service_id), mode=TeachingMode.OUTREACH)
    assert {str(event["SUMMARY"]).split()[0] for event in events(feed_of(ben)[0])} == {"Review", "Start", "End"}
    Pupil.objects.filter(pk=placement.pupil_id).update(looked_after_by="Borsetshire")
    assert events(feed_of(ben)[0]) == []


@pytest.mark.parametrize("whose", ["child", "contact"])
def test_children_whose_home_is_withheld_are_left_out(whose):
    placement = scenario.agreed()
    ben = scenario.ben(placement)
    assert events(feed_of(ben)[0])
    if whose == "child":
        Pupil.objects.filter(pk=placement.pupil_id).update(address_withheld="refuge")
    else:
        placement.pupil.contacts.create(rank=9, name="Mo", lives_with_child="not_known", address_withheld="refuge")
    assert events(feed_of(ben)[0]) == []


def test_the_hours_of_a_session_are_those_of_the_children_who_are_shown():
    one = scenario.agreed()
    early = scenario.agreed(given={"beside": one}, timetable=[Slot("mon", "am", time(8), time(12))])
    ben = scenario.ben(one)
    hours = {event.decoded("DTSTART").hour for event in events(feed_of(ben)[0]) if "Session" in event["SUMMARY"]}
    assert 8 in hours
    Pupil.objects.filter(pk=early.pupil_id).update(looked_after_by="Borsetshire")
    answer = feed_of(ben)[0]
    hours = {event.decoded("DTSTART").hour for event in events(answer) if "Session" in event["SUMMARY"]}
    assert 8 not in hours
    assert early.reference not in answer.content.decode()


def test_the_file_follows_rfc_5545(monkeypatch):
    one = scenario.agreed()
    for _ in range(3):
        scenario.agreed(given={"beside": one})
    answer, token = feed_of(scenario.ben(one))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["VERSION"], str(calendar["PRODID"])) == ("2.0", "-//Calloff//Calendar//EN")
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    found = calendar.walk("VEVENT")
    session = next(event for event in found if event["SUMMARY"] == "Session")
    assert session["DTSTART"].params["TZID"] == "Europe/London"
    assert str(session["DESCRIPTION"]).count("-L-") == 4
    assert {event.decoded("DTSTAMP") for event in found} == {NOW.astimezone(UTC)}
    identifiers = [str(event["UID"]) for event in found]
    assert len(set(identifiers)) == len(identifiers)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    later = Calendar.from_ical(Client().get(FEED, {"key": token}).content).walk("VEVENT")
    assert set(identifiers) == {str(event["UID"]) for event in later}


def test_the_time_zone_changes_when_the_clocks_change_in_london():
    (zone,) = Calendar.from_ical(render_calendar([], NOW)).walk("VTIMEZONE")
    for part in zone.subcomponents:
        rule = rrulestr(part["RRULE"].to_ical().decode(), dtstart=part.decoded("DTSTART"))
        for year in (2026, 2027, 2030):
            local = next(day for day in rule if day.year == year)
            instant = (local - part.decoded("TZOFFSETFROM")).replace(tzinfo=UTC)
            before, after = ((instant + timedelta(minutes=one)).astimezone(LONDON).utcoffset() for one in (-1, 0))
            assert (before, after) == (part.decoded("TZOFFSETFROM"), part.decoded("TZOFFSETTO"))


def test_long_lines_are_folded():
    references = ", ".join(f"IAP-L-{number:04}" for number in range(30))
    event = CalendarEvent("one@calloff", "Session", references, date(2026, 3, 9), date(2026, 3, 10), is_cancelled=False)
    file = render_calendar([event], NOW)
    assert max(map(len, file.split(b"\r\n"))) <= 75
    (read,) = Calendar.from_ical(file).walk("VEVENT")
    assert str(read["DESCRIPTION"]) == references
    assert (read.decoded("DTSTART"), read.decoded("DTEND")) == (event.starts, event.ends)


def test_sessions_after_an_early_end_are_cancelled_events(monkeypatch):
    placement = scenario.running()
    token = feed_of(scenario.ben(placement))[1]
    scenario.ended(placement, last=date(2026, 3, 17), verb="end_early", at=on(17, 16))
    monkeypatch.setattr(clock, "now", lambda: on(18))
    found = Calendar.from_ical(Client().get(FEED, {"key": token}).content).walk("VEVENT")
    cancelled = {event.decoded("DTSTART").day for event in found if event["STATUS"] == "CANCELLED"}
    assert cancelled == {18, 23, 24, 25}
    assert {int(event["SEQUENCE"]) for event in found if event["STATUS"] == "CANCELLED"} == {1}


def test_a_calendar_that_has_not_changed_is_not_sent_again():
    placement = scenario.agreed()
    answer, token = feed_of(scenario.ben(placement))
    assert answer["Cache-Control"] == "no-store"
    again = Client().get(FEED, {"key": token}, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    scenario.agreed(given={"beside": placement})
    assert Client().get(FEED, {"key": token}, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_every_address_that_does_not_work_gets_the_same_response():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    _, token = feed_of(ada)
    rewrite(ada.grants.all(), ends_at=NOW)
    answers = [Client().get(FEED, {"key": key} if key else {}) for key in (token, "A" * 43, "rubbish", "")]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b"This calendar address does not work.\n")
    }


def test_reading_a_calendar_too_often_is_refused(settings):
    settings.RATE_LIMITS = {"calendar": (2, 3)}
    answer, token = feed_of(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert [answer.status_code, *(Client().get(FEED, {"key": token}).status_code for _ in range(2))] == [200, 200, 429]


def test_the_secret_is_in_the_query_string_which_is_never_logged():
    _, token = feed_of(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert token not in reverse("account:calendar")
    nginx = (django_settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    (logged,) = re.findall(r"(?m)^log_format .*$", nginx)
    assert "$uri" in logged
    assert "$request_uri" not in logged
    assert "$args" not in logged
