"""Find retired words in the text that people read: pages, documents, docstrings and comments.

The patterns are in `retired_words.tsv`, and the counts, which must only fall, are in `word_counts.json`. To store lower
counts, run `python -c "from tests.architecture.word_lint import write_counts; write_counts()"`.
"""

import ast
import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PATTERNS_FILE = Path(__file__).with_name("retired_words.tsv")
COUNTS_FILE = Path(__file__).with_name("word_counts.json")
GENERATED_DOCUMENTS = {"verbs.md", "permissions.md", "disclosure.md", "retention.md", "rows.md"}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TEMPLATE_STRING = re.compile(r"\"([^\"\n]*[a-z] [a-z][^\"\n]*)\"")
COMMENT = re.compile(r"(?m)(?:^|\s)# (.+)$")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z“`0-9])")


class RetiredWord(NamedTuple):
    """A row of `retired_words.tsv`.

    A text must not match `pattern` once the parts that match `allowed` have been removed.
    """

    kind: str  # either hard or soft
    pattern: str
    instead: str
    allowed: str

    def count_in(self, text: str) -> int:
        """Count how often the pattern matches a text, without allowed uses."""
        if not re.search(self.pattern, text):
            return 0  # Most texts end here, so that their allowed uses do not have to be removed.
        if self.allowed:
            text = re.sub(self.allowed, "", text)
        return sum(1 for _ in re.finditer(self.pattern, text))


@cache
def retired_words() -> tuple[RetiredWord, ...]:
    """Return the patterns for retired words."""
    lines = [line for line in PATTERNS_FILE.read_text().splitlines() if line and not line.startswith("#")]
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(RetiredWord(*[*row, "", ""][:4]) for row in rows)


def document_sentences(source: str) -> Iterator[str]:
    """Yield the headings, sentences, list items and table cells of a Markdown file, without code."""
    source = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
    source = re.sub(r"(?m)^    .*$", "", source)
    source = re.sub(r"`[^`]*`", "X", source)
    source = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
    for block in re.split(r"\n\s*\n|\n(?=[-*#|]|\d+\. )", source):
        for cell in block.strip().split("|"):
            yield from SENTENCE_END.split(" ".join(cell.strip(" -*#").split()))


def docstrings_and_comments(source: str) -> Iterator[str]:
    """Yield the sentences in the docstrings of a Python file, and its comments, without quoted code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = re.sub(r"`[^`]*`", "X", ast.get_docstring(node) or "")
            yield from SENTENCE_END.split(" ".join(text.split()))
    for comment in COMMENT.findall(source):
        yield re.sub(r"`[^`]*`", "X", comment)


def page_strings(source: str) -> Iterator[str]:
    """Yield the strings and texts of a Jinja template, roughly: the strings inside tags, then the text between the
    tags.
    """
    for tag in JINJA.findall(source):
        if not tag.startswith("{#"):
            yield from TEMPLATE_STRING.findall(tag)
    yield from (" ".join(text.split()) for text in re.split(r"<[^>]*>|\x00", JINJA.sub("\x00", source)))


def texts_of(kind: str) -> Iterator[str]:
    """Yield all texts of one kind: documents, code (docstrings and comments of the service), or pages."""
    if kind == "documents":
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
            if path.name not in GENERATED_DOCUMENTS:
                yield from document_sentences(path.read_text())
    elif kind == "pages":
        for path in sorted((ROOT / "calloff" / "web" / "pages").rglob("*.html")):
            yield from page_strings(path.read_text())
    else:
        for folder in ("calloff", "benchmarks", "tools"):
            for path in sorted((ROOT / folder).rglob("*.py")):
                if "migrations" not in path.parts:
                    yield from docstrings_and_comments(path.read_text())


def count_retired_words(kind: str) -> dict[str, int]:
    """Count how often each hard pattern matches in all texts of a kind, and how often all soft patterns together
    do.
    """
    texts = "\n".join(texts_of(kind)).splitlines()
    counts: dict[str, int] = {}
    for word in retired_words():
        key = word.pattern if word.kind == "hard" else "soft"
        counts[key] = counts.get(key, 0) + sum(map(word.count_in, texts))
    return {key: count for key, count in counts.items() if count}


def allowed_counts() -> dict[str, dict[str, int]]:
    """Return the stored counts, which must only fall, by kind of text and pattern."""
    counts: dict[str, dict[str, int]] = json.loads(COUNTS_FILE.read_text())
    return counts


def write_counts() -> None:
    """Store the current counts where they are lower than the stored counts. This never raises a count."""
    allowed = allowed_counts()
    for kind, before in allowed.items():
        now = count_retired_words(kind)
        allowed[kind] = {key: min(count, now.get(key, 0)) for key, count in before.items() if now.get(key)}
    COUNTS_FILE.write_text(json.dumps(allowed, indent=1, ensure_ascii=False) + "\n")
