"""Messages about a placement.

Never include a child, a price or a reason. People must sign in to read those.
"""

from collections.abc import Sequence
from datetime import date

from calloff.buying.models import Offer
from calloff.kernel.formatting import format_date, format_datetime, format_list, pluralise
from calloff.outbox.commands import MessageText
from calloff.outbox.models import MessageKind
from calloff.people.models import Organisation
from calloff.placements.models import (
    Attendance,
    DayNote,
    DisposalApproval,
    Placement,
    PlacementChange,
    PlacementEnding,
    PlacementReview,
    PreStartCheck,
)
from calloff.placements.whereabouts import LatestWhereabouts


def place_gone(offer: Offer) -> MessageText:
    """Tell the buyer immediately that the child has not got the place, so that the buyer can ask other providers."""
    return MessageText(
        f"Ask another provider, because the last place has gone ({offer.referral.reference})",
        f"{offer.provider} has no places left, so it cannot confirm your offer at the moment. Call {offer.provider}, "
        "or withdraw the offer and choose another provider.",
        f"/buyers/{offer.buyer.slug}/referrals/{offer.referral.reference}",
    )


def disposal_approved(approval: DisposalApproval) -> MessageText:
    """Tell the people responsible for deletion while they can still stop it. The message does not name a child."""
    root = "buyers" if approval.organisation.is_buyer else "authorities"
    return MessageText(
        f"Records will be deleted after {format_datetime(approval.runs_from)}",
        f"{approval.by} has approved the deletion of {approval.counts_in_words}, because we no longer need to "
        "keep them. If you still need any of them, sign in and withdraw the approval, or put a legal hold on the "
        "child’s record.",
        f"/{root}/{approval.organisation.slug}/retention",
    )


def authority_approved_disposal(approval: DisposalApproval, buyer: Organisation) -> MessageText:
    """Tell a buyer that its authority has approved a deletion, while the buyer can still put a legal hold on a
    record.
    """
    return MessageText(
        f"Your records will be deleted after {format_datetime(approval.runs_from)}",
        f"{approval.organisation} has approved the deletion of some of your children’s records or register entries, "
        "because their retention period has ended. If you still need a record, sign in and put a legal hold on it.",
        f"/buyers/{buyer.slug}/retention",
    )


def check_to_make(placement: Placement, check: PreStartCheck, to: Organisation) -> MessageText:
    """Ask one side to make a check.

    For a buyer, the link goes to the checks page. For a provider, it goes to the placement's page, where the provider
    makes its checks.
    """
    page = _of(placement, to)
    return MessageText(
        f"Complete a check before the child starts: {str(check.get_kind_display()).lower()} ({placement.reference})",
        "You need to complete this check. The child cannot start until you have completed it.",
        page if to == placement.provider else f"{page}/before-start",
    )


def staff_confirmed(placement: Placement) -> MessageText:
    return MessageText(
        f"The provider has confirmed its staff checks ({placement.reference})",
        f"{placement.provider} has confirmed its staff checks in writing. Read the confirmation, then "
        "complete the other checks.",
        f"{_buyer(placement)}/before-start",
        kind=MessageKind.PLACEMENTS,
    )


def authority_told(placement: Placement) -> MessageText:
    return MessageText(
        f"A child you are responsible for might be placed ({placement.reference})",
        f"{placement.buyer} plans to place a child with {placement.provider}. Sign in to read what you need to know.",
        f"/authorities/{placement.authority.slug}/placements/{placement.reference}",
    )


def to_sign(placement: Placement) -> MessageText:
    assert placement.agreement is not None  # noqa: S101 (the agreement has just been prepared)
    return MessageText(
        f"Please sign your agreement ({placement.agreement.reference})",
        f"{placement.buyer} has prepared the agreement for {placement.reference}. Sign in to read and sign it. The "
        "child cannot start until both sides have signed.",
        f"/providers/{placement.provider.slug}/agreements/{placement.agreement.reference}",
    )


def redrawn(placement: Placement) -> MessageText:
    return MessageText(
        f"Do not sign yet, because a new agreement is being prepared ({placement.reference})",
        f"{placement.buyer} is preparing a new agreement. The agreement you had is no longer valid, even if you "
        "signed it.",
        f"/providers/{placement.provider.slug}/agreements",  # signatories do not have access to the placement's page
    )


def agreed(placement: Placement) -> MessageText:
    # A database constraint ensures that an agreed placement has a first and a last day.
    assert placement.starts_on is not None  # noqa: S101
    return MessageText(
        f"Placement agreed: the child starts on {format_date(placement.starts_on)} ({placement.reference})",
        "Both sides have signed. Sign in to read the agreement. Take the register from the first day.",
        _provider(placement),
    )


