"""Tests for the page about a pupil who is missing or injured, for both sides: who it is, whom to call, and what to
do.
"""

import re
from datetime import timedelta
from html import unescape

import pytest

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import DayNote
from calloff.placements.whereabouts import notes_to_answer, notes_to_chase
from calloff.pupils.models import RecordAccess
from tests.factories import NOW, person
from tests.factories_placements import PupilContactFactory
from tests.placements import scenario
from tests.placements.test_day_notes import moved, provider_records
from tests.web.test_day_notes import buyer_page, provider_page

pytestmark = pytest.mark.django_db
MISSING = {"kind": "not_known", "place": "", "place_kind": "", "decided_by": ""}
FOUND = MISSING | {"kind": "here", "time": NOW.time()}
HURT = MISSING | {"kind": "hurt"}


@pytest.fixture(autouse=True)
def _now(monkeypatch, settings):
    settings.DEMONSTRATION = True  # The invented people in a demonstration need no second step.
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def placement():
    one = scenario.running()
    for organisation, number in ((one.provider, "01903 555010"), (one.buyer, "01243 555020")):
        organisation.telephone = number
        organisation.save()
    PupilContactFactory(pupil=one.pupil, name="Marigold Thistlewood", telephone="01632 960001")
    PupilContactFactory(
        pupil=one.pupil, name="Piran Vale", telephone="01632 960009", do_not_contact=True, do_not_contact_reason="x"
    )
    scenario.saul(one), scenario.ben(one)
    return one


def page(client, somebody, address):
    client.force_login(somebody)
    return re.sub(r"\s+", " ", unescape(client.get(address).content.decode()))


def danger(shown):
    found = re.search(r'<section class="calloff-danger".*?</section>', shown)
    return found.group(0) if found else ""


def name_of(placement):
    return f"{placement.pupil.given_name} {placement.pupil.family_name}"


def test_the_danger_panel_names_the_missing_child_and_who_to_call(client, placement):
    provider_records(placement, moved(**MISSING))
    helen = scenario.helen(placement)
    shown = page(client, helen, buyer_page(placement, "/daily-notes"))
    panel = danger(shown)
    for expected in (
        f"{name_of(placement)} is missing", "Year ", f"{placement.provider} on <a", "call 999",
        'href="tel:01903555010">01903 555010</a>',
        'href="tel:01632960001"', "Do not call</strong> Piran Vale", f"/pupils/{placement.pupil.reference}",
        "Record where the pupil is",
    ):  # fmt: skip
        assert expected in panel, expected
    assert "01632 960009" not in panel
    assert "Reason" not in panel
    assert shown.index("calloff-danger") < shown.index("Answer note")
    assert "Record a note" not in shown.replace("Record a note of", "")
    assert name_of(placement) not in re.search("<title>.*?</title>", shown).group(0)
    assert RecordAccess.objects.filter(by=helen, purpose="To find or help a child who is missing or hurt").count() == 1


def test_the_provider_sees_what_to_do_after_recording_that_a_child_is_missing(client, placement):
    client.force_login(scenario.ben(placement))
    sent = {"kind": "not_known", "day-day": "2", "day-month": "3", "day-year": "2026", "time": "9am", "told": "No one"}
    done = client.post(provider_page(placement, "/record-note"), sent, follow=True)
    panel = danger(re.sub(r"\s+", " ", unescape(done.content.decode())))
    steps = re.findall("<li>(?:<strong>)?(.*?)(?:</strong>)?</li>", panel.split("<ol")[1].split("</ol>")[0])
    assert "call 999" in steps[0]
    assert steps[1] == "Look where the pupil was last seen."
    lead = scenario.saul(placement).name
    number = '<a class="govuk-link calloff-reference" href="tel:01243555020">01243 555020</a>'
    assert steps[2] == f"Call {placement.buyer} on {number}. Ask for the safeguarding lead, {lead}."
    assert any("emergency contacts: The AP lead, then the safeguarding lead" in step for step in steps)
    assert any(step.startswith("Tell your own safeguarding lead") for step in steps)
    assert "01632 960001" in panel
    assert "01632 960009" not in panel
    assert f"/placements/{placement.reference}/pupil" in panel


