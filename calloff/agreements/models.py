import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.agreements.states import AGREEMENT, UNSIGNED_STATUSES, AgreementStatus, has_expired
from calloff.documents.models import StoredFile
from calloff.history.triggers import changed_only_by, set_once, status_guard
from calloff.people.models import Organisation, User
from calloff.people.permissions import BUYER_ROLES, PROVIDER_ROLES, Can, roles_with

EXPIRES_SOON = timedelta(days=60)  # a number of days that we chose, because no law says how early to warn


class AgreementText(models.Model):
    """A version of an agreement's text. It never changes, because people have signed it."""

    key = models.SlugField(max_length=80)
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=200)  # the author of the text: “Calloff model terms”, or the council
    body = models.TextField()  # Markdown

    CONSTRAINT_ERRORS = {
        "text_version_once": (
            "There is already a version of this agreement text with this number. Give the new version another number."
        ),
    }

    class Meta:
        db_table = "agreements_text"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="text_version_once")]
        triggers = [pgtrigger.Protect(name="text_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, person: User, at: datetime) -> "AgreementQuerySet":
        """Filter to agreements of the person's organisations, and of authorities whose agreements the person oversees.

        An authority is not a party to a placement agreement, so only people there who can see placements can read one.
        """
        mine = person.organisations_where(PROVIDER_ROLES, at)
        bought = person.organisations_where(BUYER_ROLES, at)
        ours = Q(authority__in=person.organisations_where(roles_with(Can.OVERSEE), at))
        placing = Q(authority__in=person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at))
        placement = Q(kind=Agreement.Kind.PLACEMENT)
        return self.filter(Q(provider__in=mine) | Q(buyer__in=bought) | (ours & ~placement) | (placing & placement))

    def in_force(self, on: date) -> "AgreementQuerySet":
        """Filter to agreements in force on a day: countersigned or signed on paper, started, and not past their last
        day.
        """
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=on),
            Q(starts_on=None) | Q(starts_on__lte=on),
            status=AgreementStatus.IN_FORCE,
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Agreement(models.Model):
    """An agreement between two sides, with one version of the text, the lots and the annexes.

    A provider agreement is signed by the provider, and a Partnership Agreement by the buyer. The authority then
    countersigns. A placement agreement is signed by the provider, then by the buyer. Its authority is the owner of the
    placement's market.
    """

    class Kind(models.TextChoices):
        PROVIDER = "provider", "Provider agreement"
        PARTNERSHIP = "partnership", "Partnership Agreement"
        PLACEMENT = "placement", "Individual placement agreement"

    LIFECYCLE = AGREEMENT
    # The record in a higher app that the agreement belongs to. It is set only while the agreement is being offered.
    scope: Any = None

    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PROVIDER)
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    text = models.ForeignKey(AgreementText, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # [{"number", "title", "word": category or lot}], with the names of the lots when the agreement was offered
    lots = models.JSONField(default=list)
    prices = models.JSONField(default=list)  # the annex of prices: [{"key", "lot", "label", "unit", "amount", "vat"}]
    # the facts agreed in this agreement: [{"heading", "rows": [[label, value]]}]
    particulars = models.JSONField(default=list)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # the last day, on which the agreement still binds both sides
    on_paper = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)  # where the paper agreement is stored
    offered_at = models.DateTimeField()
    paper = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # sealed PDF
    ended_because = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=AgreementStatus)

    objects = AgreementQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "agreement_ends_after_it_starts": (
            "The end date of the agreement must be the same as or after its start date. Check both dates."
        ),
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="agreement_pins_a_text_unless_on_paper",
                condition=Q(on_paper=True, text=None) | Q(on_paper=False, text__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_has_its_two_sides",
                condition=Q(kind="provider", provider__isnull=False, buyer=None)
                | Q(kind="partnership", provider=None, buyer__isnull=False)
                | Q(kind="placement", provider__isnull=False, buyer__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "status"], name="agreement_by_authority"),
            models.Index(fields=["provider", "status"], name="agreement_by_provider"),
            models.Index(fields=["buyer", "status"], name="agreement_by_buyer"),
        ]
        triggers = [
            status_guard(),
            changed_only_by("prolong", "end", "dissolve", field="ends_on"),
            set_once("paper"),  # the sealed copy
            pgtrigger.Protect(
                name="agreement_is_never_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "reference",
                    "title",
                    "kind",
                    "authority",
                    "provider",
                    "buyer",
                    "text",
                    "lots",
                    "prices",
                    "particulars",
                    "starts_on",
                    "on_paper",
                    "source",
                    "offered_at",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.title}"

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        """Return whether a person's role in one market gives them a permission for this agreement.

        The market is known only while the agreement is being offered.
        """
        return self.scope is not None and bool(self.scope.also_permits(permission, person, at))

    @property
    def first(self) -> Organisation:
        """Return the side that signs first."""
        side = self.buyer if self.kind == Agreement.Kind.PARTNERSHIP else self.provider
        assert side is not None  # noqa: S101 (a database constraint ensures that an agreement has two sides)
        return side

    @property
    def second(self) -> Organisation:
        """Return the side that countersigns."""
        return self.buyer if self.kind == Agreement.Kind.PLACEMENT and self.buyer else self.authority

    @property
    def is_unsigned(self) -> bool:
        return self.status in UNSIGNED_STATUSES

    def has_expired(self, on: date) -> bool:
        return has_expired(self.status, self.ends_on, on)

    def expires_soon(self, on: date) -> bool:
        soon = self.ends_on is not None and on <= self.ends_on < on + EXPIRES_SOON
        return self.status == AgreementStatus.IN_FORCE and soon


class Signature(models.Model):
    """One side's signature: the person, their role, their authority to sign, and the signed text."""

    class Side(models.TextChoices):
        PROVIDER = "provider", "For the provider"
        BUYER = "buyer", "For the buyer"
        AUTHORITY = "authority", "For the authority"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=100)
    authority = models.CharField(max_length=300)  # the person's authority to sign, in their own words
    text_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "side"],
                name="agreement_signed_once_by_each_side",
                violation_error_message="This organisation has already signed the agreement.",
            )
        ]
        triggers = [pgtrigger.Protect(name="signature_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"


class SigningCode(models.Model):
    """An emailed code that proves who is signing an agreement.

    The code is valid for 15 minutes, and only its digest is stored.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    CONSTRAINT_ERRORS = {
        "signing_code_one_at_a_time": "We sent you a code a moment ago. Use the code in the newest email.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "person"], condition=Q(used_at=None), name="signing_code_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"code for {self.agreement_id}"
