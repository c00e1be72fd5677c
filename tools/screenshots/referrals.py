"""Find records in the demonstration: referrals, offers and invitations."""

from typing import Any

from calloff.buying.models import Offer
from calloff.referrals.models import ExpressionOfInterest, Referral, ReferralQuestion
from tools.addresses import FindArguments
from tools.screenshots.sample_records import FindRows, address_of


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


def chosen_invitations() -> dict[str, list[str]]:
    """Select the open invitations of the provider that `a_provider_that_is_asked` finds."""
    found = a_provider_that_is_asked()
    asked = ExpressionOfInterest.objects.filter(provider__slug=found[0], status="asked") if found else []
    return {"chosen": [interest.reference for interest in asked]}


def a_reply_to_choose() -> tuple[Any, ...] | None:
    """Return a reply to which the buyer could respond with an offer."""
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
