"""The alert about a missing or hurt child: which child, whom to call and what to do.

The alert is at the top of a placement's page and of its daily notes, for people who are allowed to read
about the child. `pupils.contact_rules` decides which telephone numbers it shows. Councils get the same
facts without the child's identity (see `danger_for_council`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from calloff.history.transitions import is_allowed
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_date, format_list
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements.messages import DANGER_ADVICE
from calloff.placements.models import DayNote, Placement
from calloff.placements.whereabouts import dangers_of
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import DANGER_AT_PROVIDER_PLACE, DANGER_PLACE, ShownContact
from calloff.web.navigation import path_if_routed
from calloff.web.permissions import BUYER
from calloff.web.placements.overview import ContactToCall
from calloff.web.request import OrganisationRequest

HELP_CHILD_PURPOSE = "To find or help a child who is missing or hurt"


@dataclass(frozen=True)
class ChildInDanger:
    """A missing or hurt child as pages show them: the child's name, the notes, the steps to take and the
    contacts to call.
    """

    name: str
    year: str
    notes: tuple[DayNote, ...]  # a note about a missing child comes first
    steps: tuple[str, ...]
    to_call: tuple[ContactToCall, ...]
    not_to_call: tuple[ShownContact, ...]
    record: str | None  # the URL of the page that shows the child's identity
    may_answer: bool = False  # whether the reader is allowed to answer the note: an answer closes the alert

    @property
    def is_missing(self) -> bool:
        return self.notes[0].kind == DayNote.Kind.NOT_KNOWN

    @property
    def heading(self) -> str:
        return f"{self.name} is missing" if self.is_missing else f"{self.name} was hurt"

    @property
    def since(self) -> str:
        return " ".join(map(_since, self.notes))


def _since(note: DayNote) -> str:
    when = f"{time_of_day.format_time(note.time)} on {format_date(note.day)}"
    if note.kind == DayNote.Kind.NOT_KNOWN:
        return f"{note.recorder} has not known where they are since {when}."
    return f"Hurt at {note.provider} at {when}."


def danger_for_council(placement: Placement) -> ChildInDanger | None:
    """Return what a council can read about a missing child, or about a hurt child whose note has no answer
    yet.

    Return None if there is no such note. The result does not contain the child's identity or the family's
    telephone numbers.
    """
    notes = tuple(dangers_of(placement))
    if not notes:
        return None
    school, provider = _with_number(placement.buyer), _with_number(placement.provider)
    if notes[0].kind == DayNote.Kind.NOT_KNOWN:
        steps = (
            DANGER_ADVICE, f"Call {school}. Ask who is looking for the pupil and whether the police know.",
            f"If no one answers, call {provider}.",
            "We will show the pupil as missing until the school or the provider records where they are.",
        )  # fmt: skip
    else:
        steps = (
            DANGER_ADVICE, f"Call {school}. Ask whether they know how the pupil is.",
            f"If no one answers, call {provider}.",
            "We will show this warning until the school has answered the note.",
        )  # fmt: skip
    return ChildInDanger("A pupil", "", notes, steps, (), (), None)


def child_in_danger(request: OrganisationRequest, placement: Placement, *, side: str) -> ChildInDanger | None:
    """Return what to show about a missing child, or about a hurt child whose note has no answer yet.

    Return None if there is no such note. Call this only for a placement whose notes the reader is allowed
    to read, because it logs a view of the child's identity.
    """
    notes = dangers_of(placement)
    if not notes:
        return None
    seen = pupils.pupil_to_call_about(
        placement.pupil, place=DANGER_PLACE if side == BUYER else DANGER_AT_PROVIDER_PLACE, person=request.user,
        acting_for=request.organisation, purpose=HELP_CHILD_PURPOSE, at=request.now,
    )  # fmt: skip
    if seen is None:
        return None
    shown, contacts = seen
    other = placement.provider if side == BUYER else placement.buyer
    may_answer = side == BUYER and notes[0].needs_answer
    may_answer = may_answer and is_allowed(notes[0], "answer_note", request.user, request.now)
    known = (
        path_if_routed("buyer:pupil", request.organisation.slug, placement.pupil.reference)
        if side == BUYER
        else path_if_routed("provider:placement-pupil", request.organisation.slug, placement.reference)
    )
    return ChildInDanger(
        shown.in_words, shown.year, tuple(notes), tuple(_steps(request, placement, notes[0], side)),
        tuple(one for one in (
            ContactToCall(other.name, "The provider" if side == BUYER else "The school or team", other.telephone, True),
            *(ContactToCall(one.name, one.relation, one.telephone) for one in contacts if one.can_be_contacted),
        ) if one.telephone),
        tuple(contact for contact in contacts if not contact.can_be_contacted), known, may_answer=may_answer,
    )  # fmt: skip


def _steps(request: OrganisationRequest, placement: Placement, note: DayNote, side: str) -> Sequence[str]:
    """Return the steps to take now, in order. The most urgent call is first."""
    missing = note.kind == DayNote.Kind.NOT_KNOWN
    if side == BUYER:
        call = f"Call {_with_number(placement.provider)}."
        if missing:
            return (
                DANGER_ADVICE, f"{call} Ask when and where the pupil was last seen, and who is looking.",
                "Call the contacts below. Ask if they know where the pupil is.",
                "If you still cannot find the pupil, call 999 and report them missing.",
                "Record where the pupil is as soon as you know.",
            )  # fmt: skip
        return (
            DANGER_ADVICE, f"{call} Ask how the pupil is.",
            "Decide with the provider who will call the pupil’s family.", "Answer the note.",
        )  # fmt: skip
    school, lead = _with_number(placement.buyer), _people(Can.SAFEGUARD, request, placement.buyer)
    call = f"Call {school}. Ask for the safeguarding lead{lead}."
    own_lead = f"Tell your own safeguarding lead{_people(Can.SAFEGUARD, request, placement.provider)}."
    others = f"If no one answers, the agreement gives these emergency contacts: {placement.emergency}"
    emergency = [others] if placement.emergency else []
    if missing:
        return (
            DANGER_ADVICE, "Look where the pupil was last seen.", call, *emergency, own_lead,
            "If you still cannot find the pupil, call 999 and report them missing.",
            "Record where the pupil is as soon as you know.",
        )  # fmt: skip
    return (
        DANGER_ADVICE, "Give first aid. Stay with the pupil.", call, *emergency, own_lead,
        "Agree with the school who will call the pupil’s family.",
    )  # fmt: skip


def _with_number(organisation: Organisation) -> str:
    return f"{organisation} on {organisation.telephone}" if organisation.telephone else str(organisation)


def _people(can: Can, request: OrganisationRequest, organisation: Organisation) -> str:
    """List the people who have a permission at an organisation (“, Saul Grey or Ama Lowe”).

    Return an empty string if no one has the permission.
    """
    names = sorted({person.name for person in User.objects.who_can(can, organisation=organisation, at=request.now)})
    return f", {format_list(names, 'or')}" if names else ""
