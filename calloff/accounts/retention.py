"""Delete old data about sign-ins. No check relies on this, because none of the data can be used to sign in."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session as Stored
from django.db import IntegrityError, connection, transaction

from calloff.accounts import queries
from calloff.accounts.models import CalendarFeed, EmailChange, EmailCode, KnownBrowser, SignInSession
from calloff.accounts.states import EmailChangeStatus
from calloff.kernel.clock import local_day
from calloff.people.models import User

# The time is counted from the sign-up. It is short, because a stranger might have typed someone else's address.
UNCONFIRMED_KEPT = timedelta(days=14)
DELETE_UNCONFIRMED = "DELETE FROM people_user WHERE id = %s AND unconfirmed_since IS NOT NULL"
CODES_KEPT = timedelta(days=2)
# This is long after the week in which a change can be undone, so that disputes can be settled.
EMAIL_CHANGES_KEPT = timedelta(days=400)
# The time is counted from the last use of the browser. Browsers do not keep cookies for longer.
DEVICES_KEPT = timedelta(days=400)


def forget_old_codes(at: datetime) -> int:
    return EmailCode.objects.filter(sent_at__lt=at - CODES_KEPT).delete()[0]


def forget_old_devices(at: datetime) -> int:
    return KnownBrowser.objects.filter(last_used_at__lt=at - DEVICES_KEPT).delete()[0]


def forget_old_email_changes(at: datetime) -> int:
    """Delete old email changes that are finished. The person's History still shows that they happened."""
    over = EmailChange.objects.exclude(status=EmailChangeStatus.ASKED)
    return over.filter(asked_at__lt=at - EMAIL_CHANGES_KEPT).delete()[0]


def forget_old_calendars(at: datetime) -> int:
    """Delete the URLs of calendars that no longer work, because they are too old or no one reads them."""
    old = [feed.pk for feed in CalendarFeed.objects.all() if queries.calendar_ends_on(feed) < local_day(at)]
    return CalendarFeed.objects.filter(pk__in=old).delete()[0]


def delete_unconfirmed_accounts(at: datetime) -> int:
    """Delete accounts whose address was not confirmed in time, with their email addresses. Return how many there
    were.

    No one can sign in to these accounts, and they contain only what the person entered to sign up. An account is not
    deleted if its address has been confirmed or if any other record refers to it.
    """
    old = User.objects.filter(unconfirmed_since__lt=at - UNCONFIRMED_KEPT).order_by("pk")
    return sum(map(_delete_unconfirmed, old.values_list("pk", flat=True)))


def _delete_unconfirmed(pk: int) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as sql:
            User.objects.select_for_update().filter(pk=pk).first()
            # The rows are locked, so that no address can be confirmed at the same time.
            addresses = EmailAddress.objects.select_for_update().filter(user=pk)
            if any(address.verified for address in addresses):
                return False
            for stored in (EmailAddress, SocialAccount):
                stored.objects.filter(user=pk).delete()
            # The deletion fails here if a record refers to the person.
            sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
            sql.execute(DELETE_UNCONFIRMED, [pk])
            return bool(sql.rowcount)
    except IntegrityError:
        return False


def forget_ended_sessions() -> int:
    """Delete expired sessions. No check relies on this, because an expired session is always refused."""
    return SignInSession.objects.exclude(session_key__in=Stored.objects.values("session_key")).delete()[0]
