"""The commands on an agreement: prepare, sign, countersign, extend and end it."""

from calloff.agreements.commands.endings import (
    close,
    dissolve,
    drop,
    end,
    prolong,
    require_anew,
    supersede,
    withdraw_place,
)
from calloff.agreements.commands.offers import bring_in, draw_up, keep_text, offer, record_on_paper, take_up
from calloff.agreements.commands.signatures import (
    MAX_SIGNATORY_LENGTHS,
    MAX_SIGNING_CODE_ATTEMPTS,
    SIGNING_CODE_LIFETIME,
    SignatoryEntry,
    bind,
    countersign,
    send_code,
    side_of,
    sign,
    verify_signatory,
)

__all__ = [
    "MAX_SIGNATORY_LENGTHS",
    "MAX_SIGNING_CODE_ATTEMPTS",
    "SIGNING_CODE_LIFETIME",
    "SignatoryEntry",
    "bind",
    "bring_in",
    "close",
    "countersign",
    "dissolve",
    "draw_up",
    "drop",
    "end",
    "keep_text",
    "offer",
    "prolong",
    "record_on_paper",
    "require_anew",
    "send_code",
    "side_of",
    "sign",
    "supersede",
    "take_up",
    "verify_signatory",
    "withdraw_place",
]
