"""Checks that a pack's schema cannot make, for example of lots, kinds of evidence, names and dates.

They read plain data that might also have other faults, so that all faults can be reported together. They skip parts
with the wrong structure, because the schema reports those.
"""

import re
from collections.abc import Iterator

from calloff.kernel.names import MAX_NAME_LENGTH, find_name_problem, lookalike_key
from calloff.markets import rulesets

DataPath = tuple[str | int, ...]
LocatedFaults = Iterator[tuple[DataPath, str]]
MAX_MARKET_TITLE_LENGTH = 200  # characters
MAX_LOT_TITLE_LENGTH = 250


def find_pack_faults(data: object) -> LocatedFaults:
    """Yield each fault of a pack, as a path in the data and a sentence."""
    lots = list(_lots(data))
    numbers = {number for _, number in lots}
    yield from _numbering(lots)
    yield from _law(data)
    yield from _days(data)
    yield from _names(data)
    yield from _providers(data, numbers)
    for name in ("eligibility", "questions"):
        yield from _questions(data, name, numbers)
    yield from _evidence(data, numbers)
    yield from _schedule(data, numbers)
    yield from _agreement(data)
    for parts in (("kpis", "key"), ("evidence", "key"), ("buyers", "kind")):
        yield from _once((parts[0],), _items(data, parts[0]), parts[1])


def _lots(data: object) -> Iterator[tuple[int, int]]:
    for position, lot in enumerate(_items(data, "lots")):
        number = _get(lot, "number")
        if isinstance(number, int):
            yield position, number


def _numbering(lots: list[tuple[int, int]]) -> LocatedFaults:
    for position, number in lots:
        if number != position + 1:
            yield (
                ("lots", position, "number"),
                f"Number the lots from 1 without gaps. This lot must be number {position + 1}.",
            )


def _law(data: object) -> LocatedFaults:
    key = _get(data, "ruleset")
    if not isinstance(key, str):
        return
    try:
        ruleset = rulesets.get_ruleset(key)
    except LookupError as error:
        yield ("ruleset",), str(error)
        return
    tool = _get(data, "tool")
    if tool in set(rulesets.CommercialTool) and tool not in ruleset.tools:
        yield ("ruleset",), f"“{key}” is not for a {tool}. It is for: {', '.join(ruleset.tools)}."
    promises = _get(data, "promises")
    for name, promise in promises.items() if isinstance(promises, dict) else ():
        value = _get(promise, "value")
        if value is None:
            continue
        problem = rulesets.problem_of_promise(str(name), value)
        if problem:
            yield ("promises", str(name)), problem
        law = ruleset.cells.get(str(name))
        if law is not None and law.imposed and law.value != value:
            yield ("promises", str(name)), f"The law already sets this ({law.citation}). Remove the promise."


def _days(data: object) -> LocatedFaults:
    term = _get(data, "demonstration_term")
    for earlier, later in (("opens_on", "closes_on"), ("starts_on", "ends_on"), ("closes_on", "ends_on")):
        first, last = str(_get(term, earlier)), str(_get(term, later))
        if _DAY.fullmatch(first) and _DAY.fullmatch(last) and last < first:
            yield ("demonstration_term", later), f"This date is earlier than {earlier} ({first})."


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _names(data: object) -> LocatedFaults:
    """Check the names of councils, markets, lots and providers, which letters and pages show."""
    names: list[tuple[DataPath, object, str, int]] = [
        (("authority", "name"), _get(_get(data, "authority"), "name"), "Name of the council", MAX_NAME_LENGTH),
        (("title",), _get(data, "title"), "Title of the market", MAX_MARKET_TITLE_LENGTH),
    ]
    for position, lot in enumerate(_items(data, "lots")):
        names.append((("lots", position, "title"), _get(lot, "title"), "Title of the lot", MAX_LOT_TITLE_LENGTH))
    for position, provider in enumerate(_items(data, "providers")):
        provider_path: DataPath = ("providers", position)
        names.append(((*provider_path, "name"), _get(provider, "name"), "Name of the provider", MAX_NAME_LENGTH))
        for place, alias in enumerate(_items(provider, "aliases")):
            names.append(((*provider_path, "aliases", place), alias, "Other name", MAX_NAME_LENGTH))
    for loc, name, noun, longest in names:
        if isinstance(name, str) and name.strip() and (problem := find_name_problem(name, noun=noun, longest=longest)):
            yield loc, f"{problem}."


def _providers(data: object, numbers: set[int]) -> LocatedFaults:
    # the position of each provider and the spelling of its name, by a key that is the same for similar names
    names: dict[str, tuple[int, str]] = {}
    for position, provider in enumerate(_items(data, "providers")):
        provider_path: DataPath = ("providers", position)
        lots = _items(provider, "lots")
        yield from _foreign((*provider_path, "lots"), lots, numbers)
        for place, lot in enumerate(lots):
            if lot in lots[:place]:
                yield (
                    (*provider_path, "lots", place),
                    f"Lot {lot} is listed here twice. List it once, and add a query if you are not sure.",
                )
        for place, query in enumerate(_items(provider, "queries")):
            lot = _get(query, "lot")
            if isinstance(lot, int) and lot not in lots:
                yield (*provider_path, "queries", place, "lot"), f"This provider is not listed in lot {lot}."
        spellings = [((*provider_path, "name"), _get(provider, "name"))]
        spellings += [
            ((*provider_path, "aliases", place), alias) for place, alias in enumerate(_items(provider, "aliases"))
        ]
        for loc, spelling in spellings:
            if isinstance(spelling, str):
                first_position, first_spelling = names.setdefault(lookalike_key(spelling), (position, spelling))
                if first_position != position:
                    yield (
                        loc,
                        f"“{spelling}” is already listed, as “{first_spelling}”. If they are the same provider, list "
                        f"this spelling under its aliases. If not, give each provider its full legal name.",
                    )


