"""Pagination for all lists of the API, and lookups that the lists share.

A page has 100 rows, and each page continues after the last id of the page before.
"""

from functools import cache
from typing import Annotated, Any, Protocol, TypeVar

from django.conf import settings
from django.urls import reverse
from msgspec import Meta

from calloff.api.operations import RecordNotFound
from calloff.people.models import Organisation
from calloff.people.queries import find_authority

PAGE_SIZE = 100
FETCH_SIZE = PAGE_SIZE + 1  # One row more than a page has is fetched, to find out whether there is another page.
MAX_KEY = 2**63 - 1  # the largest key that the database can store

Key = Annotated[int, Meta(ge=0, le=MAX_KEY)]
After = Annotated[Key, Meta(description="`next` from the previous page")]
Next = Annotated[int | None, Meta(description="send this as `after` to get the next page (null on the last page)")]
AuthoritySlug = Annotated[str, Meta(description="the slug of an authority (leave it out for all authorities)")]


class Keyed(Protocol):
    @property
    def pk(self) -> Any: ...


KeyedRow = TypeVar("KeyedRow", bound=Keyed)


def cut_page(rows: list[KeyedRow]) -> tuple[list[KeyedRow], int | None]:
    """Return the rows of one page, and the id after which the next page starts (or None).

    `rows` contains up to `FETCH_SIZE` rows in the order of their ids.
    """
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def page_address(route: str, *slugs: str) -> str:
    """Return the full URL of a page on the website.

    This must be fast, because lists contain hundreds of URLs.
    """
    return settings.ADDRESS + _path_template(route, len(slugs)).format(*slugs)


@cache
def _path_template(route: str, slugs: int) -> str:
    """Return the path of a route, with a placeholder for each slug.

    No character of a slug needs escaping in URLs.
    """
    marks = [f"place-{n}" for n in range(slugs)]
    path = reverse(route, args=marks)
    for n, mark in enumerate(marks):
        path = path.replace(mark, f"{{{n}}}")
    return path


def authority_of_slug(slug: str) -> Organisation | None:
    """Return the authority with this slug, or None if the slug is empty.

    Raises RecordNotFound for an unknown slug.
    """
    if not slug:
        return None
    authority = None if "\x00" in slug else find_authority(slug)
    if authority is None:
        raise RecordNotFound(
            f"There is no authority with the slug “{slug[:80]}”. Send the last part of the web "
            "address of the authority’s home page."
        )
    return authority
