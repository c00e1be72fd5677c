"""Background jobs for applications.

They make a PDF copy of each submitted version, email people who are interested in a market, and remove people from old
questions and old registrations of interest.
"""

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from calloff.applications import interest_news, retention, submitted_copy
from calloff.applications.models import SubmittedCopy, SubmittedVersion
from calloff.kernel import clock


@app.task(queue="paper", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def make_copy(version_pk: int) -> None:
    """Make the provider's copy of a submitted version, unless there already is a copy."""
    with transaction.atomic():
        version = SubmittedVersion.objects.select_for_update().get(pk=version_pk)
        if not SubmittedCopy.objects.filter(version=version).exists():
            SubmittedCopy.objects.create(
                version=version, file=submitted_copy.make_submitted_copy(version, at=clock.now())
            )


@app.task(queue="tidy", name="applications.forget_askers")
def forget_askers(timestamp: int = 0) -> None:
    """Remove people from old questions about a market and old registrations of interest. Runs daily."""
    retention.forget_askers(clock.now())


@app.task(queue="post", name="applications.tell_of_openings")
def tell_of_openings(timestamp: int = 0) -> None:
    """Email people who registered interest in a market that has opened or has a new closing date. Runs hourly."""
    interest_news.send_interest_news(clock.now())
