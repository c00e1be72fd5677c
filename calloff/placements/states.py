"""Statuses of placements, changes to agreements, reviews, checks after the end and daily notes.

“Review due” is for the clock to say. Diagrams: docs/states/.
"""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, Lifecycle, Move
from calloff.people.permissions import Can


class Status(models.TextChoices):
    CHECKS = "checks", "Checks to do"
    TO_SIGN = "to_sign", "Awaiting signatures"
    AGREED = "agreed", "Agreed"
    RUNNING = "running", "Running"
    NOTICE = "notice", "Notice given"
    ENDED = "ended", "Ended"
    ENDED_EARLY = "ended_early", "Ended early"
    TRANSFERRED = "transferred", "Transferred"


class ChangeStatus(models.TextChoices):
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


class InterimStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for a place"
    ENDED = "ended", "Ended"


S, C, R, U, N = Status, ChangeStatus, ReviewStatus, FollowUpStatus, DayNoteStatus

# fmt: off
PLACEMENT = Lifecycle("placement", "placements", (
    #    verb              from       to             whose       needs
    Move("confirm",        None,      S.CHECKS,      "provider", Can.ANSWER_REFERRALS),
    Move("record_visit",   S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),
    Move("confirm_staff_checks", S.CHECKS, S.CHECKS, "provider", Can.ANSWER_REFERRALS),
    Move("decide_safeguarding",  S.CHECKS, S.CHECKS, "buyer",    Can.SAFEGUARD),
    Move("keep_risk_plan", S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),
    Move("tell_parent",    S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),
    Move("tell_authority", S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),
    Move("give_direction", S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),  # off-site direction: written notice
    Move("remind",         S.CHECKS,  S.CHECKS,      "buyer",    Can.PLACE),  # whoever has a check to make
    Move("draw_up",        S.CHECKS,  S.TO_SIGN,     "buyer",    Can.PLACE),  # refused until every check is made
    Move("redraw",         S.TO_SIGN, S.CHECKS,      "buyer",    Can.PLACE),
    Move("sign",           S.TO_SIGN, S.TO_SIGN,     "provider", Can.SIGN),  # the provider's signature, the first
    Move("agree",          S.TO_SIGN, S.AGREED,      "buyer",    Can.COUNTERSIGN),  # the buyer's signature, the last
    Move("fall_through",   S.CHECKS,  S.ENDED_EARLY, "buyer",    Can.PLACE),
    Move("fall_through",   S.TO_SIGN, S.ENDED_EARLY, "buyer",    Can.PLACE),
    Move("fall_through",   S.AGREED,  S.ENDED_EARLY, "buyer",    Can.PLACE),
    Move("withdraw_place", S.CHECKS,  S.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS),  # without penalty, until both
    Move("withdraw_place", S.TO_SIGN, S.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS),  # sides have signed
    Move("agree_change",   S.AGREED,  S.AGREED,      "other_side", Can.CHANGE_PLACEMENT),
    Move("agree_change",   S.RUNNING, S.RUNNING,     "other_side", Can.CHANGE_PLACEMENT),
    Move("agree_change",   S.NOTICE,  S.NOTICE,      "other_side", Can.CHANGE_PLACEMENT),
    Move("start",          S.AGREED,  S.RUNNING,     "provider", Can.TAKE_REGISTER, "placements.take_register"),
    Move("take_register",  S.AGREED,  S.AGREED,      "provider", Can.TAKE_REGISTER),  # absent on the first day
    Move("take_register",  S.RUNNING, S.RUNNING,     "provider", Can.TAKE_REGISTER),
    Move("take_register",  S.NOTICE,  S.NOTICE,      "provider", Can.TAKE_REGISTER),
    Move("take_register",  S.ENDED,   S.ENDED,       "provider", Can.TAKE_REGISTER),  # its last days (last_days.py)
    Move("take_register",  S.ENDED_EARLY, S.ENDED_EARLY, "provider", Can.TAKE_REGISTER),
    Move("take_register",  S.TRANSFERRED, S.TRANSFERRED, "provider", Can.TAKE_REGISTER),
    Move("confirm_codes",  S.RUNNING, S.RUNNING,     "buyer",    Can.PLACE),
    Move("confirm_codes",  S.NOTICE,  S.NOTICE,      "buyer",    Can.PLACE),
    Move("confirm_codes",  S.AGREED,  S.AGREED,      "buyer",    Can.PLACE),
    Move("confirm_codes",  S.ENDED,   S.ENDED,       "buyer",    Can.PLACE),  # those of the last days
    Move("confirm_codes",  S.ENDED_EARLY, S.ENDED_EARLY, "buyer", Can.PLACE),
    Move("confirm_codes",  S.TRANSFERRED, S.TRANSFERRED, "buyer", Can.PLACE),
    Move("close_sessions", S.AGREED, S.AGREED, "buyer", Can.PLACE),  # that nobody marked, with a reason
    Move("close_sessions", S.RUNNING, S.RUNNING, "buyer", Can.PLACE),
    Move("close_sessions", S.NOTICE, S.NOTICE, "buyer", Can.PLACE),
    Move("close_sessions", S.ENDED, S.ENDED, "buyer", Can.PLACE),
    Move("close_sessions", S.ENDED_EARLY, S.ENDED_EARLY, "buyer", Can.PLACE),
    Move("close_sessions", S.TRANSFERRED, S.TRANSFERRED, "buyer", Can.PLACE),
    Move("plan_review",    S.AGREED,  S.AGREED,      "buyer",    Can.PLACE),
    Move("plan_review",    S.RUNNING, S.RUNNING,     "buyer",    Can.PLACE),
    Move("plan_review",    S.NOTICE,  S.NOTICE,      "buyer",    Can.PLACE),
    Move("hold_review",    S.RUNNING, S.RUNNING,     "buyer",    Can.PLACE),
    Move("hold_review",    S.NOTICE,  S.NOTICE,      "buyer",    Can.PLACE),
    Move("give_notice",    S.RUNNING, S.NOTICE,      "buyer",    Can.PLACE),
    Move("provider_notice", S.RUNNING, S.NOTICE,     "provider", Can.ANSWER_REFERRALS),
    Move("end",            S.RUNNING, S.ENDED,       "buyer",    Can.PLACE),
    Move("end",            S.NOTICE,  S.ENDED,       "buyer",    Can.PLACE),
    Move("end_early",      S.RUNNING, S.ENDED_EARLY, "buyer",    Can.PLACE),
    Move("end_early",      S.NOTICE,  S.ENDED_EARLY, "buyer",    Can.PLACE),
    Move("transfer",       S.RUNNING, S.TRANSFERRED, "buyer",    Can.PLACE),
    Move("transfer",       S.NOTICE,  S.TRANSFERRED, "buyer",    Can.PLACE),
    Move("follow_up",      S.ENDED,   S.ENDED,       "buyer",    Can.PLACE),
    Move("follow_up",      S.ENDED_EARLY, S.ENDED_EARLY, "buyer", Can.PLACE),
    Move("follow_up",      S.TRANSFERRED, S.TRANSFERRED, "buyer", Can.PLACE),
    Move("report_exit",    S.ENDED,   S.ENDED,       "provider", Can.ANSWER_REFERRALS),
    Move("report_exit",    S.ENDED_EARLY, S.ENDED_EARLY, "provider", Can.ANSWER_REFERRALS),
    Move("report_exit",    S.TRANSFERRED, S.TRANSFERRED, "provider", Can.ANSWER_REFERRALS),
))

