"""An application's steps after it was submitted, with their dates, for the provider's pages."""

from datetime import datetime
from typing import Literal, NamedTuple

from calloff.applications.models import Application
from calloff.applications.states import ApplicationStatus
from calloff.kernel.formatting import format_date, format_datetime


class TrackedStep(NamedTuple):
    """One step: its title, the page's text about it, and how far it has come."""

    title: str
    words: str
    state: Literal["done", "now", "later"]


def application_steps(application: Application, asked_at: datetime | None) -> list[TrackedStep]:
    """Return a submitted application's steps. `asked_at` is when the council last asked a question.

    A withdrawn application has no steps.
    """
    status = ApplicationStatus(application.status)
    if application.submitted_at is None or status == ApplicationStatus.WITHDRAWN:
        return []
    began, decided = application.assessment_began_at, status == ApplicationStatus.DECIDED
    assessed = decided or status == ApplicationStatus.TO_DECIDE
    received = TrackedStep("Received", format_datetime(application.submitted_at), "done")
    assessment = TrackedStep(
        "Being assessed",
        f"Since {format_datetime(began)}" if began else "The council has not started yet",
        "done" if assessed else "now" if began else "later",
    )
    steps = [received, assessment]
    if asked_at is not None:
        is_open = status == ApplicationStatus.CLARIFYING
        words = "Answer the question above" if is_open else "You have answered every question"
        asked = f"Asked {format_datetime(asked_at)}. {words}."
        steps.append(TrackedStep("Clarification", asked, "now" if is_open else "done"))
    due = f"Due by {format_date(application.decide_by)}" if application.decide_by else ""
    decision = "Read the decision letter" if decided else due
    state: Literal["done", "now", "later"] = "done" if decided else "now" if assessed else "later"
    return [*steps, TrackedStep("Decision", decision, state)]
