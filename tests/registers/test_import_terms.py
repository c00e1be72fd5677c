from datetime import date

import pytest
from django.core.management import CommandError, call_command

from calloff.kernel.lifecycles import Refused
from calloff.registers.commands import import_terms
from calloff.registers.models import ClosedDay, RegisterImport, SchoolTerm
from calloff.registers.queries import school_calendar
from tests.factories import NOW
from tests.registers.files import text_of

pytestmark = pytest.mark.django_db
HEADER = ["la_code", "urn", "name", "starts_on", "ends_on", "closed_days"]
SPRING = ["938", "", "Spring term 2026, second half", "2026-02-23", "27/03/2026", "2026-03-06; 27/02/2026"]
SUMMER = ["938", "", "Summer term 2026, first half", "2026-04-13", "2026-05-22", ""]
OWN = ["938", "138001", "Own spring term", "2026-02-16", "2026-03-20", ""]


def a_file(folder, *rows, header=HEADER):
    path = folder / "terms.csv"
    path.write_bytes(text_of(header, rows).encode())
    return path


def test_terms_and_closed_days_are_imported_and_a_second_import_changes_nothing(tmp_path):
    path = a_file(tmp_path, SPRING, SUMMER)
    done = import_terms(path, at=NOW)
    assert (done.kind, done.rows, done.added, done.changed) == ("terms", 2, 2, 0)
    assert set(ClosedDay.objects.values_list("day", flat=True)) == {date(2026, 2, 27), date(2026, 3, 6)}
    again = import_terms(path, at=NOW)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert (SchoolTerm.objects.count(), RegisterImport.objects.count()) == (2, 2)


def test_an_existing_term_is_updated_from_the_file(tmp_path):
    import_terms(a_file(tmp_path, SPRING, SUMMER), at=NOW)
    longer = [*SPRING[:4], "2026-04-01", "2026-03-06;2026-03-31"]
    done = import_terms(a_file(tmp_path, longer), at=NOW)
    assert (done.added, done.changed) == (0, 1)
    assert SchoolTerm.objects.get(starts_on=date(2026, 2, 23)).ends_on == date(2026, 4, 1)
    assert set(ClosedDay.objects.values_list("day", flat=True)) == {date(2026, 3, 6), date(2026, 3, 31)}
    assert SchoolTerm.objects.count() == 2


def test_a_term_whose_first_day_moved_is_replaced(tmp_path):
    import_terms(a_file(tmp_path, SPRING), at=NOW)
    import_terms(a_file(tmp_path, [*SPRING[:3], "2026-02-24", *SPRING[4:]]), at=NOW)
    assert SchoolTerm.objects.get().starts_on == date(2026, 2, 24)


@pytest.mark.parametrize("first", ["23/02/2026", "23 Feb 2026", "23-Feb-26", "46076", "2026-02-23 00:00:00"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_dates_in_spreadsheet_formats_can_be_imported(tmp_path, first, encoding):
    path = a_file(tmp_path, [*SPRING[:3], first, *SPRING[4:]])
    path.write_bytes(path.read_bytes().decode().encode(encoding))
    import_terms(path, at=NOW)
    assert SchoolTerm.objects.get().starts_on == date(2026, 2, 23)


def test_a_preview_of_an_import_changes_nothing(tmp_path):
    assert import_terms(a_file(tmp_path, SPRING), at=NOW, preview=True).added == 1
    assert not SchoolTerm.objects.exists()
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, "93", "column la_code: “93” is not a council’s 3-digit code"),
        (1, "x", "column urn: “x” is not the URN"),
        (2, "", "column name: enter the name of the term."),
        (2, "x" * 51, "column name: the name of the term must be 50 characters or fewer."),
        (3, "", "column starts_on: enter the first day of the term."),
        (4, "", "column ends_on: enter the last day of the term."),
        (3, "31/02/2026", "column starts_on: “31/02/2026” is not a date like"),
        (
            4,
            "2026-02-01",
            "column ends_on: the last day must be the same as or after the first day, and within 130 days of it.",
        ),
        (4, "2027-03-27", "within 130 days"),
        (5, "2026-08-01", "column closed_days: 01/08/2026 is not in the term"),
        (5, "soon", "column closed_days: “soon” is not a date like"),
    ],
)
def test_a_bad_row_is_reported_by_line_and_column_and_nothing_is_imported(tmp_path, place, value, words):
    bad = [*SUMMER]
    bad[place] = value
    with pytest.raises(Refused, match=r"terms\.csv, line 3") as error:
        import_terms(a_file(tmp_path, SPRING, bad), at=NOW)
    assert words in str(error.value)
    assert not SchoolTerm.objects.exists()


def test_terms_that_overlap_are_refused(tmp_path):
    with pytest.raises(Refused, match="the term on line 2 overlaps with this term"):
        import_terms(a_file(tmp_path, SPRING, [*SUMMER[:3], "2026-03-27", "2026-05-22", ""]), at=NOW)


def test_a_file_with_no_terms_is_reported(tmp_path):
    with pytest.raises(Refused, match="The columns must be urn, name"):
        import_terms(a_file(tmp_path, ["938"], header=["la_code"]), at=NOW)
    with pytest.raises(Refused, match="has no rows"):
        import_terms(a_file(tmp_path), at=NOW)


def test_the_command_line_imports_terms_and_reports_each_error(tmp_path, capsys):
    call_command("import_terms", str(a_file(tmp_path, SPRING)))
    assert "1 rows (1 added" in capsys.readouterr().out
    with pytest.raises(CommandError, match="line 2, column la_code"):
        call_command("import_terms", str(a_file(tmp_path, ["", *SPRING[1:]])))


def test_a_schools_own_dates_take_precedence_over_the_dates_of_its_authority(tmp_path):
    import_terms(a_file(tmp_path, SPRING, SUMMER, OWN), at=NOW)
    common, own = school_calendar("938"), school_calendar("938", 138001)
    assert not common.is_school_day(date(2026, 3, 6))
    assert own.is_school_day(date(2026, 3, 6))
    assert common.is_school_day(date(2026, 3, 25))
    assert not own.is_school_day(date(2026, 3, 25))
    assert own.is_school_day(date(2026, 4, 14))
    with pytest.raises(LookupError):
        school_calendar("850").is_school_day(date(2026, 3, 6))


def test_a_school_without_its_own_terms_can_have_its_own_closed_days(tmp_path):
    import_terms(a_file(tmp_path, SPRING), at=NOW)
    ClosedDay.objects.create(la_code="938", urn=138001, day=date(2026, 3, 9), what="INSET day")
    own = school_calendar("938", 138001)
    assert not own.is_school_day(date(2026, 3, 9))
    assert not own.is_school_day(date(2026, 3, 6))
    assert school_calendar("938", 138002).is_school_day(date(2026, 3, 9))
