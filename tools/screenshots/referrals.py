"""Pages of referrals, offers and invitations to look at, and the records that they need."""

from typing import Any

from calloff.buying.models import Offer
from calloff.people.permissions import Role
from calloff.referrals.models import Interest, Question, Referral
from tools.screenshots.page_specs import Page, Where
from tools.screenshots.sample_records import Rows, at

BUYER, LEAD, GUARD = Role.AP_LEAD, Role.PROVIDER_LEAD, Role.PROVIDER_SAFEGUARDING


def of_status(status: str, **more: Any) -> Where:
    return at("buyer", lambda: Referral.objects.filter(status=status, **more), "reference")


def invited(**like: Any) -> Rows:
    return lambda: Interest.objects.filter(provider__invented=True, **like)


def invitation(**like: Any) -> Where:
    return at("provider", invited(**like), "reference")


def a_buyer_who_refers() -> tuple[Any, ...] | None:
    found = Referral.objects.select_related("buyer").order_by("pk").first()
    return (found.buyer.slug,) if found else None


def a_provider_that_is_asked() -> tuple[Any, ...] | None:
    found = invited()().select_related("provider").order_by("pk").first()
    return (found.provider.slug,) if found else None


def a_reply_to_choose() -> tuple[Any, ...] | None:
    """Find a reply that could be made an offer."""
    found = Interest.objects.filter(status="interested", referral__status="asking").order_by("pk").first()
    return (found.buyer.slug, found.referral.reference, found.reference) if found else None


def a_question_to_answer() -> tuple[Any, ...] | None:
    found = Question.objects.filter(status="asked", referral__status="asking").order_by("pk").first()
    return (found.buyer.slug, found.referral.reference, found.pk) if found else None


def a_basis() -> tuple[Any, ...] | None:
    found = Referral.objects.filter(status="draft").order_by("pk").first()
    return (found.buyer.slug, found.reference, "s100") if found else None


def an_offer() -> tuple[Any, ...] | None:
    found = Offer.objects.filter(status="made", provider__invented=True).order_by("pk").first()
    return (found.provider.slug, found.interest.reference) if found else None


draft, asking, offered = of_status("draft"), of_status("asking"), of_status("offered")
asked, interested = invitation(status="asked", referral__status="asking"), invitation(status="interested")

# fmt: off
BUYERS = [
    Page("buyer:referrals", BUYER, a_buyer_who_refers),
    Page("buyer:referral-begin", BUYER, a_buyer_who_refers),
    Page("buyer:referral", BUYER, draft, like="draft"),
    Page("buyer:referral", BUYER, asking, like="asking"),
    Page("buyer:referral", BUYER, offered, like="offered"),
    Page("buyer:referral", BUYER, of_status("none_found"), like="none-found"),
    Page("buyer:referral-choose-basis", BUYER, draft),
    Page("buyer:referral-basis", BUYER, a_basis),
    Page("buyer:referral-basis", BUYER, a_basis, press="Save and continue"),
    Page("buyer:referral-wanted", BUYER, draft),
    Page("buyer:referral-picture", BUYER, draft),
    Page("buyer:referral-preview", BUYER, draft),
    Page("buyer:referral-who", BUYER, draft),
    Page("buyer:referral-ask", BUYER, draft),
    Page("buyer:referral-ask-done", BUYER, asking),
    Page("buyer:referral-history", BUYER, offered),
    Page("buyer:referral-replies", BUYER, asking),
    Page("buyer:referral-offer", BUYER, a_reply_to_choose),
    Page("buyer:referral-take-back", BUYER, offered),
    Page("buyer:referral-nudge", BUYER, asking),
    Page("buyer:referral-ask-more", BUYER, asking),
    Page("buyer:referral-close", BUYER, asking),
    Page("buyer:referral-withdraw", BUYER, asking),
    Page("buyer:referral-questions", BUYER, asking),
    Page("buyer:referral-answer-question", BUYER, a_question_to_answer),
]
PROVIDERS = [
    Page("provider:invitations", LEAD, a_provider_that_is_asked),
    Page("provider:invitation", LEAD, asked, like="asked"),
    Page("provider:invitation", LEAD, interested, like="interested"),
    Page("provider:invitation", LEAD, an_offer, like="offered"),
    Page("provider:invitation", LEAD, invitation(status="not_chosen"), like="not-chosen"),
    Page("provider:invitation-interested", LEAD, asked),
    Page("provider:invitation-interested", LEAD, asked, press="Continue"),
    Page("provider:invitation-interested-done", LEAD, interested),
    Page("provider:invitation-decline", LEAD, asked),
    Page("provider:invitation-ask-question", LEAD, asked),
    Page("provider:invitation-pack", LEAD, an_offer),
    Page("provider:invitation-protection", GUARD, an_offer),
    Page("provider:invitation-meet", LEAD, an_offer),
    Page("provider:invitation-confirm", LEAD, an_offer),
    Page("provider:invitation-withdraw", LEAD, an_offer),
    Page("provider:invitation-history", LEAD, an_offer),
]
# fmt: on
PASSED_OVER = {
    "buyer:referrals-export": "a file for a spreadsheet",
    "provider:invitations-export": "a file for a spreadsheet",
}
