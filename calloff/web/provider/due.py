"""The work that waits for a provider's people: what, until when, and what happens if nobody does it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.buying import queries as buying
from calloff.directory import queries as directory
from calloff.evidence import queries as evidence
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.words import day
from calloff.members import queries as members
from calloff.people import queries as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can
from calloff.referrals import queries as referrals
from calloff.web import registry
from calloff.web.access import PROVIDER


@dataclass(frozen=True)
class Work:
    """One piece of work: `by` is the instant before which it is due, `otherwise` what happens if it is not done."""

    what: str
    href: str
    reference: str
    otherwise: str
    by: datetime | None = None


Finder = Callable[[Organisation, User, datetime], Iterator[Work]]


def work_for(provider: Organisation, person: User, at: datetime) -> list[Work]:
    """Gather what waits for a person at a provider: what is due first stands first, and what has no day stands last."""
    mine = [finder for needs, finder in FINDERS if person.can(needs, at=provider, when=at)]
    found = [work for finder in mine for work in finder(provider, person, at)]
    return sorted(found, key=lambda work: (work.by is None, work.by or at, work.what))


def _clarifications(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for asked in applications.to_clarify(provider, person=person, at=at):
        reference = asked.application.reference
        yield Work(
            f"Answer the question of {asked.authority}",
            _to("application-clarify", provider, reference),
            reference,
            "The authority decides on what you submitted.",
            asked.answer_by,
        )


def _drafts(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in applications.being_written(provider, person=person, at=at):
        stands = f"{one.version} stands, without your changes." if one.version else ""
        yield Work(
            f"{'Send the changed' if one.version else 'Finish the'} application to join {one.market}",
            _to("application", provider, one.reference),
            one.reference,
            stands.capitalize() or "It is kept as “Not submitted”, and nobody looks at it.",
            one.market.closes_at,
        )


def _removals(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in members.removals_to_answer(provider, person=person, at=at):
        yield Work(
            f"Respond to the proposed removal from {one.member.lot}",
            _to("removal-answer", provider, one.pk),
            one.member.reference,
            f"{one.authority} may remove you without hearing you.",
            one.answer_by,
        )


def _conditions(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in members.conditions_to_meet(provider, person=person, at=at):
        yield Work(
            f"Meet a condition of {one.member.lot}",
            _to("condition-answer", provider, one.pk),
            one.member.reference,
            "You stay “Conditional”, and the authority may act on it.",
            _end_of(one.due_on),
        )


def _to_sign(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in agreements.to_sign(provider, person=person, at=at):
        yield Work(
            f"Sign {one.title}",
            _to("agreement", provider, one.reference),
            one.reference,
            "You are not in the directory, and nobody can ask you for a place.",
        )


def _evidence(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    today = local_day(at)
    held = evidence.of_provider(provider, person=person, at=at).filter(evidence.ending(today))
    for item in held:
        last = item.expires_on
        if last is None:
            continue
        over = last < today
        yield Work(
            f"Renew {item.kind_label[0].lower()}{item.kind_label[1:]}",
            _to("evidence-renew", provider, item.reference),
            item.reference,
            "It has expired: wherever it is required, no new placements can start."
            if over
            else f"No new placements can start from {day(day_after(last))}, wherever it is required.",
            _end_of(last),
        )


def _invitations(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    open_ones = referrals.invitations(provider, person=person, at=at)
    for one in open_ones.filter(referrals.invitation_states(at)["open"][1]):
        yield Work(
            "Say whether you have a place",
            _to("invitation", provider, one.reference),
            one.referral.reference,
            "They choose among those who reply.",
            one.referral.reply_by,
        )


def _offers(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in buying.to_confirm(provider, at=at):
        yield Work(
            "Confirm the conditional offer, or withdraw from it",
            _to("invitation", provider, one.interest.reference),
            one.referral.reference,
            "The place goes to somebody else.",
            one.confirm_by,
        )


def _places(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in directory.with_stale_places(provider, person=person, at=at):
        said = f"What you said on {day(one.places_at)} goes on showing, with its day." if one.places_at else ""
        yield Work(
            f"Say how many places are free: {one.name}",
            _to("service-places", provider, one.pk),
            "",
            said or "Whoever searches for free places does not find it.",
        )


def _requests(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in people.requests_to_answer(person, at).filter(organisation=provider):
        yield Work(
            f"Answer {one.person.name}, who asks to join you",
            reverse("account:request", args=[one.pk]),
            "",
            "They cannot act for you.",
        )


FINDERS: tuple[tuple[str, Finder], ...] = (
    (Can.APPLY, _clarifications),
    (Can.APPLY, _drafts),
    (Can.APPLY, _removals),
    (Can.APPLY, _conditions),
    (Can.SIGN, _to_sign),
    (Can.KEEP_EVIDENCE, _evidence),
    (Can.ANSWER_REFERRALS, _offers),
    (Can.ANSWER_REFERRALS, _invitations),
    (Can.LIST_SERVICES, _places),
    (Can.LINK_PEOPLE, _requests),
)


def _to(route: str, provider: Organisation, key: Any) -> str:
    return reverse(f"provider:{route}", args=[provider.slug, key])


def _end_of(last: date) -> datetime:
    return midnight(day_after(last))


def _everywhere(person: User, at: datetime) -> list[registry.Due]:
    """Bring to /account/ what waits for a person at each of their providers."""
    mine = {one.organisation_id: one.organisation for one in people.mine(person, at) if one.role in PROVIDER_ROLES}
    return [
        registry.Due(work.what, work.href, str(provider), work.by, work.reference)
        for provider in mine.values()
        for work in work_for(provider, person, at)
        if "/account/" not in work.href  # that page lists those who ask to join by itself
    ]


def _place_of(request: Any, words: str) -> str | None:
    """Find the record of one of the person's providers by its reference."""
    reference, person, at = words.upper(), request.user, request.now
    mine = {one.organisation_id: one.organisation for one in people.mine(person, at)}
    for provider in (one for one in mine.values() if one.kind == PROVIDER):
        lists: tuple[tuple[str, Any], ...] = (
            ("application", applications.of_provider(provider, person=person, at=at)),
            ("member", members.of_provider(provider, person=person, at=at)),
            ("agreement", agreements.of_provider(provider, person=person, at=at)),
            ("evidence-item", evidence.of_provider(provider, person=person, at=at)),
        )
        asked = referrals.invitations(provider, person=person, at=at).filter(referral__reference=reference).first()
        if asked is not None:
            return _to("invitation", provider, asked.reference)
        for route, found in lists:
            if found.filter(reference=reference).exists():
                return _to(route, provider, reference)
    return None


def register() -> None:
    registry.find_by(_place_of)
    registry.brings_due(_everywhere)
