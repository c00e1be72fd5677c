"""Default deadlines for providers to reply and to confirm, which the buyer can change.

We chose the number of days, because no law sets one.
"""

from datetime import datetime, time

from django.utils import timezone

from calloff.kernel.clock import local_day
from calloff.kernel.working_days import BankHolidayCalendar, working_days_after

REPLY_WORKING_DAYS = 3  # working days
CONFIRM_WORKING_DAYS = 5  # working days, to leave time to meet the child
END_OF_THE_DAY = time(17)  # 5pm in London time


def default_reply_by(at: datetime) -> datetime:
    """Return the default deadline for replies to a request made at a given time.

    The deadline is 5pm, three working days later.
    """
    return _end_of_working_day(at, REPLY_WORKING_DAYS)


def default_confirm_by(at: datetime) -> datetime:
    """Return the default deadline for confirming an offer made at a given time.

    The deadline is 5pm, five working days later.
    """
    return _end_of_working_day(at, CONFIRM_WORKING_DAYS)


def _end_of_working_day(at: datetime, days: int) -> datetime:
    last = working_days_after(local_day(at), days, BankHolidayCalendar.ENGLAND_AND_WALES)
    return timezone.make_aware(datetime.combine(last, END_OF_THE_DAY))
