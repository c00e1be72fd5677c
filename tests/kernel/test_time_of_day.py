"""Tests for times of day. People can type them in common formats, and pages show them in one format."""

from datetime import time

import pytest

from calloff.kernel import time_of_day


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9:30am", time(9, 30)),
        ("9.30 AM", time(9, 30)),
        ("9:30 a.m.", time(9, 30)),
        ("09:30", time(9, 30)),
        ("14:15", time(14, 15)),
        ("2pm", time(14)),
        (" 2  pm ", time(14)),
        ("12pm", time(12)),
        ("12am", time(0)),
        ("noon", time(12)),
        ("Midday", time(12)),
        ("12 noon", time(12)),
        ("0:05", time(0, 5)),
    ],
)
def test_a_time_of_day_can_be_typed_in_any_common_format(written, meant):
    assert time_of_day.parse_time(written) == meant


@pytest.mark.parametrize("written", ["", "2", "25:00", "9:60", "13pm", "0am", "soon", "afternoon", "noon 12", "9:3"])
def test_an_ambiguous_time_of_day_is_refused(written):
    assert time_of_day.parse_time(written) is None


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(9, 30), "9:30am"),
        (time(12), "noon"),
        (time(12, 5), "12:05pm"),
        (time(14), "2pm"),
        (time(0, 15), "12:15am"),
    ],
)
def test_a_formatted_time_of_day_can_be_parsed_again(at, words):
    assert time_of_day.format_time(at) == words
    assert time_of_day.parse_time(words) == at
