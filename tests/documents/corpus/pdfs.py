"""PDFs written by hand, object by object.

The PDFs are in plain text, with compressed lists, with revisions, or without a table.
"""

import re
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from asn1crypto import keys
from asn1crypto import x509 as plain_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.documents.corpus import CorpusFile

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>"
TEXT = b"BT /F1 12 Tf 72 720 Td (Safeguarding policy) Tj ET"
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
RECT = b"/Type /Annot /Rect [0 0 90 20]"
FILE = b"<< /Type /Filespec /F (a.bin) /EF << /F 9 0 R >> >>"


def stream(content, extra=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def objects(catalogue=b"", page=b"", more=None):
    """Return the numbered objects of a one-page document."""
    usual = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: PAGE % page,
        4: stream(TEXT),
    }
    return usual | (more or {})


def plain(numbered, *, version=b"1.7", before=b"", trailer=b""):
    """Write a document with its table in plain text."""
    out, places = before + b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version, {}
    for number, body in numbered.items():
        places[number] = len(out) - len(before)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + _table(places, len(out) - len(before), b"/Root 1 0 R %s" % trailer)


def _table(places, start, trailer):
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in places.items())
    size = max([*places, 9]) + 1
    table = b"xref\n0 1\n0000000000 65535 f \n%strailer\n<< /Size %d %s >>\n" % (rows, size, trailer)
    return table + b"startxref\n%d\n%%%%EOF\n" % start


def packed(numbered, *, filtered=b"/FlateDecode", more=None):
    """Write a document with its objects in a compressed list, and a compressed table."""
    inside = {n: body for n, body in numbered.items() if b"stream\n" not in body}
    bodies = [body + b" " for body in inside.values()]
    starts = [sum(map(len, bodies[:at])) for at in range(len(bodies))]
    heads = b"".join(b"%d %d " % pair for pair in zip(inside, starts, strict=True))
    listed = zlib.compress(heads + b"".join(bodies))
    extra = b"/Type /ObjStm /N %d /First %d /Filter %s" % (len(inside), len(heads), filtered)
    out, rows = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
    outside = {n: body for n, body in numbered.items() if n not in inside} | (more or {})
    for number, body in (outside | {90: stream(listed, extra)}).items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows |= {number: (2, 90, at) for at, number in enumerate(inside)}
    rows[91] = (1, len(out), 0)
    table = b"".join(
        bytes([row[0]]) + row[1].to_bytes(4) + bytes([row[2]]) for row in (rows.get(n, (0, 0, 0)) for n in range(92))
    )
    extra = b"/Type /XRef /Size 92 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode"
    start = len(out)
    return out + b"91 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(zlib.compress(table), extra), start)


def changed_later(numbered):
    """Write a harmless document, and add numbered objects in a later revision."""
    first = plain(objects())
    before = int(re.findall(rb"startxref\n(\d+)", first)[-1])
    out, places = first, {}
    for number, body in numbered.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + _table(places, len(out), b"/Root 1 0 R /Prev %d" % before)


def behind_a_sound_table(numbered):
    """Write a harmless document with a valid table, followed by other objects with the same numbers."""
    first = plain(objects())
    extra = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in numbered.items())
    at = first.index(b"xref\n")
    moved = first[:at] + extra + first[at:]
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % (at + len(extra)), moved)


def escaped(data):
    """Write the names that the inspection looks for with hexadecimal codes, for example /J#61vaScript."""
    spelt = rb"/(JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|EmbeddedFiles|RichMedia|Movie|Sound|Screen|XFA)\b"
    return re.sub(spelt, lambda found: b"/%s#%02x%s" % (found[1][:1], found[1][1], found[1][2:]), data)


def locked(data, **passwords):
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(**passwords))
    return out.getvalue()


