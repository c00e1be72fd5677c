"""Tests for search suggestions as JSON."""

import pytest

from tests.web.public.directory_data import member, service

HERE = "/borchester/directory/suggestions"


@pytest.mark.django_db
def test_suggestions_are_json_with_an_etag(client, market):
    service(member(market))
    answer = client.get(HERE, {"words": "farm"})
    assert answer.json() == {"suggestions": [{"kind": "Service", "text": "Farm mornings"}]}
    assert answer.headers["Cache-Control"] == "max-age=60"
    again = client.get(HERE, {"words": "farm"}, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(HERE).json() == {"suggestions": []}
