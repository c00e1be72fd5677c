"""Background jobs for applications.

They make a PDF copy of each submitted version, and remove people from old questions to the team of a market.
"""

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from calloff.applications import retention, submitted_copy
from calloff.applications.models import SubmittedCopy, SubmittedVersion
from calloff.kernel import clock


@app.task(queue="paper", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def make_copy(version_pk: int) -> None:
    """Make the provider's copy of a submitted version, unless the copy already exists."""
    with transaction.atomic():
        version = SubmittedVersion.objects.select_for_update().get(pk=version_pk)
        if not SubmittedCopy.objects.filter(version=version).exists():
            SubmittedCopy.objects.create(
                version=version, file=submitted_copy.make_submitted_copy(version, at=clock.now())
            )


@app.task(queue="tidy", name="applications.forget_askers")
def forget_askers(timestamp: int = 0) -> None:
    """Remove the people from questions that were answered or withdrawn more than a year ago. Runs daily."""
    retention.forget_askers(clock.now())
