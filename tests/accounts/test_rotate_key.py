"""Tests for changing the encryption key, with the old key as a fallback, and for the rotate-key command."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from calloff.accounts import encryption_key
from calloff.accounts.models import EncryptionKey
from calloff.kernel import encryption
from calloff.kernel.encryption import cipher_for, key_fingerprint, keyed_digest, matches_digest
from calloff.project import deploy_checks
from tests.factories import NOW
from tests.web.account.people import PASSWORD, able_to_sign_in, sign_in

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = "old " * 20, "new " * 20, "lost " * 20
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _under_the_old_key(settings):
    cache.clear()
    EncryptionKey.objects.all().delete()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    encryption_key.record_key_fingerprint(NOW)


@pytest.fixture
def ada():
    ada = able_to_sign_in()
    TOTP.activate(ada, SECRET)
    RecoveryCodes.activate(ada)
    return ada


def change(settings, *fallbacks):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, list(fallbacks)


def codes_of(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def attention():
    return [row[0] for row in deploy_checks.WARNING_CHECKS if row[1]()]


def test_a_value_encrypted_with_a_fallback_key_can_still_be_read(settings, ada):
    codes = codes_of(ada)
    change(settings, OLD)
    assert codes_of(ada) == codes
    assert attention() == ["W002"]


def test_running_rotate_key_makes_the_fallback_key_unnecessary(settings, ada, capsys):
    codes = codes_of(ada)
    change(settings, OLD)
    call_command("rotate_key")
    assert "2 secrets encrypted under the new key" in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    assert codes_of(ada) == codes
    assert (
        cipher_for("second factor").decrypt(Authenticator.objects.get(type="totp").data["secret"].encode())
        == SECRET.encode()
    )
    assert attention() == []


def test_rotate_key_skips_unreadable_values_and_counts_them(settings, ada, capsys):
    before = {one.pk: one.data for one in Authenticator.objects.all()}
    change(settings, LOST)
    call_command("rotate_key")
    assert "2 secrets could not be read" in capsys.readouterr().err
    assert {one.pk: one.data for one in Authenticator.objects.all()} == before


def test_starting_with_a_different_encryption_key_logs_an_error(settings, ada):
    change(settings)
    assert encryption_key.compare_key_in_use() == "another"
    assert attention() == ["W001"]


def test_the_sign_in_page_explains_that_a_different_key_prevents_checking_the_code(client, settings, ada):
    change(settings)
    assert sign_in(client, ada).url == reverse("account:second-factor")
    answer = client.post(reverse("account:second-factor"), {"code": "123456"})
    assert answer.status_code == 200
    assert "its encryption key was changed" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_recovery_codes_page_explains_that_the_encryption_key_has_changed(client, settings, ada, monkeypatch):
    client.force_login(ada)
    client.post(reverse("account:again"), {"password": PASSWORD})
    settings.SECRET_KEY_FALLBACKS = [OLD]  # Django can still read the session.
    monkeypatch.setattr(encryption, "secret_keys", lambda: [NEW])  # Calloff has only the new key.
    answer = client.get(reverse("account:codes"))
    assert answer.status_code == 409
    assert "its encryption key was changed" in answer.content.decode()


def test_the_key_fingerprint_identifies_an_encryption_key_and_is_recorded_once(settings):
    assert key_fingerprint() == key_fingerprint(OLD) != key_fingerprint(NEW)
    assert OLD not in key_fingerprint()
    change(settings)
    encryption_key.record_key_fingerprint(NOW)
    assert EncryptionKey.objects.get().fingerprint == key_fingerprint(OLD)


def test_a_keyed_digest_matches_under_fallback_keys_and_only_for_one_purpose(settings):
    digest = keyed_digest("pin", "123456")
    change(settings, OLD)
    assert matches_digest("pin", "123456", digest)
    assert not matches_digest("code", "123456", digest)
    assert not matches_digest("pin", "123457", digest)
    settings.SECRET_KEY_FALLBACKS = []
    assert not matches_digest("pin", "123456", digest)


def test_a_value_encrypted_for_one_purpose_cannot_be_decrypted_for_another():
    with pytest.raises(InvalidToken):
        cipher_for("one").decrypt(cipher_for("another").encrypt(b"x"))
