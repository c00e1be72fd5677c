"""The shape that every page of a verb has: GET asks, POST does, then 303 to what is seen next.

    @verbs.asks
    @at_organisation(AUTHORITY, Can.OVERSEE)
    def assign(request: AtOrganisation, reference: str) -> HttpResponse:
        one, form = found(request, reference), Assign.of(request)
        verbs.must(request, one, "assign")
        if form.attempt(commands.assign, one, by=request.user, at=request.now):
            return verbs.done(request, "It is allocated.", "authority:application", reference)
        return verbs.ask(request, form, heading="Allocate it", button="Allocate", cancel=…)

What a person may not see is not there (404): load the record with what they may see. What they see but may not do is
403, naming who may. What cannot be done now says why, in the words of the refusal.
"""

from collections.abc import Callable, Iterable
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
    """The answer to a POST that did its work: the browser fetches the page with GET, and may be reloaded safely."""

    status_code = 303
    did_nothing = False  # it only tells why nothing was done


def command_view(view: View) -> View:
    """Let a page of a verb be asked (GET) and answered (POST), and show a refusal as a page that says why."""

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
    """Raise ActionNotPermitted unless the person may ever do this to a record; before asking, Refused where it is not
    so far.

    A POST is not refused here: the command does that, and its words stand on the page that was sent.
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
) -> HttpResponse:
    """Draw a page of a verb that needs no page of its own.

    `meaning` says in paragraphs what will happen and who is notified; `quoted` shows what is answered; `about` names
    the child, on the page and never in its title; the button names the verb, and is red where it `stops` something;
    `caption` is the reference; `cancel` is where Cancel leads.
    """
    page: dict[str, Any] = {"heading": heading, "button": button, "cancel": cancel, "caption": caption}
    page |= {"form": form, "meaning": list(meaning), "quoted": quoted, "about": about, "stops": stops}
    return render(request, "layouts/verb.html", page)


def run_command(
    request: OrganisationRequest,
    form: Any,
    command: Callable[..., Any],
    record: Any,
    *,
    said: str,
    back: str,
    asking: Callable[..., HttpResponse] = render_command,
    **page: Any,
) -> HttpResponse:
    """Ask for a verb and do it, where its page is no more than its form: the whole of the shape above.

    The command has the name of the verb. `said` is what the page at `back` says once it is done; Cancel leads there
    too. The rest is what `render_command` takes; `asking` draws the page in its stead.
    """
    require_permission(request, record, command.__name__)
    if form.attempt(command, record, by=request.user, at=request.now):
        return redirect_done(request, said, back)
    return asking(request, form, cancel=back, **page)


def bind_side(view: View, to: Any) -> View:
    """Bind a page that two audiences share, told first whose it is, so that each declares who may come."""
    return update_wrapper(partial(view, to), view)


def redirect_done(request: OrganisationRequest, words: str, to: str, *args: Any) -> HttpResponse:
    """Say what has been done, once, on the page that is seen next: a path, or a route with what follows the slug."""
    messages.success(request, words)
    return SeeOther(to if to.startswith("/") else path_at_organisation(request, to, *args))


def redirect_notice(request: OrganisationRequest, words: str, to: str) -> HttpResponse:
    """Say why nothing was done, on the page from which a button that has no page of its own was pressed."""
    messages.info(request, words)
    response = SeeOther(to)
    response.did_nothing = True
    return response


def _above(request: Request) -> str:
    """Return the record over the page of a verb, or the home of its organisation where nothing stands there."""
    path = request.path.rsplit("/", 1)[0]
    try:
        resolve(path)
    except Resolver404:
        return (request.organisation and home_path(request.organisation)) or resolve_url("account:home")
    return path
