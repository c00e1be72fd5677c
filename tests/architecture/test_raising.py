"""Tests that no exception is raised from itself, because its chain of causes would never end."""

import ast
from pathlib import Path

import pytest

import calloff

MODULES = sorted(Path(calloff.__file__).parent.rglob("*.py"))


def raised_from_what_it_may_be(source):
    """Yield the line of each `raise … from cause` that does not create its exception, so it might raise the cause
    itself.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Raise) or node.cause is None:
            continue
        if isinstance(node.cause, ast.Constant) and node.cause.value is None:
            continue
        made = node.exc.func if isinstance(node.exc, ast.Call) else None
        while isinstance(made, ast.Attribute) and not made.attr[:1].isupper():  # such as Refused.because(…)
            made = made.value
        name = made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
        if not name[:1].isupper():
            yield node.lineno


def test_every_exception_raised_with_a_cause_is_created_where_it_is_raised():
    assert len(MODULES) > 300
    found = [f"{path}:{line}" for path in MODULES for line in raised_from_what_it_may_be(path.read_text())]
    assert not found, "call history.constraint_errors.refuse_in_words, or make the exception here: " + ", ".join(found)


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("raise in_words(clash, record) from clash", False),
        ("raise clash from clash", False),
        ("raise errors.in_words(clash) from clash", False),
        ("raise Refused('No') from clash", True),
        ("raise Refused.because([]) from clash", True),
        ("raise states.Refused('No') from clash", True),
        ("raise Refused('No') from None", True),
    ],
)
def test_the_check_of_raised_exceptions_reports_only_wrong_ones(line, fine):
    assert list(raised_from_what_it_may_be(line)) == ([] if fine else [1])
