"""Every address of the service: who can open it, what it needs, and what its screenshots need.

There is one row for each method of an address.

The access matrix (tests/architecture/test_access_matrix.py), the tests of malicious input (tests/malicious_input) and
the screenshots (tools/screenshots) all use these rows. Each audience has its own modules here, and `rows.py` combines
them.

An address is a route (`provider:application-submit`) with a method. Its `who` lists the people in the test data who
must succeed. Everyone else must be refused (a visitor is sent to the sign-in page, others get 403 or 404), and the
database must be unchanged. The test data is in tests/architecture/endpoints/, and the records for screenshots are in
tools/screenshots/.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calloff.people.permissions import Role

PROVIDER = frozenset({"ada", "ben", "sian", "petra"})  # lead, staff, signatory and safeguarding lead at the provider
# officer, evaluator, approver, quality officer and administrator
AUTHORITY = frozenset({"olivia", "esme", "anwar", "quentin", "maud"})
CASEWORK = frozenset({"nina", "vera"})  # SEN officer and virtual school at the authority, who do not oversee markets
# AP lead, head, safeguarding lead, finance and people administrator at a school
SCHOOL = frozenset({"ruth", "helen", "saul", "fay", "bea"})
TEAM = frozenset({"cora"})  # commissioner in a team at the authority
ELSEWHERE = frozenset({"rival", "neighbour", "elsewhere"})  # every role at another provider, school and authority
SIGNED_IN = PROVIDER | AUTHORITY | CASEWORK | SCHOOL | TEAM | ELSEWHERE
EVERYBODY = SIGNED_IN | {"visitor"}

# Reasons why an address has no screenshot, for addresses that share one.
FOR_MACHINES, DOCUMENT, FILE, SPREADSHEET = "for machines", "a document", "a file", "a file for a spreadsheet"
LEADS_ON = "leads to another page"
IN_A_RESET = "in the middle of a reset"
SECOND_FACTOR = "for people with an authenticator app or a security key; tests/journeys look at it"
LOST_SECOND_STEP = "for someone who has lost their second step, which no one has in the demonstration"
SIGN_ON = "for people who come from a sign-on server; the demonstration has none"

FindArguments = Callable[[], tuple[Any, ...] | None]


class Photo(NamedTuple):
    """The person who visits a demonstration page, and the arguments of its address, or None if there is no record.

    The person either has the role at the organisation whose slug is the first argument, or has the email address that a
    function returns.
    """

    who: Role | Callable[[], str | None] | None = None  # None means an anonymous visitor
    where: FindArguments = lambda: ()
    query: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = {}
    like: str = ""  # another example of the same address: a word for the file name of its screenshot
    press: str = ""  # the text of a button to select on the empty form


@dataclass(frozen=True)
class Address:
    """One method of an address: who must succeed, with what data, and the screenshots of its page.

    `where` makes the arguments of the route from the test data (again for each attempt), and `sends` makes the data of
    a POST that must succeed. A GET must return 200 (or redirect within the service), and a POST must redirect.

    A page has `photos`, or `no_photo` says why it has no screenshot. An address that accepts only POST needs neither.
    """

    method: str
    route: str
    who: frozenset[str]
    where: Callable[[Any], tuple[Any, ...]] = lambda world: ()
    sends: Callable[[Any], Mapping[str, Any]] = lambda world: {}
    query: str = ""
    recently: bool = False  # needs a step-up: try it as someone who has just signed in
    # for a POST: people who can see the page but get 403, where others get 404
    sees: frozenset[str] = field(default_factory=frozenset)
    # a function of (client, world, name) that does what must come first
    before: Callable[[Any, Any, str], None] | None = None
    # people who are redirected to another page, because there is nothing for them here
    elsewhere: frozenset[str] = frozenset()
    writes: bool = False  # a GET that writes to the database, as a page from another package might
    shows: bool = False  # a POST that shows a page on success, such as a search or a preview
    photos: Sequence[Photo] = field(default=(), compare=False)
    no_photo: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.route}{self.query}"
