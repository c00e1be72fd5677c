import pytest


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"
