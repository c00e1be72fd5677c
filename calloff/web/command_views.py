"""The shared pattern for action pages: GET shows the form, POST runs the command and then redirects (303).

    @command_view
    @at_organisation(AUTHORITY, Can.OVERSEE)
    def assign(request: OrganisationRequest, reference: str) -> HttpResponse:
        application, form = find_application(request, reference), AssignForm.of(request)
        require_permission(request, application, "assign")
        if form.attempt(commands.assign, application, by=request.user, at=request.now):
            return redirect_done(request, "Application allocated", "authority:application", reference)
        return render_command(request, form, heading="Allocate application", button="Allocate", cancel=…)

A record that the person cannot see must give 404, so load it through a query of what they can see. If the person can
see the record but lacks the permission for the verb, the page answers 403 and lists the roles that have it. A change
that is not possible now gives 409, with the reason.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial, update_wrapper, wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods

from calloff.history.transitions import is_permitted
from calloff.kernel.lifecycles import Refused
from calloff.web.navigation import home_path, path_at_organisation
from calloff.web.permissions import ActionNotPermitted
from calloff.web.request import OrganisationRequest, Request

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """Redirect after a successful POST (303).

    The browser then loads the next page with GET, so that people can reload it safely.
    """

    status_code = 303
    did_nothing = False  # whether the next page only explains why nothing was done


def command_view(view: View) -> View:
    """Decorate an action view: allow GET and POST, and render a Refused error as a page with the reason."""

    @wraps(view)
    def asking(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            sentences = [problem.sentence for problem in refusal.problems]
            page = {"sentences": sentences, "back": ("Back", _above(request))}
            return render(request, "layouts/refused.html", page, status=409)

    asking.has_page = True  # type: ignore[attr-defined]
    return require_http_methods(["GET", "HEAD", "POST"])(asking)


def require_permission(request: Request, record: Any, verb: str) -> None:
    """Check that a person can use a verb on a record, before the page shows its form.

    Raises ActionNotPermitted if their roles do not allow the verb. Raises Refused if the record's status does not allow
    it. The status is not checked for a POST, because the command refuses and the submitted form shows the error.
    """
    if not is_permitted(record, verb, request.user, request.now):
        raise ActionNotPermitted(*sorted(record.LIFECYCLE.permissions_for(verb)))
    if request.method != "POST":
        record.LIFECYCLE.find(verb, record.status)


def render_command(
    request: Request,
    form: Any,
    *,
    heading: str,
    button: str,
    cancel: str,
    caption: str = "",
    meaning: Iterable[str] = (),
    quoted: str = "",
    about: str = "",
    stops: bool = False,
    template: str = "layouts/verb.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Render an action page from the shared template, or from one that extends it and needs more context.

    `caption` is the reference. `meaning` has paragraphs on what will happen and who will be notified. `quoted` is the
    text to which the person responds. `about` is the child's name, which the page shows but never puts in its title.
    `stops` makes the button red, for an action that stops something. `cancel` is the Cancel link's path.
    """
    page: dict[str, Any] = {"heading": heading, "button": button, "cancel": cancel, "caption": caption}
    page |= {"form": form, "meaning": list(meaning), "quoted": quoted, "about": about, "stops": stops}
    return render(request, template, page | dict(context or {}))


def bind_side(view: View, to: Any) -> View:
    """Bind a shared view to one side, its first argument, so that each audience declares its own access."""
    return update_wrapper(partial(view, to), view)


def redirect_done(request: OrganisationRequest, words: str, to: str, *args: Any) -> HttpResponse:
    """Redirect, and show a success message once.

    `to` is a path, or a route whose arguments `args` follow the organisation's slug.
    """
    messages.success(request, words)
    return SeeOther(to if to.startswith("/") else path_at_organisation(request, to, *args))


def redirect_notice(request: OrganisationRequest, words: str, to: str) -> HttpResponse:
    """Redirect back to the page with the button, and show a message about why nothing was done."""
    messages.info(request, words)
    response = SeeOther(to)
    response.did_nothing = True
    return response


def _above(request: Request) -> str:
    """Return the path of the record above an action page, or of the organisation's home page."""
    path = request.path.rsplit("/", 1)[0]
    try:
        resolve(path)
    except Resolver404:
        return (request.organisation and home_path(request.organisation)) or resolve_url("account:home")
    return path
