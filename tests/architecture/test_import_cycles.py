"""Tests that modules do not import each other in a cycle, directly or indirectly, even within one room."""

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import grimp
import pytest

PACKAGES = ("calloff", "tools", "benchmarks", "tests")
TYPE_IMPORT = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from circular import second\n"
IMPORT_IN_A_FUNCTION = "def call():\n    from circular import third\n"


def imports_of(package):
    """Return the modules that each module imports: at the top, inside functions, or for type checking."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def find_cycle(imports):
    """Return the modules of an import cycle, in which each module imports the next, or an empty list."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        return list(reversed(circle.args[1]))
    return []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_cycle(package):
    assert " imports ".join(find_cycle(imports_of(package))) == "", "move what both need to a module of its own"


def test_an_import_cycle_through_a_function_or_a_type_checking_import_is_found(tmp_path, monkeypatch):
    package = tmp_path / "circular"
    package.mkdir()
    modules = {"__init__": "", "first": TYPE_IMPORT, "second": IMPORT_IN_A_FUNCTION, "third": "import circular.first\n"}
    for name, code in modules.items():
        (package / f"{name}.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    circle = find_cycle(imports_of("circular"))
    assert circle[0] == circle[-1]
    assert {*pairwise(circle)} == {
        ("circular.first", "circular.second"),
        ("circular.second", "circular.third"),
        ("circular.third", "circular.first"),
    }
