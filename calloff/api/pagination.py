"""What every list of the API shares: a hundred rows a page, read on from the id of the last; addresses; authorities."""

from functools import cache
from typing import Annotated, Any, Protocol, TypeVar

from django.conf import settings
from django.urls import reverse
from msgspec import Meta

from calloff.api.operations import RecordNotFound
from calloff.people.models import Organisation
from calloff.people.queries import find_authority

PAGE_SIZE = 100
FETCH_SIZE = PAGE_SIZE + 1  # rows to ask for: the last tells only that there is another page
MAX_KEY = 2**63 - 1  # a key of the database

Key = Annotated[int, Meta(ge=0, le=MAX_KEY)]
After = Annotated[Key, Meta(description="`next` from the previous page")]
Next = Annotated[int | None, Meta(description="send this as `after` to get the next page (null on the last page)")]
AuthoritySlug = Annotated[str, Meta(description="the slug of an authority (leave it out for all authorities)")]


class Keyed(Protocol):
    @property
    def pk(self) -> Any: ...


KeyedRow = TypeVar("KeyedRow", bound=Keyed)


def cut_page(rows: list[KeyedRow]) -> tuple[list[KeyedRow], int | None]:
    """Return a page of the first MORE rows in the order of their ids, and what the next starts after, if there is."""
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def page_address(route: str, *slugs: str) -> str:
    """Return the whole address of a page for people: a list has hundreds, all of few shapes."""
    return settings.ADDRESS + _shape(route, len(slugs)).format(*slugs)


@cache
def _shape(route: str, slugs: int) -> str:
    """Return a path with a place for each slug. Of a slug nothing has to be quoted."""
    marks = [f"place-{n}" for n in range(slugs)]
    path = reverse(route, args=marks)
    for n, mark in enumerate(marks):
        path = path.replace(mark, f"{{{n}}}")
    return path


def authority_of_slug(slug: str) -> Organisation | None:
    """Find the authority that a query names, or nothing where it names none. Raises Missing."""
    if not slug:
        return None
    found = None if "\x00" in slug else find_authority(slug)
    if found is None:
        raise RecordNotFound(
            f"There is no authority “{slug[:80]}”. Send the last part of the web address of its home page."
        )
    return found
