"""Tests for the checks that run before the service starts."""

import runpy
import socket
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from calloff.cli import database_grants
from calloff.cli.demo import marker
from calloff.documents import virus_scan
from calloff.kernel import server_log
from calloff.project import deploy_checks
from calloff.project import settings as project_settings
from tests.factories import NOW, AuthorityFactory

pytestmark = pytest.mark.django_db

KEY = "kJ8sVq3nZr7YwPb2LmXc9TtDfGh4Ae6RuNoWsEiMvQyBzCxKp1"


@pytest.fixture
def production(settings, monkeypatch):
    """Set up an installation that is configured correctly."""
    monkeypatch.setenv("CALLOFF_SECRET_KEY", KEY)
    monkeypatch.setenv("CALLOFF_ADDRESS", "https://calloff.example")
    rows = [row for row in deploy_checks.PRODUCTION_CHECKS if row[1] is not deploy_checks._may_change_history]
    monkeypatch.setattr(
        server_log, "read_log_settings", lambda cursor: server_log.QUIET_LOG_SETTINGS
    )  # This does not depend on the settings of the tests' server.
    monkeypatch.setattr(deploy_checks, "PRODUCTION_CHECKS", tuple(rows))  # These tests connect as the owner.
    settings.DEBUG = settings.PLAIN_HTTP = settings.DEMONSTRATION = False
    settings.ADDRESS = "https://calloff.example"
    settings.EMAIL_HOST, settings.CLAMD = "mail.example", "/run/clamd.sock"
    monkeypatch.setattr(virus_scan, "_instream", lambda data: b"stream: OK")
    return settings


def faults():
    return [fault.id for fault in deploy_checks.check_deployment(None)]


def test_an_installation_with_complete_settings_can_start(production):
    assert faults() == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("DEBUG", True, "calloff.E001"),
        ("EMAIL_HOST", "", "calloff.E006"),
        ("CLAMD", "", "calloff.E007"),
        ("MAIL_TLS", "yes", "calloff.E011"),
        ("MAIL_TLS", "off", "calloff.E012"),
    ],
)
def test_each_unsafe_setting_is_refused(production, name, value, fault):
    setattr(production, name, value)
    assert faults() == [fault]


def test_a_mail_server_on_the_same_machine_needs_no_encryption(production):
    production.MAIL_TLS, production.EMAIL_HOST = "off", "127.0.0.1"
    assert faults() == []


