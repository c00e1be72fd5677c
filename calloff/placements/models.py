from datetime import date, datetime

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.agreements.models import Agreement
from calloff.buying.models import Budget, Offer
from calloff.directory.models import Service, Site
from calloff.documents.models import File
from calloff.history.triggers import status_guard
from calloff.kernel.money import MoneyField
from calloff.markets.models import Lot, Market
from calloff.members.models import Member
from calloff.people.models import Grant, Organisation, User
from calloff.people.permissions import Can, roles_that
from calloff.placements.states import (
    BEFORE,
    CHANGE,
    FOLLOW_UP,
    LIVE,
    OVER,
    PLACEMENT,
    REVIEW,
    ChangeStatus,
    FollowUpStatus,
    ReviewStatus,
    Status,
)
from calloff.pupils.models import Pupil
from calloff.referrals.models import Interest, Referral


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, person: User, at: datetime) -> "PlacementQuerySet":
        """The buyer's people and the provider's see their own; whoever sees placements sees the authority's."""
        held = Grant.objects.in_force(at).filter(person=person)
        ours = held.filter(role__in=roles_that(Can.SEE_PLACING)).values("organisation")
        theirs = held.filter(role__in=roles_that(Can.TAKE_REGISTER)).values("organisation")
        watched = held.filter(role__in=roles_that(Can.SEE_PLACEMENTS)).values("organisation")
        return self.filter(Q(buyer__in=ours) | Q(provider__in=theirs) | Q(authority__in=watched))

    def live(self) -> "PlacementQuerySet":
        """Keep those that both sides have signed, and that have not ended."""
        return self.filter(status__in=LIVE)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(),
    fields=["reference", "status", "site", "starts_on", "ends_on", "started_on", "ended_on"],
    model_name="PlacementEvent",
)  # fmt: skip
class Placement(models.Model):
    """A child's place with a provider: from the confirmed offer, through the checks and signatures, to its end."""

    LIFECYCLE = PLACEMENT

    reference = models.CharField(max_length=20, unique=True)  # IAP-L-0042
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    interest = models.ForeignKey(Interest, on_delete=models.PROTECT, related_name="+")
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # what is agreed now: each value comes from the signed agreement, or from a change that both sides agreed
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # none: online
    starts_on = models.DateField(null=True, blank=True)  # none until every check is made
    ends_on = models.DateField(null=True, blank=True)  # the last day
    timetable = models.JSONField(default=list)  # [{"day": "mon", "session": "am", "from": "9:30am", "to": "noon"}]
    ratio = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    amount = MoneyField(null=True, blank=True)  # pounds a unit, before VAT
    vat = models.CharField(max_length=10, blank=True)
    units_a_week = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    total = MoneyField(null=True, blank=True)
    outcomes = models.JSONField(default=list)  # a list of short texts
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    absence_rule = models.CharField(max_length=300, blank=True)
    purchase_order = models.CharField(max_length=40, blank=True)
    attendance_contact = models.CharField(max_length=200, blank=True)  # at the buyer: whom to tell of an absence
    attendance_time = models.TimeField(null=True, blank=True)  # and by when each day
    emergency = models.CharField(
        max_length=300, blank=True
    )  # contacts, by role: never the family's, which the pack has
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)  # the first day that the child came
    notice_on = models.DateField(null=True, blank=True)  # when notice was given ...
    last_on = models.DateField(null=True, blank=True)  # ... and the last day by it
    notice_reason = models.TextField(blank=True)
    ended_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="placement_agreed_has_its_terms",
                condition=~Q(status__in=[*LIVE, "ended", "transferred"])
                | Q(starts_on__isnull=False, ends_on__isnull=False, amount__isnull=False, agreement__isnull=False),
            ),
            models.CheckConstraint(
                name="placement_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="placement_over_has_a_day", condition=~Q(status__in=OVER) | Q(ended_on__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "status"], name="placement_by_buyer"),
            models.Index(fields=["provider", "status"], name="placement_by_provider"),
            models.Index(fields=["authority", "status"], name="placement_by_authority"),
            models.Index(fields=["pupil"], name="placement_by_pupil"),
        ]
        triggers = [
            status_guard(),
            pgtrigger.Trigger(
                name="placement_terms_are_agreed_by_both",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status__in=["agreed", "running", "notice"]),
                func="""
                    IF (OLD.site_id, OLD.starts_on, OLD.ends_on, OLD.timetable, OLD.unit, OLD.amount, OLD.vat,
                        OLD.units_a_week, OLD.ratio, OLD.notice_days, OLD.absence_rule)
                    IS DISTINCT FROM
                       (NEW.site_id, NEW.starts_on, NEW.ends_on, NEW.timetable, NEW.unit, NEW.amount, NEW.vat,
                        NEW.units_a_week, NEW.ratio, NEW.notice_days, NEW.absence_rule)
                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'agree_change'
                    THEN RAISE EXCEPTION 'pgtrigger: Both sides agree to a change of a placement'; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="placement_starts_after_its_checks",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__status__in=["to_sign", "agreed", "running"]),
                func="""
                    IF EXISTS (SELECT FROM placements_check WHERE placement_id = NEW.id AND made_at IS NULL)
                       OR (SELECT count(*) FROM placements_check WHERE placement_id = NEW.id AND kind IN
                           ('visit', 'staff', 'safeguarding', 'risk_plan', 'parent', 'authority')) < 6
                    THEN RAISE EXCEPTION 'pgtrigger: A placement starts after its checks'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def other_side(self) -> Organisation:
        """Return the side that is asked to agree to the latest change."""
        change = self.changes.select_related("buyer", "provider").order_by("-number").first()
        return change.other_side if change else self.provider

    @property
    def period(self) -> tuple[date, date]:
        """Return the first and the last day that were agreed. Raises LookupError before an agreement is drawn up."""
        if self.starts_on is None or self.ends_on is None:
            raise LookupError(f"{self} has no days yet.")
        return self.starts_on, self.ends_on

    @property
    def closes_on(self) -> date | None:
        """Return the last day as things stand: by notice, or else by what was agreed."""
        return self.last_on or self.ends_on

    @property
    def is_before(self) -> bool:
        return self.status in BEFORE

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_over(self) -> bool:
        return self.status in OVER


class Check(models.Model):
    """One thing that must be so before a child starts. The rows are made with the placement; each is made once."""

    class Kind(models.TextChoices):
        VISIT = "visit", "Visit recorded"
        STAFF = "staff", "Written confirmation of staff checks"
        SAFEGUARDING = "safeguarding", "Decision of the buyer's safeguarding lead"
        RISK_PLAN = "risk_plan", "Risk plan"
        PARENT = "parent", "Parent told"
        AUTHORITY = "authority", "Authority told"
        DIRECTION = "direction", "Off-site direction notice"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=15, choices=Kind)
    made_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # also who said no
    on = models.DateField(null=True, blank=True)  # of the visit, the telling, the notice
    said = models.TextField(blank=True)  # what was found, confirmed, decided
    paper = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "kind"], name="check_of_a_kind_once"),
            models.CheckConstraint(
                name="check_made_by_somebody_on_a_day",
                condition=Q(made_at=None) | Q(by__isnull=False, on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="check_stands_once_drawn_up",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT status FROM placements_placement WHERE id = OLD.placement_id) <> 'checks'
                    THEN RAISE EXCEPTION 'pgtrigger: A check stands once the agreement is drawn up'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.placement}"


