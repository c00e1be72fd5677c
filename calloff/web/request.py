"""Types of the requests that views receive, after middleware and the access declaration."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from calloff.people.models import Organisation, User
from calloff.web.session.saved_submissions import SavedSubmission


class Request(HttpRequest):
    """A request, with the time at which it is handled. `at_organisation` sets `organisation` and `roles`."""

    user: User
    now: datetime  # read once, in the outermost middleware. Pass it to commands as `at`
    organisation: (
        Organisation | None
    )  # the organisation in the path: the one that the person acts for, or a public page's authority
    roles: frozenset[str]  # the person's roles at the organisation
    # a form that the person submitted after being signed out, restored once they sign in again
    kept: SavedSubmission | None


class OrganisationRequest(Request):
    """A request to an organisation's page, which the access declaration has set in `organisation`."""

    organisation: Organisation
    task_hrefs: list[str]  # the pages of the person's tasks, on home pages only, for the numbers in the navigation


def mark_unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the token in a page's URL private: no caching, no search engines, and no path in the referrer.

    A page with a form gets “strict-origin”, because with “no-referrer” browsers send the form with `Origin: null`,
    which the CSRF check refuses. In both cases, the path and the token are never sent.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin" if response.status_code == HTTPStatus.OK else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
