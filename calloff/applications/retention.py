"""How long what is not needed is kept: each class of rows, for how long, and by whose rule."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from calloff.kernel.clock import day_after, local_day, midnight


@dataclass(frozen=True)
class RetentionRule:
    """Rows of one class are disposed of so many months after the day that the words name."""

    key: str
    words: str
    months: int
    source: str

    def due_before(self, at: datetime) -> datetime:
        """Return the instant before which that day must lie for the rows to be due at an instant: whole days count."""
        today = local_day(at)
        year, month = divmod(today.year * 12 + today.month - 1 - self.months, 12)
        last = monthrange(year, month + 1)[1]
        return midnight(day_after(date(year, month + 1, min(today.day, last))))


DRAFT_RETENTION = RetentionRule(
    key="abandoned-drafts",
    words="applications never submitted, after their market closed",
    months=12,
    source="Our own choice, because no law sets a period. UK GDPR Article 5(1)(e) requires one.",
)
