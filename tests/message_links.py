"""Every link of a message leads to a page that its reader may open: checked after each test that queues one."""

from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock
from urllib.parse import urlsplit

from django.db import connection
from django.urls import Resolver404, resolve

from calloff.outbox import commands
from calloff.outbox.models import Message
from calloff.web.permissions import access_of, would_let_in


@contextmanager
def notice_messages():
    """Gather the messages that are queued meanwhile, so that a test which queues none costs no query."""
    queued, queue = [], commands._queue

    def notice(messages, *, at):
        queued.extend(messages)
        queue(messages, at=at)

    with mock.patch.object(commands, "_queue", notice):
        yield queued


def find_dead_links():
    """Describe each link of a queued message that leads nowhere, or to a page that its reader may not open.

    A reader's roles are those of the moment at which the message was queued. Whoever has no account yet is written to
    at an address, and must be led to a page for everybody, or to one that asks them to sign in.
    """
    if connection.needs_rollback:
        return []
    rows = Message.objects.exclude(link="").values_list("link", "to", "queued_at", "subject").distinct()
    return [f"{subject}: {link} {fault}" for link, to, at, subject in rows if (fault := fault_of(link, to, at))]


def fault_of(link, to, at):
    """Say what is wrong with a link, or nothing: `to` is the key of the reader's account, or None."""
    try:
        found = resolve(urlsplit(link).path)
    except Resolver404:
        return "leads nowhere"
    access = access_of(found.func)
    if access is None:
        return "leads to a view that declares no access"
    if access.who == "public" or (to is None and access.who == "signed in"):
        return ""
    if to is None or not would_let_in(found.func, SimpleNamespace(now=at), to, found.kwargs):
        return f"leads to {found.view_name}, which its reader may not open"
    return ""