def absent(buyer: Organisation, several: Sequence[Attendance]) -> MessageText:
    """Tell the buyer about an absence on the same day. The message gives only the reference."""
    references = list(dict.fromkeys(one.placement.reference for one in several))
    return MessageText(
        f"Absent today: {format_list(references)}",
        f"{pluralise(len(references), 'child')} did not come.".replace("childs", "children")
        + " Sign in to see who, and any reason given. Check that each pupil is safe.",
        f"/buyers/{buyer.slug}/off-site-now",
    )


def absent_earlier(buyer: Organisation, several: Sequence[Attendance]) -> MessageText:
    references = list(dict.fromkeys(one.placement.reference for one in several))
    return MessageText(
        f"An absence was recorded late: {format_list(references)}",
        "The provider has recorded an absence for an earlier day. Sign in to see it.",
        f"/buyers/{buyer.slug}/placements",
    )


def corrected(buyer: Organisation, several: Sequence[Attendance]) -> MessageText:
    references = list(dict.fromkeys(one.placement.reference for one in several))
    return MessageText(
        f"The register was corrected: {format_list(references)}",
        "The provider has corrected a register mark after you confirmed its attendance code. Your code stays the same "
        "until you change it.",
        f"/buyers/{buyer.slug}/placements",
    )


DANGER_ADVICE = "If a child is in immediate danger, call 999."
DAY_NOTE_SUBJECTS = {  # the start of a daily note's subject line, without the child's name
    DayNote.Kind.HERE: "A pupil is with the provider",
    DayNote.Kind.ELSEWHERE: "A pupil is somewhere else",
    DayNote.Kind.NOT_KNOWN: "A pupil’s whereabouts are not known",
    DayNote.Kind.EXTRA_DAY: "A pupil came on an extra day",
    DayNote.Kind.EARLY: "A pupil started before the paperwork was complete",
    DayNote.Kind.STAYED: "A pupil is still attending after the placement ended",
    DayNote.Kind.HURT: "A pupil was hurt",
    DayNote.Kind.LEFT_EARLY: "A pupil left early",
    DayNote.Kind.SLEPT: "A pupil slept somewhere else",
}
# This text is for a note about an earlier time than the latest note about where the child is.
HAPPENED_BEFORE = DAY_NOTE_SUBJECTS | {
    DayNote.Kind.HERE: "A pupil was with the provider",
    DayNote.Kind.ELSEWHERE: "A pupil was not at the provider’s site",
    DayNote.Kind.NOT_KNOWN: "A pupil’s whereabouts were not known",
    DayNote.Kind.STAYED: "A pupil attended after the placement ended",
}


def note_to_answer(note: DayNote, later: LatestWhereabouts | None = None) -> MessageText:
    """Ask the buyer to answer a note. `later` is a later note about where the child is, if there is one."""
    when = "now" if note.is_danger else "today"
    return MessageText(
        f"{_what_happened(note, later)}: answer {when} ({note.placement.reference})",
        f"{_first_line(note, later)}{note.provider} has recorded a note about this. Sign in to read it, and tell the "
        f"provider {when} what you have decided or done.",
        f"{_buyer(note.placement)}/daily-notes",
    )


def note_for_buyer(note: DayNote, later: LatestWhereabouts | None = None) -> MessageText:
    return MessageText(
        f"{_what_happened(note, later)} ({note.placement.reference})",
        f"{_first_line(note, later)}{note.provider} has recorded a note about this. Sign in to read it.",
        f"{_buyer(note.placement)}/daily-notes",
    )


def note_recorded(note: DayNote, later: LatestWhereabouts | None = None) -> MessageText:
    return MessageText(
        f"{_what_happened(note, later)} ({note.placement.reference})",
        f"{_first_line(note, later)}{note.buyer} has recorded a note about this. Sign in to read it.",
        f"{_provider(note.placement)}/daily-notes",
    )


def note_to_council(note: DayNote, later: LatestWhereabouts | None = None) -> MessageText:
    return MessageText(
        f"{_what_happened(note, later)} ({note.placement.reference})",
        f"{_first_line(note, later)}{note.recorder} has recorded a note about this. Sign in to see the placement and "
        f"whether {note.buyer} has replied.",
        f"/authorities/{note.authority.slug}/placements/{note.placement.reference}",
    )


def _what_happened(note: DayNote, later: LatestWhereabouts | None) -> str:
    words = (HAPPENED_BEFORE if later else DAY_NOTE_SUBJECTS)[DayNote.Kind(note.kind)]
    return f"Correction: {words[0].lower()}{words[1:]}" if note.corrects else words


