"""Tests for scenario 37: text that could identify a child is marked before it is sent."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.kernel.codes import UPN_LETTERS, upn_check_letter
from calloff.pupils import reidentification
from calloff.pupils.models import Pupil, PupilContact
from calloff.pupils.reidentification import (
    EVERYDAY_NAMES,
    NAME_PARTICLES,
    PERSON_TITLES,
    count_similar_children,
    find_child_numbers,
    find_identifying_text,
    format_what_must_go,
)
from calloff.registers.models import School
from tests.factories import SchoolOrganisationFactory
from tests.factories_placements import PupilContactFactory, PupilFactory

SLOW = settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
BEFORE, AFTER = "A creative young person. ", " enjoys animals and finds large groups hard."


def find_marks(text, pupil):
    return [(text[mark.start : mark.end], mark.why) for mark in find_identifying_text(text, pupil)]


def why(text, pupil):
    return [reason for _, reason in find_marks(text, pupil)]


@pytest.fixture
def child(cast):
    made = PupilFactory(
        buyer=cast.school, given_name="Zoë-Jane", family_name="O’Brien Thistlewood", known_as="Jazz",
        postcode="BN11 1AA", address="12 Gorse Lane\nFelpersham",
    )  # fmt: skip
    PupilContactFactory(pupil=made, rank=1, name="Mrs Marigold de la Haye")
    return made


def test_a_pen_picture_without_identifying_words_is_accepted(child):
    text = (
        "A year 9 pupil who may struggle after lunch, loves art, and will ask for help. Attends 15 hours over 3 days "
        "a week; 24/7 support is not needed. Ratio 1:4. Since September 2025 a mark of trust is time outdoors. The "
        "plan of 2024/25 asked for 1.5 hours of speech therapy. Costs 45.50 an hour; 100 per cent funded."
    )
    assert find_marks(text, child) == []


@pytest.mark.parametrize(
    "text",
    [
        "Zoë-Jane", "zoe-jane", "ZOE JANE", "Zoe", "Jane's", "zoë’s", "O'Brien", "OBRIEN", "O’Brien's", "Thistlewoods",
        "the Thistlewoods'", "jazz", "JAZZ'S", "Marigold", "mrs HAYE", "de la Haye", "Zoe\nJane", "Jazz/Zoe", "(Jazz)",
        "_Jazz_",
    ],
)  # fmt: skip
def test_recorded_names_are_found_in_any_spelling(child, text):
    assert set(why(f"{BEFORE}{text}{AFTER}", child)) == {"a name"}


@pytest.mark.parametrize("text", ["jazzy", "Haystack", "de la", "Mrs", "mum", "janeway", "zoetrope"])
def test_a_name_inside_a_longer_word_or_in_a_title_does_not_count_as_a_name(child, text):
    assert find_marks(f"{BEFORE}{text}{AFTER}", child) == []


def test_the_schools_name_is_found_with_or_without_words_such_as_academy(cast):
    school = SchoolOrganisationFactory(name="St Wilfrid’s Bourne Community College", urn=123456)
    School.objects.create(urn=123456, name="Wilfrid's Bourne", la_code="938", standing="Open", kind="x", la_name="y")
    child = PupilFactory(buyer=school)
    for text in ("St Wilfrid's Bourne Community College", "st wilfrids bourne", "Wilfrid's Bourne", "WILFRID’S BOURNE"):
        assert "the name of a school" in why(f"{BEFORE}At {text}{AFTER}", child)
    assert why("goes to college in the community", child) == []


def test_an_everyday_word_counts_as_a_name_only_if_it_has_a_capital_letter(cast):
    will = PupilFactory(buyer=cast.school, given_name="Will", family_name="May")
    assert find_marks("Will will try; WILL may. May's will", will) == [
        ("Will", "a name"), ("WILL", "a name"), ("May's", "a name"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A938400112345", "a unique pupil number"), ("a938 4001 1234 5", "a unique pupil number"),
        ("A93840011234B", "a unique pupil number"),
        ("943 476 5919", "an NHS number"), ("9434765919", "an NHS number"), ("943-476-5919", "an NHS number"),
        ("14/05/2012", "a date"), ("14.5.12", "a date"), ("2012-05-14", "a date"), ("14 May", "a date"),
        ("14th of may 2012", "a date"), ("May 14th", "a date"), ("Sept. 3, 2012", "a date"), ("1st jan '12", "a date"),
        ("5/14/2012", "a date"),
        ("01632 960001", "a telephone number"), ("+44 (0)7700 900123", "a telephone number"),
        ("07700-900-123", "a telephone number"), ("(01632) 960 001", "a telephone number"),
        ("0044 7700 900123", "a telephone number"),
        ("j.t+x@example.org", "an email address"), ("jt @ example.org", "an email address"),
        ("BN11 1AA", "a postcode"), ("bn111aa", "a postcode"), ("SW1A 2AA", "a postcode"),
        ("12 gorse lane", "an address"),
    ],
)  # fmt: skip
def test_telephone_numbers_dates_and_addresses_are_found(child, text, reason):
    whole = f"{BEFORE}{text}.{AFTER}"
    assert find_marks(whole, child) == [(text, reason)]


@pytest.mark.parametrize("text", ["943 476 5918", "1234567890", "year 9", "BN11", "99/99/2012", "24/7", "3-4-5", "07"])
def test_harmless_text_that_looks_similar_is_accepted(child, text):
    assert find_marks(f"{BEFORE}{text}{AFTER}", child) == []


def test_the_message_lists_each_kind_of_identifying_text_once(child):
    marks = find_identifying_text("Jazz, BN11 1AA, Zoe", child)
    words = "Remove the marked words. A provider could work out who the pupil is from a name and a postcode."
    assert format_what_must_go(marks) == words
    assert "We cannot detect other names" in reidentification.NOT_DETECTED_ADVICE


NAMES = st.text(alphabet=string.ascii_letters + "éëöÅñ", min_size=3, max_size=12).filter(
    lambda name: name.lower() not in {*EVERYDAY_NAMES.split(), *NAME_PARTICLES.split(), *PERSON_TITLES.split()}
)
CASES = st.sampled_from([str, str.upper, str.lower, str.title])
ENDINGS = st.sampled_from(["", "'s", "’s", "s", "'", "’"])
EDGES = st.sampled_from([" ", "\n", "(", "-", "“", ", ", "/"])


@SLOW
@given(name=NAMES, of=st.sampled_from(["given_name", "family_name", "known_as", "contact"]), edge=EDGES,
       how=st.tuples(CASES, ENDINGS))  # fmt: skip
def test_a_recorded_name_is_found_in_capitals_or_small_letters_and_as_a_possessive(db, name, of, how, edge):
    case, ending = how
    pupil = PupilFactory(given_name="Qqq", family_name="Www")
    if of == "contact":
        PupilContact.objects.create(pupil=pupil, rank=1, name=name, relation="Aunt", telephone="1")
    else:
        Pupil.objects.filter(pk=pupil.pk).update(**{of: name})
        pupil.refresh_from_db()
    written = case(name) + ending
    text = f"Likes to be with{edge}{written}{edge}after lunch."
    start = text.index(written)
    assert any(
        mark.start <= start and start + len(case(name)) <= mark.end for mark in find_identifying_text(text, pupil)
    )


@SLOW
@given(rest=st.text("0123456789", min_size=11, max_size=11), last=st.sampled_from("0123456789" + UPN_LETTERS),
       case=st.sampled_from([str.upper, str.lower]), space=st.sampled_from(["", " "]))  # fmt: skip
def test_a_unique_pupil_number_is_found_in_any_format(db, rest, last, case, space):
    number = upn_check_letter(rest + last) + rest + last
    written = case(number[:4] + space + number[4:])
    assert "a unique pupil number" in why(f"Number {written}, he says", PupilFactory())


@SLOW
@given(text=st.text(max_size=300))
def test_any_text_can_be_checked_and_matches_are_returned_in_order(db, text):
    pupil = PupilFactory(given_name="Jazz", family_name="İpek")
    marks = find_identifying_text(text, pupil)
    edges = [edge for mark in marks for edge in (mark.start, mark.end)]
    assert edges == sorted(edges)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)


def test_similar_children_are_counted_across_all_schools_in_an_authority(cast):
    child = PupilFactory(buyer=cast.school)
    other_school = SchoolOrganisationFactory(host=cast.authority)
    PupilFactory(buyer=other_school)
    for different in ({"year_group": 8}, {"sex": "M"}, {"needs": ["ASD", "SEMH"]}, {"status": "left"}):
        PupilFactory(buyer=other_school, **different)
    PupilFactory()
    assert count_similar_children(child) == 2
    assert reidentification.FEW_CHILDREN == 10


def test_children_with_no_recorded_needs_are_also_counted_as_similar(cast):
    child = PupilFactory(buyer=cast.school, needs=[])
    PupilFactory(buyer=cast.school)
    assert count_similar_children(child) == 1


@pytest.fixture
def lukasz(cast):
    school = SchoolOrganisationFactory(name="Durrington Hill High School")
    return PupilFactory(buyer=school, given_name="Łukasz", family_name="Wójcik", known_as="")


DISGUISED = [
    "Lukasz", "LUKASZ", "Łukasz", "Lu\u00adkasz", "Lu\u200bkasz", "Lu\u2060kasz", "\u202eLukasz", "Luk\u0430sz",
    "Lukаѕz",
    "lukaszwojcik", "LukaszWojcik", "wojcik.lukasz", "Wojcik_Lukasz", "mylukaszwojcikfile", "lukasz2013", "L u k a s z",
    "L-u-k-a-s-z", "L.Wójcik", "lwojcik", "Ｌｕｋａｓｚ", "𝓛𝓾𝓴𝓪𝓼𝔃", "Lukasz’s",
    "L\u0336u\u0336k\u0336a\u0336s\u0336z\u0336", "Lukas\u030cz",
]  # fmt: skip


@pytest.mark.parametrize("text", DISGUISED)
def test_a_name_written_with_lookalike_letters_is_found(lukasz, text):
    assert why(f"{BEFORE}{text}{AFTER}", lukasz) == ["a name"], ascii(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Sørine", "Sorine"), ("Sørine", "Soerine"), ("Jörg", "Joerg"), ("Jörg", "Jorg"), ("Đorđe", "Dorde"),
        ("Þóra", "Thora"), ("Æthel", "Aethel"), ("Weiß", "Weiss"), ("Ħamrun", "Hamrun"), ("Iŋga", "Ingga"),
        ("Yıldız", "Yildiz"), ("Œdile", "Oedile"), ("Ðavid", "David"), ("Nguyễn", "Nguyen"), ("José", "JOSE"),
        ("Katherine", "Kate"), ("Kate", "Katherine"), ("William", "Bill"), ("Mohammed", "Mo"), ("Иван", "иван"),
    ],
)  # fmt: skip
def test_a_name_is_found_without_its_accents_and_in_its_short_form(cast, name, text):
    assert why(f"{BEFORE}{text}{AFTER}", PupilFactory(buyer=cast.school, given_name=name)) == ["a name"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3 / 5 / 2013", "a date"), ("3 - 5 - 2013", "a date"), ("3 . 5 . 2013", "a date"), ("3 / 5 / 13", "a date"),
        ("3\u20095\u2009".replace("\u2009", "/") + "2013", "a date"), ("3–5–2013", "a date"), ("٣/٥/٢٠١٣", "a date"),
        ("third of May 2013", "a date"), ("twenty-first of June", "a date"), ("１４/０５/２０１２", "a date"),
        ("01632–960–001", "a telephone number"), ("01632\u00a0960\u202f001", "a telephone number"),
        ("07700‑900‑123", "a telephone number"), ("٠٧٧٠٠ ٩٠٠١٢٣", "a telephone number"),
        ("943–476–5919", "an NHS number"),
        ("BN11\u00a01AA", "a postcode"), ("BN11\u200b1AA", "a postcode"), ("ＢＮ１１ １ＡＡ", "a postcode"),
        ("j.t\u200b@example.org", "an email address"), ("A938\u00ad400112345", "a unique pupil number"),
    ],
)  # fmt: skip
def test_disguised_numbers_dates_and_addresses_are_found(lukasz, text, reason):
    assert find_marks(f"{BEFORE}{text}{AFTER}", lukasz) == [(text, reason)]


def test_the_schools_initials_are_found_only_in_capitals(lukasz):
    assert find_marks("Goes to DHHS and D.H.H.S; says dhhs.", lukasz) == [
        ("DHHS", "the name of a school"), ("D.H.H.S", "the name of a school"),
    ]  # fmt: skip


ORDINARY = """
    The young person will try again in the kit room, may draw, and reads about cars, ponds and look-alike animals. A
    member of staff sits nearby; 1-1 support for 2 - 3 hours, then 15 / 25 minutes of rest. In the third of four weeks
    they walked 3.5 miles. Heat her lunch; an ice bath; luck as zeal. Ratio 1:4 at 10:30, room 7. Works well: maths 4,
    reading 12 months behind. First of all, calm. P.E. and IT help. Loves Minecraft, bill boards and nick-nacks.
