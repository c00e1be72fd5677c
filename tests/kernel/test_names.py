"""Tests for names: which characters are allowed, names that look the same, and names that are impossible."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import clean_email, clean_name, is_same_mailbox, lookalike_key
from calloff.kernel.references import MAX_NAME_KEY_LENGTH, organisation_name_key


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Żółć", "Nguyễn Thị Ánh", "Ольга Иванова", "Ιατρός", "محمد علي", "ਗੁਰਪ੍ਰੀਤ", "Ọlá Adé", "O’Neil-Smith",
        "D'Arcy", "Kite & Compass (South) Ltd", "A1 Tutors", "St. Martin’s C.E. School", "Support @ Home", "José", "X",
        "3 Bears/Woods", "Zoë, Ada + Co",
    ],
)  # fmt: skip
def test_a_name_in_any_script_is_unchanged(name):
    assert clean_name(name) == name


def test_spaces_in_a_name_are_collapsed_and_accents_are_combined():
    assert clean_name("  Ada\u00a0 \u2003 Okafor ") == "Ada Okafor"
    assert clean_name("Jose\u0301") == "Jos\u00e9"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must not be empty"), (" \u00a0 ", "must not be empty"), ("Ada\r\nBcc: x@example.org", "one line"),
        ("Ada\u2028Okafor", "one line"), ("Ada\u202eroffakO", "invisible"), ("A\u200bda", "invisible"),
        ("A\u00adda", "invisible"), ("Ada\x00", "invisible"), ("Ada\ufeff", "invisible"), ("Ada\tO", "invisible"),
        ("=HYPERLINK(1)", "start with ="),
        ("+44", "start with \\+"), ("@SUM(1)", "start with @"), ("-1", "start with -"), ("<b>Ada</b>", "include <"),
        ("a=b", "include ="), ("Ada 😀", "include 😀"), ("...", "letter or a digit"),
        ("W\u0435st Sussex", "different alphabets"), ("B\u03bfb", "different alphabets"), ("x" * 201, "200 characters"),
    ],
)  # fmt: skip
def test_an_impossible_name_is_refused_with_a_reason(text, why):
    with pytest.raises(Refused, match=why):
        clean_name(text)


def test_names_that_look_identical_have_the_same_key():
    council = lookalike_key("West Sussex County Council")
    assert lookalike_key("W\u0435st Suss\u0435x County C\u043euncil") == council
    assert lookalike_key("WEST  SUSSEX county council ltd") == council
    assert lookalike_key("\uff37est Sussex County Council") == council
    assert lookalike_key("East Sussex County Council") != council


def test_names_in_different_scripts_have_different_keys():
    assert lookalike_key("محمد") != lookalike_key("علي")
    assert organisation_name_key("Ιατρός")


def test_a_name_key_always_fits_its_column():
    assert len(lookalike_key("&" * 200 + "x" * 200)) <= MAX_NAME_KEY_LENGTH


@pytest.mark.parametrize(
    "address", ["zed@exa\u200bmple.org", "zed@exa\u00admple.org", "z\u202eed@example.org", "zed", ""]
)
def test_an_email_address_with_an_invisible_character_is_refused(address):
    with pytest.raises(Refused, match="correct format"):
        clean_email(address)


def test_an_email_address_is_stored_in_lower_case():
    assert clean_email(" Zed@Example.ORG ") == "zed@example.org"
    assert is_same_mailbox("Zed+x@example.org", "zed@example.org")
    assert not is_same_mailbox("zed@example.com", "zed@example.org")


@pytest.mark.parametrize("address", ['"zed"@example.org', '"z d"@example.org', "closed-7@closed.invalid",
                                     "z@x．invalid"])  # fmt: skip
def test_an_email_address_with_a_misleading_spelling_is_refused(address):
    with pytest.raises(Refused, match="correct format"):
        clean_email(address)


@pytest.mark.parametrize(
    ("one", "other"),
    [("zed@müller.example", "zed@xn--mller-kva.example"), ('"zed"@example.org', "zed@example.org"),
     ("ZED@ＥＸＡＭＰＬＥ.org", "zed+2@example.org"), ("z.e.d@gmail.com", "Zed+x@googlemail.com")],
)  # fmt: skip
def test_two_spellings_of_the_same_mailbox_are_recognised(one, other):
    assert is_same_mailbox(one, other)
    assert not is_same_mailbox(one, "ada@example.org")


@pytest.mark.parametrize("domain", ["example.org", "outlook.com", "gmail.com.example.org", "mail.gmail.com"])
def test_dots_in_an_email_address_matter_except_in_google_addresses(domain):
    assert not is_same_mailbox(f"z.ed@{domain}", f"zed@{domain}")
