"""Tests that a backup can be restored in a new installation, in which every row is then compared."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from calloff.cli import backup
from calloff.project.embedded_postgres import EmbeddedPostgres
from tests.migrated_server import copy_tables_into

pytestmark = [
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the drill makes its own two servers"),
    pytest.mark.slow,
    pytest.mark.django_db,
]


@contextmanager
def installed(place):
    """Run the database server of an empty installation until the end of the block."""
    server = EmbeddedPostgres(place / "server", throwaway=True)
    with server:
        yield place, server
    shutil.rmtree(server.home)


@pytest.fixture
def empty(tmp_path):
    """Return the installation that replaces the lost one."""
    with installed(tmp_path / "new") as home:
        yield home


def calloff(home, *words, fails=False, key="the key of the lost installation, long enough 0123456789"):
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
        "CALLOFF_SECRET_KEY": key,
    }
    program = [sys.executable, "-m", "calloff.project.cli"]
    done = subprocess.run([*program, *words], env=surroundings, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def lost(django_db_setup, tmp_path_factory):
    """Create an installation with an authority, its history and a private file, which no test changes."""
    with installed(tmp_path_factory.mktemp("lost")) as home:
        copy_tables_into(home[1])
        calloff(home, "migrate", "--verbosity", "0")
        words = ["--slug", "borchester", "--officer-email", "olivia@council.example", "--officer-name", "Olivia Marsh"]
        calloff(home, "create-authority", "Borchester County Council", *words)
        (home[0] / "files" / "ab").mkdir(parents=True)
        (home[0] / "files" / "ab" / "policy.pdf").write_bytes(b"%PDF-1.7 our policy")
        yield home


class Installed(NamedTuple):
    url: str
    owner_url: str
    disposal_url: str


class Kept(NamedTuple):
    place: Path
    told: str


@pytest.fixture(scope="module")
def kept(lost, tmp_path_factory):
    """Back up the lost installation."""
    place = tmp_path_factory.mktemp("backups") / "kept"
    return Kept(place, calloff(lost, "backup", str(place)))


@pytest.mark.postgres15
def test_a_restored_backup_has_the_same_rows_and_digests(kept, empty, tmp_path):
    assert re.search(r"Backed up \d+ tables \([\d,]+ rows\) and 2 files to .* in \d+\.\d seconds", kept.told)

    empty[0].mkdir()
    if os.geteuid() == 0:  # Root runs the commands, but the service has an account of its own.
        os.chown(empty[0], 1234, 1234)
    completed = calloff(empty, "restore", str(kept.place))

    assert "Attention" not in completed
    assert re.search(r"Restored .* in \d+\.\d seconds\. Every row was compared", completed)
    place, server = empty
    assert (place / "files" / "ab" / "policy.pdf").read_bytes() == b"%PDF-1.7 our policy"
    owner = empty[0].stat().st_uid
    brought = [path for name in ("files", "seal") for path in (place / name, *(place / name).rglob("*"))]
    assert {path.stat().st_uid for path in brought if path.exists()} == {owner}
    with psycopg.connect(server.url) as web:
        assert web.execute("SELECT name FROM people_organisation").fetchone() == ("Borchester County Council",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # The grants have also been restored.
            web.execute("DELETE FROM history_event")
    print(kept.told, completed)

    calloff(empty, "backup", str(tmp_path / "second"))
    first, second = (json.loads((one / "manifest.json").read_text()) for one in (kept.place, tmp_path / "second"))
    assert first["tables"] == second["tables"]


def test_restoring_with_a_different_key_gives_a_warning(kept, empty):
    completed = calloff(empty, "restore", str(kept.place), key="another key, and long enough 0123456789 abcdefghij klm")
    fingerprint = json.loads((kept.place / "manifest.json").read_text())["key"]
    assert (
        "Attention: CALLOFF_SECRET_KEY is not the key that was in use when this backup was made (its fingerprint is "
    ) in completed
    assert f"should be {fingerprint}" in completed
    assert "Restored" in completed  # The rows have been restored, so the key can still be set.


@pytest.mark.parametrize(
    ("here", "fallbacks", "told"),
    [
        ("the key", "", ""),
        ("another", "older the-key", "is not the key that was in use"),
        ("another", "the key", ""),
        ("", "", "CALLOFF_SECRET_KEY is not set here"),
    ],
)
def test_the_key_warning_depends_on_the_key_fingerprint(settings, monkeypatch, here, fallbacks, told):
    settings.SECRET_KEY = "the key"
    manifest = {"key": backup.key_fingerprint()}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = here or "made up at random", [fallbacks]
    monkeypatch.setenv("CALLOFF_SECRET_KEY", here)
    said = backup.describe_key_mismatch(manifest)
    assert told in said
    assert bool(said) == bool(told)
    assert backup.describe_key_mismatch({}) == ""  # This is a manifest from before fingerprints were stored.


def test_a_practice_restore_never_changes_the_database_of_the_service(lost, kept, empty):
    """If a person practises a restore and forgets to change one setting, the real service's rows could be deleted."""
    place, server = empty
    forgotten = Installed(server.url, server.owner_url, lost[1].disposal_url)
    completed = calloff((place, forgotten), "restore", str(kept.place), fails=True)
    assert "DATABASE_DISPOSAL_URL does not point to the same database as DATABASE_OWNER_URL" in completed
    with psycopg.connect(server.owner_url) as owner:
        assert owner.execute("SELECT to_regclass('people_user')").fetchone() == (None,)


def test_a_restore_into_a_database_that_has_rows_is_refused(lost, kept):
    assert "is not empty" in calloff(lost, "restore", str(kept.place), fails=True)


def test_a_damaged_backup_is_refused_and_nothing_is_restored(kept, empty, tmp_path):
    shutil.copytree(kept.place, tmp_path / "damaged")
    (tmp_path / "damaged" / "files" / "ab" / "policy.pdf").write_bytes(b"something else")
    assert "damaged: files/ab/policy.pdf" in calloff(empty, "restore", str(tmp_path / "damaged"), fails=True)
    with psycopg.connect(empty[1].owner_url) as owner:
        assert owner.execute("SELECT to_regclass('people_user')").fetchone() == (None,)


def test_a_backup_from_a_newer_database_server_is_refused_before_any_program_opens_it(kept, empty, tmp_path):
    shutil.copytree(kept.place, tmp_path / "newer")
    file = tmp_path / "newer" / "manifest.json"
    here = json.loads(file.read_text())["server"]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"server": 99}))
    completed = calloff(empty, "restore", str(tmp_path / "newer"), fails=True)
    assert f"This backup was made on PostgreSQL 99, and this server is PostgreSQL {here}." in completed
    assert "Restore the backup on PostgreSQL 99 or newer" in completed
    with psycopg.connect(empty[1].owner_url) as owner:
        assert owner.execute("SELECT to_regclass('people_user')").fetchone() == (None,)


def test_a_backup_that_would_overwrite_an_older_one_is_refused(lost, tmp_path):
    (tmp_path / "kept").mkdir()
    assert "already exists" in calloff(lost, "backup", str(tmp_path / "kept"), fails=True)
