"""Tests for the version command, which needs neither a database nor a configuration."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calloff.project import version

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "133f7124a0c1" + "0" * 28


def calloff(home, *words):
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    surroundings |= {"CALLOFF_HOME": str(home), "DJANGO_SETTINGS_MODULE": "calloff.project.settings"}
    program = [sys.executable, "-m", "calloff.project.cli", *words]
    return subprocess.run(program, env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--version"], r"^Calloff \d+\.\d+\S*,.* code [0-9a-f]{12} \(Python 3\.\d+\.\d+, Django 5\.\S+\)$"),
        (["migrate", "--version"], r"^Calloff "),
        (["help"], r"import-schools +Import"),
        (["help", "serve"], r"usage: "),
        (["serve", "--help"], r"usage: "),
        (["database-roles"], r"^CREATE ROLE calloff_owner"),
    ],
)
def test_the_version_command_does_not_start_a_database(tmp_path, words, said):
    done = calloff(tmp_path / "home", *words)
    assert done.returncode == 0, done.stderr
    assert re.search(said, done.stdout, re.M), done.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "files",
    [
        {".git/HEAD": COMMIT},
        {".git/HEAD": "ref: refs/heads/main", ".git/refs/heads/main": COMMIT},
        {".git/HEAD": "ref: refs/heads/main", ".git/packed-refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"},
        {".git": "gitdir: elsewhere/w", "elsewhere/w/HEAD": "ref: refs/heads/a", "elsewhere/w/commondir": "..",
         "elsewhere/refs/heads/a": COMMIT},
    ],
)  # fmt: skip
def test_the_commit_is_read_from_the_git_files(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert version.commit_of(tmp_path) == COMMIT


def test_code_without_git_files_is_identified_by_its_digest(tmp_path):
    assert version.commit_of(tmp_path) == ""
    (tmp_path / "a.py").write_text("a = 1\n")
    first = version.code_digest(tmp_path)
    (tmp_path / "a.py").write_text("a = 2\n")
    assert version.code_digest(tmp_path) != first
