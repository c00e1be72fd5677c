"""Tests for daily notes on the pages of both sides, and for the suspension notice on placements and home pages."""

import re
from datetime import timedelta
from html import unescape

import pytest

from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import DayNote, Placement
from tests.factories import NOW, person
from tests.monitoring.test_suspend import suspended
from tests.placements import scenario
from tests.placements.test_day_notes import moved, provider_records
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
DAY = {"day-day": "2", "day-month": "3", "day-year": "2026", "time": "9am"}
A_MOVE = {
    **DAY, "kind": "elsewhere", "place_kind": "site", "place": "Yard Farm", "decided_by": "Our lead",
    "told": "The AP lead",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(monkeypatch, settings):
    settings.DEMONSTRATION = True  # The invented people in a demonstration need no second step.
    monkeypatch.setattr(clock, "now", lambda: NOW)


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def provider_page(placement, more=""):
    return f"/providers/{placement.provider.slug}/placements/{placement.reference}{more}"


def buyer_page(placement, more=""):
    return f"/buyers/{placement.buyer.slug}/placements/{placement.reference}{more}"


def test_a_provider_can_record_a_move_and_the_school_can_answer_it(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ben(placement))
    done = client.post(provider_page(placement, "/record-note"), A_MOVE, follow=True)
    assert f"Note recorded. We have told {placement.buyer}." in words(done)
    assert "Another site of the provider: Yard Farm" in words(done)
    assert "The placement agreement had not been signed by both sides" in words(done)
    saul = scenario.saul(placement)
    client.force_login(saul)
    home = words(client.get(f"/buyers/{placement.buyer.slug}/"))
    assert f"Answer a note from {placement.provider}: the child is somewhere else (emergency move)" in home
    note = DayNote.objects.get()
    page = words(client.get(buyer_page(placement, f"/daily-notes/{note.pk}/answer")))
    assert "These checks were not complete" in page
    client.post(buyer_page(placement, f"/daily-notes/{note.pk}/answer"), {"answer": "Agreed for today."})
    assert "Agreed for today." in words(client.get(buyer_page(placement, "/daily-notes")))
    assert "Answer a note" not in words(client.get(f"/buyers/{placement.buyer.slug}/"))


def test_typed_answers_are_kept_when_something_is_missing(client):
    placement = scenario.running()
    client.force_login(scenario.ben(placement))
    page = words(client.post(provider_page(placement, "/record-note"), A_MOVE | {"told": "", "day-month": ""}))
    assert "must include a month" in page
    assert 'value="Yard Farm"' in page
    page = words(client.post(provider_page(placement, "/record-note"), A_MOVE | {"told": ""}))
    assert "Enter the roles of the people you told" in page
    assert not DayNote.objects.exists()


TWO = {**DAY, "kind": ["extra_day", "hurt"], "told": "The mother", "text": "A cut knee."}


@pytest.mark.postgres15
def test_two_facts_recorded_together_are_shown_as_one_entry_in_the_history(client):
    placement = scenario.running()
    client.force_login(scenario.ben(placement))
    page = client.get(provider_page(placement, "/record-note"))
    key = re.search(r'name="once_key" value="([^"]+)"', page.content.decode())
    sent = TWO | ({"once_key": key[1]} if key else {})
    done, again = (client.post(provider_page(placement, "/record-note"), sent, follow=True) for _ in range(2))
    assert again.status_code == 200  # A double click counts once.
    assert key, "the form carries no key"
    assert sorted(DayNote.objects.values_list("kind", flat=True)) == ["extra_day", "hurt"]
    assert f"2 notes recorded. We have told {placement.buyer}." in words(done)
    line = "Daily note recorded by the provider: the child came on a day they were not due and the child was hurt"
    for somebody, address in (
        (scenario.ben(placement), provider_page(placement, "/history")),
        (scenario.ruth(placement), buyer_page(placement, "/history")),
        (
            scenario.olivia(placement),
            f"/authorities/{placement.authority.slug}/placements/{placement.reference}/history",
        ),
    ):
        client.force_login(somebody)
        assert words(client.get(address)).count(line) == 1
    client.force_login(scenario.saul(placement))
    assert words(client.get(buyer_page(placement, "/daily-notes"))).count("Answer note") == 2


def test_all_errors_in_a_note_are_reported_together_and_selections_are_kept(client):
    placement = scenario.running()
    client.force_login(scenario.ben(placement))
    sent = {"kind": ["extra_day", "hurt", "elsewhere"], "day-day": "2", "day-month": "", "day-year": "2026"}
    page = words(client.post(provider_page(placement, "/record-note"), sent))
    for wrong in (
        "must include a month", "Enter roughly what time it happened", "Select the kind of place",
        "Enter where the child is or was", "Enter the role of the person who decided",
        "Enter the roles of the people you told", "Enter what happened and what was done",
    ):  # fmt: skip
        assert wrong in page
    assert page.count(" checked") == 3
    assert not DayNote.objects.exists()


def test_the_council_sees_the_kind_of_place_but_never_the_place(client):
    placement = scenario.running()
    provider_records(placement, moved(place="12 Elm Road", place_kind="home"))
    client.force_login(scenario.olivia(placement))
    root = f"/authorities/{placement.authority.slug}"
    for address in (f"{root}/placements?status=away", f"{root}/placements/{placement.reference}", f"{root}/"):
        page = words(client.get(address))
        assert placement.reference in page
        assert "Elm Road" not in page
        assert "boiler" not in page
    assert "Somewhere else (at home) since 9am" in words(client.get(f"{root}/placements"))
    assert f"{placement.buyer} has not answered a note from {placement.provider}" in words(client.get(f"{root}/"))


def test_placement_pages_and_the_home_page_show_a_suspension_without_its_reason(client):
    placement = scenario.running()
    suspended(placement.member, reason="A tutor was alone with a child.")
    said = f"{placement.provider} is suspended and is not taking placements."
    client.force_login(scenario.ruth(placement))
    for more in ("", "/daily-notes", "/register", "/changes", "/reviews", "/history", "/agreement"):
        page = words(client.get(buyer_page(placement, more)))
        assert said in page, more
        assert "alone with a child" not in page
    home = words(client.get(f"/buyers/{placement.buyer.slug}/"))
    assert f"{placement.provider} is suspended and not taking placements." in home
    client.force_login(scenario.ada(placement))
    for more in ("", "/daily-notes", "/changes", "/reviews", "/history"):
        assert said in words(client.get(provider_page(placement, more))), more
    ours = f"/providers/{placement.provider.slug}"
    for address in (f"{ours}/", f"{ours}/register/2026-03-09/am"):
        assert "You are suspended and are not taking placements." in words(client.get(address, follow=True))
    for role in (Role.CONTRACTS_OFFICER, Role.SEN_OFFICER):
        client.force_login(person(role, at=placement.authority))
        council = f"/authorities/{placement.authority.slug}"
        assert f"{placement.provider} is suspended and not taking placements." in words(client.get(f"{council}/"))
        assert said in words(client.get(f"{council}/placements/{placement.reference}"))


def test_pages_say_in_advance_that_checks_and_signatures_are_paused(client):
    placement, drawn = scenario.confirmed(), scenario.drawn()
    for one in (placement, drawn):
        scenario.suspend(one.member)
    client.force_login(scenario.ruth(placement))
    for check in ("record-visit", "tell-parent", "tell-authority", "keep-risk-plan"):
        answer = client.get(buyer_page(placement, f"/{check}"))
        assert answer.status_code == 409
        assert "You cannot record this check now" in words(answer)
    assert "record-visit" not in words(client.get(buyer_page(placement, "/before-start")))
    client = browser(scenario.sian(drawn))
    address = f"/providers/{drawn.provider.slug}/agreements/{drawn.agreement.reference}/sign"
    assert "You cannot sign now" in words(client.get(address))


def test_a_former_provider_can_read_its_own_notes_but_not_where_the_child_is(client, monkeypatch):
    placement = scenario.running()
    own = provider_records(placement, moved(place="Yard Farm"))
    commands.answer_note(own, answer="She goes to her aunt.", by=scenario.saul(placement), at=NOW)
    scenario.ended(placement)
    later = scenario.on(27) + timedelta(days=15)
    [theirs] = commands.record_note(
        Placement.objects.get(pk=placement.pk), by=scenario.saul(placement), at=later,
        happened=moved(day=later.date(), place="12 Elm Road", place_kind="home"),
    )  # fmt: skip
    ben = scenario.ben(placement)
    ends = ("", "/daily-notes", "/history", "/reviews", "/ending", f"/daily-notes/{own.pk}/correct")
    monkeypatch.setattr(clock, "now", lambda: later - timedelta(days=1))
    client.logout()
    client.force_login(ben)
    assert "She goes to her aunt." in words(client.get(provider_page(placement, "/daily-notes")))
    monkeypatch.setattr(clock, "now", lambda: later)
    client.logout()
    client.force_login(ben)
    for end in ends:
        answer = client.get(provider_page(placement, end))
        assert answer.status_code == 200, end
        assert "Elm Road" not in words(answer), end
        assert "her aunt" not in words(answer), end
    assert "Yard Farm" in words(client.get(provider_page(placement, "/daily-notes")))
    assert "Daily note recorded by the school" not in words(client.get(provider_page(placement, "/history")))
    assert client.get(provider_page(placement, f"/daily-notes/{theirs.pk}/correct")).status_code == 404
    page = words(client.post(provider_page(placement, "/record-note"), A_MOVE, follow=True))
    assert f"Note recorded. We have told {placement.buyer}." in page
    client.logout()
    client.force_login(scenario.saul(placement))
    assert "12 Elm Road" in words(client.get(buyer_page(placement, "/daily-notes")))
    page = words(client.post(buyer_page(placement, "/record-note"), A_MOVE, follow=True))
    assert f"Note recorded. {placement.provider} cannot read the note." in page


# -- a missing or injured child


def home_of(client, placement, somebody, council=False):
    client.force_login(somebody)
    root = f"/authorities/{placement.authority.slug}" if council else f"/buyers/{placement.buyer.slug}"
    page = words(client.get(f"{root}/"))
    return page[page.index('id="main-content"') :]


@pytest.mark.parametrize("who", ["helen", "saul", "ruth", "olivia"])
def test_a_missing_child_is_listed_before_an_injured_child_on_the_home_page(client, who):
    placement = scenario.running()
    suspended(placement.member, reason="Checks")
    provider_records(placement, moved(kind="extra_day", place="", place_kind="", decided_by=""))
    provider_records(placement, moved(kind="hurt", place="", place_kind="", decided_by=""))
    provider_records(placement, moved(kind="not_known", place="", place_kind="", decided_by=""))
    main = home_of(client, placement, getattr(scenario, who)(placement), council=who == "olivia")
    order = [main.index(one) for one in (
        "A pupil is missing. ", "A pupil was hurt at ", "suspended and not taking placements", "came on a day"
    )]  # fmt: skip
    assert order == sorted(order)
    assert main.count("If a child is in immediate danger, call 999.") == 2
    assert "right place" not in main[: order[2]]
    assert main.count("A pupil is missing") == 1
    client.force_login(getattr(scenario, who)(placement))
    account = words(client.get("/account/"))
    assert account.index("A pupil is missing") < account.index('<h2 id="due">Due</h2>')


def provider_home(client, placement, somebody, address=""):
    client.force_login(somebody)
    page = words(client.get(address or f"/providers/{placement.provider.slug}/"))
    return page[page.index('id="main-content"') :]


@pytest.mark.parametrize("side", ["provider", "buyer"])
def test_a_missing_child_is_listed_first_for_the_provider_until_the_child_is_found(client, side):
    placement = scenario.running()
    # The provider was suspended before the child attended, so it can read only its own records.
    if side == "provider":
        suspended(placement.member, reason="Checks")
    gone = moved(kind="not_known", place="", place_kind="", decided_by="")
    if side == "provider":
        provider_records(placement, gone)
    else:
        commands.record_note(placement, happened=gone, by=scenario.ruth(placement), at=NOW)
    who = "You have" if side == "provider" else f"{placement.buyer} has"
    line = f"A pupil is missing. {who} not known where they are since 9am on 2 March"
    for somebody in (scenario.ada(placement), scenario.ben(placement)):
        for address in ("", "/account/"):
            main = provider_home(client, placement, somebody, address)
            after = (
                "Your organisations" if address else "You are suspended" if side == "provider" else "calloff-two-one"
            )
            assert main.index(line) < main.index(after)
            assert f"Look where the pupil was last seen. Call {placement.buyer}" in main
            assert main.count("If a child is in immediate danger, call 999.") == 1
            assert placement.pupil.family_name not in main
    assert "A pupil is missing" not in provider_home(client, placement, scenario.sian(placement))
    provider_records(placement, moved(kind="here", time=NOW.time(), place="", place_kind="", decided_by=""))
    assert "A pupil is missing" not in provider_home(client, placement, scenario.ada(placement))


def test_a_provider_without_access_does_not_see_what_only_the_school_recorded(client, monkeypatch):
    placement = scenario.running()
    scenario.ended(placement)
    later = scenario.on(27) + timedelta(days=15)
    gone = moved(kind="not_known", day=later.date(), place="", place_kind="", decided_by="")
    found = Placement.objects.get(pk=placement.pk)
    commands.record_note(found, happened=gone, by=scenario.saul(placement), at=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "A pupil is missing" not in provider_home(client, placement, scenario.ada(placement))
    assert "A pupil is missing" in home_of(client, placement, scenario.saul(placement))


def test_a_missing_child_stays_first_until_a_note_says_where_the_child_is(client):
    placement = scenario.running()
    note = provider_records(placement, moved(kind="not_known", place="", place_kind="", decided_by=""))
    saul = scenario.saul(placement)
    commands.answer_note(note, answer="We have called the police.", by=saul, at=NOW)
    assert "A pupil is missing" in home_of(client, placement, saul)
    provider_records(placement, moved(kind="here", time=NOW.time(), place="", place_kind="", decided_by=""))
    assert "A pupil is missing" not in home_of(client, placement, saul)


def test_emails_about_a_missing_or_injured_child_begin_with_advice_to_call_999():
    placement = scenario.running()
    scenario.saul(placement), scenario.olivia(placement)
    for kind in ("not_known", "hurt"):
        provider_records(placement, moved(kind=kind, place="", place_kind="", decided_by=""))
        commands.record_note(
            placement,
            happened=moved(kind=kind, place="", place_kind="", decided_by=""),
            by=scenario.saul(placement),
            at=NOW,
        )
    sent = [one for one in Message.objects.all() if "hurt" in one.subject or "not known" in one.subject]
    assert len({one.subject for one in sent}) == 4  # Two of the notes need an answer, and two are for information.
    assert all(one.body.startswith("If a child is in immediate danger, call 999. ") for one in sent)
    provider_records(placement, moved())
    assert "999" not in Message.objects.filter(subject__contains="somewhere else").first().body


def test_every_page_shows_a_missing_childs_current_place_from_the_latest_note(client):
    placement = scenario.running()
    provider_records(placement, moved(kind="not_known", place="", place_kind="", decided_by=""))
    root, pupil = f"/buyers/{placement.buyer.slug}", placement.pupil
    client.force_login(scenario.saul(placement))
    for address in (f"{root}/pupils", f"{root}/pupils/{pupil.reference}", f"{root}/placements"):
        assert "Whereabouts not known" in words(client.get(address)), address
    placed = f'>Now</h2> <p class="govuk-body">Placed with {placement.provider}'
    assert placed not in words(client.get(f"{root}/pupils/{pupil.reference}"))
    client.force_login(scenario.ruth(placement))
    sent = {"words": pupil.family_name}
    assert "Whereabouts not known" in words(client.post(f"{root}/pupils/find", sent))
    provider_records(placement, moved(kind="here", time=NOW.time(), place="", place_kind="", decided_by=""))
    assert "Whereabouts not known" not in words(client.get(f"{root}/pupils"))
    assert placed in words(client.get(f"{root}/pupils/{pupil.reference}"))


def test_during_a_suspension_checks_and_signatures_are_paused_and_are_not_tasks(client):
    placement, signed = scenario.confirmed(), scenario.signed()
    for one in (placement, signed):
        scenario.suspend(one.member)
    for somebody, what in (
        (scenario.ruth(placement), "complete the checks before the placement starts"),
        (scenario.saul(placement), "decide whether the pupil will be safe with the provider"),
        (scenario.helen(signed), "sign the placement agreement with"),
    ):
        one = signed if "sign" in what else placement
        main = home_of(client, one, somebody)
        assert f"Paused: {what}" in main
        assert f"You cannot do this now because {one.provider} is not taking placements" in main
        assert "the pupil will not be able to start" not in main
    client.force_login(scenario.ada(placement))
    assert "Paused: confirm your staff checks in writing" in words(client.get(f"/providers/{placement.provider.slug}/"))


def test_during_a_suspension_signing_is_paused_for_both_sides_on_every_page(client):
    drawn, signed = scenario.drawn(), scenario.signed()
    for one in (drawn, signed):
        scenario.suspend(one.member)
    ours = f"/providers/{drawn.provider.slug}"
    main = provider_home(client, drawn, scenario.sian(drawn))
    assert f"Paused: sign {drawn.agreement.title}" in main
    assert f"You cannot do this now because {drawn.provider} is not taking placements" in main
    assert "Signing paused. No one can sign while you are not taking placements" in words(
        client.get(f"{ours}/agreements")
    )
    page = words(client.get(f"{ours}/agreements/{drawn.agreement.reference}"))
    assert "Signing is paused." in page
    assert "Sign this agreement" not in page
    client.force_login(scenario.ada(drawn))
    assert "Paused until the suspension is lifted" in words(client.get(f"{ours}/placements"))
    client.force_login(scenario.helen(signed))
    assert "Sign the agreement" not in words(client.get(buyer_page(signed)))
    page = words(client.get(buyer_page(signed, "/agreement")))
    assert "Signing is paused." in page
    assert "Sign this agreement" not in page
    assert "Paused until the suspension is lifted" in words(client.get(f"/buyers/{signed.buyer.slug}/placements"))
    client.force_login(scenario.olivia(signed))
    council = f"/authorities/{signed.authority.slug}/placements"
    assert "Paused until the suspension is lifted" in words(client.get(council))


def test_nothing_is_paused_for_a_current_placement(client):
    placement = scenario.running()
    scenario.suspend(placement.member)
    client.force_login(scenario.ruth(placement))
    assert "Paused" not in words(client.get(f"/buyers/{placement.buyer.slug}/placements"))
