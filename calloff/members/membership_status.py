"""The status of a membership as people see it, which is either stored or derived.

It is derived from the market, the agreement, the conditions and the evidence. The first of these statuses that applies
is shown: a stored status other than active, Ended, Agreement unsigned, Agreement expired, No new placements,
Conditional, Live. “No new placements” means that a promised document is missing, or that a required document is not
valid on that day or has too little cover. It comes before “Conditional”, because placements can start even if a
condition has not been met yet.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.expressions import RawSQL

from calloff.agreements.states import UNSIGNED_STATUSES, AgreementStatus, has_expired
from calloff.evidence.models import Evidence
from calloff.kernel.formatting import format_date
from calloff.kernel.money import format_pounds
from calloff.markets.states import MarketStatus
from calloff.members.models import DocumentPromise, Member, MemberQuerySet, MembershipCondition
from calloff.members.states import ConditionStatus, MemberStatus, PromiseStatus

# Whether a promised document has not been uploaded, or there is no document of a required kind that is valid on a day
# (as in `EvidenceQuerySet.valid_on`) and has enough cover.
LAPSED_EVIDENCE_SQL = """
    (EXISTS (
        SELECT FROM unnest(members_member.required_evidence) AS needed(kind)
        WHERE NOT EXISTS (
            SELECT FROM evidence_evidence held JOIN documents_file file ON file.id = held.file_id
            WHERE held.provider_id = members_member.provider_id AND held.kind = needed.kind AND file.scan <> 'infected'
                AND held.issued_on <= %s AND (held.expires_on IS NULL OR held.expires_on >= %s)
                AND (held.status = 'held' OR held.status = 'superseded' AND EXISTS (
                    SELECT FROM evidence_evidence later
                    WHERE later.supersedes_id = held.id AND later.status = 'held' AND later.issued_on > %s))
                AND (NOT members_member.least_cover ? needed.kind OR coalesce((held.details->>'cover')::numeric, 0)
                    >= (members_member.least_cover->>needed.kind)::numeric)))
    OR EXISTS (
        SELECT FROM members_documentpromise promise
        WHERE promise.member_id = members_member.id AND promise.status = 'promised'))
"""


class MemberStanding(StrEnum):
    """The status of a membership as people see it, stored or derived."""

    LIVE = "Live"
    UNSIGNED = "Agreement unsigned"
    EXPIRED = "Agreement expired"
    CONDITIONAL = "Conditional"
    NO_NEW = "No new placements"
    SUSPENDED = "Suspended"
    REMOVED = "Removed"
    ENDED = "Ended"


STANDING_BY_STATUS = {
    MemberStatus.SUSPENDED: MemberStanding.SUSPENDED,
    MemberStatus.REMOVED: MemberStanding.REMOVED,
    MemberStatus.ENDED: MemberStanding.ENDED,
}
# what the public sees in place of a status
PUBLIC_STANDING_WORDS = {MemberStanding.SUSPENDED: "Not taking placements"}


def with_standing(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Annotate members with the values that `standing_of` needs on a given day: `over`, `conditional` and `lapsed`.

    `over` means that the market has ended, and `lapsed` means that no new placements can start.
    """
    return members.annotate(**standing_annotations("pk", on)).select_related("agreement")


def standing_annotations(member: str, on: date) -> dict[str, Any]:
    """Return the annotations of `with_standing`, for a query that reaches members through another model.

    `member` is the path to the member, or “pk” if the query is a query of members.
    """
    prefix = "" if member == "pk" else f"{member}__"
    over = Q(**{f"{prefix}market__term_ends_on__lt": on}) | Q(**{f"{prefix}market__status": MarketStatus.ENDED})
    unmet = MembershipCondition.objects.filter(member=OuterRef(member)).exclude(status=ConditionStatus.MET)
    lapsed = RawSQL(LAPSED_EVIDENCE_SQL, [on, on, on], output_field=BooleanField())  # noqa: S611 (contains no user input)
    return {
        "over": ExpressionWrapper(over, output_field=BooleanField()),
        "conditional": Exists(unmet),
        "lapsed": lapsed,
    }


def standing_of(member: Any, *, on: date) -> MemberStanding:
    """Return the status of a member that was loaded through `with_standing`."""
    return derive_standing(member.status, member.agreement.status, member.agreement.ends_on, member, on=on)


def derive_standing(status: str, agreement: str, ends_on: date | None, held: Any, *, on: date) -> MemberStanding:
    """Return the status of a membership, derived from its stored status, its agreement and its annotations.

    `agreement` and `ends_on` are the status and the last day of the agreement. `held` is an object that has the
    attributes of `standing_annotations`. If several statuses apply, the first in the order above is returned.
    """
    if status in STANDING_BY_STATUS:
        return STANDING_BY_STATUS[MemberStatus(status)]
    if held.over:
        return MemberStanding.ENDED
    if agreement in UNSIGNED_STATUSES:
        return MemberStanding.UNSIGNED
    if agreement != AgreementStatus.IN_FORCE or has_expired(agreement, ends_on, on):
        return MemberStanding.EXPIRED
    if held.lapsed:
        return MemberStanding.NO_NEW
    return MemberStanding.CONDITIONAL if held.conditional else MemberStanding.LIVE


