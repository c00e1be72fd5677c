"""A form's sections, shown beside each of its pages with a tick for each complete section.

A page passes a `SectionRail` to its template as `rail`. `layouts/question.html` then has three columns: the sections,
the form, and the block `beside` with what follows from the answers (the rail's `cards`, unless the page fills it).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms


class FormSection(NamedTuple):
    """One section of a form. If it cannot be started yet, it has no URL."""

    title: str
    state: str  # in a task list's words, such as “Completed”
    href: str | None

    @property
    def is_complete(self) -> bool:
        return self.state == "Completed"


def section_of_form(title: str, form: type[forms.Form], known: Mapping[str, Any], href: str) -> FormSection:
    """Return a section whose fields are those of one form.

    It is complete if it has an answer, and an answer to each required field.
    """
    given = {name for name in form.base_fields if known.get(name) not in (None, "", [], {})}
    required = {name for name, field in form.base_fields.items() if field.required}
    is_complete = bool(given) and required <= given
    return FormSection(title, "Completed" if is_complete else "In progress" if given else "Not yet started", href)


class SectionRail(NamedTuple):
    """A form's sections. `current` is the URL of the section that the page shows.

    `cards` have what follows from the answers: a heading and sentences for each.
    """

    label: str
    sections: tuple[FormSection, ...]
    current: str
    cards: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def place(self) -> int:
        """Return the current section's number, or 0 if the page is not one of the sections."""
        return next((number for number, section in enumerate(self.sections, 1) if section.href == self.current), 0)

    @property
    def after(self) -> FormSection | None:
        """Return the section to continue with: the first incomplete one, starting after this section."""
        ordered = (*self.sections[self.place :], *self.sections[: max(self.place - 1, 0)])
        return next((section for section in ordered if section.href and not section.is_complete), None)
