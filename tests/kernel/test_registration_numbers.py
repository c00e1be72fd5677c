"""Tests for company and charity numbers in the formats of their registers."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.kernel.registration_numbers import clean_charity_number, clean_company_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01234567", "01234567"), ("1234567", "01234567"), ("01 234 567", "01234567"), ("sc123456", "SC123456"),
        ("OC300001", "OC300001"), ("NI012345", "NI012345"), ("R0000001", "R0000001"), ("IP12345R", "IP12345R"),
    ],
)  # fmt: skip
def test_a_company_number_is_stored_in_the_standard_format_of_its_register(typed, number):
    assert clean_company_number(typed) == number


@pytest.mark.parametrize("typed", ["", "0", "00000000", "123456789", "S1234567", "ABC12345", "Limited", "١٢٣٤٥٦٧٨"])
def test_an_invalid_company_number_is_refused(typed):
    with pytest.raises(Refused, match="Company number must be 8 characters"):
        clean_company_number(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234567", "1234567"), ("234567", "234567"), ("1234567-1", "1234567-1"), ("sc012345", "SC012345"),
        ("NIC100001", "NIC100001"),
    ],
)  # fmt: skip
def test_a_charity_number_is_stored_in_the_standard_format_of_its_register(typed, number):
    assert clean_charity_number(typed) == number


@pytest.mark.parametrize("typed", ["", "12345", "12345678", "SC12345", "None"])
def test_an_invalid_charity_number_is_refused(typed):
    with pytest.raises(Refused, match="Charity number must be"):
        clean_charity_number(typed)