"""


def test_ordinary_words_are_not_reported_as_identifying(cast):
    """The test counts false alarms in a passage of everyday words, for children whose names are among these words."""
    names = [
        ("Łukasz", "Wójcik"), ("Heather", "Nicholas"), ("William", "Marsh"), ("Christopher", "Lake"),
        ("Nicholas", "Pat"),
    ]  # fmt: skip
    alarms = [
        find_marks(ORDINARY, PupilFactory(buyer=cast.school, given_name=given_name, family_name=family_name))
        for given_name, family_name in names
    ]
    assert alarms == [[]] * len(names)


INVISIBLE = st.sampled_from(["", "", "\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202e"])
LOOKS = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і", "s": "ѕ"}


@SLOW
@given(name=st.text("bcdfgaeiouklmnprstw", min_size=5, max_size=10), data=st.data(),
       way=st.sampled_from(["invisible", "look-alike", "full width", "apart", "accents", "together"]))  # fmt: skip
def test_a_recorded_name_is_found_in_any_disguise(db, name, data, way):
    pupil = PupilFactory(given_name=name.title(), family_name="Qwwzyx")
    written = {
        "invisible": lambda: "".join(letter + data.draw(INVISIBLE) for letter in name),
        "look-alike": lambda: "".join(LOOKS.get(letter, letter) for letter in name),
        "full width": lambda: "".join(chr(ord(letter) + 0xFEE0) for letter in name),
        "apart": lambda: data.draw(st.sampled_from([" ", "-", ".", "*", "_", ". "])).join(name),
        "accents": lambda: "".join(letter + data.draw(st.sampled_from(["", "\u0301", "\u0308"])) for letter in name),
        "together": lambda: data.draw(st.sampled_from([f"{name}Qwwzyx", f"qwwzyx{name}", f"x{name}qwwzyx9"])),
    }[way]()
    if name in EVERYDAY_NAMES.split():
        return
    assert any(
        mark.why == "a name"
        for mark in find_identifying_text(f"Likes to be with {written.capitalize()} after lunch.", pupil)
    )


@pytest.mark.parametrize(
    "text", ["JT", "J.T.", "J. T.", "J T", "JT's", "(JT)", "K.T.", "KT", "J.T.-M.", "JTM", "J T M"], ids=str
)
def test_the_childs_initials_are_found_in_capitals(cast, text):
    child = PupilFactory(buyer=cast.school, given_name="Jasmine", family_name="Thistle-Marsh", known_as="Kit")
    text = text.replace("-", " ")
    assert "initials" in why(f"{BEFORE}{text}{AFTER}", child), text


@pytest.mark.parametrize("text", ["jt", "JTX", "AJT", "J", "T.", "at", "kt of it", "Jt"])
def test_text_that_only_looks_like_initials_is_accepted(cast, text):
    child = PupilFactory(buyer=cast.school, given_name="Jasmine", family_name="Thistle", known_as="Kit")
    assert find_marks(f"{BEFORE}{text}{AFTER}", child) == []


def test_initials_that_are_also_an_abbreviation_are_found_only_if_they_have_full_stops(cast):
    child = PupilFactory(buyer=cast.school, given_name="Peter", family_name="Evans")
    assert find_marks("Likes PE and dislikes RE", child) == []
    assert find_marks("P.E. likes art", child) == [("P.E.", "initials")]


def test_accented_initials_are_found_with_or_without_the_accent(cast):
    child = PupilFactory(buyer=cast.school, given_name="Łukasz", family_name="Ödberg")
    assert why("LO likes art", child) == why("ŁÖ likes art", child) == ["initials"]


def test_the_name_of_a_child_with_only_one_name_is_found_in_text(cast):
    child = PupilFactory(buyer=cast.school, given_name="Sukarno", family_name="")
    assert find_marks("S likes art. S. Sukarno likes it too", child) == [("Sukarno", "a name")]


def test_the_address_of_a_contact_is_found(child):
    PupilContactFactory(pupil=child, rank=2, name="Alban Reed", address="7 Made-up Mews\nFelpersham")
    assert why("Lives by 7 made up mews with his father", child) == ["an address"]


def test_the_pupil_number_of_any_child_is_found():
    upn = upn_check_letter("938400112345") + "938400112345"
    assert [one.why for one in find_child_numbers(f"Is it {upn}, or 943 476 5919?")] == [
        "a unique pupil number", "an NHS number",
    ]  # fmt: skip
    assert find_child_numbers("Call 01632 960001 from 3 March 2026 at BN11 1AA") == []
