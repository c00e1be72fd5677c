"""Tests that a market can open only if its applications can be assessed, decided and signed."""

import pytest

from calloff.agreements.models import AgreementText
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.opening_checklist import find_missing_requirements, list_requirements
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_markets import QUESTIONS
from tests.markets.scenario import draft, olivia
from tests.unauthorised_users import database_rows

pytestmark = pytest.mark.django_db
INSURANCE = {"key": "public_liability", "title": "Public liability insurance", "expires": True}


def lacking(market):
    return [(problem.where, problem.sentence) for problem in find_missing_requirements(market, NOW)]


def asking(key, *questions):
    """Return a question set that has one section with these questions."""
    return {**QUESTIONS, "key": key, "sections": [{"key": "only", "title": "Only", "questions": list(questions)}]}


def question(key, **more):
    return {"key": key, "kind": "text", "text": f"What is your {key}?", **more}


def test_a_complete_market_passes_every_item_on_the_opening_checklist():
    market = draft()
    assert lacking(market) == []
    assert [one.title for one in list_requirements(market, NOW)] == [
        "The market has a category",
        "Answers are assessed in every category",
        "There is a time limit for decisions",
        "The council has an address for decision letters",
        "One person can evaluate, and a different person can approve",
        "The type of market suits what you will buy",
        "The requirements for providers are lawful",
        "There is an agreement to sign",
        "Each insurance has a minimum cover",
        "The dates match the rules",
    ]


@pytest.mark.parametrize(
    ("asked", "categories"),
    [
        ([question("name")], ["1. Tutoring", "2. Online"]),
        ([question("name"), question("plan", assessed="pass_fail", lots=[1])], ["2. Online"]),
        ([question("plan", assessed="pass_fail", required=False)], ["1. Tutoring", "2. Online"]),
        (
            [
                question("others", kind="yes_no"),
                question("plan", assessed="pass_fail", when={"question": "others", "is_any_of": ["yes"]}),
            ],
            ["1. Tutoring", "2. Online"],
        ),
        ([question("plan", assessed="pass_fail")], []),
        ([question("plan", assessed="score", pass_mark=3, per_lot=True)], []),
    ],
)
def test_a_market_cannot_open_if_a_category_has_no_scored_question(asked, categories):
    found = lacking(draft(questions=asking("some-questions", *asked)))
    assert [where for where, _ in found] == ["questions"] * len(categories)
    for (_, sentence), name in zip(found, categories, strict=True):
        assert f"You cannot open this market yet because no question is assessed for “{name}”." in sentence


def test_a_missing_decision_time_and_a_missing_address_are_reported():
    market = draft(promises={})
    Organisation.objects.filter(pk=market.authority_id).update(address="  ")
    market.authority.refresh_from_db()
    assert [where for where, _ in lacking(market)] == ["promises", "address"]


def test_the_time_to_decide_comes_from_the_law_if_the_law_sets_one():
    market = draft(tool="dps", ruleset="pcr-2015-dps", promises={})
    assert "promises" not in {where for where, _ in lacking(market)}


@pytest.mark.parametrize(
    ("role", "sentences"),
    [
        (Role.EVALUATOR, ["the market has no evaluator"]),
        (Role.APPROVER, ["the market has no approver"]),
        (
            Role.CONTRACTS_OFFICER,
            [
                "no officer can allocate applications",
                "no officer can countersign agreements",
            ],
        ),
    ],
)
def test_each_missing_role_is_reported(role, sentences):
    market = draft()
    RoleGrant.objects.filter(organisation=market.authority, role=role).update(ends_at=NOW)
    found = lacking(market)
    assert [where for where, _ in found] == ["people"] * len(sentences)
    for (_, sentence), words in zip(found, sentences, strict=True):
        assert f"You cannot open this market yet because {words}." in sentence


def test_a_market_cannot_open_if_the_same_person_would_score_and_approve_alone():
    market = draft()
    anwar = person(Role.APPROVER, at=market.authority)
    RoleGrant.objects.filter(organisation=market.authority, role=Role.EVALUATOR).update(ends_at=NOW)
    RoleGrantFactory(person=anwar, organisation=market.authority, role=Role.EVALUATOR)
    [(where, sentence)] = lacking(market)
    assert where == "people"
    assert "Anwar is the only evaluator and the only approver" in sentence


def test_an_evaluator_appointed_only_in_this_market_satisfies_the_opening_checklist():
    market = draft()
    RoleGrant.objects.filter(organisation=market.authority, role=Role.EVALUATOR).update(ends_at=NOW)
    lent = person(Role.QUALITY_OFFICER, at=market.authority)
    commands.appoint(market, lent, role=Role.EVALUATOR, by=olivia(market.authority), at=NOW)
    assert lacking(market) == []


def test_an_agreement_without_a_text_is_reported():
    market = draft()
    market.agreement = AgreementText.objects.create(
        key="blank", version=1, title="Agreement", source="Invented", body=" \n"
    )
    assert [(where, "provider agreement has no text" in sentence) for where, sentence in lacking(market)] == [
        ("agreement", True)
    ]


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (INSURANCE, True),
        ({**INSURANCE, "minimum_cover": 5_000_000}, False),
        ({"key": "cyber", "title": "Cyber insurance"}, True),
        ({"key": "complaints_policy", "title": "Complaints policy"}, False),
    ],
)
def test_insurance_without_a_minimum_amount_of_cover_is_reported_as_missing(kind, named):
    assert [where for where, _ in lacking(draft(evidence=[kind]))] == (["evidence"] if named else [])


@pytest.mark.postgres15
def test_an_attempt_to_open_a_market_reports_everything_missing_and_leaves_no_trace():
    market = draft(questions=asking("no-marks", question("name")), promises={})
    before = database_rows()
    with pytest.raises(Refused) as refusal:
        commands.open(market, seen=market.terms.fingerprint, by=olivia(market.authority), at=NOW)
    assert [problem.where for problem in refusal.value.problems] == ["questions", "questions", "promises"]
    assert database_rows() == before
