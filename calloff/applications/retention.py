"""Applications' retention periods: which rows are deleted, when, and the source of the rule."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from calloff.kernel.clock import day_after, local_day, midnight


@dataclass(frozen=True)
class RetentionRule:
    """A rule that rows of a kind are deleted some months after an event, which `words` describes."""

    key: str
    words: str
    months: int
    source: str

    def due_before(self, at: datetime) -> datetime:
        """Return the midnight before which the event must have happened if its rows are due for deletion at `at`."""
        today = local_day(at)
        year, month = divmod(today.year * 12 + today.month - 1 - self.months, 12)
        last_day = monthrange(year, month + 1)[1]
        return midnight(day_after(date(year, month + 1, min(today.day, last_day))))


DRAFT_RETENTION = RetentionRule(
    key="abandoned-drafts",
    words="applications never submitted, after their market closed",
    months=12,
    source="Our own choice, because no law sets a period. UK GDPR Article 5(1)(e) requires us to set one.",
)
