"""Tests for scenario 115: who can be told about a child, and which contact details are printed where."""

from datetime import date, timedelta

import pytest

from calloff.people.permissions import Can
from calloff.pupils import contact_rules as rules
from calloff.pupils import queries
from calloff.pupils.contact_rules import CONTACT_PLACES, SHEET_PLACE, ContactAudience, TellingTopic, may_be_told
from calloff.pupils.models import AddressWithholding, PupilContact
from calloff.pupils.same_address import may_be_same_address, parse_address
from calloff.pupils.states import DisclosureStage
from tests.factories import NOW
from tests.factories_placements import PupilContactFactory, PupilFactory, disclose

TODAY = NOW.date()
HOME, POSTCODE = "12 Gorse Lane", "BN11 1AA"
ORDER = {"order": "yes", "order_who": "the child", "order_what": "No contact"}


def allowed(contact, topic, on=TODAY):
    return may_be_told(contact, topic, on).allowed


@pytest.mark.parametrize(
    ("said", "called", "given_a_copy"),
    [
        ({}, True, True),
        ({"responsibility": "no"}, True, False),
        ({"responsibility": "not_known"}, True, False),
        ({"order": "not_known"}, True, False),
        (ORDER, False, False),
        (ORDER | {"order_until": TODAY}, False, False),
        (ORDER | {"order_until": TODAY - timedelta(days=1)}, True, True),
        ({"do_not_contact": True, "do_not_contact_reason": "x"}, False, False),
        ({"lives_with_child": "no", "address_withheld": "refuge"}, True, True),
    ],
    ids=["may be told", "no responsibility", "not asked", "order not asked", "order", "last day of the order",
         "order is over", "do not contact", "address withheld"],
)  # fmt: skip
def test_rules_decide_which_contacts_can_be_called_and_which_can_get_a_copy(pupil, said, called, given_a_copy):
    contact = PupilContactFactory(pupil=pupil, rank=2, **said)
    assert allowed(contact, TellingTopic.EMERGENCY) == called
    assert allowed(contact, TellingTopic.RECORDS) == given_a_copy


def test_if_a_contact_cannot_get_a_copy_the_page_shows_the_reason(pupil):
    contact = PupilContactFactory(pupil=pupil, rank=2, name="Alban Fenwright", responsibility="not_known")
    why = may_be_told(contact, TellingTopic.RECORDS, TODAY).why_not
    assert why == "No one has recorded whether Alban Fenwright has parental responsibility."
    assert may_be_told(contact, TellingTopic.EMERGENCY, TODAY).why_not == ""


@pytest.fixture
def apart(cast):
    """Return a child whose mother is in a refuge and whose father lives elsewhere, each with their own views."""
    child = PupilFactory(
        buyer=cast.school, address=HOME, postcode=POSTCODE, address_withheld="no", parent_views="Nameless words"
    )
    mother = PupilContactFactory(
        pupil=child, rank=1, name="Anneke Crane", telephone="01632 960301", address_withheld="refuge",
        views="Mother’s words", email="anneke@example.org",
    )  # fmt: skip
    father = PupilContactFactory(
        pupil=child, rank=2, name="Joost Crane", relation="Father", telephone="01632 960302", lives_with_child="no",
        address="7 Made-up Mews", postcode="BN12 4AB", views="Father’s words",
    )  # fmt: skip
    for stage, needs in ((DisclosureStage.OFFERED, Can.ANSWER_REFERRALS), (DisclosureStage.PLACED, Can.TAKE_REGISTER)):
        disclose(child, to=cast.provider, needs=needs, stage=stage, purpose="x", source=f"S-{stage}", at=NOW)
    disclose(
        child, to=cast.authority, needs=Can.KNOW_CHILD, stage=DisclosureStage.TOLD, purpose="x", source="T", at=NOW
    )
    return child, mother, father


