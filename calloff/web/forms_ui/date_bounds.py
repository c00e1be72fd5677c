"""Check typed dates: the allowed range and missing parts, with messages for every field.

A year with a digit too many is the commonest slip, and the calendar of the program ends before 9999 does.
"""

from datetime import date

from django import forms

from calloff.kernel.clock import local_day, now
from calloff.kernel.formatting import day as in_words

# By the name of a field, where the range of all dates is too wide: whole years before today, and after it.
YEARS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("starts_on", "start_on", "from_on", "wanted_on", "wanted_from", "free_by", "places_from"), (2, 5)),
    **dict.fromkeys(("ends_on", "last_on", "review_on", "due_on", "on", "met_on", "held_on"), (2, 10)),
    "born_on": (30, 0),
}
ALL_DATES = (100, 30)
PARTS = ("day", "month", "year")


def what_is_wrong(name: str, label: str, value: date) -> str | None:
    """Return the error for a date too early or too late for its field, or nothing."""
    earliest, latest = _range(*YEARS.get(name, ALL_DATES))
    if value < earliest:
        return f"{label} must be {in_words(earliest)} or later. Check the year"
    if value > latest:
        return f"{label} must be {in_words(latest)} or earlier. Check the year"
    return None


def what_is_missing(label: str, typed: list[str]) -> str | None:
    """Return the empty parts of a partly filled date."""
    missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
    if not missing or len(missing) == len(PARTS):
        return None
    return f"{label} must include a {' and a '.join(missing)}"


def check(form: forms.Form) -> None:
    """Return both kinds of error for every date of a cleaned form."""
    for name, field in form.fields.items():
        if not isinstance(field, forms.DateField):
            continue
        label = name_of(field, name)
        value = form.cleaned_data.get(name)
        if value is not None:
            sentence = what_is_wrong(name, label, value)
            if sentence:
                form.add_error(name, sentence)
        elif name in form.errors and hasattr(field.widget, "typed"):
            missing = what_is_missing(label, field.widget.typed(form.data, form.add_prefix(name)))
            if missing:
                form.errors[name] = form.error_class([missing], renderer=form.renderer)


def name_of(field: forms.Field, name: str) -> str:
    """Return how errors name a date: as its own words do, where the form has them, and else by its label."""
    own, worded, _ = str(field.error_messages.get("invalid", "")).partition(" must be a real date")
    return own if worded else str(field.label or name.replace("_", " ").capitalize()).rstrip("?")


def _range(back: int, ahead: int) -> tuple[date, date]:
    today = local_day(now())
    first = today.replace(day=28) if (today.month, today.day) == (2, 29) else today
    return first.replace(year=first.year - back), first.replace(year=first.year + ahead)
