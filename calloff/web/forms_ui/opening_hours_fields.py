"""Form fields for the opening hours of a service: groups of days that have the same times.

Each group asks for days and two times, for a site if there are several, and for dates if the hours do not always
apply. There are always two more groups, which are collapsed, because a page without JavaScript cannot add groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.directory import opening_hours
from calloff.directory.models import Weekday
from calloff.directory.opening_hours import OpeningWeek, OpenPeriod
from calloff.kernel import time_of_day
from calloff.web.components import component
from calloff.web.forms_ui import date_bounds
from calloff.web.forms_ui.widget_rendering import draw_widget
from calloff.web.forms_ui.widgets import DatePartsInput

SPARE_HOURS_GROUPS = 2  # the number of empty groups after those that are filled in
MAX_HOURS_GROUPS = 20  # how many groups are read at most, which is more than any page shows
DATE_PARTS_INPUT = DatePartsInput()
DAY_LABELS: dict[str, str] = {str(day.value): str(day.label) for day in Weekday}


@dataclass(frozen=True)
class HoursGroup:
    """A group of days that have the same times, as the person typed it. Dates have a day, a month and a year."""

    days: tuple[str, ...] = ()
    starts: str = ""
    ends: str = ""
    site: str = ""
    from_on: tuple[str, ...] = ("", "", "")
    to_on: tuple[str, ...] = ("", "", "")

    @property
    def is_empty(self) -> bool:
        return not (self.days or self.starts or self.ends or any(self.from_on) or any(self.to_on))


class WeekInput(forms.Widget):
    """Groups of fields with numbers in their names: week-1-days, week-1-starts and so on."""

    # The sites that can be selected. The service's main site comes first, and has an empty key.
    places: Sequence[tuple[str, str]] = ()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[HoursGroup]:
        typed = (self._group(data, f"{name}-{number}") for number in range(1, MAX_HOURS_GROUPS + 1))
        return [group for group in typed if not group.is_empty]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}-1-days"

    @staticmethod
    def _group(data: Mapping[str, Any], prefix: str) -> HoursGroup:
        many: Any = getattr(data, "getlist", None)
        days = many(f"{prefix}-days") if many else data.get(f"{prefix}-days") or ()
        starts, ends, site = (str(data.get(f"{prefix}-{part}") or "").strip() for part in ("starts", "ends", "site"))
        from_on, to_on = (tuple(DATE_PARTS_INPUT.typed(data, f"{prefix}-{part}")) for part in ("from", "to"))
        return HoursGroup(tuple(days), starts, ends, site, from_on, to_on)


class WeekField(forms.Field):
    """The opening hours of a week, in the form that `opening_hours.week_rows` returns."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=WeekInput, **kwargs)

    def clean(self, value: Any) -> OpeningWeek:
        periods: list[OpenPeriod] = []
        wrong: list[str] = []
        groups: list[HoursGroup] = value or []
        timed = any(group.starts or group.ends for group in groups)
        for number, group in enumerate(groups, start=1):
            which = f" in opening hours {number}" if len(groups) > 1 else ""
            if timed and group.days and not (group.starts or group.ends):
                wrong.append(f"Enter the opening and closing time{which}")
            periods += self._read(group, which, wrong)
        if wrong:
            raise ValidationError(wrong)
        if self.required and not periods:
            raise ValidationError(self.error_messages["required"])
        return opening_hours.week_rows(periods)

    def _read(self, group: HoursGroup, which: str, wrong: list[str]) -> list[OpenPeriod]:
        before = len(wrong)
        starts, ends = time_of_day.parse_time(group.starts), time_of_day.parse_time(group.ends)
        if not group.days:
            wrong.append(f"Select the days{which}")
        elif not set(group.days) <= set(DAY_LABELS):
            wrong.append(f"Days{which} must be from Monday to Sunday")
        for name, typed, at in (("Opening time", group.starts, starts), ("Closing time", group.ends, ends)):
            if typed and at is None:
                wrong.append(f"{name}{which} must be a time, like 9:30am or noon")
        if bool(group.starts) != bool(group.ends):
            wrong.append(f"Enter the {'closing' if group.starts else 'opening'} time{which}")
        elif starts and ends and ends <= starts:
            wrong.append(f"Closing time{which} must be after the opening time")
        from_on, to_on = (
            _date(f"{label}{which}", typed, wrong)
            for label, typed in (("Start date", group.from_on), ("End date", group.to_on))
        )
        if from_on and to_on and to_on < from_on:
            wrong.append(f"End date{which} must be the start date or later")
        if group.site not in {"", *(key for key, _ in self.widget.places)}:
            wrong.append(f"Select one of the sites in the list{which}")
        if len(wrong) > before:
            return []
        site = int(group.site) if group.site else None
        return [OpenPeriod(day, starts, ends, site, from_on, to_on) for day in group.days]


def groups_of(week: Iterable[Mapping[str, Any]]) -> list[HoursGroup]:
    """Return the groups in a form for the stored opening hours. Days that have the same times are in one group."""
    return [
        HoursGroup(
            tuple(days.days), _said(days.starts), _said(days.ends), str(days.site_id or ""), _parts(days.from_on),
            _parts(days.to_on),
        )
        for days in opening_hours.group_alike_days(opening_hours.parse_week(week))
    ]  # fmt: skip


