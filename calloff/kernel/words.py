"""How dates and times are said: with the day named, and never “midnight”. Source: `pages.md` §4 of the design."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day(value: date) -> str:
    """Write a date, or the London date of an instant: Friday 27 November 2026."""
    return f"{_local(value):%A %-d %B %Y}"


def short_day(value: date) -> str:
    """Write a date as tables have it: 27 Nov 2026."""
    return f"{_local(value):%-d %b %Y}"


def hour(value: datetime) -> str:
    """Write a time of day in London: 5pm, 9:30am, noon. Midnight belongs to a day, so it has no words of its own."""
    local = timezone.localtime(value)
    if (local.hour, local.minute) == (12, 0):
        return "noon"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004


def moment(value: datetime) -> str:
    """Write an instant in London time: 5pm on Friday 27 November 2026."""
    return f"{hour(value)} on {day(value)}"


def before(deadline: datetime) -> str:
    """Write a half-open deadline: before 5pm on Friday …; one at 00:00 reads: by the end of Thursday …"""
    local = timezone.localtime(deadline)
    if local.time() == time():
        return f"by the end of {day(local - timedelta(microseconds=1))}"
    return f"before {moment(deadline)}"


def ended(deadline: datetime) -> str:
    """Write a half-open deadline that has passed: at 5pm on Friday …; one at 00:00 reads: at the end of Thursday …"""
    local = timezone.localtime(deadline)
    if local.time() == time():
        return f"at the end of {day(local - timedelta(microseconds=1))}"
    return f"at {moment(deadline)}"


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) else value
