"""What happened to a referral and to an invitation, in their histories: by the verb of the record's own move."""

REFERRAL_VERB_WORDS = {
    "begin": "Started",
    "amend": "Section saved",
    "ask": "Providers asked",
    "ask_more": "More providers asked, or more time given to reply",
    "nudge": "Reminder sent to providers that had not replied",
    "offer": "Conditional offer made",
    "take_back": "Conditional offer withdrawn",
    "withdraw_offer": "Provider withdrew from the offer",
    "confirm": "Place confirmed",
    "reopen": "Place not confirmed, so the referral is open again",
    "withdraw_place": "Provider withdrew before the start, so the referral is open again",
    "close": "Closed without a place",
    "withdraw": "Withdrawn",
}
INVITATION_VERB_WORDS = {
    "invite": "Asked for a place",
    "open": "Seen",
    "reply": "Interested",
    "decline": "Declined",
    "offer": "Conditional offer made to you",
    "take_back": "Conditional offer withdrawn",
    "withdraw_offer": "Withdrawn from the offer",
    "confirm": "Place confirmed",
    "thank": "Another provider was chosen",
    "release": "Closed without a place",
    "ask_again": "Asked again",
    "fall_through": "Place not confirmed",
    "withdraw_place": "Withdrawn before the start",
}
