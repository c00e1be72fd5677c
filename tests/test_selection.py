"""Tests for selecting the tests to run: --changed, --quick, and use of the database of the previous run."""

import subprocess
import sys

import pytest
from django.db import connection

from tests import built_database, selection
from tests.selection import ROOT, changed_files, test_files, touched_test_files

test_files.__test__ = False


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ("calloff/kernel/money.py", "tests/kernel/test_money.py"),  # by import
        ("calloff/placements/commands/reviews.py", "tests/placements/test_agree.py"),  # through code that tests share
        ("calloff/web/provider/placements/register.py", "tests/web/provider/test_placements.py"),  # by address
        ("calloff/buying/commands/offers.py", "tests/web/buyer/test_directory.py"),  # by URL
        ("calloff/web/list_pages.py", "tests/journeys/test_whole_story.py"),  # in a browser
        ("calloff/web/pages/provider/home.html", "tests/web/provider/test_placements.py"),  # a template
        # through the name of a command
        ("calloff/cli/management/commands/set_la_code.py", "tests/cli/test_officers.py"),
        ("tests/factories_placements.py", "tests/placements/test_confirm.py"),  # code that tests share
        ("tests/kernel/test_money.py", "tests/kernel/test_money.py"),
        ("deploy/nginx.conf", "tests/deploy/test_nginx.py"),
        ("calloff/kernel/gone.py", "tests/kernel/test_money.py"),  # a module that has been deleted
        ("calloff/kernel/money.py", "tests/architecture/test_map.py"),  # This test checks the program by its names.
    ],
)
def test_changing_a_test_file_selects_that_test(changed, touched):
    assert touched in touched_test_files([changed])


def test_changing_one_view_leaves_out_most_tests():
    touched = touched_test_files(["calloff/web/provider/placements/register.py"])
    assert "tests/web/buyer/test_directory.py" not in touched
    assert "tests/kernel/test_money.py" not in touched
    assert len(touched) < len(test_files()) / 3


@pytest.mark.parametrize("path", ["tests/conftest.py", "calloff/pupils/migrations/0001_initial.py", "pyproject.toml"])
def test_certain_changes_select_every_test(path):
    assert touched_test_files([path]) is None


def test_changing_any_module_selects_one_of_its_own_tests():
    """The architecture tests do not count, because they always run.

    Otherwise, --changed would run no test that calls the module.
    """
    modules = [path.relative_to(ROOT) for path in (ROOT / "calloff").rglob("*.py") if "migrations" not in path.parts]
    alone = [
        str(path)
        for path in modules
        if path.name != "__init__.py"
        and not [name for name in touched_test_files([str(path)]) if not name.startswith(selection.ALWAYS)]
    ]
    assert not alone


def test_every_path_in_the_selection_tables_exists():
    folders = {place for places in (selection.EDGES | selection.READ).values() for place in places}
    missing = [place for place in folders if not [name for name in test_files() if name.startswith(place)]]
    assert not missing
    assert not [path for path in (*selection.READ, *selection.EVERYTHING) if not (ROOT / path).exists()]
    assert not [edge for edge in selection.EDGES if not (ROOT / edge.replace(".", "/")).is_dir()]


def test_changes_on_the_branch_and_in_the_working_tree_and_new_files_are_all_included(tmp_path, monkeypatch):
    monkeypatch.setattr(selection, "ROOT", tmp_path)

    def git(*words):
        identity = ["-c", "user.name=A test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "main")
    for name in ("same", "committed", "edited"):
        (tmp_path / name).write_text("before")
    git("add", ".")
    git("commit", "-m", "First")
    git("switch", "-c", "branch")
    (tmp_path / "committed").write_text("after")
    git("commit", "-a", "-m", "Second")
    (tmp_path / "edited").write_text("after")
    (tmp_path / "new").write_text("")
    assert changed_files() == {"committed", "edited", "new"}
    assert changed_files("HEAD") == {"edited", "new"}
    with pytest.raises(selection.NoRepository, match="nowhere"):
        changed_files("nowhere")


def collected(*words):
    program = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_a_quick_run_leaves_out_slow_and_browser_tests_and_keeps_a_requested_marker():
    files = ["tests/history/test_crash_safety.py", "tests/kernel/test_money.py", "tests/history/test_transitions.py"]
    told = collected("--quick", *files)
    assert "test_money.py::" in told
    assert "test_crash_safety.py::" not in told
    told = collected("--quick", "-m", "postgres15 or slow", *files)
    assert "test_transitions.py::" in told
    assert "test_money.py::" not in told
    assert "test_crash_safety.py::" not in told


@pytest.mark.django_db
def test_the_test_database_is_reused_while_the_migrations_are_the_same(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", connection.settings_dict["NAME"])
    assert not built_database.is_out_of_date()
    monkeypatch.setattr(built_database, "digest_of_migrations", lambda: "of others")
    assert built_database.is_out_of_date()
    monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", "test_of_nobody")
    assert built_database.is_out_of_date()
