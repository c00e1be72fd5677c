"""Every door, tried by everyone. Each audience registers its doors in a module here; test_doors.py walks them.

A door is a route with a method. Its `who` are the people of the world who must succeed; everyone else must be turned
away (a visitor to the sign-in page, others with 403 or 404) and leave the database as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROVIDER = frozenset({"ada", "ben", "sian", "petra"})  # lead, staff, signatory and safeguarding lead of the provider
AUTHORITY = frozenset({"olivia", "esme", "anwar", "quentin", "maud"})  # officer, evaluator, approver, quality, admin
CASEWORK = frozenset({"nina", "vera"})  # SEN officer and virtual school of the authority: they oversee no market
SCHOOL = frozenset({"ruth", "helen", "saul", "fay", "bea"})  # AP lead, head, safeguarding, finance, people, of a school
TEAM = frozenset({"cora"})  # commissioner of a team of the authority
ELSEWHERE = frozenset({"rival", "neighbour", "elsewhere"})  # all roles of another provider, school and authority
SIGNED_IN = PROVIDER | AUTHORITY | CASEWORK | SCHOOL | TEAM | ELSEWHERE
EVERYBODY = SIGNED_IN | {"visitor"}


@dataclass(frozen=True)
class Endpoint:
    """One way in: a route (`provider:application-submit`), who must get through, and with what.

    `where` makes the arguments of the route from the world (made again for each try); `sends` the payload of a POST
    that must succeed. A GET succeeds with 200 (or a redirect within the service), a POST with a redirect.
    """

    method: str
    route: str
    who: frozenset[str]
    where: Callable[[Any], tuple[Any, ...]] = lambda world: ()
    sends: Callable[[Any], Mapping[str, Any]] = lambda world: {}
    query: str = ""
    recently: bool = False  # behind a step-up: walk as one who signed in just now
    sees: frozenset[str] = field(default_factory=frozenset)  # for a POST: who may see it (403), where others get 404
    before: Callable[[Any, Any, str], None] | None = None  # what (client, world, name) must have done before
    elsewhere: frozenset[str] = frozenset()  # who are sent to another page, for here is nothing for them
    writes: bool = False  # a GET that writes something down, as another package's page may
    shows: bool = False  # a POST that shows a page where it succeeds, as a search or a preview does

    def __str__(self) -> str:
        return f"{self.method} {self.route}{self.query}"
