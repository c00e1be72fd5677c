"""Tests that the name of every module is a noun, so that readers can guess what the module contains."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR / "calloff"
ACT = re.compile(r"(ing|ed)$")
OF_THE_TRADE = {  # These names look like verb forms, but they are nouns, or terms from procurement or Python.
    "buying", "charging", "monitoring", "marking", "scoring", "parsing", "merging", "formatting", "feed", "number_feed",
}  # fmt: skip
KIND_OF_WORK = re.compile(r"_(rendering|parsing|processing|signing)$")
SAYS_NOTHING = {
    "base", "common", "core", "helper", "helpers", "lib", "manager", "misc", "util", "utils", "one", "found", "several",
    "told", "said", "once", "turns",
}  # fmt: skip


def paths():
    """Return the path of each module and package in calloff/ as a tuple of names, except for migrations."""
    for module in ROOT.rglob("*.py"):
        parts = module.relative_to(ROOT).with_suffix("").parts
        if "migrations" not in parts:
            yield parts[:-1] if parts[-1] == "__init__" else parts


def is_noun(name):
    if name in SAYS_NOTHING:
        return False
    return not ACT.search(name) or name in OF_THE_TRADE or bool(KIND_OF_WORK.search(name))


def test_every_module_name_is_a_noun():
    named = {"/".join(parts[: n + 1]) for parts in paths() for n, name in enumerate(parts) if not is_noun(name)}
    assert named == set(), "name it for what it holds"


def test_no_two_modules_in_a_folder_have_names_that_differ_only_by_an_s():
    known = set(paths())
    assert [parts for parts in known if parts and (*parts[:-1], f"{parts[-1]}s") in known] == []
