"""The first segments of our addresses. An authority's slug is a root too, so none of these can be one."""

from django.urls import register_converter
from django.urls.converters import SlugConverter

RESERVED = frozenset(
    {
        "about", "accessibility", "account", "admin", "api", "authorities", "buyers", "complaints", "contact",
        "cookies", "demo", "help", "health", "news", "oruk", "privacy", "providers", "robots.txt", "schools",
        "search", "security", "sign-in", "sign-out", "static", "status", "terms", "www",
    }
)  # fmt: skip


class AuthoritySlug(SlugConverter):
    """The root of an authority's public pages: `<authority:authority>/markets`."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED))})(?:/|$))[-a-zA-Z0-9_]+"


register_converter(AuthoritySlug, "authority")
