"""Every address of the service: who may open it, with what, and what its photos need. One row for each way in.

The access matrix (tests/architecture/test_access_matrix.py), the walk of bad input (tests/malicious_input) and the
screenshots (tools/screenshots) all read these rows. Each audience has its modules here; `rows.py` brings them together.

An address is a route (`provider:application-submit`) with a method. Its `who` are the people of the tests' world who
must succeed; everyone else must be turned away (a visitor to the sign-in page, others with 403 or 404) and leave the
database as it was. The world is in tests/architecture/endpoints/, the records of photos in tools/screenshots/.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calloff.people.permissions import Role

PROVIDER = frozenset({"ada", "ben", "sian", "petra"})  # lead, staff, signatory and safeguarding lead of the provider
AUTHORITY = frozenset({"olivia", "esme", "anwar", "quentin", "maud"})  # officer, evaluator, approver, quality, admin
CASEWORK = frozenset({"nina", "vera"})  # SEN officer and virtual school of the authority: they oversee no market
SCHOOL = frozenset({"ruth", "helen", "saul", "fay", "bea"})  # AP lead, head, safeguarding, finance, people, of a school
TEAM = frozenset({"cora"})  # commissioner of a team of the authority
ELSEWHERE = frozenset({"rival", "neighbour", "elsewhere"})  # all roles of another provider, school and authority
SIGNED_IN = PROVIDER | AUTHORITY | CASEWORK | SCHOOL | TEAM | ELSEWHERE
EVERYBODY = SIGNED_IN | {"visitor"}

# Why an address has no photo, where several have none for the same reason.
FOR_MACHINES, DOCUMENT, FILE, SPREADSHEET = "for machines", "a document", "a file", "a file for a spreadsheet"
LEADS_ON = "leads to another page"
IN_A_RESET = "in the middle of a reset"
SECOND_FACTOR = "for people with an authenticator app or a security key; tests/journeys look at it"
LOST_SECOND_STEP = "for someone who has lost their second step, which no one has in the demonstration"
SIGN_ON = "for people who come from a sign-on server; the demonstration has none"

FindArguments = Callable[[], tuple[Any, ...] | None]


class Photo(NamedTuple):
    """The person who visits a page of the demonstration, and the arguments of its address, or None without a record.

    The person has the role at the organisation whose slug is the first argument, if there is one, or has the email
    address that a function returns.
    """

    who: Role | Callable[[], str | None] | None = None  # None: an anonymous visitor
    where: FindArguments = lambda: ()
    query: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = {}
    like: str = ""  # another example of the same address: a word for the name of its photo
    press: str = ""  # the text of a button to press on the empty form


@dataclass(frozen=True)
class Address:
    """One way in, who must get through, with what, and the photos of its page.

    `where` makes the arguments of the route from the world (made again for each try); `sends` the payload of a POST
    that must succeed. A GET succeeds with 200 (or a redirect within the service), a POST with a redirect.

    A page has `photos`, or `no_photo` says why it has none. What only takes a POST needs neither.
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
    photos: Sequence[Photo] = field(default=(), compare=False)
    no_photo: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.route}{self.query}"
