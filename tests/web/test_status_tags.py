"""Tests that each status has a tag with the text and colour in the design."""

import pytest

from calloff.web.status_tags import TAG_COLOURS, tag

# Some tags of each colour in the table of the design, including tags for statuses that are derived.
DESIGNED = {
    "Draft": "grey", "Not submitted": "grey", "Closed": "grey", "Opens soon": "blue", "Being assessed": "blue",
    "Clarification needed": "yellow", "Agreement unsigned": "yellow", "Awaiting countersignature": "yellow",
    "Awaiting decision": "purple", "Admitted": "green", "In force": "green", "Admitted with conditions": "orange",
    "No new placements": "orange", "Full": "orange", "Not admitted": "magenta", "Suspended": "red", "Superseded": "red",
}  # fmt: skip


@pytest.mark.parametrize(("words", "colour"), DESIGNED.items())
def test_each_status_has_a_tag_with_its_wording_and_colour(words, colour):
    drawn = tag(words)
    assert f"govuk-tag--{colour}" in drawn
    assert words in drawn


def test_a_tag_with_wording_that_is_not_in_the_table_is_refused():
    with pytest.raises(LookupError, match="Sort of open"):
        tag("Sort of open")


def test_no_wording_is_used_with_two_colours():
    every = [words for several in TAG_COLOURS.values() for words in several]
    assert len(every) == len(set(every))
