"""Commands of buyers and providers on a referral: write, ask, reply, question, offer, close.

The commands for offers are parts of commands in `buying` and `placements`, which call them.
"""

from calloff.referrals.commands.closure import close, release, withdraw
from calloff.referrals.commands.drafts import amend, begin
from calloff.referrals.commands.invitations import ask, ask_more, nudge
from calloff.referrals.commands.offer_outcomes import (
    confirm,
    fall_through,
    offer,
    reopen,
    take_back,
    thank,
    withdraw_offer,
    withdraw_place,
)
from calloff.referrals.commands.questions import answer_question, ask_question
from calloff.referrals.commands.replies import check_reply, decline, open, reply

__all__ = [
    "amend",
    "answer_question",
    "ask",
    "ask_more",
    "ask_question",
    "begin",
    "check_reply",
    "close",
    "confirm",
    "decline",
    "fall_through",
    "nudge",
    "offer",
    "open",
    "release",
    "reopen",
    "reply",
    "take_back",
    "thank",
    "withdraw",
    "withdraw_offer",
    "withdraw_place",
]
