"""The GOV.UK components, rendered by Jinja macros.

Our tests compare these with the Design System's own examples.
"""

import pickle
from functools import cache
from typing import Any

import jinja2
from django.utils.safestring import SafeString, mark_safe

LIBRARY = jinja2.PackageLoader("govuk_frontend_jinja")


def component(name: str, params: dict[str, Any], caller: Any = None) -> SafeString:
    """Render one GOV.UK component, with the parameters listed on its page in the Design System.

    `blank` is our own parameter. It marks a component that contains nothing that a person typed or chose, so that its
    HTML can be cached.
    """
    if not params.get("blank"):
        return _drawn(name, params, caller)
    known = name, pickle.dumps(params)  # pickle keeps the difference between marked-up text and plain text
    if known not in _BLANK:
        if len(_BLANK) >= MAX_BLANK_COMPONENTS:
            _BLANK.clear()
        _BLANK[known] = _drawn(name, params, caller)
    return _BLANK[known]


MAX_BLANK_COMPONENTS = 1000  # the cache takes a few megabytes in total
_BLANK: dict[tuple[str, bytes], SafeString] = {}


def _drawn(name: str, params: dict[str, Any], caller: Any) -> SafeString:
    macro = getattr(_macros(name), macro_name(name))
    markup: str = macro(params, caller=caller) if caller else macro(params)
    return mark_safe(markup)


def component_names() -> set[str]:
    return {path.split("/")[1] for path in LIBRARY.list_templates() if path.startswith("components/")}


def load_components() -> None:
    """Compile every GOV.UK macro now, so that no page has to wait for it."""
    for name in component_names():
        _macros(name)


def macro_name(component_name: str) -> str:
    return "govuk" + component_name.title().replace("-", "")


@cache
def _macros(name: str) -> Any:
    # The library's templates read parameters that might be missing, so this environment cannot be strict.
    library = jinja2.Environment(
        autoescape=True, auto_reload=False, loader=jinja2.PrefixLoader({"govuk_frontend_jinja": LIBRARY})
    )
    return library.get_template(f"govuk_frontend_jinja/components/{name}/macro.html").module
