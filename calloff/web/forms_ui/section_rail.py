"""The sections of a form, which are shown next to each of its pages, with a tick for each section that is complete.

A page passes a `SectionRail` to its template as `rail`. `layouts/question.html` then has three columns: the sections,
the form, and the block `beside`, which shows what follows from the answers (the `cards` of the rail, unless the page
fills the block).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms


class FormSection(NamedTuple):
    """A section of a form. If people cannot start the section yet, it has no URL."""

    title: str
    state: str  # the state in the words of a task list, such as “Completed”
    href: str | None

    @property
    def is_complete(self) -> bool:
        return self.state == "Completed"


def section_of_form(title: str, form: type[forms.Form], known: Mapping[str, Any], href: str) -> FormSection:
    """Return a section that consists of the fields of one form.

    The section is complete if it has at least one answer, and an answer to each required field.
    """
    given = {name for name in form.base_fields if known.get(name) not in (None, "", [], {})}
    required = {name for name, field in form.base_fields.items() if field.required}
    is_complete = bool(given) and required <= given
    return FormSection(title, "Completed" if is_complete else "In progress" if given else "Not yet started", href)


class SectionRail(NamedTuple):
    """The sections of a form. `current` is the URL of the section that the page shows.

    `cards` contain what follows from the answers, each with a heading and sentences.
    """

    label: str
    sections: tuple[FormSection, ...]
    current: str
    cards: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def place(self) -> int:
        """Return the number of the current section, or 0 if the page is not one of the sections."""
        return next((number for number, section in enumerate(self.sections, 1) if section.href == self.current), 0)

    @property
    def after(self) -> FormSection | None:
        """Return the section with which to continue: the first incomplete section after this one, or else before it."""
        ordered = (*self.sections[self.place :], *self.sections[: max(self.place - 1, 0)])
        return next((section for section in ordered if section.href and not section.is_complete), None)
