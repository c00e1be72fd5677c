"""Record that the email address of an account is confirmed."""

from calloff.people.models import User

__all__ = ["note_confirmed"]


def note_confirmed(person: User) -> None:
    """Record that the person has confirmed their email address, so that the account is not deleted.

    We delete accounts whose address is not confirmed in time.
    """
    if person.unconfirmed_since is not None:
        person.unconfirmed_since = None
        User.objects.filter(pk=person.pk).update(unconfirmed_since=None)
