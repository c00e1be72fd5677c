"""Tests for the second step of people who can read records about children: an app, a security key or an emailed
code.
"""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from calloff.accounts import commands, guarded_roles, queries
from calloff.accounts.models import EmailCode, MailboxReset, SignInRules
from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.permissions import AUTHORITY_ROLES, Can, Role, roles_with
from calloff.pupils.disclosure_policy import READER_BY_STAGE_AND_PERMISSION
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    TeamFactory,
    person,
)
from tests.web.account.people import PASSWORD, able_to_sign_in, code_sent_to, second_step, sign_in

pytestmark = pytest.mark.django_db

NEEDING = {
    Role.PROVIDER_LEAD, Role.PROVIDER_STAFF, Role.PROVIDER_SAFEGUARDING, Role.AP_LEAD, Role.COMMISSIONER, Role.HEAD,
    Role.SAFEGUARDING_LEAD, *AUTHORITY_ROLES,
}  # fmt: skip
CHILD = "account:join"  # This stands for any page that needs the second step.


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def ruth():
    return able_to_sign_in(person(Role.AP_LEAD, at=SchoolOrganisationFactory(host=AuthorityFactory())))


def at_a_place(role):
    return person(role, at=AuthorityFactory() if role in AUTHORITY_ROLES else ProviderFactory())


def later(monkeypatch, **time):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(**time))


@pytest.mark.parametrize("role", Role)
def test_a_role_that_can_read_childrens_records_needs_a_second_step(role):
    assert queries.needs_second_step(at_a_place(role), NOW) is (role in NEEDING)


@pytest.mark.parametrize("needs", sorted({needs for _, needs in READER_BY_STAGE_AND_PERMISSION} | {Can.SEE_PUPILS}))
def test_every_page_that_shows_a_childs_record_needs_a_second_step(needs):
    if needs in set(Role):
        assert needs in guarded_roles.SECOND_STEP_ROLES
    else:
        assert needs in guarded_roles.CHILD_RECORD_PERMISSIONS, (
            "PupilQuerySet.visible_to or a disclosure opens records by it"
        )
        assert set(roles_with(needs)) <= set(guarded_roles.SECOND_STEP_ROLES)


def test_an_ended_role_no_longer_needs_a_second_step():
    somebody = at_a_place(Role.PROVIDER_LEAD)
    grant = somebody.grants.get()
    grant.ends_at = NOW
    grant.save()
    somebody.forget_roles()
    assert not queries.needs_second_step(somebody, NOW)


def test_a_code_emailed_at_sign_in_gives_access_to_every_page(client, ruth):
    assert sign_in(client, ruth).status_code == 302
    asked = client.get(reverse(CHILD))
    assert asked.url == f"{reverse('account:second-step')}?next=%2Faccount%2Fjoin"
    there = client.get(asked.url)
    assert there.url == f"{reverse('account:email-code')}?next=%2Faccount%2Fjoin"
    assert "Enter the code we sent you" in client.get(there.url).content.decode()
    back = client.post(there.url, {"code": code_sent_to(ruth.email)})
    assert back.url == reverse(CHILD)
    assert client.get(back.url).status_code == 200


def test_before_the_second_step_a_person_cannot_open_a_page_or_add_a_sign_in_method(client, ruth):
    sign_in(client, ruth)
    for name in ("security", "app", "keys", "key-add", "codes", "join", "home", "time-out", "password", "email"):
        answer = client.get(reverse(f"account:{name}"))
        assert answer.status_code == 302, name
        assert answer.url.startswith(reverse("account:second-step")), name
    assert not Authenticator.objects.exists()


def test_the_code_is_stored_as_a_keyed_digest_and_deleted_from_the_outbox(client, ruth):
    sign_in(client, ruth)
    code = code_sent_to(ruth.email)
    assert re.fullmatch(r"\d{6}", code)
    assert code not in EmailCode.objects.get().digest
    assert Message.objects.get(address=ruth.email).secret


