"""Form fields for a weekly timetable: sessions, the usual times in the morning and afternoon, and exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.directory.models import HalfDay, Site, Weekday
from calloff.directory.timetables import Slot, find_timetable_problems
from calloff.kernel import time_of_day
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.forms_ui.widget_rendering import draw_widget

WEEKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
HALF_DAY_LABELS: dict[str, str] = {str(half_day.value): str(half_day.label) for half_day in HalfDay}
SESSION_LABELS = {
    (day.value, half): f"{day.label} {words.lower()}" for day in WEEKDAYS for half, words in HALF_DAY_LABELS.items()
}

EXCEPTION_PARTS = ("starts", "ends", "site")
# The end of the name of a hidden field. There is one for each session that was selected when the page was loaded,
# with the values of its fields at that time.
EXCEPTION_SHOWN_SUFFIX = "shown"
SESSION_CHOICES = [("-".join(key), words) for key, words in SESSION_LABELS.items()]


@dataclass(frozen=True)
class SessionException:
    """Different times, or another site, for one session in the week.

    Until the values are cleaned, they are as the person typed them.
    """

    starts: Any = ""
    ends: Any = ""
    site: Any = ""
    shown: str = ""  # the values of the fields when the page was loaded, if the session was then selected

    @property
    def is_empty(self) -> bool:
        return not (self.starts or self.ends or self.site)

    @property
    def as_text(self) -> str:
        return "|".join((_said(self.starts), _said(self.ends), str(self.site or "")))

    @property
    def is_as_shown(self) -> bool:
        """Return whether the fields have not been changed.

        If so, only the checkbox decides whether the session takes place.
        """
        return self.as_text == self.shown


class TimeOfDayField(forms.Field):
    """A field for a time of day as people write it, for example 9:30am, 14:15 or noon."""

    def __init__(self, label: str, help_text: str = "", *, name: str) -> None:
        box = forms.TextInput({"class": "govuk-input--width-5 calloff-time", "autocomplete": "off"})
        wrong = {"invalid": f"{name} must be a time, like 9:30am or noon"}
        super().__init__(label=label, required=False, widget=box, help_text=help_text, error_messages=wrong)

    def to_python(self, value: Any) -> time | None:
        if not str(value or "").strip():
            return None
        if (parsed := time_of_day.parse_time(str(value))) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return parsed


class SessionExceptionsInput(forms.Widget):
    """Two times for each session in the week, and a site if there are several."""

    sites: Sequence[tuple[int, str]] = ()

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> dict[tuple[str, str], SessionException]:
        exceptions = {}
        for day, half in SESSION_LABELS:
            typed = [
                str(data.get(f"{name}-{day}-{half}-{part}") or "").strip()
                for part in (*EXCEPTION_PARTS, EXCEPTION_SHOWN_SUFFIX)
            ]
            exceptions[day, half] = SessionException(*typed)
        return exceptions

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)


class SessionExceptionsField(forms.Field):
    """The sessions of a week whose times or site are different from those of the other mornings or afternoons."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=SessionExceptionsInput, **kwargs)

    def clean(self, value: Any) -> dict[tuple[str, str], SessionException]:
        exceptions, wrong = {}, []
        keys = {str(key): key for key, _ in self.widget.sites}
        for key, typed in (value or {}).items():
            if typed.is_empty:
                continue
            starts, ends = time_of_day.parse_time(typed.starts), time_of_day.parse_time(typed.ends)
            if (typed.starts and starts is None) or (typed.ends and ends is None):
                wrong.append(f"{SESSION_LABELS[key]} must have times like 9:30am or noon")
            elif bool(starts) != bool(ends):
                wrong.append(f"{SESSION_LABELS[key]} must have both a start time and an end time")
            elif starts and ends and ends <= starts:
                wrong.append(f"{SESSION_LABELS[key]} must end after it starts")
            elif typed.site and typed.site not in keys:
                wrong.append(f"{SESSION_LABELS[key]} must be at one of the sites in the list")
            else:
                exceptions[key] = SessionException(starts, ends, keys.get(typed.site))
        if wrong:
            raise ValidationError(wrong)
        return exceptions


