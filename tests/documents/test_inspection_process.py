"""Tests for the child process that inspects files: its limits, its failures and its queue."""

import ast
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile

import pytest

from calloff.documents.inspection import limits, process, slots
from calloff.documents.inspection.verdicts import DetectedType, InspectionProblem, ProblemFound
from calloff.documents.models import FileKind
from calloff.kernel.lifecycles import Refused
from tests.documents import sample_files

pytestmark = pytest.mark.slow

ROOT = str(process.PROJECT_ROOT)
TRIES = """
import json, os, resource, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from calloff.documents.inspection import limits
limits.set_limits()
limits.forbid_new_descriptors()
def tried(what):
    try:
        what()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
os.close(0)
told = {
    "file": tried(lambda: open("/etc/hostname")),
    "socket": tried(socket.socket),
    "pipe": tried(os.pipe),
    "copy": tried(lambda: os.dup(1)),
    "memory": tried(lambda: bytearray(2 * limits.MAX_MEMORY_BYTES)),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "seconds": resource.getrlimit(resource.RLIMIT_CPU),
    "output": resource.getrlimit(resource.RLIMIT_FSIZE),
    "processes": resource.getrlimit(resource.RLIMIT_NPROC),
}
print(json.dumps(told))
"""


def test_the_child_process_cannot_open_files_or_sockets_or_exceed_its_memory_limit():
    output = json.loads(
        subprocess.run([sys.executable, "-I", "-c", TRIES, ROOT], capture_output=True, check=True).stdout
    )
    assert {what: output.pop(what) for what in ("file", "socket", "pipe", "copy")} == dict.fromkeys(
        ("file", "socket", "pipe", "copy"), "OSError"
    )
    assert output.pop("memory") == "MemoryError"
    seconds = limits.MAX_PROCESSOR_SECONDS
    assert output == {
        "core": [0, 0],
        "seconds": [seconds, seconds + 1],
        "output": [limits.MAX_REDRAWN_BYTES] * 2,
        "processes": [0, 0],
    }


def test_the_child_process_inherits_no_secrets(monkeypatch):
    monkeypatch.setenv("CALLOFF_SECRET_KEY", "secret")
    saw = "import os; os.write(1, str((os.listdir('/proc/self/fd'), 'CALLOFF_SECRET_KEY' in os.environ)).encode())"
    said = []
    monkeypatch.setattr(process, "CHILD_START_CODE", saw)
    monkeypatch.setattr(
        process, "_parse_verdict", lambda words, in_time, drawn: said.append(words) or process.InspectionFinding()
    )
    with open(os.devnull), open(os.devnull):
        process.inspect_in_child(b"x")
    descriptors, has_secret = ast.literal_eval(said[0].decode())
    assert not has_secret
    assert len(descriptors) == 5  # for the file, the verdict, errors, the picture, and the list itself


def test_the_child_process_does_not_import_django():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from calloff.documents.inspection import archives, child, pdf, office, images;"
        "sys.exit(any(name.partition('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-I", "-c", code, ROOT], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import time; time.sleep(60)", InspectionProblem.TOO_LONG),
        ('import os, time; os.write(1, b\'{"seen": "pdf"}\\n\'); time.sleep(60)', InspectionProblem.TOO_LONG),
        ("import os; os._exit(3)", InspectionProblem.DAMAGED),
        ("import os; os.kill(os.getpid(), 11)", InspectionProblem.DAMAGED),
        ('import os\nwhile True: os.write(1, b\'{"seen": "pdf"}\\n\')', InspectionProblem.DAMAGED),
        ("import os; os.write(1, b'x' * 60000)", InspectionProblem.DAMAGED),
        (
            'import os; os.write(1, b\'{"seen": "anything"}\\n{"problem": null, "drawn": 0}\\n\')',
            InspectionProblem.DAMAGED,
        ),
        (
            'import os; os.write(1, b\'{"seen": "pdf"}\\n{"problem": null, "drawn": 0, "words": "Hi"}\\n\')',
            InspectionProblem.DAMAGED,
        ),
        ('import os; os.write(1, b\'{"seen": "pdf"}\\n{"problem": null}\\n\')', InspectionProblem.DAMAGED),
        ('import os; os.write(1, b\'{"problem": null, "drawn": 0}\\n\' * 3)', InspectionProblem.DAMAGED),
    ],
)
def test_a_file_is_refused_if_the_child_process_gives_an_unexpected_answer(monkeypatch, code, problem):
    monkeypatch.setattr(process, "CHILD_START_CODE", code)
    monkeypatch.setattr(limits, "MAX_WALL_SECONDS", 1)
    began = time.monotonic()
    assert process.inspect_in_child(sample_files.pdf()).problem == problem
    assert time.monotonic() - began < 5