@draw_widget.register
def draw_week(widget: WeekInput, field: forms.BoundField, params: dict[str, Any]) -> SafeString:
    """Render a group for each set of hours, or one empty group if there are none.

    After these come the spare groups, which are collapsed.
    """
    there: list[HoursGroup] = list(field.value() or [])
    shown = max(len(there), 1)
    every = [*there, *(HoursGroup() for _ in range(shown - len(there) + SPARE_HOURS_GROUPS))]
    drawn = [
        _draw_group(field, widget, number, group, _errors_of(field, number, alone=len(there) <= 1))
        for number, group in enumerate(every, start=1)
    ]
    named = [f"opening hours {number} " for number in range(1, len(there) + 1)]
    of_all = [
        error for error in map(str, field.errors) if len(there) > 1 and not any(name in f"{error} " for name in named)
    ]
    return format_html(
        '<div class="govuk-form-group{}" id="{}">{}{}<details class="govuk-details"><summary '
        'class="govuk-details__summary"><span class="govuk-details__summary-text">Add more opening hours</span>'
        '</summary><div class="govuk-details__text"><p class="govuk-hint">Use this for days with different times, '
        "for a second time on the same days, or for another site.</p>{}</div></details></div>",
        " govuk-form-group--error" if field.errors else "", field.auto_id, _draw_errors(of_all),
        SafeString("".join(drawn[:shown])), SafeString("".join(drawn[shown:])),
    )  # fmt: skip


def _errors_of(field: forms.BoundField, number: int, *, alone: bool) -> SafeString:
    """Return the errors of one group: those with its number, or all errors if there is only one group."""
    return _draw_errors(
        [error for error in map(str, field.errors) if (number == 1 if alone else f"hours {number} " in f"{error} ")]
    )


def _draw_errors(errors: Iterable[object]) -> SafeString:
    return format_html_join(
        "",
        '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {}</p>',
        ((error,) for error in errors),
    )


def _draw_group(
    field: forms.BoundField, widget: WeekInput, number: int, group: HoursGroup, errors: SafeString
) -> SafeString:
    name, key = f"{field.html_name}-{number}", f"{field.auto_id}-{number}"
    title = f"{field.label} {number}"
    days = component("checkboxes", {
        "name": f"{name}-days", "idPrefix": f"{key}-days", "classes": "govuk-checkboxes--small calloff-days",
        "fieldset": {"legend": {"text": "Days", "classes": "govuk-fieldset__legend--s"}},
        "items": [{"value": day, "text": words, "checked": day in group.days} for day, words in DAY_LABELS.items()],
    })  # fmt: skip
    boxes = [
        component("input", {
            "id": f"{key}-{part}", "name": f"{name}-{part}", "value": value, "autocomplete": "off",
            "classes": "govuk-input--width-5 calloff-time", "hint": {"text": hint},
            "label": {"text": label, "classes": "govuk-label--s"},
        })
        for part, label, hint, value in (
            ("starts", "Opening time", "For example, 9:30am", group.starts),
            ("ends", "Closing time", "For example, 2pm", group.ends),
        )
    ]  # fmt: skip
    if widget.places:
        boxes.append(
            component(
                "select",
                {
                    "id": f"{key}-site",
                    "name": f"{name}-site",
                    "label": {"text": "Site", "classes": "govuk-label--s"},
                    "items": [
                        {"value": site_key, "text": words, "selected": site_key == group.site}
                        for site_key, words in widget.places
                    ],
                },
            )
        )
    has_dates = any(group.from_on) or any(group.to_on)
    dates = [
        _draw_date(f"{name}-{part}", f"{key}-{part}", label, typed)
        for part, label, typed in (("from", "Start date", group.from_on), ("to", "End date", group.to_on))
    ]
    return format_html(
        '<fieldset class="govuk-fieldset calloff-hours"><legend class="govuk-fieldset__legend '
        'govuk-fieldset__legend--m">{}</legend>{}{}{}<details class="govuk-details"{}><summary '
        'class="govuk-details__summary"><span class="govuk-details__summary-text">Only on some dates'
        '<span class="govuk-visually-hidden">: {}</span></span></summary><div class="govuk-details__text">{}</div>'
        "</details></fieldset>",
        title, errors, days, SafeString("".join(boxes)), SafeString(" open" if has_dates else ""), title,
        SafeString("".join(dates)),
    )  # fmt: skip


def _draw_date(name: str, key: str, label: str, typed: Sequence[str]) -> SafeString:
    return component("date-input", {
        "id": key, "namePrefix": name,
        "fieldset": {"role": "group", "legend": {"text": label, "classes": "govuk-fieldset__legend--s"}},
        "items": [
            {"name": part, "id": f"{key}-{part}", "label": part.title(), "value": value,
             "classes": f"govuk-input--width-{4 if part == 'year' else 2}"}
            for part, value in zip(DATE_PARTS_INPUT.PARTS, typed, strict=True)
        ],
    })  # fmt: skip


def _date(label: str, typed: Sequence[str], wrong: list[str]) -> date | None:
    """Parse a date that was typed in three fields. If it is not valid, add an error to `wrong`."""
    if not any(typed):
        return None
    if missing := date_bounds.missing_parts_error(label, list(typed)):
        wrong.append(missing)
        return None
    text = DATE_PARTS_INPUT.value_from_datadict(
        {f"d-{part}": value for part, value in zip(DATE_PARTS_INPUT.PARTS, typed, strict=True)}, {}, "d"
    )
    try:
        day = forms.DateField().to_python(text)
    except ValidationError:
        wrong.append(f"{label} must be a real date")
        return None
    if day and (late := date_bounds.date_range_error("ends_on", label, day)):
        wrong.append(late)
    return day


def _parts(day: date | None) -> tuple[str, ...]:
    return (str(day.day), str(day.month), str(day.year)) if day else ("", "", "")


def _said(at: time | None) -> str:
    return time_of_day.format_time(at) if at else ""
