"""Work for a buyer's people: what to do, by when, and what happens if no one does it.

A module that has work to show defines a function (buyer, person, at) -> Iterator[WorkItem], and adds a line to
BUYER_WORK_FINDERS. A module that has records for “Go to” to find defines a function (buyer, person, at) -> QuerySet,
and adds a line to BUYER_RECORD_ROUTES.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from calloff.agreements.models import Agreement
from calloff.buying import queries as buying
from calloff.partners import queries as partners
from calloff.people import queries as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import queries as placements
from calloff.pupils import queries as pupils
from calloff.web import audience_hooks
from calloff.web.buyer import interim_places, recalls, referral_work_due
from calloff.web.buyer.placements import not_accounted_for
from calloff.web.buyer.placements import work_due as placements_due
from calloff.web.session import sign_in_rules
from calloff.web.work_items import WorkItem, end_of_last_day, sort_work

BuyerWorkFinder = Callable[[Organisation, User, datetime], Iterator[WorkItem]]
BuyerRecordFinder = Callable[[Organisation, User, datetime], QuerySet[Any]]
SIGN_PARTNERSHIP_TASK = "Sign the Partnership Agreement"


def buyer_work_for(buyer: Organisation, person: User, at: datetime) -> list[WorkItem]:
    """Return a person's work at a buyer, by deadline. Work without a deadline comes last."""
    mine = [finder for needs, finder in BUYER_WORK_FINDERS if person.can(needs, organisation=buyer, at=at)]
    items = [work for finder in mine for work in finder(buyer, person, at)]
    return sort_work(items, at)


def _requests(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for join_request in people.requests_to_answer(person, at).filter(organisation=buyer):
        task, href = (
            (f"Answer {join_request.person.name}’s request to join your organisation"),
            reverse("account:request", args=[join_request.pk]),
        )
        yield WorkItem(task, href, str(buyer), otherwise="they will not be able to act for your organisation")


def _to_sign(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for standing in partners.to_sign(buyer, at=at):
        reference, to = "", reverse("buyer:agreement-duties", args=[buyer.slug, standing.market.code])
        if standing.waiting:
            reference = standing.waiting.agreement.reference
            to = reverse("buyer:agreement-sign", args=[buyer.slug, reference])
        task = f"{SIGN_PARTNERSHIP_TASK}: {standing.market}"
        ends = standing.standing.agreement.ends_on if standing.standing.allows and standing.standing.agreement else None
        otherwise = "your colleagues will not be able to ask providers for places"
        yield WorkItem(task, to, str(buyer), end_of_last_day(ends), reference, otherwise=otherwise)


def _agreements(buyer: Organisation, person: User, at: datetime) -> QuerySet[Any]:
    spoken_for = partners.of_buyer(buyer, person=person, at=at).values("agreement")
    return Agreement.objects.filter(pk__in=spoken_for)


BUYER_WORK_FINDERS: tuple[tuple[str, BuyerWorkFinder], ...] = (
    # the permission that a person needs, and the function that finds the work
    (Can.PLACE, referral_work_due.referral_work),
    (Can.SIGN, _to_sign),
    (Can.LINK_PEOPLE, _requests),
    (Can.MANAGE_PEOPLE, sign_in_rules.reset_due_items),
    (Can.SEE_PLACING, recalls.recall_work),
    (Can.SEE_PUPILS, placements_due.note_work),
    (Can.PLACE, placements_due.pre_start_work),
    (Can.SAFEGUARD, placements_due.safeguarding_work),
    (Can.COUNTERSIGN, placements_due.signing_work),
    (Can.PLACE, placements_due.review_work),
    (Can.PLACE, placements_due.code_work),
    (Can.PLACE, placements_due.unmarked_work),
    (Can.PLACE, placements_due.unresolved_work),
    (Can.CHANGE_PLACEMENT, placements_due.change_work),
    (Can.PLACE, placements_due.follow_up_work),
    (Can.PLACE, interim_places.interim_work),
)
BUYER_RECORD_ROUTES: tuple[tuple[str, BuyerRecordFinder], ...] = (
    # the route to a record by its reference, and the function that finds the records that a person can see
    ("buyer:placement", lambda buyer, person, at: placements.of_buyer(buyer, person=person, at=at)),
    ("buyer:order", lambda buyer, person, at: buying.orders_of(buyer, person=person, at=at)),
    ("buyer:agreement", _agreements),
    ("buyer:referral", referral_work_due.referral_records),
    ("buyer:pupil", lambda buyer, person, at: pupils.of_buyer(buyer, person=person, at=at)),
)


def buyers_of(person: User, at: datetime) -> list[Organisation]:
    mine = {role.organisation_id: role.organisation for role in people.roles_of(person, at)}
    return [organisation for organisation in mine.values() if organisation.is_buyer]


def _everywhere(person: User, at: datetime) -> list[audience_hooks.DueItem]:
    """Return a person's work at all their schools and teams, for /account/."""
    items: list[audience_hooks.DueItem] = []
    for buyer in buyers_of(person, at):
        items += [*not_accounted_for.unaccounted_due_items(buyer, person, at), *buyer_work_for(buyer, person, at)]
    # /account/ has its own list of requests to join
    return [work for work in items if "/account/" not in work.href]


def _place_of(request: Any, words: str) -> str | None:
    """Find a record at one of the person's buyers by its reference."""
    reference, person, at = words.upper(), request.user, request.now
    for buyer in buyers_of(person, at):
        for route, records in BUYER_RECORD_ROUTES:
            if records(buyer, person, at).filter(reference=reference).exists():
                return reverse(route, args=[buyer.slug, reference])
    return None


def register() -> None:
    audience_hooks.register_path_finder(_place_of)
    audience_hooks.register_due_finder(_everywhere)
