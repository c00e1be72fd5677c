"""The GOV.UK components, drawn by the macros that pass the Design System's own examples."""

from functools import cache
from typing import Any

import jinja2
from django.utils.safestring import SafeString, mark_safe

LIBRARY = jinja2.PackageLoader("govuk_frontend_jinja")


def component(name: str, params: dict[str, Any], caller: Any = None) -> SafeString:
    """Draw one GOV.UK component, as its page in the Design System describes its parameters."""
    macro = getattr(_macros(name), macro_name(name))
    markup: str = macro(params, caller=caller) if caller else macro(params)
    return mark_safe(markup)


def component_names() -> set[str]:
    return {path.split("/")[1] for path in LIBRARY.list_templates() if path.startswith("components/")}


def macro_name(component_name: str) -> str:
    return "govuk" + component_name.title().replace("-", "")


@cache
def _macros(name: str) -> Any:
    # The library's own templates read parameters that are not there, so they cannot be strict.
    library = jinja2.Environment(autoescape=True, loader=jinja2.PrefixLoader({"govuk_frontend_jinja": LIBRARY}))
    return library.get_template(f"govuk_frontend_jinja/components/{name}/macro.html").module
