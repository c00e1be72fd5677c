"""The pages of placements: of a school or team, and of a provider."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.placements.models import (
    Attendance,
    DayNote,
    FollowUp,
    InterimPlace,
    Placement,
    PlacementChange,
    PlacementReview,
)
from tools.screenshots.page_specs import PageSpec
from tools.screenshots.sample_records import buyer, provider

AP_LEAD, HEAD, SAFEGUARDING_LEAD, PROVIDER_LEAD = Role.AP_LEAD, Role.HEAD, Role.SAFEGUARDING_LEAD, Role.PROVIDER_LEAD
POST_ONLY_REASON, DOCUMENT_REASON = "only sends: its button stands on another page", "a document"


def placement(*statuses: str, **more: Any) -> Callable[[], "QuerySet[Any]"]:
    return lambda: Placement.objects.filter(status__in=statuses, **more)


def ready() -> "QuerySet[Any]":
    """Find placements whose every check is made, and whose agreement is still to be drawn up."""
    return Placement.objects.filter(status="checks").exclude(checks__made_at=None)


def waiting() -> "QuerySet[Any]":
    """Find placements of which a check is missing."""
    return Placement.objects.filter(status="checks", checks__made_at=None).distinct()


def changes(side: str) -> Callable[[], "QuerySet[Any]"]:
    return lambda: PlacementChange.objects.filter(side=side, status="proposed").select_related(
        "placement", "buyer", "provider"
    )


def reviews() -> "QuerySet[Any]":
    return PlacementReview.objects.filter(status="planned", placement__status__in=["running", "notice"])


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
    PageSpec("buyer:placements", AP_LEAD, buyer(live)),
    PageSpec("buyer:off-site-now", HEAD, buyer(live)),
    PageSpec("buyer:placement", AP_LEAD, to_check, like="before"),
    PageSpec("buyer:placement", AP_LEAD, buyer(live, "reference"), like="running"),
    PageSpec("buyer:placement-before-start", AP_LEAD, to_check),
    PageSpec("buyer:placement-before-start", AP_LEAD, buyer(waiting, "reference"), like="missing"),
    PageSpec("buyer:placement-record-visit", AP_LEAD, to_check),
    PageSpec("buyer:placement-record-visit", AP_LEAD, to_check, press="Record the visit"),
    PageSpec("buyer:placement-tell-parent", AP_LEAD, to_check),
    PageSpec("buyer:placement-tell-authority", AP_LEAD, to_check),
    PageSpec("buyer:placement-give-direction", AP_LEAD, to_check),
    PageSpec("buyer:placement-keep-risk-plan", AP_LEAD, to_check),
    PageSpec("buyer:placement-decide-safeguarding", SAFEGUARDING_LEAD, to_check),
    PageSpec("buyer:placement-draw-up", AP_LEAD, buyer(ready, "reference")),
    PageSpec("buyer:placement-redraw", AP_LEAD, buyer(drawn, "reference")),
    PageSpec("buyer:placement-agreement", HEAD, buyer(drawn, "reference"), like="to-sign"),
    PageSpec("buyer:placement-agreement", HEAD, buyer(live, "reference"), like="agreed"),
    PageSpec("buyer:placement-agree", HEAD, buyer(drawn, "reference")),
    PageSpec("buyer:placement-agree", HEAD, buyer(drawn, "reference"), {"code": "sent"}, "with-code"),
    PageSpec("buyer:placement-agree-done", HEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-register", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-close-sessions", AP_LEAD, buyer(placement("running"), "reference")),
    PageSpec("buyer:placement-changes", AP_LEAD, buyer(changes("provider"), "placement__reference")),
    PageSpec("buyer:placement-propose-change", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-agree-change", HEAD, buyer(changes("provider"), "placement__reference", "number")),
    PageSpec("buyer:placement-decline-change", HEAD, buyer(changes("provider"), "placement__reference", "number")),
    PageSpec("buyer:placement-withdraw-change", HEAD, buyer(changes("buyer"), "placement__reference", "number")),
    PageSpec("buyer:placement-reviews", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-plan-review", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-hold-review", AP_LEAD, buyer(reviews, "placement__reference", "pk")),
    PageSpec("buyer:placement-fall-through", AP_LEAD, to_check),
    PageSpec("buyer:placement-give-notice", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-end", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-end-early", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-end-early", AP_LEAD, buyer(live, "reference"), press="End the placement"),
    PageSpec("buyer:placement-transfer", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-ending", AP_LEAD, buyer(over, "reference")),
    PageSpec("buyer:placement-follow-up", AP_LEAD, buyer(follow_ups, "placement__reference", "weeks")),
    PageSpec("buyer:placement-history", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:referral-interim", AP_LEAD, buyer(live, "referral__reference"), like="record"),
    PageSpec("buyer:referral-interim", AP_LEAD, buyer(interim, "referral__reference"), like="update"),
    PageSpec("buyer:referral-interim", AP_LEAD, buyer(interim, "referral__reference"), press="Save"),
    PageSpec("buyer:referral-interim-end", AP_LEAD, buyer(interim, "referral__reference")),
    PageSpec("buyer:placement-notes", AP_LEAD, buyer(notes, "placement__reference")),
    PageSpec("buyer:placement-record-note", AP_LEAD, buyer(live, "reference")),
    PageSpec("buyer:placement-record-note", AP_LEAD, buyer(live, "reference"), press="Record note"),
    PageSpec("buyer:placement-answer-note", AP_LEAD, buyer(to_answer, "placement__reference", "pk")),
    PageSpec("buyer:placement-correct-note", AP_LEAD, buyer(ours, "placement__reference", "pk")),
]
PROVIDERS = [
    PageSpec("provider:agreement-sign-done", PROVIDER_LEAD, provider(placement("agreed", "running"),
        "agreement__reference"),
         like="of-a-placement"),
    PageSpec("provider:placements", PROVIDER_LEAD, provider(live)),
    PageSpec("provider:placement", PROVIDER_LEAD, provider(before, "reference"), like="before"),
    PageSpec("provider:placement", PROVIDER_LEAD, provider(live, "reference"), like="running"),
    PageSpec("provider:placement-pupil", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-protection", Role.PROVIDER_SAFEGUARDING, provider(live, "reference")),
    PageSpec("provider:register", PROVIDER_LEAD, register_of_today, like="today"),
    PageSpec("provider:register", PROVIDER_LEAD, a_register, like="marked"),
    PageSpec("provider:placement-confirm-staff-checks", PROVIDER_LEAD, provider(before, "reference")),
    PageSpec("provider:placement-withdraw-place", PROVIDER_LEAD, provider(before, "reference")),
    PageSpec("provider:placement-changes", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-propose-change", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-agree-change", PROVIDER_LEAD, provider(changes("buyer"), "placement__reference",
        "number")),
    PageSpec("provider:placement-decline-change", PROVIDER_LEAD, provider(changes("buyer"), "placement__reference",
        "number")),
    PageSpec("provider:placement-withdraw-change", PROVIDER_LEAD, provider(changes("provider"), "placement__reference",
        "number")),
    PageSpec("provider:placement-reviews", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-provider-notice", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-ending", PROVIDER_LEAD, provider(over, "reference")),
    PageSpec("provider:placement-report-exit", PROVIDER_LEAD, provider(over, "reference")),
    PageSpec("provider:placement-history", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-notes", PROVIDER_LEAD, provider(notes, "placement__reference")),
    PageSpec("provider:placement-record-note", PROVIDER_LEAD, provider(live, "reference")),
    PageSpec("provider:placement-correct-note", PROVIDER_LEAD, provider(to_answer, "placement__reference", "pk")),
]
# fmt: on
PASSED_OVER = {
    "buyer:placement-remind": POST_ONLY_REASON,
    "buyer:placement-send-code": POST_ONLY_REASON,
    "buyer:placement-paper": DOCUMENT_REASON,
    "buyer:placement-risk-plan": DOCUMENT_REASON,
    "provider:placement-risk-plan": DOCUMENT_REASON,
    "provider:register-today": "leads on to the register of now",
}
