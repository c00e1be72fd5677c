"""Tests that each audience defines its URLs in its own `urls.py`, so that one file shows all of them."""

import ast
from pathlib import Path

import calloff

WEB = Path(calloff.__file__).parent / "web"


def shared_functions(tree):
    """Return the lines of functions named `urls`, which return URLs that several audiences share."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "urls"]
    return [(node.lineno, node.end_lineno) for node in functions]


def test_url_patterns_are_defined_only_in_urls_modules():
    elsewhere = []
    for file in sorted(WEB.rglob("*.py")):
        tree = ast.parse(file.read_text())
        allowed = shared_functions(tree)
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        elsewhere += [
            f"{file.relative_to(WEB)}:{call.lineno}"
            for call in calls
            if call.func.id in {"path", "re_path"}
            and file.name != "urls.py"
            and not any(first <= call.lineno <= last for first, last in allowed)
        ]
    # These URLs come from the library for sign-on.
    elsewhere = [place for place in elsewhere if not place.startswith("account/sso.py")]
    assert not elsewhere, f"List these addresses in the urls.py of their audience: {elsewhere}"
