"""Tests that a withheld address is recognised however it is typed, and that withholding a town alone does not
withhold any home address.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from calloff.pupils import contact_rules as rules
from calloff.pupils.contact_rules import is_home_withheld
from calloff.pupils.same_address import may_be_same_address, parse_address
from tests.factories_placements import PupilContactFactory, PupilFactory

CODE = "BN11 1AA"
SAME_POSTCODE = [  # the same home address, as two people typed it
    ("12 Gorse Lane, West Sussex", "12 Gorse Lane, Worthing"),
    ("12 Gorse Lane, West Sussex", "12 Gorse Lane, Broadwater, Worthing"),
    ("Flat 2, 12 Gorse Lane", "12 Gorse Lane, Flat 2"),
    ("Apartment 2, 12 Gorse Lane, West Sussex", "Flat 2, 12 Gorse Lane, Worthing"),
    ("12A Gorse Lane, West Sussex", "12 Gorse Lane, Worthing"),
    ("12 Gorse Lne, West Sussex", "12 Gorse Lane, Worthing"),
    ("12 Grose Lane", "12 Gorse Lane, Worthing"),
    ("Flat Two, 12 Gorse Lane", "Flat 2, 12 Gorse Lane"),
    ("12/2 Gorse Lane, Worthing", "Flat 2, 12 Gorse Lane"),
    ("Flat 2 (rear), 12 Gorse Lane", "Flat 2, 12 Gorse Lane, Worthing"),
    ("c/o Crane, 12 Gorse Lane", "12 Gorse Lane, Worthing"),
    ("Saint Annes House, 12 Gorse Lane", "St Anne’s House, Gorse Lane"),
    ("Twelve Gorse Lane", "12 Gorse Lane"),
    ("Flat 2, Gorse Court", "12 Gorse Lane"),
    ("2nd Floor, Gorse Court", "12 Gorse Lane"),
    ("10-14 Gorse Lane", "12 Gorse Lane"),
    ("Rose Cottage, Gorse Lane, since 2019", "12 Gorse Lane"),
    ("Rose Cottage, call 01632 960 301", "12 Gorse Lane"),
    ("Worthing", "12 Gorse Lane"),
    ("", "12 Gorse Lane"),
    ("Lil Cottage, Gorse Lane", "12 Gorse Lane"),
]
AS_TYPED = [  # the same house number, with and without a postcode
    ("012 Gorse Lane", "12 Gorse Lane"), ("0012, Gorse Lane", "12 Gorse Lane"), ("1 2 Gorse Lane", "12 Gorse Lane"),
    ("1 0 3 Gorse Lane", "103 Gorse Lane"), ("l2 Gorse Lane", "12 Gorse Lane"), ("I2 Gorse Lane", "12 Gorse Lane"),
    ("1O Gorse Lane", "10 Gorse Lane"), ("12l Gorse Lane", "121 Gorse Lane"), ("12l Gorse Lane", "12 Gorse Lane"),
    ("4O1 Gorse Lane", "401 Gorse Lane"), ("O7 Gorse Lane", "7 Gorse Lane"), ("l Gorse Lane", "1 Gorse Lane"),
    ("Il Gorse Lane", "11 Gorse Lane"), ("Flat 3, l2 Gorse Lane", "012 Gorse Lane"),
    ("l2 Gorse Lane, Worthing", "1 2 Gorse Lane"), ("010 - 014 Gorse Lane", "12 Gorse Lane"),
]  # fmt: skip
NOT_AS_TYPED = [
    ("1 2 Gorse Lane", "22 Gorse Lane"), ("l2 Gorse Lane", "2 Gorse Lane"), ("012 Gorse Lane", "102 Gorse Lane"),
    ("Flat 1 2 Gorse Lane", "12 Gorse Lane"), ("Flat 1, 2 Gorse Lane", "12 Gorse Lane"),
    ("1O Gorse Lane", "100 Gorse Lane"), ("120 Gorse Lane", "12 Gorse Lane"),
]  # fmt: skip
SAME_WITHOUT = [  # addresses that cannot be compared by postcode
    ("Flat 2, 12 Gorse Lane", "12 Gorse Lane, Flat 2, Worthing"), ("Twelve Gorse Lane", "12 Gorse Ln"),
    ("Twenty-two Gorse Lane", "22 Gorse Lane"), ("12 GorseLane", "12, gorse lane, Worthing"),
    ("Rose Cottage, Gorse Lane", "Rose Cottage, Worthing"), ("Flat 1, Rose Court", "Flat 1 Rose Court, Worthing"),
    ("Rose Court, Gorse Lane", "12 Rose Court"), ("12 St Anne's Road", "12 Saint Annes Rd"),
    ("Orchard View", "Orchard View, Gorse Lane"), ("The Rectory, Worthing", "Rectory, Gorse Lane"),
    ("Gorse Lane 12", "12 Gorse Lane"),
    ("12 Gorse Lane, BN11", "12 Gorse Lane"),
]  # fmt: skip
OTHER_WITHOUT = [
    ("Worthing", "12 Gorse Lane, Worthing"), ("West Sussex", "12 Gorse Lane, West Sussex"), ("1", "1 Gorse Lane"),
    ("12", "12"), ("Worthing", "Worthing"), ("12 Gorse Lane, Worthing", "12 Oak Road, Worthing"), ("", ""),
    ("Gorse Lane", "12 Gorse Lane"), ("12 Gorse Lane", "14 Gorse Lane"), ("Flat 2", "Flat 2, 12 Gorse Lane"),
    ("Rose Cottage, Gorse Lane", "Oak Cottage, Gorse Lane"), ("Worthing BN11", "12 Gorse Lane, Worthing BN11"),
    ("2 Gorse Lane", "12 Gorse Lane"), ("Lane", "12 Gorse Lane"), ("House", "12 House Lane"),
    ("Mill Lane", "Mill Cottage, Worthing"),
]  # fmt: skip


def same(one, other):
    found = {
        may_be_same_address(parse_address(*one), parse_address(*other)),
        may_be_same_address(parse_address(*other), parse_address(*one)),
    }
    assert len(found) == 1, "it goes both ways"
    return found.pop()


@pytest.mark.parametrize(("one", "other"), SAME_POSTCODE)
def test_county_and_flat_and_spelling_do_not_matter_if_the_postcode_is_the_same(one, other):
    assert same((one, CODE), (other, "bn111aa"))
    assert same((f"{one}, {CODE}", ""), (other, CODE))


@pytest.mark.parametrize("codes", [(CODE, CODE), ("", ""), (CODE, "BN11 1AB")])
def test_an_address_number_is_recognised_in_any_format(codes):
    for one, other in AS_TYPED:
        assert same((one, codes[0]), (other, codes[1])), (one, other)
    for one, other in NOT_AS_TYPED:
        assert not same((one, codes[0]), (other, codes[1])), (one, other)


def test_text_with_only_digits_is_quickly_rejected_as_an_address():
    for text in ("1" * 20000, "1 " * 10000, "l" * 20000, "0" * 20000):
        assert not same((text, ""), ("12 Gorse Lane", ""))


@pytest.mark.parametrize(("one", "other"), SAME_WITHOUT)
@pytest.mark.parametrize("codes", [("", ""), (CODE, ""), (CODE, "BN11 1AB"), (CODE, "BN1 1AB"), (CODE, "BN11 1A")])
def test_a_house_name_or_number_and_street_match_if_the_postcode_differs_slightly(one, other, codes):
    assert same((one, codes[0]), (other, codes[1]))


@pytest.mark.parametrize(("one", "other"), OTHER_WITHOUT)
@pytest.mark.parametrize("codes", [("", ""), (CODE, ""), (CODE, "BN11 1AB")])
def test_a_town_or_a_number_or_a_street_on_its_own_does_not_match(one, other, codes):
    assert not same((one, codes[0]), (other, codes[1]))


@pytest.mark.parametrize("text", ["12 Gorse Lane", "Rose Cottage, Gorse Lane", ""])
def test_addresses_with_very_different_postcodes_are_different_places(text):
    assert not same((text, CODE), (text, "BN12 4GH"))


@pytest.mark.parametrize("text", ["14 Gorse Lane", "Flat 2, 14 Gorse Lane", "2 Gorse Lane"])
def test_another_number_in_the_same_postcode_is_a_different_place(text):
    assert not same((text, CODE), ("12 Gorse Lane", CODE))


STREETS = some.sampled_from(
    ["Gorse Lane", "St Anne's Road", "Station Rd", "Upper High Street", "The Drive", "Elm Close"]
)
TOWNS = some.sampled_from(["", "Worthing", "West Sussex", "Broadwater, Worthing", "Worthing, West Sussex, England"])
FORMS = some.sampled_from([
    "{n} {street}, {town}", "{n}, {street}\r\n{town}", "{n}A {street} {town}", "Flat 301, {n} {street}, {town}",
    "{n} {street}, Flat 301, {town}", "Room 301 (rear), {n} {street}", "The Refuge\n{n} {street}\n{town}",
    "c/o Mrs Crane, {n} {street}", "No. {n}, {street}", "301/{n} {street}, {town}",
])  # fmt: skip
MARKS = some.sampled_from([str, str.upper, str.lower, lambda text: text.replace(" ", "  "), lambda text: f" {text}. "])
CODES = some.sampled_from([("", ""), (CODE, CODE), (CODE, ""), ("", CODE), (CODE, "bn11 1ab"), (CODE, "BN1 1AA")])
NUMBERS = some.integers(1, 300)


@given(number=NUMBERS, street=STREETS, how=some.tuples(*[some.tuples(FORMS, MARKS, TOWNS)] * 2), codes=CODES)
def test_any_two_ways_of_typing_the_same_address_match(number, street, how, codes):
    one, other = (marks(form.format(n=number, street=street, town=town)) for form, marks, town in how)
    assert same((one, codes[0]), (other, codes[1]))


@given(
    numbers=some.lists(NUMBERS, min_size=2, max_size=2, unique=True), street=STREETS, codes=CODES,
    how=some.tuples(*[some.tuples(FORMS.filter(lambda form: "301" not in form), MARKS, TOWNS)] * 2),
)  # fmt: skip
def test_addresses_with_different_numbers_are_different_places_however_they_are_typed(numbers, street, codes, how):
    one, other = (
        marks(form.format(n=number, street=street, town=town))
        for number, (form, marks, town) in zip(numbers, how, strict=True)
    )
    assert not same((one, codes[0]), (other, codes[1]))


def test_withholding_a_town_as_a_contacts_address_withholds_no_other_home(cast):
    PupilContactFactory(pupil=PupilFactory(buyer=cast.school), lives_with_child="no", address="Worthing", postcode="",
                   address_withheld="refuge")  # fmt: skip
    homes = ["12 Gorse Lane, Worthing", "Rose Cottage, Worthing"]
    children = [PupilFactory(buyer=cast.school, address=one, postcode=CODE, address_withheld="no") for one in homes]
    assert [is_home_withheld(one) for one in children] == [False, False]


def test_the_record_says_why_the_home_address_is_withheld_without_naming_another_pupil(cast):
    child = PupilFactory(buyer=cast.school, address="12 Gorse Lane, West Sussex", postcode=CODE, address_withheld="no")
    own = PupilContactFactory(
        pupil=child, name="Anneke Crane", lives_with_child="no", address="12 Gorse Lane, Worthing", postcode=CODE,
        address_withheld="refuge",
    )  # fmt: skip

    def read():
        return rules.shown_home_address(child, rules.RECORD_PLACE)[0]

    why = "withheld. Do not give this address to anyone. "
    assert read().endswith(f"({why}It matches a withheld address of a contact, Anneke Crane)")
    own.lives_with_child, own.address = "not_known", ""
    own.save()
    assert read().endswith(
        f"({why}The address of a contact, Anneke Crane, must be withheld, and the child might live there)"
    )
    own.delete()
    assert read() == "12 Gorse Lane, West Sussex"
    other = PupilFactory(
        buyer=cast.school, family_name="Elsewhere", address="12 Gorse Lne", postcode=CODE, address_withheld="foster"
    )
    assert read().endswith(f"({why}It matches a withheld address on another pupil’s record)")
    assert other.family_name not in read()
    assert rules.shown_home_address(child, rules.OFFER_PACK_PLACE)[1] == "Withheld"
