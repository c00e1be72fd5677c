"""Tests for the table of limits: each row is used, and all code that counts attempts refers to a row by its name."""

import ast
from pathlib import Path

import calloff
from calloff.rate_limits.limits import LIMITS, LimitName

HERE = Path(calloff.__file__).parent
COUNTS = {"take", "left", "hold", "settle", "release", "clear", "sample"}
MODULES = [path for path in sorted(HERE.rglob("*.py")) if path.parent.name != "rate_limits"]


def trees():
    """Return the syntax trees of the modules that count attempts."""
    for path in MODULES:
        text = path.read_text()
        if "LimitName" in text or "rate_limits" in text:
            yield path.relative_to(HERE), ast.parse(text)


def named_in(node):
    return {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "LimitName"
    }


def test_each_limit_has_one_row_with_its_windows_in_ascending_order():
    assert list(LIMITS) == list(LimitName)
    for limit in LIMITS.values():
        lasts = [window.lasts for window in limit.windows]
        assert lasts, limit.name
        assert lasts == sorted(set(lasts)), limit.name


def test_each_row_of_the_limits_table_is_used_by_some_code():
    used = set().union(*(named_in(tree) for _, tree in trees()))
    assert {one.name for one in LimitName} == used


def test_every_count_uses_the_constant_for_a_limits_name_and_not_its_text():
    """If the argument is a variable, mypy checks that it is a LimitName."""
    calls = [
        (path, call)
        for path, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in COUNTS
    ]
    texts = [f"{path}:{call.lineno}" for path, call in calls if isinstance(call.args[0], ast.Constant)]
    assert calls
    assert not texts
