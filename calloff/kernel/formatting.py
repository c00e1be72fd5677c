"""Format dates, times, deadlines and counts for people. Times are in London.

A deadline is exclusive: at exactly 5pm, “before 5pm” has passed. A deadline at midnight is shown as “by the
end of” the day before.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from calloff.kernel import time_of_day
from calloff.kernel.working_days import BankHolidayCalendar, is_working_day

# the maximum number of working days to show, because a larger number would not help anyone
MAX_DAYS_LEFT_COUNTED = 60


def format_date(value: date) -> str:
    """Format a date, or the date in London at a given time, for example Friday 27 November 2026."""
    local = _date(value)
    return f"{local:%A} {local.day} {local:%B %Y}"


def format_day_of_year(value: date) -> str:
    """Format a date without its year, or the date in London at a given time, for example Friday 27 November."""
    local = _date(value)
    return f"{local:%A} {local.day} {local:%B}"


def format_short_date(value: date) -> str:
    """Format a date for tables, for example 27 Nov 2026."""
    local = _date(value)
    return f"{local.day} {local:%b %Y}"


def format_clock_time(value: datetime) -> str:
    """Format a time of day, for example 5pm, 9:30am or noon.

    Midnight is formatted as “the start of the day”, never as 12:00am.
    """
    return "the start of the day" if _is_midnight(value) else time_of_day.format_time(timezone.localtime(value).time())


def format_datetime(value: datetime) -> str:
    """Format a date and time, for example 5pm on Friday 27 November 2026.

    Use this for past or planned events, not for deadlines.
    """
    if _is_midnight(value):
        return f"the end of {format_date(_date(value) - timedelta(days=1))}"
    return f"{format_clock_time(value)} on {format_date(value)}"


def format_short_datetime(value: datetime) -> str:
    """Format a date and time for tables, for example 27 Nov 2026, 5pm."""
    if _is_midnight(value):
        return f"{format_short_date(_date(value) - timedelta(days=1))}, end of day"
    return f"{format_short_date(value)}, {format_clock_time(value)}"


def format_before(value: datetime) -> str:
    """Format a deadline.

    Examples are “before 5pm on Friday 27 November 2026” and “by the end of Thursday 26 November 2026”.
    """
    return f"by {format_datetime(value)}" if _is_midnight(value) else f"before {format_datetime(value)}"


def format_at_time(value: datetime) -> str:
    """Format the time of an event, for example “at 5pm on Friday 27 November 2026”."""
    return f"at {format_datetime(value)}"


def format_start(value: datetime) -> str:
    """Format a start time, for example “on Tuesday 1 September 2026” (midnight) or “at 9am on Tuesday 1
    September 2026”.
    """
    return f"on {format_date(value)}" if _is_midnight(value) else f"at {format_datetime(value)}"


def last_day_of_deadline(value: datetime) -> date:
    """Return the last day in London that is before a deadline, at least in part.

    For a deadline at midnight, that is the day before.
    """
    return _date(value - timedelta(microseconds=1))


def format_deadline(
    value: datetime, now: datetime, calendar: BankHolidayCalendar = BankHolidayCalendar.ENGLAND_AND_WALES
) -> str:
    """Format a deadline together with the time left.

    The time left is in working days, not counting today. On the last day it is in hours, and the text
    includes the current time. After the deadline, the text is “Closed at …”. If the bank holidays of a year
    are not known, the text does not include the time left.
    """
    if now >= value:
        return f"Closed at {format_datetime(value)}"
    words = ", ".join(filter(None, [format_before(value), format_time_left(value, now, calendar)]))
    return f"{words}. The time is now {format_clock_time(now)}" if _date(now) == last_day_of_deadline(value) else words


def format_task_due(value: datetime, now: datetime) -> str:
    """Format when a task is due, for a row with a tag that shows the time left.

    Examples are “Due Thu 26 Nov”, “Due Thu 26 Nov, before 3pm” and “Due today, before 3pm, 2 hours left”.
    The text includes the year if it is not the current year. The page already shows the current time.
    """
    final, hour = last_day_of_deadline(value), "" if _is_midnight(value) else f", before {format_clock_time(value)}"
    if final == _date(now) and now < value:
        return f"Due today{hour}, {format_time_left(value, now)}" if hour else "Due today"
    year = f" {final.year}" if final.year != _date(now).year else ""
    return f"Due {final:%a} {final.day} {final:%b}{year}{hour}"


def format_time_left(
    value: datetime, now: datetime, calendar: BankHolidayCalendar = BankHolidayCalendar.ENGLAND_AND_WALES
) -> str:
    """Format the time left, for example “3 working days left” or “2 hours left”.

    The result is empty if no time is left or if the deadline is too far away.
    """
    if now >= value:
        return ""
    final = last_day_of_deadline(value)
    if _date(now) == final:
        return f"{_hours(value - now)} left"
    try:
        days = count_working_days_left(_date(now), final, calendar)
    except LookupError:
        return ""
    return f"{pluralise(days, 'working day')} left" if days <= MAX_DAYS_LEFT_COUNTED else ""


def count_working_days_left(today: date, final: date, calendar: BankHolidayCalendar) -> int:
    """Count the working days after today, up to and including the last day."""
    days = (today + timedelta(days=one) for one in range(1, (final - today).days + 1))
    return sum(is_working_day(one, calendar) for one in days)


def format_wait(seconds: int) -> str:
    """Format how long to wait, for example “5 minutes” or “3 hours”.

    The time is rounded up, so that no one is told to wait for too short a time.
    """
    minutes = max(1, -(-seconds // 60))
    if minutes <= 60:  # noqa: PLR2004  (an hour or less is shown in minutes)
        return pluralise(minutes, "minute")
    hours = -(-minutes // 60)
    return pluralise(hours, "hour") if hours <= 48 else pluralise(-(-hours // 24), "day")  # noqa: PLR2004


def pluralise(count: int, one: str, many: str = "") -> str:
    """Format a number with its noun, for example 1 application, 312 applications or 1,204 pupils."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def format_number(value: Decimal) -> str:
    """Format a number of hours, days or per cent without trailing zeros, for example 15, 7.5 or 10 (never 1E+1)."""
    return f"{value.normalize():f}"


def format_units(value: Decimal, unit: str) -> str:
    """Format a number of units, for example 1 day or 2.5 days."""
    return f"{format_number(value)} {unit if value == 1 else f'{unit}s'}"


def format_exact_pounds(amount: Decimal) -> str:
    """Format an amount with two decimal places, for tables, for example £1,250.50 or £45.00."""
    return f"£{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def format_list(words: list[str], last: str = "and") -> str:
    """Format a list, for example “a, b and c”."""
    *first, end = words or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def _date(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _is_midnight(value: datetime) -> bool:
    local = timezone.localtime(value)
    return (local.hour, local.minute) == (0, 0)


def _hours(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes >= 60:  # noqa: PLR2004
        hours, rest = divmod(minutes, 60)
        return pluralise(hours, "hour") + (f" {pluralise(rest, 'minute')}" if rest else "")
    return pluralise(minutes, "minute") if minutes else "less than a minute"
