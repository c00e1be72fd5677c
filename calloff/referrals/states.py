"""The lives of a referral, of a provider's answer to it, and of a question about it.

“Replies closed” and “No reply” are for the clock to say. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
from calloff.people.permissions import Can


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    ASKING = "asking", "Asking"
    OFFERED = "offered", "Conditional offer"
    PLACED = "placed", "Placed"
    NONE_FOUND = "none_found", "No provision found"
    WITHDRAWN = "withdrawn", "Withdrawn"


class InterestStatus(models.TextChoices):
    ASKED = "asked", "Asked"
    INTERESTED = "interested", "Interested"
    DECLINED = "declined", "Declined"
    OFFERED = "offered", "Conditional offer"
    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NOT_CHOSEN = "not_chosen", "Not chosen"


class QuestionStatus(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ANSWERED = "answered", "Answered"


S, E, Q = Status, InterestStatus, QuestionStatus

# fmt: off
REFERRAL = Lifecycle("referral", "referrals", (
    #    verb       from          to            whose         needs
    Move("begin",   None,         S.DRAFT,      "buyer",      Can.PLACE),
    Move("amend",   S.DRAFT,      S.DRAFT,      "buyer",      Can.PLACE),
    Move("ask",     S.DRAFT,      S.ASKING,     "buyer",      Can.PLACE),
    Move("ask_more", S.ASKING,    S.ASKING,     "buyer",      Can.PLACE),  # others too, or longer to reply
    Move("nudge",   S.ASKING,     S.ASKING,     "buyer",      Can.PLACE),
    Move("offer",   S.ASKING,     S.OFFERED,    "buyer",      Can.PLACE, "buying.offer"),
    Move("take_back", S.OFFERED,  S.ASKING,     "buyer",      Can.PLACE, "buying.take_back"),
    Move("withdraw_offer", S.OFFERED, S.ASKING, "offered_to", Can.ANSWER_REFERRALS, "buying.withdraw_offer"),
    Move("confirm", S.OFFERED,    S.PLACED,     "offered_to", Can.ANSWER_REFERRALS, "placements.confirm"),
    Move("reopen",  S.PLACED,     S.ASKING,     "buyer",      Can.PLACE, "placements.fall_through"),
    Move("withdraw_place", S.PLACED, S.ASKING,  "offered_to", Can.ANSWER_REFERRALS, "placements.withdraw_place"),
    Move("close",   S.ASKING,     S.NONE_FOUND, "buyer",      Can.PLACE),
    Move("withdraw", S.DRAFT,     S.WITHDRAWN,  "buyer",      Can.PLACE),
    Move("withdraw", S.ASKING,    S.WITHDRAWN,  "buyer",      Can.PLACE),
))

INTEREST = Lifecycle("expression of interest", "referrals", (
    #    verb       from          to            whose         needs
    Move("invite",  None,         E.ASKED,      "buyer",      Can.PLACE, "referrals.ask"),
    Move("open",    E.ASKED,      E.ASKED,      "provider",   Can.ANSWER_REFERRALS),  # seen, not yet answered
    Move("reply",   E.ASKED,      E.INTERESTED, "provider",   Can.ANSWER_REFERRALS),
    Move("reply",   E.INTERESTED, E.INTERESTED, "provider",   Can.ANSWER_REFERRALS),
    Move("reply",   E.DECLINED,   E.INTERESTED, "provider",   Can.ANSWER_REFERRALS),
    Move("decline", E.ASKED,      E.DECLINED,   "provider",   Can.ANSWER_REFERRALS),
    Move("decline", E.INTERESTED, E.DECLINED,   "provider",   Can.ANSWER_REFERRALS),
    Move("offer",   E.INTERESTED, E.OFFERED,    "buyer",      Can.PLACE, "buying.offer"),
    Move("take_back", E.OFFERED,  E.INTERESTED, "buyer",      Can.PLACE, "buying.take_back"),
    Move("withdraw_offer", E.OFFERED, E.WITHDRAWN, "provider", Can.ANSWER_REFERRALS, "buying.withdraw_offer"),
    Move("confirm", E.OFFERED,    E.CONFIRMED,  "provider",   Can.ANSWER_REFERRALS, "placements.confirm"),
    Move("thank",   E.ASKED,      E.NOT_CHOSEN, "offered_to", Can.ANSWER_REFERRALS, "placements.confirm"),  # another is
    Move("thank",   E.INTERESTED, E.NOT_CHOSEN, "offered_to", Can.ANSWER_REFERRALS, "placements.confirm"),  # chosen
    Move("ask_again", E.NOT_CHOSEN, E.ASKED,    "buyer",      Can.PLACE, "referrals.ask_more"),
    Move("ask_again", E.WITHDRAWN, E.ASKED,     "buyer",      Can.PLACE, "referrals.ask_more"),
    Move("ask_again", E.DECLINED, E.ASKED,      "buyer",      Can.PLACE, "referrals.ask_more"),
    Move("fall_through", E.CONFIRMED, E.WITHDRAWN, "buyer",   Can.PLACE, "placements.fall_through"),
    Move("withdraw_place", E.CONFIRMED, E.WITHDRAWN, "provider", Can.ANSWER_REFERRALS, "placements.withdraw_place"),
    Move("release", E.ASKED,      E.NOT_CHOSEN, "buyer",      Can.PLACE, "referrals.close"),  # or by withdrawing
    Move("release", E.INTERESTED, E.NOT_CHOSEN, "buyer",      Can.PLACE, "referrals.close"),
))

QUESTION = Lifecycle("question about a referral", "referrals", (
    #    verb              from     to          whose       needs
    Move("ask_question",   None,    Q.ASKED,    "provider", Can.ANSWER_REFERRALS),
    Move("answer_question", Q.ASKED, Q.ANSWERED, "buyer",   Can.PLACE),
))
# fmt: on

OPEN = (S.ASKING, S.OFFERED)  # providers see it
