"""Daily notes about a child, which can be recorded whatever the placement's status.

The notes record where the child is, whether the child was hurt and where the child slept.
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User
from calloff.placements.models.placement import Placement
from calloff.placements.states import DAY_NOTE, DayNoteStatus


class DayNote(models.Model):
    """A dated fact about a child in a placement, recorded by the provider or by the buyer.

    Missing checks or signatures, a suspension or the end of the placement never prevent a note. A note never changes,
    and mistakes are corrected in a new note.
    """

    class Side(models.TextChoices):
        BUYER = "buyer", "The school or team"
        PROVIDER = "provider", "The provider"

    class Kind(models.TextChoices):
        HERE = "here", "The child is with the provider"
        ELSEWHERE = "elsewhere", "The child is somewhere else (emergency move)"
        NOT_KNOWN = "not_known", "We do not know where the child is"
        EXTRA_DAY = "extra_day", "The child came on a day they were not due"
        EARLY = "early", "The child started before the paperwork was complete"
        STAYED = "stayed", "The child stayed after the placement ended"
        LEFT_EARLY = "left_early", "The child left early and we know where they went"
        HURT = "hurt", "The child was hurt"
        SLEPT = "slept", "The child slept somewhere else"

    class PlaceKind(models.TextChoices):
        """The kind of place. The council can see this, but no other detail of the place."""

        SITE = "site", "Another site of the provider"
        PROVIDER = "provider", "Another provider"
        SCHOOL = "school", "The school"
        HOME = "home", "At home"
        HOSPITAL = "hospital", "Hospital"
        OTHER = "other", "Another place"

    LIFECYCLE = DAY_NOTE
    # Each kind is in either WHEREABOUTS or BESIDE.
    AWAY = (Kind.ELSEWHERE, Kind.NOT_KNOWN)  # these remain true until another note is recorded
    THERE = (Kind.HERE, Kind.EXTRA_DAY, Kind.EARLY, Kind.STAYED)
    CAME = (*THERE, Kind.LEFT_EARLY)  # these mean that the child was with the provider on that day
    WHEREABOUTS = (*CAME, *AWAY)  # kinds that say where a child is. The latest of these notes counts
    BESIDE = (Kind.HURT, Kind.SLEPT)  # kinds that record an event and do not say where the child is now
    DANGER = (Kind.NOT_KNOWN, Kind.HURT)
    NAMES_A_PLACE = (Kind.ELSEWHERE, Kind.SLEPT, Kind.LEFT_EARLY)
    SAYS_WHO_WAS_TOLD = (Kind.ELSEWHERE, Kind.NOT_KNOWN, Kind.HURT, Kind.SLEPT, Kind.LEFT_EARLY)

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="day_notes")
    side = models.CharField(max_length=10, choices=Side)  # the side that recorded the note
    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()  # when the event happened or started
    time = models.TimeField()  # the approximate time of day in London
    place_kind = models.CharField(max_length=10, choices=PlaceKind, blank=True)
    place = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)  # the role of the person who decided to move the child
    # the roles of the people who were told, and when they were told
    told = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )  # the earlier note that this one corrects
    answer = models.TextField(blank=True)  # the buyer's answer to the provider's note
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=DayNoteStatus)

    CONSTRAINT_ERRORS = {
        "day_note_names_its_place": "Enter where the child is or was, and select the kind of place",
        "day_note_of_a_move_says_who_decided": "Enter the role of the person who decided where the child went",
        "day_note_says_who_was_told": "Enter the roles of the people you told",
        "day_note_answered_by_a_person": "Enter what you have decided or done",
        "corrects": "A colleague corrected this note a moment ago. Open the daily notes again to see it.",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="day_note_names_its_place",
                condition=~Q(kind__in=["elsewhere", "slept", "left_early"]) | (~Q(place="") & ~Q(place_kind="")),
            ),
            models.CheckConstraint(
                name="day_note_of_a_move_says_who_decided", condition=~Q(kind="elsewhere") | ~Q(decided_by="")
            ),
            models.CheckConstraint(
                name="day_note_says_who_was_told",
                condition=~Q(kind__in=["elsewhere", "not_known", "hurt", "slept", "left_early"]) | ~Q(told=""),
            ),
            models.CheckConstraint(
                name="day_note_answered_by_a_person",
                condition=~Q(status=DayNoteStatus.ANSWERED)
                | (Q(answered_by__isnull=False, answered_at__isnull=False, side="provider") & ~Q(answer="")),
            ),
        ]
        indexes = [
            models.Index(fields=["placement", "-day", "-time"], name="day_note_by_placement"),
            models.Index(fields=["buyer"], condition=Q(status="recorded", side="provider"), name="day_note_to_answer"),
            models.Index(fields=["authority", "-day"], name="day_note_by_authority"),
        ]
        triggers = [
            status_guard(),
            pgtrigger.Trigger(
                name="day_note_stays_as_recorded",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (OLD.placement_id, OLD.side, OLD.kind, OLD.day, OLD.time, OLD.place_kind, OLD.place,
                        OLD.decided_by, OLD.told, OLD.text, OLD.recorded_by_id, OLD.recorded_at, OLD.corrects_id)
                    IS DISTINCT FROM
                       (NEW.placement_id, NEW.side, NEW.kind, NEW.day, NEW.time, NEW.place_kind, NEW.place,
                        NEW.decided_by, NEW.told, NEW.text, NEW.recorded_by_id, NEW.recorded_at, NEW.corrects_id)
                       OR (OLD.answered_at IS NOT NULL AND
                           (OLD.answer, OLD.answered_by_id, OLD.answered_at)
                           IS DISTINCT FROM (NEW.answer, NEW.answered_by_id, NEW.answered_at))
                    THEN RAISE EXCEPTION 'pgtrigger: A note of a day stays as it was recorded'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"note for {self.placement} on {self.day}"

    @property
    def is_away(self) -> bool:
        return self.kind in DayNote.AWAY

    @property
    def is_gone(self) -> bool:
        """Return whether the note says that the child is away, either for that day only or for longer (`is_away`)."""
        return self.is_away or self.kind == DayNote.Kind.LEFT_EARLY

    @property
    def is_danger(self) -> bool:
        """Return whether the child might be in danger: missing or hurt."""
        return self.kind in DayNote.DANGER

    @property
    def recorder(self) -> Organisation:
        """Return the organisation of the person who recorded the note."""
        return self.provider if self.side == DayNote.Side.PROVIDER else self.buyer

    @property
    def needs_answer(self) -> bool:
        """Return whether the buyer must still answer.

        A note that the child is with the provider needs no answer.
        """
        waiting = self.side == DayNote.Side.PROVIDER and self.status == DayNoteStatus.RECORDED
        return waiting and self.kind != DayNote.Kind.HERE
