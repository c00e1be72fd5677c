"""Tests for the pages with the eligibility questions before an application, and for how assessors see the answers."""

import pytest
from django.urls import reverse

from calloff.applications.models import Application, EligibilityCheck
from calloff.people.permissions import Role
from tests.applications.test_eligibility import ASKED
from tests.factories import NOW, person
from tests.factories_markets import ELIGIBLE, ApplicationFactory, MarketFactory
from tests.web.provider.test_apply import hidden, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking():
    return MarketFactory(changes=ASKED)


def test_choosing_categories_leads_first_to_their_eligibility_questions(signed_in, to, market):
    answer = signed_in.post(to("market-apply", market.code), {"lots": ["1", "2"]})
    assert answer.url == f"{to('market-eligibility', market.code)}?lots=1&lots=2"
    page = page_of(signed_in, answer.url)
    assert "Do you work with children?" in page
    assert "We save your answers with the application" in page
    assert not Application.objects.exists()


def test_an_answer_that_makes_the_provider_ineligible_is_shown_next_to_its_question(signed_in, to, market):
    address = f"{to('market-eligibility', market.code)}?lots=1"
    page = signed_in.post(address, {**hidden(page_of(signed_in, address)), "children": "no"}).content.decode()
    assert "You cannot apply because you answered “No” to “Do you work with children?”" in page
    assert 'href="#id_children"' in page
    assert 'value="no" checked' in page
    assert not Application.objects.exists()


def test_an_unanswered_eligibility_question_is_reported(signed_in, to, market):
    address = f"{to('market-eligibility', market.code)}?lots=1"
    page = signed_in.post(address, hidden(page_of(signed_in, address))).content.decode()
    assert "There is a problem" in page
    assert not Application.objects.exists()


def test_clicking_twice_does_not_start_a_second_application(signed_in, to, market):
    address = f"{to('market-eligibility', market.code)}?lots=1"
    sent = {**hidden(page_of(signed_in, address)), **ELIGIBLE, "once_key": "k" * 24}
    first, second = (signed_in.post(address, sent) for _ in range(2))
    assert first.url == second.url
    assert Application.objects.count() == EligibilityCheck.objects.count() == 1


def test_only_questions_for_the_chosen_categories_are_asked(signed_in, to, asking):
    address = to("market-eligibility", asking.code)
    one, both = (page_of(signed_in, f"{address}?{lots}") for lots in ("lots=1", "lots=1&lots=2"))
    assert "Do you record online sessions?" not in one
    assert "Do you record online sessions?" in both


def test_adding_a_category_asks_its_eligibility_questions_before_saving(signed_in, to, provider, asking):
    draft = ApplicationFactory(provider=provider, market=asking)
    answer = signed_in.post(to("application-choose-lots", draft.reference), {"lots": ["1", "2"]})
    assert answer.url == f"{to('application-eligibility', draft.reference)}?lots=1&lots=2"
    page = page_of(signed_in, answer.url)
    assert 'value="yes" checked' in page
    done = signed_in.post(answer.url, {**hidden(page), **ELIGIBLE, "recorded": "yes"})
    assert done.url == to("application", draft.reference)
    draft.refresh_from_db()
    assert (draft.lots, draft.eligibility.answers) == ([1, 2], {**ELIGIBLE, "recorded": "yes"})


def test_a_closed_market_does_not_show_eligibility_questions(signed_in, to):
    closed = MarketFactory(closes_at=NOW)
    assert signed_in.get(f"{to('market-eligibility', closed.code)}?lots=1").url == to("market-apply", closed.code)
    page = signed_in.post(to("market-apply", closed.code), {"lots": ["1"]}).content.decode()
    assert "Applications closed" in page


@pytest.mark.postgres15
def test_an_application_starts_immediately_if_there_are_no_eligibility_questions(signed_in, to):
    market = MarketFactory(changes={"eligibility": None})
    assert "Start application" in page_of(signed_in, to("market-apply", market.code))
    answer = signed_in.post(to("market-apply", market.code), {"lots": ["1"]})
    assert answer.url == to("application", Application.objects.get().reference)


def test_answers_from_the_public_eligibility_check_are_carried_over(signed_in, to, market):
    check = reverse("public:eligibility", args=[market.authority.slug, market.slug])
    verdict = page_of(signed_in, f"{check}?lots=1&section-shown=children&children=yes")
    address = f"{to('market-eligibility', market.code)}?lots=1&amp;section-shown=children&amp;children=yes"
    assert address in verdict
    assert 'value="yes" checked' in page_of(signed_in, address.replace("&amp;", "&"))
    assert not Application.objects.exists()


def test_the_page_for_checking_an_older_draft_leads_to_the_eligibility_questions(signed_in, to, provider):
    old = ApplicationFactory(provider=provider, unasked=True)
    address = to("application-eligibility", old.reference)
    assert f'href="{address}"' in page_of(signed_in, to("application-check", old.reference))
    signed_in.post(address, {**hidden(page_of(signed_in, address)), **ELIGIBLE})
    assert "You cannot submit yet" not in page_of(signed_in, to("application-check", old.reference))


def test_assessors_see_the_eligibility_answers_and_which_of_them_to_consider(client, asking):
    sent = ApplicationFactory(
        market=asking, eligible={**ELIGIBLE, "registered": "no"}, status="assessing", assessment_began_at=NOW
    )
    client.force_login(person(Role.EVALUATOR, at=asking.authority))
    page = page_of(client, reverse("authority:application-submitted", args=[asking.authority.slug, sent.reference]))
    assert "Do you work with children?" in page
    assert "“Are you registered as a school?” is “No”. The council must consider this answer" in page