def _first_line(note: DayNote, later: LatestWhereabouts | None) -> str:
    """Return the first line of a message about a missing or injured child, with the most important fact.

    The line says what a correction changes, and where the child is now, because emails can arrive out of order.
    """
    before = note.corrects and DAY_NOTE_SUBJECTS[DayNote.Kind(note.corrects.kind)]
    undoes = f"This corrects an earlier note: “{before}”. " if before else ""
    is_danger = later.is_missing if later else note.is_danger
    return f"{f'{DANGER_ADVICE} ' if is_danger else ''}{undoes}{f'{since_then(later)} ' if later else ''}"


def since_then(later: LatestWhereabouts) -> str:
    """Return a sentence about a later note: the child is still missing, or the note says where the child was."""
    if later.is_missing:
        return f"The pupil is still recorded as missing since {later.since}."
    return f"A later note says where the pupil was at {later.since}."


def note_answered(note: DayNote) -> MessageText:
    return MessageText(
        f"{note.buyer} has answered your note ({note.placement.reference})",
        f"Sign in to read what {note.buyer} has decided or done.",
        f"{_provider(note.placement)}/daily-notes",
    )


def change_proposed(change: PlacementChange) -> MessageText:
    return MessageText(
        f"Agree or decline a change to a placement ({change.placement.reference})",
        f"{change.own_side} has proposed a change to the placement. Nothing will change unless you agree.",
        f"{_of(change.placement, change.other_side)}/changes",
    )


def change_answered(change: PlacementChange, answer: str) -> MessageText:
    agreed = answer == "agreed"
    then = "The change takes effect on the date proposed." if agreed else "The signed agreement does not change."
    return MessageText(
        f"The change you proposed has been {answer} ({change.placement.reference})",
        f"{change.other_side} has {answer} your change. {then}",
        f"{_of(change.placement, change.own_side)}/changes",
    )


def change_withdrawn(change: PlacementChange) -> MessageText:
    return MessageText(
        f"A proposed change has been withdrawn ({change.placement.reference})",
        f"{change.own_side} has withdrawn the change it proposed. The signed agreement does not change.",
        f"{_of(change.placement, change.other_side)}/changes",
        kind=MessageKind.PLACEMENTS,
    )


def budget_short(change: PlacementChange) -> MessageText:
    return MessageText(
        f"There is not enough budget for your change ({change.placement.reference})",
        f"{change.other_side} tried to agree to your change, but there is not enough left in the budget. Increase the "
        "budget, or withdraw the change.",
        f"{_of(change.placement, change.own_side)}/changes",
    )


def notice(placement: Placement, giver: Organisation, last: date) -> MessageText:
    other = placement.provider if giver.pk == placement.buyer_id else placement.buyer
    return MessageText(
        f"Notice given: the last day is {format_date(last)} ({placement.reference})",
        f"{giver} has given notice to end the placement. Sign in to read the reason.",
        _of(placement, other),
    )


def review_held(review: PlacementReview) -> MessageText:
    return MessageText(
        f"A review has been recorded ({review.placement.reference})",
        f"{review.buyer} has recorded a review of the placement. Sign in to read it.",
        f"{_provider(review.placement)}/reviews",
        kind=MessageKind.PLACEMENTS,
    )


def ended(placement: Placement, ending: PlacementEnding) -> MessageText:
    by = f" Send the exit report by {format_date(ending.report_due_on)}." if ending.report_due_on else ""
    return MessageText(
        f"A placement has ended ({placement.reference})",
        f"{placement.buyer} has ended the placement.{by} You can no longer see the child’s details.",
        f"{_provider(placement)}/exit-report" if by else _provider(placement),
    )


def fell_through(placement: Placement) -> MessageText:
    return MessageText(
        f"A placement will not go ahead ({placement.reference})",
        f"{placement.buyer} cancelled the placement before it started. You can no longer see the child’s details.",
        _provider(placement),
    )


def place_withdrawn(placement: Placement) -> MessageText:
    """Tell the buyer that the provider withdrew before the start, so that the buyer can ask other providers."""
    referral = placement.referral
    return MessageText(
        f"The provider has withdrawn from a placement ({placement.reference})",
        f"{placement.provider} can no longer take the pupil. Sign in to read why. Referral {referral.reference} is "
        "open again. You can ask other providers, or the providers that replied before.",
        f"/buyers/{placement.buyer.slug}/referrals/{referral.reference}",
    )


def exit_reported(placement: Placement) -> MessageText:
    return MessageText(
        f"The exit report has arrived ({placement.reference})",
        f"{placement.provider} has sent its exit report. Sign in to read it.",
        f"{_buyer(placement)}/ending",
        kind=MessageKind.PLACEMENTS,
    )


def _buyer(placement: Placement) -> str:
    return f"/buyers/{placement.buyer.slug}/placements/{placement.reference}"


def _provider(placement: Placement) -> str:
    return f"/providers/{placement.provider.slug}/placements/{placement.reference}"


def _of(placement: Placement, side: Organisation) -> str:
    return _buyer(placement) if side.pk == placement.buyer_id else _provider(placement)
