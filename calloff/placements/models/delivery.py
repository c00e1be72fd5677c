"""Models for what happens after the agreement: changes, the register, reviews, the end and later checks."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.directory.models import HalfDay
from calloff.history.triggers import never_rewritten, status_guard
from calloff.kernel.money import MoneyField
from calloff.people.models import Organisation, User
from calloff.placements.models.placement import Placement
from calloff.placements.states import CHANGE, FOLLOW_UP, REVIEW, FollowUpStatus, PlacementChangeStatus, ReviewStatus


class PlacementChange(models.Model):
    """A proposed change to a signed placement. It has no effect until the other side agrees."""

    class Side(models.TextChoices):
        BUYER = "buyer", "The buyer"
        PROVIDER = "provider", "The provider"

    LIFECYCLE = CHANGE
    RECORD_TYPE = "placements.Change"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10, choices=Side)  # the side that proposed the change
    old = models.JSONField(default=dict)  # {field: value} for only the fields that change
    new = models.JSONField(default=dict)
    from_on = models.DateField()  # the first day on which the change applies
    # the change in the total cost, in pounds. It is negative if the cost falls
    difference = MoneyField(null=True, blank=True)
    reason = models.TextField()
    proposed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=PlacementChangeStatus)

    CONSTRAINT_ERRORS = {
        "change_numbered_once": "Another change was proposed a moment ago. Open the placement again to see it.",
    }

    class Meta:
        db_table = "placements_change"
        constraints = [
            models.UniqueConstraint(fields=["placement", "number"], name="change_numbered_once"),
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(status=PlacementChangeStatus.PROPOSED),
                name="change_one_at_a_time",
                violation_error_message="A change is already waiting for an answer. Answer or withdraw that change "
                "first.",
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"change {self.number} to {self.placement}"

    @property
    def own_side(self) -> Organisation:
        return self.buyer if self.side == PlacementChange.Side.BUYER else self.provider

    @property
    def other_side(self) -> Organisation:
        return self.provider if self.side == PlacementChange.Side.BUYER else self.buyer


class AbsenceCause(models.TextChoices):
    """The cause of a child's absence, as far as the provider knows."""

    ILL = "ill", "Ill"
    APPOINTMENT = "appointment", "Medical or dental appointment"
    RELIGION = "religion", "Religious observance"
    SUSPENDED = "suspended", "Suspended or excluded"
    TRANSPORT = "transport", "The arranged transport did not come"
    PROVIDER = "provider", "We could not run the session"
    REFUSED = "refused", "Refused to attend"
    UNKNOWN = "unknown", "No reason given yet"


# Sessions without a confirmed code, or whose mark was corrected after the school confirmed a code.
TO_CONFIRM = Q(code="") | Q(confirmed_at__isnull=False, marked_at__gt=F("confirmed_at"))
UNRESOLVED = Q(code="N")


