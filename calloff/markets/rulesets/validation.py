"""Check a market's dates, and how it decides who can join, against the rules.

Each problem is a sentence for an officer.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem
from calloff.markets.rulesets.law import find_replacement
from calloff.markets.rulesets.schema import CommercialTool, RuleCell, Ruleset, find_rule, rule_in_words
from calloff.questions.schema import QuestionSet


def add_months(start: date, months: int) -> date:
    """Return the same day of the month some months later, or the last day of that later month if it has no such day."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=start.day - 1), first_of_next - timedelta(days=1))


def find_opening_problems(
    ruleset: Ruleset,
    *,
    tool: str,
    promises: Mapping[str, RuleCell],
    begins_on: date,
    opens_on: date,
    closes_on: date,
    term_starts_on: date,
    term_ends_on: date,
    question_set: QuestionSet | None = None,
    justification: str = "",
) -> list[Problem]:
    """Return the problems that the rules find with opening a market.

    `begins_on` is the day when the procurement started. For a market from before the authority used Calloff, this is
    the real start date. `opens_on` and `closes_on` are the first and last whole days when providers can apply.
    `term_starts_on` and `term_ends_on` are the market's first and last days. `justification` is the reason for a
    longer term, if the rules allow one. In each problem, `where` is the name of the argument to correct.
    """
    problems = [
        *_of_kind(ruleset, tool, promises),
        *_of_beginning(ruleset, begins_on),
        *_of_window(ruleset, promises, opens_on, closes_on),
        *_of_term(ruleset, promises, term_starts_on, term_ends_on, justification),
    ]
    if opens_on > term_ends_on or closes_on > term_ends_on:
        problems.append(Problem("Applications must open and close on or before the day the market ends", "closes_on"))
    if question_set is not None:
        problems += find_scheme_problems(ruleset, question_set, promises=promises)
    return problems


def _of_kind(ruleset: Ruleset, tool: str, promises: Mapping[str, RuleCell]) -> list[Problem]:
    problems = []
    if tool not in ruleset.tools:
        allowed_tools = " or ".join(str(CommercialTool(allowed).label).lower() for allowed in ruleset.tools)
        problems.append(
            Problem(f"“{ruleset.title}” is the law for a {allowed_tools}. Choose the rules for this tool.", "ruleset")
        )
    for name, promise in promises.items():
        law = ruleset.cells.get(name)
        if law is not None and law.imposed and law.value != promise.value:
            sentence = f"The law says ({law.citation}): {rule_in_words(name, law)} Remove this market's own rule."
            problems.append(Problem(sentence, f"promises.{name}"))
    return problems


def _of_beginning(ruleset: Ruleset, begins_on: date) -> list[Problem]:
    if ruleset.begins_until and begins_on >= ruleset.begins_until:
        sentence = (
            f"No market of this kind can start from {format_date(ruleset.begins_until)} ({ruleset.begins_citation})."
        )
        return [Problem(f"{sentence} Choose the rules of the Procurement Act 2023.", "begins_on")]
    if ruleset.begins_since and begins_on < ruleset.begins_since:
        sentence = f"No market of this kind can start before {format_date(ruleset.begins_since)}"
        return [Problem(f"{sentence} ({ruleset.begins_citation}).", "begins_on")]
    newer = find_replacement(ruleset.key, begins_on)
    if newer and newer.begins_since:
        sentence = f"From {format_date(newer.begins_since)} the law for this kind of market is “{newer.title}”"
        return [Problem(f"{sentence} ({newer.begins_citation}). Choose those rules: {newer.key}.", "begins_on")]
    return []


def _of_window(ruleset: Ruleset, promises: Mapping[str, RuleCell], opens_on: date, closes_on: date) -> list[Problem]:
    if closes_on < opens_on:
        return [Problem("The last day for applications is before the first day.", "closes_on")]
    minimum = find_rule(ruleset, promises, "shortest_first_window")
    days = (closes_on - opens_on).days + 1
    if minimum and days < int(str(minimum.value)):
        earliest_close = opens_on + timedelta(days=int(str(minimum.value)) - 1)
        sentence = (
            f"Applications must be open for at least {minimum.value} days ({minimum.citation}). These dates allow "
            f"{days}."
        )
        return [Problem(f"{sentence} Close on {format_date(earliest_close)} or later.", "closes_on")]
    return []


