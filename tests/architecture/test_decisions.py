"""Tests that each decision record in docs/adr has a number, a date, a status and the required sections."""

import re
from itertools import count

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "adr"
DECISIONS = sorted(FOLDER.glob("*.md"))
TITLE = re.compile(r"# (\d+)\. [A-Z].+[^.]")
DATED = re.compile(
    r"Date: \d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\. "
    r"Status: (accepted\.|replaced by \[(?P<by>\d{4})\]\((?P<file>\d{4}-[\w-]+\.md)\)[.;])( .+)?"
)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_each_decision_record_has_a_number_a_date_and_a_status(path):
    title, blank, dated, *_ = path.read_text().splitlines()
    numbered = TITLE.fullmatch(title)
    assert numbered, f"write “# {int(path.stem[:4])}. Title”: {title}"
    assert int(numbered[1]) == int(path.stem[:4])
    assert blank == ""
    written = DATED.fullmatch(dated)
    assert written, f"write “Date: 30 November 2026. Status: accepted.”: {dated}"
    if written["by"]:
        assert (FOLDER / written["file"]).exists()
        assert written["file"].startswith(written["by"])


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_each_decision_record_has_the_required_sections_in_order(path):
    headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
    assert headings[:3] == ["Context", "Decision", "Consequences"]
    assert headings[3:] in ([], ["Costs"])


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_decision_records_link_only_to_records_that_exist(path):
    for name in re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", path.read_text()):
        assert (FOLDER / name).exists(), name


def test_decision_record_numbers_are_consecutive_and_unique():
    numbers = [int(path.stem[:4]) for path in DECISIONS]
    assert numbers == [number for number, _ in zip(count(1), numbers, strict=False)]


def test_a_decision_record_that_replaces_another_links_to_it():
    for path in DECISIONS:
        if found := re.search(r"Status: replaced by \[\d{4}\]\((\d{4}-[\w-]+\.md)\)", path.read_text()):
            number, newer = path.stem[:4], (FOLDER / found[1]).read_text()
            assert re.search(rf"Replaces\s+\[?{number}\b", newer), f"Write “Replaces {number}” in {found[1]}"
