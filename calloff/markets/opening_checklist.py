"""What a draft market needs before it can open, and before its applications can be assessed, decided and signed."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from calloff.evidence.kinds import is_insurance
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Problem
from calloff.markets import rulesets
from calloff.markets.models import Lot, Market
from calloff.markets.packs.conditions import problems_of_conditions
from calloff.markets.queries import who_can
from calloff.people.permissions import Can

CANNOT_OPEN_PREFIX = "You cannot open this market yet because"


class OpeningRequirement(NamedTuple):
    """A requirement for opening a market. If the market meets it, `lacking` is empty."""

    title: str
    where: str  # the page or the part of the pack where this can be changed
    lacking: tuple[str, ...] = ()  # sentences that say what is missing and what to do about it


def list_requirements(market: Market, at: datetime, justification: str = "") -> list[OpeningRequirement]:
    """Return everything that a draft market needs before it can open, including the requirements that it already
    meets.

    `justification` is the reason for a longer term than usual, if the rules allow one.
    """
    lots = list(market.lots.order_by("number"))
    return [
        OpeningRequirement(
            "The market has a category", "lots", () if lots else (_say("it has no category", "Add a category"),)
        ),
        OpeningRequirement(
            "Answers are assessed in every category", "questions", tuple(_nothing_to_mark(market, lots))
        ),
        OpeningRequirement("There is a time limit for decisions", "promises", tuple(_no_decision_time(market))),
        OpeningRequirement("The council has an address for decision letters", "address", tuple(_no_address(market))),
        OpeningRequirement(
            "One person can evaluate, and a different person can approve", "people", tuple(_nobody(market, at))
        ),
        OpeningRequirement("The type of market suits what you will buy", "tool", tuple(_unfit_tool(market))),
        OpeningRequirement(
            "The requirements for providers are lawful", "questions", tuple(_forbidden_conditions(market))
        ),
        OpeningRequirement("There is an agreement to sign", "agreement", tuple(_no_agreement(market))),
        OpeningRequirement("Each insurance has a minimum cover", "evidence", tuple(_no_cover(market))),
        *_of_the_rules(market, at, justification),
    ]


def find_missing_requirements(market: Market, at: datetime, justification: str = "") -> list[Problem]:
    """Return what a draft market still needs before it can open.

    If a rule requires it, the problem cites that rule.
    """
    return [
        Problem(sentence, requirement.where)
        for requirement in list_requirements(market, at, justification)
        for sentence in requirement.lacking
    ]


def _say(why: str, remedy: str) -> str:
    return f"{CANNOT_OPEN_PREFIX} {why}. {remedy}."


def _nothing_to_mark(market: Market, lots: list[Lot]) -> Iterator[str]:
    """Yield a sentence for each lot in which an application might contain no answer to assess."""
    questions = market.questions.definition.questions()
    always = [question for question in questions if question.assessed and question.required and question.when is None]
    for lot in lots:
        if not any(not question.lots or lot.number in question.lots for question in always):
            yield _say(
                f"no question is assessed for “{lot}”",
                "Add an assessed question that every applicant for this category must answer",
            )


def _no_decision_time(market: Market) -> Iterator[str]:
    if market.rule("decide_within") is None:
        yield _say(
            "it has no time limit for decisions, so applicants would not know when to expect one",
            "Add the rule “decide_within” to the market’s own rules, in working days",
        )


def _no_address(market: Market) -> Iterator[str]:
    if not market.authority.address.strip():
        yield _say(f"{market.authority} has no address for its decision letters", "Add the address")


def _nobody(market: Market, at: datetime) -> Iterator[str]:
    evaluators = set(who_can(Can.ASSESS, in_market=market, at=at))
    approvers = set(who_can(Can.DECIDE, in_market=market, at=at))
    if not evaluators:
        yield _say("the market has no evaluator", "Give someone the role of evaluator")
    if not approvers:
        yield _say("the market has no approver", "Give someone the role of approver")
    if evaluators and evaluators == approvers and len(evaluators) == 1:
        yield _say(
            f"{next(iter(evaluators))} is the only evaluator and the only approver, and cannot approve an "
            "application that they assessed",
            "Give another person one of the two roles",
        )
    if not who_can(Can.ALLOCATE, in_market=market, at=at).exists():
        yield _say("no officer can allocate applications", "Give someone the role of contracts officer")
    if not who_can(Can.COUNTERSIGN, in_market=market, at=at).exists():
        yield _say("no officer can countersign agreements", "Give someone the role of contracts officer")


def _unfit_tool(market: Market) -> Iterator[str]:
    """Yield a refusal if a dynamic market is for single placements and no legal advice is recorded.

    Single placements are usually below the threshold, but a dynamic market is only for contracts above it.
    """
    pack = market.pack
    if market.tool == rulesets.CommercialTool.DYNAMIC_MARKET and pack.single_placements and pack.advice is None:
        yield _say(
            "a dynamic market is only for public contracts (Procurement Act 2023 s.35(1)), and contracts below the "
            "threshold must be open to providers outside the market too (s.85(1))",
            "Choose a light-touch framework (“pa-2023-light-touch-framework”), or record the legal advice you are "
            "relying on: who gave it, when, and what it advises",
        )


def _forbidden_conditions(market: Market) -> Iterator[str]:
    """Yield a problem for each condition that the law forbids.

    This is also checked when a pack is loaded, but the law might have been recorded after that.
    """
    for problem in problems_of_conditions(market.pack):
        yield problem.sentence


def _no_agreement(market: Market) -> Iterator[str]:
    for text, words in (
        (market.agreement, "provider agreement"),
        (market.partnership, "Partnership Agreement"),
        (market.placement, "placement agreement"),
    ):
        if text is not None and not text.body.strip():
            yield _say(f"the {words} has no text", "Add the text to the market’s pack")


def _no_cover(market: Market) -> Iterator[str]:
    for kind in market.pack.evidence:
        if kind.minimum_cover is None and is_insurance(kind.key, kind.title):
            yield _say(f"“{kind.title}” has no minimum cover", "Add the minimum cover in pounds")


def _of_the_rules(market: Market, at: datetime, justification: str) -> Iterator[OpeningRequirement]:
    """Yield the problems that the rules find in opening a market on its dates, grouped by what must be changed."""
    if market.closes_at <= at:
        sentence = "Applications would close before they open. Choose a later closing day."
        yield OpeningRequirement("The dates match the rules", "dates", (sentence,))
        return
    problems = rulesets.find_opening_problems(
        market.rules,
        tool=market.tool,
        promises=market.pack.promised,
        begins_on=market.began_on or local_day(at),
        opens_on=local_day(market.opens_at),
        closes_on=market.last_day,
        term_starts_on=market.term_starts_on,
        term_ends_on=market.term_ends_on,
        question_set=market.questions.definition,
        justification=justification,
    )
    if not problems:
        yield OpeningRequirement("The dates match the rules", "dates")
    for problem in problems:
        yield OpeningRequirement("The dates match the rules", problem.where, (problem.sentence,))
