"""Tests for the pages on which people ask questions about a market, and on which officers answer and publish them."""

import re
from html import unescape

import pytest

from calloff.applications.models import Enquiry
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands as markets
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import EnquiryFactory, MarketFactory

pytestmark = pytest.mark.django_db

MARKET, ASK = "/borchester/markets/market-tst", "/account/enquiries/borchester/market-tst/ask"


@pytest.fixture(autouse=True)
def market(db):
    return MarketFactory(authority=AuthorityFactory(slug="borchester", name="Borchester"), code="TST")


@pytest.fixture
def olivia(market):
    return person(Role.CONTRACTS_OFFICER, at=market.authority)


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_market_page_leads_to_the_team_and_a_stranger_first_signs_in(client, market, olivia):
    for part in ("", "/how-to-apply"):
        page = client.get(MARKET + part)
        assert f'href="{ASK}"' in page.content.decode()
        assert "The council aims to answer" not in text(page)  # No one has made this promise.
    promise = {"what": "contact_answer_working_days", "reason": "We promise it.", "by": olivia, "at": NOW}
    for wrong in ("", "0", "21", "five", "²"):
        with pytest.raises(Refused, match="Enter a number of working days from 1 to 20"):
            markets.modify(market, new=wrong, **promise)
    markets.modify(market, new="3", **promise)
    with pytest.raises(Refused, match="You have not changed the text"):
        markets.modify(market, new="3", **promise)
    assert "The council aims to answer within 3 working days." in text(client.get(MARKET))
    assert client.get(ASK).url == f"/account/sign-in?next={ASK}"


def test_a_question_is_asked_answered_and_published_without_names(client, olivia):
    provider = ProviderFactory(name="Windmill Hill", slug="windmill")
    ada = person(Role.PROVIDER_LEAD, at=provider)
    client.force_login(ada)
    asked = client.post(ASK, {"question": "May Windmill Hill apply twice?", "provider": "windmill"}).url
    enquiry = Enquiry.objects.get()
    assert enquiry.provider == provider
    shown = text(client.get(asked))
    assert "Answer due" not in shown
    assert "Question sent" in shown
    assert "May Windmill Hill apply twice?" in text(client.get(ASK))

    client.force_login(olivia)
    home = f"/authorities/borchester/enquiries/{enquiry.pk}"
    assert "Answer a question from Windmill Hill" in text(client.get("/authorities/borchester/"))
    assert "May Windmill Hill apply twice?" in text(client.get("/authorities/borchester/markets/market-tst/enquiries"))
    client.post(f"{home}/answer", {"answer": "Once is enough."})
    named = client.post(
        f"{home}/publish", {"published_question": "May Windmill Hill apply?", "published_answer": "Once is enough."}
    )
    assert "Remove the name of the person or provider who asked" in text(named)
    assert "Windmill" not in text(client.get(f"{MARKET}/how-to-apply"))
    client.post(
        f"{home}/publish", {"published_question": "May a provider apply twice?", "published_answer": "Once is enough."}
    )

    assert "Change published question and answer" in text(client.get(home))
    client.logout()
    assert "Sign in to ask the council a question" in text(client.get(MARKET))
    assert "Read 1 answer to other people’s questions" in text(client.get(MARKET))
    public = text(client.get(f"{MARKET}/how-to-apply"))
    assert "May a provider apply twice? Once is enough." in public
    assert "Windmill" not in public

    client.force_login(ada)
    assert "Once is enough." in text(client.get(asked))
    assert "Sign in to ask" not in text(client.get(MARKET))


def test_another_person_cannot_read_a_question_but_a_colleague_who_applies_can(client):
    provider = ProviderFactory(slug="windmill")
    ada = person(Role.PROVIDER_LEAD, at=provider)
    client.force_login(ada)
    asked = client.post(ASK, {"question": "May we apply twice?", "provider": "windmill"}).url
    client.force_login(UserFactory())
    assert client.get(asked).status_code == 404
    client.force_login(person(Role.PROVIDER_STAFF, at=provider))
    assert client.get(asked).status_code == 404
    assert "May we apply twice?" not in text(client.get(ASK))
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    assert client.get(asked).status_code == 200
    assert "May we apply twice?" in text(client.get(ASK))
    RoleGrant.objects.filter(person=ada).update(ends_at=NOW)
    client.force_login(ada)
    assert client.get(asked).status_code == 404


