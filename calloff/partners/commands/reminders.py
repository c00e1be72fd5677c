"""Reminding those who must sign: a message to each, for one school once a day at most, anyone who asks for it."""

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

WORDS_NEEDING_NOTHING = frozenset({BuyingStandingWord.NOT_NEEDED, BuyingStandingWord.SIGNED})


@transaction.atomic
def remind(buyer: Organisation, market: Market, *, by: User, at: datetime) -> SigningReminder:
    """Remind whoever must sign next: for the buyer's own people, and for those who oversee for the authority.

    Raises PermissionDenied; Refused where no one waits for a signature, no one may give it, or they were reminded
    today.
    """
    ours = bool(by.roles_at(buyer, at))
    if not ours and not by.can(Can.OVERSEE, organisation=market.authority, at=at):
        raise PermissionDenied(f"remind needs {Can.OVERSEE}")
    found = buying_standing(buyer, market, at=at)
    if found.word in WORDS_NEEDING_NOTHING:
        raise Refused(f"{buyer} has already signed, so there is no one to remind.")
    if found.word == BuyingStandingWord.TO_COUNTERSIGN and not ours:
        raise Refused(f"{buyer} has signed. {market.authority} must now countersign.")
    if not found.holders:
        raise Refused(
            f"No one at {found.at or buyer} has the signatory role yet, so we cannot email a reminder. Call them "
            "instead."
        )
    reminder = SigningReminder(
        authority=market.authority, market=market, buyer=buyer, on=local_day(at), by=by, sent_at=at
    )
    try:
        with transaction.atomic():
            reminder.save()
    except IntegrityError as clash:
        raise_refused(clash)
    queue_message(messages.remind(found, market), to=found.holders, sender=str(market.authority), at=at)
    return reminder
