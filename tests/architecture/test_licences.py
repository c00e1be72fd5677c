"""Tests that all third-party software is listed with its licence, and that all these licences are approved."""

import re

from tools import third_party


def test_the_third_party_list_includes_every_locked_package():
    assert third_party.FILE.read_text() == third_party.text(), "run .venv/bin/python tools/third_party.py"


def test_each_package_has_an_approved_licence():
    unknown = {
        f"{package}: {licence}"
        for package in third_party.locked()
        for licence in re.split(r" (?:AND|OR) ", third_party.licence_of(package))
        if licence not in third_party.ALLOWED
    }
    assert unknown == set()


def test_bundled_software_is_in_the_folder_named_in_the_list():
    missing = [path for _, path, *_ in third_party.CARRIED if not (third_party.ROOT / path).exists()]
    assert missing == []
