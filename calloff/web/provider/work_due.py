"""Work for a provider's people: what to do, by when, and what happens if no one does it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.buying import offer_queries
from calloff.buying import queries as buying
from calloff.buying.states import OrderStatus
from calloff.directory import listing_queries
from calloff.directory import queries as directory
from calloff.evidence import queries as evidence
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.formatting import format_date
from calloff.members import queries as members
from calloff.people import queries as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can
from calloff.placements import queries as placements
from calloff.placements.suspensions import agreements_without_promises
from calloff.referrals import queries as referrals
from calloff.web import audience_hooks
from calloff.web.permissions import PROVIDER
from calloff.web.provider.placements import work_due as placements_due
from calloff.web.session import sign_in_rules
from calloff.web.work_items import WorkItem, end_of_last_day, pause_work, sort_work

# how many services with an out-of-date number of places are listed. If there are more, one line links to all of them
MAX_STALE_SERVICES_LISTED = 1  # more are one task, because one page updates them all
MAX_WORK_ITEMS = 25  # the maximum for each kind of work
ProviderWorkFinder = Callable[[Organisation, User, datetime], Iterator[WorkItem]]


def provider_work_for(provider: Organisation, person: User, at: datetime) -> list[WorkItem]:
    """Return a person's work at a provider, by deadline. Work without a deadline comes last."""
    mine = [finder for needs, finder in PROVIDER_WORK_FINDERS if person.can(needs, organisation=provider, at=at)]
    items = [work for finder in mine for work in finder(provider, person, at)]
    return sort_work(items, at)