@pytest.mark.parametrize(
    ("words", "host", "expected"),
    [
        ({}, "mail.example", ("mail.example", 587, True, False)),
        ({"CALLOFF_EMAIL_TLS": "tls"}, "mail.example", ("mail.example", 465, False, True)),
        ({"CALLOFF_EMAIL_TLS": "off"}, "localhost", ("localhost", 25, False, False)),
        ({"CALLOFF_EMAIL_TLS": "tls"}, "mail.example:2465", ("mail.example", 2465, False, True)),
    ],
)
def test_email_uses_the_configured_tls_and_has_a_time_limit(monkeypatch, words, host, expected):
    monkeypatch.delenv("CALLOFF_EMAIL_TLS", raising=False)
    for name, value in {**words, "CALLOFF_EMAIL_HOST": host}.items():
        monkeypatch.setenv(name, value)
    read = runpy.run_path(project_settings.__file__)
    assert tuple(read[name] for name in ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL")) == expected
    assert 0 < read["EMAIL_TIMEOUT"] <= 60


def test_with_tls_cookies_are_secure_and_are_sent_only_to_our_host(production, monkeypatch):
    monkeypatch.delenv("CALLOFF_PLAIN_HTTP", raising=False)
    read = runpy.run_path(project_settings.__file__)
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE"):
        assert read[name].startswith("__Host-")
    assert (read["SESSION_COOKIE_SECURE"], read["CSRF_COOKIE_SECURE"]) == (True, True)
    # Browsers reject a “__Host-” cookie that has a domain.
    for name in ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN"):
        assert read.get(name) is None
    assert {read.get("SESSION_COOKIE_PATH", "/"), read.get("CSRF_COOKIE_PATH", "/")} == {"/"}


@pytest.mark.parametrize("key", ["", "short", "django-insecure-" + KEY, "a" * 60])
def test_a_missing_or_default_secret_key_is_refused(production, monkeypatch, key):
    monkeypatch.setenv("CALLOFF_SECRET_KEY", key)
    assert faults() == ["calloff.E002"]


@pytest.mark.parametrize("address", ["", "http://calloff.example", "calloff.example"])
def test_a_missing_web_address_or_one_without_https_is_refused(production, monkeypatch, address):
    monkeypatch.setenv("CALLOFF_ADDRESS", address)
    assert faults() == ["calloff.E005"]


def test_plain_http_is_refused_unless_the_site_runs_only_on_this_machine(production):
    production.PLAIN_HTTP = True
    assert faults() == ["calloff.E003"]
    production.ADDRESS = "http://127.0.0.1:8000"
    assert faults() == []


def test_a_demonstration_in_an_ordinary_database_is_refused(production):
    production.DEMONSTRATION = True
    assert faults() == ["calloff.E010"]


def test_serving_a_demonstration_in_production_is_refused(production):
    marker.mark_database(NOW.date(), NOW)
    assert faults() == ["calloff.E008"]
    production.DEMONSTRATION = True
    assert faults() == []


def test_the_web_process_refuses_a_database_role_that_can_change_history():
    assert deploy_checks._may_change_history()
    if not database_grants.missing_roles():
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('calloff_app', 'history_event', 'UPDATE, DELETE, TRUNCATE')")
            assert cursor.fetchone() == (False,)


def test_a_mail_server_that_accepts_no_messages_causes_a_warning(production, monkeypatch):
    unknown = socket.gaierror(-2, "Name or service not known")
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", Mock(side_effect=unknown))
    (warning,) = deploy_checks.check_deployment(None)
    assert warning.id == "calloff.W004"
    assert warning.msg.startswith("The mail server is not accepting messages: mail.example:")
    assert "gaierror: Name or service not known." in warning.msg


@pytest.mark.parametrize("reply", [b"", b"INSTREAM size limit exceeded. ERROR"])
def test_a_virus_scanner_that_does_not_respond_causes_a_warning(production, monkeypatch, reply):
    monkeypatch.setattr(virus_scan, "_instream", lambda data: reply)
    assert faults() == ["calloff.W005"]


def test_a_virus_scanner_that_is_missing_causes_a_warning(production, monkeypatch):
    monkeypatch.setattr(virus_scan, "_instream", Mock(side_effect=FileNotFoundError))
    (warning,) = deploy_checks.check_deployment(None)
    assert (warning.id, warning.msg) == ("calloff.W005", "The virus scanner is not responding.")


def test_a_postgresql_log_that_would_contain_rows_causes_a_warning(production, monkeypatch):
    monkeypatch.setattr(
        server_log,
        "read_log_settings",
        lambda cursor: server_log.QUIET_LOG_SETTINGS | {"log_error_verbosity": "default"},
    )
    assert faults() == ["calloff.W003"]


@pytest.mark.parametrize("command", ["serve", "work"])
def test_web_and_worker_do_not_start_if_a_check_fails(production, command):
    production.DEBUG = True
    with pytest.raises(SystemCheckError, match="DEBUG is on"):
        call_command(command)


def test_without_tls_only_this_machine_can_connect(production):
    production.PLAIN_HTTP = True
    with pytest.raises(CommandError, match="only serve this machine"):
        call_command("serve", address="0.0.0.0")


def test_only_this_machine_can_connect_to_the_demonstration(production):
    production.DEMONSTRATION = True
    with pytest.raises(CommandError, match="only serve this machine"):
        call_command("serve", address="192.0.2.1")


def test_only_an_empty_database_can_become_a_demonstration():
    AuthorityFactory()
    with pytest.raises(marker.NotADemonstration, match="already has data in it"):
        marker.mark_database(NOW.date(), NOW)


@pytest.mark.parametrize("command", ["accounts", "erase_demonstration"])
def test_demonstration_commands_refuse_any_other_database(command):
    borchester = AuthorityFactory()
    with pytest.raises(CommandError, match="Refused"):
        call_command(command)
    borchester.refresh_from_db()


def test_demonstration_passwords_differ_for_each_installation():
    marker.mark_database(NOW.date(), NOW)
    mine = marker.demo_password("ada@windmill.example")
    assert mine == marker.demo_password("Ada@windmill.example") != marker.demo_password("ben@windmill.example")
    marker.Demonstration.objects.all().delete()
    marker.mark_database(NOW.date(), NOW)
    assert marker.demo_password("ada@windmill.example") != mine
