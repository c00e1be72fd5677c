"""Tests for countersigning with a code, for opening, extending and modifying a market, and for giving roles."""

import io
import re
import zipfile
from html import unescape

import pytest
from django.urls import reverse

from calloff.agreements.models import Signature
from calloff.agreements.states import AgreementStatus
from calloff.markets.commands import appoint, load
from calloff.markets.models import MarketGrant, MarketModification
from calloff.markets.states import MarketStatus
from calloff.outbox.models import Message
from calloff.people.commands import accept_invitation
from calloff.people.models import Invitation, Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory
from tests.markets.scenario import staffed
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


def words(answer):
    return answer.content.decode()


def market_at(market, verb):
    return reverse(f"authority:market-{verb}", args=[market.authority.slug, market.slug])


def officer(authority):
    return browser(person(Role.CONTRACTS_OFFICER, at=authority))


@pytest.fixture
def signed(authority):
    agreement = AgreementFactory(authority=authority, to_countersign=True)
    Signature.objects.create(
        agreement=agreement, side="provider", person=person(Role.PROVIDER_SIGNATORY, at=agreement.provider),
        name="Sian", role="Director", authority="The board", text_sha256=agreement.text.sha256, signed_at=NOW,
    )  # fmt: skip
    return agreement


def test_an_officer_can_countersign_an_agreement_with_an_emailed_code(signed, authority):
    here = officer(authority)
    path = reverse("authority:agreement-countersign", args=[authority.slug, signed.reference])
    page = words(here.get(path))
    assert "Sian" in page
    assert 'value="Olivia"' in page
    typed = {"name": "Olivia Officer", "role": "Head of contracts", "authority": "Delegated", "code": ""}
    send = reverse("authority:agreement-send-code", args=[authority.slug, signed.reference])
    sent = words(here.post(send, typed, follow=True))
    assert "We have sent a code to" in sent
    for part in ("Olivia Officer", "Head of contracts", "Delegated"):
        assert f'value="{part}"' in sent  # The page still contains what the person typed.
    digits = re.search(r"\b(\d{6})\b", Message.objects.get(secret=True).body).group(1)
    form = {"name": "Olivia Officer", "role": "Contracts officer", "authority": "Delegated by the Director"}
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    assert "The code is wrong." in words(here.post(path, form | {"code": wrong}))
    assert "Enter your authority to sign" in words(here.post(path, form | {"authority": "", "code": digits}))
    assert here.post(path, form | {"code": digits}).status_code == 303
    signed.refresh_from_db()
    assert signed.status == AgreementStatus.IN_FORCE
    answer = here.get(reverse("authority:agreement-paper", args=[authority.slug, signed.reference]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer.close()


def test_the_page_of_a_market_shows_law_and_promises_separately(market):
    page = words(officer(market.authority).get(market_at(market, "rules")))
    law, own = (
        page.index("Required by law") if "Required by law" in page else 0,
        page.index("This market’s own rules"),
    )
    assert own > law
    assert "An application is decided within 10 working days of receipt." in page[own:]


def test_a_market_can_be_opened_from_its_page(authority):
    draft = MarketFactory(authority=staffed(authority), draft=True)
    here = officer(authority)
    assert f"Open {draft}" in words(here.get(market_at(draft, "open")))
    assert here.post(market_at(draft, "open"), {"seen": draft.terms.fingerprint}).status_code == 303
    draft.refresh_from_db()
    assert draft.status == MarketStatus.OPEN


def test_the_page_lists_everything_missing_and_links_to_it(authority):
    staffed(authority)
    draft = MarketFactory(authority=authority, draft=True, changes={"promises": {}})
    Organisation.objects.filter(pk=authority.pk).update(address="")
    RoleGrant.objects.filter(organisation=authority, role=Role.APPROVER).update(ends_at=NOW)
    here = officer(authority)
    page = here.get(market_at(draft, "open")).content.decode()
    for sentence, href in (
        ("has no address for its decision letters", reverse("authority:details-amend", args=[authority.slug])),
        ("the market has no approver", market_at(draft, "appoint")),
        ("it has no time limit for decisions", market_at(draft, "rules")),
    ):
        assert re.search(rf'href="{re.escape(href)}"[^>]*>[^<]*{sentence}', page), sentence
    assert "Already done: The market has a category" in words(here.get(market_at(draft, "open")))
    refused = here.post(market_at(draft, "open"), {"seen": draft.terms.fingerprint})
    assert "There is a problem" in words(refused)
    assert "the market has no approver" in words(refused)
    draft.refresh_from_db()
    assert draft.status == MarketStatus.DRAFT


def test_an_extension_moves_both_dates_and_has_a_number(market):
    here = officer(market.authority)
    form = {
        "closes_on-day": "31", "closes_on-month": "5", "closes_on-year": "2026",
        "term_ends_on-day": "31", "term_ends_on-month": "8", "term_ends_on-year": "2029", "reason": "The need goes on.",
    }  # fmt: skip
    assert "Enter a reason." in words(here.post(market_at(market, "extend"), form | {"reason": ""}))
    assert here.post(market_at(market, "extend"), form).status_code == 303
    page = words(here.get(reverse("authority:market", args=[market.authority.slug, market.slug])))
    assert "The need goes on." in page
    assert "31 Aug 2029" in page
    assert "The need goes on." in words(here.get(market_at(market, "history")))


def test_the_modification_page_says_what_cannot_be_changed_and_shows_the_old_wording(market):
    here = officer(market.authority)
    page = words(here.get(market_at(market, "modify")))
    assert "You cannot change the market’s categories, questions" in page
    old = market.summary
    answer = here.post(market_at(market, "modify"), {"what": "summary", "new": "New words.", "reason": "Clearer."})
    assert answer.status_code == 303
    kept = MarketModification.objects.get()
    assert (kept.number, kept.old, kept.new) == (1, old, "New words.")
    refused = here.post(market_at(market, "modify"), {"what": "lot", "new": "Words.", "reason": "Clearer."})
    assert "Select the category whose description changes" in words(refused)


def test_a_market_can_be_exported_as_a_pack(market):
    answer = officer(market.authority).get(market_at(market, "export"))
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert f"{market.slug}/agreement.md" in names


def test_an_administrator_can_invite_a_person_to_a_role_and_later_end_the_role(authority):
    here = browser(person(Role.ADMINISTRATOR, at=authority))
    path = reverse("authority:people-invite", args=[authority.slug])
    here.post(path, {"email": "Nora@example.org", "roles": [Role.EVALUATOR]})
    nora = UserFactory(name="Nora", email="nora@example.org")
    accept_invitation(Invitation.objects.get(), by=nora, at=NOW)
    grant = RoleGrant.objects.get(person=nora)
    here.post(reverse("authority:person-end", args=[authority.slug, grant.pk]))
    grant.refresh_from_db()
    assert grant.status == "ended"
    page = words(here.get(reverse("authority:people-history", args=[authority.slug])))
    assert "Role accepted" in page


def test_the_home_page_shows_tasks_for_the_role_and_counts_that_are_links(signed, authority):
    page = words(officer(authority).get(reverse("authority:home", args=[authority.slug])))
    assert f"Countersign the agreement with {signed.provider}" in page
    evaluator = browser(person(Role.EVALUATOR, at=authority))
    nothing = words(evaluator.get(reverse("authority:home", args=[authority.slug])))
    assert "You have no tasks at the moment." in nothing


def test_go_to_finds_only_records_that_the_person_can_see(signed, authority):
    go = reverse("account:go-to")
    found = officer(authority).post(go, {"words": signed.reference.lower()})
    assert found.headers["Location"] == reverse("authority:agreement", args=[authority.slug, signed.reference])
    stranger = officer(AgreementFactory().authority)
    assert stranger.post(go, {"words": signed.reference}).status_code == 404


def test_go_to_finds_a_provider_by_words_of_its_name_or_lists_several(signed, authority):
    go, officers = reverse("account:go-to"), officer(authority)
    harbour = MemberFactory(market=MarketFactory(authority=authority), provider=ProviderFactory(name="Harbour Café"))
    there = officers.post(go, {"words": "harbour cafe"})
    assert there.headers["Location"] == reverse("authority:provider", args=[authority.slug, harbour.provider.slug])
    MemberFactory(market=harbour.market, provider=ProviderFactory(name="The Harbour"))
    there = officers.post(go, {"words": "Harbour"})
    assert there.headers["Location"] == reverse("authority:providers", args=[authority.slug]) + "?words=Harbour"
    assert officers.post(go, {"words": "harbourmaster"}).status_code == 404
    assert officer(AgreementFactory().authority).post(go, {"words": "Harbour"}).status_code == 404


def test_a_market_that_was_reloaded_must_be_read_again_before_opening(authority):
    market = MarketFactory(authority=staffed(authority), status="draft")
    here, path = officer(authority), market_at(market, "open")
    read = fingerprint_on(here.get(path))
    assert read == market.terms.fingerprint
    by = person(Role.CONTRACTS_OFFICER, at=authority)
    other = market.pack.model_copy(update={"summary": "Other terms than were read"})
    load(other, authority=authority, by=by, at=NOW)
    refused = here.post(path, {"seen": read, "justification": ""})
    assert "This market has changed since you opened this page. Read it again" in words(refused)
    market.refresh_from_db()
    assert market.status == MarketStatus.DRAFT
    assert fingerprint_on(refused) == market.terms.fingerprint != read


def fingerprint_on(answer):
    return re.search(r'name="seen" value="(\w+)"', words(answer))[1]


@pytest.mark.parametrize("verb", ["appoint", "end-role"])
def test_giving_or_ending_a_role_in_one_market_asks_for_the_password_again(market, verb):
    colleague = person(Role.EVALUATOR, at=market.authority)
    contracts_officer = person(Role.CONTRACTS_OFFICER, at=market.authority)
    given = appoint(market, colleague, role=Role.APPROVER, by=contracts_officer, at=NOW) if verb == "end-role" else None
    address = reverse(
        f"authority:market-{verb}", args=[market.authority.slug, market.slug, *([given.pk] if given else [])]
    )
    sent = {"email": colleague.email, "role": Role.APPROVER}
    before = MarketGrant.objects.filter(ends_at=None).count()
    answer = browser(contracts_officer, recently=False).post(address, sent)
    assert answer.url.startswith(reverse("account:again"))
    assert MarketGrant.objects.filter(ends_at=None).count() == before
    assert browser(contracts_officer).post(address, sent).status_code == 303
    assert MarketGrant.objects.filter(ends_at=None).count() == 1 - before


def test_a_people_administrator_can_confirm_a_market_role_on_a_separate_page(market):
    colleague = person(Role.EVALUATOR, at=market.authority)
    officer, administrator = (person(one, at=market.authority) for one in (Role.CONTRACTS_OFFICER, Role.ADMINISTRATOR))
    sent = {"email": colleague.email, "role": Role.APPROVER}
    page = browser(officer).post(market_at(market, "appoint"), sent, follow=True)
    assert "must confirm this role before it starts" in words(page)
    assert "Waiting for a second person" in words(page)
    grant = MarketGrant.objects.get(person=colleague)
    address = reverse("authority:market-confirm-role", args=[market.authority.slug, market.slug, grant.pk])
    assert address not in words(page)
    assert browser(officer).post(address).status_code == 403
    here = browser(administrator)
    assert address in words(here.get(reverse("authority:home", args=[market.authority.slug])))
    assert f"{officer.name} wants to give {colleague.name}" in words(here.get(address))
    page = here.post(address, follow=True)
    assert f"{colleague.name} now has the role of “Approver”" in words(page)
    again = here.post(address)
    assert (again.status_code, "already been confirmed" in words(again)) == (200, True)
    grant.refresh_from_db()
    assert grant.confirmed_by == administrator


def test_each_number_of_agreements_leads_to_exactly_these_agreements(signed, authority):
    school = SchoolOrganisationFactory(host=authority)
    placed = AgreementFactory(authority=authority, kind="placement", buyer=school, to_countersign=True)
    AgreementFactory(authority=authority, unsigned=True)
    AgreementFactory(authority=authority)
    AgreementFactory(authority=authority, paper_only=True)
    here, path = officer(authority), reverse("authority:agreements", args=[authority.slug])
    page = words(here.get(path))
    [numbers] = re.findall(r'aria-label="Numbers of agreements">(.*?)</nav>', page, re.S)
    links = re.findall(r'href="([^"]+)"[^>]*>([^<]+) <span class="calloff-picks__number">(\d+)</span>', numbers)
    assert {text: int(number) for _, text, number in links} == {
        "To countersign": 1, "With the school or team": 1, "Awaiting signature": 1, "In force": 2, "All": 5,
    }  # fmt: skip
    for href, _, number in links:
        found = words(here.get(unescape(href)))
        assert f"of {number} agreement" in found
        assert 'aria-current="true"' in found
    assert "With the school or team" in page
    assert placed.reference in words(here.get(f"{path}?status=to_countersign&kind=placement"))
