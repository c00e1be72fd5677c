"""Tests for loading a market from its pack. Providers get only a name and categories, and nothing is created twice."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.agreements.models import Agreement
from calloff.applications.states import LotRequestStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.markets.packs.loader import read_pack
from calloff.members.commands import carry_over, load
from calloff.members.models import Member
from calloff.people.models import Organisation, OrganisationName, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import OrganisationStatus
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_markets import MarketFactory, pack, set_status

pytestmark = pytest.mark.django_db

PROVIDERS = [
    {"name": "Ash Barn Learning Ltd", "lots": [1, 2], "aliases": ["Ashbarn Learning"]},
    {"name": "Brook Studio", "lots": [2], "queries": [{"lot": 2, "note": "Its name repeats that of category 1."}]},
]


@pytest.fixture
def authority():
    return AuthorityFactory()


def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def loaded(authority, **changes):
    made = pack("LOA", providers=PROVIDERS, **changes)
    return load(made, authority=authority, by=olivia(authority), at=NOW)


def everything():
    return [
        kind.objects.count() for kind in (Market, Member, Agreement, Organisation, OrganisationName, Event, RoleGrant)
    ]


def test_loading_a_market_creates_a_member_with_a_paper_agreement_for_each_listed_provider(authority):
    report = loaded(authority)
    assert report.changed
    assert Member.objects.count() == 3
    assert {one.agreement.on_paper for one in Member.objects.select_related("agreement")} == {True}
    assert Agreement.objects.count() == 2, "one agreement for a provider, naming its lots"
    assert {one.request.status for one in Member.objects.select_related("request")} == {LotRequestStatus.ADMITTED}


def test_a_real_provider_is_loaded_without_prices_or_users_or_unprinted_details(authority):
    loaded(authority)
    provider = Organisation.objects.get(name="Ash Barn Learning Ltd")
    assert provider.status == OrganisationStatus.RECORDED
    assert (provider.form, provider.address, provider.telephone, provider.website) == ("", "", "", "")
    assert not provider.invented
    assert not RoleGrant.objects.filter(organisation=provider).exists()
    assert all(one.prices == [] for one in Agreement.objects.all())
    assert all(one.last_checked_on is None for one in Member.objects.all())


def test_two_spellings_of_a_name_become_one_provider_and_are_noted_as_a_query(authority):
    report = loaded(authority)
    assert Organisation.objects.filter(kind="provider").count() == 2
    assert any("Ashbarn Learning" in line and "one provider" in line for line in report.lines)
    assert any(line.startswith("Query: Brook Studio in category 2") for line in report.lines)
    assert Member.objects.get(provider__name="Brook Studio").query


def test_loading_a_market_twice_changes_nothing(authority):
    loaded(authority)
    before = everything()
    report = loaded(authority)
    assert not report.changed
    assert everything() == before


def test_a_changed_pack_can_be_loaded_over_a_draft_but_not_an_open_market(authority):
    loaded(authority)
    market = Market.objects.get()
    assert not loaded(authority).changed
    set_status(market, "open")
    assert not loaded(authority).changed
    with pytest.raises(Refused, match="of an open market"):
        loaded(authority, title="Another title")


def test_a_provider_that_another_authority_has_recorded_is_not_duplicated(authority):
    loaded(authority)
    other = AuthorityFactory()
    made = pack("LOB", providers=[{"name": "ASH BARN LEARNING LIMITED", "lots": [1]}])
    load(made, authority=other, by=olivia(other), at=NOW)
    assert Organisation.objects.filter(kind="provider").count() == 2


def test_a_provider_that_registered_itself_counts_as_checked_once_it_is_carried_over(authority):
    market, provider = MarketFactory(authority=authority), ProviderFactory()
    assert not provider.was_checked
    carry_over(market, provider, lots=[1], queries={}, source="The list", by=olivia(authority), at=NOW)
    provider.refresh_from_db()
    assert provider.was_checked
    assert provider.checked_at == NOW


def test_only_market_managers_can_load_a_market(authority):
    for role in (Role.APPROVER, Role.QUALITY_OFFICER, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDenied):
            load(pack("LOA"), authority=authority, by=person(role, at=authority), at=NOW)
    assert not Market.objects.exists()


def test_an_error_half_way_through_loading_leaves_nothing_saved(authority, monkeypatch):
    born = Member.save

    def third_fails(self, *args, **kwargs):
        if Member.objects.count() == 2:
            raise OSError("the disk is full")
        return born(self, *args, **kwargs)

    monkeypatch.setattr(Member, "save", third_fails)
    officer = olivia(authority)
    before = everything()
    with pytest.raises(OSError, match="disk"):
        load(pack("LOA", providers=PROVIDERS), authority=authority, by=officer, at=NOW)
    assert everything() == before


def test_carrying_over_a_provider_skips_lots_where_it_is_already_a_member(authority):
    market = MarketFactory(authority=authority)
    provider, officer = ProviderFactory(recorded=True), olivia(authority)
    given = {"queries": {}, "source": "A list", "by": officer, "at": NOW}
    assert len(carry_over(market, provider, lots=[1], **given)) == 1
    assert [one.lot.number for one in carry_over(market, provider, lots=[1, 2], **given)] == [2]
    assert carry_over(market, provider, lots=[1, 2], **given) == []


def test_the_printed_west_sussex_list_loads_in_full(settings):
    folder = settings.BASE_DIR / "packs" / "west-sussex-iap"
    iap = read_pack(folder)
    authority = AuthorityFactory(slug="west-sussex")
    report = load(iap, authority=authority, by=olivia(authority), at=NOW)
    named = Organisation.objects.filter(kind="provider")
    assert (Member.objects.count(), named.count()) == (44, 17)
    queries = [line for line in report.lines if line.startswith("Query: ")]
    assert len(queries) == Member.objects.exclude(query="").count() == 5
    told = "\n".join(report.lines)
    assert "17" in told
    assert "eighteen" in told
    assert "BrightTeach" in told
    assert not RoleGrant.objects.filter(organisation__kind="provider").exists()
    before = everything()
    assert not load(iap, authority=authority, by=olivia(authority), at=NOW).changed
    assert everything() == before


def test_two_spellings_of_one_name_in_a_pack_are_refused(authority):
    twice = [{"name": "Brook Studio", "lots": [1]}, {"name": "BROOK studio Limited", "lots": [2]}]
    before = everything()
    with pytest.raises(Refused, match="2 spellings of one name"):
        load(pack("LOB", providers=twice), authority=authority, by=olivia(authority), at=NOW)
    assert everything()[:5] == before[:5]


def test_the_report_lists_an_existing_provider_whose_name_is_spelt_differently(authority):
    loaded(authority)
    again = pack("LOC", providers=[{"name": "The Brook Studio", "lots": [1]}])
    report = load(again, authority=authority, by=olivia(authority), at=NOW)
    assert any(line.startswith("The Brook Studio is recorded as Brook Studio") for line in report.lines)
    assert not any("is recorded as" in line for line in loaded(authority).lines)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "Brook\u202eStudio", "Br\u043eok Studio"])
def test_an_impossible_name_in_a_pack_is_refused(authority, name):
    with pytest.raises(Refused, match="Name must not"):
        load(pack("LOD", providers=[{"name": name, "lots": [1]}]), authority=authority, by=olivia(authority), at=NOW)
    assert not Member.objects.exists()