def test_after_five_wrong_codes_the_correct_code_does_not_work_either(client, ruth):
    sign_in(client, ruth)
    code = code_sent_to(ruth.email)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert (
            "The code is wrong or has expired"
            in client.post(reverse("account:email-code"), {"code": wrong}).content.decode()
        )
    assert not commands.enter_code(ruth, code, at=NOW)
    assert EmailCode.objects.get().attempts == 5


@pytest.mark.parametrize(("seconds", "fine"), [(599, True), (600, False)])
def test_an_emailed_code_is_valid_for_ten_minutes(client, ruth, monkeypatch, seconds, fine):
    sign_in(client, ruth)
    later(monkeypatch, seconds=seconds)
    assert (second_step(client, ruth).status_code == 302) is fine


def test_an_emailed_code_works_once_and_a_new_one_replaces_it(client, ruth):
    sign_in(client, ruth)
    first = code_sent_to(ruth.email)
    client.post(reverse("account:email-code"), {"send": "1"})
    assert not commands.enter_code(ruth, first, at=NOW) or first == code_sent_to(ruth.email)
    second = code_sent_to(ruth.email)
    assert commands.enter_code(ruth, second, at=NOW)
    assert not commands.enter_code(ruth, second, at=NOW)


def test_a_code_emailed_to_another_person_does_not_work(client, ruth):
    sign_in(client, ruth)
    ben = able_to_sign_in(person(Role.HEAD, at=SchoolOrganisationFactory()))
    commands.send_code(ben, at=NOW)
    if code_sent_to(ben.email) != code_sent_to(ruth.email):
        assert not commands.enter_code(ruth, code_sent_to(ben.email), at=NOW)


def test_no_more_than_five_codes_an_hour_are_emailed(client, ruth):
    sign_in(client, ruth)
    for _ in range(4):
        client.post(reverse("account:email-code"), {"send": "1"})
    page = client.post(reverse("account:email-code"), {"send": "1"})
    assert "too many codes" in page.content.decode()
    assert EmailCode.objects.count() == 5


def test_an_emailed_code_does_not_count_after_a_reset_by_email(client, ruth):
    client.post(reverse("account:reset"), {"email": ruth.email})
    client.post(reverse("account:reset-code"), {"code": code_sent_to(ruth.email)})
    client.post(reverse("account:reset-password"), {"password1": "four quite other words"})
    assert MailboxReset.objects.get().person == ruth
    sent = EmailCode.objects.count()

    sign_in(client, ruth, "four quite other words")
    assert EmailCode.objects.count() == sent
    page = client.get(client.get(reverse(CHILD)).url)
    assert "You need help from a colleague to sign in" in page.content.decode()
    assert client.post(reverse("account:email-code"), {"send": "1"}).url == reverse("account:second-step")
    assert client.get(reverse("account:app")).url.startswith(reverse("account:second-step"))


def test_a_browser_that_has_passed_the_second_step_can_use_an_emailed_code_after_a_reset(client, ruth):
    sign_in(client, ruth)
    second_step(client, ruth)
    client.post(reverse("account:sign-out"))
    commands.note_mailbox_reset(ruth, at=NOW)

    sign_in(client, ruth)
    assert second_step(client, ruth).url == reverse("account:home")

    elsewhere = Client()
    sign_in(elsewhere, ruth)
    assert "You need help" in elsewhere.get(elsewhere.get(reverse(CHILD)).url).content.decode()


def test_a_password_changed_after_a_second_step_allows_emailed_codes_again(client, ruth):
    sign_in(client, ruth)
    second_step(client, ruth)
    commands.note_mailbox_reset(ruth, at=NOW)
    client.post(reverse("account:password"), {"oldpassword": PASSWORD, "password1": "four quite other words"})
    assert not MailboxReset.objects.exists()


