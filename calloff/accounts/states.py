"""Life cycles of second-step resets, email changes, name changes and closed accounts."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Transition, from_each
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
    REPLACED = "replaced", "Replaced by a newer request"
    STOPPED = "stopped", "Stopped using the old address"
    MADE = "made", "Changed"
    UNDONE = "undone", "Undone using the old address"


class NameChangeStatus(models.TextChoices):
    CHANGED = "changed", "Changed"


# fmt: off
FACTOR_RESET = Lifecycle("second step reset", "accounts", (
    Transition("ask_reset", None, ResetStatus.ASKED, "asking", Can.MANAGE_PEOPLE,
               history_text="Second step reset requested"),
    Transition("confirm_reset", ResetStatus.ASKED, ResetStatus.CONFIRMED, "confirming", Can.LINK_PEOPLE,
               history_text="Second step reset confirmed"),
    *from_each("cancel_reset", (ResetStatus.ASKED, ResetStatus.CONFIRMED),
               ResetStatus.CANCELLED, "asking", Can.MANAGE_PEOPLE, history_text="Second step reset cancelled"),
    # Another organisation at which the person has a role can do this.
    *from_each("refuse_reset", (ResetStatus.ASKED, ResetStatus.CONFIRMED),
               ResetStatus.CANCELLED, "organisation", ANYONE,
               history_text="Second step reset stopped by another organisation"),
    *from_each("stop_reset", (ResetStatus.ASKED, ResetStatus.CONFIRMED), ResetStatus.STOPPED, "person", SELF,
               history_text="Second step reset stopped by the person"),
    # This happens when the person next signs in.
    Transition("use_reset", ResetStatus.CONFIRMED, ResetStatus.USED, "person", SELF, history_text="Second step reset"),
))

EMAIL_CHANGE = Lifecycle("email address change", "accounts", (
    Transition("ask_email_change", None, EmailChangeStatus.ASKED, "person", SELF,
               history_text="Email address change requested"),
    Transition("replace_email_change", EmailChangeStatus.ASKED, EmailChangeStatus.REPLACED, "person", SELF,
               history_text="Email address change replaced by a newer request", command="accounts.ask_email_change"),
    # The person enters the code that was emailed to the new address.
    Transition("make_email_change", EmailChangeStatus.ASKED, EmailChangeStatus.MADE, "person", SELF,
               history_text="Email address changed"),
    # Someone uses the link that was emailed to the old address.
    Transition("stop_email_change", EmailChangeStatus.ASKED, EmailChangeStatus.STOPPED, "person", SELF,
               history_text="Email address change stopped using the old address"),
    # Someone uses the link that was emailed to the old address.
    Transition("undo_email_change", EmailChangeStatus.MADE, EmailChangeStatus.UNDONE, "person", SELF,
               history_text="Email address change undone using the old address"),
))

NAME_CHANGE = Lifecycle("name change", "accounts", (
    Transition("change_name", None, NameChangeStatus.CHANGED, "person", SELF, history_text="Name changed"),
))

CLOSURE = Lifecycle("closed account", "accounts", (
    Transition("close_account", None, ClosureStatus.CLOSED, "person", SELF, history_text="Account closed"),
    Transition("close_account_for", None, ClosureStatus.CLOSED, "person", ANYONE,
               history_text="Account closed by an administrator"),
))
# fmt: on
