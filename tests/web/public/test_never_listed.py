"""Tests that no public page shows providers that have been removed, or that have not yet been admitted or
signed.

Also tests that no list shows suspended providers.
"""

from datetime import date

import pytest

from calloff.agreements import states as agreements
from calloff.members import commands, states
from calloff.members.models import Member
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import AgreementFactory, ApplicationFactory, MemberFactory, SiteFactory, lot, set_status
from tests.web.public.directory_data import member, service

LISTS = [
    "/borchester/directory", "/borchester/directory?words=farm", "/borchester/directory?free=on&need=SEMH&age=9",
    "/borchester/directory?words=harbour+lane", "/borchester/providers",
    "/borchester/markets/market-tst/approved-providers",
    "/api/v1/services", "/api/v1/services?words=farm", "/api/v1/services?authority=borchester&need=SEMH&age=9",
    "/api/v1/providers", "/api/v1/providers?authority=borchester",
]  # fmt: skip
OWN = ["/borchester/services/farm-mornings", "/borchester/providers/harbour-lane-studio"]


def seen_in(client, addresses):
    answers = {address: client.get(address) for address in addresses}
    return [
        address
        for address, answer in answers.items()
        if answer.status_code == 200
        and (b"Harbour Lane Studio" in answer.content or b"Farm mornings" in answer.content)
    ]


@pytest.fixture
def made(market):
    one = member(market)
    service(one)
    return one


def test_a_listed_member_is_on_every_public_page_that_should_show_it(client, made):
    assert seen_in(client, LISTS + OWN) == LISTS + OWN


@pytest.mark.parametrize("signed", [agreements.AgreementStatus.TO_SIGN, agreements.AgreementStatus.TO_COUNTERSIGN])
def test_an_unsigned_provider_does_not_appear_on_any_public_page(client, market, signed):
    provider = ProviderFactory(name="Harbour Lane Studio", slug="harbour-lane-studio")
    unsigned = AgreementFactory(authority=market.authority, provider=provider, status=signed)
    service(member(market, provider=provider, agreement=unsigned))
    assert seen_in(client, LISTS + OWN) == []
    assert [client.get(address).status_code for address in OWN] == [404, 404]


@pytest.mark.parametrize("status", [states.MemberStatus.REMOVED, states.MemberStatus.ENDED])
def test_a_removed_or_ended_member_does_not_appear_on_any_public_page(client, made, status):
    set_status(made, status)
    assert seen_in(client, LISTS + OWN) == []
    assert [client.get(address).status_code for address in OWN] == [404, 404]


def test_a_provider_with_an_expired_agreement_does_not_appear_on_any_public_page(client, market):
    provider = ProviderFactory(name="Harbour Lane Studio", slug="harbour-lane-studio")
    over = AgreementFactory(authority=market.authority, provider=provider, ends_on=date(2026, 3, 1))
    service(member(market, provider=provider, agreement=over))
    assert seen_in(client, LISTS + OWN) == []


def test_an_applicant_does_not_appear_on_any_public_page(client, market):
    application = ApplicationFactory(market=market)
    SiteFactory(provider=application.provider)
    for address in [*LISTS, f"/borchester/providers/{application.provider.slug}"]:
        assert application.provider.name not in client.get(address).content.decode()


def test_members_of_one_authority_are_not_shown_for_another(client, made):
    other = MemberFactory().authority
    assert client.get(f"/{other.slug}/services/farm-mornings").status_code == 404
    assert client.get(f"/{other.slug}/providers/harbour-lane-studio").status_code == 404
    assert client.get("/api/v1/services", {"authority": other.slug}).json()["services"] == []


@pytest.mark.postgres15
def test_a_suspended_member_disappears_immediately_without_a_reason_being_shown(client, made):
    client.get("/api/v1/services")
    commands.suspend(
        made.provider, authority=made.authority, members=[made], clause="Clause 2",
        reason="An allegation that is secret", review_route="Write to us",
        by=person(Role.QUALITY_OFFICER, at=made.authority), at=NOW,
    )  # fmt: skip
    assert seen_in(client, LISTS) == []
    for address in OWN:
        page = client.get(address)
        assert "Not taking placements" in page.content.decode()
        assert "secret" not in page.content.decode()
        assert "Suspended" not in page.content.decode()
        assert "Clause 2" not in page.content.decode()


@pytest.mark.postgres15
def test_a_reinstated_member_is_listed_again_immediately(client, made):
    officer = person(Role.QUALITY_OFFICER, at=made.authority)
    commands.suspend(
        made.provider, authority=made.authority, members=[made], clause="Clause 2", reason="A reason",
        review_route="Write to us", by=officer, at=NOW,
    )  # fmt: skip
    commands.reinstate(Member.objects.get(pk=made.pk).suspension, reason="Looked into", by=officer, at=NOW)
    assert seen_in(client, LISTS + OWN) == LISTS + OWN


def test_a_member_suspended_in_one_lot_is_still_listed_in_another(client, market):
    one = member(market)
    other = MemberFactory(market=market, lot=lot(market, 2), provider=one.provider)
    commands.suspend(
        one.provider, authority=one.authority, members=[one], clause="Clause 2", reason="A reason",
        review_route="Write",
        left_out_reason="It is another matter", by=person(Role.QUALITY_OFFICER, at=one.authority), at=NOW,
    )  # fmt: skip
    data = client.get("/api/v1/providers").json()["providers"]
    assert [row["id"] for row in data] == [other.pk]
