import pytest

from calloff.kernel.geography import Point, metres_to_miles
from calloff.kernel.lifecycles import Refused
from calloff.registers import queries
from calloff.registers.commands import import_postcodes, import_schools
from calloff.registers.queries import LocatedPlace, LocationPrecision
from tests.factories import NOW
from tests.registers.files import links_file, postcodes_file, row, schools_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _postcodes(tmp_path):
    text = "BN1 1AA,10,531000,104000\nBN1 1AB,10,531100,104201\nPO1 1AA,90,,\nBN1 1AF,90,,\n"
    import_postcodes(postcodes_file(tmp_path, text), at=NOW)


def test_a_postcode_is_found_however_it_is_typed():
    assert queries.find_postcode(" bn1 1aa").position == Point(531000, 104000)
    assert queries.find_postcode("BN1 1ZZ") is None
    assert queries.find_postcode("no postcode") is None
    assert queries.locate_postcode("bn11aa") == LocatedPlace(
        "BN1 1AA", Point(531000, 104000), LocationPrecision.POSTCODE
    )


@pytest.mark.parametrize("typed", ["BN1 9ZZ", "BN1 1AF", "bn1"], ids=["unknown", "known without a place", "outcode"])
def test_an_unknown_postcode_is_located_at_the_middle_of_its_outcode(typed):
    assert queries.locate_postcode(typed) == LocatedPlace("BN1", Point(531050, 104100), LocationPrecision.OUTCODE)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a full UK postcode"),
        ("Worthing", "Enter a full UK postcode"),
        ("' OR 1=1 --", "Enter a full UK postcode"),
        ("BT1 5GS", "from Northern Ireland"),
        ("JE2 3AB", "from Jersey"),
        ("PO1 1AA", "do not know where"),
        ("ZE1 0AA", "do not know where"),
    ],
)
def test_a_place_that_cannot_be_found_is_refused_with_a_clear_message(typed, sentence):
    with pytest.raises(Refused, match=sentence) as caught:
        queries.locate_postcode(typed)
    assert caught.value.problems[0].where == "postcode"


def load(tmp_path, schools, links=()):
    import_schools(schools_file(tmp_path, *schools), links=links_file(tmp_path, *links) if links else None, at=NOW)


def link(urn, other, kind="Successor"):
    return [str(urn), str(other), "Somewhere", kind, ""]


def test_closed_schools_lead_through_their_successors_to_open_ones(tmp_path):
    closed, between, one, other = (
        row(URN="100001", status="Closed"),
        row(URN="100002", status="Closed"),
        row(URN="100003"),
        row(URN="100004", status="Open, but proposed to close"),
    )
    links = [
        link(100001, 100002, "Successor - amalgamated"),
        link(100002, 100003),
        link(100004, 100002, "Predecessor"),  # Only the row of the other school records this link.
        link(100003, 100001, "Successor"),  # a circle
        link(100001, 100009, "Sixth Form Centre Link"),
    ]
    load(tmp_path, [closed, between, one, other], links)
    assert [school.urn for school in queries.successors_of(queries.find_school(100001))] == [100003, 100004]
    assert queries.successors_of(queries.find_school(100003)) == []


def test_a_successor_that_was_not_imported_still_leads_to_the_school_after_it(tmp_path):
    load(
        tmp_path, [row(URN="100001", status="Closed"), row(URN="100003")], [link(100001, 100002), link(100002, 100003)]
    )
    assert [school.urn for school in queries.successors_of(queries.find_school(100001))] == [100003]


def test_the_nearest_open_schools_are_listed_first(tmp_path):
    load(
        tmp_path,
        [
            row(URN="100001", Easting="531000", Northing="106000"),
            row(URN="100002", Easting="531000", Northing="104100"),
            row(URN="100003", Easting="531000", Northing="104000", status="Closed"),
            row(URN="100004", Easting="", Northing=""),
            row(URN="100005", Easting="561000", Northing="104000"),
        ],
    )
    here = queries.locate_postcode("BN1 1AA").position
    assert [(one.urn, one.metres) for one in queries.schools_near(here)[:2]] == [(100002, 100), (100001, 2000)]
    assert [one.urn for one in queries.schools_near(here, within_miles=metres_to_miles(1999))] == [100002]


def test_a_school_can_be_found_by_part_of_its_name_or_its_urn(tmp_path):
    load(tmp_path, [row(URN="100001"), row(URN="100002", name="100% Hill School"), row(URN="100003", status="Closed")])
    assert [one.urn for one in queries.find_schools("orchard")] == [100001]
    assert [one.urn for one in queries.find_schools("100%")] == [100002]
    assert [one.urn for one in queries.find_schools("100002")] == [100002]
    assert queries.find_school(999999) is None


@pytest.mark.parametrize(
    "typed",
    ["St Martin’s", "St. Martin's", "st martins", "St Martin Walton on the Hill", "ST MARTINS, WALTON-ON-THE-HILL"],
)
def test_a_school_is_found_in_spite_of_apostrophes_hyphens_commas_and_full_stops(tmp_path, typed):
    name = "St Martin's Primary School, Walton-on-the-Hill"
    load(tmp_path, [row(URN="100001", name=name), row(URN="100002", name="Hill School")])
    assert [one.urn for one in queries.find_schools(typed)] == [100001]


@pytest.mark.parametrize("typed", ["", "’", "%", "\x00", "_", "martinet"])
def test_a_search_for_schools_without_a_matching_word_finds_nothing(tmp_path, typed):
    load(tmp_path, [row(URN="100001", name="St Martin's Primary School")])
    assert not queries.find_schools(typed)
