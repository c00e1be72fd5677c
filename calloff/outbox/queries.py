"""The state of the queue, for the people who run the service: whether a worker is active, and messages not sent
yet.
"""

from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from calloff.outbox.models import DeliveryChoice, Message, MessageChoice, MessageKind

WORKER_SILENCE_LIMIT = timedelta(minutes=2)  # A worker reports every ten seconds.
DELIVER_TASK_NAME = "calloff.outbox.jobs.deliver"
LATE_MESSAGE_AFTER = timedelta(minutes=15)


# the kinds that people can get in a digest but cannot turn off, each with the reason
NEVER_OFF: dict[MessageKind, str] = {
    MessageKind.EXPIRIES: "You cannot turn these off, because new placements stop when a document expires.",
}


def allowed_choices(kind: MessageKind) -> list[MessageChoice]:
    """Return the choices that people have for when they get a kind of message."""
    if kind == MessageKind.REQUIRED:
        return [MessageChoice.AT_ONCE]
    return [choice for choice in MessageChoice if choice != MessageChoice.OFF or kind not in NEVER_OFF]


def choices_of(person_pk: int) -> dict[str, str]:
    """Return a person's choices by kind.

    Kinds without a choice are not included. Their messages are sent straight away.
    """
    return dict(DeliveryChoice.objects.filter(person_id=person_pk).values_list("kind", "choice"))


def people_with_digest(before: datetime) -> list[int]:
    """Return the keys of the people with messages for their digest that were queued before a given time."""
    waiting = waiting_for_digest(before).exclude(to=None)
    return list(waiting.order_by("to").values_list("to", flat=True).distinct())


def waiting_for_digest(before: datetime) -> QuerySet[Message]:
    """Return the messages for a digest that were queued before a given time and are still waiting for it."""
    return Message.objects.filter(for_digest=True, sent_at=None, left_out_at=None, queued_at__lt=before)


def is_database_answering() -> bool:
    """Return whether the database responds. This never raises an error."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def worker_is_alive(at: datetime) -> bool:
    """Return whether a worker has reported within the last 2 minutes."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=at - WORKER_SILENCE_LIMIT).exists()


def count_late_messages(at: datetime) -> int:
    """Count the messages that should have been sent more than 15 minutes ago."""
    unsent = Message.objects.filter(sent_at=None, for_digest=False)
    return unsent.filter(queued_at__lt=at - LATE_MESSAGE_AFTER).count()


def count_messages_to_retry() -> int:
    """Count the messages that have failed at least once and will be tried again."""
    return ProcrastinateJob.objects.filter(
        task_name=DELIVER_TASK_NAME, status__in=("todo", "doing"), attempts__gt=0
    ).count()


def count_waiting_jobs() -> int:
    """Count the jobs that are waiting for the worker, including messages."""
    return ProcrastinateJob.objects.filter(status="todo").count()


def count_failed_jobs() -> dict[str, int]:
    """Count the failed jobs by name. Failed jobs stay in the queue until a person deletes them."""
    found: dict[str, int] = {}
    for name in ProcrastinateJob.objects.filter(status="failed").values_list("task_name", flat=True).order_by("pk"):
        found[name] = found.get(name, 0) + 1
    return found
