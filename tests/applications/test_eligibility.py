"""Tests that an application can start only if the answers to the eligibility questions of the market pass."""

import pytest
from django.db import IntegrityError, transaction

from calloff.applications import commands
from calloff.applications.eligibility import asks_eligibility, eligibility_concerns, summarise_eligibility
from calloff.applications.models import Application, EligibilityCheck
from calloff.kernel.lifecycles import Refused
from calloff.markets.commands import end
from calloff.people.permissions import Role
from calloff.questions.commands import publish_edition
from calloff.questions.schema import QuestionSet
from tests.applications.scenario import ada, fresh, submit
from tests.applications.test_start import start
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import ELIGIBILITY, ELIGIBLE, ApplicationFactory, MarketFactory
from tests.unauthorised_users import database_rows

FOR_ONLINE = {
    "key": "recorded",
    "kind": "yes_no",
    "text": "Do you record online sessions?",
    "lots": [2],
    "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No", "fails": "mandatory"}],
}
TO_CONSIDER = {
    "key": "registered",
    "kind": "yes_no",
    "text": "Are you registered as a school?",
    "required": False,
    "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No", "fails": "discretionary"}],
}
FIRST = ELIGIBILITY["sections"][0]


def asking(key, *questions):
    """Return changes to a pack which make it ask these eligibility questions."""
    return {"eligibility": {**ELIGIBILITY, "key": key, "sections": [{**FIRST, "questions": list(questions)}]}}


ASKED = asking("wider-eligibility", *FIRST["questions"], FOR_ONLINE, TO_CONSIDER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "Answer the eligibility questions before you apply"),
        ({}, "Answer the eligibility questions before you apply"),
        ({"another": "yes"}, "Do you work with children"),
        ({"children": "perhaps"}, "must be yes or no"),
        ({"children": "no"}, "You cannot apply because you answered “No” to “Do you work with children?”"),
    ],
)
def test_starting_an_application_without_passing_the_eligibility_questions_is_refused_and_leaves_no_trace(given, words):
    market, provider = MarketFactory(), ProviderFactory()
    person(Role.PROVIDER_LEAD, at=provider)
    before = database_rows()
    with pytest.raises(Refused, match=words.replace("?", r"\?")):
        start(market, provider, eligibility=given)
    assert database_rows() == before


@pytest.mark.django_db
def test_the_page_shows_which_question_made_the_provider_ineligible():
    with pytest.raises(Refused) as refusal:
        start(MarketFactory(), ProviderFactory(), eligibility={"children": "no"})
    assert [problem.where for problem in refusal.value.problems] == ["children"]


@pytest.mark.django_db
def test_eligibility_answers_are_stored_with_the_application_and_with_each_version():
    application = start(MarketFactory(), ProviderFactory(), eligibility={**ELIGIBLE, "unknown": "x"})
    check = application.eligibility_checks.get()
    assert (check.answers, check.outcome, check.edition) == (ELIGIBLE, "eligible", application.market.eligibility)
    assert (check.answered_by, check.answered_at) == (ada(application), NOW)
    sent = submit(ApplicationFactory())
    assert sent.version.eligibility == sent.eligibility_checks.get()


@pytest.mark.django_db
def test_an_answer_that_needs_consideration_does_not_prevent_applying_and_is_shown_to_assessors():
    market = MarketFactory(changes=ASKED)
    application = start(market, ProviderFactory(), eligibility={**ELIGIBLE, "registered": "no"})
    check = application.eligibility_checks.get()
    assert check.outcome == "needs_a_person"
    assert eligibility_concerns(check, {1: "Tutoring"}) == [
        "The answer to “Are you registered as a school?” is “No”. The council must consider this answer."
    ]
    [section] = summarise_eligibility(check, {1: "Tutoring"})
    assert [(row.question, row.text) for row in section.rows] == [
        ("Do you work with children?", "Yes"),
        ("Are you registered as a school?", "No"),
    ]


