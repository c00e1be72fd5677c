"""Reminders that records are due for deletion, for the people responsible. They give only numbers."""

from collections import Counter
from datetime import datetime

from calloff.applications.commands import find_due_drafts
from calloff.kernel.clock import local_day
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import retention as entries
from calloff.placements.models.disposal_approvals import count_in_words
from calloff.pupils import retention as records
from calloff.pupils.retention import DueRecords


def remind_of_disposals(at: datetime) -> None:
    """Email the people responsible for deletion once a month, if records are due.

    They work at a buyer that has due records, at the buyer's host, or at an authority whose markets have due drafts.
    The job can run at any time and more than once.
    """
    buyers = Organisation.objects.all()
    found = [*records.count_due_records(buyers, at), *entries.count_due_entries(buyers, at)]
    month = f"{local_day(at):%Y-%m}"
    drafts = Counter[Organisation]()
    for due in find_due_drafts(buyers, at):
        drafts[due.market.authority] += len(due.references)
    due_at = _by_organisation(found)
    for organisation in sorted({*due_at, *drafts}, key=lambda one: one.pk):
        people = User.objects.who_can(Can.DISPOSE, organisation=organisation, at=at)
        words = disposals_due(organisation, due_at.get(organisation, []), drafts[organisation])
        sender = str(organisation.host or organisation)
        queue_message(words, to=people, sender=sender, at=at, key=f"disposals:{organisation.pk}:{month}")


def disposals_due(organisation: Organisation, due: list[DueRecords], drafts: int = 0) -> MessageText:
    """Write the reminder for one organisation.

    A host gets one reminder about all its schools and teams and its markets. `drafts` is the number of applications in
    these markets that are due. The reminder does not name a child.
    """
    number = sum(one.count for one in due if not one.entries)
    marks = sum(one.entries for one in due)
    what = count_in_words(number, marks, drafts)
    root = "buyers" if organisation.is_buyer else "authorities"
    return MessageText(
        f"{what} due to be deleted",
        "We no longer need to keep these records. Sign in to see their references. If you still need a child’s record, "
        "put a legal hold on it. Then approve the deletion of the rest.",
        f"/{root}/{organisation.slug}/retention",
    )


def _by_organisation(found: list[DueRecords]) -> dict[Organisation, list[DueRecords]]:
    gathered: dict[Organisation, list[DueRecords]] = {}
    for one in found:
        for organisation in (one.buyer, one.buyer.host):
            if organisation is not None:
                gathered.setdefault(organisation, []).append(one)
    return gathered
