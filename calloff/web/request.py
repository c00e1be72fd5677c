"""What a view is given: a request that has met our middleware and the declaration of who may come."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from calloff.people.models import Organisation, User
from calloff.web.session.saved_submissions import SavedSubmission


class Request(HttpRequest):
    """A request at one instant. `organisation` and `roles` stand where `at_organisation` put them."""

    user: User
    now: datetime  # read once, in the outermost middleware: pass it as `at` to commands
    organisation: (
        Organisation | None
    )  # of the path: the one that the person acts for, or the authority of a public page
    roles: frozenset[str]  # what the person is there
    kept: SavedSubmission | None  # what they sent after their time was out, back from signing in


class OrganisationRequest(Request):
    """A request to a page under an organisation, which its declaration put there."""

    organisation: Organisation


def mark_unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the address of a link where it is: no cache, no search engine, and no other page learns it.

    A page with a form says “strict-origin”: with “no-referrer” browsers send the form with `Origin: null`, which the
    CSRF check refuses. Either way the path and the token go nowhere.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin" if response.status_code == HTTPStatus.OK else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
