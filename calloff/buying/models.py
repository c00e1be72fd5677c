from datetime import datetime
from decimal import Decimal

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.buying.states import BUDGET, OFFER, ORDER, BudgetStatus, OfferStatus, OrderStatus
from calloff.directory.models import PriceUnit, VatTreatment
from calloff.history.triggers import status_guard
from calloff.kernel.formatting import format_units
from calloff.kernel.money import MoneyField, format_pounds
from calloff.markets.models import Lot, Market
from calloff.members.models import Member
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.referrals.models import ExpressionOfInterest, Referral


class _Bought(models.QuerySet):  # type: ignore[type-arg]
    def visible_to(self, person: User, at: datetime) -> "_Bought":
        """Filter to offers and orders of the person's buyers and providers, and of authorities they oversee.

        Only people who can see placements at an authority see all those in its markets.
        """
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        theirs = person.organisations_where(roles_with(Can.ANSWER_REFERRALS), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        return self.filter(Q(buyer__in=ours) | Q(provider__in=theirs) | Q(authority__in=watched))


class Offer(models.Model):
    """A buyer's conditional offer to one provider, with the reason for choosing that provider."""

    LIFECYCLE = OFFER

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    interest = models.ForeignKey(ExpressionOfInterest, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()  # why the buyer chose the provider, stored for audit
    # why the offer was made before replies closed. The other providers can read this
    urgent_reason = models.TextField(blank=True)
    misfits = models.JSONField(default=list)  # the limits of the service that exclude the child, as sentences
    # why the buyer offers the place despite these limits
    fit_reason = models.TextField(blank=True)
    thanks = models.TextField(blank=True)  # why the other providers were not chosen. They can read this text
    confirm_by = models.DateTimeField()
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    met_on = models.DateField(null=True, blank=True)  # when the provider met the child
    status = models.CharField(max_length=20, choices=OfferStatus)

    objects = _Bought.as_manager()

    CONSTRAINT_ERRORS = {
        "offer_has_a_reason": "Enter why you are choosing this provider",
        "offer_past_a_limit_has_a_reason": "Enter why this service suits the pupil",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(status=OfferStatus.MADE),
                name="offer_one_at_a_time",
                violation_error_message="Another provider already has an offer. Withdraw that offer first.",
            ),
            models.CheckConstraint(name="offer_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="offer_past_a_limit_has_a_reason", condition=Q(misfits=[]) | ~Q(fit_reason="")),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"offer on {self.referral}"


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, person: User, at: datetime) -> "BudgetQuerySet":
        """Filter to budgets of buyers whose purchases the person can see. The authority cannot see budgets."""
        return self.filter(buyer__in=person.organisations_where(roles_with(Can.SEE_PLACING), at))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Budget(models.Model):
    """A buyer's budget for a period. Commitments cannot be more than the budget without an `OverspendApproval`."""

    LIFECYCLE = BUDGET

    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    amount = MoneyField()  # pounds before VAT
    # the total of the additional amounts that were allowed (`OverspendApproval`)
    allowed = MoneyField(default=Decimal(0))
    committed = MoneyField(default=Decimal(0))  # the total of the budget's commitments, minus the amounts released
    status = models.CharField(max_length=20, choices=BudgetStatus)

    objects = BudgetQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "budget_ends_after_it_starts": (
            "The last day of the budget must be the same as or after its first day. Check both dates."
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "name"],
                name="budget_name_once",
                violation_error_message="You already have a budget with this name.",
            ),
            models.CheckConstraint(name="budget_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="budget_is_not_exceeded",
                condition=Q(committed__gte=Decimal(0), committed__lte=F("amount") + F("allowed")),
                violation_error_message="This is more than is left in the budget. A colleague with the finance role "
                "must increase the budget first and give a reason.",
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> Decimal:
        left: Decimal = self.amount + self.allowed - self.committed
        return left


class OverspendApproval(models.Model):
    """A decision to allow spending above a budget, with the amount and the reason."""

    RECORD_TYPE = "buying.Allowance"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="allowances")
    amount = MoneyField()
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "allowance_is_positive": "The amount must be more than £0",
        "allowance_has_a_reason": "Enter a reason for the increase",
    }

    class Meta:
        db_table = "buying_allowance"
        constraints = [
            models.CheckConstraint(name="allowance_is_positive", condition=Q(amount__gt=Decimal(0))),
            models.CheckConstraint(name="allowance_has_a_reason", condition=~Q(reason="")),
        ]
        triggers = [pgtrigger.Protect(name="allowance_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.amount} above {self.budget}"


class Commitment(models.Model):
    """An amount committed from a budget for one order or placement.

    Part of it is released if the order or placement ends early.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="commitments")
    source = models.CharField(max_length=20, unique=True)  # the reference of the order or placement
    amount = MoneyField()
    released = MoneyField(default=Decimal(0))
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "source": "A colleague committed this money a moment ago. Open the record again to see it.",
        "commitment_is_positive": "The cost must be more than £0. Check the price and the hours.",
        "commitment_released_at_most": "The amount released must not be more than the amount committed",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="commitment_is_positive", condition=Q(amount__gt=Decimal(0))),
            models.CheckConstraint(
                name="commitment_released_at_most",
                condition=Q(released__gte=Decimal(0), released__lte=F("amount")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.source}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["what", "note"])
class Order(models.Model):
    """An order for staff hours at a price from a signed agreement. It is not about a particular child."""

    LIFECYCLE = ORDER

    reference = models.CharField(max_length=20, unique=True)  # DAP-O-0007
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    line = models.CharField(max_length=60)  # the key of a row in the agreement's annex of prices
    label = models.CharField(max_length=300)  # the text of that row when the order was placed
    unit = models.CharField(max_length=10)
    amount = MoneyField()  # pounds per unit before VAT, from the annex
    vat = models.CharField(max_length=10)
    quantity = models.DecimalField(max_digits=7, decimal_places=2)  # the VAT treatment of the price
    total = MoneyField()
    what = models.TextField()  # what the staff must do
    reason = models.TextField()  # why the buyer chose this provider. The rules for direct call-off require a reason
    starts_on = models.DateField()
    ends_on = models.DateField()
    purchase_order = models.CharField(max_length=40)
    note = models.TextField(blank=True)  # why the provider declined the order, or why the buyer withdrew it
    delivered = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=OrderStatus)

    objects = _Bought.as_manager()

    CONSTRAINT_ERRORS = {
        "order_has_a_reason": "Enter a reason for the order",
        "order_asks_for_something": "The number of hours must be more than 0",
        "order_ends_after_it_starts": (
            "The last day of the order must be the same as or after its first day. Check both dates."
        ),
        "order_delivers_what_was_ordered": "The amount delivered must be between 0 and the amount ordered",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="order_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="order_asks_for_something", condition=Q(quantity__gt=Decimal(0))),
            models.CheckConstraint(name="order_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="order_delivered_says_how_much",
                condition=Q(status=OrderStatus.DELIVERED, delivered__isnull=False) | Q(delivered=None),
            ),
            models.CheckConstraint(
                name="order_delivers_what_was_ordered",
                condition=Q(delivered=None) | Q(delivered__gte=Decimal(0), delivered__lte=F("quantity")),
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "status"], name="order_by_buyer"),
            models.Index(fields=["provider", "status"], name="order_by_provider"),
        ]
        triggers = [
            status_guard(),
            pgtrigger.Protect(
                name="order_is_never_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "reference",
                    "buyer",
                    "provider",
                    "member",
                    "line",
                    "label",
                    "unit",
                    "amount",
                    "vat",
                    "quantity",
                    "total",
                    "what",
                    "reason",
                    "starts_on",
                    "ends_on",
                    "purchase_order",
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def unit_words(self) -> str:
        """Return the unit of the price, for example “an hour”."""
        return str(PriceUnit(self.unit).label)

    @property
    def vat_words(self) -> str:
        return str(VatTreatment(self.vat).label)

    @property
    def price_words(self) -> str:
        """Return the price with its VAT treatment, for example “£45 an hour, exempt from VAT”."""
        return f"{format_pounds(self.amount)} {self.unit_words}, {self.vat_words}"

    @property
    def quantity_words(self) -> str:
        """Return the quantity with its unit, for example “7.5 hours”."""
        return format_units(self.quantity, self.unit)
