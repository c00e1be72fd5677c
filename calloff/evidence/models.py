from datetime import date, datetime
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from calloff.documents.models import ScanResult, StoredFile
from calloff.evidence.states import EVIDENCE, EvidenceStatus
from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, person: User, at: datetime) -> "EvidenceQuerySet":
        """Filter to evidence that the person's providers have, or on which the person's authority relies.

        Only officers see the evidence on which an authority relies.
        """
        own = person.organisations_where(PROVIDER_ROLES, at)
        overseen = person.organisations_where(roles_with(Can.OVERSEE), at)
        relied_on = EvidenceReliance.objects.in_force(at).filter(evidence=OuterRef("pk"), authority__in=overseen)
        return self.filter(Q(provider__in=own) | Exists(relied_on))

    def held(self) -> "EvidenceQuerySet":
        return self.filter(status=EvidenceStatus.HELD)

    def valid_on(self, day: date) -> "EvidenceQuerySet":
        """Filter to evidence that is valid on a day: it has started, has not ended or been withdrawn, and contains
        no virus.

        Evidence that was renewed early stays valid until the new document starts.
        """
        begins_later = Evidence.objects.held().filter(supersedes=OuterRef("pk"), issued_on__gt=day)
        stands = Q(status=EvidenceStatus.HELD) | Q(Exists(begins_later), status=EvidenceStatus.SUPERSEDED)
        dated = Q(issued_on__lte=day) & (Q(expires_on=None) | Q(expires_on__gte=day))
        return self.filter(stands, dated).exclude(file__scan=ScanResult.INFECTED)


class Evidence(models.Model):
    """A document that a provider uploads once, and on which many authorities can rely.

    Its content never changes, and the database refuses any change to it. A renewal creates a new row instead.
    """

    LIFECYCLE = EVIDENCE

    # The reference is random, for example EV-7K3QX, so that it does not reveal how many documents there are.
    reference = models.CharField(max_length=12, unique=True)
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # the value of kinds.EvidenceKind.key, stored as text because packs can define kinds
    kind = models.CharField(max_length=50)
    kind_label = models.CharField(max_length=100)  # the name of the kind when the document was added
    title = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField()  # the first day on which the document is valid
    expires_on = models.DateField(null=True, blank=True)  # the last day on which the document is valid
    # the answers to the questions about this kind, as {key: text}. Amounts of money have the form “5000000.00”
    details = models.JSONField(default=dict, blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=EvidenceStatus)

    objects = EvidenceQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "evidence_ends_after_it_begins": (
            "The expiry date must be the same as or after the issue date. Check both dates."
        ),
        "reference": "We could not give the document a reference. Upload it again.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supersedes"],
                name="evidence_renewed_once",
                violation_error_message="This document has already been renewed. Renew the newer document.",
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")), name="evidence_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "kind", "status"], name="evidence_of_provider"),
            models.Index(fields=["expires_on"], condition=Q(status=EvidenceStatus.HELD), name="evidence_by_expiry"),
        ]
        triggers = [
            status_guard(),
            pgtrigger.ReadOnly(
                name="what_was_uploaded_stays",
                fields=[
                    "reference", "provider", "kind", "kind_label", "title", "file", "issued_on", "expires_on",
                    "details", "supersedes", "added_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind_label} {self.reference}"

    @property
    def cover(self) -> Decimal | None:
        """Return the cover of a policy for each claim, in pounds, or None if this kind of document has no cover."""
        stated = self.details.get("cover")
        return Decimal(stated) if stated else None


class EvidenceRelianceQuerySet(models.QuerySet["EvidenceReliance"]):
    def in_force(self, at: datetime) -> "EvidenceRelianceQuerySet":
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


class EvidenceReliance(models.Model):
    """The right of an authority to see one document for a purpose, from one time until another.

    Apps above this app create and end it with `commands.rely` and `commands.release`.
    """

    class Stage(models.TextChoices):
        APPLICATION = "application", "Application"
        MEMBERSHIP = "membership", "Membership"

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="reliances")
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # the reference of the record that needs the document, for example IAP-A-0042
    purpose = models.CharField(max_length=30)
    stage = models.CharField(max_length=20, choices=Stage)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceRelianceQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "reliance_in_force_once": "This document was added here a moment ago. Open the page again to see it.",
    }

    class Meta:
        db_table = "evidence_reliance"
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "authority", "purpose", "stage"],
                condition=Q(ends_at=None),
                name="reliance_in_force_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="reliance_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["authority", "purpose"], name="reliance_by_purpose")]

    def __str__(self) -> str:
        return f"{self.authority} relies on {self.evidence} for {self.purpose}"
