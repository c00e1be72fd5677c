"""Tests that each message is queued, and contains no identity of a child, no price and no text that a person wrote.

People must sign in to read these, because others might read the same mailbox. A message can contain only references,
names of organisations, dates and counts.
"""

import ast

import pytest
from django.conf import settings

from tests.architecture.test_verbs_complete import names_of

SOURCES = sorted(settings.BASE_DIR.glob("calloff/**/*.py"))
NEVER = {
    "given_name", "family_name", "initials", "born_on", "upn", "address", "picture",  # fields that identify a child
    "amount", "total", "weekly_budget",  # a price
    # fields with text that a person wrote
    "text", "place", "told", "decided_by", "reason", "answer", "message", "notes", "outcome",
}  # fmt: skip


def functions():
    """Return the functions that return `MessageText`."""
    for path in SOURCES:
        text = path.read_text()
        if "-> MessageText:" not in text:  # There is no need to parse such a module.
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
def test_messages_contain_nothing_that_should_be_shown_only_after_sign_in(name):
    read = {node.attr for node in ast.walk(MESSAGES[name]) if isinstance(node, ast.Attribute)}
    assert not read & NEVER


def unqueued(messages, used):
    """Return a sentence for each message that no command, job or page uses."""
    return [
        f"Nothing queues {name}: call queue_message with it, inside the command's transition block"
        for name in messages
        if f"calloff/{name}".replace("/", ".").replace(".py::", ".") not in used
    ]


def test_every_message_is_queued_somewhere_in_the_code():
    used = set().union(
        *(found for path in SOURCES if "migrations" not in path.parts for found in names_of(path).values())
    )
    assert unqueued(MESSAGES, used) == []


def test_a_message_that_no_code_queues_is_reported():
    messages = ["markets/messages.py::appointed", "members/messages.py::appointed"]
    assert unqueued(messages, {"calloff.markets.messages.appointed"}) == [
        "Nothing queues members/messages.py::appointed: call queue_message with it, inside the command's transition "
        "block"
    ]


def test_the_check_finds_all_the_messages():
    assert len({name.split("/", maxsplit=1)[0] for name in MESSAGES}) > 10  # rooms