def _of_term(
    ruleset: Ruleset, promises: Mapping[str, RuleCell], starts_on: date, ends_on: date, justification: str
) -> list[Problem]:
    if ends_on < starts_on:
        return [Problem("The market's last day is before its first day.", "term_ends_on")]
    problems = [*_of_sunset(ruleset, ends_on, "term_ends_on")]
    longest = find_rule(ruleset, promises, "longest_term")
    if longest and not (justification.strip() and _is(ruleset, promises, "longer_with_reasons")):
        first_after = add_months(starts_on, int(str(longest.value)))
        if ends_on >= first_after:
            last_day = format_date(first_after - timedelta(days=1))
            sentence = f"A market of this kind can last for up to {longest.value} months ({longest.citation})."
            problems.append(Problem(f"{sentence} End it on {last_day} or earlier.", "term_ends_on"))
    return problems


def _of_sunset(ruleset: Ruleset, ends_on: date, where: str) -> list[Problem]:
    sunset = ruleset.cells.get("sunset")
    if sunset and isinstance(sunset.value, date) and ends_on >= sunset.value:
        last_day = format_date(sunset.value - timedelta(days=1))
        return [Problem(f"This market must end by the end of {last_day} ({sunset.citation}).", where)]
    return []


def _is(ruleset: Ruleset, promises: Mapping[str, RuleCell], name: str) -> bool:
    cell = find_rule(ruleset, promises, name)
    return bool(cell and cell.value)


def find_extension_problems(
    ruleset: Ruleset,
    *,
    promises: Mapping[str, RuleCell],
    on: date,
    term_starts_on: date,
    old_end: date,
    new_end: date,
    justification: str = "",
) -> list[Problem]:
    """Return the problems that the rules find with moving a market's last day from `old_end` to `new_end`.

    `on` is the day of the change. A DPS under reg 34 cannot be extended after 23 February 2026, or to a date after 23
    February 2029. A framework or light-touch arrangement under PCR 2015 follows reg 72, and s.9 allows any
    modification of a light-touch contract. The law sets no last day for either of them, so the command only requires a
    reason. The term of any other market must not exceed the longest term that the rules allow.
    """
    if new_end <= old_end:
        return [Problem(f"Enter a last day after {format_date(old_end)}", "new_end")]
    problems = []
    until = ruleset.cells.get("extend_until")
    if until and isinstance(until.value, date) and on > until.value:
        sentence = f"The end of this market cannot be changed after {format_date(until.value)} ({until.citation})."
        problems.append(Problem(f"{sentence} Plan a new market instead.", "new_end"))
    problems += _of_sunset(ruleset, new_end, "new_end")
    if "extending" not in ruleset.cells and "sunset" not in ruleset.cells:
        problems += [
            Problem(problem.sentence, "new_end")
            for problem in _of_term(ruleset, promises, term_starts_on, new_end, justification)
        ]
    return problems


def find_scheme_problems(
    ruleset: Ruleset, question_set: QuestionSet, *, promises: Mapping[str, RuleCell] = MappingProxyType({})
) -> list[Problem]:
    """Return the problems that the rules find with how a market decides who can join.

    Only passes, fails and minimum scores decide who can join a DPS or a dynamic market, without weights, ranking or
    price. An amount that is not assessed, such as a turnover, does not count as a price.
    """
    entry = find_rule(ruleset, promises, "entry")
    if entry is None or entry.value != "conditions":
        return []
    problems = []
    for question in question_set.questions():
        where = f"questions.{question.key}"
        because = f"({entry.citation}). Providers can only join by pass or fail and minimum scores."
        if question.weight is not None:
            problems.append(Problem(f"“{question.text}” has a weight {because} Remove the weight.", where))
        if question.kind == "prices" or (question.kind == "money" and question.assessed):
            problems.append(
                Problem(
                    f"“{question.text}” makes price part of the decision on who joins {because} Remove the question.",
                    where,
                )
            )
    return problems
