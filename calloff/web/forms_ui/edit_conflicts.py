"""A page that a colleague may save while I write: what only one of us changed is kept, what both changed is asked for.

    form = Wanted.of(request, kept=said_of(one))
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return verbs.done(…)
    if form.clashes:
        return meanwhile.ask(request, form, …)

The page carries what was kept when it was drawn, as digests: so it can tell who changed what. The command is given the
record as it was read for this request, and raises Stale where somebody saves between: the person presses again, and is
asked. Sections of question sets have the same in `questionnaire`, which knows versions of a section.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString

from calloff.history.queries import last_actor
from calloff.kernel.formatting import format_date
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.section_forms import ConflictRadios
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.request import Request

# No question of a form starts so.
CONFLICT_BASE_FIELD, CONFLICT_ASKED_FIELD, CONFLICT_CHOICE_PREFIX = (
    "meanwhile-base",
    "meanwhile-asked",
    "meanwhile-choice-",
)
KEEP_MINE, KEEP_THEIRS, KEEP_BOTH = "mine", "theirs", "both"
UNKNOWN_DIGEST = "?"  # stands for what is like nothing that is kept


class FieldConflict(NamedTuple):
    """A question that two people answered differently, each changing what was there before."""

    name: str
    mine: Any
    theirs: Any


class ConcurrentEditForm(PageForm):
    """A form on what several people may write: `kept` is what stands in the record now, by the names of the fields."""

    clashes: tuple[FieldConflict, ...] = ()
    kept: Mapping[str, Any] = {}
    asked_again = False  # the page that asks was sent, and not every question on it was answered

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """Make the form, filled with what is `kept`, unless `initial` says otherwise; bring both together on a POST."""
        kept: Mapping[str, Any] = kwargs.pop("kept")
        form = super().of(request, **{"initial": kept} | kwargs)
        form.kept = kept
        if request.method == "POST" and CONFLICT_BASE_FIELD in request.POST:
            form._bring_together()
        return form

    def attempt(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Run the command, unless someone has to say first which answers to keep."""
        return not self.clashes and super().attempt(command, *args, **kwargs)

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        base = json.dumps(self._base())
        return SafeString(super().render(*args, **kwargs) + forms.HiddenInput().render(CONFLICT_BASE_FIELD, base))

    __str__ = render
    __html__ = render

    def _base(self) -> dict[str, str]:
        """Return what stood there when this person started, as digests by field."""
        if not self.is_bound:
            return {name: answer_digest(self.kept.get(name)) for name in self.fields}
        asked = str(self.data.get(CONFLICT_ASKED_FIELD, "")).split()  # what was asked and never answered is asked again
        return {name: told for name, told in _sent(self.data.get(CONFLICT_BASE_FIELD, "")).items() if name not in asked}

    def _bring_together(self) -> None:
        """Lay mine over what is kept now, field by field; keep for later what both of us changed."""
        try:
            said = {name: self._typed(name) for name in self.fields}
        except forms.ValidationError:
            return  # what is wrong comes first: the page is sent again
        base, asked = (
            _sent(self.data.get(CONFLICT_BASE_FIELD, "")),
            set(str(self.data.get(CONFLICT_ASKED_FIELD, "")).split()),
        )
        typed, clashes = QueryDict(mutable=True), []
        typed.update(self.data)
        for name, field in self.fields.items():
            mine, theirs = said[name], self.kept.get(name)
            now, was = answer_digest(theirs), base.get(name, UNKNOWN_DIGEST)
            if name in asked and now == was:
                choice = self.data.get(f"{CONFLICT_CHOICE_PREFIX}{name}", "")
                if choice not in _choices(field, mine, theirs):
                    self.asked_again = True
                    clashes.append(FieldConflict(name, mine, theirs))
                    continue
                _put(
                    typed,
                    name,
                    field,
                    {KEEP_MINE: mine, KEEP_THEIRS: theirs}.get(choice) or _both(choice, mine, theirs),
                )
            elif answer_digest(mine) == was:
                _put(typed, name, field, theirs)
            elif now not in (was, answer_digest(mine)):
                clashes.append(FieldConflict(name, mine, theirs))
                continue
            base[name] = now
        for name in [one for one in typed if one.startswith((CONFLICT_CHOICE_PREFIX, CONFLICT_ASKED_FIELD))]:
            del typed[name]
        typed[CONFLICT_BASE_FIELD] = json.dumps(base)
        self.data, self.clashes = typed, tuple(clashes)

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        return field.clean(field.widget.value_from_datadict(self.data, self.files, name))

    def beside(self) -> "ConflictForm":
        """Return the questions to ask: for each answer that both of us changed, which one to keep."""
        return ConflictForm(self)


