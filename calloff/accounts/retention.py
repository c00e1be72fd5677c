"""How long what people sign in with is kept once it is of no use. Nothing depends on it: none of it lets anybody in."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as Stored

from calloff.accounts.models import Device, EmailChange, EmailCode, Session
from calloff.accounts.states import EmailChangeStatus

CODES_KEPT = timedelta(days=2)
EMAIL_CHANGES_KEPT = timedelta(days=400)  # long after the week in which one can be undone, to answer for a quarrel
DEVICES_KEPT = timedelta(days=400)  # after the last use: a browser keeps a cookie no longer than that


def forget_old_codes(at: datetime) -> int:
    return EmailCode.objects.filter(sent_at__lt=at - CODES_KEPT).delete()[0]


def forget_old_devices(at: datetime) -> int:
    return Device.objects.filter(last_used_at__lt=at - DEVICES_KEPT).delete()[0]


def forget_old_email_changes(at: datetime) -> int:
    """Delete the changes of address that are over: that somebody made one, the history of the person still says."""
    over = EmailChange.objects.exclude(status=EmailChangeStatus.ASKED)
    return over.filter(asked_at__lt=at - EMAIL_CHANGES_KEPT).delete()[0]


def forget_ended_sessions() -> int:
    """Delete the rows of sessions that ran out. Nothing depends on it: such a session lets nobody in."""
    return Session.objects.exclude(session_key__in=Stored.objects.values("session_key")).delete()[0]
