import io

import pytest
from django.core.management import CommandError, call_command

from calloff.cli.progress import ProgressBar
from calloff.registers.models import Postcode, School
from tests.registers.files import postcodes_file, row, schools_file

pytestmark = pytest.mark.django_db


def run(*words):
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def test_importing_schools_twice_changes_nothing_the_second_time(tmp_path, capsys):
    path = schools_file(tmp_path, row())
    assert "1 rows (1 added" in run("import_schools", path)
    assert "all 1 rows have already been imported. Nothing changed." in run("import_schools", path)
    assert School.objects.count() == 1
    assert "Reading schools.csv" in capsys.readouterr().err


def test_a_refused_import_lists_each_error_and_its_line_number(tmp_path):
    with pytest.raises(CommandError) as caught:
        run("import_schools", schools_file(tmp_path, row(URN="x"), row(URN="y")))
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == [
        "schools.csv, line 2, column URN",
        "schools.csv, line 3, column URN",
    ]
    assert not School.objects.exists()


def test_an_import_can_be_limited_to_some_postcode_areas(tmp_path):
    path = postcodes_file(tmp_path, "BN1 1AA,10,531000,104000\nPO1 1AA,10,464000,100000\n")
    assert "1 would be added" in run("import_postcodes", path, "--areas", "BN", "--preview")
    assert not Postcode.objects.exists()
    run("import_postcodes", path, "--areas", "BN,RH")
    assert Postcode.objects.get().pk == "BN1 1AA"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_progress_bar_is_shown_only_on_a_terminal_and_ends_with_a_new_line():
    terminal = Terminal()
    bar = ProgressBar(terminal)
    for share in (0, 0.5, 1):
        bar("Reading", share)
    bar.close()
    drawn = terminal.getvalue()
    assert drawn.count("Reading [") == 3
    assert "100%" in drawn
    assert drawn.endswith("\n")


def test_in_a_log_file_each_step_is_one_line_instead_of_a_progress_bar():
    log = io.StringIO()
    bar = ProgressBar(log)
    for share in (0, 0.5, 1):
        bar("Reading", share)
    bar.close()
    assert log.getvalue() == "Reading ...\n"
