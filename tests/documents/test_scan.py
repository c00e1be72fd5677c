import os
import socket
import struct
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from calloff.documents import commands, jobs, queries, storage, virus_scan
from calloff.documents.models import ScanResult, StoredFile
from calloff.outbox.models import Message
from tests.documents import sample_files
from tests.documents.sample_files import upload
from tests.factories import NOW, UserFactory, rewrite

pytestmark = pytest.mark.django_db


@contextmanager
def clamd(reply, heard):
    """Run a virus scanner that answers one request, on a separate port."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer():
        caller, _ = server.accept()
        with caller, caller.makefile("rb") as asked:
            heard.append(asked.read(len(b"zINSTREAM\0")))
            while length := struct.unpack("!I", asked.read(4))[0]:
                heard.append(asked.read(length))
            caller.sendall(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}"
    thread.join(5)
    server.close()


def keep(data=b"hello"):
    return commands.save_upload(upload("a.txt", data), by=UserFactory(), at=NOW)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"stream: OK\0", ScanResult.CLEAN),
        (b"stream: Some.Virus FOUND\0", ScanResult.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", ScanResult.WAITING),
        (b"", ScanResult.WAITING),
    ],
)
def test_only_a_clear_reply_from_the_virus_scanner_counts(settings, reply, said):
    heard = []
    data = os.urandom(virus_scan.CHUNK_BYTES + 10)
    with clamd(reply, heard) as settings.CLAMD:
        assert virus_scan.scan_for_viruses(data) == said
    assert heard[0] == b"zINSTREAM\0"
    assert b"".join(heard[1:]) == data


@pytest.mark.parametrize("place", ["/nowhere/clamd.sock", "127.0.0.1:1"])
def test_a_file_awaits_scanning_while_the_scanner_is_unavailable(settings, place):
    settings.CLAMD = place
    assert keep().scan == ScanResult.WAITING


def test_a_file_is_not_served_if_no_scanner_is_configured(settings):
    settings.SCAN_STAND_IN = False
    file = keep(sample_files.VIRUS_TEST)
    assert (file.scan, file.scanned_at) == (ScanResult.WAITING, None)
    with pytest.raises(queries.FileNotServed):
        queries.open_clean_file(file)
    with pytest.raises(jobs.ScannerUnavailable):
        jobs.scan(file_pk=file.pk)


def test_the_scanning_job_scans_files_awaiting_a_scan(settings):
    settings.SCAN_STAND_IN = False
    file = keep()
    settings.SCAN_STAND_IN = True
    jobs.scan(file_pk=file.pk)
    jobs.scan(file_pk=file.pk)
    file.refresh_from_db()
    assert (file.scan, file.scanned_at) == (ScanResult.CLEAN, NOW)


def test_the_scanning_job_deletes_an_infected_file_and_notifies_its_uploader_once(
    settings, django_capture_on_commit_callbacks
):
    settings.SCAN_STAND_IN = False
    file = keep(sample_files.VIRUS_TEST)
    settings.SCAN_STAND_IN = True
    with django_capture_on_commit_callbacks(execute=True):
        jobs.scan(file_pk=file.pk)
        jobs.scan(file_pk=file.pk)
    file.refresh_from_db()
    assert file.scan == ScanResult.INFECTED
    assert not storage.path_of_digest(file.sha256).exists()
    assert Message.objects.filter(address=file.uploaded_by.email).count() == 1


def test_all_files_awaiting_a_scan_are_tried_again(settings):
    settings.SCAN_STAND_IN = False
    file = keep()
    jobs.scan_waiting(timestamp=1)
    jobs.scan_waiting(timestamp=2)
    asked = ProcrastinateJob.objects.filter(task_name__endswith="jobs.scan", args={"file_pk": file.pk})
    # The upload queues one job, and the scanning job queues only one more, however often it runs.
    assert asked.count() == 2


def test_unused_files_are_deleted_after_a_day():
    file = keep()
    path = storage.path_of_digest(file.sha256)
    long_ago = (NOW - timedelta(days=2)).timestamp()
    os.utime(path, (long_ago, long_ago))
    jobs.tidy()
    assert StoredFile.objects.filter(pk=file.pk).exists()  # these files were just uploaded
    rewrite(StoredFile.objects.filter(pk=file.pk), uploaded_at=NOW - timedelta(days=1, minutes=1))
    jobs.tidy()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert not path.exists()


def test_stored_bytes_that_another_file_uses_are_kept():
    old, new = keep(), keep()
    rewrite(StoredFile.objects.filter(pk=old.pk), uploaded_at=NOW - timedelta(days=3))
    path = storage.path_of_digest(new.sha256)
    os.utime(path, (0, 0))
    jobs.tidy()
    assert list(StoredFile.objects.all()) == [new]
    assert path.exists()


def test_a_partly_written_file_is_deleted():
    keep()
    half = storage.path_of_digest("ab" * 32)
    half = half.with_name("tmpx1y2")
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    jobs.tidy()
    assert half.exists()
    os.utime(half, (0, 0))
    jobs.tidy()
    assert not half.exists()
