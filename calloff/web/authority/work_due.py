"""Work that is due at an authority, and the references that “Go to” finds there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from calloff.agreements import queries as agreements
from calloff.agreements.models import Agreement
from calloff.applications import queries as applications
from calloff.applications.models import Application, EvaluatorAssignment
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.buying.queries import called_off
from calloff.demand import queries as demand
from calloff.directory import listing_queries
from calloff.directory.states import ServiceChangeStatus
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_short_date, pluralise
from calloff.markets.call_off_value import PROCUREMENT_ACT_KEY_PREFIX, explain_value
from calloff.markets.models import Market, MarketTerms, markets_where
from calloff.markets.queries import roles_for_second_person
from calloff.markets.states import MarketStatus as Running
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.members.states import ConditionStatus
from calloff.monitoring import queries as recalls
from calloff.people import queries as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.placements import interim_places
from calloff.placements.due_sessions import DueSession, of_council
from calloff.placements.messages import DANGER_ADVICE
from calloff.placements.models import Placement
from calloff.placements.whereabouts import notes_of_danger, notes_to_chase
from calloff.referrals.models import Referral
from calloff.referrals.states import ReferralStatus as Asking
from calloff.web import audience_hooks
from calloff.web.audience_hooks import DueItem
from calloff.web.jinja_environment import url_for
from calloff.web.navigation import path_if_routed
from calloff.web.placements.day_notes import describe_danger
from calloff.web.session import sign_in_rules
from calloff.web.work_items import WorkItem, end_of_last_day, sort_work

MAX_WORK_ITEMS = 25  # the maximum number of items of each kind of work. The list page shows the rest


def work_at_all_authorities(person: User, at: datetime) -> list[DueItem]:
    """Return a person's work at all their authorities, for /account/."""
    at_each = {grant.organisation for grant in people.roles_of(person, at)}
    authorities = [organisation for organisation in at_each if organisation.kind == Organisation.Kind.AUTHORITY]
    return [
        work
        for authority in sorted(authorities, key=lambda authority: authority.pk)
        for work in work_at_authority(authority, person, at, linking=False)
    ]


def work_at_authority(authority: Organisation, person: User, at: datetime, *, linking: bool = True) -> list[WorkItem]:
    """Return a person's work at one authority, sorted.

    With `linking`, requests to join and roles to approve again are included.
    """
    work = [*_of_applications(authority, person, at), *_of_members(authority, person, at)]
    work += [
        *_of_suspensions(authority, person, at),
        *_of_placements(authority, person, at),
        *_of_agreements(authority, person, at),
    ]
    work += sign_in_rules.reset_due_items(authority, person, at)
    work += _of_market_roles(authority, person, at)
    work += _of_enquiries(authority, person, at)
    if linking:
        work += _of_people(authority, person, at)
    return sort_work(work, at)


def path_of_reference(request: Any, words: str) -> str | None:
    """Find the page for a reference that the person can see: IAP-A-0042, IAP-M-0007, IAP-G-0003, or a market's code."""
    typed = words.strip().upper()
    person, at = request.user, request.now
    kinds: tuple[tuple[Any, str, str], ...] = (
        (Application.objects.visible_to(person, at).filter(version__isnull=False), "reference", "application"),
        (Member.objects.visible_to(person, at), "reference", "member"),
        (Agreement.objects.visible_to(person, at), "reference", "agreement"),
        (Market.objects.visible_to(person, at), "code", "market"),
        (Referral.objects.visible_to(person, at).exclude(status=Asking.DRAFT), "reference", "referral"),
        (Placement.objects.visible_to(person, at), "reference", "placement"),
    )
    for seen, field, noun in kinds:
        record = seen.filter(**{field: typed}).select_related("authority").first()
        if record and person.roles_at(record.authority, at):
            return url_for(f"authority:{noun}", record.authority.slug, record.slug if noun == "market" else typed)
    return None


def register() -> None:
    audience_hooks.register_due_finder(work_at_all_authorities)
    audience_hooks.register_path_finder(path_of_reference)


