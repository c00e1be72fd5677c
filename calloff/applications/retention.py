"""The retention periods for applications: which rows are deleted, when, and the source of the rule."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from calloff.applications.models import Enquiry, MarketInterest
from calloff.applications.states import EnquiryStatus
from calloff.kernel.clock import day_after, local_day, midnight


@dataclass(frozen=True)
class RetentionRule:
    """A rule that certain rows are deleted a number of months after an event.

    `words` describes the rows and the event.
    """

    key: str
    words: str
    months: int
    source: str

    def due_before(self, at: datetime) -> datetime:
        """Return the midnight before which an event must have happened for its rows to be due for deletion
        at `at`.
        """
        today = local_day(at)
        year, month = divmod(today.year * 12 + today.month - 1 - self.months, 12)
        last_day = monthrange(year, month + 1)[1]
        return midnight(day_after(date(year, month + 1, min(today.day, last_day))))


ASKER_RETENTION = RetentionRule(
    key="askers",
    words="the names of people who asked about a market, after the answer or the withdrawal of their question, or who "
    "were interested in it, after their interest or the market ended",
    months=12,
    source="Our own choice, because no law sets a period. UK GDPR Article 5(1)(e) requires us to set one.",
)
DRAFT_RETENTION = RetentionRule(
    key="abandoned-drafts",
    words="applications never submitted, after their market closed",
    months=12,
    source="Our own choice, because no law sets a period. UK GDPR Article 5(1)(e) requires us to set one.",
)


def forget_askers(at: datetime) -> int:
    """Remove people from old questions and old registrations of interest. Return how many rows were changed.

    A question is old a year after it was answered, withdrawn or closed or, if it was never answered, after its market
    closed. Interest is old a year after it was withdrawn or its market closed. The questions and answers remain,
    because the council relies on them.
    """
    before = ASKER_RETENTION.due_before(at)
    asked = Enquiry.objects.filter(
        Q(closed_at__lt=before) | Q(status=EnquiryStatus.ASKED, market__closes_at__lt=before)
    ).exclude(asked_by=None)
    over = Q(withdrawn_at__lt=before) | Q(market__closes_at__lt=before)
    interested = MarketInterest.objects.filter(over).exclude(person=None, stopped_by=[])
    return asked.update(asked_by=None) + interested.update(person=None, stopped_by=[])
