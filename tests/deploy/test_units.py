"""Tests for the systemd units that we ship. systemd must accept them and rate their exposure as low."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
SERVICES = ["calloff-web", "calloff-work"]
analyze = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(analyze is None, reason="systemd-analyze is not on this machine")


@needs_systemd
def test_systemd_accepts_every_unit_file_that_we_ship(tmp_path):
    for unit in (*UNITS, *DEPLOY.glob("*.timer")):
        # Calloff itself is not installed on this machine.
        text = unit.read_text().replace("/opt/calloff/.venv/bin/calloff", "/bin/true")
        (tmp_path / unit.name.replace("@.", "@x.")).write_text(text)
    names = [f"./{path.name}" for path in sorted(tmp_path.iterdir())]
    done = subprocess.run([analyze, "verify", *names], cwd=tmp_path, capture_output=True, text=True, check=False)
    output = [line for line in done.stderr.splitlines() if "calloff" in line and "not found" not in line]
    assert (done.returncode, output) == (0, [])


@needs_systemd
@pytest.mark.parametrize(
    ("name", "most"), [("calloff-web", 20), ("calloff-work", 20), ("calloff-backup", 30), ("calloff-dispose", 30)]
)
def test_systemd_rates_the_exposure_of_our_units_as_low(name, most):
    """The exposure is in tenths of systemd's score, so 100 means fully exposed."""
    words = [analyze, "security", "--offline=true", f"--threshold={most}", f"./{name}.service"]
    done = subprocess.run(words, cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_restarts_after_any_exit_and_has_resource_limits(name):
    text = (DEPLOY / f"{name}.service").read_text()
    told = dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
    assert (told["Restart"], told["Type"], told["StartLimitIntervalSec"]) == ("always", "notify", "0")
    assert {"MemoryMax", "TasksMax", "WatchdogSec", "SystemCallFilter", "NoNewPrivileges"} <= set(told)
    assert told["ProtectSystem"] == "strict"
    # If one child process uses too much memory, the whole service must not stop.
    assert told["OOMPolicy"] == "continue"


def test_a_failed_backup_sends_an_email():
    assert "OnFailure=calloff-failed@%n.service" in (DEPLOY / "calloff-backup.service").read_text()
    assert "mail -s" in (DEPLOY / "calloff-failed@.service").read_text()


def test_the_shell_and_systemd_read_the_same_values_from_the_environment_file(tmp_path):
    """Values in JSON, with quotation marks and spaces, once worked with systemd but failed in a shell."""
    example = (DEPLOY / "calloff.env.example").read_text()
    place = tmp_path / "calloff.env"
    place.write_text(re.sub(r"^# (CALLOFF_\w+=)", r"\1", example, flags=re.M))
    words = ["/bin/sh", "-euc", f'set -a; . {place}; printf "%s" "$CALLOFF_OIDC"']
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0]["server_url"] == "https://login.example/"
    for line in place.read_text().splitlines():
        _, _, value = line.partition("=")
        if not line.startswith("#") and re.search(r"[\s\"'$&;]", value):
            assert re.fullmatch(r"'[^']*'", value)  # systemd also removes these quotation marks.
