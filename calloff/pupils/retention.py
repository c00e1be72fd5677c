"""How long a child's record is kept: the classes, for how long, from which day, and by whose rule (`domain.md` §6).

The times are those that the field's schedules name. Where nobody recorded whether a child has special educational
needs, the record is kept as if it had: what cannot be undone does not rest on an answer that nobody gave. Where several
classes fit, all of them must be over; a legal hold
and anything that runs (an offer, a placement, a duty to tell) keep the record whatever its time. So does being on roll,
until the child is grown.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from calloff.applications.retention import Retention
from calloff.kernel.clock import local_day
from calloff.kernel.codes import SenProvision
from calloff.people.models import Organisation
from calloff.pupils.models import Certificate, Disclosure, Protection, Pupil
from calloff.pupils.states import Stage, Status

SCHEDULE = "the retention schedules of councils and the toolkit of the Information and Records Management Society"
LOOKED_AFTER = Retention(
    key="looked-after", words="children who were looked after, from birth", months=75 * 12,
    source="Care Planning, Placement and Case Review (England) Regulations 2010, reg 50",
)  # fmt: skip
NEEDS = Retention(
    key="special-needs", words="children with SEN support, an EHC plan or no record of needs, from birth",
    months=31 * 12,
    source=f"Practice: {SCHEDULE} (birth and 31 years).",
)  # fmt: skip
PROTECTED = Retention(
    key="child-protection", words="children with child protection information, from birth", months=25 * 12,
    source=f"Practice: {SCHEDULE} (birth and 25 years).",
)  # fmt: skip
REGISTERS = Retention(
    key="registers", words="placed children, from the end of their last placement", months=6 * 12,
    source="School Attendance (Pupil Registration) (England) Regulations 2024: registers must be kept for six years.",
)  # fmt: skip
NEVER_PLACED = Retention(
    key="never-placed", words="children who were never placed, from leaving or from the age of 19", months=12,
    source="Our own choice: no law names a time. UK GDPR Article 5(1)(e) asks for one.",
)  # fmt: skip
CLASSES = (LOOKED_AFTER, NEEDS, PROTECTED, REGISTERS, NEVER_PLACED)
GROWN = 19 * 12  # months: at this age a child whom nobody marked as having left has left all the same


@dataclass(frozen=True)
class Due:
    """Children of one class whose time is over."""

    retention: Retention
    pupils: QuerySet[Pupil]


def due(at: datetime) -> list[Due]:
    """Find the children whose time is over at an instant, by the class that kept them longest; each in one class."""
    free = Pupil.objects.filter(~_disclosed(Q(ends_at__gt=at)), hold="")
    placed = free.filter(PLACED, ~_placed(Q(ends_at__gte=REGISTERS.due_before(at))))
    placed = placed.filter(Q(status=Status.LEFT) | _born_before(Retention("", "", GROWN, ""), at))
    looked_after, needs = ~Q(looked_after_by=""), ~Q(sen_provision=SenProvision.NONE)
    placed = placed.filter(~looked_after | _born_before(LOOKED_AFTER, at), ~needs | _born_before(NEEDS, at))
    placed = placed.filter(~IS_PROTECTED | _born_before(PROTECTED, at))
    grown = Retention("", "", GROWN + NEVER_PLACED.months, "")
    gone = Q(left_on__lt=local_day(NEVER_PLACED.due_before(at))) | Q(left_on=None) & _born_before(grown, at)
    return [
        Due(LOOKED_AFTER, placed.filter(looked_after)),
        Due(NEEDS, placed.filter(~looked_after, needs)),
        Due(PROTECTED, placed.filter(~looked_after, ~needs, IS_PROTECTED)),
        Due(REGISTERS, placed.filter(~looked_after, ~needs, ~IS_PROTECTED)),
        Due(NEVER_PLACED, free.filter(~PLACED).filter(gone)),
    ]


@dataclass
class Waiting:
    """How many records of one class are due at one buyer, by their random references; or how many entries of those."""

    buyer: Organisation
    retention: Retention
    references: list[str]
    entries: int = 0  # of registers, which go apart from the child

    @property
    def count(self) -> int:
        return self.entries or len(self.references)


def waiting(buyers: QuerySet[Organisation], at: datetime) -> list[Waiting]:
    """Find what is due at some buyers: what the pages of those who answer for it show, without who the children are."""
    found: dict[tuple[int, str], Waiting] = {}
    for one in due(at):
        for pupil in one.pupils.filter(buyer__in=buyers).select_related("buyer__host").order_by("buyer__name", "pk"):
            kept = found.setdefault((pupil.buyer_id, one.retention.key), Waiting(pupil.buyer, one.retention, []))
            kept.references.append(pupil.reference)
    return list(found.values())


def certificates(buyers: QuerySet[Organisation]) -> QuerySet[Certificate]:
    """Find what was disposed of at some buyers."""
    return Certificate.objects.filter(buyer__in=buyers).select_related("buyer", "by")


def class_of(pupil: Pupil) -> Retention:
    """Return the class that keeps a record longest, as the child is known now: the child's page says it."""
    this = Pupil.objects.filter(pk=pupil.pk)
    if not this.filter(PLACED).exists():
        return NEVER_PLACED
    if pupil.is_looked_after:
        return LOOKED_AFTER
    if pupil.sen_provision != SenProvision.NONE:
        return NEEDS
    return PROTECTED if this.filter(IS_PROTECTED).exists() else REGISTERS


def _disclosed(when: Q) -> Exists:
    return Exists(Disclosure.objects.filter(when, pupil=OuterRef("pk")))


def _placed(when: Q) -> Exists:
    return Exists(Disclosure.objects.filter(when, pupil=OuterRef("pk"), stage=Stage.PLACED))


def _born_before(retention: Retention, at: datetime) -> Q:
    return Q(born_on__lt=local_day(retention.due_before(at)))


PLACED = _placed(Q())  # ever: the disclosures themselves tell, for the rooms that place lie above
IS_PROTECTED = Exists(Protection.objects.filter(pupil=OuterRef("pk")))
