"""Tests for a directory with 5,000 services: every record is valid, and each page takes the same number of queries."""

from decimal import Decimal

import pytest

from calloff.directory.models import Service
from calloff.members.models import Suspension
from calloff.members.states import MemberStatus
from calloff.oruk.models import FeedEntry, FeedList
from tests.factories import NOW
from tests.factories_markets import (
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
    set_status,
)
from tests.oruk.bulk_data import copy_service
from tests.oruk.schema_checks import empty_fields, needs_schemas, numbered, read, schema_faults

MANY = 5000
EACH = 500


def _suspended(member):
    member.suspension = Suspension.objects.create(
        authority=member.authority, provider=member.provider, clause="2", reason="Sealed.", review_route="Write.",
        made_at=NOW,
    )  # fmt: skip
    member.save(update_fields=["suspension"])
    set_status(member, MemberStatus.SUSPENDED)


@pytest.fixture
def crowd(db):
    """Create two markets, one of which publishes its prices.

    The markets have a suspended provider, a removed provider, and withdrawn services.
    """
    members = []
    for public in (True, False):
        market = MarketFactory(prices_public=public)
        for turn in range(3):
            member = MemberFactory(market=market, lot=lot(market))
            satellite = SiteFactory(provider=member.provider, position=None, run_by="Others Ltd", access="Level.")
            service = ServiceFactory(member=member, more_sites=[satellite])
            PriceFactory(service=service, amount=Decimal("99.99"))
            copy_service(service, MANY // 6, slug=f"'copy-{turn}-' || n")
            members.append(member)
    numbered()
    _suspended(members[1])
    set_status(members[5], MemberStatus.REMOVED)
    for one in Service.objects.filter(member=members[0]).order_by("pk")[:20]:
        one.withdrawn_at = NOW
        one.save(update_fields=["withdrawn_at"])
        set_status(one, "withdrawn")


@needs_schemas
def test_in_a_feed_of_five_thousand_services_every_record_on_every_page_is_valid(client, crowd, settings):
    """The test reads the first page, a middle page, the last page and an empty page of services, locations and full
    records.
    """
    settings.RATE_LIMITS = {"feed": (1000,)}
    told = {}
    for path, schema in (("/services", "service_list"), ("/service_at_locations", "service_at_location_list")):
        first = read(client, path, {"per_page": EACH})
        seen, statuses = [], set()
        for number in range(1, first["total_pages"] + 2):
            page = read(client, path, {"per_page": EACH, "page": number})
            assert schema_faults(schema, page["contents"]) == []
            assert empty_fields(page["contents"]) == ([] if page["contents"] else ["$"])
            assert page["empty"] is (number > first["total_pages"]) is (not page["contents"])
            assert page["size"] == len(page["contents"])
            assert page["last_page"] is (number >= first["total_pages"])
            seen += page["contents"]
            statuses |= {one.get("service", one)["status"] for one in page["contents"]}
        assert len({one["id"] for one in seen}) == len(seen) == first["total_items"] >= MANY
        assert statuses == {"active", "temporarily closed", "inactive", "defunct"}
        told[path] = seen
    sample = [*told["/services"][::97], *told["/services"][:25]]
    whole = [read(client, f"/services/{one['id']}") for one in sample]
    assert schema_faults("service", whole) == []
    assert empty_fields(whole) == []
    assert {len(one.get("cost_options", [])) for one in whole} == {0, 1}
    there = [read(client, f"/service_at_locations/{one['id']}") for one in told["/service_at_locations"][::197]]
    assert schema_faults("service_at_location", there) == []
    assert empty_fields(there) == []


@pytest.mark.django_db
def test_each_page_of_the_feed_takes_the_same_number_of_queries(client, django_assert_num_queries):
    """Each page takes three queries, and one more that counts the caller's requests."""
    copy_service(ServiceFactory(), 199)
    numbered()
    for path, total in (("/services", 200), ("/service_at_locations", 200)):
        for number in (1, 2, 4, 5):
            with django_assert_num_queries(4) as queries:
                page = read(client, path, {"page": number})
            assert (page["total_items"], page["size"]) == (total, 50 if number < 5 else 0)
            assert not any("OFFSET" in one["sql"] for one in queries.captured_queries)
    assert FeedEntry.objects.filter(kind=FeedList.SERVICE).count() == 200