class Change(models.Model):
    """A change of what was signed: nothing until the other side agrees. What was signed is kept."""

    class Side(models.TextChoices):
        BUYER = "buyer", "The buyer"
        PROVIDER = "provider", "The provider"

    LIFECYCLE = CHANGE

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10, choices=Side)  # who proposed it
    old = models.JSONField(default=dict)  # {field: value}, of what changes alone
    new = models.JSONField(default=dict)
    from_on = models.DateField()  # the first day on which it holds
    difference = MoneyField(null=True, blank=True)  # of the total, in pounds: more, or less
    reason = models.TextField()
    proposed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=ChangeStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "number"], name="change_numbered_once"),
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(status=ChangeStatus.PROPOSED),
                name="change_one_at_a_time",
                violation_error_message="A change is waiting for an answer already. Answer or withdraw that one.",
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"change {self.number} of {self.placement}"

    @property
    def own_side(self) -> Organisation:
        return self.buyer if self.side == Change.Side.BUYER else self.provider

    @property
    def other_side(self) -> Organisation:
        return self.provider if self.side == Change.Side.BUYER else self.buyer


class Cause(models.TextChoices):
    """Why a child did not come, as far as the provider knows."""

    ILL = "ill", "Ill"
    APPOINTMENT = "appointment", "Medical or dental appointment"
    RELIGION = "religion", "Religious observance"
    SUSPENDED = "suspended", "Suspended or excluded"
    TRANSPORT = "transport", "The transport that is arranged did not come"
    PROVIDER = "provider", "We could not give the session"
    REFUSED = "refused", "Would not come"
    UNKNOWN = "unknown", "No reason given yet"


