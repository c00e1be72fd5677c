"""Statuses of a second-step reset, a change of address or name, and a closed account."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Transition
from calloff.people.permissions import Can


class ClosureStatus(models.TextChoices):
    CLOSED = "closed", "Closed"


class ResetStatus(models.TextChoices):
    ASKED = "asked", "Waiting for a second person"
    CONFIRMED = "confirmed", "Confirmed"
    CANCELLED = "cancelled", "Cancelled"
    STOPPED = "stopped", "Stopped by the person"
    USED = "used", "Used"


class EmailChangeStatus(models.TextChoices):
    ASKED = "asked", "Waiting for the code"
    REPLACED = "replaced", "Replaced by another change"
    STOPPED = "stopped", "Stopped from the old address"
    MADE = "made", "Changed"
    UNDONE = "undone", "Undone from the old address"


class NameChangeStatus(models.TextChoices):
    CHANGED = "changed", "Changed"


FACTOR_RESET = Lifecycle(
    "reset of a second step",
    "accounts",
    (
        #    verb            from         to           whose         needs
        Transition("ask_reset", None, ResetStatus.ASKED, "asking", Can.MANAGE_PEOPLE),
        Transition("confirm_reset", ResetStatus.ASKED, ResetStatus.CONFIRMED, "confirming", Can.LINK_PEOPLE),
        Transition("cancel_reset", ResetStatus.ASKED, ResetStatus.CANCELLED, "asking", Can.MANAGE_PEOPLE),
        Transition("cancel_reset", ResetStatus.CONFIRMED, ResetStatus.CANCELLED, "asking", Can.MANAGE_PEOPLE),
        Transition(
            "refuse_reset", ResetStatus.ASKED, ResetStatus.CANCELLED, "organisation", ANYONE
        ),  # of another place
        Transition("refuse_reset", ResetStatus.CONFIRMED, ResetStatus.CANCELLED, "organisation", ANYONE),
        Transition("stop_reset", ResetStatus.ASKED, ResetStatus.STOPPED, "person", SELF),
        Transition("stop_reset", ResetStatus.CONFIRMED, ResetStatus.STOPPED, "person", SELF),
        Transition("use_reset", ResetStatus.CONFIRMED, ResetStatus.USED, "person", SELF),  # by signing in
    ),
)

EMAIL_CHANGE = Lifecycle(
    "change of an email address",
    "accounts",
    (
        #    verb                   from     to          whose     needs
        Transition("ask_email_change", None, EmailChangeStatus.ASKED, "person", SELF),
        Transition(
            "replace_email_change",
            EmailChangeStatus.ASKED,
            EmailChangeStatus.REPLACED,
            "person",
            SELF,
            "accounts.ask_email_change",
        ),
        # with the code that the new address was sent
        Transition("make_email_change", EmailChangeStatus.ASKED, EmailChangeStatus.MADE, "person", SELF),
        # by the link that the old address was sent
        Transition("stop_email_change", EmailChangeStatus.ASKED, EmailChangeStatus.STOPPED, "person", SELF),
        # by the same link
        Transition("undo_email_change", EmailChangeStatus.MADE, EmailChangeStatus.UNDONE, "person", SELF),
    ),
)

NAME_CHANGE = Lifecycle(
    "change of a name",
    "accounts",
    (
        #    verb          from  to                        whose     needs
        Transition("change_name", None, NameChangeStatus.CHANGED, "person", SELF),
    ),
)

CLOSURE = Lifecycle(
    "closed account",
    "accounts",
    (
        #    verb                from  to                    whose     needs
        Transition("close_account", None, ClosureStatus.CLOSED, "person", SELF),
        Transition("close_account_for", None, ClosureStatus.CLOSED, "person", ANYONE),  # from the server's command line
    ),
)
