"""Tests for markets on the command line: loading a pack, opening the market, and exporting the market as a pack."""

import shutil

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from calloff.agreements.models import Agreement
from calloff.history.models import Event
from calloff.kernel import clock
from calloff.markets.commands import modify
from calloff.markets.models import Market
from calloff.markets.packs.loader import read_pack
from calloff.members.models import Member
from calloff.people.models import Organisation, OrganisationName
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, person
from tests.markets.scenario import staffed
from tests.unauthorised_users import database_rows

pytestmark = pytest.mark.django_db
PACKS = settings.BASE_DIR / "packs"
IAP = PACKS / "west-sussex-iap"


@pytest.fixture
def olivia():
    authority = staffed(AuthorityFactory(slug="west-sussex", name="West Sussex County Council"))
    return person(Role.CONTRACTS_OFFICER, at=authority)


@pytest.fixture
def changed_pack(tmp_path):
    """Return a copy of a pack that a test can damage, with the files that packs share."""
    shutil.copytree(IAP, tmp_path / IAP.name)
    shutil.copytree(PACKS / "shared", tmp_path / "shared")
    return tmp_path / IAP.name


def load(folder, by, capsys):
    call_command("load_market", folder, by=by.email)
    return capsys.readouterr().out


def test_the_report_lists_providers_on_the_printed_list_and_names_that_are_in_doubt(olivia, capsys):
    said = load(IAP, olivia, capsys)
    assert "IAP: Independent Alternative Provision DPS loaded for West Sussex County Council" in said
    assert "as a draft with 5 categories" in said
    assert "The Provider Guide lists 17 providers, but the letter of 3 November 2021 mentions eighteen." in said
    assert "BrightTeach Ltd is also printed as BrightTeach Limited. All these names are for one provider." in said
    for doubtful in ("Learn Solutions Ltd", "Nisai", "Red Balloon in the Air", "At School Online", "Five Rivers"):
        assert f"Query: {doubtful}" in said
    assert said.count("Query:") == 5
    assert "open-market IAP --by EMAIL" in said


def test_a_dry_run_says_what_would_be_loaded_and_stores_nothing(olivia, capsys):
    before = database_rows()
    call_command("load_market", IAP, by=olivia.email, dry_run=True)
    said = capsys.readouterr().out
    assert database_rows() == before
    assert "as a draft with 5 categories" in said
    assert "rows of search words added to the council’s directory." in said
    assert "  autism, autistic, ASD" in said
    assert said.endswith("This was a dry run. Nothing was loaded.\n")
    assert "loaded for West Sussex County Council" in load(IAP, olivia, capsys)


def test_providers_on_the_printed_list_become_members_with_only_a_name_and_a_category(olivia, capsys):
    load(IAP, olivia, capsys)
    providers = Organisation.objects.filter(kind="provider")
    assert providers.count() == 17
    assert set(providers.values_list("status", "form", "company_number", "telephone", "invented")) == {
        ("recorded", "", "", "", False)
    }
    assert (
        OrganisationName.objects.filter(organisation__name="BrightTeach Ltd").count() == 1
    )  # The two spellings of the name have the same key.
    assert Member.objects.count() == sum(len(one.lots) for one in read_pack(IAP).providers)
    assert set(Agreement.objects.values_list("on_paper", "status", "text")) == {(True, "in_force", None)}
    assert Member.objects.exclude(query="").count() == 5


def test_loading_a_market_twice_changes_nothing_and_says_so(olivia, capsys):
    load(IAP, olivia, capsys)
    before = (Event.objects.count(), Member.objects.count(), list(Market.objects.values()))
    assert "Nothing changed." in load(IAP, olivia, capsys)
    assert (Event.objects.count(), Member.objects.count(), list(Market.objects.values())) == before


def test_every_error_gives_its_file_with_the_line_and_field_and_nothing_is_loaded(olivia, changed_pack):
    market = changed_pack / "market.yml"
    text = market.read_text()
    line = text.splitlines().index("code: IAP") + 1
    market.write_text(text.replace("code: IAP", "code: iap7").replace("tool: light_touch", "tool: heavy_touch"))
    with pytest.raises(CommandError) as refused:
        call_command("load_market", changed_pack, by=olivia.email)
    faults = str(refused.value).splitlines()
    assert any(fault.startswith(f"west-sussex-iap/market.yml:{line} code ") for fault in faults), faults
    assert any(" tool " in fault for fault in faults)
    assert faults[-1] == "Nothing was loaded."
    assert not Market.objects.exists()
    assert not Organisation.objects.filter(kind="provider").exists()


def test_an_unknown_authority_is_reported_with_advice_on_creating_it(olivia):
    with pytest.raises(CommandError, match="create-authority 'Dorset Council' --slug dorset"):
        call_command("load_market", PACKS / "dorset-ap", by=olivia.email)


def test_only_a_contracts_officer_can_load_or_open_a_market(olivia, capsys):
    authority = Organisation.objects.get(slug="west-sussex")
    esme = person(Role.EVALUATOR, at=authority)
    with pytest.raises(CommandError, match="Esme cannot load markets"):
        call_command("load_market", IAP, by=esme.email)
    assert not Market.objects.exists()
    load(IAP, olivia, capsys)
    with pytest.raises(CommandError, match="Esme cannot open markets"):
        call_command("open_market", "IAP", by=esme.email)
    assert Market.objects.get().status == "draft"


def test_a_market_can_be_opened_only_once(olivia, capsys):
    load(IAP, olivia, capsys)
    call_command("open_market", "iap", by=olivia.email)
    output = capsys.readouterr().out
    assert "Applications open on Tuesday 1 September 2026 and close at the end of Thursday 31 August 2028." in output
    assert Market.objects.get().status == "open"
    with pytest.raises(CommandError, match="The market was not opened"):
        call_command("open_market", "IAP", by=olivia.email)


def test_an_open_market_cannot_be_loaded_again_from_the_command_line(olivia, changed_pack, capsys):
    load(IAP, olivia, capsys)
    call_command("open_market", "IAP", by=olivia.email)
    market = changed_pack / "market.yml"
    market.write_text(market.read_text().replace("Complex Learners", "Other Learners"))
    with pytest.raises(CommandError, match="You cannot change the terms"):
        call_command("load_market", changed_pack, by=olivia.email)
    assert "Nothing changed." in load(IAP, olivia, capsys)


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PACKS.glob("*/market.yml")))
def test_an_exported_market_can_be_read_back_as_an_identical_pack(folder, tmp_path, capsys):
    pack = read_pack(PACKS / folder)
    officer = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory(slug=pack.authority.slug, name=pack.authority.name))
    load(PACKS / folder, officer, capsys)
    call_command("export_market", pack.code, tmp_path / "written")
    assert read_pack(tmp_path / "written") == pack
    assert "Nothing changed." in load(tmp_path / "written", officer, capsys)


def test_a_modified_market_is_exported_with_its_modifications(olivia, tmp_path, capsys):
    load(IAP, olivia, capsys)
    call_command("open_market", "IAP", by=olivia.email)

    market = Market.objects.get()
    modify(market, what="summary", new="For children out of school.", reason="Shorter.", by=olivia, at=clock.now())
    call_command("export_market", "IAP", tmp_path / "written")
    assert read_pack(tmp_path / "written").summary == "For children out of school."


def test_exporting_a_market_never_overwrites_files(olivia, tmp_path, capsys):
    load(IAP, olivia, capsys)
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_market", "IAP", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(CommandError, match="There is no market with the code ABC"):
        call_command("export_market", "ABC", tmp_path / "new")
