"""Codes that are emailed as a second step. A code has 6 digits, is valid for 10 minutes and allows 5 attempts.

Only a keyed digest of the code is stored.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from calloff.accounts import messages
from calloff.accounts.models import EmailCode, MailboxReset
from calloff.kernel.encryption import keyed_digest, matches_digest
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message_to_address
from calloff.people.models import User
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = ["enter_code", "forget_mailbox_reset", "has_live_code", "note_mailbox_reset", "send_code"]

EMAIL_CODE_DIGITS = 6
EMAIL_CODE_LIFETIME = timedelta(minutes=10)
MAX_EMAIL_CODE_TRIES = 5  # the number of attempts for each code


@transaction.atomic
def send_code(person: User, *, at: datetime) -> None:
    """Email a new code to the person's address. Any earlier code stops working.

    Raises Refused if too many codes have been sent.
    """
    # The person's row is locked, so that two simultaneous requests cannot leave two valid codes.
    User.objects.select_for_update().get(pk=person.pk)
    if not count_attempt(LimitName.EMAIL_CODE, person.pk, at=at).allowed:
        raise Refused("We have sent you too many codes. Use the last code we sent, or wait an hour and try again.")
    EmailCode.objects.filter(person=person, used_at=None).update(used_at=at)
    digits = "".join(secrets.choice("0123456789") for _ in range(EMAIL_CODE_DIGITS))
    EmailCode.objects.create(person=person, digest=keyed_digest(_purpose(person), digits), sent_at=at)
    queue_message_to_address(messages.second_step_code(digits), address=person.email, sender="", at=at, secret=True)


@transaction.atomic
def enter_code(person: User, code: str, *, at: datetime) -> bool:
    """Check the code that a person typed against the latest code that was sent. A correct code cannot be used
    again.

    Returns False for a wrong code, and counts the attempt.
    """
    sent = EmailCode.objects.select_for_update().filter(person=person, used_at=None).order_by("-sent_at", "-pk").first()
    if sent is None or at >= sent.sent_at + EMAIL_CODE_LIFETIME or sent.attempts >= MAX_EMAIL_CODE_TRIES:
        return False
    if not matches_digest(_purpose(person), code.strip(), sent.digest):
        EmailCode.objects.filter(pk=sent.pk).update(attempts=sent.attempts + 1)
        return False
    EmailCode.objects.filter(pk=sent.pk).update(used_at=at)
    return True


def has_live_code(person: User, at: datetime) -> bool:
    """Return whether there is a code that the person can still enter."""
    live = EmailCode.objects.filter(person=person, used_at=None, attempts__lt=MAX_EMAIL_CODE_TRIES)
    return live.filter(sent_at__gt=at - EMAIL_CODE_LIFETIME).exists()


def note_mailbox_reset(person: User, *, at: datetime) -> None:
    """Record that the person set their password with an emailed code (see `queries.email_code_counts`)."""
    MailboxReset.objects.update_or_create(person=person, defaults={"reset_at": at})


def forget_mailbox_reset(person: User) -> None:
    """Delete the record that the person set their password with an emailed code (see `note_mailbox_reset`).

    Call this after the person has passed a stronger check and chosen a password.
    """
    MailboxReset.objects.filter(person=person).delete()


def _purpose(person: User) -> str:
    return f"second step of {person.pk}"
