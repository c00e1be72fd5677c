"""That a person has proved the email address of their account."""

from calloff.people.models import User


def note_confirmed(person: User) -> None:
    """Note that the account is its person's: it is no longer deleted as one whose address no one confirmed."""
    if person.unconfirmed_since is not None:
        person.unconfirmed_since = None
        User.objects.filter(pk=person.pk).update(unconfirmed_since=None)
