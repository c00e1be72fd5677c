"""Tests for two colleagues who save the same part of a draft or record. No answer is lost (scenario 10)."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from calloff.kernel.lifecycles import EditConflict
from calloff.people.permissions import Role
from calloff.pupils import commands as pupils
from calloff.pupils.models import Pupil
from calloff.referrals import commands
from calloff.referrals.models import Referral
from calloff.referrals.sections import InvitationChoice, LegalBasis, PenPicture
from calloff.web.forms_ui.edit_conflicts import CONFLICT_BASE_FIELD
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_placements import contact
from tests.referrals.scenario import DRAFT_BASIS, DRAFT_PICTURE, DRAFT_WANTED, DRAFT_WHO, ReferralScenario
from tests.web.buyer.test_referrals import PARTS, Pages, day

pytestmark = pytest.mark.django_db
OTHERS = {  # what a colleague saves in each part at the same time, and what the page then shows
    "basis": (DRAFT_BASIS._replace(on=date(2026, 2, 25)), "Wednesday 25 February 2026"),
    "wanted": (DRAFT_WANTED._replace(outcomes=["Reads every day"], miles=7), "Reads every day"),
    "picture": (
        DRAFT_PICTURE._replace(area="Lancing", picture="Bakes, and dislikes noise."),
        "Bakes, and dislikes noise.",
    ),
    "who": (DRAFT_WHO._replace(reply_by=NOW.replace(day=9, hour=9)), "Monday 9 March 2026"),
}
MINE = {
    "basis": PARTS["basis"] | day("basis_on", "2026-02-24"),
    "wanted": PARTS["wanted"] | {"outcomes": "Passes English"},
    "picture": PARTS["picture"] | {"needs": ["SEMH", "SLCN"], "picture": "Likes goats."},
    "who": PARTS["who"] | day("reply_by", "2026-03-10") | {"clock": "09:00"},
}
ASKED = {"basis": "basis_on", "wanted": "outcomes", "picture": "picture", "who": "reply_by"}
WORDS = {"basis": "Tuesday 24 February 2026", "wanted": "Passes English", "picture": "Likes goats.",
         "who": "Tuesday 10 March 2026"}  # fmt: skip


@pytest.fixture
def scene():
    return ReferralScenario()


@pytest.fixture
def ruth(scene):
    return Pages(scene.ruth, "buyer", scene.school.slug)


@pytest.fixture
def draft(scene):
    return scene.draft()


@pytest.fixture
def cole(scene):
    return RoleGrantFactory(person__name="Cole", organisation=scene.school, role=Role.AP_LEAD).person


def route(part):
    return (f"referral-{part}", *(("s19",) if part == "basis" else ()))


def at(draft, part):
    name, *more = route(part)
    return name, draft.reference, *more


def hidden(page):
    """Return the hidden fields of a page, as a browser would submit them."""
    found = {}
    for box in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = (re.search(rf'\b{key}="([^"]*)"', box) for key in ("name", "value"))
        if name[1] not in {"csrfmiddlewaretoken", "once_key"}:
            found.setdefault(unescape(name[1]), []).append(unescape(value[1] if value else ""))
    return found


def opened(ruth, *where):
    return {CONFLICT_BASE_FIELD: hidden(ruth.get(*where))[CONFLICT_BASE_FIELD]}


def save(draft, part, value, by):
    commands.amend(Referral.objects.get(pk=draft.pk), **{part: value}, by=by, at=NOW)


@pytest.mark.parametrize("part", OTHERS)
def test_the_second_person_to_save_sees_both_answers_and_must_choose(ruth, draft, cole, part):
    mine = MINE[part] | opened(ruth, *at(draft, part))
    theirs, words = OTHERS[part]
    save(draft, part, theirs, cole)
    before = Referral.objects.filter(pk=draft.pk).values().get()
    page = ruth.post(*at(draft, part), status=200, **mine)
    assert "Your answer and the other answer" in page
    assert f"{cole.name} saved this page while you were writing" in unescape(page)
    assert words in page
    assert WORDS[part] in page
    assert Referral.objects.filter(pk=draft.pk).values().get() == before


@pytest.mark.postgres15
@pytest.mark.parametrize("part", OTHERS)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_the_chosen_answer_is_saved_without_losing_other_changes(ruth, draft, cole, part, choice):
    mine = MINE[part] | opened(ruth, *at(draft, part))
    theirs, _ = OTHERS[part]
    save(draft, part, theirs, cole)
    page = ruth.post(*at(draft, part), status=200, **mine)
    asked = set(re.findall(r'name="meanwhile-choice-([a-z_]+)"', page))
    assert ASKED[part] in asked
    ruth.post(*at(draft, part), **hidden(page) | {f"meanwhile-choice-{one}": choice for one in asked})
    now = Referral.objects.get(pk=draft.pk)
    if part == "basis":
        assert now.basis_on == (date(2026, 2, 24) if choice == "mine" else theirs.on)
    elif part == "wanted":
        assert now.outcomes == (["Passes English"] if choice == "mine" else ["Reads every day"])
        assert now.miles == 7, "only the colleague changed it"
        assert now.hours == Decimal(15)
    elif part == "picture":
        assert now.picture == ("Likes goats." if choice == "mine" else "Bakes, and dislikes noise.")
        assert (now.area, now.needs) == ("Lancing", ["SEMH", "SLCN"])
    else:
        assert now.reply_by == (NOW.replace(day=10, hour=9) if choice == "mine" else theirs.reply_by)


def test_two_conflicting_texts_can_be_joined_into_one(ruth, draft, cole):
    mine = MINE["picture"] | opened(ruth, "referral-picture", draft.reference)
    save(draft, "picture", OTHERS["picture"][0], cole)
    page = ruth.post("referral-picture", draft.reference, status=200, **mine)
    ruth.post("referral-picture", draft.reference, **hidden(page) | {"meanwhile-choice-picture": "both"})
    assert Referral.objects.get(pk=draft.pk).picture == "Bakes, and dislikes noise.\nLikes goats."


def test_a_person_who_does_not_choose_is_asked_again_with_both_answers(ruth, draft, cole):
    mine = MINE["picture"] | opened(ruth, "referral-picture", draft.reference)
    save(draft, "picture", OTHERS["picture"][0], cole)
    page = ruth.post("referral-picture", draft.reference, status=200, **mine)
    page = ruth.post("referral-picture", draft.reference, status=200, **hidden(page))
    assert "Choose one answer or join both: Pen picture" in page
    assert "Likes goats." in page
    assert "Bakes, and dislikes noise." in page
    ruth.post("referral-picture", draft.reference, **hidden(page) | {"meanwhile-choice-picture": "mine"})
    assert Referral.objects.get(pk=draft.pk).picture == "Likes goats."


def test_a_further_save_while_the_person_is_choosing_is_shown_as_well(ruth, draft, cole):
    mine = MINE["picture"] | opened(ruth, "referral-picture", draft.reference)
    save(draft, "picture", OTHERS["picture"][0], cole)
    page = ruth.post("referral-picture", draft.reference, status=200, **mine)
    save(draft, "picture", DRAFT_PICTURE._replace(picture="Draws well."), cole)
    page = ruth.post(
        "referral-picture", draft.reference, status=200, **hidden(page) | {"meanwhile-choice-picture": "mine"}
    )
    assert "Draws well." in page
    assert Referral.objects.get(pk=draft.pk).picture == "Draws well."


def test_a_colleagues_change_in_another_section_does_not_cause_a_conflict(ruth, draft, cole):
    mine = MINE["picture"] | opened(ruth, "referral-picture", draft.reference)
    save(draft, "wanted", OTHERS["wanted"][0], cole)
    ruth.post("referral-picture", draft.reference, **mine)
    now = Referral.objects.get(pk=draft.pk)
    assert (now.picture, now.outcomes) == ("Likes goats.", ["Reads every day"])


def test_two_identical_answers_do_not_cause_a_conflict(ruth, draft, cole):
    mine = MINE["picture"] | opened(ruth, "referral-picture", draft.reference)
    save(draft, "picture", DRAFT_PICTURE._replace(picture="Likes goats."), cole)
    ruth.post("referral-picture", draft.reference, **mine)
    assert Referral.objects.get(pk=draft.pk).needs == ["SEMH", "SLCN"]


def test_changing_the_legal_basis_conflicts_with_a_colleagues_save(ruth, scene, draft, cole):
    mine = MINE["basis"] | opened(ruth, "referral-basis", draft.reference, "medical") | {"basis": "medical"}
    save(draft, "basis", LegalBasis("ehc", date(2026, 2, 1)), cole)
    page = ruth.post("referral-basis", draft.reference, "medical", status=200, **mine)
    assert "Named in an education, health and care plan" in page
    sent = hidden(page)
    ruth.post("referral-basis", draft.reference, "medical", **sent | {"meanwhile-choice-basis": "theirs"})
    assert Referral.objects.get(pk=draft.pk).basis == "ehc"
    ruth.post("referral-basis", draft.reference, "medical", **sent | {"meanwhile-choice-basis": "mine"})
    assert Referral.objects.get(pk=draft.pk).basis == "medical"


def test_after_an_invalid_answer_the_form_keeps_the_typed_text_and_the_original_version(ruth, draft, cole):
    mine = MINE["wanted"] | opened(ruth, "referral-wanted", draft.reference)
    save(draft, "wanted", OTHERS["wanted"][0], cole)
    page = ruth.post("referral-wanted", draft.reference, status=200, **mine | {"hours": "many"})
    assert "must be a number" in page
    assert "Passes English" in page
    page = ruth.post(
        "referral-wanted",
        draft.reference,
        status=200,
        **mine | {CONFLICT_BASE_FIELD: hidden(page)[CONFLICT_BASE_FIELD]},
    )
    assert "Your answer and the other answer" in page


@pytest.mark.parametrize("sent", ["", "[]", "not json", json.dumps({"picture": 4})])
def test_a_form_without_its_original_version_asks_before_overwriting(ruth, draft, sent):
    page = ruth.post("referral-picture", draft.reference, status=200, **MINE["picture"] | {CONFLICT_BASE_FIELD: sent})
    assert "Your answer and the other answer" in page
    assert DRAFT_PICTURE.picture in page


@pytest.mark.parametrize(
    ("part", "mine", "theirs"),
    [
        ("basis", DRAFT_BASIS, LegalBasis("ehc", date(2026, 2, 1))),
        ("wanted", DRAFT_WANTED, DRAFT_WANTED._replace(miles=7)),
        ("picture", DRAFT_PICTURE, PenPicture("ks3", ["SEMH"], "K", ["none"], "Worthing", "Draws.")),
        ("who", DRAFT_WHO, InvitationChoice(NOW.replace(day=9))),
    ],
)
def test_the_referral_command_does_not_overwrite_answers_the_person_has_not_seen(scene, cole, part, mine, theirs):
    draft = scene.draft()
    seen = Referral.objects.get(pk=draft.pk)
    save(draft, part, theirs, cole)
    with pytest.raises(EditConflict):
        commands.amend(seen, **{part: mine}, seen=seen, by=scene.ruth, at=NOW)
    other = {"picture": "wanted"}.get(part, "picture")
    commands.amend(
        seen, **{other: {"picture": DRAFT_PICTURE, "wanted": DRAFT_WANTED}[other]}, seen=seen, by=scene.ruth, at=NOW
    )


def test_conflicts_in_a_childs_record_are_handled_the_same_way(ruth, scene, cole):
    where = ("pupil-amend", scene.pupil.reference, "risks")
    base = opened(ruth, *where)
    pupils.amend(scene.pupil, risks="Crowds.", medical="Asthma.", by=cole, at=NOW)
    mine = {"hazards": ["absconding"], "risks": "Loud rooms.", "medical": "", "communication": "Slowly."}
    page = ruth.post(*where, status=200, **mine | base)
    assert "Crowds." in page
    assert "Loud rooms." in page
    ruth.post(*where, **hidden(page) | {"meanwhile-choice-risks": "both"})
    now = Pupil.objects.get(pk=scene.pupil.pk)
    assert (now.risks, now.medical, now.communication) == ("Crowds.\nLoud rooms.", "Asthma.", "Slowly.")


def test_conflicts_in_contacts_and_views_are_handled_the_same_way(ruth, scene, cole):
    known = contact(name="Ivy Farthingale", relation="Aunt")
    aunt = pupils.add_contact(scene.pupil, **known, by=cole, at=NOW)
    where = ("pupil-contact-change", scene.pupil.reference, aunt.pk)
    base = opened(ruth, *where)
    pupils.change_contact(scene.pupil, contact=aunt, views="Content.", telephone="01632 960004", by=cole, at=NOW)
    page = ruth.post(*where, status=200, **known | {"views": "Worried.", "email": "ivy@example.org"} | base)
    assert "Content." in page
    ruth.post(*where, **hidden(page) | {"meanwhile-choice-views": "mine"})
    (now,) = pupils.contacts_of(scene.pupil)
    assert (now.views, now.telephone, now.email) == ("Worried.", "01632 960004", "ivy@example.org")
    where = ("pupil-note-views", scene.pupil.reference)
    base = opened(ruth, *where)
    pupils.note_views(scene.pupil, child_views="Hens.", by=cole, at=NOW)
    page = ruth.post(*where, status=200, **{"child_views": "Goats!"} | base)
    ruth.post(*where, **hidden(page) | {"meanwhile-choice-child_views": "both"})
    assert Pupil.objects.get(pk=scene.pupil.pk).child_views == "Hens.\nGoats!"


def test_conflicts_in_child_protection_information_are_handled_the_same_way(scene):
    lead = person(Role.SAFEGUARDING_LEAD, at=scene.school)
    sal = Pages(lead, "buyer", scene.school.slug)
    where = ("pupil-keep-protection", scene.pupil.reference)
    base = opened(sal, *where)
    kept = {"social_care": "cin", "concerns": "Missing at night.", "plan": "", "social_worker": ""}
    pupils.keep_protection(scene.pupil, **kept, by=lead, at=NOW)
    page = sal.post(*where, status=200, **{"social_care": "", "concerns": "Hungry.", "plan": "Ring first."} | base)
    assert "Missing at night." in page
    assert "You saved this page while you were writing, in another window" in page
    sal.post(*where, **hidden(page) | {"meanwhile-choice-concerns": "both"})


def test_the_record_commands_do_not_overwrite_answers_the_person_has_not_seen(scene, cole):
    aunt = pupils.add_contact(scene.pupil, **contact(name="Ivy Farthingale"), by=cole, at=NOW)
    seen = Pupil.objects.get(pk=scene.pupil.pk)
    pupils.amend(scene.pupil, risks="Crowds.", by=cole, at=NOW)
    with pytest.raises(EditConflict):
        pupils.amend(seen, seen=seen, risks="Loud rooms.", by=scene.ruth, at=NOW)
    pupils.amend(seen, seen=seen, medical="Asthma.", by=scene.ruth, at=NOW)
    pupils.change_contact(scene.pupil, contact=aunt, telephone="01632 960002", by=cole, at=NOW)
    with pytest.raises(EditConflict):
        pupils.change_contact(seen, contact=aunt, seen=aunt, telephone="01632 960003", by=scene.ruth, at=NOW)
    pupils.remove_contact(scene.pupil, contact=aunt, by=cole, at=NOW)
    with pytest.raises(EditConflict):
        pupils.change_contact(seen, contact=aunt, seen=aunt, views="Gone.", by=scene.ruth, at=NOW)
