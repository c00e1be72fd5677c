"""Tests for a buyer's searches, which measure from the school or a child's home and can be saved, and for its
shortlist.
"""

import re

import pytest
from django.urls import reverse

from calloff.demand.commands import shortlist
from calloff.demand.models import Gap, SavedSearch, ShortlistEntry
from calloff.directory.commands import withdraw
from calloff.kernel.geography import Point
from calloff.people.permissions import Role
from calloff.pupils.models import RecordAccess
from calloff.registers.models import Postcode, School
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MemberFactory, PriceFactory, ServiceFactory, SiteFactory
from tests.factories_placements import PupilFactory, ReferralFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
WORTHING, HORSHAM = Point(514_000, 102_500), Point(517_500, 130_500)
MILE = 1609


@pytest.fixture
def here(buyer, market):
    School.objects.filter(pk=buyer.urn).update(position=WORTHING)
    return reverse("buyer:directory", args=[buyer.slug])


@pytest.fixture
def farm(market, here):
    member = MemberFactory(market=market)
    site = SiteFactory(provider=member.provider, position=Point(WORTHING.easting + 2 * MILE, WORTHING.northing))
    one = ServiceFactory(member=member, name="Farm mornings", slug="farm-mornings", site=site)
    PriceFactory(service=one, amount=120)
    return one


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_search_measures_from_the_school_and_shows_prices_if_sorted_by_price(client, here, farm, ruth):
    client.force_login(ruth)
    page = text(client.get(here, {"miles": 5}))
    assert "Distances from Felpersham School" in page
    assert "2.0 miles in a straight line" in page
    assert "£120" not in page
    assert "Remove this place" not in page
    assert "£120" in text(client.get(here, {"order": "price"}))


def test_open_data_always_covers_the_whole_area_of_the_authority(client, here, ruth, market):
    client.force_login(ruth)
    href = re.search(r'href="([^"]*/open-data)"', client.get(here).content.decode())[1]
    assert href == reverse("public:open-data", args=[market.authority.slug])
    assert client.get(href).status_code == 200


def test_another_starting_point_is_remembered_for_the_session_and_can_be_removed(client, here, farm, ruth):
    Postcode.objects.create(postcode="RH13 0BA", position=HORSHAM)
    client.force_login(ruth)
    answer = client.post(f"{here}/place?miles=40", {"postcode": "rh130ba"})
    assert answer["Location"] == f"{here}?miles=40"
    page = text(client.get(answer["Location"]))
    assert "Distances from RH13 0BA" in page
    assert "RH13" not in answer["Location"]
    client.post(f"{here}/forget-place?miles=5")
    assert "Distances from Felpersham School" in text(client.get(here))


@pytest.fixture
def referral(buyer, market):
    Postcode.objects.create(postcode="RH13 0BA", position=HORSHAM)
    return ReferralFactory(buyer=buyer, market=market, pupil=PupilFactory(buyer=buyer, postcode="RH13 0BA"))


def test_searching_from_a_childs_home_is_logged_as_a_view_of_the_record(client, here, ruth, referral):
    client.force_login(ruth)
    page = client.get(here, {"for": referral.reference, "miles": 40})
    said = text(page)
    assert f"Distances from the home of the pupil in {referral.reference}" in said
    assert "17.4 miles" in said or "17.5 miles" in said
    assert "RH13" not in page.content.decode()
    assert "calloff-map__place" not in page.content.decode()  # The map does not show where the home is.
    assert referral.pupil.family_name not in page.content.decode()
    read = RecordAccess.objects.get()
    assert (read.pupil, read.by, read.purpose) == (
        referral.pupil, ruth, f"To measure how far provision is from home: {referral.reference}",
    )  # fmt: skip
    assert f'name="for" value="{referral.reference}"' in page.content.decode()
    # These are links to the other pages of the same search.
    assert f"?for={referral.reference}" in page.content.decode()


def test_a_referral_links_to_services_near_the_child(client, here, ruth, to, referral):
    client.force_login(ruth)
    page = client.get(to("referral", referral.reference)).content.decode()
    assert f'href="{here}?for={referral.reference}"' in page


def test_results_of_a_search_from_a_childs_home_are_exported_without_distances(client, here, ruth, referral):
    client.force_login(ruth)
    near_school = client.get(f"{here}/results.csv").content.decode()
    near_home = client.get(f"{here}/results.csv", {"for": referral.reference}).content.decode()
    assert "Straight-line distance in miles" in near_school
    assert "distance in miles" not in near_home
    assert "Farm mornings" in near_home
    within = client.get(f"{here}/results.csv", {"for": referral.reference, "miles": 2}).content.decode()
    # The export does not show which services are near the home, or their order by distance.
    assert within == near_home
    assert client.get(f"{here}/results.pdf", {"for": referral.reference}).content.startswith(b"%PDF-")


def test_people_who_cannot_see_a_child_cannot_search_from_the_childs_home(client, here, buyer, referral, ruth):
    elsewhere = SchoolOrganisationFactory(host=buyer.host)
    for somebody, where in (
        (person(Role.FINANCE, at=buyer), buyer),
        (person(Role.AP_LEAD, at=elsewhere), elsewhere),
    ):
        client.force_login(somebody)
        address = reverse("buyer:directory", args=[where.slug])
        assert client.get(address, {"for": referral.reference}).status_code == 404
    client.force_login(ruth)
    assert client.get(here, {"for": "TST-L-9999"}).status_code == 404
    assert not RecordAccess.objects.exclude(what="refused").exists()


