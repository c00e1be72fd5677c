"""The lives of a referral, of a provider's answer to it, and of a question about it.

“Replies closed” and “No reply” are for the clock to say. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class ReferralStatus(models.TextChoices):
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


class ReferralQuestionStatus(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ANSWERED = "answered", "Answered"


REFERRAL = Lifecycle(
    "referral",
    "referrals",
    (
        #    verb       from          to            whose         needs
        Transition("begin", None, ReferralStatus.DRAFT, "buyer", Can.PLACE),
        Transition("amend", ReferralStatus.DRAFT, ReferralStatus.DRAFT, "buyer", Can.PLACE),
        Transition("ask", ReferralStatus.DRAFT, ReferralStatus.ASKING, "buyer", Can.PLACE),
        # others too, or longer to reply
        Transition("ask_more", ReferralStatus.ASKING, ReferralStatus.ASKING, "buyer", Can.PLACE),
        Transition("nudge", ReferralStatus.ASKING, ReferralStatus.ASKING, "buyer", Can.PLACE),
        Transition("offer", ReferralStatus.ASKING, ReferralStatus.OFFERED, "buyer", Can.PLACE, "buying.offer"),
        Transition("take_back", ReferralStatus.OFFERED, ReferralStatus.ASKING, "buyer", Can.PLACE, "buying.take_back"),
        Transition(
            "withdraw_offer",
            ReferralStatus.OFFERED,
            ReferralStatus.ASKING,
            "offered_to",
            Can.ANSWER_REFERRALS,
            "buying.withdraw_offer",
        ),
        Transition(
            "confirm",
            ReferralStatus.OFFERED,
            ReferralStatus.PLACED,
            "offered_to",
            Can.ANSWER_REFERRALS,
            "placements.confirm",
        ),
        Transition(
            "reopen", ReferralStatus.PLACED, ReferralStatus.ASKING, "buyer", Can.PLACE, "placements.fall_through"
        ),
        Transition(
            "withdraw_place",
            ReferralStatus.PLACED,
            ReferralStatus.ASKING,
            "offered_to",
            Can.ANSWER_REFERRALS,
            "placements.withdraw_place",
        ),
        Transition("close", ReferralStatus.ASKING, ReferralStatus.NONE_FOUND, "buyer", Can.PLACE),
        Transition("withdraw", ReferralStatus.DRAFT, ReferralStatus.WITHDRAWN, "buyer", Can.PLACE),
        Transition("withdraw", ReferralStatus.ASKING, ReferralStatus.WITHDRAWN, "buyer", Can.PLACE),
    ),
)

INTEREST = Lifecycle(
    "expression of interest",
    "referrals",
    (
        #    verb       from          to            whose         needs
        Transition("invite", None, InterestStatus.ASKED, "buyer", Can.PLACE, "referrals.ask"),
        # seen, not yet answered
        Transition("open", InterestStatus.ASKED, InterestStatus.ASKED, "provider", Can.ANSWER_REFERRALS),
        Transition("reply", InterestStatus.ASKED, InterestStatus.INTERESTED, "provider", Can.ANSWER_REFERRALS),
        Transition("reply", InterestStatus.INTERESTED, InterestStatus.INTERESTED, "provider", Can.ANSWER_REFERRALS),
        Transition("reply", InterestStatus.DECLINED, InterestStatus.INTERESTED, "provider", Can.ANSWER_REFERRALS),
        Transition("decline", InterestStatus.ASKED, InterestStatus.DECLINED, "provider", Can.ANSWER_REFERRALS),
        Transition("decline", InterestStatus.INTERESTED, InterestStatus.DECLINED, "provider", Can.ANSWER_REFERRALS),
        Transition("offer", InterestStatus.INTERESTED, InterestStatus.OFFERED, "buyer", Can.PLACE, "buying.offer"),
        Transition(
            "take_back", InterestStatus.OFFERED, InterestStatus.INTERESTED, "buyer", Can.PLACE, "buying.take_back"
        ),
        Transition(
            "withdraw_offer",
            InterestStatus.OFFERED,
            InterestStatus.WITHDRAWN,
            "provider",
            Can.ANSWER_REFERRALS,
            "buying.withdraw_offer",
        ),
        Transition(
            "confirm",
            InterestStatus.OFFERED,
            InterestStatus.CONFIRMED,
            "provider",
            Can.ANSWER_REFERRALS,
            "placements.confirm",
        ),
        # another is
        Transition(
            "thank",
            InterestStatus.ASKED,
            InterestStatus.NOT_CHOSEN,
            "offered_to",
            Can.ANSWER_REFERRALS,
            "placements.confirm",
        ),
        # chosen
        Transition(
            "thank",
            InterestStatus.INTERESTED,
            InterestStatus.NOT_CHOSEN,
            "offered_to",
            Can.ANSWER_REFERRALS,
            "placements.confirm",
        ),
        Transition(
            "ask_again", InterestStatus.NOT_CHOSEN, InterestStatus.ASKED, "buyer", Can.PLACE, "referrals.ask_more"
        ),
        Transition(
            "ask_again", InterestStatus.WITHDRAWN, InterestStatus.ASKED, "buyer", Can.PLACE, "referrals.ask_more"
        ),
        Transition(
            "ask_again", InterestStatus.DECLINED, InterestStatus.ASKED, "buyer", Can.PLACE, "referrals.ask_more"
        ),
        Transition(
            "fall_through",
            InterestStatus.CONFIRMED,
            InterestStatus.WITHDRAWN,
            "buyer",
            Can.PLACE,
            "placements.fall_through",
        ),
        Transition(
            "withdraw_place",
            InterestStatus.CONFIRMED,
            InterestStatus.WITHDRAWN,
            "provider",
            Can.ANSWER_REFERRALS,
            "placements.withdraw_place",
        ),
        # or by withdrawing
        Transition("release", InterestStatus.ASKED, InterestStatus.NOT_CHOSEN, "buyer", Can.PLACE, "referrals.close"),
        Transition(
            "release", InterestStatus.INTERESTED, InterestStatus.NOT_CHOSEN, "buyer", Can.PLACE, "referrals.close"
        ),
    ),
)

QUESTION = Lifecycle(
    "question about a referral",
    "referrals",
    (
        #    verb              from     to          whose       needs
        Transition("ask_question", None, ReferralQuestionStatus.ASKED, "provider", Can.ANSWER_REFERRALS),
        Transition(
            "answer_question", ReferralQuestionStatus.ASKED, ReferralQuestionStatus.ANSWERED, "buyer", Can.PLACE
        ),
    ),
)

OPEN_STATUSES = (ReferralStatus.ASKING, ReferralStatus.OFFERED)  # providers see it
