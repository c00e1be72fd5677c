"""Tests for the pages on which people check and import a .zip file with market packs or a provider's services."""

import io
import re
import zipfile

import pytest

from calloff.directory.hsds_tabular.csv_writer import export_directory
from calloff.directory.models import Service
from calloff.history.models import Event
from calloff.markets.models import Market
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.directory.hsds_tabular.scenario import keeper, two_providers
from tests.documents.sample_files import upload
from tests.factories import NOW, AuthorityFactory, person
from tests.markets.scenario import staffed
from tests.web.sample_archives import zip_of, zip_of_pack, zip_of_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def council():
    return staffed(AuthorityFactory(slug="west-sussex", name="West Sussex County Council"))


@pytest.fixture
def officer(client, council):
    client.force_login(person(Role.CONTRACTS_OFFICER, at=council))
    return client


def send(client, path, content, do, name="pack.zip", **fields):
    answer = client.post(path, {"file": upload(name, content), "do": do} | fields, follow=True)
    return re.sub(r"\s+", " ", answer.content.decode())


def load(client, content, do="load", name="pack.zip"):
    return send(client, "/authorities/west-sussex/markets/load", content, do, name)


def test_a_check_of_a_pack_says_what_would_be_loaded_and_stores_nothing(officer, council):
    before = Event.objects.count()
    text = load(officer, zip_of_pack("west-sussex"), do="check")
    assert "as a draft with 5 categories" in text
    assert "We have not loaded anything yet" in text
    assert not Market.objects.exists()
    assert Event.objects.count() == before


def test_a_pack_is_loaded_as_a_draft_with_its_members_and_history(officer, council):
    assert "IAP loaded as a draft" in load(officer, zip_of_pack("west-sussex"))
    market = Market.objects.get(code="IAP")
    assert Member.objects.filter(market=market).exists()
    assert (
        person(Role.CONTRACTS_OFFICER, at=council).name
        in officer.get(f"/authorities/west-sussex/markets/{market.slug}/history").content.decode()
    )
    assert "has already been loaded" in load(officer, zip_of_pack("west-sussex"))


def test_an_exported_market_can_be_loaded_from_the_same_file(officer, council):
    load(officer, zip_of_pack("west-sussex"))
    exported = officer.get(f"/authorities/west-sussex/markets/{Market.objects.get().slug}/export").content
    assert "has already been loaded and is the same" in load(officer, exported)


def bomb():
    return zip_of(pack__market_dot_yml="a" * 11_000_000)


def encrypted():
    content = bytearray(zip_of(market_dot_yml="code: IAP"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def outside():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../market.yml", "code: IAP")
    return packed.getvalue()


def file_and_folder_of_one_name():
    return zip_of(**{"pack": "a", "pack__market_dot_yml": "code: IAP"})


def packed_with_lzma():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("market.yml", "code: IAP")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (packed_with_lzma, "with the usual compression"),
        (lambda: b"PK\x03\x04 not a zip", "We cannot open this .zip file"),
        (encrypted, "We cannot open this .zip file"),
        (bomb, "10 MB or less in total when unpacked"),
        (file_and_folder_of_one_name, "a different name"),
        (lambda: b"", "must not be an empty file"),
        (outside, "at the top of the .zip file or in one folder"),
        (lambda: zip_of(**{f"f{number}_dot_yml": "" for number in range(81)}), "Upload 80 files or fewer"),
        (lambda: zip_of(a_dot_yml=""), "exactly one market.yml"),
        (lambda: zip_of(a__market_dot_yml="", b__market_dot_yml=""), "exactly one market.yml"),
        (lambda: zip_of(market_dot_yml="code: [1"), "market.yml, line"),
        (lambda: zip_of_pack("ambridge"), "This pack is for West Sussex County Council"),
    ],
)
def test_a_pack_that_cannot_be_read_loads_nothing_and_says_why(officer, content, error):
    assert error in load(officer, content())
    assert not Market.objects.exists()


def test_only_a_zip_file_can_be_uploaded(officer):
    assert "Upload a .zip file of 2 MB or less" in load(officer, zip_of_pack("west-sussex"), name="pack.tar")


def test_people_without_the_permission_cannot_load_a_market(client, council):
    client.force_login(person(Role.APPROVER, at=council))
    assert client.get("/authorities/west-sussex/markets/load").status_code == 403


def test_a_provider_checks_and_imports_its_services_from_another_system(client, tmp_path):
    council, farm = two_providers(), Organisation.objects.get(slug="windmill")
    client.force_login(keeper(farm, Organisation.objects.get(slug="tideway")))
    export_directory(council, tmp_path / "out", at=NOW)
    services = tmp_path / "out" / "services.csv"
    services.write_text(services.read_text().replace("Farm mornings", "Barn mornings"))
    content = zip_of(**{path.name: path.read_text() for path in (tmp_path / "out").glob("*.csv")})
    path = "/providers/windmill/services/import"
    text = send(client, path, content, "check", "services.zip", authority=council.slug)
    assert re.search(r"Services: [01] would be added, 1 would be changed", text)
    assert not Service.objects.filter(name="Barn mornings").exists()


def test_services_of_a_provider_that_is_not_a_member_are_refused(client):
    council, farm = two_providers(), Organisation.objects.get(slug="windmill")
    client.force_login(keeper(farm))
    before = Service.objects.count()
    text = send(client, "/providers/windmill/services/import", zip_of_services(), "import", authority=council.slug)
    assert "is not a member of a category at" in text
    assert Service.objects.count() == before
