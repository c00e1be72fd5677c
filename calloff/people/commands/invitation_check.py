"""Check every row of an invitation table, without writing and in a fixed number of queries.

This applies the rules for a single invitation to data that is loaded for the whole table.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Lower

from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import is_same_mailbox
from calloff.people.commands.invitation_emails import (
    format_address_limit_refusal,
    format_daily_limit_refusal,
    invitation_limits,
    mailbox_limit,
)
from calloff.people.commands.invitations import OWN_ADDRESS_REFUSAL, ROLE_ALREADY_HELD_REFUSAL
from calloff.people.commands.second_person import who_confirms
from calloff.people.invitation_rows import InvitationRow
from calloff.people.models import Invitation, Organisation, RoleGrant, User
from calloff.people.people_administrators import managers_of
from calloff.people.states import RoleGrantStatus
from calloff.rate_limits.counts import attempts_left, seconds_until_retry

WILL_BE_INVITED, ALREADY_INVITED = "Will be invited", "Already invited or already has the role"


@dataclass
class InvitationRowResult:
    """The result of checking one row.

    `fault` is a sentence about a problem, or empty. `waits` means that a second person must confirm the invitation.
    """

    row: InvitationRow
    place: Organisation | None
    outcome: str = WILL_BE_INVITED
    fault: str = ""
    waits: bool = False


def check_invitation_rows(
    rows: Sequence[tuple[InvitationRow, Organisation | None]], inviting: Organisation, *, by: User, at: datetime
) -> list[InvitationRowResult]:
    """Return the result for each row, in the same order.

    Rows that already have a fault, or have no organisation, are not checked.
    """
    results = [InvitationRowResult(row, place, fault=row.fault) for row, place in rows]
    sound = [(one, one.place) for one in results if one.place is not None and not one.fault]
    places = {place for _, place in sound}
    addresses = {one.row.email for one, _ in sound}
    invited = set(
        Invitation.objects.open().filter(organisation__in=places, email__in=addresses)
        .values_list("organisation_id", "email")
    )  # fmt: skip
    held: dict[tuple[int, str], set[str]] = defaultdict(set)
    current = RoleGrant.objects.filter(organisation__in=places).exclude(status=RoleGrantStatus.ENDED)
    of_these = current.annotate(address=Lower("person__email")).filter(address__in=addresses)
    for place_key, address, role in of_these.values_list("organisation_id", "address", "role"):
        held[place_key, address].add(role)
    managers = managers_of({*places, inviting})
    of_day = invitation_limits(inviting, by)
    day = min(attempts_left(name, [who], at=at)[str(who)] for name, who in of_day)
    limit, _ = mailbox_limit(inviting, "")
    keys = {one: mailbox_limit(inviting, one)[1] for one in addresses}
    of_mailbox = attempts_left(limit, keys.values(), at=at)
    wait_for_mailbox = seconds_until_retry(limit, keys.values(), at=at)
    wait_of_day = max(seconds_until_retry(name, [who], at=at)[str(who)] for name, who in of_day)

    for one, place in sound:
        row, key = one.row, (place.pk, one.row.email)
        if key in invited or (row.roles and set(row.roles) <= held[key]):
            one.outcome = ALREADY_INVITED
            continue
        try:
            if is_same_mailbox(by.email, row.email):
                raise Refused(OWN_ADDRESS_REFUSAL)
            if held[key] & set(row.roles):
                raise Refused(ROLE_ALREADY_HELD_REFUSAL)
            one.waits = bool(
                who_confirms(place, inviting, row.roles, address=row.email, by=by, at=at, managers=managers)
            )
            if not one.waits and of_mailbox[keys[row.email]] < 1:
                raise Refused(format_address_limit_refusal(wait_for_mailbox[keys[row.email]]))
            if day < 1:
                raise Refused(format_daily_limit_refusal(wait_of_day))
        except Refused as refusal:
            one.fault = str(refusal)
            continue
        invited.add(key)
        of_mailbox[keys[row.email]] -= not one.waits
        day -= 1
    return results