def test_the_provider_sees_what_to_do_after_an_injury_until_the_school_answers(client, placement):
    note = provider_records(placement, moved(**HURT))
    ben = scenario.ben(placement)
    panel = danger(page(client, ben, provider_page(placement, "/daily-notes")))
    for expected in (f"{name_of(placement)} was hurt", "Give first aid", "01243 555020", "call 999"):
        assert expected in panel, expected
    commands.answer_note(note, answer="We have called the mother.", by=scenario.saul(placement), at=NOW)
    assert not danger(page(client, ben, provider_page(placement, "/daily-notes")))


def test_the_notice_disappears_when_the_child_has_been_found_and_nothing_needs_an_answer(client, placement):
    provider_records(placement, moved(**MISSING))
    saul, olivia = scenario.saul(placement), scenario.olivia(placement)

    def due():
        return (
            notes_to_answer(placement.buyer, person=saul, at=NOW).count(),
            notes_to_chase(placement.authority, person=olivia, at=NOW).count(),
        )

    assert due() == (1, 1)
    provider_records(placement, moved(**FOUND))
    assert due() == (0, 0)
    shown = page(client, saul, buyer_page(placement, "/daily-notes"))
    assert not danger(shown)
    assert ("Resolved by a later note" in shown, "Answer due today" in shown) == (True, False)
    assert "Answer note" in shown  # The note can still be answered.
    home = page(client, saul, f"/buyers/{placement.buyer.slug}/")
    assert "Answer a note" not in home
    council = f"/authorities/{placement.authority.slug}"
    assert "has not answered a note" not in page(client, olivia, f"{council}/")
    assert "Resolved by a later note" in page(client, olivia, f"{council}/placements/{placement.reference}")


def test_a_move_still_needs_an_answer_after_a_later_note_is_recorded(placement):
    provider_records(placement, moved())
    provider_records(placement, moved(**FOUND))
    assert notes_to_answer(placement.buyer, person=scenario.saul(placement), at=NOW).count() == 1


def test_correcting_a_later_note_does_not_count_as_answering_the_earlier_one(placement):
    provider_records(placement, moved(**MISSING))
    found = provider_records(placement, moved(**FOUND))
    commands.provider_correct_note(
        found, happened=moved(**HURT | {"time": NOW.time(), "text": "A cut."}), by=scenario.ben(placement), at=NOW
    )
    due = notes_to_answer(placement.buyer, person=scenario.saul(placement), at=NOW)
    assert sorted(due.values_list("kind", flat=True)) == ["hurt", "not_known"]


def test_note_forms_name_the_child_but_their_titles_do_not(client, placement):
    note = provider_records(placement, moved())
    ben, saul = scenario.ben(placement), scenario.saul(placement)
    [own] = commands.record_note(placement, happened=moved(), by=saul, at=NOW)
    for somebody, address in (
        (ben, provider_page(placement, "/record-note")), (ben, provider_page(placement, "/daily-notes")),
        (ben, provider_page(placement, f"/daily-notes/{note.pk}/correct")),
        (saul, buyer_page(placement, f"/daily-notes/{note.pk}/answer")),
        (saul, buyer_page(placement, f"/daily-notes/{own.pk}/correct")), (saul, buyer_page(placement, "/record-note")),
        (saul, buyer_page(placement, "/daily-notes")),
    ):  # fmt: skip
        shown = page(client, somebody, address)
        main = shown[shown.index('id="main-content"') :]
        assert f"{name_of(placement)}, Year" in main, address
        assert placement.pupil.family_name not in re.search("<title>.*?</title>", shown).group(0)