class Attendance(models.Model):
    """One child, one day, one session: what the provider marked, and the code that the school confirmed.

    The codes belong to the school's register; the provider marks, and a code is suggested (codes.py).
    """

    class Session(models.TextChoices):
        AM = "am", "Morning"
        PM = "pm", "Afternoon"

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
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # late by, or left early by
    cause = models.CharField(max_length=15, choices=Cause, blank=True)  # of an absence, as the provider knows it
    reason = models.CharField(max_length=200, blank=True)  # in the provider's words
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # when the buyer was told of an absence
    suggested = models.CharField(max_length=2, blank=True)
    code = models.CharField(max_length=2, blank=True)  # as the school confirmed it
    nature = models.CharField(max_length=100, blank=True)  # of B and K: what kind of education it was
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

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
        indexes = [models.Index(fields=["day", "placement"], name="attendance_by_day")]

    def __str__(self) -> str:
        return f"{self.placement} on {self.day} {self.session}"

    @property
    def changed_since_confirmed(self) -> bool:
        """Say whether the provider corrected its mark after the school confirmed a code."""
        return self.confirmed_at is not None and self.marked_at > self.confirmed_at


class Correction(models.Model):
    """What stood in the register before it was corrected: the provider's mark, and the code that the school had.

    A child's attendance, so it goes with the child's rows; until then nobody changes it.
    """

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="corrections")
    mark = models.CharField(max_length=10, choices=Attendance.Mark)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    cause = models.CharField(max_length=15, choices=Cause, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=2, blank=True)
    nature = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who corrected it
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="correction_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"correction of {self.attendance}"


class Review(models.Model):
    """A review of a placement: at least each half term."""

    LIFECYCLE = REVIEW

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    present = models.CharField(max_length=300, blank=True)  # who took part, by role
    found = models.TextField(blank=True)
    child_views = models.TextField(blank=True)
    outcomes = models.JSONField(default=list)  # [{"outcome", "met": "yes" | "partly" | "no"}]
    decision = models.CharField(max_length=20, blank=True)  # go on, change, end
    status = models.CharField(max_length=20, choices=ReviewStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "due_on"], name="review_due_once"),
            models.CheckConstraint(name="review_held_on_a_day", condition=~Q(status="held") | Q(held_on__isnull=False)),
        ]
        indexes = [models.Index(fields=["buyer", "status", "due_on"], name="review_by_buyer")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"review of {self.placement} due on {self.due_on}"


class Ending(models.Model):
    """How a placement ended: why, with what outcomes, and where the child went. One for each placement."""

    class How(models.TextChoices):
        PLANNED = "planned", "As planned"
        EARLY = "early", "Early"
        TRANSFERRED = "transferred", "Transferred to another provider"
        BEFORE = "before", "Before it began"

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
    report_due_on = models.DateField(null=True, blank=True)  # none where it never began
    report = models.TextField(blank=True)  # the provider's exit report
    reported_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"end of {self.placement}"


class FollowUp(models.Model):
    """A check, 6 and 12 weeks after the end, of how the child is doing."""

    LIFECYCLE = FOLLOW_UP

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="follow_ups")
    weeks = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    destination = models.CharField(max_length=15, choices=Ending.Destination, blank=True)
    sustained = models.BooleanField(null=True, blank=True)
    found = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=FollowUpStatus)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["placement", "weeks"], name="follow_up_once")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"check of {self.placement} after {self.weeks} weeks"
