"""The secret URL of a person's calendar.

It is created when the person requests it. It stops working when their password changes or their roles end.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from calloff.accounts import messages
from calloff.accounts.models import CalendarFeed
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.links.tokens import digest_link_token, make_link_token
from calloff.outbox.commands import queue_message
from calloff.people.models import User

__all__ = ["NewCalendarFeed", "make_calendar_feed", "record_calendar_read", "stop_calendar_feed"]


class NewCalendarFeed(NamedTuple):
    """A calendar, with the token in its URL. The token cannot be read anywhere else."""

    feed: CalendarFeed
    token: str


@transaction.atomic
def make_calendar_feed(person: User, *, at: datetime) -> NewCalendarFeed:
    """Make a URL for a person's calendar. Any earlier URL stops working.

    The person gets an email, because someone else could have used their browser. Raises Refused if the person has no
    role.
    """
    if not person.organisation_keys(at):
        raise Refused("You can create a calendar address when you have a role at an organisation.")
    token = make_link_token()
    new = {"digest": digest_link_token(token), "made_at": at, "last_read_on": None}
    feed, _ = CalendarFeed.objects.update_or_create(person=person, defaults=new)
    queue_message(messages.calendar_feed_made(), to=[person], sender="", at=at)
    return NewCalendarFeed(feed, token)


def stop_calendar_feed(person: User) -> bool:
    """Delete the URL of a person's calendar. Return whether there was one."""
    return bool(CalendarFeed.objects.filter(person=person).delete()[0])


def record_calendar_read(feed: CalendarFeed, *, at: datetime) -> None:
    """Record the day on which a calendar was last read. This writes at most once a day."""
    today = local_day(at)
    if feed.last_read_on != today:
        CalendarFeed.objects.filter(pk=feed.pk, digest=feed.digest).update(last_read_on=today)