def printed(cast, child, place, to=None):
    """Return everything that a place prints, as one string for each of its readers."""
    person, acting_for = {
        ContactAudience.KEEPERS: (cast.ruth, cast.school),
        ContactAudience.PERSON: (cast.ruth, cast.school),
        ContactAudience.PROVIDER: (cast.ada, cast.provider),
        ContactAudience.AUTHORITY: (cast.nina, cast.authority),
    }[place.audience]
    return str(
        queries.pupil_pack(
            child, place=place, to=to, person=person, acting_for=acting_for, purpose="x", at=NOW
        ).__dict__
    )


FORBIDDEN = {
    # The child's mother is in a refuge and the father lives elsewhere. Both of them can be called.
    ContactAudience.KEEPERS: (),
    ContactAudience.PROVIDER: (HOME, POSTCODE, "Made-up Mews", "BN12", "anneke@"),
    ContactAudience.AUTHORITY: (HOME, POSTCODE, "Made-up Mews", "BN12", "anneke@", "words", "96030", "Crane"),
    ContactAudience.PERSON: (HOME, POSTCODE, "Made-up Mews", "BN12", "anneke@", "words", "96030", "Crane"),
}


@pytest.mark.parametrize("place", CONTACT_PLACES, ids=str)
def test_contact_details_that_are_withheld_appear_nowhere(cast, apart, place):
    text = printed(cast, apart[0], place)
    assert [words for words in FORBIDDEN[place.audience] if words in text] == []


def test_neither_parent_can_see_what_the_other_said_or_their_numbers_or_addresses(cast, apart):
    child, mother, father = apart
    to_mother, to_father = printed(cast, child, SHEET_PLACE, mother), printed(cast, child, SHEET_PLACE, father)
    assert "Mother’s words" in to_mother
    assert not [one for one in ("Joost", "Father’s words", "960302", "Made-up Mews", "Nameless") if one in to_mother]
    assert "Father’s words" in to_father
    assert "Made-up Mews" in to_father, "it is his own"
    others = ("Anneke", "Mother’s words", "960301", HOME, POSTCODE, "anneke@", "Nameless", "refuge")
    assert not [one for one in others if one in to_father]


def test_a_home_address_is_printed_only_for_people_who_live_there(cast, apart):
    child, mother, father = apart
    mother.address_withheld = AddressWithholding.NO
    mother.save()
    assert HOME in printed(cast, child, SHEET_PLACE)
    assert HOME in printed(cast, child, SHEET_PLACE, mother)
    assert HOME not in printed(cast, child, SHEET_PLACE, father)
    assert HOME in printed(cast, child, rules.OFFER_PACK_PLACE)


@pytest.mark.parametrize("why", AddressWithholding.reasons())
def test_the_childs_record_can_withhold_the_home_address_as_well(cast, pupil, why):
    pupil.contacts.update(address_withheld="no")
    pupil.address_withheld = why
    disclose(
        pupil,
        to=cast.provider,
        needs=Can.ANSWER_REFERRALS,
        stage=DisclosureStage.OFFERED,
        purpose="x",
        source="S",
        at=NOW,
    )
    text = printed(cast, pupil, rules.OFFER_PACK_PLACE)
    assert "Gorse Lane" not in text
    assert "Withheld. Ask" in text
    kept = printed(cast, pupil, rules.RECORD_PLACE)
    assert "Gorse Lane" in kept
    assert "withheld. Do not give this address to anyone" in kept


HIDDEN = ("77 Hidden Lane", "BN11 1LG")
SAME = [
    HIDDEN, ("77 hidden  LANE,", ""), ("77, Hidden-Lane\r\nWorthing", "bn111lg"), ("77 Hidden Ln\nBN11 1LG", ""),
    ("The Refuge\n77 Hiddén Lane.", "BN11 1LG"), ("77 HiddenLane", "BN11 1LG"), ("", "BN11 1LG"),
]  # fmt: skip
SHOWN = {"danger-at-provider", "offer-pack", "parent-letter", "placed-pack", "placed", "register", "sheet"}
OTHER = [("78 Hidden Lane", "BN11 1LG"), ("77 Hidden Lane", "BN12 4AB"), ("7 Hidden Lane", ""), ("", "")]