def harmful():
    """Yield harmful content for a PDF, as a title, some words from the error, and the objects."""
    script, files, media = "JavaScript or runs a command", "other files attached", "a video, a sound or a 3D model"
    outside, sends, by_itself = "opens or reads other files", "sends what people enter", "opens a web page by itself"
    yield "script at opening", script, objects(b"/OpenAction %s" % SCRIPT)
    yield "script elsewhere", script, objects(b"/OpenAction 5 0 R", more={5: SCRIPT})
    yield "script in a stream", script, objects(b"/OpenAction << /S /JavaScript /JS 5 0 R >>", more={5: stream(b"x()")})
    yield "script at closing", script, objects(b"/AA << /WC %s >>" % SCRIPT)
    yield "script of a page", script, objects(page=b"/AA << /O %s >>" % SCRIPT)
    yield "script of a link", script, objects(page=b"/Annots [<< %s /Subtype /Link /A %s >>]" % (RECT, SCRIPT))
    field = b"<< %s /Subtype /Widget /FT /Tx /T (a) /AA << /K %s >> >>" % (RECT, SCRIPT)
    yield "script of a field", script, objects(b"/AcroForm << /Fields [5 0 R] >>", b"/Annots [5 0 R]", {5: field})
    yield "named script", script, objects(b"/Names << /JavaScript << /Names [(a) %s] >> >>" % SCRIPT)
    tree = {5: b"<< /Kids [6 0 R] >>", 6: b"<< /Limits [(a) (a)] /Names [(a) 7 0 R] >>", 7: SCRIPT}
    yield "script in a tree", script, objects(b"/Names << /JavaScript 5 0 R >>", more=tree)
    chain = b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Named /N /NextPage /Next 5 0 R >>] >>"
    yield "script after others", script, objects(chain, more={5: SCRIPT})
    yield (
        "script by a name elsewhere",
        script,
        objects(b"/OpenAction << /S 5 0 R /JS 6 0 R >>", more={5: b"/JavaScript", 6: b"(app.alert)"}),
    )
    yield "script without its name", script, objects(page=b"/Annots [<< %s /A << /S /X /JS (a) >> >>]" % RECT)
    yield "script of a film", script, objects(more={5: b"<< /S /Rendition /JS (app.alert) /OP 0 >>"})
    yield (
        "script in an address",
        script,
        objects(page=b"/Annots [<< %s /Subtype /Link /A << /S /URI /URI (JavaScript:alert) >> >>]" % RECT),
    )
    for spelt in (
        b"(java\\tscript:alert)",
        b"(java\\nscript:alert)",
        b"(\\001javascript:alert)",
        b"(\xef\xbb\xbfjavascript:alert)",
        *(b"<%s>" % "\ufeffjavascript:a".encode(f"utf-16-{end}").hex().encode() for end in ("be", "le")),
    ):
        link = b"/Annots [<< %s /Subtype /Link /A << /S /URI /URI %s >> >>]" % (RECT, spelt)
        yield f"script in an address, spelt {spelt[:20].hex()}", script, objects(page=link)
    yield "script before each address", script, objects(b"/URI 5 0 R", more={5: b"<< /Base (javascript:alert) >>"})
    yield "thread of another document", outside, objects(b"/OpenAction << /S /Thread /F (a.pdf) /D 0 >>")
    yield "script to which nothing points", script, objects(more={5: SCRIPT})
    yield "script as a part of the text", script, objects(more={5: b"<< /Type /StructElem /S /JavaScript /JS (a) >>"})
    yield "command", script, objects(b"/OpenAction << /S /Launch /F (cmd.exe) >>")
    yield "command of Windows", script, objects(more={5: b"<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"})
    yield (
        "command by a name elsewhere",
        script,
        objects(b"/OpenAction << /S 5 0 R /F (cmd.exe) >>", more={5: b"/Launch"}),
    )
    yield "PostScript", script, objects(more={5: stream(b"run", b"/Type /XObject /Subtype /PS")})
    yield (
        "form that is sent",
        sends,
        objects(
            page=b"/Annots [<< %s /Subtype /Widget /A << /S /SubmitForm /F << /FS /URL /F (https://x.example) >> >> >>]"
            % RECT
        ),
    )
    yield "data read in", outside, objects(b"/OpenAction << /S /ImportData /F (a.fdf) >>")
    yield (
        "another document",
        outside,
        objects(b"/OpenAction << /S /GoToR /F (\\\\\\\\x.example\\\\a.pdf) /D [0 /Fit] >>"),
    )
    yield "a document within", outside, objects(more={5: b"<< /S /GoToE /F (a.pdf) /D (x) >>"})
    yield "content elsewhere", outside, objects(more={5: stream(b"", b"/F (https://x.example/a)")})
    yield (
        "page drawn elsewhere",
        outside,
        objects(more={5: stream(b"", b"/Subtype /Form /Ref << /F (a.pdf) /Page 0 >>")}),
    )
    yield "address of a file", outside, objects(more={5: b"<< /Type /Filespec /FS /URL /F (https://x.example/a) >>"})
    attached = {8: FILE, 9: stream(b"MZ", b"/Type /EmbeddedFile")}
    yield "attached file", files, objects(b"/Names << /EmbeddedFiles << /Names [(a) 8 0 R] >> >>", more=attached)
    yield (
        "attached file in a tree",
        files,
        objects(b"/Names << /EmbeddedFiles << /Kids [<< /Names [(a) 8 0 R] >>] >> >>", more=attached),
    )
    yield (
        "file pinned to a page",
        files,
        objects(page=b"/Annots [<< %s /Subtype /FileAttachment /FS 8 0 R >>]" % RECT, more=attached),
    )
    yield "associated file", files, objects(b"/AF [8 0 R]", more=attached)
    yield "file to which nothing points", files, objects(more={9: stream(b"MZ", b"/Type /EmbeddedFile")})
    for kind in (b"RichMedia", b"Movie", b"Sound", b"Screen", b"3D"):
        title = f"annotation of kind {kind.decode()}"
        yield title, media, objects(page=b"/Annots [<< %s /Subtype /%s >>]" % (RECT, kind))
    yield "film at opening", media, objects(b"/OpenAction << /S /Rendition /R 5 0 R /OP 0 >>", more={5: b"<< >>"})
    yield (
        "XFA form",
        "an XFA form",
        objects(b"/AcroForm << /Fields [] /XFA [(template) 5 0 R] >>", more={5: stream(b"<x/>")}),
    )
    yield "XFA form in one", "an XFA form", objects(b"/AcroForm << /Fields [] /XFA 5 0 R >>", more={5: stream(b"<x/>")})
    yield "page of the web at opening", by_itself, objects(b"/OpenAction << /S /URI /URI (https://x.example) >>")
    yield "page of the web at reading", by_itself, objects(page=b"/AA << /O << /S /URI /URI (https://x.example) >> >>")


