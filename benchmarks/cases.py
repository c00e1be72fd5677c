"""What is measured. A case makes ready, and returns its two acts; see frame.py."""

from django.db import transaction

from benchmarks.frame import Acts, case
from benchmarks.ground import Browser, durable, statements_of
from calloff.cli import demo
from calloff.kernel import clock
from calloff.outbox.commands import Words, queue_to_address


@case("empty.page")
def empty_page() -> Acts:
    """The floor of all pages against itself: how much the figures of this machine waver."""
    browser = Browser(demo.accounts()[0].email)
    return Acts(browser.getter("/bench/empty"), browser.getter("/bench/empty"))


@case("outbox.queue")
def outbox_queue() -> Acts:
    """One message and its job in one transaction, against the same statements bare."""

    @transaction.atomic
    def act() -> None:
        queue_to_address(Words("A subject", "Words."), address="ada@windmill.example", sender="Bench", at=clock.now())

    return Acts(act, durable(statements_of(act)))
