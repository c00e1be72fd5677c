"""Referral tasks for a buyer's people, shown on home pages and in “Go to”."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from calloff.kernel.formatting import format_at_time
from calloff.people.models import Organisation, User
from calloff.referrals import queries
from calloff.referrals.models import Referral
from calloff.referrals.states import ReferralStatus
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem, end_of_last_day


def referral_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Find drafts to finish, questions to answer, and referrals to which providers can no longer reply."""
    for referral in queries.waiting(buyer, person=person, at=at):
        href = reverse("buyer:referral", args=[buyer.slug, referral.reference])
        if referral.status == ReferralStatus.DRAFT:
            otherwise = (
                ("no providers will have been asked when education is due")
                if referral.due_on
                else "no providers will be asked"
            )
            task = "Finish the referral and ask providers"
            yield WorkItem(
                task, href, str(buyer), end_of_last_day(referral.due_on), referral.reference, otherwise=otherwise
            )
        elif referral.reply_by is not None:
            task = f"Choose a provider. Replies closed {format_at_time(referral.reply_by)}"
            by = end_of_last_day(referral.due_on)
            yield WorkItem(
                task,
                f"{href}/replies",
                str(buyer),
                by,
                referral.reference,
                otherwise="the pupil will still be waiting for a place",
            )
    for question in queries.to_answer(buyer):
        href = reverse("buyer:referral-questions", args=[buyer.slug, question.referral.reference])
        by = question.referral.reply_by
        task, reference = "Answer a provider’s question", question.referral.reference
        yield WorkItem(task, href, str(buyer), by, reference, otherwise="the provider might not reply")


def referral_records(buyer: Organisation, person: User, at: datetime) -> QuerySet[Referral]:
    return queries.of_buyer(buyer, person=person, at=at)


def count_referrals(request: OrganisationRequest) -> HomeCount:
    """Count the open referrals, for people who can see them."""
    seen = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    open_ones = seen.filter(status__in=[ReferralStatus.DRAFT, ReferralStatus.ASKING, ReferralStatus.OFFERED])
    return HomeCount("Open referrals", open_ones, path_at_organisation(request, "buyer:referrals"))
