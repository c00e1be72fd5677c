"""How Calloff speaks: dates, times, deadlines, counts. Times are those of London. Source: `pages.md` §4 of the design.

A deadline is half-open: what is due “before 5pm” is too late at 5pm; one at midnight is “by the end of” the day before.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from calloff.kernel import time_of_day
from calloff.kernel.working_days import Calendar, is_working_day

WORTH_COUNTING = 60  # working days: further off, their number tells nobody anything


def day(value: date) -> str:
    """Write a date, or the London date of an instant: Friday 27 November 2026."""
    local = _date(value)
    return f"{local:%A} {local.day} {local:%B %Y}"


def short_day(value: date) -> str:
    """Write a date as tables do: 27 Nov 2026."""
    local = _date(value)
    return f"{local.day} {local:%b %Y}"


def clock_time(value: datetime) -> str:
    """Write a time of day: 5pm, 9:30am, noon; midnight is 12:00am nowhere, but “the start of the day”."""
    return "the start of the day" if _is_midnight(value) else time_of_day.said(timezone.localtime(value).time())


def moment(value: datetime) -> str:
    """Write an instant: 5pm on Friday 27 November 2026. For what is over or simply happens."""
    if _is_midnight(value):
        return f"the end of {day(_date(value) - timedelta(days=1))}"
    return f"{clock_time(value)} on {day(value)}"


def short_moment(value: datetime) -> str:
    """Write an instant as tables do: 27 Nov 2026, 5pm."""
    if _is_midnight(value):
        return f"{short_day(_date(value) - timedelta(days=1))}, end of day"
    return f"{short_day(value)}, {clock_time(value)}"


def before(value: datetime) -> str:
    """Write a deadline alone: before 5pm on Friday 27 November 2026; by the end of Thursday 26 November 2026."""
    return f"by {moment(value)}" if _is_midnight(value) else f"before {moment(value)}"


def at_(value: datetime) -> str:
    """Write when something happened: at 5pm on Friday 27 November 2026."""
    return f"at {moment(value)}"


def opening(value: datetime) -> str:
    """Write when something begins: on Tuesday 1 September 2026; at 9am on Tuesday 1 September 2026."""
    return f"on {day(value)}" if _is_midnight(value) else f"at {moment(value)}"


def last_day(value: datetime) -> date:
    """Return the London day on which something can last be done: for one at midnight, the day before."""
    return _date(value - timedelta(microseconds=1))


def deadline(value: datetime, now: datetime, calendar: Calendar = Calendar.ENGLAND_AND_WALES) -> str:
    """Write a deadline and what is left of it.

    Before its last day in working days of the calendar, today not counted; on the last day in hours, with the time by
    our clock; afterwards as “Closed at …”. Where a year's bank holidays are not listed, days are not counted.
    """
    if now >= value:
        return f"Closed at {moment(value)}"
    words = ", ".join(filter(None, [before(value), left(value, now, calendar)]))
    return f"{words}. It is {clock_time(now)} by this service’s clock" if _date(now) == last_day(value) else words


def task_due(value: datetime, now: datetime) -> str:
    """Write until when a task is due: “Today” on its last day, earlier with what is left, afterwards “It was due …”.

    A list has many tasks, so the time by our clock is not in each of them: a page says it once.
    """
    if now >= value:
        return f"It was due {before(value)}"
    if _date(now) == last_day(value):
        return "Today" if _is_midnight(value) else f"Today, before {clock_time(value)}, {left(value, now)}"
    words = deadline(value, now)
    return words[:1].upper() + words[1:]


def left(value: datetime, now: datetime, calendar: Calendar = Calendar.ENGLAND_AND_WALES) -> str:
    """Write what is left of a deadline: 3 working days left, 2 hours left; nothing once it is over, or far off."""
    if now >= value:
        return ""
    final = last_day(value)
    if _date(now) == final:
        return f"{_hours(value - now)} left"
    try:
        days = working_days_left(_date(now), final, calendar)
    except LookupError:
        return ""
    return f"{plural(days, 'working day')} left" if days <= WORTH_COUNTING else ""


def working_days_left(today: date, final: date, calendar: Calendar) -> int:
    """Count the working days after today, up to and with the last."""
    days = (today + timedelta(days=one) for one in range(1, (final - today).days + 1))
    return sum(is_working_day(one, calendar) for one in days)


def wait_of(seconds: int) -> str:
    """Say how long to wait: “5 minutes”, “3 hours”; rounded up, so that it is never too short."""
    minutes = max(1, -(-seconds // 60))
    if minutes <= 60:  # noqa: PLR2004  (an hour is told as 60 minutes)
        return plural(minutes, "minute")
    hours = -(-minutes // 60)
    return plural(hours, "hour") if hours <= 48 else plural(-(-hours // 24), "day")  # noqa: PLR2004


def plural(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 application, 312 applications, 1,204 pupils."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def number(value: Decimal) -> str:
    """Write a number of hours, days or per cent without what it does not need: 15, 7.5, 10 (and never 1E+1)."""
    return f"{value.normalize():f}"


def units(value: Decimal, unit: str) -> str:
    """Write so many units: 1 day, 2.5 days."""
    return f"{number(value)} {unit if value == 1 else f'{unit}s'}"


def exact_pounds(amount: Decimal) -> str:
    """Write a sum as tables do, always with two places: £1,250.50, £45.00."""
    return f"£{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def listed(words: list[str], last: str = "and") -> str:
    """Write a list: a, b and c."""
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
        return plural(hours, "hour") + (f" {plural(rest, 'minute')}" if rest else "")
    return plural(minutes, "minute") if minutes else "less than a minute"
