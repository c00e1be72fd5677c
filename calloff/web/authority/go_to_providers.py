"""“Go to” for providers of the person's authorities, found by words in the name."""

from typing import Any

from calloff.kernel.search_words import name_has_words, typed_words
from calloff.members import queries as members
from calloff.people import queries as people
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.web import audience_hooks
from calloff.web.jinja_environment import url_for


def path_of_provider(request: Any, words: str) -> str | None:
    """Return a provider's page if only one provider has these words in its name, or the list if several do."""
    if not typed_words(words):
        return None
    person, at = request.user, request.now
    organisations = {grant.organisation for grant in people.roles_of(person, at)}
    for authority in sorted(organisations, key=lambda organisation: organisation.pk):
        if authority.kind != Organisation.Kind.AUTHORITY or not person.can(Can.OVERSEE, organisation=authority, at=at):
            continue
        named = members.providers_known_to(authority).filter(name_has_words("name", words))
        slugs = list(named.values_list("slug", flat=True)[:2])
        if slugs:
            one = len(slugs) == 1
            return (
                url_for("authority:provider", authority.slug, slugs[0])
                if one
                else url_for("authority:providers", authority.slug, words=words)
            )
    return None


def register() -> None:
    audience_hooks.register_path_finder(path_of_provider)
