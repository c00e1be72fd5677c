"""Pages of referrals, offers and invitations to look at, and the records that they need."""

from typing import Any

from calloff.buying.models import Offer
from calloff.people.permissions import Role
from calloff.referrals.models import ExpressionOfInterest, Referral, ReferralQuestion
from tools.screenshots.page_specs import FindArguments, PageSpec
from tools.screenshots.sample_records import FindRows, address_of

AP_LEAD, PROVIDER_LEAD, PROVIDER_SAFEGUARDING = Role.AP_LEAD, Role.PROVIDER_LEAD, Role.PROVIDER_SAFEGUARDING


def of_status(status: str, **more: Any) -> FindArguments:
    return address_of("buyer", lambda: Referral.objects.filter(status=status, **more), "reference")


def invited(**like: Any) -> FindRows:
    return lambda: ExpressionOfInterest.objects.filter(provider__invented=True, **like)


def invitation(**like: Any) -> FindArguments:
    return address_of("provider", invited(**like), "reference")


def a_buyer_who_refers() -> tuple[Any, ...] | None:
    found = Referral.objects.select_related("buyer").order_by("pk").first()
    return (found.buyer.slug,) if found else None


def a_provider_that_is_asked() -> tuple[Any, ...] | None:
    found = invited()().select_related("provider").order_by("pk").first()
    return (found.provider.slug,) if found else None


def a_reply_to_choose() -> tuple[Any, ...] | None:
    """Find a reply that could be made an offer."""
    found = ExpressionOfInterest.objects.filter(status="interested", referral__status="asking").order_by("pk").first()
    return (found.buyer.slug, found.referral.reference, found.reference) if found else None


def a_question_to_answer() -> tuple[Any, ...] | None:
    found = ReferralQuestion.objects.filter(status="asked", referral__status="asking").order_by("pk").first()
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
    PageSpec("buyer:referrals", AP_LEAD, a_buyer_who_refers),
    PageSpec("buyer:referral-begin", AP_LEAD, a_buyer_who_refers),
    PageSpec("buyer:referral", AP_LEAD, draft, like="draft"),
    PageSpec("buyer:referral", AP_LEAD, asking, like="asking"),
    PageSpec("buyer:referral", AP_LEAD, offered, like="offered"),
    PageSpec("buyer:referral", AP_LEAD, of_status("none_found"), like="none-found"),
    PageSpec("buyer:referral-choose-basis", AP_LEAD, draft),
    PageSpec("buyer:referral-basis", AP_LEAD, a_basis),
    PageSpec("buyer:referral-basis", AP_LEAD, a_basis, press="Save and continue"),
    PageSpec("buyer:referral-wanted", AP_LEAD, draft),
    PageSpec("buyer:referral-picture", AP_LEAD, draft),
    PageSpec("buyer:referral-preview", AP_LEAD, draft),
    PageSpec("buyer:referral-who", AP_LEAD, draft),
    PageSpec("buyer:referral-ask", AP_LEAD, draft),
    PageSpec("buyer:referral-ask-done", AP_LEAD, asking),
    PageSpec("buyer:referral-history", AP_LEAD, offered),
    PageSpec("buyer:referral-replies", AP_LEAD, asking),
    PageSpec("buyer:referral-offer", AP_LEAD, a_reply_to_choose),
    PageSpec("buyer:referral-take-back", AP_LEAD, offered),
    PageSpec("buyer:referral-nudge", AP_LEAD, asking),
    PageSpec("buyer:referral-ask-more", AP_LEAD, asking),
    PageSpec("buyer:referral-close", AP_LEAD, asking),
    PageSpec("buyer:referral-withdraw", AP_LEAD, asking),
    PageSpec("buyer:referral-questions", AP_LEAD, asking),
    PageSpec("buyer:referral-answer-question", AP_LEAD, a_question_to_answer),
]
PROVIDERS = [
    PageSpec("provider:invitations", PROVIDER_LEAD, a_provider_that_is_asked),
    PageSpec("provider:invitation", PROVIDER_LEAD, asked, like="asked"),
    PageSpec("provider:invitation", PROVIDER_LEAD, interested, like="interested"),
    PageSpec("provider:invitation", PROVIDER_LEAD, an_offer, like="offered"),
    PageSpec("provider:invitation", PROVIDER_LEAD, invitation(status="not_chosen"), like="not-chosen"),
    PageSpec("provider:invitation-interested", PROVIDER_LEAD, asked),
    PageSpec("provider:invitation-interested", PROVIDER_LEAD, asked, press="Continue"),
    PageSpec("provider:invitation-interested-done", PROVIDER_LEAD, interested),
    PageSpec("provider:invitation-decline", PROVIDER_LEAD, asked),
    PageSpec("provider:invitation-ask-question", PROVIDER_LEAD, asked),
    PageSpec("provider:invitation-pack", PROVIDER_LEAD, an_offer),
    PageSpec("provider:invitation-protection", PROVIDER_SAFEGUARDING, an_offer),
    PageSpec("provider:invitation-meet", PROVIDER_LEAD, an_offer),
    PageSpec("provider:invitation-confirm", PROVIDER_LEAD, an_offer),
    PageSpec("provider:invitation-withdraw", PROVIDER_LEAD, an_offer),
    PageSpec("provider:invitation-history", PROVIDER_LEAD, an_offer),
]
# fmt: on
PASSED_OVER = {
    "buyer:referrals-export": "a file for a spreadsheet",
    "provider:invitations-export": "a file for a spreadsheet",
}
