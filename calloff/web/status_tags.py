"""Statuses as tags, with words that every reader understands and a colour that adds nothing to them.

This table has the words for all statuses, including those that depend on the time or on another package's records.
"""

from django.utils.safestring import SafeString

from calloff.web.components import component

TAG_COLOURS: dict[str, tuple[str, ...]] = {
    "grey": (  # something that has not started, or is over
        "Draft", "Closed", "Ended", "Withdrawn", "Not submitted", "Declined", "No reply", "Abandoned", "Transferred",
        "Not yet started", "No data", "Cannot start yet", "On a council’s list", "On the list", "Past", "Replaced",
        "Not listed", "Membership ended", "Stood down", "Dropped", "Not joined", "Not needed",
        "Withdrawn by the provider", "Withdrawn by the buyer", "Withdrawn by the council", "Planned",
        "Left", "Corrected", "Resolved by a later note", "Did not start", "To come", "Cancelled",
        "Closed without an answer",
    ),
    "blue": (  # in progress
        "Opens soon", "Submitted", "Being assessed", "Sent to providers", "Interested", "Issued", "Opened", "Agreed",
        "In progress", "Waiting for a reply", "Received", "Being checked", "Demonstration", "Requested", "Allocated",
        "Marking", "Sent", "On roll", "Invited", "Recorded", "With the school or team",
    ),
    "yellow": (  # needs action
        "Clarification needed", "Agreement unsigned", "Awaiting signature", "Awaiting countersignature",
        "Change being checked", "Replies closed", "Conditional offer", "Checks to do", "Awaiting signatures", "Due",
        "Queried", "Needs approval again", "Waiting for approval",
        "Query", "Waiting for an answer", "Answered", "Not yet met", "Proposed",
        "Not acknowledged", "Not yet", "Not signed", "To do",
        "Not agreed", "To review", "Answer due today", "Waiting for a second person", "Waiting for a place",
        "You have a conflict of interest", "Not marked",
    ),
    # there is a signed copy, or a decision is needed
    "purple": ("Awaiting approval", "Awaiting decision", "Sealed", "Standstill"),
    "green": (  # in force
        "Open", "Admitted", "Live", "In force", "Placed", "Confirmed", "Awarded", "Won", "Accepted",
        "Completed", "Finished", "Met", "Active", "Registered", "Approved", "Signed", "Current", "Delivered",
        "Acknowledged", "Held", "Valid", "Done", "Answer given", "Answer published",
    ),
    "orange": (  # something that is limited or late
        "Admitted with conditions", "Conditional", "No new placements", "Expires soon", "Full", "Reserve",
        "Review due", "Notice given", "Overdue", "Being looked into", "Actions agreed", "Close",
    ),
    "magenta": ("Not admitted", "Not approved", "No provision found", "Not chosen", "Unsuccessful", "Ended early"),
    "red": (  # stopped
        "Suspended", "Removed", "Expired", "Agreement expired", "Superseded", "Raised", "Restricted",
        "Not taking placements", "Missed", "Revoked", "Somewhere else", "Whereabouts not known", "Still missing",
    ),
}  # fmt: skip
_COLOUR_OF = {words: colour for colour, labels in TAG_COLOURS.items() for words in labels}


def tag(words: object) -> SafeString:
    """Render a status's tag, given as text or TextChoices.

    Raises LookupError if the status is not in the table.
    """
    text = str(getattr(words, "label", words))
    if text not in _COLOUR_OF:
        raise LookupError(f"“{text}” has no colour: add it to the table in {__name__}.")
    return component("tag", {"text": text, "classes": f"govuk-tag--{_COLOUR_OF[text]}", "blank": True})
