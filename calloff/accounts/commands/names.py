"""Change your own name. Documents that you have already signed keep your earlier name."""

from datetime import datetime

from django.db import transaction

from calloff.accounts import messages
from calloff.accounts.models import NameChange
from calloff.history.transitions import creating
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_name
from calloff.outbox.commands import queue_message
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = ["change_name"]


def change_name(person: User, *, name: str, by: User, at: datetime) -> NameChange:
    """Change a person's name, and email both names to the people who manage their roles.

    These people knew the earlier name when they gave the role, so they can question a change that they did not expect.
    Raises PermissionDenied for another person's name. Raises Refused for an invalid name, if the name is the same as
    before, and after too many changes in a day.
    """
    new = clean_name(name, noun="Your name", longest=MAX_PERSON_NAME_LENGTH)
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=person.pk)
        if held.name == new:
            raise Refused("This is already your name. Enter a different name.", "name")
        change = NameChange(person=held, old=held.name, new=new, changed_at=at)
        with creating(change, "change_name", by=by, at=at):
            taken = count_attempt(LimitName.NAME_CHANGE, held.pk, at=at)
            if not taken.allowed:
                raise Refused(
                    f"You have changed your name too many times. Wait {format_wait(taken.resets_in)}, then try again."
                )
            held.name = new
            held.save(update_fields=["name"])
            for organisation in Organisation.objects.filter(
                pk__in=RoleGrant.objects.in_force(at).filter(person=held).values("organisation")
            ).order_by("pk"):
                managers = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=organisation, at=at).exclude(pk=held.pk)
                queue_message(messages.name_changed(change, organisation), to=managers, sender="", at=at)
    person.name = new
    return change
