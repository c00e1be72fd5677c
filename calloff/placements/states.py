"""Life-cycles of placements, changes to agreements, reviews, checks after the end and daily notes.

“Review due” is not stored, because it depends on the date. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, UNCHANGED, Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class PlacementStatus(models.TextChoices):
    CHECKS = "checks", "Checks to do"
    TO_SIGN = "to_sign", "Awaiting signatures"
    AGREED = "agreed", "Agreed"
    RUNNING = "running", "Current"
    NOTICE = "notice", "Notice given"
    ENDED = "ended", "Ended"
    ENDED_EARLY = "ended_early", "Ended early"
    TRANSFERRED = "transferred", "Transferred"


class PlacementChangeStatus(models.TextChoices):
    PROPOSED = "proposed", "Waiting for an answer"
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


class UsualDetailsStatus(models.TextChoices):
    CURRENT = "current", "Current"


class DisposalApprovalStatus(models.TextChoices):
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DONE = "done", "Deleted"


class InterimPlaceStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for a place"
    ENDED = "ended", "Ended"


UNSIGNED_STATUSES = (PlacementStatus.CHECKS, PlacementStatus.TO_SIGN)  # not signed by both sides
BEFORE_STATUSES = (*UNSIGNED_STATUSES, PlacementStatus.AGREED)  # before the child starts
LIVE_STATUSES = (PlacementStatus.AGREED, PlacementStatus.RUNNING, PlacementStatus.NOTICE)
STARTED_STATUSES = (PlacementStatus.RUNNING, PlacementStatus.NOTICE)
OVER_STATUSES = (PlacementStatus.ENDED, PlacementStatus.ENDED_EARLY, PlacementStatus.TRANSFERRED)
# The register for the last days can still be marked after the end (register_windows.py).
REGISTER_STATUSES = (*LIVE_STATUSES, *OVER_STATUSES)

# fmt: off
PLACEMENT = Lifecycle("placement", "placements", (
    Transition("confirm", None, PlacementStatus.CHECKS, "provider", Can.ANSWER_REFERRALS,
               history_text="Place confirmed"),
    Transition("record_visit", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE,
               history_text="Visit recorded"),
    Transition("confirm_staff_checks", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "provider", Can.ANSWER_REFERRALS,
               history_text="Staff checks confirmed in writing"),
    Transition("decide_safeguarding", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.SAFEGUARD,
               history_text="Safeguarding lead’s decision recorded"),
    Transition("keep_risk_plan", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE,
               history_text="Risk plan saved"),
    # This is repeated if the agreement, or a change to it, is not what the parents were told.
    *from_each("tell_parent", BEFORE_STATUSES, UNCHANGED, "buyer", Can.PLACE, history_text="Parent told"),
    Transition("tell_authority", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE,
               history_text="Authority told"),
    # The written notice is needed only for an off-site direction.
    *from_each("give_direction", BEFORE_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Written notice of the direction recorded"),
    # This goes to the people who must make a check.
    Transition("remind", PlacementStatus.CHECKS, PlacementStatus.CHECKS, "buyer", Can.PLACE, history_text="Reminded"),
    # This is refused until all checks are complete.
    Transition("draw_up", PlacementStatus.CHECKS, PlacementStatus.TO_SIGN, "buyer", Can.PLACE,
               history_text="Agreement prepared"),
    Transition("redraw", PlacementStatus.TO_SIGN, PlacementStatus.CHECKS, "buyer", Can.PLACE,
               history_text="Agreement withdrawn so that a new one can be prepared"),
    # The provider signs first.
    Transition("sign", PlacementStatus.TO_SIGN, PlacementStatus.TO_SIGN, "provider", Can.SIGN,
               history_text="Placement agreement signed"),
    # The buyer signs last.
    Transition("agree", PlacementStatus.TO_SIGN, PlacementStatus.AGREED, "buyer", Can.COUNTERSIGN,
               history_text="Signed by both sides"),
    *from_each("fall_through", (PlacementStatus.CHECKS, PlacementStatus.TO_SIGN, PlacementStatus.AGREED),
               PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE, history_text="Placement did not go ahead"),
    # The provider can withdraw without penalty until both sides have signed.
    *from_each("withdraw_place", UNSIGNED_STATUSES, PlacementStatus.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS,
               history_text="Place withdrawn by the provider"),
    *from_each("agree_change", LIVE_STATUSES, UNCHANGED, "other_side", Can.CHANGE_PLACEMENT,
               history_text="Change agreed by both sides"),
    Transition("start", PlacementStatus.AGREED, PlacementStatus.RUNNING, "provider", Can.TAKE_REGISTER,
               history_text="Placement started", command="placements.take_register"),
    # Before the start, the register can only record that the child was absent on the first day.
    *from_each("take_register", REGISTER_STATUSES, UNCHANGED, "provider", Can.TAKE_REGISTER,
               history_text="Register taken"),
    *from_each("confirm_codes", REGISTER_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Attendance codes confirmed"),
    # This is for sessions that no one marked, and needs a reason.
    *from_each("close_sessions", REGISTER_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Unmarked sessions closed"),
    *from_each("plan_review", LIVE_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Review planned"),
    *from_each("hold_review", STARTED_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Review recorded"),
    Transition("give_notice", PlacementStatus.RUNNING, PlacementStatus.NOTICE, "buyer", Can.PLACE,
               history_text="Notice given by the buyer"),
    Transition("provider_notice", PlacementStatus.RUNNING, PlacementStatus.NOTICE, "provider", Can.ANSWER_REFERRALS,
               history_text="Notice given by the provider"),
    *from_each("end", STARTED_STATUSES, PlacementStatus.ENDED, "buyer", Can.PLACE,
               history_text="Placement ended as planned"),
    *from_each("return_to_school", STARTED_STATUSES, PlacementStatus.ENDED, "buyer", Can.PLACE,
               history_text="Ended because the pupil returned to school"),
    *from_each("end_early", STARTED_STATUSES, PlacementStatus.ENDED_EARLY, "buyer", Can.PLACE,
               history_text="Ended early"),
    *from_each("transfer", STARTED_STATUSES, PlacementStatus.TRANSFERRED, "buyer", Can.PLACE,
               history_text="Ended because the child is moving to another provider"),
    *from_each("follow_up", OVER_STATUSES, UNCHANGED, "buyer", Can.PLACE,
               history_text="Checked after the placement ended"),
    *from_each("report_exit", OVER_STATUSES, UNCHANGED, "provider", Can.ANSWER_REFERRALS,
               history_text="Exit report sent"),
))

CHANGE = Lifecycle("placement change", "placements", (
    Transition("propose_change", None, PlacementChangeStatus.PROPOSED, "own_side", Can.CHANGE_PLACEMENT,
               history_text="Change proposed"),
    Transition("agree_change", PlacementChangeStatus.PROPOSED, PlacementChangeStatus.AGREED,
               "other_side", Can.CHANGE_PLACEMENT, history_text="Change agreed by both sides"),
    Transition("decline_change", PlacementChangeStatus.PROPOSED, PlacementChangeStatus.DECLINED,
               "other_side", Can.CHANGE_PLACEMENT, history_text="Change declined"),
    Transition("withdraw_change", PlacementChangeStatus.PROPOSED, PlacementChangeStatus.WITHDRAWN,
               "own_side", Can.CHANGE_PLACEMENT, history_text="Proposed change to the placement withdrawn"),
    Transition("lapse", PlacementChangeStatus.PROPOSED, PlacementChangeStatus.WITHDRAWN, "buyer", Can.PLACE,
               history_text="Lapsed because the placement ended first", command="placements.end"),
))

REVIEW = Lifecycle("review", "placements", (
    Transition("agree", None, ReviewStatus.PLANNED, "buyer", Can.COUNTERSIGN,
               history_text="Review agreed by both sides", command="placements.agree"),
    Transition("plan_review", None, ReviewStatus.PLANNED, "buyer", Can.PLACE, history_text="Review planned"),
    # This happens when both sides agree to extend the placement.
    Transition("go_on", None, ReviewStatus.PLANNED, "buyer", ANYONE,
               history_text="Continues as agreed", command="placements.agree_change"),
    Transition("hold_review", ReviewStatus.PLANNED, ReviewStatus.HELD, "buyer", Can.PLACE,
               history_text="Review recorded"),
    Transition("cancel_review", ReviewStatus.PLANNED, ReviewStatus.CANCELLED, "buyer", Can.PLACE,
               history_text="Review no longer needed", command="placements.end"),
))

FOLLOW_UP = Lifecycle("check after a placement ends", "placements", (
    Transition("plan_follow_up", None, FollowUpStatus.DUE, "buyer", Can.PLACE,
               history_text="Check after the end planned", command="placements.end"),
    Transition("follow_up", FollowUpStatus.DUE, FollowUpStatus.DONE, "buyer", Can.PLACE,
               history_text="Checked after the placement ended"),
))

# Notes can be recorded whatever the placement's status, because “Where is this child today?” always needs an answer
# (docs/adr/0047).
DAY_NOTE = Lifecycle("daily note", "placements", (
    Transition("record_note", None, DayNoteStatus.RECORDED, "buyer", Can.SEE_PUPILS,
               history_text="Daily note recorded by the school or team"),
    Transition("provider_record_note", None, DayNoteStatus.RECORDED, "provider", Can.TAKE_REGISTER,
               history_text="Daily note recorded by the provider"),
    # This answers a note that the provider recorded.
    Transition("answer_note", DayNoteStatus.RECORDED, DayNoteStatus.ANSWERED, "buyer", Can.SEE_PUPILS,
               history_text="Daily note answered"),
    # Mistakes are corrected in a new note.
    Transition("correct_note", DayNoteStatus.RECORDED, DayNoteStatus.CORRECTED, "buyer", Can.SEE_PUPILS,
               history_text="Daily note corrected by the school or team"),
    *from_each("provider_correct_note", (DayNoteStatus.RECORDED, DayNoteStatus.ANSWERED),
               DayNoteStatus.CORRECTED, "provider", Can.TAKE_REGISTER,
               history_text="Daily note corrected by the provider"),
))

# An interim place is recorded for a referral and for the placement that follows, so it can be recorded before, during
# and after the placement.
INTERIM_PLACE = Lifecycle("interim place", "placements", (
    Transition("record_interim", None, InterimPlaceStatus.WAITING, "buyer", Can.PLACE,
               history_text="Interim place recorded"),
    # This records the next step.
    Transition("update_interim", InterimPlaceStatus.WAITING, InterimPlaceStatus.WAITING, "buyer", Can.PLACE,
               history_text="Next step for an interim place recorded"),
    Transition("end_interim", InterimPlaceStatus.WAITING, InterimPlaceStatus.ENDED, "buyer", Can.PLACE,
               history_text="Interim place ended"),
))
USUAL_DETAILS = Lifecycle("usual placement details", "placements", (
    Transition("save_usual_details", None, UsualDetailsStatus.CURRENT, "buyer", Can.PLACE,
               history_text="Usual placement details saved"),
    Transition("amend_usual_details", UsualDetailsStatus.CURRENT, UsualDetailsStatus.CURRENT, "buyer", Can.PLACE,
               history_text="Usual placement details changed"),
))
DISPOSAL_APPROVAL = Lifecycle("deletion approval", "placements", (
    Transition("approve_disposal", None, DisposalApprovalStatus.APPROVED, "organisation", Can.DISPOSE,
               history_text="Deletion of records approved"),
    Transition("withdraw_disposal", DisposalApprovalStatus.APPROVED, DisposalApprovalStatus.WITHDRAWN, "organisation",
               Can.DISPOSE, history_text="Approval of the deletion withdrawn"),
    Transition("carry_out_disposal", DisposalApprovalStatus.APPROVED, DisposalApprovalStatus.DONE, "organisation",
               Can.DISPOSE, history_text="Records deleted"),
))
# fmt: on
