"""Pages for the daily notes about a placement.

Buyers and providers include them with their own `PlacementPages`.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements import access, commands, whereabouts
from calloff.placements.commands import DayNoteEntry
from calloff.placements.messages import since_then
from calloff.placements.models import DayNote, Placement
from calloff.placements.register_alerts import late_registers
from calloff.web import command_views, record_actions
from calloff.web.forms_ui.field_errors import choice_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.timetable_fields import TimeOfDayField
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.permissions import BUYER, PROVIDER, at_organisation
from calloff.web.placements.child_in_danger import child_in_danger
from calloff.web.placements.pages import PlacementPages
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

NOTE_COMMANDS_BY_SIDE: dict[str, tuple[Can, Callable[..., list[DayNote]], Callable[..., DayNote]]] = {
    # Each side has a permission, a command that records a note, and a command that corrects a note.
    BUYER: (Can.SEE_PUPILS, commands.record_note, commands.correct_note),
    PROVIDER: (Can.TAKE_REGISTER, commands.provider_record_note, commands.provider_correct_note),
}
NOTES_ALWAYS_ALLOWED_HINT = (
    "You can always record a note, even if paperwork is missing. Nothing here changes the price or the agreement."
)

FIRST_NOTE_STAYS_HINT = (
    "The first note will stay on the record, marked “Corrected”. Anyone who can read one note can read both."
)


def describe_danger(note: DayNote, reader: Organisation) -> str:
    """Return a sentence about a pupil who is missing or was hurt, for the top of a home page."""
    if note.kind == DayNote.Kind.NOT_KNOWN:
        since = f"{time_of_day.format_time(note.time)} on {note.day:%-d %B}"
        if note.recorder == reader:
            return f"A pupil is missing. You have not known where they are since {since}"
        return f"A pupil is missing. {note.recorder} has not known where they are since {since}"
    return f"A pupil was hurt at {note.provider}. Read the note and answer it."


class DayNoteForm(UnmarkedForm):
    """A form about what happened on a day. All its errors are shown together."""

    kind: forms.Field = forms.MultipleChoiceField(
        label="What happened?", choices=DayNote.Kind.choices, widget=forms.CheckboxSelectMultiple,
        help_text="Select all that apply. We will record a separate note for each.",
        error_messages=choice_errors("Select what happened"),
    )  # fmt: skip
    day = forms.DateField(
        label="Day it happened or started", widget=DatePartsInput,
        error_messages={"required": "Enter the day", "invalid": "Day must be a real date"},
    )  # fmt: skip
    time = TimeOfDayField("Roughly what time?", "For example, 9:30am or noon", name="Time it happened")
    place_kind = forms.ChoiceField(
        label="Kind of place", choices=[("", "Not needed"), *DayNote.PlaceKind.choices], required=False,
        help_text="Answer this if the child is, or slept, somewhere else. The council will see the kind "
                  "of place but not the address.",
        error_messages={"invalid_choice": "Select the kind of place from the list"},
    )  # fmt: skip
    place = forms.CharField(
        label="Where is the child, or where did they sleep?", max_length=200, required=False,
        help_text="Answer this if the child is or slept somewhere else. Give the address and a telephone number.",
        error_messages={"max_length": "Place must be 200 characters or fewer"},
    )  # fmt: skip
    decided_by = forms.CharField(
        label="Who decided?", max_length=200, required=False,
        help_text="Answer this if the child was moved. Give the person’s role, for example safeguarding lead.",
        error_messages={"max_length": "Who decided must be 200 characters or fewer"},
    )  # fmt: skip
    told = forms.CharField(
        label="Who was told, and when?", max_length=300, required=False,
        help_text="Answer this if the child was moved, was hurt, slept somewhere else or cannot be found. "
                  "Give roles, not names.",
        error_messages={"max_length": "People told must be 300 characters or fewer"},
    )  # fmt: skip
    text = textarea_field(
        "What happened, and what was done",
        "You must answer this if the child was hurt. Otherwise, add anything that helps.",
        errors=text_errors("What happened"),
    )

    def __init__(self, *args: Any, placement: Placement, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placement, self.at = placement, at

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kinds = given.get("kind") or ()
        words = {name: given.get(name, "") for name in ("place_kind", "place", "decided_by", "told", "text")}
        happened = DayNoteEntry(
            (kinds,) if isinstance(kinds, str) else tuple(kinds), given.get("day"), given.get("time"), **words
        )
        wrong = set(self.errors)
        for sentence, where in commands.find_day_note_problems(self.placement, happened, self.at):
            if where not in wrong:
                self.add_error(where, sentence)
        return {"happened": happened}


class CorrectDayNoteForm(DayNoteForm):
    """A form that corrects one note, so only one thing that happened can be selected."""

    kind = forms.ChoiceField(
        label="What happened?", choices=DayNote.Kind.choices, widget=forms.RadioSelect,
        error_messages=choice_errors("Select what happened"),
    )  # fmt: skip


class AnswerDayNoteForm(UnmarkedForm):
    answer = textarea_field(
        "What have you decided or done?",
        "The provider can read this while it can see the child’s details",
        errors=text_errors("Answer"),
    )


def urls(side: PlacementPages, at: str) -> list[URLPattern]:
    """Return the URL patterns of a placement's daily notes, below the placement's own path."""
    can = NOTE_COMMANDS_BY_SIDE[side.key][0]

    def asks(view: command_views.View) -> command_views.View:
        return command_views.command_view(at_organisation(side.key, can)(command_views.bind_side(view, side)))

    addresses = [
        path(f"{at}/daily-notes", require_safe(at_organisation(side.key, can)(command_views.bind_side(note_list,
            side))),
             name="placement-notes"),
        path(f"{at}/record-note", asks(record), name="placement-record-note"),
        path(f"{at}/daily-notes/<int:pk>/correct", asks(correct), name="placement-correct-note"),
    ]  # fmt: skip
    if side.key == BUYER:
        addresses += record_actions.urls(_note_actions(side, can), f"{at}/daily-notes/<int:pk>")
    return addresses


def note_list(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    """List a placement's notes, latest first: what was recorded, what was missing from the placement, and
    the answer.
    """
    placement = side.found(request, reference)
    verb = NOTE_COMMANDS_BY_SIDE[side.key][2].__name__
    papers, every = whereabouts.papers_of(placement), side.reads_every_note(request, placement)
    notes = list(side.notes(request, placement))
    closed = whereabouts.closed_notes_among(notes)
    danger = child_in_danger(request, placement, side=side.key) if every else None
    rows = [
        {
            "note": note,
            "is_closed": note.pk in closed,
            "is_missing": whereabouts.is_still_missing(note, closed),
            "gaps": whereabouts.find_gaps(placement, note, papers) if note.status != "corrected" else [],
            "may_correct": note.side == side.key and is_allowed(note, verb, request.user, request.now),
            "may_answer": _may_answer(side, request, note),
        }
        for note in notes
    ]
    more = {
        "notes": rows,
        "every_note": every,
        "in_danger": danger,
        "child": "" if danger else side.child(request, placement),
        "route": f"{side.key}:placement",
        "frame": f"{side.key}/placement_frame.html",
    }
    return render(request, "parts/placement_notes.html", side.page(request, placement, **more))


def _may_answer(side: PlacementPages, request: OrganisationRequest, note: DayNote) -> bool:
    return side.key == BUYER and note.needs_answer and is_allowed(note, "answer_note", request.user, request.now)


def record(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask what happened, and record notes. This is allowed in every status of the placement."""
    placement = side.found(request, reference)
    now, today = timezone.localtime(request.now).time(), local_day(request.now)
    day = _day_of_link(request)
    initial = {"day": day, "time": time_of_day.format_time(now) if day == today else ""}
    form = DayNoteForm.of(request, placement=placement, at=request.now, initial=initial)
    tells = side.key == PROVIDER or access.provider_reads_notes(placement, request.now)
    if form.attempt(NOTE_COMMANDS_BY_SIDE[side.key][1], placement, by=request.user, at=request.now):
        notice = f"We have told {side.other(placement)}." if tells else f"{side.other(placement)} cannot read the note."
        recorded = f"{len(form.result)} notes recorded" if len(form.result) > 1 else "Note recorded"
        words = (
            f"{recorded}. "
            f"{notice}{_accounted_for(side, placement, request.now)}"
            f"{_since_then(side, request, placement, form.result)}"
        )
        return command_views.redirect_done(request, words, side.to(request, "notes", reference))
    notice = (
        f"We will tell {side.other(placement)} straight away."
        if tells
        else f"{side.other(placement)} cannot read the note."
    )
    return command_views.render_command(
        request,
        form,
        heading="Record where the child is, or what happened",
        caption=reference,
        button="Record note",
        about=side.child(request, placement),
        meaning=[NOTES_ALWAYS_ALLOWED_HINT, notice],
        cancel=side.to(request, "notes", reference),
    )


