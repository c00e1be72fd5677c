"""Children's placements, and the checks before a placement starts."""

from datetime import date, datetime

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.agreements.models import Agreement
from calloff.buying.models import Budget, Offer
from calloff.directory.models import Service, Site
from calloff.documents.models import StoredFile
from calloff.history.triggers import status_guard
from calloff.kernel.money import MoneyField
from calloff.markets.models import Lot, Market
from calloff.members.models import Member
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES, PLACEMENT, UNSIGNED_STATUSES, PlacementStatus
from calloff.pupils.models import Pupil
from calloff.referrals.models import ExpressionOfInterest, Referral


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, person: User, at: datetime) -> "PlacementQuerySet":
        """Filter to placements of the person's organisations, and of the authority if the person can see its
        placements.
        """
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        theirs = person.organisations_where(roles_with(Can.TAKE_REGISTER), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        return self.filter(Q(buyer__in=ours) | Q(provider__in=theirs) | Q(authority__in=watched))

    def live(self) -> "PlacementQuerySet":
        """Filter to placements that both sides have signed and that have not ended."""
        return self.filter(status__in=LIVE_STATUSES)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(),
    fields=["reference", "status", "site", "starts_on", "ends_on", "started_on", "ended_on"],
    model_name="PlacementEvent",
)  # fmt: skip
class Placement(models.Model):
    """A child's place with a provider, from the confirmed offer to the end."""

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
    interest = models.ForeignKey(ExpressionOfInterest, on_delete=models.PROTECT, related_name="+")
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # These are the current terms. Each value comes from the signed agreement or from a change that both sides agreed.
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The site is empty if the placement is online.
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField(null=True, blank=True)  # empty until all checks are complete
    ends_on = models.DateField(null=True, blank=True)  # the last day
    ratio = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    amount = MoneyField(null=True, blank=True)  # pounds per unit, before VAT
    vat = models.CharField(max_length=10, blank=True)
    units_a_week = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    total = MoneyField(null=True, blank=True)
    outcomes = models.JSONField(default=list)  # a list of short phrases
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    absence_rule = models.CharField(max_length=300, blank=True)
    purchase_order = models.CharField(max_length=40, blank=True)
    # the person at the buyer to tell about an absence
    attendance_contact = models.CharField(max_length=200, blank=True)
    # the time of day by which to tell the attendance contact
    attendance_time = models.TimeField(null=True, blank=True)
    emergency = models.CharField(
        max_length=300, blank=True
    )  # contacts by role. The family's contacts are only in the full details, never here
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)  # the first day on which the child attended
    notice_on = models.DateField(null=True, blank=True)  # when notice was given
    last_on = models.DateField(null=True, blank=True)  # the last day given in the notice
    notice_reason = models.TextField(blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # the time when no sessions were left to mark (settled_registers.py)
    register_settled_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=PlacementStatus)

    objects = PlacementQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "placement_ends_after_it_starts": (
            "The end date of the placement must be the same as or after its start date. Check both dates."
        ),
        "offer": "A colleague confirmed this place a moment ago. Open the referral again to see the placement.",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="placement_agreed_has_its_terms",
                condition=~Q(status__in=[*LIVE_STATUSES, "ended", "transferred"])
                | Q(starts_on__isnull=False, ends_on__isnull=False, amount__isnull=False, agreement__isnull=False),
            ),
            models.CheckConstraint(
                name="placement_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="placement_register_settled_once_over",
                condition=Q(register_settled_on=None)
                | Q(status__in=OVER_STATUSES, ended_on__lt=F("register_settled_on")),
            ),
            models.CheckConstraint(
                name="placement_over_has_a_day", condition=~Q(status__in=OVER_STATUSES) | Q(ended_on__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "status"], name="placement_by_buyer"),
            models.Index(fields=["provider", "status"], name="placement_by_provider"),
            models.Index(fields=["authority", "status"], name="placement_by_authority"),
            models.Index(fields=["pupil"], name="placement_by_pupil"),
            models.Index(fields=["authority", "-confirmed_at", "-id"], name="placement_latest_of_council"),
            models.Index(fields=["provider", "-confirmed_at", "-id"], name="placement_latest_of_provider"),
            models.Index(
                fields=["buyer", "status"], condition=Q(register_settled_on=None), name="register_open_by_buyer"
            ),
            models.Index(
                fields=["authority", "status"], condition=Q(register_settled_on=None), name="register_open_by_council"
            ),
        ]
        triggers = [
            status_guard(),
            pgtrigger.Trigger(
                name="placement_terms_are_agreed_by_both",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status__in=["agreed", "running", "notice"]),
                func="""
                    IF (OLD.site_id, OLD.starts_on, OLD.ends_on, OLD.unit, OLD.amount, OLD.vat,
                        OLD.units_a_week, OLD.ratio, OLD.notice_days, OLD.absence_rule)
                    IS DISTINCT FROM
                       (NEW.site_id, NEW.starts_on, NEW.ends_on, NEW.unit, NEW.amount, NEW.vat,
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
        """Return the side that must answer the latest proposed change."""
        change = self.changes.select_related("buyer", "provider").order_by("-number").first()
        return change.other_side if change else self.provider

    @property
    def period(self) -> tuple[date, date]:
        """Return the agreed first and last day. Raises LookupError if the agreement has not been prepared."""
        if self.starts_on is None or self.ends_on is None:
            raise LookupError(f"{self} has no days yet.")
        return self.starts_on, self.ends_on

    @property
    def closes_on(self) -> date | None:
        """Return the current last day, from the notice or the agreement."""
        return self.last_on or self.ends_on

    @property
    def status_word(self) -> str:
        """Return the status as text. A placement that ended before its first day is shown as not started."""
        if self.status == PlacementStatus.ENDED_EARLY and self.started_on is None:
            return "Did not start"
        return str(PlacementStatus(self.status).label)

    @property
    def is_before(self) -> bool:
        return self.status in UNSIGNED_STATUSES

    @property
    def has_school(self) -> bool:
        """Return whether the child belongs to a school. A child of a council team might not."""
        return self.buyer.kind == Organisation.Kind.SCHOOL

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_STATUSES

    @property
    def is_over(self) -> bool:
        return self.status in OVER_STATUSES


class PreStartCheck(models.Model):
    """A check that must be made before a child starts. The rows are created with the placement."""

    class Kind(models.TextChoices):
        VISIT = "visit", "Visit recorded"
        STAFF = "staff", "Written confirmation of staff checks"
        SAFEGUARDING = "safeguarding", "Safeguarding lead’s decision"
        RISK_PLAN = "risk_plan", "Risk plan"
        PARENT = "parent", "Parent informed"
        AUTHORITY = "authority", "Council informed"
        DIRECTION = "direction", "Off-site direction notice"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=15, choices=Kind)
    made_at = models.DateTimeField(null=True, blank=True)
    # The person who made the check is set even if they decided that the answer is no.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # the day of the visit or conversation, or the day on which the notice was received
    on = models.DateField(null=True, blank=True)
    said = models.TextField(blank=True)  # the findings, the confirmation or the decision
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    CONSTRAINT_ERRORS = {
        "check_of_a_kind_once": "A colleague recorded this check a moment ago. Open the page again to see it.",
    }

    class Meta:
        db_table = "placements_check"
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
                        -- the parents can be told again until the child starts
                        AND NOT (
                            OLD.kind IN ('parent', 'direction') AND NEW.kind = OLD.kind AND NEW.made_at IS NOT NULL
                            AND (SELECT status FROM placements_placement WHERE id = OLD.placement_id)
                                IN ('to_sign', 'agreed')
                        )
                    THEN RAISE EXCEPTION 'pgtrigger: A check stands once the agreement is drawn up'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.placement}"
