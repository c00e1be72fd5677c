import contextlib
import os
import shutil
import signal
import subprocess
import time

import psycopg
import pytest

from calloff.cli import database_grants
from calloff.kernel import server_log
from calloff.kernel.database_roles import APPLICATION_ROLE, EXTENSIONS
from calloff.project import embedded_postgres
from calloff.project.embedded_postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    shutil.rmtree(EmbeddedPostgres(tmp_path / "home").home)  # If root runs the tests, the folder is somewhere else.


def ask(server, question):
    with psycopg.connect(server.url) as connection:
        return connection.execute(question).fetchone()[0]


def test_the_application_role_is_not_a_superuser(home):
    with EmbeddedPostgres(home, throwaway=True) as server:
        assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_each_role_has_its_own_database_url_and_only_the_owner_creates_databases(home):
    with EmbeddedPostgres(home, throwaway=True) as server:
        for url in (server.url, server.disposal_url):
            with psycopg.connect(url, autocommit=True) as plain, pytest.raises(psycopg.errors.InsufficientPrivilege):
                plain.execute("CREATE DATABASE another")
        with psycopg.connect(server.owner_url, autocommit=True) as owner:
            owner.execute("CREATE DATABASE another")


def test_every_new_database_has_the_extensions_that_calloff_needs(home):
    with EmbeddedPostgres(home, throwaway=True) as server, psycopg.connect(server.owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE another")
        for database in ("calloff", "another"):
            with psycopg.connect(server.owner_url, dbname=database) as there:
                found = {name for (name,) in there.execute("SELECT extname FROM pg_extension")}
            assert found >= set(EXTENSIONS)


def test_a_database_folder_with_a_long_path_works(tmp_path):
    with EmbeddedPostgres(tmp_path / ("far" * 30), throwaway=True) as server:
        assert ask(server, "SELECT 1") == 1
    shutil.rmtree(server.home)
    shutil.rmtree(server.socket, ignore_errors=True)


REFUSED = (
    "CREATE TEMPORARY TABLE child (upn text UNIQUE, name text CHECK (name <> 'Nobody'))",
    "INSERT INTO child VALUES ('K938400112345', 'Jonty Farthingale')",
    "INSERT INTO child VALUES ('K938400112345', 'Jonty Farthingale')",
    "INSERT INTO child VALUES ('Jonty Farthingale', 'Nobody')",
    "SELECT * FROM nowhere WHERE name = 'Jonty Farthingale'",
)


def log_of(server, url):
    """Return the log of the server after it has refused a row about a child."""
    for statement in REFUSED:
        with psycopg.connect(url, autocommit=True) as there, contextlib.suppress(psycopg.Error):
            there.execute(REFUSED[0])
            there.execute(REFUSED[1])
            there.execute(statement)
    with psycopg.connect(url) as there:
        telling = server_log.find_revealing_settings(server_log.read_log_settings(there.cursor()))
    return (server.home / "postgres.log").read_text(), telling


def test_the_server_log_shows_a_refused_statement_but_not_the_row(home):
    with EmbeddedPostgres(home, throwaway=True) as server:
        log, telling = log_of(server, server.url)
    assert 'duplicate key value violates unique constraint "child_upn_key"' in log
    assert "Jonty" not in log
    assert "K9384" not in log
    assert telling == []


def test_the_sql_for_a_real_server_keeps_rows_out_of_its_log(home, monkeypatch):
    """By default, PostgreSQL's log would contain the row. The test checks this first, to show that it can fail."""
    monkeypatch.setattr(
        embedded_postgres,
        "SERVER_SETTINGS",
        {k: v for k, v in embedded_postgres.SERVER_SETTINGS.items() if k not in server_log.QUIET_LOG_SETTINGS},
    )
    with EmbeddedPostgres(home, throwaway=True) as server:
        log, telling = log_of(server, server.url)
        assert "Key (upn)=(K938400112345) already exists" in log
        assert "Failing row contains (Jonty Farthingale, Nobody)" in log
        assert telling == ["log_error_verbosity", "log_min_error_statement"]
        as_superuser = server.url.replace(f"//{APPLICATION_ROLE}@", "//postgres@")
        with psycopg.connect(as_superuser, autocommit=True) as superuser:
            for line in database_grants.role_creation_sql("calloff"):
                if "ALTER DATABASE" in line:
                    superuser.execute(line)
        (server.home / "postgres.log").write_text("")
        log, telling = log_of(server, server.url)
    assert 'violates unique constraint "child_upn_key"' in log
    assert "Jonty" not in log
    assert "K9384" not in log
    assert telling == []


@pytest.mark.parametrize(
    ("setting", "value", "tells"),
    [
        ("log_min_error_statement", "error", True),
        ("log_min_error_statement", "fatal", False),
        ("log_error_verbosity", "default", True),
        ("log_statement", "mod", True),
        ("log_statement", "ddl", False),
        ("log_min_duration_statement", "250", True),
        ("auto_explain.log_min_duration", "0", True),
        ("log_parameter_max_length", "-1", False),
    ],
)
def test_each_server_setting_that_would_log_a_row_is_reported(setting, value, tells):
    assert server_log.find_revealing_settings(server_log.QUIET_LOG_SETTINGS | {setting: value}) == (
        [setting] if tells else []
    )


def test_a_second_process_uses_the_running_server_and_leaves_it_running(home):
    with EmbeddedPostgres(home, throwaway=True) as first:
        with EmbeddedPostgres(home, throwaway=True) as second:
            assert second.process is None
        assert ask(first, "SELECT 1") == 1


def test_the_server_recovers_from_a_crash_even_if_another_process_has_its_old_process_id(home):
    with EmbeddedPostgres(home) as crashed:
        pidfile = crashed.data / "postmaster.pid"
        left_behind = pidfile.read_text().splitlines()[1:]
        os.kill(crashed.process.pid, signal.SIGKILL)
        crashed.process.wait()
        time.sleep(0.5)

    bystander = subprocess.Popen(["sleep", "60"], **crashed.owner)
    pidfile.write_text("\n".join([str(bystander.pid), *left_behind, ""]))
    try:
        with EmbeddedPostgres(home) as restarted:
            assert ask(restarted, "SELECT 1") == 1
    finally:
        bystander.kill()
        bystander.wait()
