"""Tests that docs/threat-model.md names a test for each threat, and that the test exists."""

import ast
import re

import pytest
from django.conf import settings

TEXT = (settings.BASE_DIR / "docs" / "threat-model.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| who |")
]
WHO = {
    "stranger", "rival provider", "former colleague", "bad administrator", "parent with a court order", "lost phone",
    "hostile file", "mail scanner", "operator", "leaked backup", "double click", "clock",
}  # fmt: skip


def names_in(path):
    tree = ast.parse((settings.BASE_DIR / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[2]}"[:80])
def test_the_test_named_for_each_threat_exists(row):
    assert len(row) == len(("who", "wants", "how", "what holds it", "test"))
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[-1])
    assert named, f"name its test as `path::name`: {row[-1]}"
    path, name = named.groups()
    assert (settings.BASE_DIR / path).exists(), path
    assert name in names_in(path), f"{path} has no {name}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[2]}"[:80])
def test_the_module_named_for_each_protection_exists(row):
    for module in re.findall(r"`((?:\w+/)+\w*\.?p?y?)`", row[3]):
        assert (settings.BASE_DIR / "calloff" / module).exists(), module


def test_every_kind_of_attacker_appears_in_a_threat():
    assert {row[0] for row in ROWS} == WHO
