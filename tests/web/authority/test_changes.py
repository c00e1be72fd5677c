"""Tests for approving a change, for price increases, and for who can see prices."""

import re

import pytest
from django.urls import reverse

from calloff.directory.commands import amend
from calloff.directory.models import ServiceChange
from calloff.markets.models import MarketModification
from calloff.members.commands import suspend
from calloff.people.permissions import Role
from tests.directory.test_submit_service import added
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_directory import INDEXED_PRICES_RULE, PictureFactory, ServiceChangeFactory, UpliftFactory
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(market):
    return ServiceFactory(member=MemberFactory(market=market), name="Farm mornings")


@pytest.fixture
def to(authority):
    return lambda route, *args: reverse(f"authority:{route}", args=[authority.slug, *args])


@pytest.fixture
def quentin(client, authority):
    client.force_login(person(Role.QUALITY_OFFICER, at=authority))
    return client


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_pending_change_is_on_the_home_page_and_in_the_list_with_its_values(quentin, to, service):
    change = ServiceChangeFactory(service=service)
    assert "Check a change to Farm mornings" in words(quentin.get(to("home")))
    assert "Youngest age" in words(quentin.get(to("changes")))
    page = words(quentin.get(to("change", change.pk)))
    assert "Youngest age Before 8 After 6" in page
    assert "Approve" in page


def test_an_officer_can_look_at_a_picture_and_remove_it(quentin, to, service):
    picture = PictureFactory(service=service)
    page = quentin.get(to("service", service.pk)).content.decode()
    assert f'src="{to("picture-image", picture.pk)}" alt="A goat by a gate"' in page
    assert to("picture-take-down", picture.pk) in page
    b"".join(quentin.get(to("picture-image", picture.pk)).streaming_content)
    assert "Select why the picture must be removed" in words(quentin.post(to("picture-take-down", picture.pk)))
    done = quentin.post(to("picture-take-down", picture.pk), {"fault": "rights"}, follow=True)
    assert f"Picture removed. We have told {service.provider}." in words(done)
    assert "The provider has not added a picture." in words(done)


def test_an_approved_change_is_then_shown_as_approved(quentin, to, service, client):
    change = ServiceChangeFactory(service=service)
    assert quentin.post(to("change-approve", change.pk)).url == to("change", change.pk)
    page = words(quentin.get(to("change", change.pk)))
    assert "Proposed changes" in page
    assert "Approved" in page
    assert "Ages 6 to 14" in words(quentin.get(f"/{service.authority.slug}/directory?words=farm"))


def test_a_page_opened_before_a_later_change_cannot_approve_either_change(quentin, to, service):
    lead = person(Role.PROVIDER_LEAD, at=service.provider)
    amend(service, by=lead, at=NOW, age_from=6)
    read = ServiceChange.objects.get()
    opened = to("change-approve", read.pk)
    assert quentin.get(opened).status_code == 200
    amend(service, by=lead, at=NOW, age_from=3)
    answer = quentin.post(opened)
    assert "Replaced" in words(answer)
    service.refresh_from_db()
    assert service.age_from == 8
    assert ServiceChange.objects.filter(status="waiting").get().after == {"age_from": 3}
    assert "you can no longer approve this change" in words(quentin.get(to("change", read.pk)))


def test_refusing_a_change_needs_a_reason(quentin, to, service):
    change = ServiceChangeFactory(service=service)
    assert "Enter a reason" in words(quentin.post(to("change-refuse", change.pk), {"reason": ""}))
    quentin.post(to("change-refuse", change.pk), {"reason": "Nobody there knows infants."})
    assert "Nobody there knows infants." in words(quentin.get(to("change", change.pk)))
    assert "Nobody there knows infants." in words(quentin.get(to("change-history", change.pk)))


def test_another_authoritys_change_returns_404(quentin, to):
    theirs = ServiceChangeFactory()
    assert theirs.authority != AuthorityFactory
    for route in ("change", "change-approve", "change-history"):
        assert quentin.get(to(route, theirs.pk)).status_code == 404
    assert quentin.get(to("service", theirs.service_id)).status_code == 404


def test_quality_officers_can_read_the_versions_of_a_service(quentin, to, service):
    amend(service, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW, summary="Goats.")
    page = words(quentin.get(to("service", service.pk)))
    assert "What changed from version 1 to version 2" in page
    assert "Goats." in page
    assert "Restore this version" not in page


def test_a_price_increase_is_shown_with_the_resulting_prices_and_can_be_approved(client, authority, to):
    member = MemberFactory(market=MarketFactory(authority=authority, changes={"prices": INDEXED_PRICES_RULE}))
    PriceFactory(service=ServiceFactory(member=member))
    uplift = UpliftFactory(member=member)
    client.force_login(person(Role.CONTRACTS_OFFICER, at=authority))
    assert "Approve or refuse a price increase" in words(client.get(to("home")))
    page = words(client.get(to("uplift", uplift.pk)))
    for said in ("3.4%", "Highest increase allowed 5% a year", "£120.00", "£124.08"):
        assert said in page
    assert client.post(to("uplift-approve", uplift.pk)).status_code == 303
    uplift.refresh_from_db()
    assert uplift.status == "approved"