def _since_then(
    side: PlacementPages, request: OrganisationRequest, placement: Placement, recorded: list[DayNote]
) -> str:
    """Return where the pupil is, if a later note records it and the reader is allowed to know."""
    where = (
        whereabouts.whereabouts_of([placement]).get(placement.pk) if side.reads_every_note(request, placement) else None
    )
    kinds = {note.kind for note in recorded}.intersection(DayNote.WHEREABOUTS)
    if where is None or not kinds or where.note.pk in {note.pk for note in recorded}:
        return ""
    if DayNote.Kind.NOT_KNOWN not in kinds or where.is_missing:
        return f" {since_then(where)}"
    return (
        f" We are not showing the pupil as missing. {since_then(where)} If you do not know where the pupil is now, "
        "record another note with a later time."
    )


def _day_of_link(request: OrganisationRequest) -> date:
    """Return the date in the link that the person followed, or today's date.

    The result is never in the future.
    """
    today = local_day(request.now)
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), today)
    except ValueError:
        return today


def _accounted_for(side: PlacementPages, placement: Placement, at: datetime) -> str:
    """Return a sentence for a school: whether a pupil who was not marked in the register has since been
    accounted for.

    Return an empty string if no register is late, or if the reader is at the provider.
    """
    this = Placement.objects.filter(pk=placement.pk)
    late = late_registers(this, at, side=BUYER) if side.key == BUYER else []
    if not late:
        return ""
    if late[0].is_answered:
        return " The pupil is no longer on your list of pupils not accounted for."
    if (where := whereabouts.whereabouts_of([placement]).get(placement.pk)) and where.is_missing:
        return " We now show the pupil as missing at the top of your home page."
    return " The pupil is still on your list of pupils not accounted for."


