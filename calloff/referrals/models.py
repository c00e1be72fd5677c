from datetime import datetime

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calloff.directory.models import Price, Service, WeeklySession, no_overlap_constraints
from calloff.history.triggers import status_guard
from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.key_stages import KeyStage
from calloff.kernel.money import MoneyField
from calloff.markets.models import Lot, Market
from calloff.members.models import Member
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.pupils.models import HazardCategory, Pupil
from calloff.referrals.states import (
    INTEREST,
    OPEN_STATUSES,
    QUESTION,
    REFERRAL,
    InterestStatus,
    ReferralQuestionStatus,
    ReferralStatus,
)


class EducationBasis(models.TextChoices):
    """The legal basis for educating a child elsewhere. legal_bases.py lists what each basis requires."""

    SECTION_19 = "s19", "Section 19: the council arranges education after a permanent exclusion"
    SECTION_19_OTHERWISE = "s19_other", "Section 19: the council arranges education for another reason"
    SECTION_100 = "s100", "Section 100: the school arranges education from the sixth day of a suspension"
    OFF_SITE = "s29a", "Off-site direction to improve behaviour"
    EHC_PLAN = "ehc", "Named in an education, health and care plan"
    MEDICAL = "medical", "Section 19: illness or injury"
    CHILDREN_ACT = "children_act", "Children Act 1989"
    AGREEMENT = "agreement", "Education by agreement with the parents"
    POST_16 = "post_16", "Education or training after year 11 (post-16)"


