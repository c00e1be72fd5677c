"""Commands for a placement: confirm it, check it, agree it, take the register, change it, review it and end it."""

from calloff.placements.agreement_drafts import AgreementDraft
from calloff.placements.commands.agreement import agree, draw_up, redraw, sign
from calloff.placements.commands.attendance import (
    FOUND_ANSWER,
    CodeConfirmation,
    RegisterEntry,
    confirm_codes,
    take_register,
)
from calloff.placements.commands.changes import (
    agree_change,
    decline_change,
    propose_change,
    withdraw_change,
)
from calloff.placements.commands.confirmation import confirm
from calloff.placements.commands.day_notes import (
    DayNoteEntry,
    answer_note,
    correct_note,
    find_day_note_problems,
    provider_correct_note,
    provider_record_note,
    record_note,
)
from calloff.placements.commands.endings import (
    EndingEntry,
    end,
    end_early,
    fall_through,
    follow_up,
    give_notice,
    provider_notice,
    report_exit,
    transfer,
    withdraw_place,
)
from calloff.placements.commands.interim_places import LastingPlaceStep, end_interim, record_interim, update_interim
from calloff.placements.commands.pre_start_checks import (
    confirm_staff_checks,
    decide_safeguarding,
    give_direction,
    keep_risk_plan,
    record_visit,
    remind,
    tell_authority,
    tell_parent,
)
from calloff.placements.commands.register_disposal import dispose_due_entries, redo_entry_disposals
from calloff.placements.commands.reviews import hold_review, plan_review
from calloff.placements.commands.session_closures import close_sessions

__all__ = [
    "FOUND_ANSWER",
    "AgreementDraft",
    "CodeConfirmation",
    "DayNoteEntry",
    "EndingEntry",
    "LastingPlaceStep",
    "RegisterEntry",
    "agree",
    "agree_change",
    "answer_note",
    "close_sessions",
    "confirm",
    "confirm_codes",
    "confirm_staff_checks",
    "correct_note",
    "decide_safeguarding",
    "decline_change",
    "dispose_due_entries",
    "draw_up",
    "end",
    "end_early",
    "end_interim",
    "fall_through",
    "find_day_note_problems",
    "follow_up",
    "give_direction",
    "give_notice",
    "hold_review",
    "keep_risk_plan",
    "plan_review",
    "propose_change",
    "provider_correct_note",
    "provider_notice",
    "provider_record_note",
    "record_interim",
    "record_note",
    "record_visit",
    "redo_entry_disposals",
    "redraw",
    "remind",
    "report_exit",
    "sign",
    "take_register",
    "tell_authority",
    "tell_parent",
    "transfer",
    "update_interim",
    "withdraw_change",
    "withdraw_place",
]