def correct(side: PlacementPages, request: OrganisationRequest, reference: str, pk: int) -> HttpResponse:
    placement = side.found(request, reference)
    note = get_object_or_404(side.notes(request, placement), pk=pk)
    command = NOTE_COMMANDS_BY_SIDE[side.key][2]
    command_views.require_permission(request, note, command.__name__)
    names = ("kind", "day", "place_kind", "place", "decided_by", "told", "text")
    initial = {name: getattr(note, name) for name in names} | {"time": time_of_day.format_time(note.time)}
    form = CorrectDayNoteForm.of(request, placement=placement, at=request.now, initial=initial)
    if form.attempt(command, note, by=request.user, at=request.now):
        words = (
            f"Note corrected.{since}"
            if (since := _since_then(side, request, placement, [form.result]))
            else "Note corrected"
        )
        return command_views.redirect_done(request, words, side.to(request, "notes", reference))
    return command_views.render_command(
        request,
        form,
        heading="Correct a daily note",
        caption=reference,
        button="Correct note",
        about=side.child(request, placement),
        meaning=[FIRST_NOTE_STAYS_HINT],
        cancel=side.to(request, "notes", reference),
    )


def _what_is_answered(_: OrganisationRequest, note: DayNote) -> list[str]:
    """Return sentences about the notes that this answer covers, and about what was missing from the
    placement at those times.
    """
    notes = [note, *whereabouts.recorded_with(note)]
    head = [f"{each.get_kind_display()}, {time_of_day.format_time(each.time)} on {each.day:%-d %B}." for each in notes]
    papers = whereabouts.papers_of(note.placement)
    gaps = (words for each in notes for words in whereabouts.find_gaps(note.placement, each, papers))
    missing = dict.fromkeys(f"{words}." for words in gaps)
    if len(notes) > 1:
        head.append(f"These {len(notes)} notes were recorded together. Your answer will apply to all of them.")
    return [*head, *missing]


def _after_answer(request: OrganisationRequest, note: DayNote) -> str:
    provider = note.placement.provider
    if access.provider_reads_notes(note.placement, request.now):
        return f"Answer sent to {provider}"
    return f"Answer recorded. {provider} cannot read the answer."


def _note_actions(side: PlacementPages, can: Can) -> RecordActions[DayNote]:
    def find(request: OrganisationRequest, reference: str, pk: int) -> DayNote:
        placement = side.found(request, reference)
        note = get_object_or_404(side.notes(request, placement), pk=pk)
        note.placement = placement
        return note

    return RecordActions(
        side.key,
        "placement",
        find,
        back=lambda request, note: side.to(request, "notes", note.placement.reference),
        needs=(can,),
        caption=lambda _, note: note.placement.reference,
        rows=(
            RecordAction(
                commands.answer_note,
                path="answer",
                name="placement-answer-note",
                linked_from="parts/placement_notes.html",
                form=AnswerDayNoteForm,
                heading="Answer a daily note",
                about=lambda request, note: side.child(request, note.placement),
                meaning=_what_is_answered,
                quoted=lambda _, note: note.text,
                button="Send answer",
                done=_after_answer,
            ),
        ),
    )
