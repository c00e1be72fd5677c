"""The tests refuse a deletion that the web's role may not make: see `tests/deletions.py`."""

import pytest

from calloff.outbox.models import Message
from calloff.web.kept import forget_old
from tests import deletions
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_a_deletion_that_is_not_named_is_refused(monkeypatch):
    monkeypatch.setattr(deletions, "_named", frozenset)
    with pytest.raises(AssertionError, match="The web may not delete from web_keptpost"):
        forget_old(NOW)


def test_one_that_is_named_is_made():
    forget_old(NOW)


def test_what_tests_take_away_for_themselves_is_no_matter():
    Message.objects.all().delete()
