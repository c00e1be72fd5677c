"""Tests for the API while the database cannot be reached. It then returns JSON that says when to try again."""

import psycopg
from django.db import OperationalError

from calloff.api import http


def test_an_operation_returns_503_as_json_while_the_database_is_unavailable(client, monkeypatch):
    def away(request):
        raise OperationalError("could not connect") from psycopg.OperationalError("connection refused")

    monkeypatch.setattr(http, "identify_caller", away)
    answer = client.get("/api/v1/key", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "60", "application/json")
    assert answer.json()["problem"].startswith("Calloff is not available at the moment.")
