"""The specification of a page to take screenshots of: its address, its visitor and its example."""

from collections.abc import Callable
from typing import Any, NamedTuple

from calloff.people.permissions import Role

FindArguments = Callable[[], tuple[Any, ...] | None]


class PageSpec(NamedTuple):
    """A page, the person who visits it, and the arguments of its address, or None if no record is suitable.

    The person has the role at the organisation whose slug is the first argument, if there is one, or has the email
    address that a function returns.
    """

    route: str
    who: Role | Callable[[], str | None] | None = None  # None: an anonymous visitor
    where: FindArguments = lambda: ()
    query: dict[str, Any] | Callable[[], dict[str, Any]] = {}
    like: str = ""  # another example of the same address: a word for the name of its picture
    press: str = ""  # the text of a button to press on the empty form