def test_a_person_without_a_provider_asks_for_themselves(client, olivia):
    client.force_login(UserFactory())
    page = client.get(ASK).content.decode()
    assert 'name="provider"' not in page
    asked = client.post(ASK, {"question": "May a charity apply?"}).url
    assert Enquiry.objects.get().provider is None
    assert client.post(f"{asked}/withdraw").status_code == 303
    shown = text(client.get(asked))
    assert "Withdrawn" in shown
    assert "Question withdrawn" in shown
    Enquiry.objects.update(asked_by=None)
    client.force_login(olivia)
    shown = text(client.get(f"/authorities/borchester/enquiries/{Enquiry.objects.get().pk}"))
    assert "Question about TST" in shown
    assert "Name deleted" in shown


def test_an_empty_question_is_refused_next_to_its_field(client):
    client.force_login(UserFactory())
    page = client.post(ASK, {"question": ""})
    assert "Enter your question" in text(page)
    assert 'href="#id_question"' in page.content.decode()


def test_a_market_that_is_not_public_has_no_page_for_questions(client, market):
    MarketFactory(authority=market.authority, code="DFT", status="draft")
    client.force_login(UserFactory())
    assert client.get("/account/enquiries/borchester/market-dft/ask").status_code == 404


def test_a_person_who_applies_for_several_providers_must_choose_who_asks(client):
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory(slug="windmill"))
    RoleGrantFactory(person=ada, organisation=ProviderFactory(slug="kite"), role=Role.PROVIDER_LEAD)
    client.force_login(ada)
    assert " checked" not in client.get(ASK).content.decode()
    assert "Select who you are asking for" in text(client.post(ASK, {"question": "May we apply twice?"}))
    client.post(ASK, {"question": "May I apply alone?", "provider": "-"})
    assert Enquiry.objects.get().provider is None


def test_an_officer_is_warned_before_publishing_if_names_cannot_be_checked(client, market, olivia):
    enquiry = EnquiryFactory(market=market, status="answered", answer="Once.", answered_by=olivia)
    client.force_login(olivia)
    page = text(client.get(f"/authorities/borchester/enquiries/{enquiry.pk}/publish"))
    assert "We cannot check your text for the name of who asked" in page


def test_an_officer_closes_a_question_and_the_person_who_asked_reads_why(client, market, olivia):
    ada = UserFactory()
    enquiry = EnquiryFactory(market=market, asked_by=ada)
    client.force_login(olivia)
    home = f"/authorities/borchester/enquiries/{enquiry.pk}"
    assert "Close without an answer" in text(client.get(home))
    assert "Enter why you are closing this question" in text(client.post(f"{home}/close", {"reason": ""}))
    closed = text(client.post(f"{home}/close", {"reason": "It was sent twice. <b>"}, follow=True))
    assert "Question closed" in closed
    assert "Closed without an answer" in closed
    assert "Answer question" not in closed
    assert "It was sent twice" in text(client.get(f"{home}/history"))
    listed = "/authorities/borchester/markets/market-tst/enquiries?state="
    assert "Waiting for an answer" not in text(client.get(f"{listed}closed")).split("All questions")[-1]
    client.force_login(ada)
    page = client.get(f"/account/enquiries/{enquiry.pk}")
    assert "It was sent twice. &lt;b&gt;" in page.content.decode()
    assert "Ask another question" in text(page)


def next_page(page):
    return unescape(re.search(r'class="govuk-pagination__next">\s*<a[^>]*href="([^"#]*)', page.content.decode())[1])


def test_long_lists_of_own_questions_and_of_published_answers_have_several_pages(client, market):
    ada = UserFactory()
    for number in range(30):
        EnquiryFactory(
            market=market, asked_by=ada, question=f"Question {number:02}?", status="published", answer="Yes.",
            answered_by=ada, published_question=f"Question {number:02}?", published_answer="Yes.", published_at=NOW,
        )  # fmt: skip
    client.force_login(ada)
    for page in (ASK, f"{MARKET}/how-to-apply"):
        first = client.get(page)
        second = client.get(page + next_page(first))
        shown = [set(re.findall(r"Question \d\d\?", one.content.decode())) for one in (first, second)]
        assert [len(one) for one in shown] == [25, 5], page
        assert not shown[0] & shown[1]
        assert client.get(f"{page}?after=rubbish").status_code in {200, 404}
