"""Tests that a telephone number on a page is a link, so that people can call it with one tap on a phone."""

import pytest

from calloff.web.telephone_links import telephone_links


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("01903 555010", "01903555010"),
        ("(01903) 555 010", "01903555010"),
        ("020 7946 0000", "02079460000"),
        ("07700-900123", "07700900123"),
        ("+44 1903 555010", "+441903555010"),
        ("+44 (0)1903 555010", "+441903555010"),
        ("0044 1903 555010", "00441903555010"),
    ],
)
def test_a_telephone_number_in_a_sentence_becomes_a_link(written, dialled):
    drawn = telephone_links(f"Call {written}. Ask for Saul.")
    assert f'href="tel:{dialled}">' in drawn
    assert drawn.endswith("</a>. Ask for Saul.")
    assert drawn.replace("(", "").startswith("Call <a ")


@pytest.mark.parametrize(
    "text",
    [
        "call 999",
        "IAP-L-0004",
        "PU-0123456789",
        "30 11 2026",
        "09:30 to 12:30",
        "£124.00",
        "UPN A012345678901",
        "http://x/01903555010",
        "0\u0661\u0669\u0660\u0663 \u0665\u0665\u0665\u0660\u0661\u0660",  # These digits are not a telephone number.
    ],
)
def test_text_that_is_not_a_telephone_number_does_not_become_a_link(text):
    assert telephone_links(text) == text


def test_typed_text_is_escaped_in_telephone_links():
    drawn = telephone_links("<b>01903 555010</b> & “x”")
    assert drawn.startswith(
        '&lt;b&gt;<a class="govuk-link calloff-reference" href="tel:01903555010">01903 555010</a>&lt;'
    )
    assert drawn.endswith("&amp; “x”")
