"""Plain action pages of a record. One row defines the URL, the page, and the link to it on the record's page.

    ORDER_ACTIONS = RecordActions(
        PROVIDER, "order", PROVIDER_ORDER_PAGES.found, back=PROVIDER_ORDER_PAGES.to, needs=(Can.ANSWER_REFERRALS,),
        rows=(
            RecordAction(
                commands.accept, link="Accept", heading="Accept this order", button="Accept the order",
                done=lambda _, order: f"Order accepted. We have told {order.buyer}.",
            ),
        ),
    )

The audience's urls.py includes all of them with `*record_actions.urls(orders.ORDER_ACTIONS, ORDER_PATH)`. The record's
view passes `ORDER_ACTIONS.links(request, order)` to its template, which shows the actions that are possible now. A page
that does more than show a form, run one command and redirect has a view of its own: see `command_views.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from django.db.models import Model
from django.http import HttpResponse
from django.urls import URLPattern, path

from calloff.history.transitions import is_allowed
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import at_organisation, step_up
from calloff.web.request import OrganisationRequest

Record = TypeVar("Record", bound=Model)
Words: TypeAlias = str | Callable[[OrganisationRequest, Record], str]
Paragraphs: TypeAlias = Sequence[str] | Callable[[OrganisationRequest, Record], Sequence[str]]
PathTo: TypeAlias = Callable[[OrganisationRequest, Record], str]


class ActionLink(NamedTuple):
    """A link on a record's page to one of its actions."""

    text: str
    href: str
    stops: bool  # true if the action ends or refuses something, so that it is never the main button


@dataclass(frozen=True)
class RecordAction(Generic[Record]):
    """One action page.

    The command has the same name as its verb, and the verb's row in `states.py` decides who can use it. Wording that
    depends on the record is a function of the request and the record.
    """

    command: Callable[..., Any]
    _: KW_ONLY
    heading: Words[Record]
    button: Words[Record]
    done: str | Callable[[OrganisationRequest, Any], str]  # returns the success message, from the command's result
    link: Words[Record] = ""  # the text of the link on the record's page
    linked_from: str = ""  # if the record's page has no link, the template or module in `web` that has it
    meaning: Paragraphs[Record] = ()  # paragraphs on what will happen and who will be told
    form: type[PageForm] | Callable[[OrganisationRequest, Record], PageForm] = ConfirmForm
    quoted: Words[Record] = ""  # the text to which the person responds
    about: Words[Record] = ""  # returns the child's name, which the page shows but never puts in its title
    stops: bool = False  # whether the button is red
    path: str = ""  # the end of the URL, below the record's URL, if it is not the verb
    name: str = ""  # the route's name, if it is not made from the record's route and the path
    # the permission for opening the page, if it is not the same as for the record's other actions
    needs: tuple[Can, ...] | None = None
    step_up: bool = False  # whether to ask for the password or the second step again
    then: PathTo[Record] | None = None  # the page after the command, if it is not the page to which Cancel leads
    only_if: Callable[[Record], bool] = lambda _: True  # an additional condition for showing the link

    def __post_init__(self) -> None:
        """Require one way to reach the page: either a link on the record's page, or the file that has the link."""
        if bool(self.link) == bool(self.linked_from):
            raise ValueError(f"Give {self.verb} either the text of its link, or the file that has the link.")

    @property
    def verb(self) -> str:
        return self.command.__name__


@dataclass(frozen=True)
class RecordActions(Generic[Record]):
    """One kind of record's plain action pages, for one audience."""

    audience: str
    route: str  # the start of its routes' names
    # finds the record from the request and the URL. Raises Http404 if the person is not allowed to see it
    find: Callable[..., Record]
    _: KW_ONLY
    rows: tuple[RecordAction[Record], ...]
    back: PathTo[Record]  # the page to which Cancel leads, which is also the page after the command
    # the permissions for opening the pages, of which the person needs one at the organisation
    needs: tuple[Can, ...] = ()
    market_roles: bool = False  # see `at_organisation`
    key: str = "reference"  # the record's field that its URL contains
    caption: Words[Record] = ""
    template: str = "layouts/verb.html"
    # the additional context for another template
    context: Callable[[OrganisationRequest, Record], Mapping[str, Any]] = lambda *_: {}

    def links(self, request: OrganisationRequest, record: Record) -> list[ActionLink]:
        """List the actions that the record's status and the person's roles allow now, for the record's page."""
        return [
            ActionLink(
                action.link(request, record) if callable(action.link) else action.link,
                path_at_organisation(request, f"{self.audience}:{self.name_of(action)}", getattr(record, self.key)),
                action.stops,
            )
            for action in self.rows
            if action.link and is_allowed(record, action.verb, request.user, request.now) and action.only_if(record)
        ]

    def name_of(self, action: RecordAction[Record]) -> str:
        return action.name or f"{self.route}-{path_of(action)}"


def path_of(action: RecordAction[Any]) -> str:
    """Return the last part of an action's URL path."""
    return action.path or action.verb.replace("_", "-")


def urls(actions: RecordActions[Any], at: str) -> list[URLPattern]:
    """Return the URLs of a record's actions, below the record's own URL `at`."""
    return [path(f"{at}/{path_of(action)}", _view(actions, action), name=actions.name_of(action))
            for action in actions.rows]  # fmt: skip


def _form(action: RecordAction[Any], request: OrganisationRequest, record: Any) -> PageForm:
    make: Any = action.form
    of = getattr(make, "of", None)
    form: PageForm = of(request) if of else make(request, record)
    return form


def _view(actions: RecordActions[Any], action: RecordAction[Any]) -> command_views.View:
    """Make one action's view, with its access declaration."""

    def view(request: OrganisationRequest, **where: Any) -> HttpResponse:
        record = actions.find(request, **where)

        def filled(words: Any, about: Any = record) -> Any:
            return words(request, about) if callable(words) else words

        command_views.require_permission(request, record, action.verb)
        form = _form(action, request, record)
        back = actions.back(request, record)
        if form.attempt(action.command, record, by=request.user, at=request.now):
            then = action.then(request, record) if action.then else back
            return command_views.redirect_done(request, filled(action.done, form.result), then)
        return command_views.render_command(
            request, form, heading=filled(action.heading), button=filled(action.button), cancel=back,
            caption=filled(actions.caption), meaning=filled(action.meaning), quoted=filled(action.quoted),
            about=filled(action.about), stops=action.stops, template=actions.template,
            context=actions.context(request, record),
        )  # fmt: skip

    view.action = action  # type: ignore[attr-defined]
    needs = actions.needs if action.needs is None else action.needs
    declared = at_organisation(actions.audience, *needs, market_roles=actions.market_roles)(view)
    page = command_views.command_view(declared)
    return step_up(page) if action.step_up else page