@pytest.mark.django_db
def test_adding_a_category_shows_its_eligibility_questions():
    market = MarketFactory(changes=ASKED)
    application = start(market, ProviderFactory(), lots=[1])
    choose = {"lots": [1, 2], "by": ada(application), "at": NOW}
    with pytest.raises(Refused, match="Do you record online sessions"):
        commands.choose_lots(application, **choose)
    with pytest.raises(Refused, match="You cannot apply because you answered “No”"):
        commands.choose_lots(application, **choose, eligibility={"recorded": "no"})
    assert fresh(application).lots == [1]
    commands.choose_lots(application, **choose, eligibility={"recorded": "yes"})
    assert fresh(application).lots == [1, 2]
    assert [check.answers for check in application.eligibility_checks.order_by("pk")] == [
        ELIGIBLE,
        {**ELIGIBLE, "recorded": "yes"},
    ]


@pytest.mark.django_db
def test_adding_a_category_without_questions_creates_no_second_eligibility_check():
    application = start(MarketFactory(), ProviderFactory(), lots=[1])
    commands.choose_lots(application, lots=[2], by=ada(application), at=NOW)
    assert application.eligibility_checks.count() == 1


@pytest.mark.django_db
def test_eligibility_answers_no_longer_count_if_their_questions_have_changed():
    """A person answers while the market is a draft. The questions then change before the market opens."""
    changed = QuestionSet.model_validate({**ASKED["eligibility"], "key": "changed-eligibility"})
    market = MarketFactory(eligibility=publish_edition(changed, NOW))
    with pytest.raises(Refused, match="Do you record online sessions"):
        start(market, ProviderFactory(), lots=[1, 2], eligibility=ELIGIBLE)
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_an_older_draft_cannot_be_submitted_without_eligibility_answers():
    old = ApplicationFactory(unasked=True)
    with pytest.raises(Refused, match="Answer the eligibility questions for these categories before you submit"):
        submit(old)
    commands.choose_lots(old, lots=[1], eligibility=ELIGIBLE, by=ada(old), at=NOW)
    assert submit(old).version.eligibility.answers == ELIGIBLE


@pytest.mark.postgres15
@pytest.mark.django_db
def test_an_application_to_a_market_without_eligibility_questions_starts_immediately():
    market = MarketFactory(changes={"eligibility": None})
    assert not asks_eligibility(market, {1: "Tutoring"})
    application = start(market, ProviderFactory(), eligibility=None)
    assert not application.eligibility_checks.exists()


@pytest.mark.postgres15
@pytest.mark.django_db
def test_an_application_to_a_category_without_eligibility_questions_starts_immediately():
    only_online = asking("online-only", FOR_ONLINE)
    market = MarketFactory(changes=only_online)
    assert start(market, ProviderFactory(), lots=[1], eligibility=None).lots == [1]


@pytest.mark.django_db
def test_a_closed_market_does_not_show_eligibility_questions():
    market = MarketFactory()
    end(market, reason="A new one is coming", by=person(Role.CONTRACTS_OFFICER, at=market.authority), at=NOW)
    with pytest.raises(Refused, match="has ended"):
        start(market, ProviderFactory(), eligibility=None)


@pytest.mark.django_db
def test_the_database_refuses_eligibility_answers_that_make_the_provider_ineligible():
    application = ApplicationFactory()
    with pytest.raises(IntegrityError, match="eligibility_check_allows_an_application"), transaction.atomic():
        EligibilityCheck.objects.create(
            application=application, edition=application.market.eligibility, answers={"children": "no"},
            outcome="not_eligible", answered_by=ada(application), answered_at=NOW,
        )  # fmt: skip


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_starting_an_application_several_times_at_the_same_moment_creates_one_eligibility_check():
    market, provider = MarketFactory(), ProviderFactory()
    by = person(Role.PROVIDER_LEAD, at=provider)
    assert all_at_once(lambda: start(market, provider, by=by)).count("done") == 1
    assert EligibilityCheck.objects.count() == 1
