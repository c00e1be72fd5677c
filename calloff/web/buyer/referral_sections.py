"""A draft referral's sections, and how complete each is."""

from calloff.referrals.models import Referral
from calloff.referrals.sections import find_missing
from calloff.web.forms_ui.section_rail import FormSection, SectionRail
from calloff.web.navigation import path_at_organisation
from calloff.web.request import OrganisationRequest

REFERRAL_TASKS = (
    ("basis", "Legal basis", "The power or duty that applies, and when education is due"),
    ("wanted", "Placement details", "Dates, hours, outcomes, travel, budget"),
    ("picture", "Pen picture", "Everything providers see before an offer"),
    ("who", "Providers to ask", "Every provider in the category or a shortlist, and when replies close"),
)

SEEN_CARDS = (
    (
        "What providers will see",
        (
            "Before an offer, providers see the pen picture, the dates, the hours and the outcomes.",
            "They do not see the pupil’s name, address or school.",
        ),
    ),
)


def referral_sections(request: OrganisationRequest, referral: Referral) -> tuple[FormSection, ...]:
    """Return a draft's sections and, last, the page for asking providers, which needs them all complete."""
    todo = find_missing(referral, request.now)
    begun = {
        "basis": referral.basis, "wanted": referral.starts_on, "picture": referral.picture or referral.area,
        "who": referral.reply_by,
    }  # fmt: skip
    sections = [
        FormSection(
            title,
            "In progress" if todo[key] and begun[key] else "Not yet started" if todo[key] else "Completed",
            _href(request, referral, key),
        )
        for key, title, _ in REFERRAL_TASKS
    ]
    is_ready = not any(todo.values())
    last = FormSection(
        "Check and ask providers",
        "Not yet started" if is_ready else "Cannot start yet",
        path_at_organisation(request, "buyer:referral-ask", referral.reference) if is_ready else None,
    )
    return (*sections, last)


def rail_of(request: OrganisationRequest, referral: Referral, key: str) -> SectionRail:
    """Return the list of sections to show beside one section's page."""
    return SectionRail(
        "Sections of this referral", referral_sections(request, referral), _href(request, referral, key), SEEN_CARDS
    )


def _href(request: OrganisationRequest, referral: Referral, key: str) -> str:
    route = "referral-choose-basis" if key == "basis" else f"referral-{key}"
    return path_at_organisation(request, f"buyer:{route}", referral.reference)
