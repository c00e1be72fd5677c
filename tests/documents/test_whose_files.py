"""Tests that files made by a command that runs as root belong to the service account, so that the web can read them."""

import os

import pytest

from calloff.documents import pdf_seals, storage

ACCOUNT = 12345
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what is somebody else's")


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """Return an installation whose folder is owned by the service account."""
    home = tmp_path / "calloff-service"
    home.mkdir()
    os.chown(home, ACCOUNT, ACCOUNT)
    settings.HOME, settings.FILES = home, home / "files"
    return home


def owners(place):
    return {(path.stat().st_uid, path.stat().st_gid) for path in (place, *place.rglob("*"))}


def test_files_and_folders_belong_to_the_service_account(home):
    first, second = storage.write_bytes(b"one"), storage.write_bytes(b"two")
    assert storage.path_of_digest(first).read_bytes() == b"one"
    assert storage.path_of_digest(second).parent != storage.path_of_digest(first).parent
    assert owners(home) == {(ACCOUNT, ACCOUNT)}


def test_new_files_get_the_same_owner_as_their_folder(home, settings, tmp_path):
    settings.FILES = tmp_path / "elsewhere"
    settings.FILES.mkdir()
    os.chown(settings.FILES, ACCOUNT + 1, ACCOUNT + 1)
    storage.write_bytes(b"one")
    assert owners(settings.FILES) == {(ACCOUNT + 1, ACCOUNT + 1)}


def test_a_seal_key_created_by_root_belongs_to_the_service_account(home):
    assert pdf_seals.seal_folder() == home / "seal"
    assert owners(home) == {(ACCOUNT, ACCOUNT)}
    assert (home / "seal" / pdf_seals.KEY_FILE).stat().st_mode & 0o777 == 0o600
