"""Remind the people who must sign a Partnership Agreement, once a day for each buyer and market."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from calloff.history.constraint_errors import raise_refused
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.outbox.commands import queue_message
from calloff.partners import messages
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing
from calloff.partners.models import SigningReminder
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

__all__ = ["remind"]

WORDS_NEEDING_NOTHING = frozenset({BuyingStandingWord.NOT_NEEDED, BuyingStandingWord.SIGNED})


@transaction.atomic
def remind(buyer: Organisation, market: Market, *, by: User, at: datetime) -> SigningReminder:
    """Email a reminder to the people who must sign next.

    People at the buyer, and officers at the authority who oversee agreements, can do this. Raises PermissionDenied for
    anyone else. Raises Refused if no signature is missing, if no one has the role needed to sign, and if a reminder has
    already been sent today.
    """
    is_own = bool(by.roles_at(buyer, at))
    if not is_own and not by.can(Can.OVERSEE, organisation=market.authority, at=at):
        raise PermissionDenied("You need a role at the council to send reminders in this market.")
    standing = buying_standing(buyer, market, at=at)
    if standing.word in WORDS_NEEDING_NOTHING:
        raise Refused(f"{buyer} has already signed, so you do not need to send a reminder.")
    if standing.word == BuyingStandingWord.TO_COUNTERSIGN and not is_own:
        raise Refused(f"{buyer} has signed. {market.authority} must now countersign.")
    if not standing.holders:
        raise Refused(
            f"No one at {standing.at or buyer} has the signatory role yet, so we cannot email a reminder. Call "
            "the school or team instead."
        )
    reminder = SigningReminder(
        authority=market.authority, market=market, buyer=buyer, on=local_day(at), by=by, sent_at=at
    )
    try:
        with transaction.atomic():
            reminder.save()
    except IntegrityError as clash:
        raise_refused(clash)
    queue_message(messages.remind(standing, market), to=standing.holders, sender=str(market.authority), at=at)
    return reminder
