"""Tests that the rooms, modules and names in docs/map.md exist, and that the map contains every room."""

import re
import tomllib

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
TEXT = (ROOT / "docs" / "map.md").read_text()
FILES = [path.relative_to(ROOT).as_posix() for part in ("calloff", "tools") for path in (ROOT / part).rglob("*.*")]
ROOMS = [path.name for path in (ROOT / "calloff").iterdir() if (path / "__init__.py").exists()]
NAMED = set(re.findall(r"`([^`\n]+)`", TEXT))
PATHS = sorted(name for name in NAMED if re.fullmatch(r"[\w/]+\.(py|html|json)", name) and "ROOM" not in name)
INSIDE = sorted(
    name for name in NAMED if re.fullmatch(r"[\w/]*\w(\.\w+)+", name) and not re.search(r"\.(py|toml|html|json)$", name)
)
DECISIONS = sorted(set(re.findall(r"\]\((adr/[^)]+)\)", TEXT)))


def modules(name):
    """Return the modules in calloff/ to which `markets/queries`, or just `queries`, can refer.

    If the name is that of a package, the result includes the modules in the package.
    """
    ends = re.compile(rf"(^|/){re.escape(name)}(\.py|/\w+\.py)$")
    return [ROOT / path for path in FILES if ends.search(path)]


def test_the_map_lists_every_room_in_import_order():
    (house, *_) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [set(layer.split(" | ")) for layer in house["layers"]]
    rows = re.findall(r"^\| (?:edges|story|kernel)? ?\| `(\w+)` \|", TEXT, re.MULTILINE)
    assert sorted(rows) == sorted(ROOMS)
    assert [rows.index(room) for layer in layers for room in sorted(layer, key=rows.index)] == list(range(len(rows)))


@pytest.mark.parametrize("path", PATHS)
def test_every_file_named_on_the_map_exists(path):
    assert [one for one in FILES if one == path or one.endswith(f"/{path}")], f"{path}: moved, or renamed"


@pytest.mark.parametrize("name", INSIDE)
def test_every_code_name_on_the_map_exists_in_its_module(name):
    place, _, last = name.replace(".", "/").rpartition("/")
    found = modules(place)
    assert found, f"{name}: there is no module {place}"
    written = re.compile(rf"^\s*(def|class) {last}\b|^{last}\b[^=\n]*=", re.MULTILINE)
    assert any(written.search(path.read_text()) for path in found), f"{name}: {place} has no {last}"


@pytest.mark.parametrize("path", DECISIONS)
def test_every_decision_record_named_on_the_map_exists(path):
    assert (ROOT / "docs" / path).exists()
