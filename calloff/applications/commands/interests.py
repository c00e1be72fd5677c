"""Commands to register interest in a market, and to withdraw it on a page or through the link in an email."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.applications.models import MarketInterest
from calloff.applications.queries import interest_recipients
from calloff.history.transitions import create, transition
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.markets.queries import is_open_locked
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

__all__ = ["register_interest", "stop_interest", "stop_interest_emails", "withdraw_interest"]


@transaction.atomic
def register_interest(
    market: Market, *, by: User, at: datetime, provider: Organisation | None = None
) -> MarketInterest:
    """Register interest in a market, for a provider or for yourself. The emails say when people can apply.

    If the provider has already registered interest and the person had stopped the emails, they get them again. Raises
    Refused if the market is a draft or has ended, if the person cannot apply for the provider, or if the provider or
    person has already registered interest.
    """
    if not is_open_locked(market.pk):
        raise Refused("You cannot register interest in this market, because it has ended.")
    if provider is not None and not by.can(Can.APPLY, organisation=provider, at=at):
        raise Refused(
            f"You cannot apply for {provider}. Ask a provider lead there to add this to your roles.", "provider"
        )
    if provider is not None and (stopped := _stopped_by(by, provider, market)):
        with transition(stopped, "resume_interest_emails", by=by, at=at) as resumed:
            resumed.stopped_by = [key for key in resumed.stopped_by if key != by.pk]
        return resumed
    interest = MarketInterest(
        authority=market.authority,
        market=market,
        provider=provider,
        person=by,
        registered_at=at,
        told_closes_at=market.closes_at if market.is_open_at(at) else None,
    )
    return create(interest, "register_interest", by=by, at=at)


def withdraw_interest(interest: MarketInterest, *, by: User, at: datetime) -> MarketInterest:
    """Withdraw interest.

    If it is a provider's, anyone who applies for the provider can do this, otherwise the person.
    """
    with transition(interest, "withdraw_interest", by=by, at=at) as withdrawn:
        own = withdrawn.provider is None and withdrawn.person_id == by.pk
        if not own and not (withdrawn.provider and by.can(Can.APPLY, organisation=withdrawn.provider, at=at)):
            raise PermissionDenied("You can withdraw only your own interest.")
        withdrawn.withdrawn_at = at
    return withdrawn


def stop_interest(interest: MarketInterest, *, by: User, at: datetime) -> MarketInterest:
    """Withdraw interest through the link in an email. `by` is the person who registered the interest, who is not
    signed in.

    Raises Refused if the interest has already been withdrawn. Raises PermissionDenied for a provider's interest,
    because each of its people can stop only their own emails.
    """
    if interest.provider_id is not None or interest.person_id != by.pk:
        raise PermissionDenied("You can withdraw only your own interest.")
    with transition(interest, "stop_interest", by=by, at=at) as withdrawn:
        withdrawn.withdrawn_at = at
    return withdrawn


def stop_interest_emails(interest: MarketInterest, *, by: User, at: datetime) -> MarketInterest:
    """Stop the emails to one person about the interest of a provider, through the link in an email.

    `by` is the person who got the email, who is not signed in. The provider's interest stays registered, and other
    people who apply for it still get emails. Raises PermissionDenied for a person who no longer gets them.
    """
    with transition(interest, "stop_interest_emails", by=by, at=at) as stopped:
        if by not in interest_recipients(stopped, at):
            raise PermissionDenied("You do not get these emails.")
        stopped.stopped_by = [*stopped.stopped_by, by.pk]
    return stopped


def _stopped_by(person: User, provider: Organisation, market: Market) -> MarketInterest | None:
    there = MarketInterest.objects.registered().filter(market=market, provider=provider)
    return there.filter(stopped_by__contains=[person.pk]).first()
