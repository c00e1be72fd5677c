"""A member's standing: stored, or derived from the market's term, the agreement, conditions and evidence.

The derived words, in their order of precedence: Ended, Agreement unsigned, Agreement expired, Conditional, No new
placements. A promise that is not fulfilled, and a document that is not valid on the day or covers too little, all come
to “No new placements”, and stand before “Conditional”: a condition can be met later, and neither of those can.
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

# A required kind of evidence is not valid on a day (as `EvidenceQuerySet.valid_on` has it), or covers too little, or a
# document that was promised has not been given.
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
PUBLIC_STANDING_WORDS = {MemberStanding.SUSPENDED: "Not taking placements"}  # the public reads these words


def with_standing(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Add what `standing_of` needs on a day: `over` (the market), `conditional`, and `lapsed` (no new placements)."""
    return members.annotate(**standing_annotations("pk", on)).select_related("agreement")


def standing_annotations(member: str, on: date) -> dict[str, Any]:
    """Return what `with_standing` adds, for what has a member by a name: a query that joins members once."""
    prefix = "" if member == "pk" else f"{member}__"
    over = Q(**{f"{prefix}market__term_ends_on__lt": on}) | Q(**{f"{prefix}market__status": MarketStatus.ENDED})
    unmet = MembershipCondition.objects.filter(member=OuterRef(member)).exclude(status=ConditionStatus.MET)
    lapsed = RawSQL(LAPSED_EVIDENCE_SQL, [on, on, on], output_field=BooleanField())  # noqa: S611 (no word of it comes from outside)
    return {
        "over": ExpressionWrapper(over, output_field=BooleanField()),
        "conditional": Exists(unmet),
        "lapsed": lapsed,
    }


def standing_of(member: Any, *, on: date) -> MemberStanding:
    """Return the word for a member that `with_standing` found."""
    return derive_standing(member.status, member.agreement.status, member.agreement.ends_on, member, on=on)


def derive_standing(status: str, agreement: str, ends_on: date | None, held: Any, *, on: date) -> MemberStanding:
    """Return the word for a member's status, the status and last day of its agreement, and what is
    `standing_annotations` it.

    Where several are true, the first of these is notified.
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
    """Keep those of `with_standing` whose standing is told by a word: the same precedence, asked of the database."""
    wanted = MemberStanding(word)
    stored = {told: Q(status=status) for status, told in STANDING_BY_STATUS.items()}
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
    if wanted == MemberStanding.ENDED:
        return members.filter(stored[wanted] | (active & Q(over=True)))
    if wanted in stored:
        return members.filter(stored[wanted])
    return members.filter(derived[wanted], active, Q(over=False))


def why_no_new_placements(members: Iterable[Member], *, on: date) -> dict[int, list[str]]:
    """Say of members, by key, what keeps new placements from starting on a day: two queries for however many.

    Each is a part of a sentence about the provider: “its document “Motor insurance” ended on Sunday 1 November 2026”.
    """
    several = list(members)
    providers = {one.provider_id for one in several}
    held: dict[tuple[int, str], list[Evidence]] = {}
    for item in Evidence.objects.filter(provider__in=providers).order_by("expires_on", "pk"):
        held.setdefault((item.provider_id, item.kind), []).append(item)
    valid = set(Evidence.objects.valid_on(on).filter(provider__in=providers).values_list("pk", flat=True))
    promised: dict[int, list[DocumentPromise]] = {}
    outstanding = DocumentPromise.objects.filter(member__in=several, status=PromiseStatus.PROMISED)
    for promise in outstanding.order_by("pk"):
        promised.setdefault(promise.member_id, []).append(promise)
    told: dict[int, list[str]] = {}
    for one in several:
        waiting = promised.get(one.pk, [])
        told[one.pk] = [f"its document “{each.title}” has been promised but has not been uploaded" for each in waiting]
        for kind in one.required_evidence:
            if kind not in {each.kind for each in waiting}:
                items = held.get((one.provider_id, kind), [])
                why = _why_not_valid(kind, items, valid, one.least_cover.get(kind), on)
                told[one.pk] += [why] if why else []
    return told


def _why_not_valid(kind: str, items: list[Evidence], valid: set[int], least: str | None, on: date) -> str:
    good = [item for item in items if item.pk in valid]
    if any(least is None or (item.cover or 0) >= Decimal(least) for item in good):
        return ""
    label = items[-1].kind_label if items else kind.replace("_", " ").capitalize()
    if good and least is not None:
        return f"its document “{label}” covers less than {format_pounds(Decimal(least))}"
    ended = [item.expires_on for item in items if item.expires_on is not None and item.expires_on < on]
    return (
        f"its document “{label}” ended on {format_date(max(ended))}"
        if ended
        else f"its document “{label}” is missing or has ended"
    )


def public_standing_words(standing: MemberStanding) -> str:
    return PUBLIC_STANDING_WORDS.get(standing, str(standing))


class ListingNeed(NamedTuple):
    """One thing without which a member is not listed, and who can see to it."""

    met: bool
    what: str
    who: str = ""


def what_listing_needs(member: Member, *, on: date) -> list[ListingNeed]:
    """List what must be true before the public finds a member: the same conditions as `Member.objects.listed`."""
    agreement, market = member.agreement, member.market
    signed = agreement.status not in {AgreementStatus.TO_SIGN}
    force = agreement.status == AgreementStatus.IN_FORCE
    return [
        ListingNeed(member.status == MemberStatus.ACTIVE, "The membership is active", str(member.authority)),
        ListingNeed(signed, "Your signatory has signed the agreement", "Your signatory"),
        ListingNeed(
            force, f"{member.authority} has countersigned the agreement, and it is in force", str(member.authority)
        ),
        ListingNeed(not agreement.has_expired(on), "The agreement has not ended", str(member.authority)),
        ListingNeed(market.runs_on(on), f"{market} is running", str(member.authority)),
    ]


def why_not_listed(member: Member, *, on: date) -> str:
    """Return why the public cannot find a member on a day, or nothing if it is listed (`Member.objects.listed`).

    A part of a sentence after “because”, such as “Harbour Lane Studio Ltd is suspended in “Tuition”.
    """
    if member.status == MemberStatus.SUSPENDED:
        return f"{member.provider} is suspended in {member.lot.title}"
    if member.status != MemberStatus.ACTIVE:
        return f"{member.provider} is no longer a member in {member.lot.title}"
    return why_not_bound(member, on=on)


def why_not_bound(member: Member, *, on: date) -> str:
    """Return why the public could not find a member on a day even if it were active: its agreement or its market."""
    agreement, market = member.agreement, member.market
    if agreement.status == AgreementStatus.TO_SIGN:
        return f"{member.provider} has not signed its agreement yet"
    if agreement.is_unsigned:
        return f"{member.authority} has not countersigned the agreement yet"
    if agreement.status != AgreementStatus.IN_FORCE or agreement.has_expired(on):
        return f"the agreement with {member.provider} has ended"
    return "" if market.runs_on(on) else f"{market} is not running today"
