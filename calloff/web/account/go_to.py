"""“Go to” an organisation: one's own, by name or by the last part of its address."""

from typing import Any

from calloff.kernel.references import name_key
from calloff.people import queries
from calloff.web import audience_hooks
from calloff.web.navigation import home_of


def to_organisation(request: Any, words: str) -> str | None:
    """Return the home of the first of the person's organisations whose name begins so, or contains it."""
    wanted = name_key(words)
    mine = {grant.organisation for grant in queries.mine(request.user, request.now)}
    found = [one for one in mine if wanted and (wanted in name_key(one.name) or words.lower() == one.slug)]
    found.sort(key=lambda one: (not name_key(one.name).startswith(wanted), one.name))
    return next((home for one in found if (home := home_of(one))), None)


def register() -> None:
    audience_hooks.find_by(to_organisation)
