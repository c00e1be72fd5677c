"""The commands on an application.

The command that decides an application is `members.decide`, because a decision creates members.
"""

from calloff.applications.commands.assessment import (
    assign,
    declare_interest,
    finish_marking,
    give_more_time,
    mark,
    moderate,
    return_for_marking,
    stand_down,
    take_back,
)
from calloff.applications.commands.clarifications import answer_clarification, clarify
from calloff.applications.commands.draft_disposal import abandoned_drafts, dispose_drafts, redo_draft_disposals
from calloff.applications.commands.lot_outcomes import admit, admit_with_conditions, refuse, release
from calloff.applications.commands.submission import (
    amend,
    choose_lots,
    discard,
    save_section,
    start,
    submit,
    withdraw,
)

__all__ = [
    "abandoned_drafts",
    "admit",
    "admit_with_conditions",
    "amend",
    "answer_clarification",
    "assign",
    "choose_lots",
    "clarify",
    "declare_interest",
    "discard",
    "dispose_drafts",
    "finish_marking",
    "give_more_time",
    "mark",
    "moderate",
    "redo_draft_disposals",
    "refuse",
    "release",
    "return_for_marking",
    "save_section",
    "stand_down",
    "start",
    "submit",
    "take_back",
    "withdraw",
]
