"""Tests that every transition has a test, an endpoint and a screenshot. If one fails, it lists what is missing.

The text for the history is a field in the row of the transition. A plain action page names its command in its
`RecordAction`. Other views that call a command are found by following names through the source code of `web` and
`api`, starting from each URL.
"""

import ast
import inspect
import re
from functools import cache
from importlib import import_module

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

from calloff.cli.generated_docs import lifecycles
from tools.addresses import rows

BASE = settings.BASE_DIR
EDGES = ("web", "api")
NO_PAGE = {  # commands that no view calls by name, each with how people reach it
    "accounts.ask_email_change": "account:email",
    "accounts.make_email_change": "account:email",
    "accounts.stop_email_change": "by the link that the old address was sent",
    "accounts.undo_email_change": "by the same link",
    "accounts.use_reset": "by signing in",
    "agreements.supersede": "with partners.countersign",
    "members.carry_over": "with members.load",
    "members.load": "authority:market-load",
    "people.enter_school": "with the register of schools",
    "people.found": "from the server's command line",
    "people.record": "with members.load",
    "people.set_la_code": "from the server's command line",
    "people.suspend": "with accounts.make_email_change",
    "placements.carry_out_disposal": "from the server's command line",
    "placements.end": "buyer:placement-end",
    "placements.end_early": "buyer:placement-end-early",
    "placements.return_to_school": "buyer:placement-return-to-school",
    "placements.transfer": "buyer:placement-transfer",
}

TESTED_IN = {  # commands that no test calls by name, because the tests use a page, a command line or another command
    "accounts.stop_reset": "tests/accounts/test_resets.py",
    "accounts.stop_email_change": "tests/accounts/test_email_changes.py",
    "accounts.close_account_for": "tests/accounts/test_close_account.py",
    "people.enter_school": "tests/partners/test_ask_to_join.py",
}


def names_of(path):
    """Return the full names to which each function, class and constant in a module refers."""
    module = ".".join(path.relative_to(BASE).with_suffix("").parts).removesuffix(".__init__")
    tree, known, top = ast.parse(path.read_text()), {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            known |= {one.asname: one.name for one in node.names if one.asname}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            top[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            top[node.targets[0].id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            top[node.target.id] = node

    def full_name(node):
        if isinstance(node, ast.Attribute):
            before = full_name(node.value)
            return f"{before}.{node.attr}" if before else ""
        if isinstance(node, ast.Name):
            return known.get(node.id) or (f"{module}.{node.id}" if node.id in top else "")
        return ""

    return {
        f"{module}.{name}": {full for part in parts(node) if (full := full_name(part))} for name, node in top.items()
    }


def parts(node):
    """Yield the parts of source code without the rows of plain action pages, because a record's page refers to all
    of them.
    """
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Call) and ast.unparse(child.func).split(".")[-1] == "RecordAction"):
            yield from parts(child)


def addresses(resolver, space=""):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one, f"{one.namespace}:" if one.namespace else space)
        elif one.name:
            view = inspect.unwrap(one.callback)
            if action := getattr(view, "action", None):
                yield space + one.name, f"calloff.{action.command.__module__.split('.')[1]}.commands.{action.verb}"
            else:
                yield space + one.name, f"{view.__module__}.{view.__qualname__.split('.')[0]}"


@cache
def routes_by_name():
    """Return the routes whose views call each name."""
    names = {}
    for edge in EDGES:
        for path in (BASE / "calloff" / edge).rglob("*.py"):
            names |= names_of(path)
    routes = {}
    for route, view in addresses(get_resolver()):
        seen, left = set(), [view]
        while left:
            if (one := left.pop()) not in seen:
                seen.add(one)
                left += names.get(one, ())
                routes.setdefault(one, set()).add(route)
    return routes


@cache
def names_in_tests():
    texts = [path.read_text() for path in (BASE / "tests").rglob("*.py") if "architecture" not in path.parts]
    return set(re.findall(r"\w+", " ".join(texts)))


def lacking(lifecycle, row, *, doors=None, looks=None):
    """Return a sentence that lists everything that a transition does not have, or an empty string."""
    act = row.command or f"{lifecycle.room}.{row.verb}"
    room, command = act.split(".")
    doors = {one.route for one in rows.all_addresses()} if doors is None else doors
    looks = {*rows.photos_by_route(), *rows.reasons_without_photo()} if looks is None else looks
    routes = routes_by_name().get(f"calloff.{room}.commands.{command}", set())
    missing = [] if row.history_text.strip() else ["the words of its History (history_text)"]
    if not hasattr(import_module(f"calloff.{room}.commands"), command):
        missing.append(f"a command (calloff/{room}/commands)")
    if command not in names_in_tests() and not (BASE / TESTED_IN.get(act, "none")).exists():
        missing.append(f"a test file (tests/{room}/test_{command}.py)")
    if not routes and act not in NO_PAGE:
        missing.append("a page (a RecordAction in web)")
    if not routes & doors and act not in NO_PAGE:
        missing.append("an address (tools/addresses)")
    if not routes & looks and act not in NO_PAGE:
        missing.append("a photo (tools/addresses)")
    return f"“{row.verb}” of a {lifecycle.noun} lacks {', '.join(missing)}." if missing else ""


ROWS = [(life, row) for life in lifecycles() for row in life.transitions]


def test_every_transition_has_wording_a_test_an_endpoint_and_a_screenshot():
    sentences = [sentence for sentence in dict.fromkeys(lacking(life, row) for life, row in ROWS) if sentence]
    assert not sentences, "\n".join(sentences)


def test_one_message_lists_everything_missing_from_an_incomplete_transition():
    life = next(one for one in lifecycles() if one.noun == "referral")
    row = life.transitions[0]._replace(verb="befuddle" + "_all", history_text=" ")
    assert lacking(life, row) == (
        f"“{row.verb}” of a referral lacks the words of its History (history_text), a command "
        f"(calloff/referrals/commands), a test file (tests/referrals/test_{row.verb}.py), a page (a RecordAction in "
        "web), an address (tools/addresses), a photo (tools/addresses)."
    )


def test_a_transition_without_an_endpoint_or_screenshot_is_reported():
    life = next(one for one in lifecycles() if one.noun == "referral")
    ask = next(row for row in life.transitions if row.verb == "ask")
    assert lacking(life, ask, doors=set()).endswith("lacks an address (tools/addresses).")
    assert lacking(life, ask, looks=set()).endswith("lacks a photo (tools/addresses).")


@pytest.mark.parametrize("act", NO_PAGE)
def test_a_command_without_a_page_is_listed_with_the_reason(act):
    room, command = act.split(".")
    assert act in {row.command or f"{life.room}.{row.verb}" for life, row in ROWS}
    assert f"calloff.{room}.commands.{command}" not in routes_by_name(), "a view leads to it: take it from NO_PAGE"
    route = NO_PAGE[act]
    assert " " in route or route in {one.route for one in rows.all_addresses()}, f"{route} is no endpoint"
