"""Find the record in a URL. Raises Http404 for a record that the person cannot see."""

from typing import Any

from django.shortcuts import get_object_or_404

from calloff.agreements import queries as agreements
from calloff.agreements.models import Agreement
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.people.conflicts import colleagues_without_conflict
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.web.permissions import ConflictOfInterest
from calloff.web.request import OrganisationRequest


def find_application(request: OrganisationRequest, reference: str) -> Application:
    """Return an application that the authority has received.

    Raises ConflictOfInterest for people who also act for the provider, so that the page can say why they cannot open
    it.
    """
    seen = applications.applications_queue(request.organisation, person=request.user, at=request.now)
    application: Any = get_object_or_404(seen, reference=reference)
    if application.conflicted:
        colleagues = applications.who_takes_over(application, person=request.user, at=request.now)
        raise ConflictOfInterest(application, application.provider, colleagues)
    return application  # type: ignore[no-any-return]


def find_agreement(request: OrganisationRequest, reference: str) -> Agreement:
    """Find an agreement.

    Raises ConflictOfInterest, with the people who can take over, for a person who also acts for the agreement's other
    side.
    """
    seen = agreements.of_authority(request.organisation, person=request.user, at=request.now)
    agreement: Any = get_object_or_404(seen, reference=reference)
    if agreement.conflicted:
        sides = [
            side for side in (agreement.provider, agreement.buyer) if side and request.user.roles_at(side, request.now)
        ]
        raise _conflict(request, agreement, sides[0], Can.COUNTERSIGN)
    return agreement  # type: ignore[no-any-return]


def find_member(request: OrganisationRequest, reference: str) -> Member:
    """Find a member.

    Raises ConflictOfInterest, with the people who can take over, for a person who also acts for the provider.
    """
    seen = members.overseen_members(request.organisation, person=request.user, at=request.now)
    member: Any = get_object_or_404(seen, reference=reference)
    if member.conflicted:
        raise _conflict(request, member.reference, member.provider, Can.ASSURE, Can.DECIDE)
    return member  # type: ignore[no-any-return]


def _conflict(request: OrganisationRequest, record: Any, party: Organisation, *can: str) -> ConflictOfInterest:
    colleagues = colleagues_without_conflict(request.organisation, party, can=can, besides=request.user, at=request.now)
    return ConflictOfInterest(record, party, colleagues)


def find_market(request: OrganisationRequest, slug: str) -> Market:
    seen = markets.of_authority(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen.select_related("agreement", "questions"), slug=slug)


def find_provider(request: OrganisationRequest, slug: str) -> Organisation:
    return get_object_or_404(members.providers_known_to(request.organisation), slug=slug)