def _of_applications(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    received = applications.applications_queue(authority, person=person, at=at)
    to, today = authority.slug, local_day(at)
    mine = applications.to_assess(person, authority).exclude(application__status=ApplicationStatus.CLARIFYING)
    for part in islice(mine, MAX_WORK_ITEMS):
        yield _assessing(part, authority)
    can = {
        permission: _in_markets_where(received, person, permission, authority, at)
        for permission in (Can.ASSESS, Can.ALLOCATE, Can.DECIDE)
    }
    for application in applications.to_moderate(can[Can.ASSESS], person)[:MAX_WORK_ITEMS]:
        yield _on(application, "Agree scores for", "application-moderate", to)
    for application in applications.filter_queue(can[Can.ALLOCATE], on=today, status="to_allocate")[:MAX_WORK_ITEMS]:
        yield _on(application, "Allocate an evaluator to", "application-assign", to)
    for application in applications.to_decide(can[Can.DECIDE], person)[:MAX_WORK_ITEMS]:
        yield _on(application, "Decide", "application-decide", to)


def _of_enquiries(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield the questions to answer in the markets that a person runs."""
    waiting = applications.enquiries_to_answer(authority, person=person, at=at)
    for enquiry in _in_markets_where(waiting, person, Can.RUN_MARKETS, authority, at)[:MAX_WORK_ITEMS]:
        task = f"Answer a question from {enquiry.asker}"
        href = url_for("authority:enquiry-answer", authority.slug, enquiry.pk)
        yield WorkItem(task, href, str(authority), enquiry.answer_by, enquiry.market.code)


def _in_markets_where(rows: Any, person: User, permission: str, authority: Organisation, at: datetime) -> Any:
    """Filter rows to the markets in which a person has a permission, through a role at the authority or in one market
    only.
    """
    if person.can(permission, organisation=authority, at=at):
        return rows
    markets = markets_where(person, roles_with(permission), at)
    return rows.filter(market__in=markets) if markets else rows.none()


def _of_members(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    to, name = authority.slug, str(authority)
    if person.can(Can.ASSURE, organisation=authority, at=at):
        for condition in members.conditions_to_check(authority, local_day(at))[:MAX_WORK_ITEMS]:
            answered = condition.status == ConditionStatus.ANSWERED
            task = f"{'Check the answer from' if answered else 'Follow up the condition for'} {condition.provider}"
            href = url_for("authority:member-meet-condition", to, condition.member.reference, condition.pk)
            by = end_of_last_day(condition.due_on)
            yield WorkItem(
                task,
                href,
                name,
                by,
                condition.member.reference,
                otherwise="the provider will stay “Conditional”",
            )
        for promise in members.promises_overdue(authority, local_day(at))[:MAX_WORK_ITEMS]:
            task = f"Remind {promise.provider} about the {promise.title[:1].lower()}{promise.title[1:]} it promised"
            href, by = (
                url_for("authority:member", to, promise.member.reference),
                end_of_last_day(promise.due_on or local_day(at)),
            )
            yield WorkItem(
                task, href, name, by, promise.member.reference, otherwise="no placement will be able to start"
            )
        for change in (
            listing_queries.changes_at(authority, person=person, at=at)
            .filter(status=ServiceChangeStatus.WAITING)
            .order_by("proposed_at", "pk")[:MAX_WORK_ITEMS]
        ):
            new, href = change.is_new_service, url_for("authority:change", to, change.pk)
            task = f"Check a new service: {change.service}" if new else f"Check a change to {change.service}"
            otherwise = "the public will not see the service" if new else "the service’s page will not change"
            yield WorkItem(task, href, name, otherwise=otherwise)
    if person.can(Can.DECIDE, organisation=authority, at=at):
        for removal in members.removals_to_close(authority, at)[:MAX_WORK_ITEMS]:
            task, href = (
                f"Decide whether to remove {removal.provider}",
                url_for("authority:member", to, removal.member.reference),
            )
            yield WorkItem(
                task,
                href,
                name,
                removal.answer_by,
                removal.member.reference,
                otherwise="the provider will stay a member",
            )
    if person.can(Can.RUN_MARKETS, organisation=authority, at=at):
        yield from _of_running_markets(authority, person, at)


def _of_running_markets(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield the work of market officers.

    It consists of suggestions, providers where no one can reply, queries, and market
    values that have been exceeded.
    """
    to, name = authority.slug, str(authority)
    if waiting := demand.nominations_of(authority, person=person, at=at).unanswered().count():
        task, href = (
            f"Review {pluralise(waiting, 'suggested provider')}",
            url_for("authority:nominations", to, state="new"),
        )
        yield WorkItem(task, href, name, otherwise="no one will invite these providers to apply")
    if number := members.count_providers_without_people(authority, at):
        is_single = number == 1
        task = (
            f"{pluralise(number, 'provider')} {'has' if is_single else 'have'} no one who can reply. Invite "
            f"{'its' if is_single else 'their'} staff"
        )
        href = path_if_routed("authority:first-people-invite", to) or url_for("authority:members", to, nobody="on")
        yield WorkItem(task, href, name, otherwise="schools will not be able to ask these providers for places")
    if number := members.count_queried_members(authority):
        task = f"Look into {pluralise(number, 'query', 'queries')} about imported members"
        yield WorkItem(task, url_for("authority:members", to, query="on"), name)
    running = list(
        Market.objects.filter(authority=authority, status=Running.OPEN, ruleset__startswith=PROCUREMENT_ACT_KEY_PREFIX)
    )
    MarketTerms.read_ahead(market.terms_id for market in running)
    for market in running:
        if market.pack.estimate and explain_value(market, called_off=called_off(market), on=local_day(at)).is_exceeded:
            task = f"Call-offs have gone over the estimated value of {market}"
            href = url_for("authority:market-rules", to, market.slug)
            yield WorkItem(
                task, href, name, None, market.code, otherwise="buyers will continue to go over the estimate"
            )


def _of_suspensions(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield suspensions to review, and buyers that have not said where their pupils are."""
    if not person.can(Can.ASSURE, organisation=authority, at=at):
        return
    to, name = authority.slug, str(authority)
    for member, due in members.suspensions_to_review(authority, local_day(at))[:MAX_WORK_ITEMS]:
        task = f"Review the suspension of {member.provider}"
        href = url_for("authority:member-review-suspension", to, member.reference)
        otherwise = "the provider will stay suspended without a review"
        yield WorkItem(task, href, name, end_of_last_day(due), member.reference, otherwise=otherwise)
    for recall in recalls.recalls_to_chase(authority, person=person, at=at)[:MAX_WORK_ITEMS]:
        task = f"{recall.buyer} has not told us where its pupils at {recall.provider} are"
        href, by = url_for("authority:recalls", to, recall.provider.slug), end_of_last_day(local_day(recall.told_at))
        yield WorkItem(task, href, name, by, otherwise="no one will have confirmed that the pupils are safe")


def _of_placements(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield notes from providers that buyers have not answered."""
    if not person.can(Can.SEE_PLACEMENTS, organisation=authority, at=at):
        return
    dangers = notes_of_danger(person=person, at=at, authority=authority)
    for note in dangers:
        number = f" on {note.buyer.telephone}" if note.buyer.telephone else ""
        href = url_for("authority:placement", authority.slug, note.placement.reference)
        by, now = end_of_last_day(local_day(note.recorded_at)), f"{DANGER_ADVICE} Call {note.buyer}{number} now."
        work = WorkItem(describe_danger(note, authority), href, str(authority), by, note.placement.reference)
        yield replace(work, danger=now)
    known = {note.pk for note in dangers}
    for note in notes_to_chase(authority, person=person, at=at).exclude(pk__in=known)[:MAX_WORK_ITEMS]:
        kind = f"{note.get_kind_display()[:1].lower()}{note.get_kind_display()[1:]}"
        task = f"{note.buyer} has not answered a note from {note.provider}: {kind}"
        href = url_for("authority:placement", authority.slug, note.placement.reference)
        by, otherwise = (
            end_of_last_day(local_day(note.recorded_at)),
            "no one will have decided whether the child is in the right place",
        )
        yield WorkItem(task, href, str(authority), by, note.placement.reference, otherwise=otherwise)
    places: Any = interim_places.of_authority(authority, person=person, at=at)
    if number := places.filter(interim_places.is_step_overdue(at)).count():
        task = f"Follow up the next step for {pluralise(number, 'interim place')}"
        href, otherwise = (
            url_for("authority:interim-places", authority.slug, state="overdue"),
            "the children will keep waiting for a long-term place",
        )
        yield WorkItem(task, href, str(authority), otherwise=otherwise)
    late: dict[int, list[DueSession]] = {}
    for session in of_council(authority, person=person, at=at):
        late.setdefault(session.placement.provider_id, []).append(session)
    for due_sessions in islice(late.values(), MAX_WORK_ITEMS):
        provider, oldest = due_sessions[0].placement.provider, due_sessions[0].day
        sessions = pluralise(len(due_sessions), "session")
        task = f"{provider} has not marked {sessions}, the earliest on {format_short_date(oldest)}"
        href = url_for("authority:placements", authority.slug, provider=provider.slug)
        otherwise = "no one will have confirmed that the children were safe"
        yield WorkItem(task, href, str(authority), end_of_last_day(oldest), "", otherwise=otherwise)


def _of_agreements(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    if person.can(Can.COUNTERSIGN, organisation=authority, at=at):
        for asked in listing_queries.uplifts_waiting(authority)[:MAX_WORK_ITEMS]:
            task = f"Approve or refuse a price increase: {asked.provider}"
            href = url_for("authority:uplift", authority.slug, asked.pk)
            by, otherwise = midnight(asked.starts_on), "prices will not change"
            yield WorkItem(task, href, str(authority), by, asked.member.reference, otherwise=otherwise)
        for agreement in agreements.to_countersign(authority, person=person, at=at)[:MAX_WORK_ITEMS]:
            href = url_for("authority:agreement-countersign", authority.slug, agreement.reference)
            school = agreement.first.is_buyer
            otherwise = (
                "the school will not be able to ask providers for places"
                if school
                else "schools will not be able to find the provider or ask it for places"
            )
            task = f"Countersign the agreement with {agreement.first}"
            yield WorkItem(task, href, str(authority), None, agreement.reference, otherwise=otherwise)


def _of_market_roles(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield proposed roles in one market that the person can confirm as the second person."""
    for grant in roles_for_second_person(authority, person, at)[:MAX_WORK_ITEMS]:
        task = f"Confirm or withdraw {grant.person}’s role as {grant.get_role_display().lower()} in {grant.market}"
        href = url_for("authority:market-confirm-role", authority.slug, grant.market.slug, grant.pk)
        otherwise = "the role will not start"
        yield WorkItem(task, href, str(authority), grant.confirm_before, grant.market.code, otherwise=otherwise)


def _of_people(authority: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield requests to join and roles to approve again.

    /account/ leaves these out, because it has its own lists of them.
    """
    if not person.can(Can.LINK_PEOPLE, organisation=authority, at=at):
        return
    for asked in people.requests_to_answer(person, at).filter(answerable=authority)[:MAX_WORK_ITEMS]:
        task = f"{asked.person.name} has asked to join {asked.organisation}"
        yield WorkItem(task, url_for("account:request", asked.pk), str(authority))
    for grant in people.roles_to_reapprove(person, at):
        if authority.pk in {grant.organisation_id, grant.organisation.host_id}:
            task = f"Approve {grant.person.name}’s role again: {grant.get_role_display()} at {grant.organisation}"
            yield WorkItem(
                task,
                url_for("account:role-reapprove", grant.pk),
                str(authority),
            )


def _assessing(part: EvaluatorAssignment, authority: Organisation) -> WorkItem:
    application = part.application
    allocated = part.status == AssignmentStatus.ALLOCATED
    route = "application-declare-interest" if allocated else "application-assess"
    return _on(application, "Declare your interests in" if allocated else "Mark", route, authority.slug)


def _on(application: Application, verb: str, route: str, to: str) -> WorkItem:
    href = url_for(f"authority:{route}", to, application.reference)
    task = f"{verb} {application.provider}"
    otherwise = "the decision will be late" if application.decide_by else ""
    return WorkItem(
        task,
        href,
        str(application.authority),
        end_of_last_day(application.decide_by),
        application.reference,
        otherwise=otherwise,
    )
