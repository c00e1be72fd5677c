"""The context of a pupil's pages, the order of the pages for a new record, and the sections of its form."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils.html import format_html

from calloff.history.transitions import is_permitted
from calloff.kernel.clock import local_day
from calloff.pupils.models import Pupil
from calloff.referrals.models import Referral
from calloff.referrals.states import InterestStatus, ReferralStatus
from calloff.web.buyer.pupil_forms import PUPIL_SECTION_FORMS, PupilViewsForm
from calloff.web.forms_ui.section_rail import SectionRail, section_of_form
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.request import OrganisationRequest

NEW_RECORD = "new"  # in the query of the pages that follow “Add a pupil”
PAGE_AFTER = {  # each page of a new record, with the route of the next page and the section in its path
    "identity": ("pupil-amend", "needs"),
    "needs": ("pupil-amend", "risks"),
    "risks": ("pupil-contact-add",),
    "contact": ("pupil-note-views",),
}
NEW_RECORD_ADVICE = "If you want to enter this later, select Cancel."
PROVIDERS_SEE = (
    "Before an offer, providers see only the kinds of need and risk that you put in a referral.",
    "After an offer, the provider that you chose can read the whole record.",
)
SEEN_CARDS = (("People who can see this", PROVIDERS_SEE),)
VIEWS_LOGGED = "We record each time someone views this record."


def is_new_record(request: OrganisationRequest) -> bool:
    return NEW_RECORD in request.GET


def page_after(request: OrganisationRequest, pupil: Pupil, done: str, *, new: bool = False) -> str:
    """Return the page after one of a pupil's pages, which is the next page of a new record or the record itself."""
    if done in PAGE_AFTER and (new or is_new_record(request)):
        route, *section = PAGE_AFTER[done]
        return f"{path_at_organisation(request, f'buyer:{route}', pupil.reference, *section)}?{NEW_RECORD}=1"
    return path_at_organisation(request, "buyer:pupil", pupil.reference)


def pupil_context(request: OrganisationRequest, pupil: Pupil) -> dict[str, Any]:
    """Return the context for a page about one pupil.

    The page is marked as confidential, and its context does not contain the name.
    """

    def to(route: str) -> str:
        return path_at_organisation(request, f"buyer:{route}", pupil.reference)

    verbs = ("amend", "keep_protection")
    may = {verb: is_permitted(pupil, verb, request.user, request.now) for verb in verbs}
    hrefs = [("Record", to("pupil"))]
    if may["keep_protection"]:
        hrefs.append(("Protection", to("pupil-protection")))
    hrefs += [("View log", to("pupil-reads")), ("History", to("pupil-history"))]
    return {
        "pupil": pupil,
        "caption": pupil.reference,
        "confidential": True,
        "may_ever": may,
        "parts": record_parts(request, hrefs),
        "breadcrumbs": [("Pupils", path_at_organisation(request, "buyer:pupils")), (pupil.reference, None)],
        "today": local_day(request.now),
    }


def about_new_record(same: list[Any]) -> dict[str, Any]:
    """Return the card beside the form of a new record: links to records of the same child, or what providers see."""
    if same:
        return {"meaning": same}
    return {
        "meaning": [*PROVIDERS_SEE, VIEWS_LOGGED],
        "happens_title": "What providers will see",
        "happens_ticked": True,
    }


def describe_replies(referrals: Iterable[Referral]) -> tuple[Referral, str] | None:
    """Return the latest referral that providers are asked about, and their replies: “1 interested, 1 declined”.

    The result is None if there is no such referral. It uses one query.
    """
    sent = next((one for one in referrals if one.status == ReferralStatus.ASKING), None)
    if sent is None:
        return None
    counted = sent.interests.order_by().values_list("status").annotate(Count("pk"))
    number: dict[str, int] = dict(counted)
    words = [f"{number[status]} {str(status.label).lower()}" for status in InterestStatus if status in number]
    return sent, ", ".join(words)


def pupil_rail(request: OrganisationRequest, pupil: Pupil, current: str) -> SectionRail:
    """Return the sections of a pupil's record, and which of them have their answers, for the page of one section."""
    today = local_day(request.now)

    def to(route: str, *more: str) -> str:
        new = f"?{NEW_RECORD}=1" if is_new_record(request) else ""
        return path_at_organisation(request, f"buyer:{route}", pupil.reference, *more) + new

    sections = [
        section_of_form(heading, form, form.known(pupil, today), to("pupil-amend", key))
        for key, (heading, form) in PUPIL_SECTION_FORMS.items()
    ]
    views = PupilViewsForm.known(pupil, today)
    sections.append(section_of_form("Views", PupilViewsForm, views, to("pupil-note-views")))
    here = to("pupil-amend", current) if current in PUPIL_SECTION_FORMS else to("pupil-note-views")
    return SectionRail("Sections of this record", tuple(sections), here, SEEN_CARDS)


def links_to_same(request: OrganisationRequest, form: Any) -> list[Any]:
    """Link to records that might be about the same child, with references and no names."""
    records = getattr(form, "same", ())
    links = [
        format_html(
            '<a class="govuk-link" href="{}">{}</a>',
            path_at_organisation(request, "buyer:pupil", record.reference),
            record,
        )
        for record in records
    ]
    return [format_html("Check this record first: {}", link) for link in links]
