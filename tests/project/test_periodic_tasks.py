from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from calloff.outbox import jobs
from calloff.project.periodic_tasks import PERIODIC_TASKS, tidy_jobs, tidy_sessions


def test_every_scheduled_job_has_a_task():
    hung = {(task, periodic.cron) for (task, _), periodic in app.periodic_registry.periodic_tasks.items()}
    assert {(duty.task, duty.when) for duty in PERIODIC_TASKS} <= hung


@pytest.mark.django_db
def test_expired_sessions_are_deleted():
    now = datetime.now(UTC)
    for key, days in (("over", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    tidy_sessions(timestamp=0)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]


@pytest.mark.django_db(transaction=True)
def test_the_tidying_job_does_not_delete_a_job_that_is_waiting():
    waiting = jobs.deliver.defer(message_pk=1)

    async def tidy():
        with app.replace_connector(app.connector.get_worker_connector()):
            async with app.open_async():
                await tidy_jobs(timestamp=0)

    async_to_sync(tidy)()
    assert ProcrastinateJob.objects.filter(pk=waiting).exists()
