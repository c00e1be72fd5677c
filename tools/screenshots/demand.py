"""The pages of what people do with a search: beside each other, on a shortlist, saved, and what they do not find."""

from typing import Any

from calloff.demand.models import Nomination, SavedSearch, ShortlistEntry
from calloff.people.permissions import Role
from calloff.referrals.models import Referral
from tools.screenshots import sample_records
from tools.screenshots.page_specs import FindArguments, PageSpec
from tools.screenshots.sample_records import address_of, authority

BUYER, OFFICER = Role.AP_LEAD, Role.CONTRACTS_OFFICER
council, buyer = sample_records.a_busy_authority, sample_records.a_busy_buyer


def compared() -> dict[str, Any]:
    """Return four services of the directory that pages can compare, by their addresses."""
    return {"s": ["studio-mornings", "forest-school-days", "tutoring-at-home", "live-lessons-online"]}


def shopper(*names: str) -> FindArguments:
    return address_of("buyer", lambda: ShortlistEntry.objects.filter(status="listed"), *names)


def from_a_home() -> dict[str, Any]:
    """Return the query of a search for a child: of a referral of the buyer who has a shortlist."""
    entry = ShortlistEntry.objects.filter(status="listed").order_by("pk").first()
    one = Referral.objects.filter(buyer=entry.buyer).order_by("pk").first() if entry else None
    return {"for": one.reference, "miles": 20} if one else {}


def searcher(status: str, *names: str) -> FindArguments:
    return address_of("buyer", lambda: SavedSearch.objects.filter(status=status), *names)


def nomination(**more: Any) -> FindArguments:
    return authority(lambda: Nomination.objects.filter(**more), "pk")


# fmt: off
PUBLIC = [
    PageSpec("public:directory-compare", where=council, query=compared()),
    PageSpec("public:directory-compare", BUYER, council, query=compared(), like="to-a-buyer"),
    PageSpec("public:directory-compare", where=council, like="nothing"),
    PageSpec("public:directory-report-gap", where=council, query={"words": "swimming", "need": "ASD"}),
    PageSpec("public:directory-report-gap", where=council, query={"words": "swimming"}, press="Tell the council"),
    PageSpec("public:directory-report-gap-done", where=council),
    PageSpec("public:directory-nominate", where=council),
    PageSpec("public:directory-nominate", where=council, press="Send suggestion"),
    PageSpec("public:directory-nominate-done", where=council),
]
BUYERS = [
    PageSpec("buyer:directory", BUYER, shopper()),
    PageSpec("buyer:directory", BUYER, shopper(), query={"need": "SEMH", "miles": 10}, like="near-the-school"),
    PageSpec("buyer:directory", BUYER, shopper(), query=from_a_home, like="for-a-child"),
    PageSpec("buyer:directory-place", BUYER, buyer),
    PageSpec("buyer:report-gap", BUYER, buyer, query={"words": "swimming", "miles": 10}),
    PageSpec("buyer:shortlist", BUYER, shopper()),
    PageSpec("buyer:shortlist-amend-note", BUYER, shopper("pk")),
    PageSpec("buyer:searches", BUYER, searcher("watched")),
    PageSpec("buyer:search-save", BUYER, buyer, query={"words": "wood"}),
    PageSpec("buyer:search", BUYER, searcher("watched", "pk")),
    PageSpec("buyer:search-stop-emails", BUYER, searcher("watched", "pk")),
    PageSpec("buyer:search-start-emails", BUYER, searcher("quiet", "pk")),
    PageSpec("buyer:search-delete", BUYER, searcher("watched", "pk")),
]
AUTHORITY = [
    PageSpec("authority:needs", OFFICER, council),
    PageSpec("authority:needs", OFFICER, council, query={"state": "family", "need": "ASD"}, like="filtered"),
    PageSpec("authority:nominations", OFFICER, council),
    PageSpec("authority:nomination", OFFICER, nomination(answers=None)),
    PageSpec("authority:nomination", OFFICER, nomination(answers__status="set_aside"), like="put-aside"),
    PageSpec("authority:nomination-history", OFFICER, nomination(answers__status="set_aside")),
    PageSpec("authority:nomination-invite", OFFICER, nomination(answers=None)),
    PageSpec("authority:nomination-set-aside", OFFICER, nomination(answers=None)),
]
# fmt: on
PAGES = [*PUBLIC, *BUYERS, *AUTHORITY]

FILE_REASON, POST_ONLY_REASON = "a file", "only sends: its button stands on another page"
PASSED_OVER: dict[str, str] = {
    "public:directory-export": FILE_REASON,
    "public:directory-compare-paper": FILE_REASON,
    "public:service-paper": FILE_REASON,
    "buyer:directory-export": FILE_REASON,
    "buyer:directory-forget-place": POST_ONLY_REASON,
    "buyer:shortlist-add": POST_ONLY_REASON,
    "buyer:shortlist-take-off": POST_ONLY_REASON,
    "authority:needs-export": FILE_REASON,
}
