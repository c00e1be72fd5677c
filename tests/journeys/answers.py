"""Typing the answers of an application into its pages, as the demonstration's providers give them."""

from calloff.cli.demo.answering import answer_to
from calloff.questions import answers as engine
from tests.journeys.conftest import NOW


def fill_section(visitor, stage, provider, market, section, lots, given):
    """Answer one section on its page, and what the answers bring up, until it is saved. Return all answers."""
    typed = {}
    while fresh := [one for one in engine.asked(section, given | typed, lots) if one.key not in typed]:
        for asked in fresh:
            typed[asked.key] = answer_to(asked, provider, stage, market, NOW)
            _type(visitor.page, asked, typed[asked.key])
        visitor.press("Save and continue")
    return given | typed


def _type(page, asked, value):
    key = asked.key
    match asked.question.kind:
        case "text" | "long_text" | "number" | "money":
            page.locator(f'[name="{key}"]').fill(str(value))
        case "yes_no" | "choice" | "evidence":
            page.locator(f'[name="{key}"][value="{value}"]').check()
        case "choices":
            for one in value:
                page.locator(f'[name="{key}"][value="{one}"]').check()
        case "declaration":
            year, month, day = value["on"].split("-")
            for part, words in (("day", day), ("month", month), ("year", year)):
                page.locator(f'[name="{key}-on-{part}"]').fill(words)
            page.locator(f'[name="{key}-count"]').fill(str(value["count"]))
