import io

import pytest
from django.core.management import CommandError, call_command

from calloff.agreements.models import Agreement
from calloff.people.permissions import Role
from tests.documents.files import pdf
from tests.factories import AuthorityFactory, person
from tests.partners.story import market, olivia, registered

pytestmark = pytest.mark.django_db
TABLE = "URN,Signatory,Signed on,Version,Ends on,PDF\n138001,Helen,01/09/2025,Version 3,,copy.pdf\n"


@pytest.fixture
def one(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    registered()
    return market(AuthorityFactory(la_code="938"))


def run(one, tmp_path, *words, by=None, table=TABLE):
    (tmp_path / "paper.csv").write_text(table)
    (tmp_path / "copy.pdf").write_bytes(pdf())
    by = by or olivia(one.authority)
    out = io.StringIO()
    given = ["import-agreements", one.code, tmp_path / "paper.csv", "--pdfs", tmp_path, "--by", by.email, *words]
    call_command(*map(str, given), stdout=out)
    return out.getvalue()


def test_a_preview_the_import_and_the_same_again(one, tmp_path):
    assert "1 agreement would be brought in" in run(one, tmp_path, "--preview")
    assert not Agreement.objects.exists()
    assert "1 agreement brought in" in run(one, tmp_path)
    assert Agreement.objects.get().paper.name == "copy.pdf"
    assert "Nothing changed" in run(one, tmp_path)


def test_faults_stand_on_a_line_each(one, tmp_path):
    with pytest.raises(CommandError) as told:
        run(one, tmp_path, table=TABLE.replace("138001", "x").replace("copy", "gone"))
    assert [line.split(":")[0] for line in str(told.value).splitlines()[:2]] == [
        "paper.csv, line 2, column URN",
        "paper.csv, line 2, column PDF",
    ]


def test_only_a_contracts_officer_may_and_only_for_a_market_that_is_here(one, tmp_path):
    with pytest.raises(CommandError, match="Maud may not"):
        run(one, tmp_path, by=person(Role.ADMINISTRATOR, at=one.authority))
    one.code = "NONE"
    with pytest.raises(CommandError, match="There is no market NONE"):
        run(one, tmp_path)
