"""Background jobs: scan waiting files for viruses, and delete unused files.

It does no harm to run a job twice.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from calloff.documents import queries, storage, virus_scan
from calloff.documents.models import ScanResult, StoredFile
from calloff.kernel import clock
from calloff.outbox.commands import MessageText, queue_message

log = logging.getLogger(__name__)
UNUSED_FILE_LIFETIME = timedelta(days=1)


class ScannerUnavailable(Exception):
    """Raised if the virus scanner does not respond. The caller should try again later."""


@app.task(queue="files", retry=RetryStrategy(max_attempts=8, exponential_wait=4, retry_exceptions={ScannerUnavailable}))
def scan(file_pk: int) -> None:
    """Scan one waiting file for viruses.

    Raises ScannerUnavailable, so that the queue tries again.
    """
    file = StoredFile.objects.filter(pk=file_pk, scan=ScanResult.WAITING).first()
    if file is None:
        return
    result = virus_scan.scan_for_viruses(storage.path_of_digest(file.sha256).read_bytes())
    if result == ScanResult.WAITING:
        raise ScannerUnavailable
    _store_result(file, result, at=clock.now())


@app.task(queue="files", name="documents.scan_waiting")
def scan_waiting(timestamp: int = 0) -> None:
    """Queue a scan of every waiting file, in case the queue has given up on the file.

    The job runs regularly. `timestamp` is the time when the run was due.
    """
    for file_pk in queries.files_to_scan().values_list("pk", flat=True):
        with suppress(AlreadyEnqueued), transaction.atomic():
            scan.configure(queueing_lock=f"scan-{file_pk}").defer(file_pk=file_pk)


@app.task(queue="files", name="documents.tidy")
def tidy(timestamp: int = 0) -> None:
    """Delete files that no record has referred to for a day, then bytes that belong to no file.

    The job runs regularly. `timestamp` is the time when the run was due.
    """
    cutoff = clock.now() - UNUSED_FILE_LIFETIME
    for file in queries.unreferenced_files(cutoff):
        try:
            with transaction.atomic():
                queries.unreferenced_files(cutoff).filter(pk=file.pk).delete()
        except (IntegrityError, ProtectedError):  # someone has just saved a record that refers to the file
            log.info("File %s is in use again, so it was not deleted", file.pk)
    for path in storage.files_older_than(cutoff):
        _delete_unused_bytes(path, cutoff)


@transaction.atomic
def _delete_unused_bytes(path: Path, cutoff: datetime) -> None:
    # Any other file is the temporary file of a write that did not finish.
    if len(path.name) == len(storage.digest_bytes(b"")):
        storage.lock_digest(path.name)
        if StoredFile.objects.filter(sha256=path.name).exclude(scan=ScanResult.INFECTED).exists():
            return
    if storage.is_older(path, cutoff):
        path.unlink(missing_ok=True)


@transaction.atomic
def _store_result(file: StoredFile, result: ScanResult, *, at: datetime) -> None:
    storage.lock_digest(file.sha256)
    StoredFile.objects.filter(pk=file.pk, scan=ScanResult.WAITING).update(scan=result, scanned_at=at)
    if result == ScanResult.INFECTED:
        StoredFile.objects.filter(sha256=file.sha256).update(scan=ScanResult.INFECTED, scanned_at=at)
        transaction.on_commit(lambda: _remove_infected(file.sha256))
        if file.uploaded_by:
            queue_message(VIRUS_MESSAGE, to=[file.uploaded_by], sender="", at=at, key=f"virus:{file.key}")


@transaction.atomic
def _remove_infected(sha256: str) -> None:
    """Delete the bytes of an infected file, unless the same bytes were uploaded again and have not been scanned yet."""
    storage.lock_digest(sha256)
    if not StoredFile.objects.filter(sha256=sha256).exclude(scan=ScanResult.INFECTED).exists():
        storage.remove_bytes(sha256)


VIRUS_MESSAGE = MessageText(
    "A file you uploaded contains a virus",
    "We have deleted the file. No one has opened it. Check your computer for viruses, then sign in and upload a "
    "clean copy.",
    "/account/",
)
