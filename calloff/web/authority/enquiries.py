"""List the questions about a market, answer them, and publish them without names.

Also list who has registered interest.
"""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.applications import commands, queries
from calloff.applications.models import Enquiry
from calloff.applications.states import EnquiryStatus, MarketInterestStatus
from calloff.history.transitions import is_allowed
from calloff.people.permissions import Can
from calloff.web import list_pages
from calloff.web.authority.lookups import find_market
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

ENQUIRY_STATES: list_pages.StateFilters = {
    "asked": ("Waiting for an answer", Q(status=EnquiryStatus.ASKED)),
    "answered": ("Answer given", Q(status__in=[EnquiryStatus.ANSWERED, EnquiryStatus.PUBLISHED])),
    "published": ("Answer published", Q(status=EnquiryStatus.PUBLISHED)),
    "closed": ("Closed without an answer", Q(status=EnquiryStatus.CLOSED)),
    "withdrawn": ("Withdrawn", Q(status=EnquiryStatus.WITHDRAWN)),
}
INTEREST_STATES: list_pages.StateFilters = {
    "registered": ("Registered", Q(status=MarketInterestStatus.REGISTERED)),
    "withdrawn": ("Withdrawn", Q(status=MarketInterestStatus.WITHDRAWN)),
}


class AnswerEnquiryForm(UnmarkedForm):
    answer = textarea_field(
        "Your answer",
        "The person who asked, their colleagues who can apply, and council staff can read this.",
        errors=text_errors("Your answer", "Enter your answer"),
    )


class CloseEnquiryForm(UnmarkedForm):
    reason = textarea_field(
        "Why are you closing this question?",
        "For example, it was sent twice, or the market has ended. The people who can read an answer can read this.",
        errors=text_errors("Reason", "Enter why you are closing this question"),
    )


class PublishEnquiryForm(UnmarkedForm):
    published_question = textarea_field(
        "Question",
        "Change anything that shows who asked.",
        errors=text_errors("Question", "Enter the question that you want to publish"),
    )
    published_answer = textarea_field(
        "Answer",
        "Anyone can read this. Do not name the person or provider who asked.",
        errors=text_errors("Answer", "Enter the answer that you want to publish"),
    )


def _found(request: OrganisationRequest, pk: int) -> Enquiry:
    seen = Enquiry.objects.visible_to(request.user, request.now).filter(authority=request.organisation)
    enquiry: Enquiry = get_object_or_404(
        seen.select_related("market", "authority", "provider", "asked_by", "answered_by"), pk=pk
    )
    return enquiry


def _back(request: OrganisationRequest, enquiry: Enquiry) -> str:
    return path_at_organisation(request, "authority:enquiry", enquiry.pk)


def _publish_form(request: OrganisationRequest, enquiry: Enquiry) -> PublishEnquiryForm:
    first = {
        "published_question": enquiry.published_question or enquiry.question,
        "published_answer": enquiry.published_answer or enquiry.answer,
    }
    return PublishEnquiryForm.of(request, initial=first)


def _publishing(enquiry: Enquiry) -> str:
    """Return the name of the action that publishes a question or, if it is published, changes what people read."""
    is_published = enquiry.status == EnquiryStatus.PUBLISHED
    return "Change published question and answer" if is_published else "Publish question and answer"


def _explain_publishing(request: OrganisationRequest, enquiry: Enquiry) -> list[str]:
    told = [
        "Anyone will be able to read the question and answer on the market’s “How to apply” page. The page "
        "will not show who asked."
    ]
    if not commands.are_names_checked(enquiry):
        told.append("We cannot check your text for the name of who asked. Check that it contains no names.")
    return told


