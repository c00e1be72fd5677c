"""Text and tags for applications, members and agreements: the status, the days left, and who acts next."""

from datetime import date, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.applications.deadlines import calendar_of
from calloff.applications.models import Application
from calloff.applications.states import SENT_STATUSES, ApplicationStatus, AssignmentStatus, LotRequestStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import count_working_days_left, format_short_date, pluralise
from calloff.members.membership_status import standing_of
from calloff.web.status_tags import tag

LIVE_OR_DECIDED = (
    LotRequestStatus.ADMITTED,
    LotRequestStatus.CONDITIONAL,
    LotRequestStatus.REFUSED,
    LotRequestStatus.RELEASED,
)
NO_RULE_SENTENCE = "No rule is recorded"  # shown instead of a last day to decide
HOLDERS_BY_STATUS = {
    ApplicationStatus.SUBMITTED: "Contracts officers",
    ApplicationStatus.CLARIFYING: "The provider",
    ApplicationStatus.TO_DECIDE: "Approvers",
    ApplicationStatus.DECIDED: "",
    ApplicationStatus.WITHDRAWN: "",
}


def application_tags(application: Application) -> SafeString:
    """Return the tags of an application: its status or, once it has been decided, each category's result."""
    if application.status != ApplicationStatus.DECIDED:
        return tag(application.get_status_display())
    tags = [(request.lot.number, tag(request.get_status_display())) for request in decided_requests(application)]
    if len(tags) == 1:
        return tags[0][1]
    return format_html_join("", '<span class="calloff-lot-tag">{} {}</span>', tags)


def request_tag(application: Application, request: Any) -> SafeString:
    """Return the status of one of an application's categories as a tag."""
    if request.status == LotRequestStatus.REQUESTED:
        return tag(application.get_status_display())
    return tag(request.get_status_display())


def decided_requests(application: Application) -> list[Any]:
    return [request for request in application.requests.all() if request.status in LIVE_OR_DECIDED]


def format_categories(application: Application) -> str:
    """List an application's categories by number: “1, 4”."""
    there = [request for request in application.requests.all() if request.status != LotRequestStatus.WITHDRAWN]
    return ", ".join(str(request.lot.number) for request in (there or application.requests.all()))


def name_holders(application: Application) -> str:
    """Return who must act next on an application.

    The text names no one if the reader also acts for the application's provider.
    """
    if getattr(application, "conflicted", False):
        return "You have a conflict of interest"
    parts = list(getattr(application, "held_by", ()))
    at_work = [part for part in parts if part.status in {AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING}]
    if application.status in {ApplicationStatus.SUBMITTED, ApplicationStatus.ASSESSING} and (at_work or parts):
        return ", ".join(str(part.person) for part in at_work or parts)
    return HOLDERS_BY_STATUS.get(ApplicationStatus(application.status), "Contracts officers")


def format_days_left(application: Application, at: datetime) -> str:
    """Format the time left to decide: “10 working days left”, “Overdue by 2 working days”."""
    if application.status not in SENT_STATUSES:
        return ""
    if application.decide_by is None:
        return NO_RULE_SENTENCE
    return format_days_until(application.decide_by, application, at)


def format_days_until(last: date, application: Application, at: datetime) -> str:
    today = local_day(at)
    try:
        if last < today:
            late = count_working_days_left(last, today, calendar_of(application.market))
            return f"Overdue by {pluralise(late, 'working day')}" if late else "Overdue"
        left = count_working_days_left(today, last, calendar_of(application.market))
    except LookupError:  # we do not know that year's bank holidays
        return ""
    return "Today" if last == today else f"{pluralise(left, 'working day')} left"


def format_decide_by(application: Application, at: datetime) -> SafeString | str:
    """Format the last day to decide and the time left, for tables."""
    left = format_days_left(application, at)
    if application.decide_by is None or application.status not in SENT_STATUSES:
        return left
    return format_html('{} <span class="calloff-left">{}</span>', format_short_date(application.decide_by), left)


def member_tag(member: Any, at: datetime) -> SafeString:
    return tag(standing_of(member, on=local_day(at)))


def agreement_tag(agreement: Agreement, at: datetime) -> SafeString:
    today = local_day(at)
    if agreement.has_expired(today):
        return tag("Expired")
    if agreement.status == AgreementStatus.TO_COUNTERSIGN and agreement.kind == Agreement.Kind.PLACEMENT:
        return tag("With the school or team")
    return tag("Expires soon" if agreement.expires_soon(today) else agreement.get_status_display())