def test_a_child_process_that_does_not_end_is_killed(monkeypatch, tmp_path):
    mark = tmp_path / "pid"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); os.close(1); time.sleep(60)"
    monkeypatch.setattr(process, "CHILD_START_CODE", code)
    process.inspect_in_child(b"x")
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_a_picture_returned_by_the_child_process_has_a_maximum_size(monkeypatch):
    code = (
        "import os, sys; os.write(int(sys.argv[2]), b'x' * 5000);"
        'os.write(1, b\'{"seen": "png"}\\n{"problem": null, "drawn": 4000}\\n\')'
    )
    monkeypatch.setattr(process, "CHILD_START_CODE", code)
    monkeypatch.setattr(limits, "MAX_REDRAWN_BYTES", 3000)
    assert len(process.inspect_in_child(b"x").drawn) == 3000


def test_the_files_of_an_archive_are_unpacked_in_the_child_process():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("a/one.csv", "naïve"), ("__MACOSX/one.csv", "x"), ("a/.DS_Store", "x"), ("a/", "")):
            archive.writestr(name, content)
    assert process.unpack_in_child(packed.getvalue()) == {"a/one.csv": "naïve".encode()}


@pytest.mark.parametrize("files", ["{}", "[[1, 2]]", '[["a", "not base64"]]', "[", ""])
def test_an_archive_is_refused_if_the_child_process_writes_unexpected_files(monkeypatch, files):
    code = (
        f"import os, sys; os.write(int(sys.argv[2]), {files.encode()!r});"
        f'os.write(1, b\'{{"seen": "zip"}}\\n{{"problem": null, "drawn": {len(files)}}}\\n\')'
    )
    monkeypatch.setattr(process, "CHILD_START_CODE", code)
    with pytest.raises(ProblemFound):
        process.unpack_in_child(b"x")


def test_every_kind_of_file_accepted_by_inspection_can_be_stored():
    accepted = {kind.value for kind in FileKind}
    assert accepted <= {seen.value for seen in DetectedType}