def test_an_officer_can_see_and_change_on_a_page_who_can_see_prices(client, market, to):
    client.force_login(person(Role.CONTRACTS_OFFICER, at=market.authority))
    assert "but not other providers’ prices." in words(client.get(to("market", market.slug)))
    text = words(client.get(to("market-modify-prices", market.slug)))
    assert "providers can see each other’s prices" in text
    for sent, said in (
        ({"reason": "R"}, "Select who can see prices"),
        ({"new": "everybody", "reason": ""}, "Enter a reason"),
    ):
        assert said in words(client.post(to("market-modify-prices", market.slug), sent))
    sent = {"new": "everybody", "reason": "The council publishes what it pays."}
    assert client.post(to("market-modify-prices", market.slug), sent).status_code == 303
    market.refresh_from_db()
    assert market.prices_public
    assert market.pack.prices_public
    kept = MarketModification.objects.get()
    assert (kept.old, kept.new) == ("only people who can buy", "everyone, including other providers")
    assert "Providers can see each other’s prices" in words(client.get(to("market", market.slug)))
    again = client.post(to("market-modify-prices", market.slug), sent)
    assert "have not changed the text" in words(again)


def test_an_officer_who_cannot_approve_a_change_sees_who_can(client, to, service, authority):
    change = ServiceChangeFactory(service=service)
    client.force_login(person(Role.CONTRACTS_OFFICER, at=authority))
    page = words(client.get(to("change", change.pk)))
    assert "A quality officer can approve or refuse this change." in page
    assert "Waiting for you" not in words(client.get(to("changes")))
    assert "A quality officer can approve or refuse changes." in words(client.get(to("changes")))
    assert "Check a change to" not in words(client.get(to("home")))
    client.force_login(person(Role.QUALITY_OFFICER, at=authority))
    assert "can approve or refuse" not in words(client.get(to("change", change.pk)))
    assert "Check a change to" in words(client.get(to("home")))


def test_an_officer_who_cannot_approve_a_price_increase_sees_who_can(client, to, authority, market):
    uplift = UpliftFactory(member=MemberFactory(market=market))
    client.force_login(person(Role.QUALITY_OFFICER, at=authority))
    page = words(client.get(to("uplift", uplift.pk)))
    assert "A contracts officer can approve or refuse this price increase." in page
    assert to("uplift-approve", uplift.pk) not in client.get(to("uplift", uplift.pk)).content.decode()
    shown = words(client.get(to("uplifts")))
    assert "A contracts officer can approve or refuse price increases." in shown
    assert "Waiting for an answer" in shown
    assert "Waiting for you" not in shown
    assert "rise of prices" not in words(client.get(to("home")))
    assert client.get(to("uplift-approve", uplift.pk)).status_code == 403
    client.force_login(person(Role.CONTRACTS_OFFICER, at=authority))
    page = words(client.get(to("uplift", uplift.pk)))
    assert f'href="{to("uplift-approve", uplift.pk)}"' in client.get(to("uplift", uplift.pk)).content.decode()
    assert "can approve or refuse" not in page + words(client.get(to("uplifts")))
    assert "Approve or refuse a price increase" in words(client.get(to("home")))


def test_a_new_service_is_listed_among_the_changes_to_approve(client, to, authority, market):
    member = MemberFactory(market=market)
    client.force_login(person(Role.PROVIDER_LEAD, at=member.provider))
    page = words(client.get(reverse("provider:service-add", args=[member.provider.slug])))
    assert f"{authority} will check a new service before the public can see it." in page
    new = added(member)
    client.force_login(person(Role.QUALITY_OFFICER, at=authority))
    assert f"{new.name} Provider {member.provider} Proposed changes New service" in words(client.get(to("changes")))


def test_even_before_countersignature_the_form_says_that_a_new_service_is_checked_first(client, market):
    member = MemberFactory(market=market, unsigned=True)
    client.force_login(person(Role.PROVIDER_LEAD, at=member.provider))
    page = words(client.get(reverse("provider:service-add", args=[member.provider.slug])))
    assert "will check a new service before the public can see it." in page


def test_the_approval_page_mentions_a_suspension_or_missing_prices(quentin, to, market):
    member = MemberFactory(market=market)
    new = added(member)
    change = ServiceChange.objects.get(service=new)
    text = words(quentin.get(to("change-approve", change.pk)))
    assert "The public will be able to find the service straight away." in text
    assert "has not set a price for this service yet" in text
    PriceFactory(service=new)
    suspend(
        member.provider, authority=member.authority, members=[member], clause="2", reason="A concern.",
        review_route="Write to us.", by=person(Role.QUALITY_OFFICER, at=member.authority), at=NOW,
    )  # fmt: skip
    for route in ("change", "change-approve"):
        text = words(quentin.get(to(route, change.pk)))
        assert f"the public will still not see the service because {member.provider} is suspended in" in text
        assert "has not set a price" not in text
        assert "straight away" not in text
    done = words(quentin.post(to("change-approve", change.pk), follow=True))
    assert (
        f"Farm mornings approved. The public cannot find the service yet because {member.provider} is suspended" in done
    )