class ConflictForm(PageForm):
    """Your answer and theirs. What was typed goes along in the page, so nothing is lost until someone has chosen."""

    marks_optional = False

    def __init__(self, form: ConcurrentEditForm) -> None:
        super().__init__(data={} if form.asked_again else None)
        self.typed = QueryDict(mutable=True)
        self.typed.update(form.data)
        base = _sent(self.typed.get(CONFLICT_BASE_FIELD, ""))
        for clash in form.clashes:
            field = form.fields[clash.name]
            base[clash.name] = answer_digest(clash.theirs)
            self.fields[f"{CONFLICT_CHOICE_PREFIX}{clash.name}"] = _question(field, clash)
        self.typed[CONFLICT_BASE_FIELD] = json.dumps(base)
        self.typed[CONFLICT_ASKED_FIELD] = " ".join(clash.name for clash in form.clashes)
        self.typed.pop("csrfmiddlewaretoken", None)

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        boxes = (
            forms.HiddenInput().render(name, value) for name, values in self.typed.lists() for value in values
        )  # fmt: skip
        return SafeString(super().render(*args, **kwargs) + "".join(boxes))

    __str__ = render
    __html__ = render


def render_conflict(
    request: Request, form: ConcurrentEditForm, record: Model, *, verbs: tuple[str, ...], page: str, **more: Any
) -> HttpResponse:
    """Show your answers and theirs, and ask which to keep. `verbs` are those that write what the page is about."""
    last = last_actor(record, *verbs)
    name = "A colleague" if last is None else "You" if last.pk == request.user.pk else last.name
    where = ", in another window" if name == "You" else ""
    meaning = [
        f"{name} saved this page while you were writing{where}. Choose which answers to keep.",
        "We will not delete anything until you choose. Answers that only one of you changed are saved.",
    ]
    shown = {"heading": "Your answer and the other answer", "button": "Save these answers", "caption": "", "quoted": ""}
    return render(request, page, shown | {"meaning": meaning, "form": form.beside(), "stops": False} | more)


def answer_digest(value: Any) -> str:
    """Reduce an answer to what tells whether it is the same: a page carries that, and not the answer twice."""
    return hashlib.sha256(json.dumps(_plain(value)).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if value is None or value is False or value in ("", []):
        return None
    if isinstance(value, list | tuple):
        return sorted(str(one) for one in value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()


def _sent(typed: Any) -> dict[str, str]:
    try:
        found = json.loads(str(typed or "{}"))
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(told) for name, told in found.items()} if isinstance(found, dict) else {}


def _choices(field: forms.Field, mine: Any, theirs: Any) -> dict[str, str]:
    choices = {KEEP_MINE: "Your answer", KEEP_THEIRS: "Your colleague’s answer"}
    if isinstance(field.widget, forms.Textarea) and mine and theirs:
        choices[KEEP_BOTH] = "Join both"
    return choices


def _both(choice: str, mine: Any, theirs: Any) -> Any:
    return f"{theirs}\n{mine}" if choice == KEEP_BOTH else None


def _question(field: forms.Field, clash: FieldConflict) -> forms.ChoiceField:
    choices = _choices(field, clash.mine, clash.theirs)
    words = "Choose one answer or join both" if KEEP_BOTH in choices else "Choose one answer"
    label = str(field.label)
    asked = forms.ChoiceField(
        choices=list(choices.items()), label=label, widget=ConflictRadios(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), f"{words}: {label}"),
    )  # fmt: skip
    texts = {KEEP_MINE: format_answer(field, clash.mine), KEEP_THEIRS: format_answer(field, clash.theirs)}
    asked.widget.texts = texts | {KEEP_BOTH: "Your colleague’s answer, then yours"}
    return asked


def format_answer(field: forms.Field, value: Any) -> str:
    """Say an answer as a person reads it."""
    if _plain(value) is None:
        return "No" if isinstance(field, forms.BooleanField) else "No answer"
    if isinstance(value, date):
        return format_date(value)
    if value is True:
        return "Yes"
    labels = {str(key): str(words) for key, words in getattr(field, "choices", ())}
    if isinstance(value, list | tuple):
        return "\n".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), str(value))


def _put(typed: QueryDict, name: str, field: forms.Field, value: Any) -> None:
    """Write an answer as a browser would send it."""
    if isinstance(field.widget, DatePartsInput):
        parts = [str(value.day), str(value.month), str(value.year)] if isinstance(value, date) else ["", "", ""]
        for part, number in zip(DatePartsInput.PARTS, parts, strict=True):
            typed[f"{name}-{part}"] = number
    elif isinstance(value, list | tuple):
        typed.setlist(name, [str(one) for one in value])
    elif _plain(value) is None:
        typed.setlist(name, [] if isinstance(field, forms.BooleanField | forms.MultipleChoiceField) else [""])
    else:
        typed[name] = "on" if value is True else str(value)