ENQUIRY_ACTIONS = RecordActions(
    AUTHORITY,
    "enquiry",
    _found,
    key="pk",
    back=_back,
    needs=(Can.OVERSEE,),
    market_roles=True,
    caption=lambda _, enquiry: enquiry.market.code,
    rows=(
        RecordAction(
            commands.answer_enquiry,
            path="answer",
            link="Answer question",
            form=AnswerEnquiryForm,
            heading=lambda _, enquiry: f"Answer a question from {enquiry.asker}",
            quoted=lambda _, enquiry: enquiry.question,
            meaning=["We will email the person or provider who asked. They must sign in to read your answer."],
            button="Send answer",
            done="Answer sent",
        ),
        RecordAction(
            commands.close_enquiry,
            path="close",
            link="Close without an answer",
            form=CloseEnquiryForm,
            heading="Close the question without an answer",
            quoted=lambda _, enquiry: enquiry.question,
            meaning=[
                "We will email the person or provider who asked. They must sign in to read your reason.",
                "You will no longer be able to answer this question.",
            ],
            button="Close question",
            stops=True,
            done="Question closed",
        ),
        RecordAction(
            commands.publish_enquiry,
            path="publish",
            link=lambda _, enquiry: _publishing(enquiry),
            form=_publish_form,
            heading=lambda _, enquiry: _publishing(enquiry),
            meaning=_explain_publishing,
            button=lambda _, enquiry: _publishing(enquiry),
            done="Question and answer published",
        ),
        RecordAction(
            commands.unpublish_enquiry,
            path="remove",
            link="Remove question and answer",
            heading="Remove question and answer from the market’s page",
            meaning=["The person who asked will still be able to read your answer. You can publish it again later."],
            button="Remove question and answer",
            stops=True,
            done="Question and answer removed from the market’s page",
        ),
    ),
)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def enquiries(request: OrganisationRequest, slug: str) -> HttpResponse:
    market = find_market(request, slug)
    filters, rows = list_pages.filter_by_state(
        request, queries.enquiries_of(market), ENQUIRY_STATES, everything="All questions"
    )
    page = list_pages.list_context(request, rows, ("-asked_at", "-pk"), one="question", filters=filters)
    asked = [row for row in page["rows"] if row.status == EnquiryStatus.ASKED]
    may_answer = bool(asked) and is_allowed(asked[0], "answer_enquiry", request.user, request.now)
    page |= {"market": market, "may_answer": may_answer, "first": asked[0].pk if asked else None}
    return render(request, "authority/enquiries.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def interests(request: OrganisationRequest, slug: str) -> HttpResponse:
    """List the providers and people who have registered interest in a market, and count them."""
    market = find_market(request, slug)
    filters, rows = list_pages.filter_by_state(
        request, queries.interests_in(market), INTEREST_STATES, everything="All interest"
    )
    page = list_pages.list_context(request, rows, ("-registered_at", "-pk"), one="row", filters=filters)
    return render(
        request, "authority/interests.html", page | {"market": market, "counted": queries.count_interest(market)}
    )


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def record(request: OrganisationRequest, pk: int) -> HttpResponse:
    enquiry = _found(request, pk)
    page = {"actions": ENQUIRY_ACTIONS.links(request, enquiry)}
    return render(request, "authority/enquiry.html", page | _frame(request, enquiry))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    enquiry = _found(request, pk)
    return pages.render_history(request, enquiry, context=_frame(request, enquiry))


def _frame(request: OrganisationRequest, enquiry: Enquiry) -> dict[str, Any]:
    market = enquiry.market
    crumbs = [
        ("Markets", path_at_organisation(request, "authority:markets")),
        (market.code, path_at_organisation(request, "authority:market", market.slug)),
        ("Questions from providers", path_at_organisation(request, "authority:enquiries", market.slug)),
    ]
    tabs = [
        ("Question", path_at_organisation(request, "authority:enquiry", enquiry.pk)),
        ("History", path_at_organisation(request, "authority:enquiry-history", enquiry.pk)),
    ]
    return {
        "enquiry": enquiry,
        "caption": market.code,
        "heading": f"Question from {enquiry.asker}" if enquiry.provider or enquiry.asked_by else str(enquiry),
        "breadcrumbs": crumbs,
        "parts": record_parts(request, tabs),
    }
