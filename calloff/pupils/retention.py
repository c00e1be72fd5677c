"""Retention classes for children's records: how long we keep them, from which day, and the source.

The periods come from the published retention schedules of schools and councils. If no one recorded whether a child has
special educational needs, the record is kept as if the child had them, because deletion cannot be undone. If several
classes apply, the record is deleted only after the periods of all of them. A record is also kept while there is a legal
hold, an open offer, a placement or a duty to tell, and while the child is on roll and not yet an adult.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from calloff.applications.retention import RetentionRule
from calloff.kernel.clock import local_day
from calloff.kernel.codes import SenProvision
from calloff.people.models import Organisation
from calloff.pupils.models import DisclosureGrant, DisposalCertificate, ProtectionInformation, Pupil
from calloff.pupils.states import DisclosureStage, PupilStatus

RETENTION_SCHEDULE_SOURCE = (
    "the retention schedules of councils and the toolkit of the Information and Records Management Society"
)
LOOKED_AFTER_RETENTION = RetentionRule(
    key="looked-after", words="children who were looked after, from birth", months=75 * 12,
    source="Care Planning, Placement and Case Review (England) Regulations 2010, reg 50",
)  # fmt: skip
SPECIAL_NEEDS_RETENTION = RetentionRule(
    key="special-needs", words="children with SEN support, an EHC plan or no record of needs, from birth",
    months=31 * 12,
    source=f"Practice: {RETENTION_SCHEDULE_SOURCE} (31 years after birth).",
)  # fmt: skip
CHILD_PROTECTION_RETENTION = RetentionRule(
    key="child-protection", words="children with child protection information, from birth", months=25 * 12,
    source=f"Practice: {RETENTION_SCHEDULE_SOURCE} (25 years after birth).",
)  # fmt: skip
REGISTER_RETENTION = RetentionRule(
    key="registers", words="placed children, from the end of their last placement", months=6 * 12,
    source="School Attendance (Pupil Registration) (England) Regulations 2024: registers must be kept for 6 years.",
)  # fmt: skip
NEVER_PLACED_RETENTION = RetentionRule(
    key="never-placed", words="children who were never placed, from the day they left or from the age of 19", months=12,
    source="Our own choice, because no law sets a period. UK GDPR Article 5(1)(e) requires one.",
)  # fmt: skip
RETENTION_CLASSES = (
    LOOKED_AFTER_RETENTION,
    SPECIAL_NEEDS_RETENTION,
    CHILD_PROTECTION_RETENTION,
    REGISTER_RETENTION,
    NEVER_PLACED_RETENTION,
)
MONTHS_TO_NINETEEN = 19 * 12  # months. At this age, a child counts as having left even if no one recorded it


@dataclass(frozen=True)
class DuePupils:
    """The children in one retention class whose records are due for deletion."""

    retention: RetentionRule
    pupils: QuerySet[Pupil]


def find_due_pupils(at: datetime) -> list[DuePupils]:
    """Find the children whose records are due for deletion, each in the class with the longest period."""
    free = Pupil.objects.filter(~_disclosed(Q(ends_at__gt=at)), hold="")
    placed = free.filter(IS_PLACED, ~_placed(Q(ends_at__gte=REGISTER_RETENTION.due_before(at))))
    placed = placed.filter(Q(status=PupilStatus.LEFT) | _born_before(RetentionRule("", "", MONTHS_TO_NINETEEN, ""), at))
    looked_after, needs = ~Q(looked_after_by=""), ~Q(sen_provision=SenProvision.NONE)
    placed = placed.filter(
        ~looked_after | _born_before(LOOKED_AFTER_RETENTION, at), ~needs | _born_before(SPECIAL_NEEDS_RETENTION, at)
    )
    placed = placed.filter(~IS_PROTECTED | _born_before(CHILD_PROTECTION_RETENTION, at))
    grown = RetentionRule("", "", MONTHS_TO_NINETEEN + NEVER_PLACED_RETENTION.months, "")
    gone = Q(left_on__lt=local_day(NEVER_PLACED_RETENTION.due_before(at))) | Q(left_on=None) & _born_before(grown, at)
    return [
        DuePupils(LOOKED_AFTER_RETENTION, placed.filter(looked_after)),
        DuePupils(SPECIAL_NEEDS_RETENTION, placed.filter(~looked_after, needs)),
        DuePupils(CHILD_PROTECTION_RETENTION, placed.filter(~looked_after, ~needs, IS_PROTECTED)),
        DuePupils(REGISTER_RETENTION, placed.filter(~looked_after, ~needs, ~IS_PROTECTED)),
        DuePupils(NEVER_PLACED_RETENTION, free.filter(~IS_PLACED).filter(gone)),
    ]


@dataclass
class DueRecords:
    """How many of one buyer's records of one kind are due for deletion.

    The records are either those of the children in one class, with their random references, or register entries.
    """

    buyer: Organisation
    retention: RetentionRule
    references: list[str]
    entries: int = 0  # register entries, which are deleted separately

    @property
    def count(self) -> int:
        return self.entries or len(self.references)


def count_due_records(buyers: QuerySet[Organisation], at: datetime) -> list[DueRecords]:
    """Count the due records of several buyers, for the people responsible, without identifying children."""
    found: dict[tuple[int, str], DueRecords] = {}
    for one in find_due_pupils(at):
        for pupil in one.pupils.filter(buyer__in=buyers).select_related("buyer__host").order_by("buyer__name", "pk"):
            kept = found.setdefault((pupil.buyer_id, one.retention.key), DueRecords(pupil.buyer, one.retention, []))
            kept.references.append(pupil.reference)
    return list(found.values())


def certificates_of(buyers: QuerySet[Organisation]) -> QuerySet[DisposalCertificate]:
    """Find the certificates of deletion of several buyers."""
    return DisposalCertificate.objects.filter(buyer__in=buyers).select_related("buyer", "by")


def retention_class_of(pupil: Pupil) -> RetentionRule:
    """Return the class with the longest period that applies to a child's record today, for the child's page."""
    this = Pupil.objects.filter(pk=pupil.pk)
    if not this.filter(IS_PLACED).exists():
        return NEVER_PLACED_RETENTION
    if pupil.is_looked_after:
        return LOOKED_AFTER_RETENTION
    if pupil.sen_provision != SenProvision.NONE:
        return SPECIAL_NEEDS_RETENTION
    return CHILD_PROTECTION_RETENTION if this.filter(IS_PROTECTED).exists() else REGISTER_RETENTION


def _disclosed(when: Q) -> Exists:
    return Exists(DisclosureGrant.objects.filter(when, pupil=OuterRef("pk")))


def _placed(when: Q) -> Exists:
    return Exists(DisclosureGrant.objects.filter(when, pupil=OuterRef("pk"), stage=DisclosureStage.PLACED))


def _born_before(retention: RetentionRule, at: datetime) -> Q:
    return Q(born_on__lt=local_day(retention.due_before(at)))


# Disclosures show whether the child ever had a placement. Placements themselves are in a higher app.
IS_PLACED = _placed(Q())
IS_PROTECTED = Exists(ProtectionInformation.objects.filter(pupil=OuterRef("pk")))
