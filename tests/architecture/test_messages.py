"""No message tells who a child is, what a price is, or what someone wrote: that is read after signing in.

A message goes to mailboxes that others read too. What may stand in one are references, organisations, days and counts.
"""

import ast

import pytest
from django.conf import settings

SOURCES = sorted(settings.BASE_DIR.glob("calloff/**/*.py"))
NEVER = {
    "given_name", "family_name", "initials", "born_on", "upn", "address", "picture",  # who a child is
    "amount", "total", "weekly_budget",  # what a price is
    "text", "place", "told", "decided_by", "reason", "answer", "message", "notes", "outcome",  # what someone wrote
}  # fmt: skip


def functions():
    """Find the functions that word a message: those that return `MessageText`."""
    for path in SOURCES:
        text = path.read_text()
        if "-> MessageText:" not in text:  # which spares the time to parse it
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.FunctionDef)
                and isinstance(node.returns, ast.Name)
                and node.returns.id == "MessageText"
            ):
                yield f"{path.relative_to(settings.BASE_DIR / 'calloff')}::{node.name}", node


MESSAGES = dict(functions())


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_contain_nothing_that_needs_sign_in(name):
    read = {node.attr for node in ast.walk(MESSAGES[name]) if isinstance(node, ast.Attribute)}
    assert not read & NEVER


def test_the_test_finds_the_messages():
    assert len({name.split("/", maxsplit=1)[0] for name in MESSAGES}) > 10  # rooms
