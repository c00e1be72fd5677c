"""How long providers have to reply and to confirm, where the buyer says nothing else. Our own choices, not law."""

from datetime import datetime, time

from django.utils import timezone

from calloff.kernel.clock import local_day
from calloff.kernel.working_days import BankHolidayCalendar, working_days_after

REPLY_WORKING_DAYS = 3  # working days
CONFIRM_WORKING_DAYS = 5  # working days: time to meet the child
END_OF_THE_DAY = time(17)  # 5pm in London


def default_reply_by(at: datetime) -> datetime:
    """Propose by when providers reply to what is asked at an instant: 5pm, three working days on."""
    return _within(at, REPLY_WORKING_DAYS)


def default_confirm_by(at: datetime) -> datetime:
    """Propose by when a provider confirms: 5pm, five working days on."""
    return _within(at, CONFIRM_WORKING_DAYS)


def _within(at: datetime, days: int) -> datetime:
    last = working_days_after(local_day(at), days, BankHolidayCalendar.ENGLAND_AND_WALES)
    return timezone.make_aware(datetime.combine(last, END_OF_THE_DAY))
