"""Tests that a test fails if it runs a statement that the web's database role could not run (see
`tests/privileges.py`).
"""

import pytest

from calloff.history.models import Event
from calloff.history.once_keys import record_response
from calloff.markets.queries import lock_open_window
from calloff.outbox.models import Message
from calloff.rate_limits import counts
from calloff.web.session.saved_submissions import delete_expired_submissions
from tests import privileges
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_deleting_from_an_unlisted_table_is_refused(monkeypatch):
    monkeypatch.setattr(privileges, "_deleted_from", frozenset)
    with pytest.raises(AssertionError, match="The web may not delete from web_keptpost"):
        delete_expired_submissions(NOW)


def test_deleting_from_a_listed_table_is_allowed():
    delete_expired_submissions(NOW)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("history_oncekey", lambda: record_response("a", status=200)),
        ("rate_limits_count", lambda: counts.count_attempt("sign-in", "a", at=NOW)),
    ],
)
def test_changing_an_append_only_table_is_refused(monkeypatch, table, change):
    change()
    monkeypatch.setattr(privileges, "_never_changed", lambda: frozenset({table}))
    with pytest.raises(AssertionError, match=f"The web may not change a row of {table}"):
        change()


def test_locking_an_append_only_table_is_refused_unless_the_table_is_listed(monkeypatch):
    monkeypatch.setattr(privileges, "_never_changed", lambda: frozenset({"markets_market"}))
    with pytest.raises(AssertionError, match="The web may not lock a row of markets_market"):
        lock_open_window(0, NOW)


def test_changes_made_directly_by_the_tests_are_not_checked():
    Message.objects.all().delete()
    Event.objects.filter(pk=0).update(verb="x")
