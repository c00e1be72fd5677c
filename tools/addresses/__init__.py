"""Every URL of the service: who can open it, what data it needs, and what its screenshots need.

There is one row for each method of a URL.

The access matrix (tests/architecture/test_access_matrix.py), the tests of malicious input (tests/malicious_input) and
the screenshots (tools/screenshots) all use these rows. Each audience has its own modules here, and `rows.py` combines
them.

A row names a URL by its route (`provider:application-submit`) and a method. `who` lists the people in the test data
for whom the request must succeed. All other people must be refused (a visitor is sent to the sign-in page, and
everyone else gets 403 or 404), and the database must not change. The test data is in tests/architecture/endpoints/,
and the records for the screenshots are in tools/screenshots/.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calloff.people.permissions import Role

# the lead, staff, signatory and safeguarding lead at the provider
PROVIDER = frozenset({"ada", "ben", "sian", "petra"})
# the officer, evaluator, approver, quality officer and administrator
AUTHORITY = frozenset({"olivia", "esme", "anwar", "quentin", "maud"})
# the SEN officer and the virtual school at the authority, who do not oversee markets
CASEWORK = frozenset({"nina", "vera"})
# the AP lead, head, safeguarding lead, finance officer and people administrator at a school
SCHOOL = frozenset({"ruth", "helen", "saul", "fay", "bea"})
TEAM = frozenset({"cora"})  # a commissioner in a team at the authority
# people who have each role at another provider, school or authority
ELSEWHERE = frozenset({"rival", "neighbour", "elsewhere"})
SIGNED_IN = PROVIDER | AUTHORITY | CASEWORK | SCHOOL | TEAM | ELSEWHERE
EVERYBODY = SIGNED_IN | {"visitor"}

# These are reasons why a URL has no screenshot. Several URLs share each of them.
FOR_MACHINES, DOCUMENT, FILE, SPREADSHEET = "for machines", "a document", "a file", "a file for a spreadsheet"
LEADS_ON = "leads to another page"
IN_A_RESET = "in the middle of a reset"
SECOND_FACTOR = "for people with an authenticator app or a security key; tests/journeys look at it"
LOST_SECOND_STEP = "for someone who has lost their second step, which no one has in the demonstration"
SIGN_ON = "for people who come from a sign-on server; the demonstration has none"

FindArguments = Callable[[], tuple[Any, ...] | None]


class Photo(NamedTuple):
    """The person who visits a page of the demonstration, with the arguments of the page's URL, or None if there is
    no such record.

    The person is found by their role at the organisation whose slug is the first argument, or by an email address that
    a function returns.
    """

    who: Role | Callable[[], str | None] | None = None  # None for an anonymous visitor
    where: FindArguments = lambda: ()
    query: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = {}
    like: str = ""  # a word in the file name of the screenshot, if this is another example of the same URL
    press: str = ""  # the text of a button that is selected while the form is empty


@dataclass(frozen=True)
class Address:
    """A method of a URL: for whom it must succeed, with which data, and the screenshots of its page.

    `where` makes the arguments of the route from the test data (again for each attempt), and `sends` makes the data
    for a POST that must succeed. A GET must return 200 (or redirect within the service), and a POST must redirect.

    A page has `photos`, or else `no_photo` says why it has no screenshot. A URL that accepts only POST needs neither.
    """

    method: str
    route: str
    who: frozenset[str]
    where: Callable[[Any], tuple[Any, ...]] = lambda world: ()
    sends: Callable[[Any], Mapping[str, Any]] = lambda world: {}
    query: str = ""
    # whether the page asks for the password again. It is then tried as a person who has just signed in
    recently: bool = False
    # for a POST: the people who can see the page and therefore get 403, while others get 404
    sees: frozenset[str] = field(default_factory=frozenset)
    # a function of (client, world, name) that does what must be done before the request
    before: Callable[[Any, Any, str], None] | None = None
    # people who are redirected to another page, because this page contains nothing for them
    elsewhere: frozenset[str] = frozenset()
    # whether a GET is allowed to write to the database, for example on a page of another package
    writes: bool = False
    shows: bool = False  # whether a POST shows a page if it succeeds, such as a search or a preview
    photos: Sequence[Photo] = field(default=(), compare=False)
    no_photo: str = ""

    def __str__(self) -> str:
        # A signed key is different in each process, but the names of tests must be the same.
        return f"{self.method} {self.route}{re.sub('key=[^&]+', 'key=…', self.query)}"