def hostile():
    """Return files with each kind of harmful content in each format, broken files, and files that need many
    resources.
    """
    for title, words, numbered in harmful():
        yield CorpusFile(f"{title}, plain", "a.pdf", plain(numbered), words)
        yield CorpusFile(f"{title}, packed", "a.pdf", packed(numbered), words)
        yield CorpusFile(f"{title}, added later", "a.pdf", changed_later(numbered), words)
        yield CorpusFile(f"{title}, behind a sound table", "a.pdf", behind_a_sound_table(numbered), words)
        spelt = escaped(plain(numbered))
        if spelt != plain(numbered):
            yield CorpusFile(f"{title}, spelt in codes", "a.pdf", spelt, words)
    scripted = objects(b"/OpenAction 5 0 R", more={5: SCRIPT})
    program, damaged = "JavaScript or runs a command", "damaged"
    indirect = packed(scripted, filtered=b"9 0 R", more={9: b"/FlateDecode"})
    yield CorpusFile("filter behind a reference", "a.pdf", indirect, program)
    several = packed(scripted, filtered=b"[9 0 R]", more={9: b"/FlateDecode"})
    yield CorpusFile("filter behind a reference in a list", "a.pdf", several, program)
    listed = b"7 0 << /S /JavaScript /JS (app.alert) >>"
    lost = {9: stream(zlib.compress(listed), b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")}
    yield CorpusFile("list of objects that no table has", "a.pdf", behind_a_sound_table(lost), program)
    yield CorpusFile("script and an owner's password", "a.pdf", locked(plain(scripted), owner="o", user=""), program)
    yield CorpusFile(
        "script after a printer's words", "a.pdf", plain(scripted, before=b"\x1b%-12345X@PJL\r\n"), program
    )
    yield CorpusFile(
        "script without a table",
        "a.pdf",
        plain(scripted).partition(b"xref\n")[0] + b"trailer << /Root 1 0 R >>",
        program,
    )
    yield CorpusFile(
        "locked with a password", "a.pdf", locked(plain(objects()), owner="o", user="u"), "locked with a password"
    )
    foreign = plain(objects(more={9: b"<< /Filter /Adobe.PubSec /V 4 /R 4 >>"}), trailer=b"/Encrypt 9 0 R")
    yield CorpusFile("locked in a way of its own", "a.pdf", foreign, "locked with a password")
    yield CorpusFile("no pages", "a.pdf", plain(objects() | {2: b"<< /Type /Pages /Kids [] /Count 0 >>"}), damaged)
    yield CorpusFile("nonsense", "a.pdf", b"%PDF-1.7\nnonsense", damaged)
    yield CorpusFile("header alone", "a.pdf", b"%PDF-1.7\n", damaged)
    yield CorpusFile("cut off", "a.pdf", plain(objects())[:120], damaged)
    web = b"<html><script>alert(1)</script>" + plain(objects())
    yield CorpusFile("a web page before it", "a.pdf", web, "is a web page")
    deep = plain(objects(more={5: b"<< /A " * 400 + b"/JS (a)" + b" >>" * 400}))
    yield CorpusFile("without end in itself", "a.pdf", deep, "PDF")


def hungry():
    """Yield files that need a lot of memory or time, for example a 276-byte file that used 3.7 GB."""
    wide = b"<< /Type /XRef /Size 3000000 /W [0 0 0] /Index [0 3000000] /Root 1 0 R /Length 0 >>\nstream\n\nendstream"
    start = b"%PDF-1.5\n"
    page = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in objects().items())
    table = b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (5, wide, len(start) + len(page))
    yield CorpusFile("three million entries of no width", "a.pdf", start + page + table, "PDF")
    bomb = zlib.compress(zlib.compress(bytes(300 * 1024**2), 9), 9)
    listed = stream(bomb, b"/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]")
    yield CorpusFile("list of objects of 300 MB, in two wrappings", "a.pdf", plain(objects(more={5: listed})), "PDF")
    filters = b"<< /Type /ObjStm /N 1 /First 4 " + b"/Filter[" * 100_000
    yield CorpusFile("a hundred thousand filters", "a.pdf", start + b"1 0 obj\n" + filters + b"\nendobj\n%%EOF", "PDF")
    loop = objects() | {2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"}
    yield CorpusFile("pages in a ring", "a.pdf", plain(loop), "PDF")
    nested = objects(more={5: b"[" * 200_000})
    yield CorpusFile("two hundred thousand lists in each other", "a.pdf", plain(nested), "PDF")


def signed(data):
    """Sign a PDF with a person's own certificate."""

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented Signatory")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 7, datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    )
    certificate = made.sign(key, hashes.SHA256())

    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=plain_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    written = IncrementalPdfFileWriter(BytesIO(data))
    return signers.sign_pdf(written, signers.PdfSignatureMetadata(field_name="S"), signer=signer).getvalue()


def harmless():
    """Return files that must be accepted.

    They come from Word and scanners, or have signatures, forms or harmless oddities.
    """
    one = plain(objects())
    yield CorpusFile("plain", "a.pdf", one)
    yield CorpusFile("packed", "a.pdf", packed(objects()))
    yield CorpusFile("changed later", "a.pdf", changed_later({4: stream(TEXT)}))
    yield CorpusFile("newline before the header", "a.pdf", b"\n" + one)
    yield CorpusFile("newline counted by the table", "a.pdf", plain(objects(), before=b"\r\n"))
    yield CorpusFile(
        "a printer's words before the header", "a.pdf", plain(objects(), before=b"\x1b%-12345X@PJL ENTER\r\n")
    )
    yield CorpusFile("blank bytes after the end", "a.pdf", one + b"\0" * 500)
    yield CorpusFile("owner's password only", "a.pdf", locked(one, owner="o", user=""))
    yield CorpusFile("owner's password only, packed", "a.pdf", locked(packed(objects()), owner="o", user=""))
    yield CorpusFile(
        "owner's password of old", "a.pdf", locked(one, owner="o", user="", R=3, aes=False, metadata=False)
    )
    yield CorpusFile("table that is wrong", "a.pdf", re.sub(rb"startxref\n\d+", b"startxref\n1", one))
    yield CorpusFile("line ends of another system", "a.pdf", one.replace(b"\nendobj\n", b"\rendobj\r"))
    yield CorpusFile("opens at a page", "a.pdf", plain(objects(b"/OpenAction [3 0 R /FitH 800]")))
    yield CorpusFile(
        "opens at a page by an action", "a.pdf", plain(objects(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"))
    )
    yield CorpusFile("opens the menu to print", "a.pdf", plain(objects(b"/OpenAction << /S /Named /N /Print >>")))
    link = b"/Annots [<< %s /Subtype /Link /A << /S /URI /URI (%s) >> >>]"
    for address in (
        b"https://developer.mozilla.org/JavaScript",
        b"mailto:office@school.example",
        b"tel:01632960001",
        b"#p2",
    ):
        yield CorpusFile(f"link to {address.decode()}", "a.pdf", plain(objects(page=link % (RECT, address))))
    yield CorpusFile(
        "title with JavaScript",
        "a.pdf",
        plain(objects(more={5: b"<< /Title (HTML/CSS/JavaScript) >>"}), trailer=b"/Info 5 0 R"),
    )
    yield CorpusFile(
        "content that names actions", "a.pdf", plain(objects() | {4: stream(b"/JS /JavaScript /EmbeddedFile")})
    )
    for title, names in (
        ("no attached files", b"/EmbeddedFiles << /Names [] >>"),
        ("no scripts", b"/JavaScript << /Names [] >>"),
        ("nothing named", b""),
    ):
        yield CorpusFile(title, "a.pdf", plain(objects(b"/Names << %s >>" % names)))
        yield CorpusFile(f"{title}, packed", "a.pdf", packed(objects(b"/Names << %s >>" % names)))
    yield CorpusFile("form without scripts", "a.pdf", plain(form()))
    yield CorpusFile("form that is emptied by a button", "a.pdf", plain(form(b"/A << /S /ResetForm >>")))
    yield CorpusFile("form without XFA", "a.pdf", plain(objects(b"/AcroForm << /Fields [] /XFA [] >>")))
    yield CorpusFile(
        "parts of the text named Sound",
        "a.pdf",
        plain(objects(more={5: b"<< /Type /StructElem /S /Sound /P 1 0 R /K 0 >>"})),
    )
    yield CorpusFile(
        "picture that is named JS",
        "a.pdf",
        plain(objects(page=b"/Resources << /XObject << /JS 5 0 R >> >>", more={5: scan()})),
    )
    yield CorpusFile(
        "scan",
        "a.pdf",
        plain(objects(page=b"/Resources << /XObject << /Im0 5 0 R >> >>", more={5: scan()}), version=b"1.3"),
    )
    metadata = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><pdfaid:part>2</pdfaid:part></x:xmpmeta>"
    archived = objects(
        b"/Metadata 5 0 R /MarkInfo << /Marked true >>", more={5: stream(metadata, b"/Type /Metadata /Subtype /XML")}
    )
    yield CorpusFile("PDF/A", "a.pdf", plain(archived))
    yield CorpusFile("signed", "a.pdf", signed(one))
    yield CorpusFile("signed, packed", "a.pdf", signed(packed(objects())))
    yield CorpusFile("for the web", "a.pdf", saved(one, linearize=True))
    yield CorpusFile(
        "saved by another program", "a.pdf", saved(one, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    )
    yield CorpusFile("written out", "a.pdf", saved(one, qdf=True))
    pages = {n: PAGE % b"" for n in range(10, 60)}
    kids = b" ".join(b"%d 0 R" % n for n in pages)
    yield CorpusFile(
        "fifty pages", "a.pdf", plain(objects(more=pages) | {2: b"<< /Type /Pages /Kids [%s] /Count 50 >>" % kids})
    )
    yield CorpusFile("name in capitals", "A POLICY.PDF", one)
    yield CorpusFile("initial in the name", "Policy J.Smith", one)
    yield CorpusFile("no ending", "policy", one)


def form(button=b"/MK << /CA (Print) >>"):
    fields = {
        5: b"<< %s /Subtype /Widget /FT /Tx /T (name) /V (Ada) /DA (/Helv 12 Tf) >>" % RECT,
        6: b"<< %s /Subtype /Widget /FT /Btn /T (clear) /Ff 65536 %s >>" % (RECT, button),
    }
    return objects(b"/AcroForm << /Fields [5 0 R 6 0 R] /NeedAppearances true >>", b"/Annots [5 0 R 6 0 R]", fields)


def scan():
    look = b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return stream(bytes(64), look)


def saved(data, **how):
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as opened:
        opened.save(out, **how)
    return out.getvalue()
