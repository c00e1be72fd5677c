import stat
import time
from datetime import timedelta
from io import BytesIO
from threading import Thread
from types import SimpleNamespace

import pytest
from django.db import transaction
from PIL import Image

from calloff.documents import commands, queries, refusals, storage, uploads
from calloff.documents.inspection import process, slots
from calloff.documents.inspection.verdicts import DetectedType, InspectionProblem
from calloff.documents.models import FileKind, ScanResult, StoredFile
from calloff.kernel.lifecycles import Refused
from tests.documents import sample_files
from tests.documents.sample_files import upload
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def keep(name, data):
    return commands.save_upload(upload(name, data), by=UserFactory(), at=NOW)


def read(file):
    with queries.open_clean_file(file) as stream:
        return stream.read()


def refusal(name, data):
    with pytest.raises(Refused) as refused:
        keep(name, data)
    assert not StoredFile.objects.exists()
    assert refused.value.problems[0].where == "file"
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("policy.pdf", sample_files.pdf(), FileKind.PDF),
        ("policy.PDF", sample_files.pdf(compressed=True), FileKind.PDF),
        ("Policy J.Smith", sample_files.pdf(), FileKind.PDF),
        ("policy.docx", sample_files.docx(), FileKind.DOCX),
        ("accounts.xlsx", sample_files.xlsx(), FileKind.XLSX),
        ("staff.csv", b"role,count\nteacher,3\n", FileKind.CSV),
        ("notes.txt", "naïve – café".encode("cp1252"), FileKind.TXT),
        ("notes.txt", "naïve – café".encode(), FileKind.TXT),
        ("site.png", sample_files.picture("PNG"), FileKind.PNG),
        ("site.jpg", sample_files.picture("JPEG"), FileKind.JPEG),
        ("site.jpeg", sample_files.picture("JPEG"), FileKind.JPEG),
    ],
)
def test_every_allowed_kind_of_file_can_be_stored(name, data, kind):
    file = keep(name, data)
    assert (file.kind, file.scan, file.scanned_at) == (kind, ScanResult.CLEAN, NOW)
    kept = read(file)
    assert file.size == len(kept)
    assert kept == data or kind in (FileKind.PNG, FileKind.JPEG)


def test_a_file_without_an_extension_gets_one_that_matches_its_content():
    assert keep("policy", sample_files.pdf()).name == "policy.pdf"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.pdf", sample_files.xlsx(), "The name of this file ends in .pdf, but it is a spreadsheet. Upload a PDF."),
        (
            "a.docx",
            sample_files.zipped({"x": "y"}),
            "The name of this file ends in .docx, but it is a zip archive. Upload a Word document.",
        ),
        ("a.docm", sample_files.docx(), f"You cannot upload .docm files. {refusals.ALLOWED_KINDS_ADVICE}"),
        (
            "a.docx",
            sample_files.docx(**{"word/vbaProject.bin": b"x"}),
            refusals.OFFICE_REFUSALS[InspectionProblem.MACROS],
        ),
        (
            "a.pdf",
            sample_files.pdf(say={"/OpenAction": sample_files.action()}),
            refusals.PDF_REFUSALS[InspectionProblem.PROGRAM],
        ),
        ("a.png", sample_files.picture("PNG")[:60], refusals.PICTURE_REFUSALS[InspectionProblem.TRUNCATED]),
        ("a.csv", b"=cmd|' /C calc'!A0", refusals.TEXT_REFUSALS[InspectionProblem.FORMULA]),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_file_and_what_to_do(name, data, sentence):
    """Each message is tested in test_inspection_corpus.py. This test checks that the message appears on the form."""
    assert refusal(name, data) == sentence


def test_an_empty_file_is_refused():
    assert refusal("a.pdf", b"").startswith("This file is empty.")


def test_a_file_at_the_size_limit_is_stored_and_a_larger_one_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 1024 * 1024)
    assert refusal("a.txt", b"x" * (1024 * 1024 + 1)) == "This file is larger than 10 MB. Upload a smaller one."
    assert keep("a.txt", b"x" * 1024 * 1024).size == 1024 * 1024


def test_the_size_stated_by_the_browser_is_ignored(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 1024)
    lying = upload("a.txt", b"x" * 2000)
    lying.size = 10
    with pytest.raises(Refused, match="larger"):
        commands.save_upload(lying, by=UserFactory(), at=NOW)


