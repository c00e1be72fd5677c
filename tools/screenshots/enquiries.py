"""Find questions to the teams of markets in the demonstration, and the people who have asked them."""

from collections.abc import Callable
from typing import Any

from calloff.applications.models import Enquiry, MarketInterest
from tools.addresses import FindArguments
from tools.screenshots.sample_records import authority


def enquiry(status: str) -> FindArguments:
    return authority(lambda: Enquiry.objects.filter(status=status), "pk")


def market_with_enquiries() -> tuple[Any, ...] | None:
    return authority(Enquiry.objects.all, "market__slug")()


def a_market() -> tuple[Any, ...] | None:
    return market_with_enquiries()


def asker(status: str) -> Callable[[], str | None]:
    def email() -> str | None:
        found = Enquiry.objects.filter(status=status).select_related("asked_by").order_by("pk").first()
        return found.asked_by.email if found and found.asked_by else None

    return email


def enquiry_of_asker(status: str) -> FindArguments:
    def where() -> tuple[Any, ...] | None:
        found = Enquiry.objects.filter(status=status).order_by("pk").first()
        return (found.pk,) if found else None

    return where


def _interest() -> MarketInterest | None:
    return MarketInterest.objects.registered().select_related("person").order_by("pk").first()


def interested() -> str | None:
    found = _interest()
    return found.person.email if found and found.person else None


def an_interest() -> tuple[Any, ...] | None:
    found = _interest()
    return (found.pk,) if found else None
