"""The browsers in which a person has signed in before.

A person who sees nothing about children except the register can set a PIN in one of their browsers.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from calloff.accounts import queries
from calloff.accounts.models import KnownBrowser
from calloff.kernel.encryption import keyed_digest, matches_digest
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User

__all__ = ["enter_pin", "find_device", "forget_devices", "record_device", "record_second_step", "remove_pin", "set_pin"]

PIN_DIGITS = 6
PIN_LIFETIME = timedelta(weeks=13)  # about one school term and the holiday after it
MAX_PIN_TRIES = 5  # After this many wrong PINs, the PIN is removed and the person needs their second step again.


def find_device(person: User, token: str) -> KnownBrowser | None:
    """Return the person's browser that has this token in its cookie, or None."""
    return (
        KnownBrowser.objects.filter(person=person, digest=queries.digest_device_token(token)).first() if token else None
    )


def record_device(person: User, token: str, *, name: str, at: datetime) -> bool:
    """Record a sign-in from a browser.

    Returns True if the browser is new and the account has already been used in another browser.
    """
    known = KnownBrowser.objects.filter(person=person)
    had_any = known.exists()
    _, is_new = KnownBrowser.objects.update_or_create(
        person=person,
        digest=queries.digest_device_token(token),
        defaults={"last_used_at": at},
        create_defaults={"last_used_at": at, "known_at": at, "name": name},
    )
    return is_new and had_any


def record_second_step(person: User, token: str) -> None:
    """Record that the person has passed their second step in this browser."""
    KnownBrowser.objects.filter(person=person, digest=queries.digest_device_token(token)).update(proved=True)


def set_pin(device: KnownBrowser, *, pin: str, by: User, at: datetime) -> KnownBrowser:
    """Set a PIN that replaces the second step in one browser, for `PIN_LIFETIME`.

    The PIN is only for people who see nothing about children except the register (`queries.reads_only_the_register`).
    Raises Refused for a weak PIN, for a person who sees more than the register, and for another person's browser.
    """
    if device.person_id != by.pk or not queries.reads_only_the_register(by, at):
        raise Refused(
            "You can only set a PIN if your role is to take the register and you cannot see any other "
            "records about children."
        )
    if not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
        raise Refused(f"PIN must be {PIN_DIGITS} digits", "pin")
    if _is_easy(pin):
        raise Refused(
            "Choose a PIN that is harder to guess. Do not use the same digit 6 times or a sequence like 123456.", "pin"
        )
    with transaction.atomic():
        held = KnownBrowser.objects.select_for_update().get(pk=device.pk)
        held.pin, held.pin_until, held.pin_attempts = keyed_digest(_purpose(held), pin), at + PIN_LIFETIME, 0
        held.save(update_fields=["pin", "pin_until", "pin_attempts"])
    return held


@transaction.atomic
def enter_pin(device: KnownBrowser, pin: str, *, at: datetime) -> bool:
    """Return whether this is the right PIN for the browser. Five wrong PINs in a row remove the PIN."""
    held = KnownBrowser.objects.select_for_update().get(pk=device.pk)
    if not queries.has_pin(held, at):
        return False
    if matches_digest(_purpose(held), pin.strip(), held.pin):
        KnownBrowser.objects.filter(pk=held.pk).update(pin_attempts=0, last_used_at=at)
        return True
    if held.pin_attempts + 1 >= MAX_PIN_TRIES:
        remove_pin(held)
    else:
        KnownBrowser.objects.filter(pk=held.pk).update(pin_attempts=held.pin_attempts + 1)
    return False


def remove_pin(device: KnownBrowser) -> None:
    KnownBrowser.objects.filter(pk=device.pk).update(pin="", pin_until=None, pin_attempts=0)


def forget_devices(person: User) -> None:
    """Delete all known browsers of a person, with their PINs.

    The person's next sign-in is then treated as a sign-in from a new browser.
    """
    KnownBrowser.objects.filter(person=person).delete()


def _purpose(device: KnownBrowser) -> str:
    return f"PIN of {device.pk}"


def _is_easy(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
