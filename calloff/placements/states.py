"""Statuses of placements, changes to agreements, reviews, checks after the end and daily notes.

“Review due” is for the clock to say. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, Lifecycle, Transition
from calloff.people.permissions import Can


class PlacementStatus(models.TextChoices):
    CHECKS = "checks", "Checks to do"
    TO_SIGN = "to_sign", "Awaiting signatures"
    AGREED = "agreed", "Agreed"
    RUNNING = "running", "Running"
    NOTICE = "notice", "Notice given"
    ENDED = "ended", "Ended"
    ENDED_EARLY = "ended_early", "Ended early"
    TRANSFERRED = "transferred", "Transferred"


class PlacementChangeStatus(models.TextChoices):
    PROPOSED = "proposed", "Waiting for the other side"
    AGREED = "agreed", "Agreed"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ReviewStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Not needed"


class FollowUpStatus(models.TextChoices):
    DUE = "due", "To do"
    DONE = "done", "Done"


class DayNoteStatus(models.TextChoices):
    RECORDED = "recorded", "Recorded"
    ANSWERED = "answered", "Answer given"
    CORRECTED = "corrected", "Corrected"


class InterimPlaceStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for a place"
    ENDED = "ended", "Ended"


PLACEMENT = Lifecycle(
    "placement",
    "placements",
    (
        #    verb              from       to             whose       needs
        Transition("confirm", None, PlacementStatus.CHECKS, "provider", Can.ANSWER_REFERRALS),
        Transition("record_visit", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        Transition(
            "confirm_staff_checks", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "provider", Can.ANSWER_REFERRALS
        ),
        Transition("decide_safeguarding", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.SAFEGUARD),
        Transition("keep_risk_plan", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        Transition("tell_parent", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        Transition("tell_authority", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        # off-site direction: written notice
        Transition("give_direction", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        # whoever has a check to make
        Transition("remind", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        # refused until every check is made
        Transition("draw_up", PlacementStatus.CHECKS, PlacementStatus.TO_SIGN, "buyer", Can.PLACE),
        Transition("redraw", PlacementStatus.TO_SIGN, PlacementStatus.CHECKS, "buyer", Can.PLACE),
        # the provider's signature, the first
        Transition("sign", PlacementStatus.TO_SIGN, PlacementStatus.TO_SIGN, "provider", Can.SIGN),
        # the buyer's signature, the last
        Transition("agree", PlacementStatus.TO_SIGN, PlacementStatus.AGREED, "buyer", Can.COUNTERSIGN),
        Transition("fall_through", PlacementStatus.CHECKS, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("fall_through", PlacementStatus.TO_SIGN, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("fall_through", PlacementStatus.AGREED, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        # without penalty, until both
        Transition(
            "withdraw_place", PlacementStatus.CHECKS, PlacementStatus.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS
        ),
        # sides have signed
        Transition(
            "withdraw_place", PlacementStatus.TO_SIGN, PlacementStatus.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS
        ),
        Transition("agree_change", PlacementStatus.AGREED, PlacementStatus.AGREED, "other_side", Can.CHANGE_PLACEMENT),
        Transition(
            "agree_change", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "other_side", Can.CHANGE_PLACEMENT
        ),
        Transition("agree_change", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "other_side", Can.CHANGE_PLACEMENT),
        Transition(
            "start",
            PlacementStatus.AGREED,
            PlacementStatus.RUNNING,
            "provider",
            Can.TAKE_REGISTER,
            "placements.take_register",
        ),
        # absent on the first day
        Transition("take_register", PlacementStatus.AGREED, PlacementStatus.AGREED, "provider", Can.TAKE_REGISTER),
        Transition("take_register", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "provider", Can.TAKE_REGISTER),
        Transition("take_register", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "provider", Can.TAKE_REGISTER),
        # its last days (last_days.py)
        Transition("take_register", PlacementStatus.ENDED, PlacementStatus.ENDED, "provider", Can.TAKE_REGISTER),
        Transition(
            "take_register", PlacementStatus.ENDED_EARLY, PlacementStatus.ENDED_EARLY, "provider", Can.TAKE_REGISTER
        ),
        Transition(
            "take_register", PlacementStatus.TRANSFERRED, PlacementStatus.TRANSFERRED, "provider", Can.TAKE_REGISTER
        ),
        Transition("confirm_codes", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "buyer", Can.PLACE),
        Transition("confirm_codes", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "buyer", Can.PLACE),
        Transition("confirm_codes", PlacementStatus.AGREED, PlacementStatus.AGREED, "buyer", Can.PLACE),
        # those of the last days
        Transition("confirm_codes", PlacementStatus.ENDED, PlacementStatus.ENDED, "buyer", Can.PLACE),
        Transition("confirm_codes", PlacementStatus.ENDED_EARLY, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("confirm_codes", PlacementStatus.TRANSFERRED, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE),
        # that no one marked, with a reason
        Transition("close_sessions", PlacementStatus.AGREED, PlacementStatus.AGREED, "buyer", Can.PLACE),
        Transition("close_sessions", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "buyer", Can.PLACE),
        Transition("close_sessions", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "buyer", Can.PLACE),
        Transition("close_sessions", PlacementStatus.ENDED, PlacementStatus.ENDED, "buyer", Can.PLACE),
        Transition("close_sessions", PlacementStatus.ENDED_EARLY, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("close_sessions", PlacementStatus.TRANSFERRED, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE),
        Transition("plan_review", PlacementStatus.AGREED, PlacementStatus.AGREED, "buyer", Can.PLACE),
        Transition("plan_review", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "buyer", Can.PLACE),
        Transition("plan_review", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "buyer", Can.PLACE),
        Transition("hold_review", PlacementStatus.RUNNING, PlacementStatus.RUNNING, "buyer", Can.PLACE),
        Transition("hold_review", PlacementStatus.NOTICE, PlacementStatus.NOTICE, "buyer", Can.PLACE),
        Transition("give_notice", PlacementStatus.RUNNING, PlacementStatus.NOTICE, "buyer", Can.PLACE),
        Transition(
            "provider_notice", PlacementStatus.RUNNING, PlacementStatus.NOTICE, "provider", Can.ANSWER_REFERRALS
        ),
        Transition("end", PlacementStatus.RUNNING, PlacementStatus.ENDED, "buyer", Can.PLACE),
        Transition("end", PlacementStatus.NOTICE, PlacementStatus.ENDED, "buyer", Can.PLACE),
        Transition("end_early", PlacementStatus.RUNNING, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("end_early", PlacementStatus.NOTICE, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("transfer", PlacementStatus.RUNNING, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE),
        Transition("transfer", PlacementStatus.NOTICE, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE),
        Transition("follow_up", PlacementStatus.ENDED, PlacementStatus.ENDED, "buyer", Can.PLACE),
        Transition("follow_up", PlacementStatus.ENDED_EARLY, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE),
        Transition("follow_up", PlacementStatus.TRANSFERRED, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE),
        Transition("report_exit", PlacementStatus.ENDED, PlacementStatus.ENDED, "provider", Can.ANSWER_REFERRALS),
        Transition(
            "report_exit", PlacementStatus.ENDED_EARLY, PlacementStatus.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS
        ),
        Transition(
            "report_exit", PlacementStatus.TRANSFERRED, PlacementStatus.TRANSFERRED, "provider", Can.ANSWER_REFERRALS
        ),
    ),
)

CHANGE = Lifecycle(
    "change of a placement",
    "placements",
    (
        #    verb              from         to           whose         needs
        Transition("propose_change", None, PlacementChangeStatus.PROPOSED, "own_side", Can.CHANGE_PLACEMENT),
        Transition(
            "agree_change",
            PlacementChangeStatus.PROPOSED,
            PlacementChangeStatus.AGREED,
            "other_side",
            Can.CHANGE_PLACEMENT,
        ),
        Transition(
            "decline_change",
            PlacementChangeStatus.PROPOSED,
            PlacementChangeStatus.DECLINED,
            "other_side",
            Can.CHANGE_PLACEMENT,
        ),
        Transition(
            "withdraw_change",
            PlacementChangeStatus.PROPOSED,
            PlacementChangeStatus.WITHDRAWN,
            "own_side",
            Can.CHANGE_PLACEMENT,
        ),
        Transition(
            "lapse",
            PlacementChangeStatus.PROPOSED,
            PlacementChangeStatus.WITHDRAWN,
            "buyer",
            Can.PLACE,
            "placements.end",
        ),
    ),
)

REVIEW = Lifecycle(
    "review",
    "placements",
    (
        #    verb            from       to           whose    needs
        Transition("agree", None, ReviewStatus.PLANNED, "buyer", Can.COUNTERSIGN, "placements.agree"),
        Transition("plan_review", None, ReviewStatus.PLANNED, "buyer", Can.PLACE),
        Transition("go_on", None, ReviewStatus.PLANNED, "buyer", ANYONE, "placements.agree_change"),  # of an extension
        Transition("hold_review", ReviewStatus.PLANNED, ReviewStatus.HELD, "buyer", Can.PLACE),
        Transition("cancel_review", ReviewStatus.PLANNED, ReviewStatus.CANCELLED, "buyer", Can.PLACE, "placements.end"),
    ),
)

FOLLOW_UP = Lifecycle(
    "check after the end",
    "placements",
    (
        #    verb            from   to      whose    needs
        Transition("plan_follow_up", None, FollowUpStatus.DUE, "buyer", Can.PLACE, "placements.end"),
        Transition("follow_up", FollowUpStatus.DUE, FollowUpStatus.DONE, "buyer", Can.PLACE),
    ),
)

# It asks nothing of the placement: no state of one makes “where is this child today” unrecordable (docs/adr/0047).
DAY_NOTE = Lifecycle(
    "daily note",
    "placements",
    (
        #    verb                   from         to           whose       needs
        Transition("record_note", None, DayNoteStatus.RECORDED, "buyer", Can.SEE_PUPILS),
        Transition("provider_record_note", None, DayNoteStatus.RECORDED, "provider", Can.TAKE_REGISTER),
        # what the provider recorded
        Transition("answer_note", DayNoteStatus.RECORDED, DayNoteStatus.ANSWERED, "buyer", Can.SEE_PUPILS),
        # a new note stands beside it
        Transition("correct_note", DayNoteStatus.RECORDED, DayNoteStatus.CORRECTED, "buyer", Can.SEE_PUPILS),
        Transition(
            "provider_correct_note", DayNoteStatus.RECORDED, DayNoteStatus.CORRECTED, "provider", Can.TAKE_REGISTER
        ),
        Transition(
            "provider_correct_note", DayNoteStatus.ANSWERED, DayNoteStatus.CORRECTED, "provider", Can.TAKE_REGISTER
        ),
    ),
)
# Of a referral, and of the placement that comes of it: it may be recorded before, during and after.
INTERIM_PLACE = Lifecycle(
    "interim place",
    "placements",
    (
        #    verb              from                   to                     whose    needs
        Transition("record_interim", None, InterimPlaceStatus.WAITING, "buyer", Can.PLACE),
        # the next step
        Transition("update_interim", InterimPlaceStatus.WAITING, InterimPlaceStatus.WAITING, "buyer", Can.PLACE),
        Transition("end_interim", InterimPlaceStatus.WAITING, InterimPlaceStatus.ENDED, "buyer", Can.PLACE),
    ),
)

UNSIGNED_STATUSES = (PlacementStatus.CHECKS, PlacementStatus.TO_SIGN)  # nothing signed by both
LIVE_STATUSES = (PlacementStatus.AGREED, PlacementStatus.RUNNING, PlacementStatus.NOTICE)
OVER_STATUSES = (PlacementStatus.ENDED, PlacementStatus.ENDED_EARLY, PlacementStatus.TRANSFERRED)
