"""Tests for resources that the web server's processes must not share."""

import sys

from django.core.management import call_command
from django.db import connections
from django.template import engines

from calloff.cli.management.commands import serve
from calloff.cli.processes import free_port


class Pooled:
    """A database connection with a pool, like that of the application."""

    def __init__(self):
        self.done = []

    def close(self):
        self.done.append("closed")

    def close_pool(self):
        self.done.append("pool closed")


def test_web_processes_do_not_share_database_connections(monkeypatch, settings):
    """The web processes are forked.

    A pool that a forked process inherits would have no threads, and would share its open connections with other
    processes.
    """
    settings.PLAIN_HTTP = True
    pooled, seen, started = Pooled(), [], {}

    class Forking:
        def __init__(self, *_, **settings):
            started.update(settings)

        def serve(self):
            seen.extend(pooled.done)

    monkeypatch.setattr(connections, "all", lambda initialized_only=False: [pooled])
    monkeypatch.setattr(serve, "Granian", Forking)
    monkeypatch.setattr(serve.Command, "check", lambda *_, **__: None)
    call_command("serve", port=free_port())
    assert seen == ["closed", "pool closed"]
    assert started["workers"] == serve.default_processes()
    assert "calloff.project.wsgi" in sys.modules  # The application was loaded before the fork.
    assert "layouts/page.html" in {name for _, name in engines["jinja2"].env.cache.keys()}  # noqa: SIM118