def test_a_former_provider_records_notes_by_reference_and_cannot_see_the_danger(client, placement, monkeypatch):
    scenario.ended(placement)
    later = scenario.on(27) + timedelta(days=15)
    placement.refresh_from_db()
    commands.record_note(
        placement, by=scenario.saul(placement), at=later, happened=moved(**MISSING | {"day": later.date()})
    )
    assert DayNote.objects.exists()
    monkeypatch.setattr(clock, "now", lambda: later)
    ben = scenario.ben(placement)
    for more in ("/daily-notes", "/record-note"):
        shown = page(client, ben, provider_page(placement, more))
        assert placement.pupil.family_name not in shown
        assert not danger(shown)
    assert not RecordAccess.objects.filter(by=ben, what=RecordAccess.What.REFUSED).exists()


def test_the_notice_comes_first_for_people_on_both_sides_who_can_only_read_notes(client, placement):
    provider_records(placement, moved(**HURT))
    provider_records(placement, moved(**MISSING))
    finance = person(Role.FINANCE, at=placement.buyer)
    for somebody, address in (
        (scenario.ruth(placement), buyer_page(placement)), (scenario.ben(placement), provider_page(placement)),
        (scenario.ruth(placement), buyer_page(placement, "/daily-notes")),
    ):  # fmt: skip
        shown = page(client, somebody, address)
        main = shown[shown.index('id="main-content"') :]
        assert f"{name_of(placement)} is missing" in danger(main), address
        assert f"Hurt at {placement.provider} at 9am" in danger(main)
        assert main.index("calloff-danger") < main.index('aria-label="Sections of this record"')
        assert main.count('class="calloff-danger"') == 1
        assert "Whereabouts not known" not in main
    shown = page(client, finance, buyer_page(placement))
    assert not danger(shown)
    assert not RecordAccess.objects.filter(by=finance, what=RecordAccess.What.REFUSED).exists()


def test_the_council_page_shows_the_same_details_without_names(client, placement):
    olivia, saul = scenario.olivia(placement), scenario.saul(placement)
    address = f"/authorities/{placement.authority.slug}/placements/{placement.reference}"
    school = buyer_page(placement, "/daily-notes")

    def both():
        council, ours = page(client, olivia, address), page(client, saul, school)
        assert bool(danger(council)) == bool(danger(ours))
        assert council.count("Still missing") == ours.count("Still missing")
        assert placement.pupil.family_name not in council
        assert "01632" not in council
        return danger(council), council.count("Still missing")

    assert both() == ("", 0)
    missing = provider_records(placement, moved(**MISSING))
    panel, tags = both()
    assert "A pupil is missing" in panel
    assert f"Call {placement.buyer} on" in panel
    assert tags == 1
    commands.answer_note(missing, answer="We have called the police.", by=saul, at=NOW)
    assert both() == (panel, 1), "an answer does not find the child"
    provider_records(placement, moved(**FOUND))
    assert both() == ("", 0)
    hurt = provider_records(placement, moved(**HURT))
    assert "A pupil was hurt" in both()[0]
    commands.answer_note(hurt, answer="We have called the mother.", by=saul, at=NOW)
    assert both() == ("", 0)


def test_an_event_recorded_with_an_earlier_time_is_shown_as_past(client, placement):
    provider_records(placement, moved(**MISSING))
    client.force_login(scenario.ben(placement))
    sent = {"kind": "here", "day-day": "2", "day-month": "3", "day-year": "2026", "time": "8:30am"}
    shown = unescape(client.post(provider_page(placement, "/record-note"), sent, follow=True).content.decode())
    assert "The pupil is still recorded as missing since 9am on Monday 2 March 2026." in shown
    provider_records(placement, moved(**FOUND))
    sent |= {"kind": "not_known", "told": "The school"}
    shown = unescape(client.post(provider_page(placement, "/record-note"), sent, follow=True).content.decode())
    assert "We are not showing the pupil as missing. A later note says where the pupil was at 9am" in shown
    assert "record another note with a later time" in shown
