"""Mark an account's email address as confirmed."""

from calloff.people.models import User

__all__ = ["note_confirmed"]


def note_confirmed(person: User) -> None:
    """Clear the unconfirmed mark, so that retention does not delete the account as one with an unconfirmed address."""
    if person.unconfirmed_since is not None:
        person.unconfirmed_since = None
        User.objects.filter(pk=person.pk).update(unconfirmed_since=None)