def test_once_an_authenticator_app_is_set_up_no_codes_are_emailed(client, ruth):
    TOTP.activate(ruth, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert sign_in(client, ruth).url == reverse("account:second-factor")
    assert not EmailCode.objects.exists()


def test_a_session_that_began_before_the_app_was_set_up_must_use_the_app_too(client, ruth):
    sign_in(client, ruth)
    TOTP.activate(ruth, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert client.get(client.get(reverse(CHILD)).url).url.startswith(reverse("account:again-code"))


@pytest.mark.parametrize(
    ("factory", "role", "allowed"),
    [
        (ProviderFactory, Role.PROVIDER_LEAD, True),
        (SchoolOrganisationFactory, Role.HEAD, True),
        (TeamFactory, Role.COMMISSIONER, False),
        (AuthorityFactory, Role.APPROVER, False),
    ],
)
def test_emailed_codes_are_allowed_by_default_except_at_councils(factory, role, allowed):
    assert queries.may_use_email_codes(person(role, at=factory()), NOW) is allowed


def test_emailed_codes_must_be_allowed_by_all_of_a_persons_organisations():
    somebody = person(Role.HEAD, at=SchoolOrganisationFactory())
    strict = SchoolOrganisationFactory()
    RoleGrantFactory(person=somebody, organisation=strict, role=Role.AP_LEAD)
    assert queries.may_use_email_codes(somebody, NOW)
    SignInRules.objects.create(organisation=strict, email_codes=False)
    assert not queries.may_use_email_codes(somebody, NOW)
    somebody.grants.filter(organisation=strict).update(ends_at=NOW)
    assert queries.may_use_email_codes(somebody, NOW)


def test_a_person_must_set_up_an_app_if_emailed_codes_are_not_allowed(client):
    school = SchoolOrganisationFactory()
    SignInRules.objects.create(organisation=school, email_codes=False)
    helen = able_to_sign_in(person(Role.HEAD, at=school))
    sign_in(client, helen)
    assert not EmailCode.objects.exists()
    assert client.get(reverse(CHILD)).url == reverse("account:security")
    assert "People in your role need one" in client.get(reverse("account:security")).content.decode()
    assert client.post(reverse("account:email-code"), {"send": "1"}).url == reverse("account:second-step")


def test_the_demonstration_does_not_require_a_second_step_but_people_can_try_it(client, settings, ruth):
    settings.DEMONSTRATION = settings.SECOND_STEP_WAIVED = True
    sign_in(client, ruth)
    assert client.get(reverse(CHILD)).status_code == 200
    assert not EmailCode.objects.exists()
    client.post(reverse("account:email-code"), {"send": "1"})
    assert second_step(client, ruth).url == reverse("account:home")


@pytest.fixture
def had_one(client, ruth):
    """Return a person who used emailed codes, at a school that no longer allows them."""
    sign_in(client, ruth)
    second_step(client, ruth)
    SignInRules.objects.create(organisation=ruth.grants.get().organisation, email_codes=False)
    return ruth


def test_a_person_who_cannot_use_their_second_step_needs_an_emailed_code_to_set_up_another(had_one):
    elsewhere = Client()
    sign_in(elsewhere, had_one)
    for page in ("account:app", "account:key-add", "account:security"):
        to = elsewhere.get(reverse(page)).url
        assert to.startswith(reverse("account:second-step"))
        assert elsewhere.get(to).url.startswith(reverse("account:email-code"))
    elsewhere.post(reverse("account:email-code"), {"send": "1"})
    assert second_step(elsewhere, had_one).url == reverse("account:security")
    assert elsewhere.get(reverse("account:security")).status_code == 200
    assert elsewhere.get(reverse("account:app")).status_code == 200
    assert elsewhere.get(reverse(CHILD)).url == reverse("account:security")  # The person cannot open any other page.


def test_an_emailed_code_does_not_count_if_the_password_was_reset_by_email(had_one):
    commands.note_mailbox_reset(had_one, at=NOW)
    elsewhere = Client()
    sign_in(elsewhere, had_one)
    page = elsewhere.get(elsewhere.get(reverse("account:app")).url)
    assert "You need help from a colleague to sign in" in page.content.decode()
    assert elsewhere.post(reverse("account:email-code"), {"send": "1"}).url == reverse("account:second-step")