def test_the_standard_antivirus_test_file_is_refused():
    assert refusal("a.txt", sample_files.VIRUS_TEST).startswith("This file contains a virus, so we did not save it.")
    assert not list(storage.path_of_digest("0" * 64).parents[2].glob("**/*"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\Ada\\my policy.pdf", "my policy.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("evil\u202efdp.pdf", "evilfdp.pdf"),
        ('a"b\r\nX: y.pdf', "a-bX- y.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_file_names_are_made_safe(sent, kept):
    lying = upload("x", sample_files.pdf())
    lying.__dict__["_name"] = sent
    assert commands.save_upload(lying, by=UserFactory(), at=NOW).name == kept


def test_identical_content_is_stored_once_with_private_permissions():
    one, two = keep("a.txt", b"hello"), keep("b.txt", b"hello")
    path = storage.path_of_digest(one.sha256)
    assert one.sha256 == two.sha256
    assert one.key != two.key
    assert [file for file in path.parents[2].glob("**/*") if file.is_file()] == [path]
    for folder in list(path.parents)[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_picture_loses_its_location_data_and_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the picture is turned by 90 degrees
    exif[0x010E] = "taken at the school gate"
    file = keep("a.jpg", sample_files.picture("JPEG", exif=exif, comment=b"secret"))
    kept = read(file)
    again = Image.open(BytesIO(kept))
    assert again.size == (20, 40)
    assert not again.getexif()
    assert b"secret" not in kept
    assert b"school gate" not in kept


def test_only_the_first_frame_of_a_phone_picture_is_stored():
    second = Image.new("RGB", (40, 20), "red")
    several = sample_files.picture("MPO", save_all=True, append_images=[second])
    assert Image.open(BytesIO(several)).format == "MPO"
    again = Image.open(BytesIO(read(keep("a.jpg", several))))
    assert (again.format, getattr(again, "n_frames", 1)) == ("JPEG", 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_picture_in_any_colour_mode_is_re_encoded(mode):
    out = BytesIO()
    Image.new(mode, (30, 10)).save(out, format="PNG")
    assert Image.open(BytesIO(read(keep("a.png", out.getvalue())))).size == (30, 10)


def test_a_file_created_by_calloff_is_not_scanned(settings):
    settings.SCAN_STAND_IN = False
    file = commands.save_made_pdf(sample_files.pdf(), "IAP-A-0042-decision.pdf", at=NOW)
    assert (file.scan, file.uploaded_by, file.name) == (ScanResult.CLEAN, None, "IAP-A-0042-decision.pdf")


def test_the_bytes_of_an_upload_that_was_rolled_back_are_deleted_later():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keep("a.txt", b"rolled back")
        1 / 0  # noqa: B018
    assert not StoredFile.objects.exists()
    assert storage.path_of_digest(storage.digest_bytes(b"rolled back")).exists()
    assert list(storage.files_older_than(NOW + timedelta(days=10_000)))


def test_an_upload_of_too_many_files_to_inspect_in_time_is_refused_and_the_allowed_number_is_given(monkeypatch):
    clock, begun = iter([0, 0, 8, 15, 22]), []

    def inspects(data, **_):
        begun.append(data)
        return process.InspectionFinding(seen=DetectedType.PDF)

    monkeypatch.setattr(uploads.process, "inspect_in_child", inspects)
    monkeypatch.setattr(uploads, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    sent = {f"{number}.pdf": upload(f"{number}.pdf", sample_files.pdf()) for number in range(4)}
    found = commands.inspect_uploads(sent, by=UserFactory(), at=NOW)
    assert [type(one).__name__ for one in found.values()] == [
        "InspectedUpload",
        "InspectedUpload",
        "Refused",
        "Refused",
    ]
    assert str(found["2.pdf"]) == (
        "We did not have time to check this file. Upload up to 20 files at once, or fewer if they are large."
    )
    assert len(begun) == 2


def test_inspection_from_the_command_line_has_no_time_limit(monkeypatch):
    monkeypatch.setattr(uploads, "REQUEST_INSPECTION_SECONDS", 0)
    sent = {"a.pdf": upload("a.pdf", sample_files.pdf())}
    assert commands.inspect_uploads(sent, by=UserFactory(), at=NOW, seconds=None)["a.pdf"].kind == FileKind.PDF


def test_inspection_from_the_command_line_waits_for_its_turn(monkeypatch):
    """Someone's upload on the web takes longer than a page is allowed to wait."""
    monkeypatch.setattr(slots, "SLOT_WAIT_SECONDS", 0.2)
    by, done = UserFactory(), []

    def inspects():
        sent = {"a.txt": upload("a.txt", b"Good")}
        done.append(commands.inspect_uploads(sent, by=by, at=NOW, seconds=None)["a.txt"].kind)

    monkeypatch.setattr(uploads, "count_attempt", lambda *_, **__: SimpleNamespace(allowed=True))
    with slots.wait_for_slot(by.pk):
        waiting = Thread(target=inspects)
        waiting.start()
        time.sleep(0.5)
        assert not done
    waiting.join(timeout=20)
    assert done == [FileKind.TXT]


def test_one_bad_file_among_several_is_refused_and_the_others_are_stored():
    sent = {"a.pdf": upload("a.pdf", b"%PDF-1.7 nonsense"), "b.txt": upload("b.txt", b"Good")}
    found = commands.inspect_uploads(sent, by=UserFactory(), at=NOW)
    assert isinstance(found["a.pdf"], Refused)
    assert found["b.txt"].kind == FileKind.TXT


def test_the_301st_file_uploaded_in_an_hour_is_refused_before_inspection(monkeypatch):
    begun = []
    monkeypatch.setattr(
        uploads.process,
        "inspect_in_child",
        lambda data, **_: begun.append(1) or process.InspectionFinding(seen=DetectedType.TXT),
    )
    by, other = UserFactory(), UserFactory()

    def send(of=by, at=NOW):
        return commands.inspect_upload(upload("a.txt", b"Good"), by=of, at=at)

    for _ in range(300):
        send()
    with pytest.raises(Refused) as refused:
        send(at=NOW + timedelta(minutes=20))
    sentence = "You have uploaded too many files in a short time. Wait 40 minutes, then try again."
    assert [(one.sentence, one.where) for one in refused.value.problems] == [(sentence, "file")]
    assert len(begun) == 300
    send(of=other)
    send(at=NOW + timedelta(hours=1))
    assert len(begun) == 302