class TravelArrangement(models.TextChoices):
    FAMILY = "family", "The family brings the pupil"
    PUBLIC = "public", "Public transport"
    SCHOOL = "school", "The school arranges transport"
    COUNCIL = "council", "The council arranges transport"
    PROVIDER = "provider", "The provider will arrange transport"


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, person: User, at: datetime) -> "ReferralQuerySet":
        """Filter to referrals of the person's buyers, and to those of the person's authority that are not drafts.

        The authority's referrals are included only for people who can see placements.
        """
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        return self.filter(Q(buyer__in=ours) | (Q(authority__in=watched) & ~Q(status=ReferralStatus.DRAFT)))


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(),
    fields=["reference", "status", "reply_by", "asked_at", "lot", "buyer"], model_name="ReferralEvent",
)  # fmt: skip
class Referral(models.Model):
    """A buyer's request for a place, sent to the providers in one category. It does not identify the child."""

    LIFECYCLE = REFERRAL

    reference = models.CharField(max_length=20, unique=True)
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=15, choices=EducationBasis, blank=True)
    basis_on = models.DateField(null=True, blank=True)  # the first day of the exclusion, suspension or direction
    # {key: plain value} for the other facts that the basis needs (legal_bases.py)
    basis_facts = models.JSONField(default=dict)
    due_on = models.DateField(null=True, blank=True)  # the sixth school day, counted from `basis_on`
    # This field and those below it describe the place that the buyer requests.
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)  # a week
    outcomes = models.JSONField(default=list)  # a list of short phrases
    travel = models.CharField(max_length=10, choices=TravelArrangement, blank=True)
    # the maximum straight-line distance that the child can travel
    miles = models.PositiveSmallIntegerField(null=True, blank=True)
    weekly_budget = MoneyField(null=True, blank=True)  # pounds before VAT. Providers cannot see the budget
    # This field and those below it are everything about the child that providers can see before an offer.
    key_stage = models.CharField(max_length=4, choices=KeyStage, blank=True)
    needs = ArrayField(models.CharField(max_length=4, choices=NeedType), default=list)
    sen_provision = models.CharField(max_length=1, choices=SenProvision, blank=True)
    hazards = ArrayField(models.CharField(max_length=12, choices=HazardCategory), default=list)
    area = models.CharField(max_length=100, blank=True)  # only the name of a district or town, never a postcode
    picture = models.TextField(blank=True)  # the pen picture: a description of the child without names
    # whether the buyer has confirmed that fewer than ten children in the authority match the description
    few = models.BooleanField(default=False)
    # the public keys of the members to ask, or empty to ask the whole category
    shortlist = ArrayField(models.PositiveBigIntegerField(), default=list)
    # why the buyer does not ask the whole category, if the market's rules let it choose
    shortlist_reason = models.TextField(blank=True)
    reply_by = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=ReferralStatus)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="referral_asks_by_an_instant",
                condition=Q(status__in=[ReferralStatus.DRAFT, ReferralStatus.WITHDRAWN])
                | Q(reply_by__isnull=False, asked_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["pupil", "lot"],
                condition=Q(status__in=[ReferralStatus.DRAFT, *OPEN_STATUSES]),
                name="referral_one_at_a_time",
                violation_error_message="There is already an open referral for this pupil in this category. Open that "
                "referral.",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "status", "due_on"], name="referral_by_buyer"),
            models.Index(fields=["authority", "status"], name="referral_by_authority"),
            models.Index(fields=["pupil"], name="referral_by_pupil"),
        ]
        triggers = [
            status_guard(),
            pgtrigger.Trigger(
                name="referral_is_frozen_once_asked",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=~pgtrigger.Q(old__status="draft"),
                func="""
                    IF (OLD.picture, OLD.needs, OLD.hazards, OLD.key_stage, OLD.hours, OLD.lot_id, OLD.pupil_id,
                        OLD.buyer_id, OLD.outcomes, OLD.area)
                    IS DISTINCT FROM (NEW.picture, NEW.needs, NEW.hazards, NEW.key_stage, NEW.hours, NEW.lot_id,
                        NEW.pupil_id, NEW.buyer_id, NEW.outcomes, NEW.area)
                    THEN RAISE EXCEPTION 'pgtrigger: What providers were asked does not change'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def offered_to(self) -> Organisation | None:
        """Return the provider that has the conditional offer or the confirmed place, or None."""
        offered = [InterestStatus.OFFERED, InterestStatus.CONFIRMED]
        found = (
            ExpressionOfInterest.objects.filter(referral=self.pk, status__in=offered).select_related("provider").first()
        )
        return found.provider if found else None

    def takes_replies_at(self, at: datetime) -> bool:
        return self.status in OPEN_STATUSES and self.reply_by is not None and at < self.reply_by


class DeclineReason(models.TextChoices):
    FULL = "full", "No places available"
    NEEDS = "needs", "We cannot meet these needs"
    RISK = "risk", "We cannot manage these risks"
    AGE = "age", "Outside our age range"
    DISTANCE = "distance", "Too far"
    DATES = "dates", "Not on these dates or hours"
    GROUP = "group", "It would not suit our current group"
    STAFF = "staff", "Not enough staff"
    PRICE = "price", "Our price would not cover what is needed"
    OTHER = "other", "Another reason"


class ExpressionOfInterestQuerySet(models.QuerySet["ExpressionOfInterest"]):
    def visible_to(self, person: User, at: datetime) -> "ExpressionOfInterestQuerySet":
        """Filter to invitations of the person's providers, buyers and authorities.

        At an authority, the person must be able to see placements. A provider's safeguarding lead can see an invitation
        only if the provider has an offer.
        """
        mine = person.organisations_where(roles_with(Can.ANSWER_REFERRALS), at)
        guarded = person.organisations_where(roles_with(Can.SAFEGUARD), at)
        offered = [InterestStatus.OFFERED, InterestStatus.CONFIRMED]
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        theirs = Q(provider__in=mine) | Q(provider__in=guarded, status__in=offered)
        return self.filter(theirs | Q(buyer__in=ours) | Q(authority__in=watched))


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(),
    exclude=["message", "note", "fit_reason"], meta={"db_table": "referrals_interestevent"},
)  # fmt: skip
class ExpressionOfInterest(models.Model):
    """A provider's invitation to reply to a referral, and the reply.

    The reference is random, so that it does not reveal how many providers were asked.
    """

    LIFECYCLE = INTEREST
    RECORD_TYPE = "referrals.Interest"

    reference = models.CharField(max_length=20, unique=True)  # for example IAP-E-7K3QX
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="interests")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # why the buyer asked a provider that might not suit the child
    fit_reason = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The fields from here to `message` are filled in if the provider is interested.
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # the service and unit, from the provider's price list
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # pounds per unit before VAT, from the price list at the time of the reply
    amount = MoneyField(null=True, blank=True)
    start_on = models.DateField(null=True, blank=True)
    # The days and times are rows (`sessions`). Older replies have no such rows, and use the two fields below instead.
    # `hours` is the number of hours a week, as the provider typed it.
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    timetable = models.CharField(max_length=300, blank=True)  # the timetable in the provider's own words
    message = models.TextField(blank=True)  # how the provider would meet the child's needs
    # why the provider declined or was not chosen
    reason = models.CharField(max_length=10, choices=DeclineReason, blank=True)
    # details of the reason, or why the provider was not chosen, in the buyer's words
    note = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=InterestStatus)

    objects = ExpressionOfInterestQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "reference": "We could not give one of the invitations a reference. Ask the providers again.",
    }

    class Meta:
        db_table = "referrals_interest"
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "provider"],
                name="provider_asked_once",
                violation_error_message="You have already asked this provider.",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(status__in=[InterestStatus.OFFERED, InterestStatus.CONFIRMED]),
                name="referral_offered_to_one",
                violation_error_message="Another provider already has an offer. Withdraw that offer first.",
            ),
            models.CheckConstraint(
                name="interest_says_what_it_offers",
                condition=~Q(status__in=["interested", "offered", "confirmed"]) | Q(start_on__isnull=False),
            ),
            models.CheckConstraint(
                name="interest_declined_with_a_reason", condition=~Q(status="declined") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "status"], name="interest_by_provider"),
            models.Index(fields=["buyer", "status"], name="interest_by_buyer"),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.reference

    @property
    def offered_to(self) -> Organisation | None:
        return self.referral.offered_to


class OfferedSession(WeeklySession):
    """One weekly session that a provider offers. It cannot change once the buyer has made an offer."""

    interest = models.ForeignKey(ExpressionOfInterest, on_delete=models.CASCADE, related_name="sessions")

    class Meta(WeeklySession.Meta):
        constraints = [*WeeklySession.Meta.constraints, *no_overlap_constraints("interest", "reply")]
        indexes = [models.Index(fields=["interest"], name="offered_session_by_interest")]
        triggers = [
            pgtrigger.Trigger(
                name="sessions_stay_once_offered",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM referrals_interest
                               WHERE (TG_OP <> 'INSERT' AND id = OLD.interest_id
                                      OR TG_OP <> 'DELETE' AND id = NEW.interest_id)
                               AND status IN ('offered', 'confirmed'))
                    THEN RAISE EXCEPTION 'pgtrigger: What was offered does not change'; END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]


class ReferralQuestionQuerySet(models.QuerySet["ReferralQuestion"]):
    def visible_to(self, person: User, at: datetime) -> "ReferralQuestionQuerySet":
        """Filter to questions about referrals that the person's organisation made or was asked about."""
        seen = ExpressionOfInterest.objects.visible_to(person, at).values("referral")
        return self.filter(Q(referral__in=seen) | Q(referral__in=Referral.objects.visible_to(person, at)))


class ReferralQuestion(models.Model):
    """A provider's question about a referral. Every provider that was asked can read the answer."""

    LIFECYCLE = QUESTION
    RECORD_TYPE = "referrals.Question"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    # the question as the buyer rewrote it, if the original could identify the child
    restated = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=ReferralQuestionStatus)

    objects = ReferralQuestionQuerySet.as_manager()

    class Meta:
        db_table = "referrals_question"
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"question about {self.referral}"
