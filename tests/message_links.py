"""A check after each test that queues messages: the recipient of each link must be able to open the page."""

from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Q
from django.urls import Resolver404, resolve

from calloff.outbox import commands
from calloff.outbox.models import Message
from calloff.web.permissions import access_of, would_let_in


@contextmanager
def notice_messages():
    """Collect the messages that are queued in the block, so that a test without messages runs no query."""
    queued, queue = [], commands._queue

    def notice(messages, *, at):
        queued.extend(messages)
        queue(messages, at=at)

    with mock.patch.object(commands, "_queue", notice):
        yield queued


def find_dead_links(queued):
    """Describe each link in these messages that leads to no page, or to a page that the recipient cannot open.

    The roles that the recipient had when the message was queued decide this. A link to a person without an account
    must lead to a public page, or to a page that asks them to sign in. Recipients whose account has been closed since
    cannot open anything, so they are left out.
    """
    if connection.needs_rollback:
        return []
    keys = {message.key for message in queued} - {""}  # When a message with a key is stored, its pk is not returned.
    rows = (
        Message.objects.filter(Q(pk__in=[message.pk for message in queued if message.pk]) | Q(key__in=keys))
        .exclude(link="")
        .exclude(to__is_active=False)
        .values_list("link", "to", "queued_at", "subject")
        .distinct()
    )
    return [f"{subject}: {link} {fault}" for link, to, at, subject in rows if (fault := fault_of(link, to, at))]


def fault_of(link, to, at):
    """Return what is wrong with a link, or an empty string. `to` is the key of the recipient's account, or None."""
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