class TimetableForm(UnmarkedForm):
    """The sessions of a week, with one time for mornings and one time for afternoons, and exceptions."""

    sessions = forms.MultipleChoiceField(
        label="Weekly sessions",
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "calloff-weekdays"}),
        choices=SESSION_CHOICES,
        error_messages={"invalid_choice": "Select sessions from the list"},
    )
    am_from = TimeOfDayField("Mornings start at", "For example, 9:30am", name="Start of mornings")
    am_to = TimeOfDayField("Mornings end at", "For example, noon", name="End of mornings")
    pm_from = TimeOfDayField("Afternoons start at", "For example, 12:30pm", name="Start of afternoons")
    pm_to = TimeOfDayField("Afternoons end at", "For example, 2:30pm", name="End of afternoons")
    apart = SessionExceptionsField(
        label="Different times or another place on some days",
        help_text="Leave these empty if the times above apply",
    )

    def offer_places(self, sites: Iterable[Site]) -> None:
        """Let the person select a site for each session, if there is more than one site.

        Sites that the week already uses are offered even if they are closed, so that the person can submit the week
        unchanged.
        """
        choices = {site.pk: str(site) for site in sites}
        named = {int(exception.site) for exception in self.initial.get("apart", {}).values() if exception.site}
        if missing := named - set(choices):
            choices |= {site.pk: str(site) for site in Site.objects.filter(pk__in=missing).order_by("name", "pk")}
        widget: Any = self.fields["apart"].widget
        widget.sites = list(choices.items()) if named or len(choices) > 1 else ()

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        usual = {half: (answers.pop(f"{half}_from", None), answers.pop(f"{half}_to", None)) for half in HALF_DAY_LABELS}
        apart: dict[tuple[str, str], SessionException] = answers.pop("apart", {})
        kept = {key for key, typed in self["apart"].data.items() if typed.is_as_shown}
        chosen = {tuple(value.split("-")) for value in answers.pop("sessions", [])} | (set(apart) - kept)
        timetable = []
        for key in SESSION_LABELS:
            if key in chosen:
                own = apart.get(key, SessionException())
                starts, ends = (own.starts, own.ends) if own.starts else usual[key[1]]
                timetable.append(Slot(*key, starts, ends, own.site or None))
        answers["timetable"] = timetable
        if not self.keeps(timetable):
            self._show_problems_of_the_week(timetable)
        return answers

    def keeps(self, timetable: Sequence[Slot]) -> bool:
        """Return whether both sides have already agreed this week. A week that was agreed is not checked again."""
        return False

    def _show_problems_of_the_week(self, timetable: Sequence[Slot]) -> None:
        """Show problems with the week together with typing errors."""
        half_wrong = {half for half in HALF_DAY_LABELS if {f"{half}_from", f"{half}_to", "apart"} & set(self.errors)}
        for sentence, where in find_timetable_problems(timetable):
            if where in self.fields and where not in self.errors and where[:2] not in half_wrong:
                self.add_error(where, sentence)


def initial_timetable(timetable: Iterable[Slot]) -> dict[str, Any]:
    """Return the field values for a timetable: the most common times, and the sessions that are different from
    these.
    """
    every = list(timetable)
    apart: dict[tuple[str, str], SessionException] = {}
    shown: dict[str, Any] = {"sessions": [f"{slot.day}-{slot.session}" for slot in every], "apart": apart}
    for half in HALF_DAY_LABELS:
        of_half = [slot for slot in every if slot.session == half]
        if not of_half:
            continue
        spans = [(_said(slot.starts), _said(slot.ends)) for slot in of_half]
        usual = max(spans, key=spans.count)
        shown[f"{half}_from"], shown[f"{half}_to"] = usual
        for slot, span in zip(of_half, spans, strict=True):
            starts, ends = ("", "") if span == usual else span
            if starts or slot.site_id:
                apart[slot.day, slot.session] = SessionException(starts, ends, str(slot.site_id or ""))
    return shown


