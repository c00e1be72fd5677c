"""Check dates that people type: the range that is allowed, and parts that are missing, with messages for every
field.

The most common mistake is a year with too many digits, and Python's dates end with the year 9999.
"""

from datetime import date

from django import forms

from calloff.kernel.clock import local_day, now
from calloff.kernel.formatting import format_date as in_words

# Limits by field name, where the general range is too wide: the number of years before today, and after today.
YEAR_RANGES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("starts_on", "start_on", "from_on", "wanted_on", "wanted_from", "free_by", "places_from"), (2, 5)),
    **dict.fromkeys(("ends_on", "last_on", "review_on", "due_on", "on", "met_on", "held_on"), (2, 10)),
    "born_on": (30, 0),
}
DEFAULT_YEAR_RANGE = (100, 30)
DATE_PART_NAMES = ("day", "month", "year")


def date_range_error(name: str, label: str, value: date) -> str | None:
    """Return the error about a date that is too early or too late for its field, or None."""
    earliest, latest = _range(*YEAR_RANGES.get(name, DEFAULT_YEAR_RANGE))
    if value < earliest:
        return f"{label} must be {in_words(earliest)} or later. Check the year."
    if value > latest:
        return f"{label} must be {in_words(latest)} or earlier. Check the year."
    return None


def missing_parts_error(label: str, typed: list[str]) -> str | None:
    """Return the error about a date that is only partly filled in, which lists the empty parts, or None."""
    missing = [part for part, text in zip(DATE_PART_NAMES, typed, strict=True) if not text]
    if not missing or len(missing) == len(DATE_PART_NAMES):
        return None
    return f"{label} must include a {' and a '.join(missing)}"


def check_dates(form: forms.Form) -> None:
    """Add both kinds of error to a form that has been cleaned, for each of its dates."""
    for name, field in form.fields.items():
        if not isinstance(field, forms.DateField):
            continue
        label = date_field_name(field)
        value = form.cleaned_data.get(name)
        if value is not None:
            sentence = date_range_error(name, label, value)
            if sentence:
                form.add_error(name, sentence)
        elif name in form.errors and hasattr(field.widget, "typed"):
            missing = missing_parts_error(label, field.widget.typed(form.data, form.add_prefix(name)))
            if missing:
                form.errors[name] = form.error_class([missing], renderer=form.renderer)


def date_field_name(field: forms.Field) -> str:
    """Return how errors name a date, which is taken from the field's own error about a wrong date.

    See `field_errors.date_errors`.
    """
    return str(field.error_messages["invalid"]).partition(" must be a real date")[0]


def _range(back: int, ahead: int) -> tuple[date, date]:
    today = local_day(now())
    first = today.replace(day=28) if (today.month, today.day) == (2, 29) else today
    return first.replace(year=first.year - back), first.replace(year=first.year + ahead)
