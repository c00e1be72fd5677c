"""Tests that docs/messages.md lists every message, with the text from the source code."""

import re

from django.conf import settings

from calloff.cli.message_catalogue import read_messages
from calloff.outbox.commands import MessageText

SOURCE = """
def warned(order: Order, *, late: bool) -> MessageText:
    due = f"Pay by {format_date(order.due_on)}. " if order.due_on else ""
    return MessageText(
        f"Pay for {pluralise(order.number, 'hour')} ({order.reference})"[:200],
        f"{due}{order.buyer} has not paid. Sign in to read why.",
        f"/orders/{order.pk}",
    )


NOTICE = MessageText("The service is closed", "You do not need to do anything.")
"""


def test_a_message_is_listed_with_its_placeholders_and_first_sentence(tmp_path):
    (tmp_path / "buying").mkdir()
    (tmp_path / "buying" / "messages.py").write_text(SOURCE)
    warned, notice = read_messages(tmp_path)
    assert warned == (
        "buying", "messages.warned", "Pay for {number of hours} ({reference})", "[Pay by {due on}.]"
    )  # fmt: skip
    assert notice[1:] == ("messages.NOTICE", "The service is closed", "You do not need to do anything.")


def test_every_listed_message_has_a_subject_and_a_first_sentence():
    made = sum(
        len(re.findall(rf"(?<!class ){MessageText.__name__}\(", path.read_text()))
        for path in (settings.BASE_DIR / "calloff").rglob("*.py")
        if path.stem != "message_catalogue"
    )
    entries = list(read_messages(settings.BASE_DIR / "calloff"))
    assert len(entries) == made > 100
    assert [one.name for one in entries if not one.subject or not one.first_sentence] == []