def _located_questions(data: object, name: str) -> Iterator[tuple[DataPath, object]]:
    for number, section in enumerate(_items(_get(data, name), "sections")):
        for position, question in enumerate(_items(section, "questions")):
            yield (name, "sections", number, "questions", position), question


def _questions(data: object, name: str, numbers: set[int]) -> LocatedFaults:
    kinds = {_get(kind, "key") for kind in _items(data, "evidence")}
    sections = [_get(section, "key") for section in _items(_get(data, name), "sections")]
    for position, key in enumerate(sections):
        if key is not None and key in sections[:position]:
            yield (name, "sections", position, "key"), f"There is already a section “{key}”."
    answers_by_question: dict[str, set[str]] = {}
    for loc, question in _located_questions(data, name):
        key = _get(question, "key")
        if isinstance(key, str) and key in answers_by_question:
            yield (*loc, "key"), f"There is already a question “{key}”."
        yield from _foreign((*loc, "lots"), _items(question, "lots"), numbers)
        kind = _get(question, "evidence")
        if isinstance(kind, str) and kind and kind not in kinds:
            yield (*loc, "evidence"), f"“{kind}” is not among the pack's kinds of evidence. List it under evidence."
        if _get(question, "kind") == "prices" and not _get(data, "schedule"):
            yield (*loc, "kind"), "This question asks for prices, but the pack has no price schedule."
        yield from _condition(loc, _get(question, "when"), answers_by_question)
        if isinstance(key, str):
            options = {str(_get(option, "value")) for option in _items(question, "options")}
            answers_by_question.setdefault(key, {"yes", "no"} if _get(question, "kind") == "yes_no" else options)


def _condition(loc: DataPath, when: object, answers_by_question: dict[str, set[str]]) -> LocatedFaults:
    earlier = _get(when, "question")
    if not isinstance(earlier, str):
        return
    if earlier not in answers_by_question:
        yield (*loc, "when", "question"), f"“{earlier}” is not asked before this question."
        return
    for place, value in enumerate(_items(when, "is_any_of")):
        if value not in answers_by_question[earlier]:
            answers = ", ".join(sorted(answers_by_question[earlier])) or "none that can be listed"
            yield (
                (*loc, "when", "is_any_of", place),
                f"“{value}” is not an answer to {earlier}. The answers are: {answers}.",
            )


def _evidence(data: object, numbers: set[int]) -> LocatedFaults:
    for position, kind in enumerate(_items(data, "evidence")):
        yield from _foreign(("evidence", position, "lots"), _items(kind, "lots"), numbers)


def _schedule(data: object, numbers: set[int]) -> LocatedFaults:
    schedule = _get(data, "schedule")
    lines = _items(schedule, "lines")
    for position, line in enumerate(lines):
        lot = _get(line, "lot")
        yield from _foreign(("schedule", "lines", position), [lot], numbers, leaf="lot")
    yield from _once(("schedule", "lines"), lines, "key")
    if schedule and not any(
        _get(question, "kind") == "prices" for _, question in _located_questions(data, "questions")
    ):
        yield ("schedule",), "No question asks for these prices. Add a question of the kind “prices”."


def _agreement(data: object) -> LocatedFaults:
    text = _get(_get(data, "agreement"), "text")
    if not isinstance(text, str):
        return
    for name in ("suspension_clause", "removal_clause", "review_clause"):
        clause = _get(_get(data, "agreement"), name)
        number = re.search(r"\d+", str(clause))
        if isinstance(clause, str) and not (number and re.search(rf"(?m)^#+ {number.group()}\. ", text)):
            yield ("agreement", name), f"The text has no clause with the number in “{clause}”."


def _foreign(loc: DataPath, lots: list[object], numbers: set[int], leaf: str = "") -> LocatedFaults:
    for position, lot in enumerate(lots):
        if isinstance(lot, int) and lot not in numbers:
            yield (*loc, leaf or position), f"There is no lot {lot}."


def _once(loc: DataPath, items: list[object], name: str) -> LocatedFaults:
    values = set()
    for position, item in enumerate(items):
        value = _get(item, name)
        if isinstance(value, str) and value in values:
            yield (*loc, position, name), f"“{value}” is already listed."
        values.add(str(value))


def _get(data: object, name: str) -> object:
    return data.get(name) if isinstance(data, dict) else None


def _items(data: object, name: str) -> list[object]:
    items = _get(data, name)
    return items if isinstance(items, list) else []
