"""Find which members of a category can be asked for a place, and why the others cannot."""

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
# This prevents only new requests. Agreed placements continue, and staff at the site still mark the register.
NO_ONE_LEFT = "no one who acts for it can reply at the moment. Ask your council to invite someone."


class InvitationCandidate(NamedTuple):
    """A member of a category, with the reason why it cannot be asked, or an empty string if it can."""

    member: Member
    why_not: str = ""


def find_candidates(lot: Lot, at: datetime, *, hold: bool = False) -> list[InvitationCandidate]:
    """Return a category's current members, sorted by name, each with the reason if it cannot be asked.

    The function makes at most six queries. With `hold`, it locks the status of the memberships until the transaction
    ends, for commands that then ask the members.
    """
    if hold:
        lock_standing(lot=lot)
    on = local_day(at)
    with_statuses = with_standing(Member.objects.filter(lot=lot, status__in=LASTING_STATUSES), on=on)
    members = list(with_statuses.select_related("provider", "market").order_by("provider__name", "pk"))
    listed = set(Member.objects.listed(at).filter(lot=lot).values_list("pk", flat=True))
    lapses = why_no_new_placements(
        [member for member in members if standing_of(member, on=on) == MemberStanding.NO_NEW], on=on
    )
    without_people = set(Member.objects.filter(people_have_left(at), lot=lot).values_list("pk", flat=True))
    return [
        InvitationCandidate(
            member,
            _why_not(member, member.pk in listed, lapses, on) or (NO_ONE_LEFT if member.pk in without_people else ""),
        )
        for member in members
    ]


def require_invitable(member: Member, *, doing: str, at: datetime, hold: bool = False) -> None:
    """Refuse if a member cannot take a new placement now. Raises Refused, with the reason.

    Commands call this when a member is asked, replies, gets an offer and confirms. `doing` is part of the error, for
    example “ask” or “make an offer to”. With `hold`, the membership's status is locked until the transaction ends.
    """
    if hold:
        lock_standing(member=member)
    why_not = why_not_invitable(member, at)
    if why_not:
        raise Refused(f"You cannot {doing} {member.provider}, because {why_not} Current placements are not affected.")


def why_not_invitable(member: Member, at: datetime) -> str:
    """Return why a member cannot take a new placement at a given time, or an empty string if it can."""
    on = local_day(at)
    fresh = with_standing(Member.objects.filter(pk=member.pk), on=on).select_related("provider", "market").get()
    listed = Member.objects.listed(at).filter(pk=member.pk).exists()
    lapses = why_no_new_placements([fresh] if standing_of(fresh, on=on) == MemberStanding.NO_NEW else [], on=on)
    return _why_not(fresh, listed, lapses, on)


def why_not_invitable_for_provider(member: Member, at: datetime) -> str:
    """Return the same explanation, addressed to the provider's own people: “your agreement has ended.”"""
    explanation = why_not_invitable(member, at)
    for third_person, second_person in (("its ", "your "), ("it is ", "you are "), ("that it ", "that you ")):
        explanation = explanation.replace(third_person, second_person)
    return explanation


def _why_not(member: Any, listed: bool, lapses: dict[int, list[str]], on: date) -> str:
    word = standing_of(member, on=on)
    if word in INVITABLE_STANDINGS and not member.provider.has_people:
        return "no one acts for it on Calloff yet. Ask your council to invite someone from the provider."
    if word in INVITABLE_STANDINGS:
        return "" if listed else "the market is not running."
    return {
        MemberStanding.SUSPENDED: "it is not taking placements.",  # buyers must not be told the reason for a suspension
        MemberStanding.UNSIGNED: "its agreement is not signed by both sides yet.",
        MemberStanding.EXPIRED: "its agreement has ended.",
        MemberStanding.NO_NEW: f"{' and '.join(lapses.get(member.pk) or ['a required document is missing'])}.",
        MemberStanding.ENDED: "the market has ended." if member.over else "it is no longer in this category.",
    }.get(word, "it is no longer in this category.")
