"""Types of the requests that views get, after middleware and the declaration of access."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from calloff.people.models import Organisation, User
from calloff.web.session.saved_submissions import SavedSubmission


class Request(HttpRequest):
    """A request, with the instant at which it is handled. `at_organisation` sets `organisation` and `roles`."""

    user: User
    now: datetime  # read once, in the outermost middleware: pass it as `at` to commands
    organisation: (
        Organisation | None
    )  # in the path: the organisation that the person acts for, or the authority of a public page
    roles: frozenset[str]  # the person's roles there
    kept: SavedSubmission | None  # what they submitted after being signed out, restored after signing in again


class OrganisationRequest(Request):
    """A request to a page of an organisation, which the declaration of access has set."""

    organisation: Organisation


def mark_unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the token in a page's address private: no cache, no search engine, no referrer with the path.

    A page with a form gets “strict-origin”, because with “no-referrer” browsers send the form with `Origin: null`,
    which the CSRF check refuses. In both cases the path and the token are never sent.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin" if response.status_code == HTTPStatus.OK else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
