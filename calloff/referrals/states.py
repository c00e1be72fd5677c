"""Life-cycles of referrals, providers' invitations, and questions about referrals.

“Replies closed” and “No reply” are not stored, because they depend on the time. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class ReferralStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ASKING = "asking", "Sent to providers"
    OFFERED = "offered", "Conditional offer"
    PLACED = "placed", "Placed"
    NONE_FOUND = "none_found", "No provision found"
    WITHDRAWN = "withdrawn", "Withdrawn"


class InterestStatus(models.TextChoices):
    ASKED = "asked", "Waiting for a reply"
    INTERESTED = "interested", "Interested"
    DECLINED = "declined", "Declined"
    OFFERED = "offered", "Conditional offer"
    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NOT_CHOSEN = "not_chosen", "Not chosen"


class ReferralQuestionStatus(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ANSWERED = "answered", "Answered"


# fmt: off
REFERRAL = Lifecycle("referral", "referrals", (
    Transition("begin", None, ReferralStatus.DRAFT, "buyer", Can.PLACE, history_text="Started"),
    Transition("amend", ReferralStatus.DRAFT, ReferralStatus.DRAFT, "buyer", Can.PLACE, history_text="Section saved"),
    Transition("ask", ReferralStatus.DRAFT, ReferralStatus.ASKING, "buyer", Can.PLACE, history_text="Providers asked"),
    # The buyer asks more providers or gives more time to reply.
    Transition("ask_more", ReferralStatus.ASKING, ReferralStatus.ASKING, "buyer", Can.PLACE,
               history_text="More providers asked, or more time given to reply"),
    Transition("nudge", ReferralStatus.ASKING, ReferralStatus.ASKING, "buyer", Can.PLACE,
               history_text="Reminder sent to providers that had not replied"),
    Transition("offer", ReferralStatus.ASKING, ReferralStatus.OFFERED, "buyer", Can.PLACE,
               history_text="Conditional offer made", command="buying.offer"),
    Transition("take_back", ReferralStatus.OFFERED, ReferralStatus.ASKING, "buyer", Can.PLACE,
               history_text="Conditional offer withdrawn by the buyer", command="buying.take_back"),
    Transition("withdraw_offer", ReferralStatus.OFFERED, ReferralStatus.ASKING, "offered_to", Can.ANSWER_REFERRALS,
               history_text="Provider withdrew from the offer", command="buying.withdraw_offer"),
    Transition("confirm", ReferralStatus.OFFERED, ReferralStatus.PLACED, "offered_to", Can.ANSWER_REFERRALS,
               history_text="Place confirmed", command="placements.confirm"),
    Transition("reopen", ReferralStatus.PLACED, ReferralStatus.ASKING, "buyer", Can.PLACE,
               history_text="Place not confirmed, so the referral is open again", command="placements.fall_through"),
    Transition("withdraw_place", ReferralStatus.PLACED, ReferralStatus.ASKING, "offered_to", Can.ANSWER_REFERRALS,
               history_text="Provider withdrew before the placement started, so the referral is open again",
               command="placements.withdraw_place"),
    Transition("close", ReferralStatus.ASKING, ReferralStatus.NONE_FOUND, "buyer", Can.PLACE,
               history_text="Closed without a place"),
    *from_each("withdraw", (ReferralStatus.DRAFT, ReferralStatus.ASKING), ReferralStatus.WITHDRAWN, "buyer", Can.PLACE,
               history_text="Referral withdrawn"),
))

INTEREST = Lifecycle("expression of interest", "referrals", (
    Transition("invite", None, InterestStatus.ASKED, "buyer", Can.PLACE,
               history_text="Asked for a place", command="referrals.ask"),
    # The provider has seen the invitation but has not replied yet.
    Transition("open", InterestStatus.ASKED, InterestStatus.ASKED, "provider", Can.ANSWER_REFERRALS,
               history_text="Seen"),
    *from_each("reply", (InterestStatus.ASKED, InterestStatus.DECLINED),
               InterestStatus.INTERESTED, "provider", Can.ANSWER_REFERRALS, history_text="Interested"),
    Transition("reply", InterestStatus.INTERESTED, InterestStatus.INTERESTED, "provider", Can.ANSWER_REFERRALS,
               history_text="Reply changed"),
    *from_each("decline", (InterestStatus.ASKED, InterestStatus.INTERESTED),
               InterestStatus.DECLINED, "provider", Can.ANSWER_REFERRALS, history_text="Declined"),
    Transition("offer", InterestStatus.INTERESTED, InterestStatus.OFFERED, "buyer", Can.PLACE,
               history_text="Conditional offer received", command="buying.offer"),
    Transition("take_back", InterestStatus.OFFERED, InterestStatus.INTERESTED, "buyer", Can.PLACE,
               history_text="Conditional offer withdrawn", command="buying.take_back"),
    Transition("withdraw_offer", InterestStatus.OFFERED, InterestStatus.WITHDRAWN, "provider", Can.ANSWER_REFERRALS,
               history_text="Withdrawn from the offer", command="buying.withdraw_offer"),
    Transition("confirm", InterestStatus.OFFERED, InterestStatus.CONFIRMED, "provider", Can.ANSWER_REFERRALS,
               history_text="Place confirmed", command="placements.confirm"),
    # The buyer chose another provider.
    *from_each("thank", (InterestStatus.ASKED, InterestStatus.INTERESTED),
               InterestStatus.NOT_CHOSEN, "offered_to", Can.ANSWER_REFERRALS,
               history_text="Another provider was chosen", command="placements.confirm"),
    *from_each("ask_again", (InterestStatus.NOT_CHOSEN, InterestStatus.WITHDRAWN, InterestStatus.DECLINED),
               InterestStatus.ASKED, "buyer", Can.PLACE, history_text="Asked again", command="referrals.ask_more"),
    Transition("fall_through", InterestStatus.CONFIRMED, InterestStatus.WITHDRAWN, "buyer", Can.PLACE,
               history_text="Place not confirmed", command="placements.fall_through"),
    Transition("withdraw_place", InterestStatus.CONFIRMED, InterestStatus.WITHDRAWN, "provider", Can.ANSWER_REFERRALS,
               history_text="Withdrawn before the placement started", command="placements.withdraw_place"),
    # The invitation ends because the referral was closed or withdrawn.
    *from_each("release", (InterestStatus.ASKED, InterestStatus.INTERESTED),
               InterestStatus.NOT_CHOSEN, "buyer", Can.PLACE,
               history_text="Closed without a place", command="referrals.close"),
))

QUESTION = Lifecycle("question about a referral", "referrals", (
    Transition("ask_question", None, ReferralQuestionStatus.ASKED, "provider", Can.ANSWER_REFERRALS,
               history_text="Question asked"),
    Transition("answer_question", ReferralQuestionStatus.ASKED, ReferralQuestionStatus.ANSWERED, "buyer", Can.PLACE,
               history_text="Question answered"),
))
# fmt: on

# The providers that were asked can see a referral that has one of these statuses.
OPEN_STATUSES = (ReferralStatus.ASKING, ReferralStatus.OFFERED)
