"""“Go to” for the person's own organisations, found by name or slug."""

from typing import Any

from calloff.kernel.references import organisation_name_key
from calloff.kernel.search_words import has_typed_words
from calloff.people import queries
from calloff.web import audience_hooks
from calloff.web.navigation import home_path


def to_organisation(request: Any, words: str) -> str | None:
    """Return the home page of the person's organisation with this slug or name.

    Organisations whose names start with the words come first.
    """
    wanted = organisation_name_key(words)
    mine = {grant.organisation for grant in queries.roles_of(request.user, request.now)}
    matches = [
        organisation
        for organisation in mine
        if wanted
        and (
            wanted in organisation_name_key(organisation.name)
            or words.lower() == organisation.slug
            or has_typed_words(words, organisation.name)
        )
    ]
    matches.sort(
        key=lambda organisation: (not organisation_name_key(organisation.name).startswith(wanted), organisation.name)
    )
    return next((home for organisation in matches if (home := home_path(organisation))), None)


def register() -> None:
    audience_hooks.register_path_finder(to_organisation)
