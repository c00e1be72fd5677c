"""The lives of a shortlisted service, of a saved search, and of what came of a nomination. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import SELF, Lifecycle, Move
from calloff.people.permissions import Can


class EntryStatus(models.TextChoices):
    LISTED = "listed", "On the shortlist"
    TAKEN_OFF = "taken_off", "Taken off"


class SearchStatus(models.TextChoices):
    WATCHED = "watched", "Emails you"
    QUIET = "quiet", "No emails"
    DELETED = "deleted", "Deleted"


class AnswerStatus(models.TextChoices):
    INVITED = "invited", "Invited"
    SET_ASIDE = "set_aside", "Set aside"


E, S, A = EntryStatus, SearchStatus, AnswerStatus

# fmt: off
ENTRY = Lifecycle("shortlisted service", "demand", (
    #    verb           from      to           whose    needs
    Move("shortlist",   None,     E.LISTED,    "buyer", Can.SEE_PRICES),
    Move("amend_note",  E.LISTED, E.LISTED,    "buyer", Can.SEE_PRICES),
    Move("take_off",    E.LISTED, E.TAKEN_OFF, "buyer", Can.SEE_PRICES),
))

SAVED_SEARCH = Lifecycle("saved search", "demand", (
    #    verb             from       to         whose     needs
    Move("save_search",   None,      S.WATCHED, "buyer",  Can.SEE_PRICES),
    Move("stop_emails",   S.WATCHED, S.QUIET,   "person", SELF),
    Move("start_emails",  S.QUIET,   S.WATCHED, "buyer",  Can.SEE_PRICES),
    Move("delete_search", S.WATCHED, S.DELETED, "person", SELF),
    Move("delete_search", S.QUIET,   S.DELETED, "person", SELF),
))

ANSWER = Lifecycle("answer to a nomination", "demand", (
    #    verb               from         to           whose        needs
    Move("invite_provider", None,        A.INVITED,   "authority", Can.RUN_MARKETS),
    Move("invite_provider", A.SET_ASIDE, A.INVITED,   "authority", Can.RUN_MARKETS),
    Move("set_aside",       None,        A.SET_ASIDE, "authority", Can.RUN_MARKETS),
))
# fmt: on
