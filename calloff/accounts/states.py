"""Statuses of a second-step reset, a change of address or name, and a closed account."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Move
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


R, E = ResetStatus, EmailChangeStatus

# fmt: off
FACTOR_RESET = Lifecycle("reset of a second step", "accounts", (
    #    verb            from         to           whose         needs
    Move("ask_reset",     None,        R.ASKED,     "asking",     Can.MANAGE_PEOPLE),
    Move("confirm_reset", R.ASKED,     R.CONFIRMED, "confirming", Can.LINK_PEOPLE),
    Move("cancel_reset",  R.ASKED,     R.CANCELLED, "asking",     Can.MANAGE_PEOPLE),
    Move("cancel_reset",  R.CONFIRMED, R.CANCELLED, "asking",     Can.MANAGE_PEOPLE),
    Move("refuse_reset",  R.ASKED,     R.CANCELLED, "organisation", ANYONE),  # of another place
    Move("refuse_reset",  R.CONFIRMED, R.CANCELLED, "organisation", ANYONE),
    Move("stop_reset",    R.ASKED,     R.STOPPED,   "person",     SELF),
    Move("stop_reset",    R.CONFIRMED, R.STOPPED,   "person",     SELF),
    Move("use_reset",     R.CONFIRMED, R.USED,      "person",     SELF),  # by signing in
))

EMAIL_CHANGE = Lifecycle("change of an email address", "accounts", (
    #    verb                   from     to          whose     needs
    Move("ask_email_change",     None,    E.ASKED,    "person", SELF),
    Move("replace_email_change", E.ASKED, E.REPLACED, "person", SELF, "accounts.ask_email_change"),
    Move("make_email_change",    E.ASKED, E.MADE,     "person", SELF),  # with the code that the new address was sent
    Move("stop_email_change",    E.ASKED, E.STOPPED,  "person", SELF),  # by the link that the old address was sent
    Move("undo_email_change",    E.MADE,  E.UNDONE,   "person", SELF),  # by the same link
))

NAME_CHANGE = Lifecycle("change of a name", "accounts", (
    #    verb          from  to                        whose     needs
    Move("change_name", None, NameChangeStatus.CHANGED, "person", SELF),
))

CLOSURE = Lifecycle("closed account", "accounts", (
    #    verb                from  to                    whose     needs
    Move("close_account",     None, ClosureStatus.CLOSED, "person", SELF),
    Move("close_account_for", None, ClosureStatus.CLOSED, "person", ANYONE),  # from the server's command line
))
# fmt: on
