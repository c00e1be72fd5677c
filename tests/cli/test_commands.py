"""Tests that every command can be run, including the commands that our documents name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calloff.project import cli, command_list

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "deploy").iterdir())]
OURS = {file.stem.replace("_", "-") for file in cli.COMMANDS_FOLDER.glob("*.py")} - {"--init--"}
# These are commands of run.py itself. `demo` is also a command of calloff.
OF_RUN = {"demo", "dev", "look", "test", "check", "bench", "help"}
NOT_A_COMMAND = {"and", "chooses", "command", "itself", "refuses", "says", "is", "-", "seal", "calloff"}
NAMED = re.compile(r"(?:`calloff|bin/calloff|; calloff|\bcalloff|run\.py) +([a-z][a-z-]+)")


def named():
    """Return the commands in the code in our documents: words after `calloff` or `run.py`, and words with hyphens."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text()
        code = re.findall(r"`([^`]+)`", text) + re.findall(r"^(?:    |ExecStart\w*=).+$", text, re.M)
        found |= {name for part in code for name in NAMED.findall(part)}
        found |= {part.split()[0] for part in code if part.strip() and part.split()[0] in OURS and "-" in part}
    return found


EACH = """
import os, sys, django
from calloff.project import cli
cli.prepare_environment("", cli.calloff_home())
django.setup()  # once, and not once for each: what a command itself does follows in its own process
for name in sys.argv[1:]:
    sys.stdout.flush()
    child = os.fork()
    if not child:
        sys.argv = ["calloff", name, "--help"]
        cli.main()
        os._exit(0)
    print(f"= {name} {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")
"""


@pytest.fixture(scope="module")
def helped():
    """Return the exit status of `--help` for each command, which is run in a separate process."""
    surroundings = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONPATH": str(ROOT)}
    surroundings["DJANGO_SETTINGS_MODULE"] = "calloff.project.settings"
    names = sorted(OURS | (named() - OF_RUN - NOT_A_COMMAND))
    words = [sys.executable, "-c", EACH, *names]
    done = subprocess.run(words, env=surroundings, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage:") == len(names), done.stderr
    return dict(re.findall(r"^= (\S+) (\d+)$", done.stdout, re.M))


def test_the_test_finds_commands_named_in_the_documents():
    known = {"import-schools", "import-terms", "import-agreements", "set-la-code", "export-directory", "database-roles"}
    assert known | {"import-directory", "import-postcodes", "backup", "restore", "serve", "work"} <= named()


def test_help_lists_each_command_once_on_its_own_line(capsys, monkeypatch):
    listed = [name for names in command_list.COMMAND_GROUPS.values() for name in names]
    assert sorted(listed) == sorted(OURS | set(command_list.BUILT_IN_COMMANDS))
    monkeypatch.setattr(cli.sys, "argv", ["calloff", "help"])
    monkeypatch.setattr(cli, "run_database", None)  # This command needs no environment variables.
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setattr(cli, "prepare_environment", lambda *_: None)
    cli.main()
    lines = capsys.readouterr().out.splitlines()
    assert "  import-schools      Import schools from an extract" in "\n".join(lines)
    assert all(len(line) < 180 for line in lines)
    assert not [line for line in lines if line.startswith(("  startapp", "  flush", "  testserver"))]
    assert not [line for line in lines if "_" in line[:22]]


def test_command_files_follow_the_django_naming_rule():
    assert not [file.name for file in cli.COMMANDS_FOLDER.glob("*.py") if "-" in file.name]


def test_every_command_can_be_run(helped):
    assert set(helped) >= OURS
    assert {name for name, status in helped.items() if status != "0"} == set()


@pytest.mark.parametrize("word", ["set-la-code", "set_la_code", "create-authority", "create_authority"])
def test_hyphens_and_underscores_in_command_names_are_equivalent(word):
    argv = ["calloff", word]
    assert cli.normalise_arguments(argv) == word.replace("-", "_")
    assert (cli.COMMANDS_FOLDER / f"{argv[1]}.py").exists()


def test_django_commands_are_passed_on_to_django():
    argv = ["calloff", "show-migrations"]
    assert (cli.normalise_arguments(argv), argv[1]) == ("show_migrations", "show_migrations")
    assert cli.normalise_arguments(["calloff"]) == cli.normalise_arguments(["calloff", "--version"]) == ""


def test_the_database_role_is_the_same_for_any_spelling_of_a_command():
    assert cli.database_role_of(cli.normalise_arguments(["calloff", "database-roles"])) == "owner"
    assert cli.database_role_of(cli.normalise_arguments(["calloff", "dispose-pupils"])) == "disposal"
    assert cli.database_role_of(cli.normalise_arguments(["calloff", "import-schools"])) == "application"


def test_a_production_machine_refuses_to_create_its_own_database(monkeypatch, tmp_path):
    """`calloff backup` without its environment variables once backed up an empty database and reported success."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(cli, "ENVIRONMENT_FILE", tmp_path / "calloff.env")
    assert not cli.lacks_environment("backup")
    (tmp_path / "calloff.env").touch()
    assert cli.lacks_environment("backup")
    assert not cli.lacks_environment("demo")
    monkeypatch.setenv("DATABASE_URL", "postgresql:///calloff")
    assert not cli.lacks_environment("backup")
