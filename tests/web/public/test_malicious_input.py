"""Tests for malicious and absurd URLs of public pages and of the open API, which must never cause an error page."""

import pytest

from calloff.registers.models import Postcode
from tests.directory.malicious_input import HOSTILE_PAGE_KEYS, HOSTILE_WORDS
from tests.factories_markets import ServiceFactory, SiteFactory
from tests.web.public.directory_data import HOME, member, service

pytestmark = pytest.mark.django_db
HERE = "/borchester/directory"
# A URL cannot contain this.
WORDS = {name: words for name, words in HOSTILE_WORDS.items() if name != "a lone half of a pair"}


@pytest.fixture
def there(client, market):
    """Return the browser of a visitor who has entered a place, in a directory with one service."""
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    client.post(f"{HERE}/place", {"postcode": "bn111lg"})
    service(member(market), "Farm mornings", miles=0)
    return client


@pytest.mark.parametrize("order", ["", "distance"])
def test_any_typed_text_gets_a_normal_response_and_never_becomes_markup(there, order):
    for name, words in WORDS.items():
        answer = there.get(HERE, {"words": words, "order": order, "miles": "5"})
        assert answer.status_code == 200, name
        assert "<script>alert" not in answer.content.decode(), name


@pytest.mark.parametrize("order", ["match", "distance", "price", "soonest"])
def test_a_page_key_that_was_tampered_with_shows_the_first_page(there, order):
    for name, key in HOSTILE_PAGE_KEYS.items():
        for way in ("after", "before"):
            page = there.get(HERE, {way: key, "order": order})
            assert page.status_code == 200, name
            assert "Farm mornings" in page.content.decode(), name


ADDRESSES = [
    "page=0", "page=-1", "page=999999999999", "page=2&after=", "after=&before=", "miles=0", "miles=1000", "miles=-5",
    "miles=1e9", "miles=0.5", "miles=NaN", "order=distance&miles=0", "age=-1", "age=26", "age=9e9", "age=٣", "ratio=0",
    "at_most=-1", "at_most=1e400", "at_most=NaN", "unit=year&at_most=1",
    "free_by-day=31&free_by-month=2&free_by-year=26",
    "free_by-day=1&free_by-month=1&free_by-year=99999999", "days=mon&days=mon&days=xyz", "category=TST-99",
    "category=%00", "words=%ED%A0%BD", "words=%FF%FE", "words[]=farm", "words=farm&words=zebra", "checked=999999",
    "need=SEMH&need=ASD", "=", "&&&", "%", "%zz=%zz", "csrfmiddlewaretoken=x",
]  # fmt: skip


def test_out_of_range_numbers_and_nonsense_urls_get_a_proper_response(there):
    for query in ADDRESSES:
        assert there.get(f"{HERE}?{query}").status_code == 200, query


def test_services_with_no_site_or_with_two_sites_at_one_point_are_shown(there, market):
    of = member(market, "Juniper House")
    service(of, "Online lessons", site=None, mode="online")
    twins = [SiteFactory(provider=of.provider, position=HOME) for _ in range(2)]
    for number, site in enumerate(twins):
        service(of, f"Twin {number}", site=site)
    page = there.get(HERE, {"order": "distance"}).content.decode()
    assert page.count("Twin ") >= 2
    assert "1 service is not shown, because we cannot measure the distance" in " ".join(page.split())
    assert there.get("/borchester/services/online-lessons").status_code == 200


def test_the_page_and_directory_of_a_provider_with_300_services_can_be_opened(
    there, market, django_assert_max_num_queries
):
    of = member(market, "Juniper House")
    site = SiteFactory(provider=of.provider, position=HOME)
    for number in range(300):
        ServiceFactory(member=of, site=site, name=f"Lessons {number:03}", slug=f"lessons-{number}")
    with django_assert_max_num_queries(25):
        page = there.get(HERE, {"words": "lessons"}).content.decode()
    assert "of 300 services" in " ".join(page.split())
    with django_assert_max_num_queries(25):
        assert there.get(f"/borchester/providers/{of.provider.slug}").status_code == 200


def test_the_public_api_responds_to_any_request(there, settings):
    settings.RATE_LIMITS = {"api": (10_000,), "api-of-key": (10_000,)}
    for path in ("/api/v1/services", "/api/v1/providers"):
        assert there.get(path).status_code == 200
        for name, words in WORDS.items():
            for field in ("words", "need", "after", "authority"):
                assert there.get(path, {field: words}).status_code in {200, 400, 404}, (name, field)


def test_any_text_entered_as_a_postcode_gets_an_explanation(there):
    for typed in (*WORDS.values(), "BT1 5GS", "bn11" * 3000):
        page = there.post(f"{HERE}/place", {"postcode": typed})
        assert page.status_code == 200
        assert "There is a problem" in page.content.decode()