CHANGE = Lifecycle("change of a placement", "placements", (
    #    verb              from         to           whose         needs
    Move("propose_change", None,        C.PROPOSED,  "own_side",   Can.CHANGE_PLACEMENT),
    Move("agree_change",   C.PROPOSED,  C.AGREED,    "other_side", Can.CHANGE_PLACEMENT),
    Move("decline_change", C.PROPOSED,  C.DECLINED,  "other_side", Can.CHANGE_PLACEMENT),
    Move("withdraw_change", C.PROPOSED, C.WITHDRAWN, "own_side",   Can.CHANGE_PLACEMENT),
    Move("lapse",          C.PROPOSED,  C.WITHDRAWN, "buyer",      Can.PLACE, "placements.end"),
))

REVIEW = Lifecycle("review", "placements", (
    #    verb            from       to           whose    needs
    Move("agree",        None,      R.PLANNED,   "buyer", Can.COUNTERSIGN, "placements.agree"),
    Move("plan_review",  None,      R.PLANNED,   "buyer", Can.PLACE),
    Move("go_on",        None,      R.PLANNED,   "buyer", ANYONE, "placements.agree_change"),  # of an extension
    Move("hold_review",  R.PLANNED, R.HELD,      "buyer", Can.PLACE),
    Move("cancel_review", R.PLANNED, R.CANCELLED, "buyer", Can.PLACE, "placements.end"),
))

FOLLOW_UP = Lifecycle("check after the end", "placements", (
    #    verb            from   to      whose    needs
    Move("plan_follow_up", None, U.DUE, "buyer", Can.PLACE, "placements.end"),
    Move("follow_up",    U.DUE, U.DONE, "buyer", Can.PLACE),
))

# It asks nothing of the placement: no state of one makes “where is this child today” unrecordable (docs/adr/0047).
DAY_NOTE = Lifecycle("daily note", "placements", (
    #    verb                   from         to           whose       needs
    Move("record_note",          None,        N.RECORDED,  "buyer",    Can.SEE_PUPILS),
    Move("provider_record_note", None,        N.RECORDED,  "provider", Can.TAKE_REGISTER),
    Move("answer_note",          N.RECORDED,  N.ANSWERED,  "buyer",    Can.SEE_PUPILS),  # what the provider recorded
    Move("correct_note",         N.RECORDED,  N.CORRECTED, "buyer",    Can.SEE_PUPILS),  # a new note stands beside it
    Move("provider_correct_note", N.RECORDED, N.CORRECTED, "provider", Can.TAKE_REGISTER),
    Move("provider_correct_note", N.ANSWERED, N.CORRECTED, "provider", Can.TAKE_REGISTER),
))
# Of a referral, and of the placement that comes of it: it may be recorded before, during and after.
INTERIM_PLACE = Lifecycle("interim place", "placements", (
    #    verb              from                   to                     whose    needs
    Move("record_interim", None,                  InterimStatus.WAITING, "buyer", Can.PLACE),
    Move("update_interim", InterimStatus.WAITING, InterimStatus.WAITING, "buyer", Can.PLACE),  # the next step
    Move("end_interim",    InterimStatus.WAITING, InterimStatus.ENDED,   "buyer", Can.PLACE),
))
# fmt: on

BEFORE = (S.CHECKS, S.TO_SIGN)  # nothing signed by both
LIVE = (S.AGREED, S.RUNNING, S.NOTICE)
OVER = (S.ENDED, S.ENDED_EARLY, S.TRANSFERRED)
