"""Tests that every set of plain action pages has URLs, and that the page of the record shows their links."""

import ast
import inspect
import re

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

WEB = settings.BASE_DIR / "calloff" / "web"
CALLED = {path: path.read_text() for path in sorted(WEB.rglob("*.py"))}


def rows_of(path):
    """Yield each set of actions in a module: its name, and whether any of its actions has a link."""
    for node in ast.parse(CALLED[path]).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("RecordActions("):
            linked = any(isinstance(each, ast.keyword) and each.arg == "link" for each in ast.walk(node.value))
            yield node.targets[0].id, linked


SETS = [(path, name, linked) for path in CALLED for name, linked in rows_of(path)]


@pytest.mark.parametrize(("path", "name", "linked"), SETS, ids=lambda value: getattr(value, "stem", str(value)))
def test_every_set_of_actions_has_urls_and_shows_its_links(path, name, linked):
    audience = path.relative_to(WEB).parts[0]
    line = f"*record_actions.urls({path.stem}.{name},"
    assert line in CALLED[WEB / audience / "urls.py"], f"Add {line} …) to web/{audience}/urls.py"
    if linked:
        shown = re.search(rf"\b{name}\.links\(", "".join(CALLED.values()))
        assert shown, f"Pass {name}.links(request, …) to the record's template, and show them there"


def actions(resolver):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from actions(one)
        elif action := getattr(inspect.unwrap(one.callback), "action", None):
            yield one.name, action


def test_each_action_without_a_link_on_its_record_is_linked_from_the_file_that_it_names():
    """A link names the route, or only its last part after `route ~`. A choice of endings has the name of the verb."""
    for audience in ("provider", "buyer", "authority"):
        (resolver,) = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == audience]
        for name, action in actions(resolver):
            if action.linked_from:
                folder = WEB / "pages" if action.linked_from.endswith(".html") else WEB
                text = (folder / action.linked_from).read_text()
                ends = [name, name.removeprefix("placement"), name.removeprefix("referral"), action.verb]
                linked = any(re.search(rf"""[:"']{re.escape(end)}["']""", text) for end in ends)
                assert linked, f"{action.linked_from} has no link to {audience}:{name}"


def test_each_action_on_a_record_has_its_own_url():
    """If two rows had the same path, Django would always open the first of them."""
    for audience in ("provider", "buyer", "authority"):
        (resolver,) = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == audience]
        paths = [str(one.pattern) for one in resolver.url_patterns]
        assert not {path for path in paths if paths.count(path) > 1}
        names = [name for name, _ in actions(resolver)]
        assert not {name for name in names if names.count(name) > 1}
