"""The lives of a shortlisted service, of a saved search, and of what came of a nomination. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import SELF, Lifecycle, Transition
from calloff.people.permissions import Can


class ShortlistEntryStatus(models.TextChoices):
    LISTED = "listed", "On the shortlist"
    TAKEN_OFF = "taken_off", "Taken off"


class SavedSearchStatus(models.TextChoices):
    WATCHED = "watched", "Emails you"
    QUIET = "quiet", "No emails"
    DELETED = "deleted", "Deleted"


class NominationResponseStatus(models.TextChoices):
    INVITED = "invited", "Invited"
    SET_ASIDE = "set_aside", "Set aside"


ENTRY = Lifecycle(
    "shortlisted service",
    "demand",
    (
        #    verb           from      to           whose    needs
        Transition("shortlist", None, ShortlistEntryStatus.LISTED, "buyer", Can.SEE_PRICES),
        Transition("amend_note", ShortlistEntryStatus.LISTED, ShortlistEntryStatus.LISTED, "buyer", Can.SEE_PRICES),
        Transition("take_off", ShortlistEntryStatus.LISTED, ShortlistEntryStatus.TAKEN_OFF, "buyer", Can.SEE_PRICES),
    ),
)

SAVED_SEARCH = Lifecycle(
    "saved search",
    "demand",
    (
        #    verb             from       to         whose     needs
        Transition("save_search", None, SavedSearchStatus.WATCHED, "buyer", Can.SEE_PRICES),
        Transition("stop_emails", SavedSearchStatus.WATCHED, SavedSearchStatus.QUIET, "person", SELF),
        Transition("start_emails", SavedSearchStatus.QUIET, SavedSearchStatus.WATCHED, "buyer", Can.SEE_PRICES),
        Transition("delete_search", SavedSearchStatus.WATCHED, SavedSearchStatus.DELETED, "person", SELF),
        Transition("delete_search", SavedSearchStatus.QUIET, SavedSearchStatus.DELETED, "person", SELF),
    ),
)

ANSWER = Lifecycle(
    "answer to a nomination",
    "demand",
    (
        #    verb               from         to           whose        needs
        Transition("invite_provider", None, NominationResponseStatus.INVITED, "authority", Can.RUN_MARKETS),
        Transition(
            "invite_provider",
            NominationResponseStatus.SET_ASIDE,
            NominationResponseStatus.INVITED,
            "authority",
            Can.RUN_MARKETS,
        ),
        Transition("set_aside", None, NominationResponseStatus.SET_ASIDE, "authority", Can.RUN_MARKETS),
    ),
)
