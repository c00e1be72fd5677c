"""Tests for a search without results: the nearest services, reporting a gap, and suggesting a provider."""

import re

import pytest

from calloff.demand.models import Gap, Nomination
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.factories import SchoolOrganisationFactory, person
from tests.factories_markets import PriceFactory
from tests.web.public.directory_data import HOME, member, service

HERE = "/borchester/directory"
GAP, NOMINATE = f"{HERE}/report-gap", f"{HERE}/nominate"
NAMED = {"name": "Bridge Farm", "email": "farm@example.org", "offers": "Farm days.", "who": "family"}


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_search_without_results_shows_the_nearest_services_and_what_they_lack(client, market):
    of = member(market)
    service(of, "Farm mornings", needs=["SEMH"], age_from=11, age_to=16)
    service(of, "Farm nights", needs=["SEMH"], age_from=5, age_to=7)
    service(of, "Online lessons", needs=["ASD"], age_from=11, age_to=16, mode="online", site=None)
    page = text(client.get(HERE, {"need": "SEMH", "age": 12, "mode": "online"}))
    assert "No services match all your filters" in page
    assert "Without Online: 1 service" in page
    assert "Without Social, emotional and mental health: 1 service" in page
    assert page.index("Without Social") < page.index("Online lessons") < page.index("Without Online")
    assert page.index("Without Online") < page.index("Farm mornings")
    assert "Farm nights" not in page  # Even without the filter for age, another filter would exclude it.
    assert "Tell Borchester Council what is missing" in page


def test_nearest_services_show_no_price_to_people_who_cannot_see_prices(client, market):
    PriceFactory(service=service(member(market)))
    assert "£" not in text(client.get(HERE, {"words": "farm", "mode": "online"}))


def test_a_gap_report_stores_the_search_and_no_more_than_half_a_postcode(client, market):
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    client.post(f"{HERE}/place", {"postcode": "BN11 1LG"})
    asked = client.get(GAP, {"words": "zebras", "miles": 5, "need": "SEMH"})
    assert "“zebras” Within 5 miles Social, emotional and mental health" in text(asked)
    assert "Near BN11. We do not keep the rest of the postcode" in text(asked)
    assert "1LG" not in text(asked)
    answer = client.post(f"{GAP}?words=zebras&miles=5&need=SEMH", {"who": "family", "said": "Twice a week."})
    assert (answer.status_code, answer["Location"]) == (303, f"{GAP}/done")
    gap = Gap.objects.get()
    assert gap.asked == {"words": "zebras", "miles": 5, "need": "SEMH"}
    assert (gap.who, gap.said, gap.outcode, gap.buyer, gap.person) == ("family", "Twice a week.", "BN11", None, None)
    assert "What happens next" in text(client.get(answer["Location"]))


def test_a_gap_report_that_is_refused_keeps_the_typed_text(client, market):
    page = client.post(f"{GAP}?words=zebras", {"who": "family", "said": "Born 3.3.2012"})
    assert page.status_code == 200
    assert "could identify a child" in text(page)
    assert "Born 3.3.2012" in page.content.decode()
    assert not Gap.objects.exists()


def test_a_gap_report_by_a_signed_in_buyer_records_the_school(client, market, borchester):
    school = SchoolOrganisationFactory(host=borchester)
    ruth = person(Role.AP_LEAD, at=school)
    client.force_login(ruth)
    client.post(f"{GAP}?need=SEMH", {"who": "school"})
    assert (Gap.objects.get().buyer, Gap.objects.get().person) == (school, ruth)


@pytest.mark.parametrize(("path", "sent", "kind"), [(GAP, {"who": "family"}, Gap), (NOMINATE, NAMED, Nomination)])
def test_a_bot_that_fills_in_the_hidden_field_does_not_create_a_report(client, market, path, sent, kind):
    answer = client.post(path, sent | {"fax": "01903"})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}/done")
    assert not kind.objects.exists()
    assert 'id="id_fax"' in client.get(path).content.decode()


def test_reports_above_the_hourly_limit_for_one_ip_address_are_refused(client, market):
    for _ in range(10):
        assert client.post(GAP, {"who": "family"}).status_code == 303
    page = client.post(NOMINATE, NAMED)
    assert page.status_code == 200
    assert "Try again in an hour" in text(page)
    assert Gap.objects.count() == 10
    assert not Nomination.objects.exists()


def test_a_suggestion_is_never_shown_in_public(client, market):
    service(member(market))
    answer = client.post(NOMINATE, NAMED | {"website": "bridge-farm.example"})
    assert (answer.status_code, answer["Location"]) == (303, f"{NOMINATE}/done")
    assert Nomination.objects.get().website == "https://bridge-farm.example"
    for path in (HERE, f"{HERE}?words=bridge", "/borchester/providers", "/borchester", f"{NOMINATE}/done"):
        assert "Bridge Farm" not in text(client.get(path))


@pytest.mark.parametrize("website", ["javascript:alert(1)", "http://", "x" * 300, "🐑"])
def test_an_invalid_website_in_a_suggestion_is_refused_with_an_explanation(client, market, website):
    page = client.post(NOMINATE, NAMED | {"website": website})
    assert page.status_code == 200
    assert "Website must be" in text(page)
