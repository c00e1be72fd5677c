"""The URL converter for authorities.

An authority's slug comes first in a path, and must not be one of `people.reserved_slugs`.
"""

from django.urls import register_converter
from django.urls.converters import SlugConverter

from calloff.people.reserved_slugs import RESERVED_SLUGS


class AuthoritySlugConverter(SlugConverter):
    """Match an authority's slug at the start of a public path: `<authority:authority>/markets`."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_SLUGS))})(?:/|$))[-a-zA-Z0-9_]+"


register_converter(AuthoritySlugConverter, "authority")
