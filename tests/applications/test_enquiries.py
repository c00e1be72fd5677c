"""Tests for questions about a market: ask, withdraw, answer, publish without names, and remove."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.applications import commands, messages, queries, retention
from calloff.applications.models import Enquiry
from calloff.applications.states import EnquiryStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands as markets
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.web.history.reasons import reasons_for
from tests.factories import LONDON, NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import MarketFactory
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(db):
    return MarketFactory(authority=AuthorityFactory(), code="TST")


@pytest.fixture
def olivia(market):
    return person(Role.CONTRACTS_OFFICER, at=market.authority)


@pytest.fixture
def ada(db):
    return UserFactory(name="Ada Okafor")


def ask(market, ada, **given):
    return commands.ask_team(market, **({"question": "May we apply twice?", "by": ada, "at": NOW} | given))


def answered(market, ada, olivia, **given):
    return commands.answer_enquiry(ask(market, ada, **given), answer="Once is enough.", by=olivia, at=NOW)


def test_a_question_is_sent_to_the_officers_with_the_day_by_which_to_answer(market, olivia, ada):
    enquiry = ask(market, ada)
    assert enquiry.status == EnquiryStatus.ASKED
    # This is the end of Monday, the fifth working day.
    assert enquiry.answer_by == datetime(2026, 3, 10, tzinfo=LONDON)
    message = Message.objects.get()
    assert message.address == olivia.email
    assert message.subject == "Answer a question by the end of Monday 9 March 2026 (TST)"
    assert "twice" not in message.body


def test_the_pack_sets_how_soon_the_team_answers_and_a_bank_holiday_does_not_count(market, olivia, ada):
    markets.modify(market, what="contact_name", new="Olivia Marsh", reason="The first contact.", by=olivia, at=NOW)
    market.refresh_from_db()
    contact = market.pack.contact
    assert (contact.name, contact.telephone, contact.answer_working_days) == ("Olivia Marsh", "", None)
    thursday_before_easter = datetime(2026, 4, 2, 15, tzinfo=LONDON)
    assert ask(market, ada, at=thursday_before_easter).answer_by == datetime(2026, 4, 14, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("what", "new", "refusal"),
    [
        ("contact_telephone", "call me", "Telephone number must be digits"),
        ("contact_name", "x" * 101, "Contact’s name must"),
    ],
)
def test_the_contact_of_an_open_market_has_a_name_and_a_number_that_people_can_call(market, olivia, what, new, refusal):
    with pytest.raises(Refused, match=refusal):
        markets.modify(market, what=what, new=new, reason="New contact.", by=olivia, at=NOW)
    markets.modify(market, what="contact_telephone", new="01632 960101", reason="New.", by=olivia, at=NOW)
    market.refresh_from_db()
    assert market.pack.contact.telephone == "01632 960101"


def test_a_question_must_not_be_empty_or_too_long(market, ada):
    with pytest.raises(Refused, match="Enter your question"):
        ask(market, ada, question=" ")
    with pytest.raises(Refused, match="4,000 characters or fewer"):
        ask(market, ada, question="x" * 4001)


def test_no_one_can_ask_about_a_market_that_has_ended_or_for_a_provider_of_others(market, ada):
    with pytest.raises(Refused, match="You do not have the role to ask on behalf of"):
        ask(market, ada, provider=ProviderFactory())
    with pytest.raises(Refused, match="it has ended"):
        ask(MarketFactory(authority=market.authority, status="ended"), ada)


def test_a_person_can_ask_only_ten_questions_a_day(market, ada, settings):
    settings.RATE_LIMITS = {"enquiry": (1, 1)}
    ask(market, ada)
    with pytest.raises(Refused, match="You have asked too many questions"):
        ask(market, ada)


def test_the_person_who_asked_gets_an_email_that_does_not_contain_the_answer(market, olivia, ada):
    enquiry = answered(market, ada, olivia)
    assert (enquiry.status, enquiry.answered_by, enquiry.closed_at) == (EnquiryStatus.ANSWERED, olivia, NOW)
    message = Message.objects.get(address=ada.email)
    assert message.subject == messages.enquiry_answered(enquiry).subject
    assert "enough" not in message.body


def test_the_answer_to_a_provider_goes_to_the_people_who_apply_for_it_when_it_is_given(market, olivia, ada):
    provider = ProviderFactory()
    role = RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    lead = person(Role.PROVIDER_LEAD, at=provider)
    enquiry = ask(market, ada, provider=provider)
    role.ends_at = NOW
    role.save()
    ada.forget_roles()
    commands.answer_enquiry(enquiry, answer="Yes.", by=olivia, at=NOW)
    assert not Message.objects.filter(address=ada.email).exists()
    assert Message.objects.get(address=lead.email).subject == messages.enquiry_answered(enquiry).subject
    for seen in (Enquiry.objects.visible_to, Enquiry.objects.asked_by_side_of):
        assert (seen(ada, NOW).exists(), seen(lead, NOW).exists()) == (False, True)


def test_a_closed_account_gets_no_email_about_an_answer(market, olivia, ada):
    enquiry = ask(market, ada)
    ada.is_active = False
    ada.save()
    commands.answer_enquiry(enquiry, answer="Yes.", by=olivia, at=NOW)
    assert not Message.objects.filter(address=ada.email).exists()


def test_only_an_officer_who_runs_markets_can_answer_and_publish(market, olivia, ada):
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    enquiry = ask(market, ada)
    assert_denied(lambda by: commands.answer_enquiry(enquiry, answer="Yes.", by=by, at=NOW), others)
    told = commands.answer_enquiry(enquiry, answer="Yes.", by=olivia, at=NOW)
    assert_denied(
        lambda by: commands.publish_enquiry(told, published_question="Q", published_answer="A", by=by, at=NOW), others
    )


def test_an_officer_cannot_answer_a_question_of_their_own_provider(market, olivia, ada):
    provider = ProviderFactory()
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    RoleGrantFactory(person=olivia, organisation=provider, role=Role.PROVIDER_STAFF)
    with pytest.raises(Refused, match="You cannot answer your own question"):
        answered(market, ada, olivia, provider=provider)


def test_an_answer_must_not_be_empty_and_can_be_late(market, olivia, ada):
    enquiry = ask(market, ada)
    with pytest.raises(Refused, match="Enter your answer"):
        commands.answer_enquiry(enquiry, answer=" ", by=olivia, at=NOW)
    late = commands.answer_enquiry(enquiry, answer="Yes.", by=olivia, at=NOW + timedelta(days=40))
    assert late.status == EnquiryStatus.ANSWERED
    with pytest.raises(Refused, match="Answer given"):
        commands.answer_enquiry(enquiry, answer="No.", by=olivia, at=NOW)


def test_only_the_person_who_asked_can_withdraw_a_question(market, olivia, ada):
    enquiry = ask(market, ada)
    with pytest.raises(PermissionDenied):
        commands.withdraw_enquiry(enquiry, by=olivia, at=NOW)
    assert commands.withdraw_enquiry(enquiry, by=ada, at=NOW).status == EnquiryStatus.WITHDRAWN
    assert not queries.enquiries_to_answer(market.authority, person=olivia, at=NOW).exists()


def publish(enquiry, olivia, question="May a provider apply twice?", answer="Once is enough."):
    return commands.publish_enquiry(enquiry, published_question=question, published_answer=answer, by=olivia, at=NOW)


def test_an_answer_is_published_in_the_words_of_the_team_and_can_be_corrected_and_removed(market, olivia, ada):
    published = publish(answered(market, ada, olivia), olivia)
    assert [one.published_question for one in queries.published_enquiries(market)] == ["May a provider apply twice?"]
    assert publish(published, olivia, answer="Apply once.").published_answer == "Apply once."
    removed = commands.unpublish_enquiry(published, by=olivia, at=NOW)
    assert (removed.status, removed.published_question, removed.published_answer) == (EnquiryStatus.ANSWERED, "", "")
    assert not queries.published_enquiries(market).exists()


@pytest.mark.parametrize(
    "text", ["Ada Okafor asked", "WINDMILL HILL LEARNING can", "Wíndmill-Hill Learning Limited can", ""]
)
def test_a_published_text_never_names_who_asked(market, olivia, ada, text):
    provider = ProviderFactory(name="Windmill Hill Learning Ltd")
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    enquiry = answered(market, ada, olivia, provider=provider)
    for texts in ({"question": text}, {"answer": text}):
        with pytest.raises(Refused, match=r"Remove the name of the person or provider|Enter "):
            publish(enquiry, olivia, **texts)


def test_a_question_that_has_no_answer_cannot_be_published(market, olivia, ada):
    with pytest.raises(Refused, match="Waiting for an answer"):
        publish(ask(market, ada), olivia)


def test_the_person_who_asked_is_removed_a_year_after_the_answer(market, olivia, ada):
    enquiry, waiting = answered(market, ada, olivia), ask(market, ada)
    assert retention.forget_askers(NOW + timedelta(days=364)) == 0
    assert retention.forget_askers(NOW + timedelta(days=365)) == 1
    enquiry.refresh_from_db()
    waiting.refresh_from_db()
    assert (enquiry.asked_by, waiting.asked_by) == (None, ada)
    closed = waiting.market.closes_at
    assert retention.forget_askers(closed + timedelta(days=364)) == 0
    assert retention.forget_askers(closed + timedelta(days=367)) == 1


@pytest.mark.parametrize(("name", "text"), [("Kite & Compass Ltd", "Kite and Compass asks"), ("Вектор", "Вектор asks")])
def test_a_name_is_found_with_and_for_an_ampersand_and_in_any_alphabet(market, olivia, ada, name, text):
    provider = ProviderFactory(name=name)
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="Remove the name"):
        publish(answered(market, ada, olivia, provider=provider), olivia, question=text)


def test_names_cannot_be_checked_when_the_person_has_been_removed(market, olivia, ada):
    enquiry = answered(market, ada, olivia)
    assert commands.are_names_checked(enquiry)
    enquiry.asked_by = None
    assert not commands.are_names_checked(enquiry)


@pytest.mark.parametrize("text", ["A123456789012 is free?", "He lives at BN11 1AA", "Born 3 May 2014", "943 476 5919"])
def test_a_question_with_an_identifier_of_a_child_is_neither_stored_nor_published(market, olivia, ada, text):
    with pytest.raises(Refused, match="could identify a child"):
        ask(market, ada, question=text)
    with pytest.raises(Refused, match="could identify a child"):
        publish(answered(market, ada, olivia), olivia, question=text)


def test_a_published_answer_can_give_a_date(market, olivia, ada):
    assert publish(answered(market, ada, olivia), olivia, answer="Apply by 31 March 2026.").published_at == NOW


def test_history_says_who_was_told_of_a_question(market, olivia, ada):
    ask(market, ada)
    assert Event.objects.get(verb="ask_team").told == [olivia.pk]


def test_a_question_is_to_be_answered_before_applications_close(olivia, ada):
    closes = NOW + timedelta(days=1)
    market = MarketFactory(authority=AuthorityFactory(), opens_at=NOW - timedelta(days=9), closes_at=closes)
    assert ask(market, ada).answer_by == closes


def test_an_officer_cannot_publish_for_their_provider_or_answer_a_colleague_there(market, olivia, ada):
    provider, enquiry = ProviderFactory(), ask(market, ada)
    told = answered(market, ada, olivia)
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    RoleGrantFactory(person=olivia, organisation=provider, role=Role.PROVIDER_STAFF)
    with pytest.raises(Refused, match="You cannot answer your own question"):
        commands.answer_enquiry(enquiry, answer="Yes.", by=olivia, at=NOW)
    with pytest.raises(Refused, match="You cannot publish your own question"):
        publish(told, olivia)


def test_an_officer_closes_a_question_without_an_answer_and_the_person_who_asked_gets_an_email(market, olivia, ada):
    enquiry = ask(market, ada)
    closed = commands.close_enquiry(enquiry, reason=" It was sent twice. ", by=olivia, at=NOW)
    assert (closed.status, closed.closing_reason, closed.closed_at) == ("closed", "It was sent twice.", NOW)
    message = Message.objects.latest("pk")
    assert (message.address, message.subject) == (ada.email, "The council has closed your question (TST)")
    assert "twice" not in message.body
    assert not queries.enquiries_to_answer(market.authority, person=olivia, at=NOW).exists()
    event = Event.objects.get(verb="close_enquiry")
    assert reasons_for(event.subjects.all(), ada, NOW) == {event.subjects.get().pk: "It was sent twice."}
    assert reasons_for(event.subjects.all(), UserFactory(), NOW) == {}
    for command in (commands.withdraw_enquiry, commands.close_enquiry, commands.answer_enquiry):
        given = {"by": ada} if command is commands.withdraw_enquiry else {"by": olivia}
        given |= {"reason": "Again."} if command is commands.close_enquiry else {}
        given |= {"answer": "Yes."} if command is commands.answer_enquiry else {}
        with pytest.raises(Refused):
            command(enquiry, at=NOW, **given)


def test_the_list_of_modifications_has_no_contact_details(market, olivia):
    reason = {"reason": "A new contact.", "by": olivia, "at": NOW}
    for what, new in (("contact_name", "Olivia Marsh"), ("contact_telephone", "01632 960101")):
        modification = markets.modify(market, what=what, new=new, **reason)
        market.refresh_from_db()
        assert (modification.old, modification.new) == ("", "")
    assert (market.pack.contact.name, market.pack.contact.telephone) == ("Olivia Marsh", "01632 960101")
    other = markets.modify(market, what="contact_answer_working_days", new="3", **reason)
    assert other.new == "3"


def test_a_question_is_closed_only_with_a_reason_and_only_by_those_who_could_answer_it(market, olivia, ada):
    provider = ProviderFactory()
    enquiry = ask(market, RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD).person)
    for reason, sentence in ((" ", "Enter why you are closing"), ("x" * 4001, "must be 4,000 characters or fewer")):
        with pytest.raises(Refused, match=sentence):
            commands.close_enquiry(enquiry, reason=reason, by=olivia, at=NOW)
    RoleGrantFactory(person=olivia, organisation=provider, role=Role.PROVIDER_STAFF)
    with pytest.raises(Refused, match="You cannot close your own question"):
        commands.close_enquiry(enquiry, reason="Twice.", by=olivia, at=NOW)
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=provider, authority=market.authority)
    assert_denied(lambda by: commands.close_enquiry(enquiry, reason="Twice.", by=by, at=NOW), others)


def test_the_name_is_removed_from_a_closed_question_after_a_year(market, olivia, ada):
    enquiry = commands.close_enquiry(ask(market, ada), reason="Twice.", by=olivia, at=NOW)
    assert retention.forget_askers(NOW + timedelta(days=364)) == 0
    assert retention.forget_askers(NOW + timedelta(days=367)) == 1
    enquiry.refresh_from_db()
    assert enquiry.asked_by is None


def test_an_officer_with_a_role_at_the_provider_cannot_remove_its_published_question(market, olivia, ada):
    provider = ProviderFactory()
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_LEAD)
    enquiry = answered(market, ada, olivia, provider=provider)
    published = commands.publish_enquiry(
        enquiry, published_question="Can we apply?", published_answer="Once.", by=olivia, at=NOW
    )
    RoleGrantFactory(person=olivia, organisation=provider, role=Role.PROVIDER_STAFF)
    olivia.forget_roles()
    with pytest.raises(Refused, match="You cannot remove your own question"):
        commands.unpublish_enquiry(published, by=olivia, at=NOW)
