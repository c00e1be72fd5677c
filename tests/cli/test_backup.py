"""The drill: a backup of one installation becomes another, and every row of it is compared."""

import json
import os
import re
import shutil
import subprocess
import sys

import psycopg
import pytest

from calloff.project.postgres import Postgres

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the drill makes its own two servers")


@pytest.fixture
def homes(tmp_path):
    """Run two installations: the one that is lost, and the one that takes its place."""
    places = [tmp_path / "lost", tmp_path / "new"]
    servers = [Postgres(place / "server", throwaway=True) for place in places]
    with servers[0], servers[1]:
        yield list(zip(places, servers, strict=True))
    for server in servers:
        shutil.rmtree(server.home)


def calloff(home, *words, fails=False):
    place, server = home
    surroundings = {
        name: value for name, value in os.environ.items() if name not in {"PGOPTIONS", "CALLOFF_PLAIN_HTTP"}
    }
    surroundings |= {
        "CALLOFF_HOME": str(place),
        "DATABASE_URL": server.url,
        "DATABASE_OWNER_URL": server.owner_url,
        "DATABASE_DISPOSAL_URL": server.disposal_url,
        "DJANGO_SETTINGS_MODULE": "calloff.project.settings",
    }
    program = [sys.executable, "-m", "calloff.project.main"]
    done = subprocess.run([*program, *words], env=surroundings, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def lost(homes):
    """An installation with an authority, its history, and one private file."""
    home = homes[0]
    calloff(home, "migrate", "--verbosity", "0")
    words = ["--slug", "borchester", "--officer-email", "olivia@council.example", "--officer-name", "Olivia Marsh"]
    calloff(home, "create-authority", "Borchester County Council", *words)
    (home[0] / "files" / "ab").mkdir(parents=True)
    (home[0] / "files" / "ab" / "policy.pdf").write_bytes(b"%PDF-1.7 our policy")
    return home


def test_what_was_kept_comes_back_in_time_and_row_for_row(lost, homes, tmp_path):
    kept = calloff(lost, "backup", str(tmp_path / "kept"))
    assert re.search(r"Kept \d+ tables with [\d,]+ rows, and 2 files, .* in \d+\.\d seconds", kept)

    told = calloff(homes[1], "restore", str(tmp_path / "kept"))

    assert re.search(r"Restored .* every one compared, in \d+\.\d seconds", told)
    place, server = homes[1]
    assert (place / "files" / "ab" / "policy.pdf").read_bytes() == b"%PDF-1.7 our policy"
    with psycopg.connect(server.url) as web:
        assert web.execute("SELECT name FROM people_organisation").fetchone() == ("Borchester County Council",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # the grants came back as well
            web.execute("DELETE FROM history_event")
    print(kept, told)


def test_a_restored_installation_can_be_backed_up_to_the_same_digests(lost, homes, tmp_path):
    calloff(lost, "backup", str(tmp_path / "first"))
    calloff(homes[1], "restore", str(tmp_path / "first"))
    calloff(homes[1], "backup", str(tmp_path / "second"))
    first, second = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("first", "second"))
    assert first["tables"] == second["tables"]


def test_refuses_a_database_that_is_not_empty(lost, tmp_path):
    calloff(lost, "backup", str(tmp_path / "kept"))
    assert "is not empty" in calloff(lost, "restore", str(tmp_path / "kept"), fails=True)


def test_refuses_a_damaged_backup_and_restores_nothing(lost, homes, tmp_path):
    calloff(lost, "backup", str(tmp_path / "kept"))
    (tmp_path / "kept" / "files" / "ab" / "policy.pdf").write_bytes(b"something else")
    assert "damaged: files/ab/policy.pdf" in calloff(homes[1], "restore", str(tmp_path / "kept"), fails=True)
    with psycopg.connect(homes[1][1].owner_url) as owner:
        assert owner.execute("SELECT to_regclass('people_user')").fetchone() == (None,)


def test_refuses_to_write_over_an_older_backup(lost, tmp_path):
    (tmp_path / "kept").mkdir()
    assert "exists already" in calloff(lost, "backup", str(tmp_path / "kept"), fails=True)
