"""The pages of what people do with a search: beside each other, on a shortlist, saved, and what they do not find."""

from typing import Any

from calloff.demand.models import Entry, Nomination, SavedSearch
from calloff.people.permissions import Role
from calloff.referrals.models import Referral
from tools.screenshots import sample_records
from tools.screenshots.page_specs import Page, Where
from tools.screenshots.sample_records import at, authority

BUYER, OFFICER = Role.AP_LEAD, Role.CONTRACTS_OFFICER
council, buyer = sample_records.a_busy_authority, sample_records.a_busy_buyer


def compared() -> dict[str, Any]:
    """Return four services of the directory that pages can compare, by their addresses."""
    return {"s": ["studio-mornings", "forest-school-days", "tutoring-at-home", "live-lessons-online"]}


def shopper(*names: str) -> Where:
    return at("buyer", lambda: Entry.objects.filter(status="listed"), *names)


def from_a_home() -> dict[str, Any]:
    """Return the query of a search for a child: of a referral of the buyer who has a shortlist."""
    entry = Entry.objects.filter(status="listed").order_by("pk").first()
    one = Referral.objects.filter(buyer=entry.buyer).order_by("pk").first() if entry else None
    return {"for": one.reference, "miles": 20} if one else {}


def searcher(status: str, *names: str) -> Where:
    return at("buyer", lambda: SavedSearch.objects.filter(status=status), *names)


def nomination(**more: Any) -> Where:
    return authority(lambda: Nomination.objects.filter(**more), "pk")


# fmt: off
PUBLIC = [
    Page("public:directory-compare", where=council, query=compared()),
    Page("public:directory-compare", BUYER, council, query=compared(), like="to-a-buyer"),
    Page("public:directory-compare", where=council, like="nothing"),
    Page("public:directory-report-gap", where=council, query={"words": "swimming", "need": "ASD"}),
    Page("public:directory-report-gap", where=council, query={"words": "swimming"}, press="Tell the council"),
    Page("public:directory-report-gap-done", where=council),
    Page("public:directory-nominate", where=council),
    Page("public:directory-nominate", where=council, press="Send it to the council"),
    Page("public:directory-nominate-done", where=council),
]
BUYERS = [
    Page("buyer:directory", BUYER, shopper()),
    Page("buyer:directory", BUYER, shopper(), query={"need": "SEMH", "miles": 10}, like="near-the-school"),
    Page("buyer:directory", BUYER, shopper(), query=from_a_home, like="for-a-child"),
    Page("buyer:directory-place", BUYER, buyer),
    Page("buyer:report-gap", BUYER, buyer, query={"words": "swimming", "miles": 10}),
    Page("buyer:shortlist", BUYER, shopper()),
    Page("buyer:shortlist-amend-note", BUYER, shopper("pk")),
    Page("buyer:searches", BUYER, searcher("watched")),
    Page("buyer:search-save", BUYER, buyer, query={"words": "wood"}),
    Page("buyer:search", BUYER, searcher("watched", "pk")),
    Page("buyer:search-stop-emails", BUYER, searcher("watched", "pk")),
    Page("buyer:search-start-emails", BUYER, searcher("quiet", "pk")),
    Page("buyer:search-delete", BUYER, searcher("watched", "pk")),
]
AUTHORITY = [
    Page("authority:needs", OFFICER, council),
    Page("authority:needs", OFFICER, council, query={"state": "family", "need": "ASD"}, like="filtered"),
    Page("authority:nominations", OFFICER, council),
    Page("authority:nomination", OFFICER, nomination(answers=None)),
    Page("authority:nomination", OFFICER, nomination(answers__status="set_aside"), like="put-aside"),
    Page("authority:nomination-history", OFFICER, nomination(answers__status="set_aside")),
    Page("authority:nomination-invite", OFFICER, nomination(answers=None)),
    Page("authority:nomination-set-aside", OFFICER, nomination(answers=None)),
]
# fmt: on
PAGES = [*PUBLIC, *BUYERS, *AUTHORITY]

A_FILE, POST = "a file", "only sends: its button stands on another page"
PASSED_OVER: dict[str, str] = {
    "public:directory-export": A_FILE,
    "public:directory-compare-paper": A_FILE,
    "public:service-paper": A_FILE,
    "buyer:directory-export": A_FILE,
    "buyer:directory-forget-place": POST,
    "buyer:shortlist-add": POST,
    "buyer:shortlist-take-off": POST,
    "authority:needs-export": A_FILE,
}
