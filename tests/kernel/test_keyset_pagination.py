"""Tests for lists that are paginated by key. Each row appears once, forwards or backwards, in any order."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.kernel.keyset_pagination import paginate
from calloff.outbox.models import Message
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ORDERS = [
    ("pk",),
    ("-pk",),
    ("subject", "pk"),
    ("-subject", "pk"),
    ("queued_at", "-pk"),
    ("-queued_at", "subject", "pk"),
    ("subject", "-address", "pk"),
]
ROWS = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "Ä", "it's", '"q"']), st.integers(0, 3)), min_size=0, max_size=17
)


def put(rows):
    Message.objects.all().delete()
    Message.objects.bulk_create(
        Message(subject=subject, body="", address=f"p{later}@example.org", queued_at=NOW.replace(minute=later))
        for subject, later in rows
    )


def walk(order, size, *, backwards=False):
    """Yield the rows of each page, after checking the range that the page shows."""
    found, page = Message.objects.all(), paginate(Message.objects.all(), order, size=size)
    pages = [page]
    while page.next:
        page = paginate(found, order, after=page.next, size=size)
        pages.append(page)
    if backwards:
        back = [page]
        while page.previous:
            page = paginate(found, order, before=page.previous, size=size)
            back.insert(0, page)
        assert [[row.pk for row in one.rows] for one in back] == [[row.pk for row in one.rows] for one in pages]
    return pages


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, order=st.sampled_from(ORDERS), size=st.integers(1, 6))
def test_paging_forwards_and_backwards_shows_every_row_once(rows, order, size):
    put(rows)
    pages = walk(order, size, backwards=True)
    seen = [row.pk for page in pages for row in page.rows]
    assert seen == list(Message.objects.order_by(*order).values_list("pk", flat=True))
    first = 1
    for page in pages:
        assert page.total == len(rows)
        assert page.first == (first if page.rows else 0)
        assert page.last == page.first + len(page.rows) - 1 if page.rows else page.last == 0
        first += len(page.rows)


def test_adding_and_removing_rows_while_paging_does_not_repeat_or_hide_any():
    put([("b", 0)] * 6)
    before = list(Message.objects.order_by("subject", "pk"))
    one = paginate(Message.objects.all(), ("subject", "pk"), size=3)
    put_first = Message.objects.create(subject="a", body="", address="x@example.org", queued_at=NOW)
    before[1].delete()
    two = paginate(Message.objects.all(), ("subject", "pk"), after=one.next, size=3)
    assert [row.pk for row in two.rows] == [row.pk for row in before[3:]]
    assert put_first.pk not in {row.pk for row in two.rows}


@pytest.mark.parametrize(
    "key",
    [
        "x", "%", "é", "A" * 5000, "bnVsbA", base64.urlsafe_b64encode(b"[1,2,3]").decode(),
        base64.urlsafe_b64encode(json.dumps(["a", "not a number"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([{"a": 1}, 2]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["a\x00", 2]).encode()).decode(),
    ],
)  # fmt: skip
def test_an_invalid_page_key_starts_at_the_first_page(key):
    put([("a", 0)] * 3)
    for way in ({"after": key}, {"before": key}):
        page = paginate(Message.objects.all(), ("subject", "pk"), size=2, **way)
        assert (page.first, len(page.rows), page.previous) == (1, 2, "")


def test_a_page_key_beyond_either_end_gives_the_first_or_last_page():
    put([("a", 0)] * 3)
    key = base64.urlsafe_b64encode(json.dumps(["a", 10**30]).encode()).decode()
    assert paginate(Message.objects.all(), ("subject", "pk"), size=2, after=key).first == 1
    assert paginate(Message.objects.all(), ("subject", "pk"), size=2, before=key).last == 3


def test_each_page_takes_three_queries_to_load(django_assert_num_queries):
    put([("a", 0)] * 12)
    page = paginate(Message.objects.all(), ("subject", "pk"), size=3)
    for _ in range(3):
        with django_assert_num_queries(3):
            page = paginate(Message.objects.all(), ("subject", "pk"), after=page.next, size=3)


def test_an_empty_list_has_one_empty_page():
    page = paginate(Message.objects.all(), ("pk",))
    assert (page.rows, page.total, page.first, page.last, page.previous, page.next) == ([], 0, 0, 0, "", "")
