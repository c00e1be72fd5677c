"""Find records in the demonstration about searches: what people do with the results, and what they cannot find."""

from typing import Any

from calloff.demand.models import Nomination, SavedSearch, ShortlistEntry
from calloff.referrals.models import Referral
from tools.addresses import FindArguments
from tools.screenshots.sample_records import address_of, authority


def compared() -> dict[str, Any]:
    """Return the URL arguments for four services in the directory that a page can compare."""
    return {"s": ["studio-mornings", "forest-school-days", "tutoring-at-home", "live-lessons-online"]}


def shopper(*names: str) -> FindArguments:
    return address_of("buyer", lambda: ShortlistEntry.objects.filter(status="listed"), *names)


def from_a_home() -> dict[str, Any]:
    """Return the query string of a search for the child in a referral, for the buyer that has a shortlist."""
    entry = ShortlistEntry.objects.filter(status="listed").order_by("pk").first()
    one = Referral.objects.filter(buyer=entry.buyer).order_by("pk").first() if entry else None
    return {"for": one.reference, "miles": 20} if one else {}


def searcher(status: str, *names: str) -> FindArguments:
    return address_of("buyer", lambda: SavedSearch.objects.filter(status=status), *names)


def nomination(**more: Any) -> FindArguments:
    return authority(lambda: Nomination.objects.filter(**more), "pk")
