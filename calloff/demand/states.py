"""Life-cycles of shortlist entries, saved searches and responses to nominations. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import SELF, Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class ShortlistEntryStatus(models.TextChoices):
    LISTED = "listed", "On the shortlist"
    TAKEN_OFF = "taken_off", "Removed"


class SavedSearchStatus(models.TextChoices):
    WATCHED = "watched", "Emails you"
    QUIET = "quiet", "No emails"
    DELETED = "deleted", "Deleted"


class NominationResponseStatus(models.TextChoices):
    INVITED = "invited", "Invited"
    SET_ASIDE = "set_aside", "Closed"


# fmt: off
ENTRY = Lifecycle("shortlisted service", "demand", (
    Transition("shortlist", None, ShortlistEntryStatus.LISTED, "buyer", Can.SEE_PRICES,
               history_text="Added to the shortlist"),
    Transition("amend_note", ShortlistEntryStatus.LISTED, ShortlistEntryStatus.LISTED, "buyer", Can.SEE_PRICES,
               history_text="Note changed"),
    Transition("take_off", ShortlistEntryStatus.LISTED, ShortlistEntryStatus.TAKEN_OFF, "buyer", Can.SEE_PRICES,
               history_text="Removed from the shortlist"),
))

SAVED_SEARCH = Lifecycle("saved search", "demand", (
    Transition("save_search", None, SavedSearchStatus.WATCHED, "buyer", Can.SEE_PRICES, history_text="Search saved"),
    Transition("stop_emails", SavedSearchStatus.WATCHED, SavedSearchStatus.QUIET, "person", SELF,
               history_text="Emails stopped"),
    Transition("start_emails", SavedSearchStatus.QUIET, SavedSearchStatus.WATCHED, "buyer", Can.SEE_PRICES,
               history_text="Emails restarted"),
    *from_each("delete_search", (SavedSearchStatus.WATCHED, SavedSearchStatus.QUIET),
               SavedSearchStatus.DELETED, "person", SELF, history_text="Search deleted"),
))

ANSWER = Lifecycle("answer to a suggestion", "demand", (
    Transition("invite_provider", None, NominationResponseStatus.INVITED, "authority", Can.RUN_MARKETS,
               history_text="Invited to apply"),
    Transition("invite_provider", NominationResponseStatus.SET_ASIDE, NominationResponseStatus.INVITED,
               "authority", Can.RUN_MARKETS, history_text="Invited to apply"),
    Transition("set_aside", None, NominationResponseStatus.SET_ASIDE, "authority", Can.RUN_MARKETS,
               history_text="Suggestion closed"),
))
# fmt: on
