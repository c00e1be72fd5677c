"""The pages of placements: of a school or team, and of a provider."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.placements.models import Attendance, Change, DayNote, FollowUp, InterimPlace, Placement, Review
from tools.screenshots.page_specs import Page
from tools.screenshots.sample_records import buyer, provider

AP_LEAD, HEAD, SAFEGUARDING, LEAD = Role.AP_LEAD, Role.HEAD, Role.SAFEGUARDING_LEAD, Role.PROVIDER_LEAD
POST, PDF = "only sends: its button stands on another page", "a document"


def placement(*statuses: str, **more: Any) -> Callable[[], "QuerySet[Any]"]:
    return lambda: Placement.objects.filter(status__in=statuses, **more)


def ready() -> "QuerySet[Any]":
    """Find placements whose every check is made, and whose agreement is still to be drawn up."""
    return Placement.objects.filter(status="checks").exclude(checks__made_at=None)


def waiting() -> "QuerySet[Any]":
    """Find placements of which a check is missing."""
    return Placement.objects.filter(status="checks", checks__made_at=None).distinct()


def changes(side: str) -> Callable[[], "QuerySet[Any]"]:
    return lambda: Change.objects.filter(side=side, status="proposed").select_related("placement", "buyer", "provider")


def reviews() -> "QuerySet[Any]":
    return Review.objects.filter(status="planned", placement__status__in=["running", "notice"])


def follow_ups() -> "QuerySet[Any]":
    return FollowUp.objects.filter(status="due")


def notes() -> "QuerySet[Any]":
    return DayNote.objects.exclude(status="corrected")


def to_answer() -> "QuerySet[Any]":
    return DayNote.objects.filter(status="recorded", side="provider")


def ours() -> "QuerySet[Any]":
    return DayNote.objects.filter(status="recorded", side="buyer")


def a_register() -> tuple[Any, ...] | None:
    """Find the last session that a provider marked."""
    found = Attendance.objects.select_related("placement__provider").order_by("-day", "-session").first()
    return (found.placement.provider.slug, found.day.isoformat(), found.session) if found else None


def register_of_today() -> tuple[Any, ...] | None:
    found = Placement.objects.live().select_related("provider").order_by("pk").first()
    return (found.provider.slug, timezone.localdate(clock.now()).isoformat(), "am") if found else None


def interim() -> "QuerySet[Any]":
    return InterimPlace.objects.filter(status="waiting").select_related("buyer", "referral")


before, drawn, live, over = (
    placement("checks"),
    placement("to_sign"),
    placement("running"),
    placement("ended", "ended_early"),
)
to_check = buyer(before, "reference")
# fmt: off
BUYERS = [
    Page("buyer:placements", AP_LEAD, buyer(live)),
    Page("buyer:off-site-now", HEAD, buyer(live)),
    Page("buyer:placement", AP_LEAD, to_check, like="before"),
    Page("buyer:placement", AP_LEAD, buyer(live, "reference"), like="running"),
    Page("buyer:placement-before-start", AP_LEAD, to_check),
    Page("buyer:placement-before-start", AP_LEAD, buyer(waiting, "reference"), like="missing"),
    Page("buyer:placement-record-visit", AP_LEAD, to_check),
    Page("buyer:placement-record-visit", AP_LEAD, to_check, press="Record the visit"),
    Page("buyer:placement-tell-parent", AP_LEAD, to_check),
    Page("buyer:placement-tell-authority", AP_LEAD, to_check),
    Page("buyer:placement-give-direction", AP_LEAD, to_check),
    Page("buyer:placement-keep-risk-plan", AP_LEAD, to_check),
    Page("buyer:placement-decide-safeguarding", SAFEGUARDING, to_check),
    Page("buyer:placement-draw-up", AP_LEAD, buyer(ready, "reference")),
    Page("buyer:placement-redraw", AP_LEAD, buyer(drawn, "reference")),
    Page("buyer:placement-agreement", HEAD, buyer(drawn, "reference"), like="to-sign"),
    Page("buyer:placement-agreement", HEAD, buyer(live, "reference"), like="agreed"),
    Page("buyer:placement-agree", HEAD, buyer(drawn, "reference")),
    Page("buyer:placement-agree", HEAD, buyer(drawn, "reference"), {"code": "sent"}, "with-code"),
    Page("buyer:placement-agree-done", HEAD, buyer(live, "reference")),
    Page("buyer:placement-register", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-close-sessions", AP_LEAD, buyer(placement("running"), "reference")),
    Page("buyer:placement-changes", AP_LEAD, buyer(changes("provider"), "placement__reference")),
    Page("buyer:placement-propose-change", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-agree-change", HEAD, buyer(changes("provider"), "placement__reference", "number")),
    Page("buyer:placement-decline-change", HEAD, buyer(changes("provider"), "placement__reference", "number")),
    Page("buyer:placement-withdraw-change", HEAD, buyer(changes("buyer"), "placement__reference", "number")),
    Page("buyer:placement-reviews", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-plan-review", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-hold-review", AP_LEAD, buyer(reviews, "placement__reference", "pk")),
    Page("buyer:placement-fall-through", AP_LEAD, to_check),
    Page("buyer:placement-give-notice", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-end", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-end-early", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-end-early", AP_LEAD, buyer(live, "reference"), press="End the placement"),
    Page("buyer:placement-transfer", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-ending", AP_LEAD, buyer(over, "reference")),
    Page("buyer:placement-follow-up", AP_LEAD, buyer(follow_ups, "placement__reference", "weeks")),
    Page("buyer:placement-history", AP_LEAD, buyer(live, "reference")),
    Page("buyer:referral-interim", AP_LEAD, buyer(live, "referral__reference"), like="record"),
    Page("buyer:referral-interim", AP_LEAD, buyer(interim, "referral__reference"), like="update"),
    Page("buyer:referral-interim", AP_LEAD, buyer(interim, "referral__reference"), press="Save"),
    Page("buyer:referral-interim-end", AP_LEAD, buyer(interim, "referral__reference")),
    Page("buyer:placement-notes", AP_LEAD, buyer(notes, "placement__reference")),
    Page("buyer:placement-record-note", AP_LEAD, buyer(live, "reference")),
    Page("buyer:placement-record-note", AP_LEAD, buyer(live, "reference"), press="Record note"),
    Page("buyer:placement-answer-note", AP_LEAD, buyer(to_answer, "placement__reference", "pk")),
    Page("buyer:placement-correct-note", AP_LEAD, buyer(ours, "placement__reference", "pk")),
]
PROVIDERS = [
    Page("provider:agreement-sign-done", LEAD, provider(placement("agreed", "running"), "agreement__reference"),
         like="of-a-placement"),
    Page("provider:placements", LEAD, provider(live)),
    Page("provider:placement", LEAD, provider(before, "reference"), like="before"),
    Page("provider:placement", LEAD, provider(live, "reference"), like="running"),
    Page("provider:placement-pupil", LEAD, provider(live, "reference")),
    Page("provider:placement-protection", Role.PROVIDER_SAFEGUARDING, provider(live, "reference")),
    Page("provider:register", LEAD, register_of_today, like="today"),
    Page("provider:register", LEAD, a_register, like="marked"),
    Page("provider:placement-confirm-staff-checks", LEAD, provider(before, "reference")),
    Page("provider:placement-withdraw-place", LEAD, provider(before, "reference")),
    Page("provider:placement-changes", LEAD, provider(live, "reference")),
    Page("provider:placement-propose-change", LEAD, provider(live, "reference")),
    Page("provider:placement-agree-change", LEAD, provider(changes("buyer"), "placement__reference", "number")),
    Page("provider:placement-decline-change", LEAD, provider(changes("buyer"), "placement__reference", "number")),
    Page("provider:placement-withdraw-change", LEAD, provider(changes("provider"), "placement__reference", "number")),
    Page("provider:placement-reviews", LEAD, provider(live, "reference")),
    Page("provider:placement-provider-notice", LEAD, provider(live, "reference")),
    Page("provider:placement-ending", LEAD, provider(over, "reference")),
    Page("provider:placement-report-exit", LEAD, provider(over, "reference")),
    Page("provider:placement-history", LEAD, provider(live, "reference")),
    Page("provider:placement-notes", LEAD, provider(notes, "placement__reference")),
    Page("provider:placement-record-note", LEAD, provider(live, "reference")),
    Page("provider:placement-correct-note", LEAD, provider(to_answer, "placement__reference", "pk")),
]
# fmt: on
PASSED_OVER = {
    "buyer:placement-remind": POST,
    "buyer:placement-send-code": POST,
    "buyer:placement-paper": PDF,
    "buyer:placement-risk-plan": PDF,
    "provider:placement-risk-plan": PDF,
    "provider:register-today": "leads on to the register of now",
}