def test_a_gap_report_made_after_searching_from_a_childs_home_does_not_store_the_place(
    client, here, ruth, referral, buyer
):
    client.force_login(ruth)
    client.post(f"{here}/report-gap?for={referral.reference}&miles=5", {"who": "school"})
    client.post(f"{here}/report-gap?miles=5", {"who": "school"})
    home, school = Gap.objects.order_by("pk")
    assert (home.outcode, home.buyer) == ("", buyer)
    assert (school.outcode, school.asked) == ("BN11", {"miles": 5})


def test_a_service_can_be_added_to_the_shortlist_from_the_results_and_later_removed(client, here, farm, ruth, to):
    client.force_login(ruth)
    assert "Shortlist Farm mornings" in text(client.get(here))
    back = f"{here}?words=farm#service-{farm.pk}"
    answer = client.post(to("shortlist-add", farm.pk), {"back": back})
    assert (answer.status_code, answer["Location"]) == (303, back)
    assert "On the shortlist" in text(client.get(here))
    assert "On the shortlist" in text(client.get(f"/{farm.authority.slug}/services/farm-mornings"))
    again = client.post(to("shortlist-add", farm.pk), {"back": back}, follow=True)
    assert "already on your shortlist" in text(again)
    page = text(client.get(to("shortlist")))
    assert "Farm mornings" in page
    assert "£120" in page
    client.post(to("shortlist-take-off", ShortlistEntry.objects.get().pk))
    assert "Your shortlist is empty" in text(client.get(to("shortlist")))


@pytest.mark.parametrize(
    "back", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_buttons_redirect_only_to_our_own_pages(client, farm, ruth, to, back):
    client.force_login(ruth)
    assert client.post(to("shortlist-add", farm.pk), {"back": back})["Location"] == to("shortlist")


@pytest.mark.postgres15
def test_a_person_whose_colleague_edited_the_same_note_is_asked_which_version_to_keep(client, farm, ruth, helen, to):
    entry = shortlist(farm, buyer=ruth.grants.get().organisation, by=ruth, at=NOW)
    client.force_login(ruth)
    drawn = client.get(to("shortlist-amend-note", entry.pk)).content.decode()
    base = re.search(r'name="meanwhile-base" value="([^"]*)"', drawn)[1].replace("&quot;", '"')
    other = type(client)()
    other.force_login(helen)
    other.post(to("shortlist-amend-note", entry.pk), {"note": "Ring first."})
    page = client.post(to("shortlist-amend-note", entry.pk), {"note": "They have a minibus.", "meanwhile-base": base})
    assert "Your answer and the other answer" in text(page)
    assert "Helen saved this page while you were writing" in text(page)
    entry.refresh_from_db()
    assert entry.note == "Ring first."


def test_a_service_that_is_no_longer_listed_is_marked_in_the_shortlist(client, farm, ruth, to, buyer):
    shortlist(farm, buyer=buyer, by=ruth, at=NOW)
    withdraw(farm, by=person(Role.PROVIDER_LEAD, at=farm.provider), at=NOW)
    client.force_login(ruth)
    page = text(client.get(to("shortlist")))
    assert "No longer in the directory" in page
    assert "£" not in page


def test_a_search_can_be_saved_from_its_url_and_run_again(client, here, farm, ruth, to):
    client.force_login(ruth)
    asked = to("search-save") + "?words=farm&miles=5"
    page = text(client.get(asked))
    assert "You looked for: “farm”; Within 5 miles." in page
    assert "measured from Felpersham School" in page
    answer = client.post(asked, {"name": "Farms"})
    saved = SavedSearch.objects.get()
    assert answer["Location"] == to("search", saved.pk)
    assert (saved.query, saved.asked) == ("?words=farm&miles=5", {"words": "farm", "miles": 5})
    assert "Matches now 1 service" in text(client.get(answer["Location"]))
    assert "Farm mornings" in text(client.get(here + saved.query))
    assert "“farm”; Within 5 miles" in text(client.get(to("searches")))


def test_saving_a_search_made_from_a_childs_home_stores_only_the_criteria(client, here, ruth, to, referral):
    client.force_login(ruth)
    client.post(to("search-save") + f"?for={referral.reference}&miles=5", {"name": "Near"})
    saved = SavedSearch.objects.get()
    assert referral.reference not in saved.query + str(saved.asked) + str(saved.searched)


def test_a_rival_who_also_works_at_a_school_cannot_see_prices(client, here, farm, buyer, ruth):
    RoleGrantFactory(person=ruth, organisation=ProviderFactory(), role=Role.PROVIDER_STAFF)
    client.force_login(ruth)
    assert "£" not in text(client.get(here))
    assert "£" not in client.get(f"{here}/results.csv").content.decode()


def test_go_to_finds_providers_and_services_by_name(client, farm, market, buyer, ruth):
    client.force_login(ruth)
    go, authority = reverse("account:go-to"), market.authority.slug
    provider = MemberFactory(market=market, provider=ProviderFactory(name="Tideway Tutors", slug="tideway")).provider
    assert client.post(go, {"words": "mornings farm"}).url == f"/{authority}/services/farm-mornings"
    assert client.post(go, {"words": "tideway"}).url == f"/{authority}/providers/tideway"
    ServiceFactory(member=farm.member, name="Farm afternoons", slug="farm-afternoons", site=farm.site)
    assert client.post(go, {"words": "Farm"}).url == reverse("buyer:directory", args=[buyer.slug]) + "?words=Farm"
    assert client.post(go, {"words": "nowhere"}).status_code == 404
    withdraw(farm, by=person(Role.PROVIDER_LEAD, at=farm.provider), at=NOW)
    assert client.post(go, {"words": "farm mornings"}).status_code == 404
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    assert client.post(go, {"words": "farm afternoons"}).status_code == 404