@draw_widget.register
def draw_session_exceptions(
    widget: SessionExceptionsInput, field: forms.BoundField, params: dict[str, Any]
) -> SafeString:
    """Render a group of fields for each session.

    A group is collapsed unless its session is different from the usual times.
    """
    value: dict[tuple[str, str], SessionException] = field.value() or {}
    groups = format_html_join(
        "",
        '<fieldset class="govuk-fieldset calloff-apart"><legend class="govuk-fieldset__legend">{}</legend>{}{}{}{}'
        "</fieldset>",
        (
            (
                words,
                _box(
                    f"{field.html_name}-{'-'.join(key)}-starts",
                    "Start time",
                    value.get(key, SessionException()).starts,
                    words,
                ),
                _box(
                    f"{field.html_name}-{'-'.join(key)}-ends",
                    "End time",
                    value.get(key, SessionException()).ends,
                    words,
                ),
                _choice(field, key, widget.sites, value.get(key, SessionException()).site, words)
                if widget.sites
                else "",
                _shown(field, key, value.get(key, SessionException())),
            )
            for key, words in SESSION_LABELS.items()
        ),
    )
    errors = format_html_join(
        "", '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {}</p>',
        ((error,) for error in field.errors),
    )  # fmt: skip
    is_open = " open" if field.errors or any(not exception.is_empty for exception in value.values()) else ""
    return format_html(
        '<div class="govuk-form-group{}"><details class="govuk-details" id="{}"{}>'
        '<summary class="govuk-details__summary"><span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text"><p class="govuk-hint">{}</p>{}{}</div></details></div>',
        " govuk-form-group--error" if field.errors else "", field.auto_id, SafeString(is_open), field.label,
        field.help_text, errors, groups,
    )  # fmt: skip


def _box(name: str, label: str, value: Any, of: str) -> SafeString:
    return format_html(
        '<div class="govuk-form-group"><label class="govuk-label" for="id_{}">{}<span class="govuk-visually-hidden">,'
        ' {}</span></label><input class="govuk-input govuk-input--width-5" id="id_{}" name="{}" type="text" value="{}"'
        ' autocomplete="off"></div>',
        name, label, of, name, name, _said(value),
    )  # fmt: skip


def _choice(
    field: forms.BoundField, key: tuple[str, str], sites: Iterable[tuple[int, str]], value: Any, of: str
) -> SafeString:
    name = f"{field.html_name}-{'-'.join(key)}-site"
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((pk, SafeString(" selected" if str(pk) == str(value) else ""), words) for pk, words in sites),
    )
    return format_html(
        '<div class="govuk-form-group"><label class="govuk-label" for="id_{}">Place'
        '<span class="govuk-visually-hidden">, {}</span></label>'
        '<select class="govuk-select" id="id_{}" name="{}"><option value="">The usual place</option>{}</select></div>',
        name,
        of,
        name,
        name,
        options,
    )


def _shown(field: forms.BoundField, key: tuple[str, str], apart: SessionException) -> SafeString | str:
    """Return a hidden field with the values that the fields of a session had when the page was loaded.

    The values stay the same if the form is shown again with errors.
    """
    shown = apart.shown if field.form.is_bound or apart.is_empty else apart.as_text
    name = f"{field.html_name}-{'-'.join(key)}-{EXCEPTION_SHOWN_SUFFIX}"
    return format_html('<input type="hidden" name="{}" value="{}">', name, shown) if shown else ""


def _said(value: Any) -> str:
    return time_of_day.format_time(value) if isinstance(value, time) else str(value or "")
