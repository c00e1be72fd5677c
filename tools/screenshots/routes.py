"""List all URLs of the service, in the form that tools/addresses uses."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def every_route() -> list[str]:
    """Return the route name of each URL for an audience, such as `provider:application-submit`.

    The names from allauth are left out, because each of those paths also has a name of our own.
    """
    return sorted({name for name in _names(get_resolver().url_patterns, "") if ":" in name})


def _names(patterns: Any, within: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns, f"{within}{one.namespace}:" if one.namespace else within)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{within}{one.name}"
