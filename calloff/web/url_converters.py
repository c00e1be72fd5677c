"""An authority's slug is the root of its public pages: `people.roots` lists what cannot be one."""

from django.urls import register_converter
from django.urls.converters import SlugConverter

from calloff.people.reserved_slugs import RESERVED_SLUGS


class AuthoritySlugConverter(SlugConverter):
    """The root of an authority's public pages: `<authority:authority>/markets`."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_SLUGS))})(?:/|$))[-a-zA-Z0-9_]+"


register_converter(AuthoritySlugConverter, "authority")
