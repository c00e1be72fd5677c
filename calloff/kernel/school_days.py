"""Count school days, which are Monday to Friday in term, except bank holidays and closed days.

INSET days are closed days. The caller provides the school's term dates. A school day is not the same as a working day
(see `working_days`). The sixth day of an exclusion is counted in school days (Education and Inspections Act 2006,
s.101; the Education (Provision of Full-Time Education for Excluded Pupils) (England) Regulations 2007, reg 2).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from calloff.kernel import formatting
from calloff.kernel.working_days import SATURDAY, BankHolidayCalendar, is_working_day

# the longest possible holiday. If the gap between two known terms is longer, there is a term between them
# that we do not know
MAX_HOLIDAY_LENGTH = timedelta(days=63)
ONE_DAY = timedelta(days=1)


class SchoolCalendar:
    """A school's known terms, and the days during term on which it is closed."""

    def __init__(self, terms: Iterable[tuple[date, date]], closed: Iterable[date] = ()) -> None:
        """Build a calendar from terms, given as (first day, last day) in any order, and closed days."""
        self.terms = sorted(terms)
        self.closed = frozenset(closed)

    def is_school_day(self, day: date) -> bool:
        """Return whether a day is a school day.

        A wrong deadline is worse than none, so this raises LookupError if the answer is not known: for a
        day before the first known term or after the last, in a gap that is too long to be a holiday, or in
        a year whose bank holidays are not listed.
        """
        in_term = self._in_term(day)
        if not in_term or day.weekday() >= SATURDAY or day in self.closed:
            return False
        return is_working_day(day, BankHolidayCalendar.ENGLAND_AND_WALES)

    def after(self, day: date, n: int) -> date:
        """Return the n-th school day after a given day, or that day itself if n is 0.

        Raises LookupError for days outside the known terms, or ValueError if n is negative.
        """
        if n < 0:
            raise ValueError("School days are counted forwards.")
        while n:
            day += ONE_DAY
            n -= self.is_school_day(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Count the school days after `start`, up to and including `end`.

        The result is negative if `end` is before `start`. Raises LookupError for days outside the known terms.
        """
        if end < start:
            return -self.between(end, start)
        return sum(self.is_school_day(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))

    def _in_term(self, day: date) -> bool:
        earlier = [end for start, end in self.terms if start <= day]
        later = [start for start, _ in self.terms if start > day]
        if any(day <= end for end in earlier):
            return True
        if not earlier or not later or min(later) - max(earlier) > MAX_HOLIDAY_LENGTH:
            raise LookupError(
                f"The school terms around {formatting.format_date(day)} are not known. Import the term dates."
            )
        return False
