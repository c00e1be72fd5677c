import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from calloff.documents import pdf_seals
from tests.documents import sample_files
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _own_seal(settings, tmp_path):
    settings.HOME = tmp_path


def sealed():
    return pdf_seals.seal_pdf(sample_files.pdf(), reason="Decision on IAP-A-0042", at=NOW)


def test_a_sealed_pdf_is_valid_and_shows_the_time_and_reason():
    found = pdf_seals.verify_seal(sealed())
    assert (found.sound, found.at, found.reason, found.problem) == (True, NOW, "Decision on IAP-A-0042", "")


def test_changing_one_byte_breaks_the_seal():
    whole = sealed()
    place = whole.index(b"/MediaBox") + 12
    broken = whole[:place] + b"9" + whole[place + 1 :]
    found = pdf_seals.verify_seal(broken)
    assert not found.sound
    assert found.problem == "The file was changed after it was sealed."


def test_adding_bytes_breaks_the_seal():
    assert not pdf_seals.verify_seal(sealed() + b"\n% and more\n").sound


def test_unsealed_pdfs_and_files_of_other_types_get_different_messages():
    assert pdf_seals.verify_seal(sample_files.pdf()).problem == "The file has no digital seal."
    assert pdf_seals.verify_seal(b"hello").problem == "This file is not a PDF we can read."


def test_a_seal_from_another_installation_is_not_accepted(settings, tmp_path):
    theirs = sealed()
    settings.HOME = tmp_path / "another"
    assert pdf_seals.verify_seal(theirs).problem == "The file’s digital seal was not made by this service."


def test_the_seal_key_is_private_and_created_only_once():
    sealed()
    place = pdf_seals.seal_folder()
    key = (place / pdf_seals.KEY_FILE).read_bytes()
    sealed()
    assert (place / pdf_seals.KEY_FILE).read_bytes() == key
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / pdf_seals.KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.postgres15
def test_if_two_first_seals_are_made_at_the_same_moment_they_share_one_key():
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: sealed(), range(8)))
    assert all(pdf_seals.verify_seal(one).sound for one in made)


def test_a_configured_seal_folder_is_read_but_never_written_to(settings, tmp_path):
    sealed()
    settings.SEAL = str(pdf_seals.seal_folder())
    settings.HOME = tmp_path / "elsewhere"
    assert pdf_seals.verify_seal(sealed()).sound
    settings.SEAL = str(tmp_path / "empty")
    with pytest.raises(ImproperlyConfigured, match=r"lacks key.pem and certificate.pem and root.pem"):
        sealed()
