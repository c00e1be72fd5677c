"""What runs behind the pages: scanning what waits, and tidying. Each may run twice; the second time does nothing."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from calloff.documents import queries, storage, virus_scan
from calloff.documents.models import File, Scan
from calloff.kernel import clock
from calloff.outbox.commands import Words, queue

KEPT_UNUSED = timedelta(days=1)


class ScannerAway(Exception):
    """The scanner did not answer: try again later."""


@app.task(queue="files", retry=RetryStrategy(max_attempts=8, exponential_wait=4, retry_exceptions={ScannerAway}))
def scan(file_pk: int) -> None:
    """Have one waiting file scanned. Raises ScannerAway, so that the queue tries again."""
    file = File.objects.filter(pk=file_pk, scan=Scan.WAITING).first()
    if file is None:
        return
    found = virus_scan.scan(storage.path_of(file.sha256).read_bytes())
    if found == Scan.WAITING:
        raise ScannerAway
    _write_down(file, found, at=clock.now())


@app.task(queue="files", name="documents.scan_waiting")
def scan_waiting(timestamp: int = 0) -> None:
    """Ask again for every file that still waits, in case the queue gave up. The rota passes the time it was due."""
    for file_pk in queries.waiting().values_list("pk", flat=True):
        with suppress(AlreadyEnqueued), transaction.atomic():
            scan.configure(queueing_lock=f"scan-{file_pk}").defer(file_pk=file_pk)


@app.task(queue="files", name="documents.tidy")
def tidy(timestamp: int = 0) -> None:
    """Remove files to which nothing has pointed for a day, then bytes that belong to no file."""
    cutoff = clock.now() - KEPT_UNUSED
    for file in queries.pointed_to_by_nothing(cutoff):
        with transaction.atomic():
            queries.pointed_to_by_nothing(cutoff).filter(pk=file.pk).delete()
    for path in storage.older_than(cutoff):
        _tidy_bytes(path, cutoff)


@transaction.atomic
def _tidy_bytes(path: Path, cutoff: datetime) -> None:
    if len(path.name) == len(storage.digest(b"")):  # else the temporary name of a write that never ended
        storage.hold(path.name)
        if File.objects.filter(sha256=path.name).exclude(scan=Scan.INFECTED).exists():
            return
    if storage.is_older(path, cutoff):
        path.unlink(missing_ok=True)


@transaction.atomic
def _write_down(file: File, found: Scan, *, at: datetime) -> None:
    storage.hold(file.sha256)
    File.objects.filter(pk=file.pk, scan=Scan.WAITING).update(scan=found, scanned_at=at)
    if found == Scan.INFECTED:
        File.objects.filter(sha256=file.sha256).update(scan=Scan.INFECTED, scanned_at=at)
        transaction.on_commit(lambda: _remove_infected(file.sha256))
        if file.uploaded_by:
            queue(CARRIES_A_VIRUS, to=[file.uploaded_by], sender="", at=at, key=f"virus:{file.key}")


@transaction.atomic
def _remove_infected(sha256: str) -> None:
    """Take the bytes away, unless somebody has meanwhile uploaded the same, which is still to be scanned."""
    storage.hold(sha256)
    if not File.objects.filter(sha256=sha256).exclude(scan=Scan.INFECTED).exists():
        storage.remove(sha256)


CARRIES_A_VIRUS = Words(
    "A file that you uploaded carries a virus",
    "It was removed, and nobody could open it. Check your computer, then sign in and upload a clean one.",
    "/account/",
)