def _clarifications(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for asked in applications.to_clarify(provider, person=person, at=at):
        reference = asked.application.reference
        task, href = f"Answer {asked.authority}’s question", _to("application-clarify", provider, reference)
        otherwise = "the council will decide using what you have already sent"
        yield WorkItem(task, href, str(provider), asked.answer_by, reference, otherwise=otherwise)


def _drafts(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for application in applications.unsent_applications(provider, person=person, at=at):
        task = f"{'Send the changed' if application.version else 'Finish the'} application to join {application.market}"
        stands = f"{application.version} will be assessed, without your changes" if application.version else ""
        otherwise = stands or "the application will be marked “Not submitted” and no one will assess it"
        href = _to("application", provider, application.reference)
        yield WorkItem(
            task, href, str(provider), application.market.closes_at, application.reference, otherwise=otherwise
        )


def _removals(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for removal in members.removals_to_answer(provider, person=person, at=at):
        task, href = (
            f"Respond to the proposed removal from {removal.member.lot}",
            _to("removal-answer", provider, removal.pk),
        )
        otherwise = f"{removal.authority} might remove you without hearing from you"
        yield WorkItem(task, href, str(provider), removal.answer_by, removal.member.reference, otherwise=otherwise)


def _conditions(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for condition in members.conditions_to_meet(provider, person=person, at=at):
        task, href = f"Meet a condition for {condition.member.lot}", _to("condition-answer", provider, condition.pk)
        otherwise = "you will stay “Conditional”, and the council might take action"
        yield WorkItem(
            task,
            href,
            str(provider),
            end_of_last_day(condition.due_on),
            condition.member.reference,
            otherwise=otherwise,
        )


def _promises(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for promise in members.promises_to_fulfil(provider, person=person, at=at):
        task = f"Upload the {promise.title[:1].lower()}{promise.title[1:]} you promised"
        href, by = (
            _to("promise-fulfil", provider, promise.pk),
            end_of_last_day(promise.due_on) if promise.due_on else None,
        )
        otherwise = f"no placement will be able to start with you in {promise.member.lot}"
        yield WorkItem(task, href, str(provider), by, promise.member.reference, otherwise=otherwise)


def _to_sign(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    waiting = list(agreements.to_sign(provider, person=person, at=at))
    paused = agreements_without_promises(waiting)
    for agreement in waiting:
        href = _to("agreement", provider, agreement.reference)
        otherwise = "you will not be in the directory, and no one will be able to ask you for a place"
        if agreement.buyer is not None:
            otherwise = "the child will not be able to start"
        work = WorkItem(f"Sign {agreement.title}", href, str(provider), None, agreement.reference, otherwise=otherwise)
        yield pause_work(work, provider) if agreement.pk in paused else work


def _evidence(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    today = local_day(at)
    held = evidence.of_provider(provider, person=person, at=at).filter(evidence.is_ending(today))
    item: Any
    for item in evidence.not_replaced(held, today):
        last = item.expires_on
        if last is None:
            continue
        task = f"Renew {item.kind_label[0].lower()}{item.kind_label[1:]}"
        since = "" if last < today else f" from {format_date(day_after(last))}"
        otherwise = (
            f"no new placements will be able to start{since} in markets that require this document"
            if item.relied_on
            else "you will not be able to use this document in an application"
        )
        href = _to("evidence-renew", provider, item.reference)
        yield WorkItem(task, href, str(provider), end_of_last_day(last), item.reference, otherwise=otherwise)


def _invitations(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    open_ones = referrals.invitations(provider, person=person, at=at)
    for invitation in open_ones.filter(referrals.invitation_filters(at)["open"][1]):
        task, href = "Reply to a request for a place", _to("invitation", provider, invitation.reference)
        reference, by = invitation.referral.reference, invitation.referral.reply_by
        yield WorkItem(
            task, href, str(provider), by, reference, otherwise="the school will choose from the providers that reply"
        )


def _offers(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for offer in offer_queries.to_confirm(provider, at=at):
        task, href = (
            "Confirm the place you have been offered, or withdraw",
            _to("invitation", provider, offer.interest.reference),
        )
        reference = offer.referral.reference
        yield WorkItem(
            task, href, str(provider), offer.confirm_by, reference, otherwise="the place will go to another provider"
        )


def _places(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    stale = directory.with_stale_places(provider, person=person, at=at)
    number = stale.count()
    if number > MAX_STALE_SERVICES_LISTED:
        task = f"Update places available at {number} services"
        href = reverse("provider:free-places", args=[provider.slug])
        yield WorkItem(
            task,
            href,
            str(provider),
            otherwise="the services’ pages will show that the numbers are more than 14 days old",
        )
        return
    for service in stale:
        task, href = f"Update places available: {service.name}", _to("service-places", provider, service.pk)
        update = (
            (f"the service’s page will keep showing the number from {format_date(service.places_at)}, with that date")
            if service.places_at
            else ""
        )
        otherwise = update or "people who search for places available will not find this service"
        yield WorkItem(task, href, str(provider), otherwise=otherwise)


def _changes(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield refused changes for the person to read, and changes that need an authority's approval."""
    for change in listing_queries.changes_refused_to(provider, person=person, at=at)[:MAX_WORK_ITEMS]:
        new = change.is_new_service
        task = f"Read why your {'new service' if new else 'change'} was not approved: {change.service}"
        otherwise = "the public will not see the service" if new else "the service’s page will stay as it was"
        yield WorkItem(task, _to("service", provider, change.service_id), str(provider), otherwise=otherwise)
    for change in listing_queries.changes_waiting_for(provider, person=person, at=at)[:MAX_WORK_ITEMS]:
        new = change.is_new_service
        task = (
            f"{change.authority} is checking {change.service}"
            if new
            else (f"{change.authority} is checking a change to {change.service}")
        )
        otherwise = "your page will stay the same until the council decides"
        if new:
            otherwise = "the public will see the service when the council approves it"
        yield WorkItem(task, _to("service", provider, change.service_id), str(provider), otherwise=otherwise)


def _requests(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for join_request in people.requests_to_answer(person, at).filter(organisation=provider):
        task = f"Answer {join_request.person.name}’s request to join your organisation"
        href = reverse("account:request", args=[join_request.pk])
        yield WorkItem(task, href, str(provider), otherwise="they will not be able to act for your organisation")


def _orders(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield orders for staff hours that have not been answered.

    Each is due before the first day on which the staff are needed.
    """
    for order in buying.orders_to(provider, person=person, at=at).filter(status=OrderStatus.SENT):
        task, href = f"Accept or decline the order from {order.buyer}", _to("order", provider, order.reference)
        otherwise = "the buyer might withdraw the order and order from another provider"
        yield WorkItem(task, href, str(provider), midnight(order.starts_on), order.reference, otherwise=otherwise)


PROVIDER_WORK_FINDERS: tuple[tuple[str, ProviderWorkFinder], ...] = (
    (Can.APPLY, _clarifications),
    (Can.APPLY, _drafts),
    (Can.APPLY, _removals),
    (Can.APPLY, _conditions),
    (Can.KEEP_EVIDENCE, _promises),
    (Can.SIGN, _to_sign),
    (Can.KEEP_EVIDENCE, _evidence),
    (Can.ANSWER_REFERRALS, _offers),
    (Can.ANSWER_REFERRALS, _invitations),
    (Can.LIST_SERVICES, _places),
    (Can.LIST_SERVICES, _changes),
    (Can.LINK_PEOPLE, _requests),
    (Can.MANAGE_PEOPLE, sign_in_rules.reset_due_items),
    (Can.ANSWER_REFERRALS, _orders),
    (Can.TAKE_REGISTER, placements_due.missing_children_work),
    (Can.TAKE_REGISTER, placements_due.register_work),
    (Can.ANSWER_REFERRALS, placements_due.staff_check_work),
    (Can.CHANGE_PLACEMENT, placements_due.change_work),
    (Can.ANSWER_REFERRALS, placements_due.exit_report_work),
)


def _to(route: str, provider: Organisation, key: Any) -> str:
    return reverse(f"provider:{route}", args=[provider.slug, key])


def _everywhere(person: User, at: datetime) -> list[audience_hooks.DueItem]:
    """Return a person's work at all their providers, for /account/."""
    mine = {
        role.organisation_id: role.organisation for role in people.roles_of(person, at) if role.role in PROVIDER_ROLES
    }
    return [
        work
        for provider in mine.values()
        for work in provider_work_for(provider, person, at)
        if "/account/" not in work.href  # /account/ has its own list of requests to join
    ]


def _place_of(request: Any, words: str) -> str | None:
    """Find a record at one of the person's providers by its reference."""
    reference, person, at = words.upper(), request.user, request.now
    mine = {role.organisation_id: role.organisation for role in people.roles_of(person, at)}
    for provider in (organisation for organisation in mine.values() if organisation.kind == PROVIDER):
        lists: tuple[tuple[str, Any], ...] = (
            ("application", applications.of_provider(provider, person=person, at=at)),
            ("member", members.of_provider(provider, person=person, at=at)),
            ("agreement", agreements.of_provider(provider, person=person, at=at)),
            ("evidence-item", evidence.of_provider(provider, person=person, at=at)),
            ("order", buying.orders_to(provider, person=person, at=at)),
            ("placement", placements.of_provider(provider, person=person, at=at)),
        )
        asked = referrals.invitations(provider, person=person, at=at).filter(referral__reference=reference).first()
        if asked is not None:
            return _to("invitation", provider, asked.reference)
        for route, records in lists:
            if records.filter(reference=reference).exists():
                return _to(route, provider, reference)
    return None


def register() -> None:
    audience_hooks.register_path_finder(_place_of)
    audience_hooks.register_due_finder(_everywhere)
