"""Tests that a wrong database URL or password is explained within seconds, and that the password is not shown."""

import os
import runpy
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from calloff.kernel import connection_errors
from calloff.project import settings as project_settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
REFUSAL = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "calloff_app"\0\0'
COMMANDS = {
    "check": ["check", "--deploy"],
    "serve": ["serve"],
    "work": ["work"],
    "health": ["health"],
    "health --json": ["health", "--json"],
    "migrate": ["migrate"],
    "restore": ["restore", "."],
    "backup": ["backup", "never"],
    "create-authority": "create-authority X --slug x --officer-email a@x.example --officer-name A".split(),  # noqa: SIM905,
}
EACH = """
import os, sys, time, django
from calloff.project import cli
cli.prepare_environment("", cli.calloff_home())
django.setup()  # once: each command follows in a process of its own
for words in sys.argv[1:]:
    sys.stdout.flush()
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.dup2(1, 2)
        sys.argv = ["calloff", *words.split("|")]
        cli.main()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(f"\\n= {words} ended {status} after {time.monotonic() - began:.1f}", flush=True)
"""


@pytest.fixture(scope="module")
def server():
    """Run a server that accepts no passwords.

    It sends the first messages of PostgreSQL's protocol and then closes the connection.
    """
    with socket.create_server(("127.0.0.1", 0)) as ear:

        def answer():
            while True:
                try:
                    caller, _ = ear.accept()
                except OSError:
                    return
                with caller:
                    while len(caller.recv(1000)) == 8:  # A client first asks for encryption with TLS or GSSAPI.
                        caller.sendall(b"N")
                    caller.sendall(b"E" + (len(REFUSAL) + 4).to_bytes(4, "big") + REFUSAL)

        threading.Thread(target=answer, daemon=True).start()
        yield ear.getsockname()[1]
        ear.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def outputs(server, tmp_path_factory):
    """Return the output and the exit status of each command."""
    url = f"postgresql://calloff_app:{PASSWORD}@127.0.0.1:{server}/calloff"
    place = tmp_path_factory.mktemp("home")
    (place / "manifest.json").write_text('{"files": {}, "tables": {}}')
    surroundings = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT), "CALLOFF_HOME": str(place / "var")}
    surroundings |= {"DATABASE_OWNER_URL": url, "DJANGO_SETTINGS_MODULE": "calloff.project.settings"}
    asked = ["|".join(words) for words in COMMANDS.values()]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", EACH, *asked], env=surroundings, cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # Otherwise, each command would wait for thirty seconds, and some commands would do so twice.
    assert time.monotonic() - began < 60
    parts, said = {}, []
    for line in done.stdout.splitlines():
        if line.startswith("= "):
            parts[line.split()[1]] = ("\n".join(said), line.split()[3])
            said = []
        else:
            said.append(line)
    return parts


@pytest.mark.parametrize("command", COMMANDS)
def test_the_message_about_a_wrong_database_password_does_not_contain_the_password(outputs, command):
    said, status = outputs["|".join(COMMANDS[command])]
    assert 'password authentication failed for user "calloff_app"' in said
    assert PASSWORD not in said
    assert "Traceback" not in said
    assert status != "0"


@pytest.mark.parametrize(
    ("role", "given", "named"),
    [
        ("application", "DATABASE_OWNER_URL", "DATABASE_URL"),
        ("owner", "DATABASE_OWNER_URL", "DATABASE_OWNER_URL"),
        # Both commands use one role, and there is no other database URL.
        ("disposal", "DATABASE_OWNER_URL", "DATABASE_URL"),
    ],
)
def test_the_database_error_message_names_the_variable_to_set(outputs, monkeypatch, role, given, named):
    assert "Check DATABASE_URL" in outputs["health"][0]
    monkeypatch.delenv("DATABASE_DISPOSAL_URL", raising=False)
    monkeypatch.setenv("CALLOFF_DATABASE_ROLE", role)
    monkeypatch.setenv(given, "postgresql://owner@127.0.0.1/calloff")
    assert runpy.run_path(project_settings.__file__)["DATABASE_VARIABLE"] == named


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ('connection to server at "127.0.0.1", port 5 failed: Connection refused\n\tIs it on?', "Connection refused"),
        ('connection failed: connection to server at "1.2.3.4", port 5432 failed: FATAL:  database "x" does not exist',
         'database "x" does not exist'),
        ("connection timeout expired", "connection timeout expired"),
        ("failed to resolve host 'horse-battery@db': [Errno -2] Name or service not known",
         "there is no server with the name in the database address"),
        ('could not translate host name "horse-battery@db" to address: Name or service not known',
         "there is no server with the name in the database address"),
    ],
)  # fmt: skip
def test_the_reason_shown_is_the_error_message_from_postgresql(words, reason):
    assert connection_errors.describe_connection_error(psycopg.OperationalError(words)) == reason


def test_an_invalid_database_url_is_refused_without_showing_it():
    words = [sys.executable, "-m", "calloff.project.cli", "health"]
    surroundings = {**os.environ, "DATABASE_URL": f"postgresql://calloff_app:{PASSWORD}%zz@db/calloff"}
    surroundings["DJANGO_SETTINGS_MODULE"] = "calloff.project.settings"
    done = subprocess.run(words, env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "is not an address of PostgreSQL. Write it as in" in done.stderr
    assert PASSWORD not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
