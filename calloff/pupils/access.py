"""How long, and how much, an organisation outside the buyer can see of a child: derived, never set by a job.

A disclosure carries the facts, which the rooms above write down when they give it or when the facts change: the instant
at which it closes, the first and the last day on which the child is there, and the membership in which the place is.
Standing is read from `members` at the instant of asking. Every door asks `Disclosure.objects.is_in_force`, and that
asks here:

- an offer: from when it is made until its time to confirm, or until it is closed; while the membership is listed
  (active, its agreement in force, in a market that runs);
- a placement: from when the place is confirmed until the grace after the last day; while the membership is active;
- a duty to tell the authority: from when it is told until the grace after the last day.

A provider that is suspended or removed, and with whom the child is already, sees what whoever has the child in their
care needs (`Reader.PLACED_SAFETY`), from the first day to the last and not a day more: under clause 14.4 of the model
agreement each buyer with a child there decides about the placement, and until it has, someone has the child in their
care. Where the child has not come yet it sees nothing. Recording that a placement ended closes access at once, whatever
its last day was. Decided in docs/adr/0043.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from calloff.kernel.clock import local_day, midnight
from calloff.kernel.dated_rows import row_valid_on
from calloff.members.models import is_listed_at
from calloff.members.states import MemberStatus
from calloff.pupils.states import DisclosureStage


class GracePeriod(NamedTuple):
    """The first day of a rule, the number of days after a placement's last day, and its source."""

    valid_from: date
    days: int
    source: str


GRACE_PERIODS = (
    GracePeriod(
        date(2024, 8, 19), 14,
        "Our own choice. It gives the buyer time to record the end or extend the placement, and the provider time to "
        "write the exit report (10 days, model terms 6.3)",
    ),
)  # fmt: skip
# newest last


def grace_period_on(on: date) -> GracePeriod:
    """Return the row for a day, or the first row for an earlier day."""
    return row_valid_on(GRACE_PERIODS, max(on, GRACE_PERIODS[0].valid_from))


def disclosure_closes_at(last_on: date) -> datetime:
    """Return when access to a placement with a last day ends: midnight at the end of its grace period."""
    return midnight(last_on + timedelta(days=grace_period_on(last_on).days + 1))


def is_in_force(at: datetime) -> Q:
    """Return the condition for a usable `Disclosure` at an instant: its dates and the provider's standing."""
    return Q(starts_at__lte=at, ends_at__gt=at) & (_offered(at) | _placed(at) | Q(stage=DisclosureStage.TOLD))


def is_for_safety(stage: str, member_status: str | None) -> bool:
    """Return whether a disclosure in force shows only what people caring for the child now need."""
    return stage == DisclosureStage.PLACED and member_status != MemberStatus.ACTIVE


def _offered(at: datetime) -> Q:
    return Q(stage=DisclosureStage.OFFERED) & is_listed_at(at, "member__")


def _placed(at: datetime) -> Q:
    today = local_day(at)
    there = Q(first_on__lte=today, last_on__gte=today)
    return Q(stage=DisclosureStage.PLACED) & (Q(member__status=MemberStatus.ACTIVE) | there)