def filter_by_standing(members: MemberQuerySet, word: str, *, on: date) -> MemberQuerySet:
    """Filter members that were loaded through `with_standing` by status, in the database, with the same order of
    statuses.
    """
    standing = MemberStanding(word)
    stored = {standing_name: Q(status=status) for status, standing_name in STANDING_BY_STATUS.items()}
    unsigned = Q(agreement__status__in=UNSIGNED_STATUSES)
    expired = ~Q(agreement__status=AgreementStatus.IN_FORCE) | Q(agreement__ends_on__lt=on)
    signed = ~unsigned & ~expired
    derived = {
        MemberStanding.UNSIGNED: unsigned,
        MemberStanding.EXPIRED: ~unsigned & expired,
        MemberStanding.NO_NEW: signed & Q(lapsed=True),
        MemberStanding.CONDITIONAL: signed & Q(lapsed=False, conditional=True),
        MemberStanding.LIVE: signed & Q(lapsed=False, conditional=False),
    }
    active = Q(status=MemberStatus.ACTIVE)
    if standing == MemberStanding.ENDED:
        return members.filter(stored[standing] | (active & Q(over=True)))
    if standing in stored:
        return members.filter(stored[standing])
    return members.filter(derived[standing], active, Q(over=False))


def why_no_new_placements(members: Iterable[Member], *, on: date) -> dict[int, list[str]]:
    """Return what prevents new placements with each member on a given day, by member key.

    Each reason is part of a sentence, for example “its document “Motor insurance” ended on Sunday 1 November 2026”.
    The number of queries is the same for any number of members.
    """
    all_members = list(members)
    providers = {member.provider_id for member in all_members}
    items_by_kind: dict[tuple[int, str], list[Evidence]] = {}
    for item in Evidence.objects.filter(provider__in=providers).order_by("expires_on", "pk"):
        items_by_kind.setdefault((item.provider_id, item.kind), []).append(item)
    valid = set(Evidence.objects.valid_on(on).filter(provider__in=providers).values_list("pk", flat=True))
    promised: dict[int, list[DocumentPromise]] = {}
    outstanding = DocumentPromise.objects.filter(member__in=all_members, status=PromiseStatus.PROMISED)
    for promise in outstanding.order_by("pk"):
        promised.setdefault(promise.member_id, []).append(promise)
    reasons: dict[int, list[str]] = {}
    for member in all_members:
        member_promises = promised.get(member.pk, [])
        reasons[member.pk] = [
            f"its document “{promise.title}” has been promised but has not been uploaded" for promise in member_promises
        ]
        for kind in member.required_evidence:
            if kind not in {promise.kind for promise in member_promises}:
                items = items_by_kind.get((member.provider_id, kind), [])
                reason = _why_not_valid(kind, items, valid, member.least_cover.get(kind), on)
                reasons[member.pk] += [reason] if reason else []
    return reasons


def _why_not_valid(kind: str, items: list[Evidence], valid: set[int], minimum: str | None, on: date) -> str:
    valid_items = [item for item in items if item.pk in valid]
    if any(minimum is None or (item.cover or 0) >= Decimal(minimum) for item in valid_items):
        return ""
    label = items[-1].kind_label if items else kind.replace("_", " ").capitalize()
    if valid_items and minimum is not None:
        return f"its document “{label}” covers less than {format_pounds(Decimal(minimum))}"
    past_dates = [item.expires_on for item in items if item.expires_on is not None and item.expires_on < on]
    return (
        f"its document “{label}” expired on {format_date(max(past_dates))}"
        if past_dates
        else f"its document “{label}” is missing or has expired"
    )


def public_standing_words(standing: MemberStanding) -> str:
    """Return the text that the public sees for the status of a membership."""
    return PUBLIC_STANDING_WORDS.get(standing, str(standing))


class ListingNeed(NamedTuple):
    """A condition for listing a member, whether it is met, and who can make sure that it is met."""

    met: bool
    what: str
    who: str = ""


def what_listing_needs(member: Member, *, on: date) -> list[ListingNeed]:
    """Return the conditions that must be met before the public can find a member.

    They are the same as in `Member.objects.listed`.
    """
    agreement, market = member.agreement, member.market
    signed = agreement.status not in {AgreementStatus.TO_SIGN}
    in_force = agreement.status == AgreementStatus.IN_FORCE
    return [
        ListingNeed(member.status == MemberStatus.ACTIVE, "The membership is active", str(member.authority)),
        ListingNeed(signed, "Your signatory has signed the agreement", "Your signatory"),
        ListingNeed(
            in_force, f"{member.authority} has countersigned the agreement, and it is in force", str(member.authority)
        ),
        ListingNeed(not agreement.has_expired(on), "The agreement has not ended", str(member.authority)),
        ListingNeed(market.runs_on(on), f"{market} is running", str(member.authority)),
    ]


def why_not_listed(member: Member, *, on: date) -> str:
    """Return why the public cannot find a member on a given day, or an empty string if it can.

    The conditions are the same as in `Member.objects.listed`. The text can follow the word “because”, for example
    “Harbour Lane Studio Ltd is suspended in Tuition”.
    """
    if member.status == MemberStatus.SUSPENDED:
        return f"{member.provider} is suspended in {member.lot.title}"
    if member.status != MemberStatus.ACTIVE:
        return f"{member.provider} is no longer a member in {member.lot.title}"
    return why_not_bound(member, on=on)


def why_not_bound(member: Member, *, on: date) -> str:
    """Return why the agreement or market of a member prevents its listing on a given day, or an empty string.

    The result does not depend on whether the member is active.
    """
    agreement, market = member.agreement, member.market
    if agreement.status == AgreementStatus.TO_SIGN:
        return f"{member.provider} has not signed its agreement yet"
    if agreement.is_unsigned:
        return f"{member.authority} has not countersigned the agreement yet"
    if agreement.status != AgreementStatus.IN_FORCE or agreement.has_expired(on):
        return f"the agreement with {member.provider} has ended"
    return "" if market.runs_on(on) else f"{market} is not running today"