def readers(cast, pupil):
    give = {"purpose": "x", "at": NOW}
    for stage, needs in ((DisclosureStage.OFFERED, Can.ANSWER_REFERRALS), (DisclosureStage.PLACED, Can.TAKE_REGISTER)):
        disclose(pupil, to=cast.provider, needs=needs, stage=stage, source=f"S-{stage}", **give)
    disclose(pupil, to=cast.authority, needs=Can.KNOW_CHILD, stage=DisclosureStage.TOLD, source="T", **give)


def where_printed(cast, pupil, to, words):
    """Return the places that print any part of an address, with their readers."""
    readers(cast, pupil)
    places = [one for one in CONTACT_PLACES if one.audience != ContactAudience.KEEPERS]
    return {str(one) for one in places for reader in (None, to) if words in printed(cast, pupil, one, reader)}


def lives_apart(cast, home, **mother):
    """Return a child who lives with the father, and the child's mother, whose address must be withheld."""
    text, postcode = home
    child = PupilFactory(buyer=cast.school, address=text, postcode=postcode, address_withheld="no")
    usual = {"lives_with_child": "no", "address": HIDDEN[0], "postcode": HIDDEN[1], "address_withheld": "refuge"}
    PupilContactFactory(pupil=child, name="Anneke Crane", **usual | mother)
    return child, PupilContactFactory(pupil=child, name="Joost Crane", lives_with_child="yes")


@pytest.mark.parametrize("lives", ["yes", "not_known"])
def test_a_home_address_is_withheld_if_a_contact_with_a_withheld_address_might_live_there(cast, lives):
    child, father = lives_apart(cast, (HOME, POSTCODE), lives_with_child=lives, address="", postcode="")
    assert where_printed(cast, child, father, HOME) == set()
    child.contacts.exclude(pk=father.pk).update(lives_with_child="no")
    assert where_printed(cast, child, father, HOME) == SHOWN


def test_a_home_address_is_withheld_until_someone_records_that_it_can_be_given(cast):
    child, father = lives_apart(cast, (HOME, POSTCODE), address_withheld="no")
    child.address_withheld = "not_known"
    child.save()
    assert where_printed(cast, child, father, HOME) == set()
    assert "No one has recorded whether this address must be withheld" in printed(cast, child, rules.RECORD_PLACE)


@pytest.mark.parametrize("home", [one for one in SAME if one[0]], ids=str)
def test_a_home_that_matches_a_contacts_withheld_address_in_any_spelling_is_withheld(cast, home):
    child, father = lives_apart(cast, home)
    assert where_printed(cast, child, father, home[0]) == set()
    assert not rules.whereabouts_for(child, SHEET_PLACE, to=child.contacts.first()).provision


@pytest.mark.parametrize("home", [one for one in OTHER if one[0]], ids=str)
def test_a_home_address_is_printed_if_it_matches_no_withheld_address(cast, home):
    child, father = lives_apart(cast, home)
    assert where_printed(cast, child, father, home[0]) == SHOWN


@pytest.mark.parametrize("withheld", ["the other child", "a contact of the other child"])
def test_a_home_address_withheld_in_another_childs_record_at_the_school_is_withheld(cast, withheld):
    where = {"address": HIDDEN[0].upper(), "postcode": HIDDEN[1]}
    child, father = lives_apart(cast, HIDDEN, address_withheld="no", address="", postcode="")
    own = where | {"address_withheld": "foster"} if withheld == "the other child" else {}
    sibling = PupilFactory(buyer=cast.school, **own)
    if not own:
        PupilContactFactory(pupil=sibling, lives_with_child="no", address_withheld="refuge", **where)
    assert where_printed(cast, child, father, HIDDEN[0]) == set()
    sibling.delete() if own else sibling.contacts.all().delete()
    PupilFactory(**where, address_withheld="foster")
    assert where_printed(cast, child, father, HIDDEN[0]), "another school's record says nothing here"


