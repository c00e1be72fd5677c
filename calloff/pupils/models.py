"""Models for a child's identity. Other apps refer to these models and call `queries.identify_pupils`.

None of the tables has row history (pghistory), because earlier versions of a child's record must not be kept.
"""

from datetime import date, datetime
from decimal import Decimal

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from calloff.history.models import append_only
from calloff.history.triggers import status_guard
from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.key_stages import school_year
from calloff.members.models import Member
from calloff.people.models import Organisation, User
from calloff.people.permissions import PERMISSIONS_BY_ROLE, Can, Role, roles_with
from calloff.pupils import access
from calloff.pupils.states import PUPIL, SCHOOL_NAME, DisclosureStage, PupilStatus, SchoolNameStatus


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"


class SocialCare(models.TextChoices):
    NONE = "", "None"
    EARLY_HELP = "early_help", "Early help"
    IN_NEED = "cin", "Child in need"
    PROTECTION = "cp", "Child protection plan"


class ContactAnswer(models.TextChoices):
    """An answer about a contact. There is no default, so people who do not know select “Not known”."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known"


class AddressWithholding(models.TextChoices):
    """Whether an address must be withheld, and the reason."""

    NO = "no", "No, it can be shared"
    REFUGE = "refuge", "Yes: refuge"
    FOSTER = "foster", "Yes: foster home"
    ADOPTION = "adoption", "Yes: adoption"
    OTHER = "other", "Yes: another reason"
    NOT_KNOWN = "not_known", "Not known"

    @classmethod
    def reasons(cls) -> list[str]:
        """Return the answers that withhold an address. For a home, these include “Not known” (contact_rules.py)."""
        return [cls.REFUGE, cls.FOSTER, cls.ADOPTION, cls.OTHER]


class HazardCategory(models.TextChoices):
    """A kind of hazard for which a provider must be ready. Before an offer, providers see only the category."""

    VERBAL = "verbal", "Verbal aggression"
    PHYSICAL = "physical", "Physical aggression"
    ABSCONDING = "absconding", "Leaving without permission"
    SELF_HARM = "self_harm", "Self-harm"
    SUBSTANCES = "substances", "Substance misuse"
    EXPLOITATION = "exploitation", "Risk of exploitation"
    SEXUAL = "sexual", "Harmful sexual behaviour"
    FIRE = "fire", "Fire setting"
    MEDICAL = "medical", "A medical condition that staff must know about"
    ALLERGY = "allergy", "A serious allergy"
    NONE_KNOWN = "none", "None known"


class PupilQuerySet(models.QuerySet["Pupil"]):
    def visible_to(self, person: User, at: datetime) -> "PupilQuerySet":
        """Filter to children that a person can see, through a role at the buyer or through a current disclosure."""
        ours = person.organisations_where(roles_with(Can.SEE_PUPILS), at)
        given = DisclosureGrant.objects.in_force(at).usable_by(person, at)
        return self.filter(Q(buyer__in=ours) | Q(pk__in=given.values("pupil")))


class Pupil(models.Model):
    """A child that a buyer is responsible for. Other apps and URLs use only the random reference."""

    LIFECYCLE = PUPIL

    reference = models.CharField(max_length=20, unique=True)  # PU-7K3QXM
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100, blank=True)  # some people have only one name
    known_as = models.CharField(max_length=100, blank=True)
    born_on = models.DateField()
    sex = models.CharField(max_length=1, choices=Sex)
    year_group = models.PositiveSmallIntegerField()  # as recorded, 1 to 13, or 0 for Reception
    # The school year in which the year group was recorded, as the calendar year in which it started (see `year_on`).
    school_year = models.PositiveSmallIntegerField()
    upn = models.CharField(max_length=13, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    address_withheld = models.CharField(max_length=10, choices=AddressWithholding, default=AddressWithholding.NOT_KNOWN)
    needs = ArrayField(models.CharField(max_length=4, choices=NeedType), default=list)  # the primary need comes first
    sen_provision = models.CharField(max_length=1, choices=SenProvision, blank=True)  # empty until someone answers
    ehc_plan_on = models.DateField(null=True, blank=True)  # the date of the current EHC plan
    looked_after_by = models.CharField(max_length=200, blank=True)  # the authority that looks after the child
    # the attendance percentage before any placement
    attendance = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    attendance_from = models.DateField(null=True, blank=True)
    attendance_to = models.DateField(null=True, blank=True)
    attainment = models.TextField(blank=True)
    strengths = models.TextField(blank=True)  # strengths and interests
    hazards = ArrayField(models.CharField(max_length=12, choices=HazardCategory), default=list)
    risks = models.TextField(blank=True)  # the risks, their triggers and what helps
    medical = models.TextField(blank=True)
    communication = models.TextField(blank=True)
    agencies = models.TextField(blank=True)
    # These views were recorded before contacts had their own views, so we do not know which parent gave them.
    parent_told_on = models.DateField(null=True, blank=True)
    parent_views = models.TextField(blank=True)
    child_views = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    left_on = models.DateField(null=True, blank=True)
    hold = models.CharField(max_length=300, blank=True)  # the reason for a legal hold
    status = models.CharField(max_length=20, choices=PupilStatus)

    objects = PupilQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "pupil_attendance_is_a_share": "Attendance must be a percentage between 0 and 100",
        "pupil_year_group": "Select a year group from the list",
        "reference": "We could not give the pupil a reference. Add the pupil again.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "upn"],
                condition=~Q(upn="") & Q(status=PupilStatus.ON_ROLL),
                name="pupil_recorded_once",
                violation_error_message="A pupil with this UPN is already recorded. Open that record.",
            ),
            models.CheckConstraint(
                name="pupil_attendance_is_a_share",
                condition=Q(attendance=None) | Q(attendance__gte=Decimal(0), attendance__lte=Decimal(100)),
            ),
            models.CheckConstraint(name="pupil_year_group", condition=Q(year_group__lte=14)),
        ]
        indexes = [models.Index(fields=["buyer", "status"], name="pupil_by_buyer")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.reference

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()

    @property
    def is_looked_after(self) -> bool:
        return bool(self.looked_after_by)

    @property
    def has_ehc_plan(self) -> bool:
        return self.sen_provision == SenProvision.EHC_PLAN

    def year_on(self, day: date) -> int:
        """Return the year group on a day. The year group goes up on 1 September for every child."""
        return self.year_group + school_year(day) - self.school_year

    def age_on(self, day: date) -> int:
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


class ProtectionInformation(models.Model):
    """Child protection information, which only the safeguarding leads of the buyer and the provider can see."""

    pupil = models.OneToOneField(Pupil, on_delete=models.CASCADE, related_name="+")
    social_care = models.CharField(max_length=12, choices=SocialCare, blank=True)
    concerns = models.TextField(blank=True)
    plan = models.TextField(blank=True)  # what the plan requires of the people who care for the child
    social_worker = models.CharField(max_length=200, blank=True)
    kept_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "pupil": "A colleague saved this page a moment ago. Open the page again to see what they entered.",
    }

    class Meta:
        db_table = "pupils_protection"

    def __str__(self) -> str:
        return f"child protection information for {self.pupil}"


class PupilContact(models.Model):
    """A child's contact, in call order. Only contact_rules.py decides what each contact can be told."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="contacts")
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    relation = models.CharField(max_length=50)
    telephone = models.CharField(max_length=30)
    email = models.EmailField(blank=True)
    responsibility = models.CharField(max_length=10, choices=ContactAnswer)  # parental responsibility for the child
    lives_with_child = models.CharField(max_length=10, choices=ContactAnswer)
    address = models.TextField(blank=True)  # filled in only if it differs from the child's home address
    postcode = models.CharField(max_length=8, blank=True)
    address_withheld = models.CharField(max_length=10, choices=AddressWithholding)
    order = models.CharField(max_length=10, choices=ContactAnswer)  # a court order that limits contact with this person
    order_who = models.CharField(max_length=200, blank=True)  # the people whose contact with the child is limited
    order_what = models.CharField(max_length=500, blank=True)  # how contact is limited
    order_until = models.DateField(null=True, blank=True)  # the last day of the order, or empty if it has no end date
    do_not_contact = models.BooleanField(default=False)
    do_not_contact_reason = models.CharField(max_length=300, blank=True)
    # when the person was told. Parents must be told, but consent is not the legal basis
    told_on = models.DateField(null=True, blank=True)
    views = models.TextField(blank=True)  # the person's views in their own words. No other contact can read them

    CONSTRAINT_ERRORS = {
        "contact_ranked_once": "A colleague changed the contacts a moment ago. Open the page again to see them.",
        "contact_order_has_its_limits": "Enter what the court order does not allow",
        "contact_not_to_be_contacted_for_a_reason": "Enter why this person must not be contacted",
    }

    class Meta:
        db_table = "pupils_contact"
        constraints = [
            models.UniqueConstraint(fields=["pupil", "rank"], name="contact_ranked_once"),
            models.CheckConstraint(
                name="contact_order_has_its_limits",
                condition=(Q(order=ContactAnswer.YES) & ~Q(order_what=""))
                | (~Q(order=ContactAnswer.YES) & Q(order_what="", order_who="", order_until=None)),
            ),
            models.CheckConstraint(
                name="contact_not_to_be_contacted_for_a_reason",
                condition=Q(do_not_contact=True) & ~Q(do_not_contact_reason="")
                | Q(do_not_contact=False, do_not_contact_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.rank} for {self.pupil}"

    def has_order_on(self, day: date) -> bool:
        """Return whether an order limits contact on a day. An order still applies on its last day."""
        return self.order == ContactAnswer.YES and (self.order_until is None or day <= self.order_until)


class SchoolName(models.Model):
    """Another name for a school or team, for example “the Manor”. Providers must not see it before an offer."""

    LIFECYCLE = SCHOOL_NAME

    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)  # the name in plain lower-case letters
    added_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=SchoolNameStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "key"],
                condition=Q(status=SchoolNameStatus.CURRENT),
                name="school_name_recorded_once",
                violation_error_message="This name is already on the list.",
            )
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.name


