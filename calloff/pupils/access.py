"""Decide, on each request, how long an organisation outside the buyer can see a child, and how much of the record.

A disclosure stores facts, which commands of other apps record when they give access or when the facts change. The facts
are when access closes, the first and last day when the child is there, and the membership of the placement. The status
of the membership is read from `members` each time. Every function that returns a child's data calls
`Disclosure.objects.is_in_force`, which uses this module:

- For an offer, access lasts from the offer until its deadline, or until the offer is closed. The membership must be
  listed (active, with its agreement in force, in a market that is running).
- For a placement, access lasts from confirmation until the grace period after the last day has ended. The membership
  must be active.
- For a duty to tell the authority, access lasts from the message until the grace period after the last day has ended.

If a suspended or removed provider already has the child, it can see what the people who care for the child need
(`Reader.PLACED_SAFETY`), from the first day to the last. Under clause 14.4 of the model agreement, each buyer that has
a child there decides what happens to the placement. Until the buyer decides, the provider's staff are still caring for
the child.

If the child has not attended yet, a suspended or removed provider can see nothing. Recording that a placement has ended
closes access immediately, whatever its last day was. The reasons are in docs/adr/0043.
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
    """A rule: the day from which it applies, the number of days after a placement's last day, and its source."""

    valid_from: date
    days: int
    source: str


GRACE_PERIODS = (
    GracePeriod(
        date(2024, 8, 19), 14,
        "Our own choice. It gives the buyer time to record the end or extend the placement, and the provider time to "
        "write the exit report (10 days, clause 6.3 of the model terms)",
    ),
)  # fmt: skip
# The newest rule is last.


def grace_period_on(on: date) -> GracePeriod:
    """Return the rule that applies on a day. For a day before the first rule, return the first rule."""
    return row_valid_on(GRACE_PERIODS, max(on, GRACE_PERIODS[0].valid_from))


def disclosure_closes_at(last_on: date) -> datetime:
    """Return when access to a placement ends, given its last day. This is midnight at the end of the grace period."""
    return midnight(last_on + timedelta(days=grace_period_on(last_on).days + 1))


def is_in_force(at: datetime) -> Q:
    """Return the condition for a `Disclosure` that can be used at a given time.

    The condition depends on the disclosure's dates and the status of the provider's membership.
    """
    return Q(starts_at__lte=at, ends_at__gt=at) & (_offered(at) | _placed(at) | Q(stage=DisclosureStage.TOLD))


def is_for_safety(stage: str, member_status: str | None) -> bool:
    """Return whether a disclosure in force shows only what the people who care for the child need now."""
    return stage == DisclosureStage.PLACED and member_status != MemberStatus.ACTIVE


def _offered(at: datetime) -> Q:
    return Q(stage=DisclosureStage.OFFERED) & is_listed_at(at, "member__")


def _placed(at: datetime) -> Q:
    today = local_day(at)
    there = Q(first_on__lte=today, last_on__gte=today)
    return Q(stage=DisclosureStage.PLACED) & (Q(member__status=MemberStatus.ACTIVE) | there)
