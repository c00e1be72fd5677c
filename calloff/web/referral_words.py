"""What happened to a referral and to an invitation, in their histories: by the verb of the record's own move."""

REFERRAL = {
    "begin": "Begun",
    "amend": "A part written",
    "ask": "Providers asked",
    "ask_more": "Others asked too, or longer given to reply",
    "nudge": "Those who had not answered were reminded",
    "offer": "Conditional offer made",
    "take_back": "Conditional offer taken back",
    "withdraw_offer": "The provider withdrew from the offer",
    "confirm": "The place confirmed",
    "reopen": "The place fell through: open again",
    "withdraw_place": "The provider withdrew before the start: open again",
    "close": "Closed: no provision found",
    "withdraw": "Withdrawn",
}
INVITATION = {
    "invite": "Asked for a place",
    "open": "Seen",
    "reply": "Interested",
    "decline": "Declined",
    "offer": "Conditional offer made to you",
    "take_back": "Conditional offer taken back",
    "withdraw_offer": "Withdrawn from the offer",
    "confirm": "The place confirmed",
    "thank": "Another provider was chosen",
    "release": "Closed without a place",
    "ask_again": "Asked again",
    "fall_through": "The place fell through",
    "withdraw_place": "Withdrawn before the start",
}
