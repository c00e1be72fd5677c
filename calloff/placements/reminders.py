"""Remind the people responsible that children's records are due for deletion, giving only numbers."""

from datetime import datetime

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_list, pluralise
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import retention as entries
from calloff.pupils import retention as records
from calloff.pupils.retention import DueRecords


def remind_of_disposals(at: datetime) -> None:
    """Email the people who can delete records once a month, at each buyer with due records and its host.

    The job can run at any time and more than once.
    """
    buyers = Organisation.objects.all()
    found = [*records.count_due_records(buyers, at), *entries.count_due_entries(buyers, at)]
    month = f"{local_day(at):%Y-%m}"
    for organisation, due in _by_organisation(found):
        people = User.objects.who_can(Can.DISPOSE, organisation=organisation, at=at)
        words = disposals_due(organisation, due)
        sender = str(organisation.host or organisation)
        queue_message(words, to=people, sender=sender, at=at, key=f"disposals:{organisation.pk}:{month}")


def disposals_due(organisation: Organisation, due: list[DueRecords]) -> MessageText:
    """Write the reminder for one organisation.

    A host gets one reminder about all its schools and teams. The reminder names no child.
    """
    number = sum(one.count for one in due if not one.entries)
    marks = sum(one.entries for one in due)
    what = ([pluralise(number, "child’s record", "children’s records")] if number else []) + (
        [pluralise(marks, "register entry", "register entries")] if marks else []
    )
    root = "buyers" if organisation.is_buyer else "authorities"
    return MessageText(
        f"{format_list(what)} due to be deleted",
        "We no longer need to keep these records. Sign in to see their references. Put a legal hold "
        "on any record you still need. "
        "Then approve the deletion of the rest.",
        f"/{root}/{organisation.slug}/retention",
    )


def _by_organisation(found: list[DueRecords]) -> list[tuple[Organisation, list[DueRecords]]]:
    gathered: dict[int, tuple[Organisation, list[DueRecords]]] = {}
    for one in found:
        for organisation in (one.buyer, one.buyer.host):
            if organisation is not None:
                gathered.setdefault(organisation.pk, (organisation, []))[1].append(one)
    return [gathered[key] for key in sorted(gathered)]