def test_at_any_time_one_file_for_each_person_and_two_in_all_can_be_inspected(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(slots, "SLOT_WAIT_SECONDS", 0.1)
    with slots.wait_for_slot(1):
        with (
            pytest.raises(Refused, match=r"Another of your files is being checked\. Try again in a moment"),
            slots.wait_for_slot(1),
        ):
            pass
        with (
            slots.wait_for_slot(2),
            pytest.raises(Refused, match="Many files are being checked"),
            slots.wait_for_slot(3),
        ):
            pass
        with slots.wait_for_slot(3):
            pass
    with slots.wait_for_slot(1):
        pass


def in_order(tmp_path, people, *, lasts=0.1):
    """Let people arrive one after another while two inspections run, and return the order in which they are served."""
    order, threads = [], []

    def comes(place, person):
        with slots.wait_for_slot(person):
            order.append(place)
            time.sleep(lasts)

    with slots.wait_for_slot(98), slots.wait_for_slot(99):
        for place, person in enumerate(people):
            threads.append(threading.Thread(target=comes, args=(place, person)))
            threads[-1].start()
            while len(slots.tickets_waiting(tmp_path / "inspection")) < 3 + place:
                time.sleep(0.005)
        assert order == []
    for one in threads:
        one.join()
    return order


def test_files_are_inspected_in_the_order_of_arrival(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(slots, "SLOT_WAIT_SECONDS", 20)
    order = in_order(tmp_path, [1, 2, 3, 4, 5, 6], lasts=0.2)
    assert [sorted(order[at : at + 2]) for at in (0, 2, 4)] == [[0, 1], [2, 3], [4, 5]]


def test_a_person_who_uploads_many_files_does_not_delay_others(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(slots, "SLOT_WAIT_SECONDS", 20)
    order = in_order(tmp_path, [1, 1, 1, 1, 2], lasts=0.2)
    assert sorted(order[:2]) == [0, 4]
    assert order[2:] == [1, 2, 3]


def test_an_inspection_leaves_no_files_or_processes_behind(settings, tmp_path):
    settings.HOME = tmp_path
    with slots.wait_for_slot(7):
        [ours] = slots.tickets_waiting(tmp_path / "inspection")
        assert ours.person == 7
    assert {one.name for one in (tmp_path / "inspection").iterdir()} == {"draw"}


def test_without_a_proc_file_system_a_file_is_inspected_but_its_memory_is_not_measured(monkeypatch):
    without_proc = "child.PROCESS_STATUS_PATH = '/no/such/place'; child.main()"
    start = process.CHILD_START_CODE.replace("child.main()", without_proc)
    monkeypatch.setattr(process, "CHILD_START_CODE", start)
    finding = process.inspect_in_child(sample_files.pdf())
    assert (finding.seen, finding.problem, finding.peak_memory) == (DetectedType.PDF, None, 0)


NO_BOUND_OF_MEMORY = """
import resource
usual = resource.setrlimit
def refusing(what, most):
    if what == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    usual(what, most)
resource.setrlimit = refusing
"""


def test_if_no_memory_limit_can_be_set_the_other_limits_still_apply(monkeypatch, caplog):
    """This happens on macOS. It is logged once, and not for each file."""
    process._warn_of_memory.cache_clear()
    monkeypatch.setattr(process, "CHILD_START_CODE", f"{NO_BOUND_OF_MEMORY}\n{process.CHILD_START_CODE}")
    for _ in range(2):
        finding = process.inspect_in_child(sample_files.pdf())
        assert (finding.seen, finding.problem) == (DetectedType.PDF, None)
    [told] = [one.getMessage() for one in caplog.records if "RLIMIT_AS" in one.getMessage()]
    assert "The limits on time, output, files and processes still apply." in told

    tries = TRIES.replace("limits.set_limits()", f"exec({NO_BOUND_OF_MEMORY!r}); assert limits.set_limits() is False")
    tries = tries.replace('"memory": tried(lambda: bytearray(2 * limits.MAX_MEMORY_BYTES)),', "")
    told = json.loads(subprocess.run([sys.executable, "-I", "-c", tries, ROOT], capture_output=True, check=True).stdout)
    assert (told["file"], told["socket"], told["processes"]) == ("OSError", "OSError", [0, 0])
    assert told["seconds"][0] == limits.MAX_PROCESSOR_SECONDS


def test_a_child_process_with_all_its_limits_in_place_logs_no_warning(caplog):
    process._warn_of_memory.cache_clear()
    assert process.inspect_in_child(sample_files.pdf()).problem is None
    assert not caplog.records


def test_a_child_process_that_cannot_be_signalled_counts_as_exited(monkeypatch):
    """macOS raises this error for a child process that has exited."""

    def gone(*_):
        raise PermissionError

    monkeypatch.setattr(process.os, "killpg", gone)
    assert process.inspect_in_child(sample_files.pdf()).problem is None


def test_an_inspection_starts_when_the_earlier_inspection_ends(settings, tmp_path):
    settings.HOME = tmp_path
    inside, order = threading.Event(), []

    def first():
        with slots.wait_for_slot(1):
            inside.set()
            time.sleep(0.3)
            order.append("first")

    before = threading.Thread(target=first)
    before.start()
    inside.wait()
    with slots.wait_for_slot(1):
        order.append("second")
    before.join()
    assert order == ["first", "second"]


def test_an_inspection_slot_is_freed_when_its_process_dies(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(slots, "SLOT_WAIT_SECONDS", 1)
    pid = os.fork()
    if pid == 0:
        with slots.wait_for_slot(1):
            os._exit(0)
    os.waitpid(pid, 0)
    with slots.wait_for_slot(1):
        pass
