import io

import pytest
from django.core.management import CommandError, call_command

from calloff.agreements.models import Agreement
from calloff.people.permissions import Role
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName
from calloff.rate_limits.models import AttemptCount
from tests.documents.sample_files import pdf
from tests.factories import NOW, AuthorityFactory, person
from tests.partners.scenario import market, olivia, registered

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
    given = ["import_agreements", one.code, tmp_path / "paper.csv", "--pdfs", tmp_path, "--by", by.email, *words]
    call_command(*map(str, given), stdout=out)
    return out.getvalue()


def test_previewing_importing_and_repeating_an_import_report_the_same_agreement(one, tmp_path):
    assert "1 agreement would be imported" in run(one, tmp_path, "--preview")
    assert not Agreement.objects.exists()
    assert "1 agreement imported" in run(one, tmp_path)
    assert Agreement.objects.get().paper.name == "copy.pdf"
    assert "Nothing changed" in run(one, tmp_path)


def test_an_import_can_contain_more_pdf_copies_than_the_upload_limit(one, tmp_path, settings):
    """The command can inspect any number of files, which are not counted as uploads by the officer."""
    settings.RATE_LIMITS = {"upload": (1, 1)}
    officer = olivia(one.authority)
    for name in ("more.pdf", "still-more.pdf"):
        (tmp_path / name).write_bytes(pdf())
    assert "1 agreement imported" in run(one, tmp_path, by=officer)
    assert not AttemptCount.objects.exists()
    assert count_attempt(LimitName.UPLOAD, officer.pk, at=NOW).allowed
    assert not count_attempt(LimitName.UPLOAD, officer.pk, at=NOW).allowed


def test_each_import_error_is_printed_on_its_own_line(one, tmp_path):
    with pytest.raises(CommandError) as error:
        run(one, tmp_path, table=TABLE.replace("138001", "x").replace("copy", "gone"))
    assert [line.split(":")[0] for line in str(error.value).splitlines()[:2]] == [
        "paper.csv, line 2, column URN",
        "paper.csv, line 2, column PDF",
    ]


def test_only_a_contracts_officer_can_import_agreements_and_only_for_a_known_market(one, tmp_path):
    with pytest.raises(CommandError, match="Maud cannot do this"):
        run(one, tmp_path, by=person(Role.ADMINISTRATOR, at=one.authority))
    one.code = "NONE"
    with pytest.raises(CommandError, match="There is no market with the code NONE"):
        run(one, tmp_path)
