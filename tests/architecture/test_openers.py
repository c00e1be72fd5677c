"""Tests that only the child process for inspection opens uploaded files."""

import ast
from pathlib import Path

CODE = Path(__file__).resolve().parents[2] / "calloff"
CHILD = "documents/inspection/"
OPENERS = {
    "PIL", "bz2", "gzip", "lxml", "lzma", "olefile", "openpyxl", "pikepdf", "puremagic", "pyhanko", "pypdf",
    "python_calamine", "tarfile", "xml", "zipfile", "zlib",
}  # fmt: skip
ELSEWHERE = {
    "cli/demo/service_pages.py": "draws the demonstration's own pictures",
    "directory/result_cache.py": "compresses the pages that we render, and reads only these",
    "directory/hsds_tabular/csv_writer.py": "writes an archive, and reads none",
    "documents/revisions.py": "adds to what our typesetter made",
    "documents/pdf_row_headers.py": "marks the tables of what our typesetter made",
    "documents/pyhanko_backend.py": "seals what we made, and verifies our own seal",
    "registers/import_files.py": "reads, at the command line alone, files that an officer of the service fetched",
    "web/public/sitemaps.py": "writes the map of the site",
    "web/authority/markets.py": "writes an archive, and reads none",
}


def openers(path):
    """Return the libraries that a module imports and that can open uploaded files."""
    found, text = set(), path.read_text()
    if not any(name in text for name in OPENERS):  # There is no need to parse such a module.
        return found
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [str(getattr(each, "value", "")) for each in node.args[:1]]
        found |= {name.partition(".")[0] for name in names} & OPENERS
    return found


def test_only_the_child_process_opens_uploaded_files():
    found = {
        str(path.relative_to(CODE)): openers(path) for path in CODE.rglob("*.py") if "migrations" not in path.parts
    }
    outside = {name for name, several in found.items() if several and not name.startswith(CHILD)}
    assert outside - ELSEWHERE.keys() == set(), "open it in documents/inspection, or say here why it is no stranger's"
    assert {name for name in ELSEWHERE if not found.get(name)} == set(), "it opens nothing any more"
