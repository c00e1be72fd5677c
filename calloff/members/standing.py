"""A member's standing as it is told: stored, or derived from the agreement, the conditions and the evidence.

The derived words, in their order of precedence: Agreement unsigned, Conditional, No new placements.
"""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from calloff.agreements.states import UNSIGNED, has_expired
from calloff.agreements.states import Status as AgreementStatus
from calloff.members.models import Condition, Member, MemberQuerySet
from calloff.members.states import ConditionStatus, Status

LAPSED = """
    EXISTS (SELECT FROM unnest(members_member.required_evidence) AS needed(kind)
            WHERE NOT EXISTS (SELECT FROM evidence_evidence held
                              WHERE held.provider_id = members_member.provider_id AND held.kind = needed.kind
                                AND held.status = 'held' AND (held.expires_on IS NULL OR held.expires_on >= %s)))
"""


class Standing(StrEnum):
    LIVE = "Live"
    UNSIGNED = "Agreement unsigned"
    EXPIRED = "Agreement expired"
    CONDITIONAL = "Conditional"
    NO_NEW = "No new placements"
    SUSPENDED = "Suspended"
    REMOVED = "Removed"
    ENDED = "Ended"


STORED = {Status.SUSPENDED: Standing.SUSPENDED, Status.REMOVED: Standing.REMOVED, Status.ENDED: Standing.ENDED}
PUBLIC = {Standing.SUSPENDED: "Not taking placements"}  # the public reads these words


def with_standing(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Add what `standing_of` needs: `conditional`, and `lapsed` (a required kind of evidence is not valid on a day)."""
    return members.annotate(**held_against("pk", on)).select_related("agreement")


def held_against(member: str, on: date) -> dict[str, Any]:
    """Return what `with_standing` adds, for what has a member by a name: a query that joins members once."""
    unmet = Condition.objects.filter(member=OuterRef(member)).exclude(status=ConditionStatus.MET)
    lapsed = RawSQL(LAPSED, [on], output_field=BooleanField())  # noqa: S611 (no word of it comes from outside)
    return {"conditional": Exists(unmet), "lapsed": lapsed}


def standing_of(member: Any, *, on: date) -> Standing:
    """Return the word for a member that `with_standing` found."""
    return standing(member.status, member.agreement.status, member.agreement.ends_on, member, on=on)


def standing(status: str, agreement: str, ends_on: date | None, held: Any, *, on: date) -> Standing:
    """Return the word for a member's status, the status and last day of its agreement, and what is `held_against` it.

    Where several are true, the first of these is told.
    """
    if status in STORED:
        return STORED[Status(status)]
    if agreement in UNSIGNED:
        return Standing.UNSIGNED
    if agreement != AgreementStatus.IN_FORCE or has_expired(agreement, ends_on, on):
        return Standing.EXPIRED
    if held.conditional:
        return Standing.CONDITIONAL
    return Standing.NO_NEW if held.lapsed else Standing.LIVE


def with_word(members: MemberQuerySet, word: str, *, on: date) -> MemberQuerySet:
    """Keep those of `with_standing` whose standing is told by a word: the same precedence, asked of the database."""
    stored = {told: status for status, told in STORED.items()}
    if word in stored:
        return members.filter(status=stored[Standing(word)])
    unsigned = Q(agreement__status__in=UNSIGNED)
    expired = ~Q(agreement__status=AgreementStatus.IN_FORCE) | Q(agreement__ends_on__lt=on)
    told = {
        Standing.UNSIGNED: unsigned,
        Standing.EXPIRED: ~unsigned & expired,
        Standing.CONDITIONAL: ~unsigned & ~expired & Q(conditional=True),
        Standing.NO_NEW: ~unsigned & ~expired & Q(conditional=False, lapsed=True),
        Standing.LIVE: ~unsigned & ~expired & Q(conditional=False, lapsed=False),
    }
    return members.filter(told[Standing(word)], status=Status.ACTIVE)


def in_public_words(standing: Standing) -> str:
    return PUBLIC.get(standing, str(standing))


class Need(NamedTuple):
    """One thing without which a member is not listed, and who can see to it."""

    met: bool
    what: str
    who: str = ""


def what_listing_needs(member: Member, *, on: date) -> list[Need]:
    """List what must be true before the public finds a member: the same conditions as `Member.objects.listed`."""
    agreement, market = member.agreement, member.market
    signed = agreement.status not in {AgreementStatus.TO_SIGN}
    force = agreement.status == AgreementStatus.IN_FORCE
    return [
        Need(member.status == Status.ACTIVE, "The membership is active", str(member.authority)),
        Need(signed, "Your signatory has signed the agreement", "Your signatory"),
        Need(force, f"{member.authority} has countersigned the agreement, and it is in force", str(member.authority)),
        Need(not agreement.has_expired(on), "The agreement has not ended", str(member.authority)),
        Need(market.runs_on(on), f"{market} runs now", str(member.authority)),
    ]


def may_be_invited(member: Member, *, on: date) -> bool:
    """Say whether a member can take a new placement: only Live and Conditional ones can."""
    found = with_standing(Member.objects.filter(pk=member.pk), on=on).get()
    return standing_of(found, on=on) in {Standing.LIVE, Standing.CONDITIONAL}