def test_a_contacts_address_is_printed_unless_it_matches_another_contacts_withheld_address(cast):
    child, father = lives_apart(cast, (HOME, POSTCODE))
    mother = child.contacts.exclude(pk=father.pk).get()
    assert HIDDEN[0] in printed(cast, child, SHEET_PLACE, mother), "her own"
    father.address, father.postcode = "77 hidden lane", "BN11 1LG"
    father.save()
    assert "hidden lane" not in printed(cast, child, SHEET_PLACE, father)


@pytest.mark.parametrize(("text", "postcode"), SAME)
def test_different_spellings_are_recognised_as_the_same_address(text, postcode):
    assert may_be_same_address(parse_address(*HIDDEN), parse_address(text, postcode))
    assert may_be_same_address(parse_address(text, postcode), parse_address(*HIDDEN))


@pytest.mark.parametrize(("text", "postcode"), OTHER)
def test_an_address_with_another_number_or_postcode_or_with_no_text_does_not_match(text, postcode):
    assert not may_be_same_address(parse_address(*HIDDEN), parse_address(text, postcode))
    assert not may_be_same_address(parse_address(text, postcode), parse_address(*HIDDEN))


def test_a_provider_sees_who_must_not_be_contacted_but_not_their_number(cast, apart):
    child, _, father = apart
    father.do_not_contact, father.do_not_contact_reason = True, "Said by the police"
    father.order, father.order_what, father.order_until = "yes", "Must not come to the site", date(2026, 12, 31)
    father.save()
    for place in (rules.OFFER_PACK_PLACE, rules.PLACED_PACK_PLACE):
        shown = {one.name: one for one in rules.contacts_for(child, place, TODAY)}
        assert shown["Joost Crane"].telephone == ""
        assert shown["Joost Crane"].limits == (
            "Do not contact",
            "Court order limits contact, until the end of Thursday 31 December 2026. "
            "The order does not allow: Must not come to the site",
        )
        assert shown["Anneke Crane"].telephone == "01632 960301"
        text = printed(cast, child, place)
        assert "960302" not in text
        assert "police" not in text
        assert "Father’s words" not in text


@pytest.mark.postgres15
def test_a_person_who_must_not_be_contacted_is_never_on_a_call_list(cast, apart, django_assert_num_queries):
    child, mother, father = apart
    father.order, father.order_what = "yes", "Must not come within 100 m of the home"
    father.save()
    over = {"order": "yes", "order_what": "Over", "order_until": TODAY - timedelta(days=1)}
    PupilContact.objects.filter(pk=mother.pk).update(**over)
    for place in (rules.RECORD_PLACE, rules.OFFER_PACK_PLACE, rules.PLACED_PACK_PLACE):
        shown = {one.name: one.can_be_contacted for one in rules.contacts_for(child, place, TODAY)}
        assert shown == {"Anneke Crane": True, "Joost Crane": False}
    with django_assert_num_queries(1):
        found = rules.shown_people_not_to_contact(
            [child, PupilFactory.build(pk=0, buyer=child.buyer)], rules.REGISTER_PLACE, TODAY
        )
    assert {key: [(one.name, one.telephone) for one in those] for key, those in found.items()} == {
        child.pk: [("Joost Crane", "")]
    }
    assert rules.shown_people_not_to_contact([child], rules.RECORD_PLACE, TODAY) == {}, "its own page shows them all"


def test_people_who_edit_the_record_see_all_its_contacts_and_their_restrictions(cast, apart):
    child, mother, _ = apart
    shown = rules.contacts_for(child, rules.RECORD_PLACE, TODAY)
    assert shown[0].limits == ("Address withheld: refuge. Do not give it to anyone.",)
    assert (shown[0].telephone, shown[1].address) == (mother.telephone, "7 Made-up Mews, BN12 4AB")


def test_a_copy_for_a_contact_of_another_child_does_not_list_any_contacts(cast, apart):
    stranger = PupilContactFactory(pupil=PupilFactory(buyer=cast.school), name="Somebody Else", views="Other words")
    text = printed(cast, apart[0], SHEET_PLACE, stranger)
    assert not [one for one in ("Somebody", "Other words", "Crane", HOME) if one in text]
