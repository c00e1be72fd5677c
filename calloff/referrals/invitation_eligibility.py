"""Which members of a category can be asked, and why the others cannot."""

from datetime import date, datetime
from typing import Any, NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Lot
from calloff.members.locks import lock_standing
from calloff.members.membership_status import MemberStanding, standing_of, why_no_new_placements, with_standing
from calloff.members.models import Member
from calloff.members.queries import people_have_left
from calloff.members.states import LASTING_STATUSES

INVITABLE_STANDINGS = {MemberStanding.LIVE, MemberStanding.CONDITIONAL}
# of asking alone: what was agreed with it goes on, and its register is taken by the person who is there
NO_ONE_LEFT = "no one who acts for it can reply now. Ask your council to invite someone."


class InvitationCandidate(NamedTuple):
    """A member of the category, and why it cannot be asked: nothing where it can."""

    member: Member
    why_not: str = ""


def find_candidates(lot: Lot, at: datetime, *, hold: bool = False) -> list[InvitationCandidate]:
    """Find every member that stands in a category, those that cannot be asked too, by name: six queries at most.

    `hold`: for a command, which asks them then; their standing stays as it is read until its transaction ends.
    """
    if hold:
        lock_standing(lot=lot)
    on = local_day(at)
    standing = with_standing(Member.objects.filter(lot=lot, status__in=LASTING_STATUSES), on=on)
    members = list(standing.select_related("provider", "market").order_by("provider__name", "pk"))
    listed = set(Member.objects.listed(at).filter(lot=lot).values_list("pk", flat=True))
    lapses = why_no_new_placements([one for one in members if standing_of(one, on=on) == MemberStanding.NO_NEW], on=on)
    left = set(Member.objects.filter(people_have_left(at), lot=lot).values_list("pk", flat=True))
    return [
        InvitationCandidate(one, _why_not(one, one.pk in listed, lapses, on) or (NO_ONE_LEFT if one.pk in left else ""))
        for one in members
    ]


def require_invitable(member: Member, *, doing: str, at: datetime, hold: bool = False) -> None:
    """Refuse, saying why, unless a member can take a new placement now. `doing`: “ask”, “make an offer to”.

    Checked when it is asked, when it replies, when it is offered the place and when it confirms. `hold`: its
    standing stays as it is read until the transaction ends.
    """
    if hold:
        lock_standing(member=member)
    why_not = why_not_invitable(member, at)
    if why_not:
        raise Refused(f"You cannot {doing} {member.provider}: {why_not} Current placements are not affected.")


def why_not_invitable(member: Member, at: datetime) -> str:
    """Say why a member cannot take a new placement at an instant: nothing where it can."""
    on = local_day(at)
    found = with_standing(Member.objects.filter(pk=member.pk), on=on).select_related("provider", "market").get()
    listed = Member.objects.listed(at).filter(pk=member.pk).exists()
    lapses = why_no_new_placements([found] if standing_of(found, on=on) == MemberStanding.NO_NEW else [], on=on)
    return _why_not(found, listed, lapses, on)


def why_not_invitable_for_provider(member: Member, at: datetime) -> str:
    """Say the same to the provider's own people: “your agreement has ended.”"""
    said = why_not_invitable(member, at)
    for theirs, yours in (("its ", "your "), ("it is ", "you are "), ("that it ", "that you ")):
        said = said.replace(theirs, yours)
    return said


def _why_not(member: Any, listed: bool, lapses: dict[int, list[str]], on: date) -> str:
    word = standing_of(member, on=on)
    if word in INVITABLE_STANDINGS and not member.provider.has_people:
        return "no one acts for it on Calloff yet. Ask your council to invite its first person."
    if word in INVITABLE_STANDINGS:
        return "" if listed else "the market is not running."
    return {
        MemberStanding.SUSPENDED: "it is not taking placements.",  # and never why
        MemberStanding.UNSIGNED: "its agreement is not signed by both sides yet.",
        MemberStanding.EXPIRED: "its agreement has ended.",
        MemberStanding.NO_NEW: f"{' and '.join(lapses.get(member.pk) or ['a required document is missing'])}.",
        MemberStanding.ENDED: "the market has ended." if member.over else "it is no longer in this category.",
    }.get(word, "it is no longer in this category.")
