import pytest

from tests.factories_placements import SchoolTermFactory


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def terms(db):
    """Create half terms in spring and summer 2026 for all authorities in the tests, which have the code 938."""
    from datetime import date  # noqa: PLC0415

    SchoolTermFactory()
    SchoolTermFactory(name="Summer term 2026, first half", starts_on=date(2026, 4, 13), ends_on=date(2026, 5, 22))
    SchoolTermFactory(name="Summer term 2026, second half", starts_on=date(2026, 6, 1), ends_on=date(2026, 7, 17))