class Attendance(models.Model):
    """The provider's mark for one child, day and session, and the code that the school confirmed.

    The codes are those of the school's register. The provider marks the session, and Calloff suggests a code
    (attendance_codes.py).
    """

    Session = HalfDay

    class Mark(models.TextChoices):
        PRESENT = "present", "Present"
        LATE = "late", "Late"
        LEFT_EARLY = "left_early", "Left early"
        ABSENT = "absent", "Absent"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="attendance")
    day = models.DateField()
    session = models.CharField(max_length=2, choices=Session)
    mark = models.CharField(max_length=10, choices=Mark)
    # how many minutes the child was late, or left early
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    # the cause of the absence, as far as the provider knows
    cause = models.CharField(max_length=15, choices=AbsenceCause, blank=True)
    reason = models.CharField(max_length=200, blank=True)  # in the provider's own words
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # when the buyer was told about the absence
    suggested = models.CharField(max_length=2, blank=True)
    code = models.CharField(max_length=2, blank=True)  # the code that the school confirmed
    nature = models.CharField(max_length=100, blank=True)  # the nature of the education, for codes B and K
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    CONSTRAINT_ERRORS = {
        "attendance_once_a_session": "A colleague took this register a moment ago. Open the page again to see it.",
        "attendance_minutes_where_short": ("Enter minutes only for a child who was late or left early"),
        "attendance_absent_with_a_cause": "Select a reason for each absence",
        "attendance_nature_of_b_and_k": "For codes B and K, enter what the activity was.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "day", "session"], name="attendance_once_a_session"),
            models.CheckConstraint(
                name="attendance_minutes_where_short",
                condition=Q(mark__in=["late", "left_early"], minutes__gt=0)
                | Q(mark__in=["present", "absent"], minutes=None),
            ),
            models.CheckConstraint(name="attendance_absent_with_a_cause", condition=~Q(mark="absent") | ~Q(cause="")),
            models.CheckConstraint(
                name="attendance_nature_of_b_and_k", condition=~Q(code__in=["B", "K"]) | ~Q(nature="")
            ),
        ]
        indexes = [
            models.Index(fields=["day", "placement"], name="attendance_by_day"),
            # This index is for home pages, which would otherwise read registers from years ago.
            models.Index(fields=["placement"], condition=TO_CONFIRM, name="attendance_to_confirm"),
            models.Index(fields=["placement"], condition=UNRESOLVED, name="attendance_unresolved"),
        ]
        triggers = [
            never_rewritten("authority", "placement", "day", "session"),
            pgtrigger.Trigger(
                name="mark_and_code_change_with_a_correction",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(
                    "mark", "minutes", "cause", "reason", "marked_by", "marked_at", "code", "nature"
                ),
                func="""
                    IF (OLD.mark, OLD.minutes, OLD.cause, OLD.reason, OLD.marked_by_id, OLD.marked_at)
                       IS DISTINCT FROM (NEW.mark, NEW.minutes, NEW.cause, NEW.reason, NEW.marked_by_id, NEW.marked_at)
                       AND NOT EXISTS (
                           SELECT FROM placements_correction was WHERE was.attendance_id = OLD.id
                           AND (was.mark, was.cause, was.reason, was.at)
                               = (OLD.mark, OLD.cause, OLD.reason, NEW.marked_at)
                           AND was.minutes IS NOT DISTINCT FROM OLD.minutes)
                    THEN RAISE EXCEPTION 'pgtrigger: a mark changes only with its correction'; END IF;
                    IF OLD.code <> '' AND (OLD.code, OLD.nature) IS DISTINCT FROM (NEW.code, NEW.nature)
                       AND NOT EXISTS (
                           SELECT FROM placements_correction was WHERE was.attendance_id = OLD.id
                           AND (was.code, was.nature, was.at) = (OLD.code, OLD.nature, NEW.confirmed_at))
                    THEN RAISE EXCEPTION 'pgtrigger: a code changes only with its correction'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.placement} on {self.day} {self.session}"

    @property
    def changed_since_confirmed(self) -> bool:
        """Return whether the provider corrected its mark after the school confirmed a code."""
        return self.confirmed_at is not None and self.marked_at > self.confirmed_at


class AttendanceCorrection(models.Model):
    """A register entry as it was before a correction: the provider's mark and the school's code.

    The row is part of a child's attendance record, so it is deleted together with the child's other rows. Until then,
    it does not change.
    """

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="corrections")
    mark = models.CharField(max_length=10, choices=Attendance.Mark)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    cause = models.CharField(max_length=15, choices=AbsenceCause, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=2, blank=True)
    nature = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # the person who made the correction
    at = models.DateTimeField()

    class Meta:
        db_table = "placements_correction"
        triggers = [pgtrigger.Protect(name="correction_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"correction to {self.attendance}"


class PlacementReview(models.Model):
    """A review of a placement, at least once each half term."""

    LIFECYCLE = REVIEW
    RECORD_TYPE = "placements.Review"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    present = models.CharField(max_length=300, blank=True)  # roles of the people who took part
    found = models.TextField(blank=True)
    child_views = models.TextField(blank=True)
    outcomes = models.JSONField(default=list)  # [{"outcome", "met": "yes" | "partly" | "no"}]
    decision = models.CharField(max_length=20, blank=True)  # the decision to continue, change or end the placement
    status = models.CharField(max_length=20, choices=ReviewStatus)

    CONSTRAINT_ERRORS = {
        "review_due_once": "A review is already planned for this day. Choose another day.",
    }

    class Meta:
        db_table = "placements_review"
        constraints = [
            models.UniqueConstraint(fields=["placement", "due_on"], name="review_due_once"),
            models.CheckConstraint(name="review_held_on_a_day", condition=~Q(status="held") | Q(held_on__isnull=False)),
        ]
        indexes = [models.Index(fields=["buyer", "status", "due_on"], name="review_by_buyer")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"review for {self.placement} due on {self.due_on}"


class PlacementEnding(models.Model):
    """How a placement ended: the reason, the outcomes and the destination.

    Each placement has at most one ending.
    """

    RECORD_TYPE = "placements.Ending"

    class How(models.TextChoices):
        PLANNED = "planned", "As planned"
        RETURNED = "returned", "The pupil returned to school"
        EARLY = "early", "Early"
        TRANSFERRED = "transferred", "Transferred to another provider"
        BEFORE = "before", "Before the placement started"

    class Destination(models.TextChoices):
        SCHOOL = "school", "Back at the same school"
        OTHER_SCHOOL = "other_school", "Another mainstream school"
        SPECIAL = "special", "A special school"
        AP = "ap", "Other alternative provision"
        COLLEGE = "college", "College or training"
        WORK = "work", "Work or an apprenticeship"
        HOME = "home", "Educated at home"
        NONE = "none", "No education yet"
        NOT_KNOWN = "unknown", "Not known"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="ending")
    how = models.CharField(max_length=12, choices=How)
    reason = models.TextField()
    destination = models.CharField(max_length=15, choices=Destination)
    outcomes = models.JSONField(default=list)  # [{"outcome", "met": "yes" | "partly" | "no"}]
    report_due_on = models.DateField(null=True, blank=True)  # empty if the placement never started
    report = models.TextField(blank=True)  # the provider's exit report
    reported_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "placement": "A colleague ended this placement a moment ago. Open it again to see the end date.",
    }

    class Meta:
        db_table = "placements_ending"

    def __str__(self) -> str:
        return f"end for {self.placement}"


class FollowUp(models.Model):
    """A check on how the child is, 6 or 12 weeks after the placement ended."""

    LIFECYCLE = FOLLOW_UP

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="follow_ups")
    weeks = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    destination = models.CharField(max_length=15, choices=PlacementEnding.Destination, blank=True)
    sustained = models.BooleanField(null=True, blank=True)
    found = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=FollowUpStatus)

    CONSTRAINT_ERRORS = {
        "follow_up_once": "This check after the end is already planned. Open the placement again to see it.",
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["placement", "weeks"], name="follow_up_once")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"check for {self.placement} after {self.weeks} weeks"