class DisclosureGrantQuerySet(models.QuerySet["DisclosureGrant"]):
    def in_force(self, at: datetime) -> "DisclosureGrantQuerySet":
        """Filter to disclosures in force at a given time, by their dates and membership (see access.py)."""
        return self.filter(access.is_in_force(at))

    def usable_by(self, person: User, at: datetime) -> "DisclosureGrantQuerySet":
        """Filter to disclosures that a person can use, given their permissions and roles at the organisation."""
        whole = Q(pk__in=())
        for organisation, role in person.roles_held(at):
            whole |= Q(organisation=organisation, needs__in=[role, *map(str, PERMISSIONS_BY_ROLE[Role(role)])])
        return self.filter(whole)


class DisclosureGrant(models.Model):
    """Permission for an organisation to see a child for one purpose and stage, between two times.

    The app that knows the reason (an offer, a placement or a duty to tell) writes the row. A disclosure always has an
    end. What a provider can see also depends on its membership (access.py).
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    needs = models.CharField(max_length=30)  # the permission or role that a person there needs
    stage = models.CharField(max_length=10, choices=DisclosureStage)
    purpose = models.CharField(max_length=200)
    source = models.CharField(max_length=30)  # the reason's reference, for example IAP-R-0107
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    first_on = models.DateField(null=True, blank=True)  # the first day of attendance, empty before that
    last_on = models.DateField(null=True, blank=True)

    objects = DisclosureGrantQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "disclosed_once_at_a_time": (
            "This information was shared a moment ago. Open the page again to see who can see the child’s record."
        ),
    }

    class Meta:
        db_table = "pupils_disclosure"
        constraints = [
            ExclusionConstraint(
                name="disclosed_once_at_a_time",
                expressions=[
                    ("pupil", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("needs", RangeOperators.EQUAL),
                    ("source", RangeOperators.EQUAL),
                    (Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()), "&&"),
                ],
                violation_error_message="This organisation can already see the child’s record for the same reason.",
            ),
            models.CheckConstraint(name="disclosure_ends_after_it_starts", condition=Q(ends_at__gte=F("starts_at"))),
            models.CheckConstraint(
                name="disclosure_to_a_provider_has_its_member",
                condition=~Q(stage__in=[DisclosureStage.OFFERED, DisclosureStage.PLACED]) | Q(member__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "needs", "pupil"], name="disclosure_by_organisation")]

    def __str__(self) -> str:
        return f"{self.organisation} sees {self.pupil}: {self.get_stage_display()}"


class RecordAccess(models.Model):
    """A logged view of children's identity, or a refused attempt: who looked, for which organisation, why and when.

    An entry never changes, and is deleted with the child. It contains no text about a child.
    """

    class What(models.TextChoices):
        IDENTITY = "identity", "Who the child is"
        INITIALS = "initials", "A list with initials"
        PACK = "pack", "Full details"
        PROTECTION = "protection", "Child protection information"
        REFUSED = "refused", "Attempt to view, refused"

    pupil = models.ForeignKey(Pupil, on_delete=models.DO_NOTHING, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acting_for = models.CharField(max_length=200)
    what = models.CharField(max_length=12, choices=What)
    purpose = models.CharField(max_length=200)
    among = models.PositiveSmallIntegerField(default=1)  # how many children a list showed
    at = models.DateTimeField()

    class Meta:
        db_table = "pupils_read"
        indexes = [models.Index(fields=["pupil", "-at"], name="read_by_pupil")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.by} read {self.pupil}"


class DisposalCertificate(models.Model):
    """A certificate of deletion: how many records, of which class and by which rule. It does not name a child."""

    RECORD_TYPE = "pupils.Certificate"

    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    retention = models.CharField(max_length=40)  # the key of the retention class (see retention.py)
    rule = models.CharField(max_length=300)
    count = models.PositiveIntegerField()
    references = models.JSONField(default=list)  # random references, which reveal nothing about a child
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "pupils_certificate"
        triggers = [pgtrigger.Protect(name="certificate_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.count} pupil records deleted"
