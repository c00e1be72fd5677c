import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calloff.kernel import codes
from calloff.kernel.codes import UPN_LETTERS, IdentifierScheme, NeedType


@pytest.mark.parametrize(
    ("read", "typed", "code"),
    [
        (codes.parse_urn, " 100 001", 100001),
        (codes.parse_urn, "10000", None),
        (codes.parse_urn, "1000001", None),
        (codes.parse_urn, "012345", None),
        (codes.parse_urn, "१२३४५६", None),
        (codes.parse_ukprn, "1001 2345", "10012345"),
        (codes.parse_ukprn, "20012345", None),
        (codes.parse_ukprn, "1001234", None),
        (codes.parse_laestab, "9384001", "938/4001"),
        (codes.parse_laestab, "938/4001", "938/4001"),
        (codes.parse_laestab, "93/84001", None),
        (codes.parse_uprn, "000100012345", "100012345"),
        (codes.parse_uprn, "1234567890123", None),
        (codes.parse_uprn, "0", None),
        (codes.parse_company_number, "123456", "00123456"),
        (codes.parse_company_number, "0012 3456", "00123456"),
        (codes.parse_company_number, "sc123456", "SC123456"),
        (codes.parse_company_number, "OC301234", "OC301234"),
        (codes.parse_company_number, "IP12345R", "IP12345R"),
        (codes.parse_company_number, "123456789", None),
        (codes.parse_company_number, "00000000", None),
        (codes.parse_company_number, "", None),
        (codes.parse_company_number, "SC12345", None),
        (codes.parse_charity_number, "1123456", "1123456"),
        (codes.parse_charity_number, "1123456-12", "1123456-12"),
        (codes.parse_charity_number, "sc 012345", "SC012345"),
        (codes.parse_charity_number, "nic100123", "NIC100123"),
        (codes.parse_charity_number, "12345", None),
        (codes.parse_charity_number, "SC12345", None),
        (codes.parse_ofsted_urn, "ey123456", "EY123456"),
        (codes.parse_ofsted_urn, "2512345", "2512345"),
        (codes.parse_ofsted_urn, "XX123456", None),
        (codes.parse_cqc_id, "1-123456789", "1-123456789"),
        (codes.parse_cqc_id, "2-123456789", None),
    ],
)
def test_a_code_is_either_accepted_in_any_common_format_or_refused(read, typed, code):
    assert read(typed) == code


@pytest.mark.parametrize(
    ("typed", "scheme"),
    [
        ("1123456", IdentifierScheme.CHARITY_ENGLAND_AND_WALES),
        ("SC012345", IdentifierScheme.CHARITY_SCOTLAND),
        ("NIC100123", IdentifierScheme.CHARITY_NORTHERN_IRELAND),
    ],
)
def test_a_charity_number_shows_which_register_it_is_in(typed, scheme):
    assert codes.parse_charity(typed) == (typed, scheme)


REST = st.from_regex(rf"\A[0-9]{{11}}[0-9{UPN_LETTERS}]\Z")


@settings(deadline=None)
@given(REST)
def test_only_one_check_letter_is_correct_for_each_pupil_number(rest):
    right = [letter for letter in UPN_LETTERS if codes.parse_upn(letter + rest)]
    assert right == [codes.upn_check_letter(rest)]


@settings(deadline=None)
@given(REST, st.integers(0, 10), st.integers(1, 9))
def test_a_pupil_number_with_one_wrong_digit_is_refused(rest, place, more):
    mistyped = rest[:place] + str((int(rest[place]) + more) % 10) + rest[place + 1 :]
    assert codes.parse_upn(codes.upn_check_letter(rest) + mistyped) is None


def test_the_check_letter_of_a_pupil_number_follows_the_published_guide():
    # 2·9 + 3·3 + 4·8 + 5·1 + 6·2 + 7·3 + 8·4 + 9·2 + 10·6 + 11·0 + 12·0 + 13·1 = 220 = 9·23 + 13
    assert codes.parse_upn("p938123426001") == "P938123426001"
    assert codes.parse_upn("Q938123426001") is None
    assert codes.parse_upn("P93812342600") is None
    assert codes.parse_upn("") is None


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("bn11lg", "BN1 1LG"),
        (" BN11  1LG ", "BN11 1LG"),
        ("bn1 1lg", "BN1 1LG"),
        ("w1a\u00a01aa", "W1A 1AA"),
        ("ec1a1bb", "EC1A 1BB"),
        ("m11ae", "M1 1AE"),
        ("B338TH", "B33 8TH"),
        ("gir0aa", "GIR 0AA"),
        ("BT1 5GS", "BT1 5GS"),
    ],
)
def test_a_postcode_is_formatted_in_capitals_with_one_space(typed, written):
    assert codes.parse_postcode(typed) == written
    assert codes.parse_outcode(typed) == written.split()[0]


@pytest.mark.parametrize(
    "typed",
    ["", "BN1", "BN1 1L", "BN1 1LGX", "1BN 1LG", "QN1 1LG", "BN1 1CI", "BN111 1LG", "Worthing", "BN1-1LG", "ＢN1 1LG"],
)
def test_text_that_is_not_a_postcode_is_refused(typed):
    assert codes.parse_postcode(typed) is None


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_a_parser_raise_an_unexpected_error(text):
    for read in (
        codes.parse_urn,
        codes.parse_ukprn,
        codes.parse_uprn,
        codes.parse_company_number,
        codes.parse_charity_number,
        codes.parse_upn,
        codes.parse_outcode,
    ):
        read(text)
    written = codes.parse_postcode(text)
    assert written is None or codes.parse_postcode(written) == written


def test_an_outcode_is_accepted_on_its_own_and_its_letters_give_the_postcode_area():
    assert codes.parse_outcode("bn11") == "BN11"
    assert codes.parse_outcode("Worthing") is None
    assert [codes.postcode_area(code) for code in ("BN1 1LG", "M1", "GIR 0AA", "")] == ["BN", "M", "GIR", ""]


def test_every_type_of_need_has_a_label():
    assert " ".join(NeedType.values) == "SPLD MLD SLD PMLD SEMH SLCN HI VI MSI PD ASD OTH NSA DS"
    assert all(need.label != need.value for need in NeedType)
