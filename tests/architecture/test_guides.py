"""Tests that everything that docs/architecture.md and docs/guides/ name exists, and that quotations from code are
exact.
"""

import re
from itertools import pairwise

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
PAGES = [ROOT / "docs" / "architecture.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
ARCHITECTURE = PAGES[0].read_text()
SUBJECTS = {
    "permissions", "transitions", "locking", "messages", "background-jobs", "forms", "tests", "migrations", "pages",
}  # fmt: skip
QUOTED = re.compile(r"^`([\w/.]+\.py)`\n\n```(?:python|text)\n(.*?)^```", re.M | re.S)
SOURCES = "\n".join(path.read_text() for part in ("calloff", "tests") for path in (ROOT / part).rglob("*.py"))


def layers(diagram):
    """Return the arrows between rooms as pairs (upper, lower)."""
    pairs = set()
    for line in diagram.splitlines():
        ends = [re.findall(r"\w+", part) for part in line.split("-->")]
        pairs |= {(upper, lower) for above, below in pairwise(ends) for upper in above for lower in below}
    return pairs


def test_the_architecture_page_links_to_a_page_on_each_subject():
    assert {page.stem for page in PAGES[1:]} == SUBJECTS
    assert set(re.findall(r"\(guides/([\w-]+)\.md\)", ARCHITECTURE)) == SUBJECTS


def test_the_package_diagram_shows_every_room_in_import_order():
    (diagram,) = [text for text in re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE, re.S) if "subgraph story" in text]
    pairs = layers(diagram) - {("edges", "story"), ("story", "base")}
    rooms = {path.name for path in (ROOT / "calloff").iterdir() if (path / "__init__.py").exists()}
    assert {room for pair in pairs for room in pair} | {"kernel"} == rooms
    assert "kernel" in diagram
    contract = (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0]
    order = [layer.split(" | ") for layer in re.findall(r'"([^"]+)"', contract)][:-1]  # The last layer is the kernel.
    expected = {(upper, lower) for above, below in pairwise(order) for upper in above for lower in below}
    assert pairs == {pair for pair in expected if pair[0] == "project" or pair[1] != "monitoring"}


def test_the_architecture_pages_include_each_kind_of_diagram():
    assert len(re.findall(r"```mermaid\nflowchart", ARCHITECTURE)) == 3
    assert len(re.findall(r"```mermaid\nsequenceDiagram", ARCHITECTURE)) == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_quoted_in_the_guides_matches_the_source(page):
    text = page.read_text()
    quoted = QUOTED.findall(text)
    assert len(quoted) == text.count("```python") + text.count("```text")
    assert quoted or page.stem == "architecture"
    for path, code in quoted:
        lines = {line.strip() for line in (ROOT / path).read_text().splitlines()}
        assert not [line for line in code.splitlines() if line.strip() and line.strip() not in lines], path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_folders_and_links_named_in_the_guides_exist(page):
    text = page.read_text()
    paths = re.findall(r"`((?:calloff|tests|docs)/[\w/.-]*)`", text)
    assert not [path for path in paths if not (ROOT / path).exists()]
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_names_used_in_the_guides_exist(page):
    names = {name for name in re.findall(r"`([A-Za-z_]{6,})(?:\([^`]*\))?`", page.read_text())}
    assert not [name for name in names if not re.search(rf"\b{name}\b", SOURCES)]
