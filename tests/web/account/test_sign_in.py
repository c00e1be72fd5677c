"""Tests for creating an account, confirming the address, signing in, and the limits on wrong passwords."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.models import User
from calloff.web.account import mailbox_codes
from tests.factories import NOW, UserFactory
from tests.web.account.people import PASSWORD, able_to_sign_in, code_sent_to, sign_in

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada Okafor", "email": "ada@example.org", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


def test_confirming_the_address_of_a_new_account_signs_the_person_in(client):
    response = client.post(reverse("account:sign-up"), ADA)
    assert response.url == reverse("account:confirm-email")
    assert "ada@example.org" in client.get(response.url).content.decode()
    assert "_auth_user_id" not in client.session

    response = client.post(response.url, {"code": code_sent_to("ada@example.org")})

    assert response.url == reverse("account:home")
    assert User.objects.get().name == "Ada Okafor"
    assert "Ada Okafor" in client.get(response.url).content.decode()


def test_a_wrong_code_does_not_confirm_the_address(client):
    client.post(reverse("account:sign-up"), ADA)
    page = client.post(reverse("account:confirm-email"), {"code": "WRONG1"}).content.decode()
    assert "The code is wrong" in page
    assert "_auth_user_id" not in client.session


def test_after_three_wrong_codes_the_code_no_longer_works(client):
    client.post(reverse("account:sign-up"), ADA)
    code = code_sent_to("ada@example.org")
    for _ in range(3):
        client.post(reverse("account:confirm-email"), {"code": "WRONG1"})
    client.post(reverse("account:confirm-email"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_signing_up_does_not_reveal_whether_an_address_has_an_account(client):
    able_to_sign_in(email="ada@example.org")
    response = client.post(reverse("account:sign-up"), ADA)
    assert response.url == reverse("account:confirm-email")
    assert Message.objects.get().subject == "You already have a Calloff account"
    assert User.objects.count() == 1


def test_the_errors_for_missing_details_are_instructions(client):
    page = client.post(reverse("account:sign-up"), {"password1": "short"}).content.decode()
    for words in ("Enter your name", "Enter your email address", "Password must be 12 characters or more"):
        assert words in page
    assert "<title>Error: Create an account - Calloff</title>" in page


def test_a_code_is_never_shown_on_a_page_and_is_sent_through_the_outbox(client, mailoutbox):
    client.post(reverse("account:sign-up"), ADA)
    message = Message.objects.get()
    assert message.secret
    assert message.subject == "Your code to confirm your email address"
    assert mailoutbox == []


def test_the_session_key_changes_when_a_person_signs_in(client):
    ada = able_to_sign_in()
    client.get(reverse("account:sign-in"))
    session = client.session
    session["something"] = "before"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, ada)
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert client.session.session_key != before


def test_after_five_wrong_passwords_the_correct_password_is_also_refused(client):
    ada = able_to_sign_in()
    for _ in range(5):
        assert "is wrong" in sign_in(client, ada, "wrong wrong wrong").content.decode()
    page = sign_in(client, ada)
    assert page.status_code == 200
    assert "There were too many wrong passwords. Wait 5 minutes" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_all_processes_share_the_count_of_wrong_passwords_for_an_account(client, settings):
    assert settings.CACHES["default"]["BACKEND"] == "calloff.web.session.shared_cache.SharedCache"
    ada, ben = able_to_sign_in(), able_to_sign_in()
    for _ in range(5):
        sign_in(client, ada, "wrong wrong wrong")
    assert sign_in(client, ben).status_code == 302


def test_wrong_passwords_from_elsewhere_do_not_lock_anyone_out(client):
    ada, colleagues = able_to_sign_in(), [able_to_sign_in() for _ in range(6)]
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"  # a stranger
    for _ in range(5):
        sign_in(client, ada, "wrong wrong wrong")
    assert "too many wrong passwords" in sign_in(client, ada).content.decode()
    school = Client(REMOTE_ADDR="203.0.113.9")
    for one in colleagues:  # They enter 24 wrong passwords at one school.
        for _ in range(4):
            sign_in(school, one, "wrong wrong wrong")
    sign_in(school, ada)
    assert school.session["_auth_user_id"] == str(ada.pk)


def test_each_further_wrong_password_makes_the_wait_longer(client, monkeypatch):
    ada = able_to_sign_in()
    for minutes in (0, 6):  # There are five attempts twice, with the first wait in between.
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        for _ in range(5):
            assert "is wrong" in sign_in(client, ada, "wrong wrong wrong").content.decode()
    # After only five attempts, the wait would be over by now.
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=12))
    assert "too many wrong passwords" in sign_in(client, ada).content.decode()
    assert "Wait 48 minutes" in sign_in(client, ada).content.decode()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=60))
    sign_in(client, ada)
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_an_unknown_address_and_a_wrong_password_get_the_same_response(client):
    ada = able_to_sign_in()
    known = sign_in(client, ada, "wrong wrong wrong").content.decode()
    unknown = sign_in(client, UserFactory.build(email="nobody@example.org")).content.decode()
    assert "The email address or password is wrong" in known
    assert "The email address or password is wrong" in unknown


def test_a_code_for_one_purpose_does_not_work_for_another(client):
    ada = able_to_sign_in()
    client.post(reverse("account:reset"), {"email": ada.email})
    reset_code = code_sent_to(ada.email)
    client.post(reverse("account:sign-up"), ADA | {"email": "new@example.org"})
    page = client.post(reverse("account:confirm-email"), {"code": reset_code})
    assert page.status_code == 200
    assert "The code is wrong" in page.content.decode()
    confirm_code = code_sent_to("new@example.org")
    assert "The code is wrong" in client.post(reverse("account:reset-code"), {"code": confirm_code}).content.decode()


def test_a_password_can_be_reset_with_a_code_and_the_old_password_then_stops_working(client):
    ada = able_to_sign_in()
    client.post(reverse("account:reset"), {"email": ada.email})
    assert client.post(reverse("account:reset-code"), {"code": code_sent_to(ada.email)}).status_code == 302
    client.post(reverse("account:reset-password"), {"password1": "four quite other words"})
    assert Message.objects.filter(address=ada.email, subject="Your password was reset").exists()
    assert sign_in(client, ada).status_code == 200
    assert sign_in(client, ada, "four quite other words").status_code == 302


def test_after_signing_in_a_person_returns_to_the_earlier_page_but_never_to_another_site(client):
    ada = able_to_sign_in()
    answers = {"login": ada.email, "password": PASSWORD}
    assert client.post(f"{reverse('account:sign-in')}?next=/account/join", answers).url == "/account/join"
    client.post(reverse("account:sign-out"))
    assert client.post(f"{reverse('account:sign-in')}?next=//evil.example/", answers).url == reverse("account:home")


def test_signing_out_is_a_button_and_not_a_link(client):
    ada = able_to_sign_in()
    sign_in(client, ada)
    assert client.get(reverse("account:sign-out")).status_code == 405
    client.post(reverse("account:sign-out"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("shown", [True, False])
def test_the_page_that_lists_sent_messages_exists_only_in_a_demonstration(client, settings, shown):
    settings.DEMONSTRATION = shown
    client.post(reverse("account:sign-up"), ADA)
    response = client.get(reverse("public:messages"))
    assert response.status_code == (200 if shown else 404)
    assert (code_sent_to("ada@example.org") in response.content.decode()) == shown


def test_sign_on_buttons_appear_only_if_single_sign_on_is_configured(client):
    assert "Sign in with your organisation" not in client.get(reverse("account:sign-in")).content.decode()


def test_a_new_code_can_be_sent_and_a_mistyped_address_can_be_changed(client):
    client.post(reverse("account:sign-up"), ADA | {"email": "zed@exmaple.org"})
    page = client.get(reverse("account:confirm-email")).content.decode()
    assert "send another code" in page
    assert "Change the email address" in page
    client.post(reverse("account:confirm-email"), {"action": "resend"})
    assert Message.objects.filter(address="zed@exmaple.org").count() == 2
    client.post(reverse("account:confirm-email"), {"action": "change", "email": "zed@example.org"})
    code = re.search(r"\n\n([A-Z0-9-]+)\n\n", Message.objects.get(address="zed@example.org").body)[1]
    client.post(reverse("account:confirm-email"), {"code": code})
    assert User.objects.get(name=ADA["name"]).email == "zed@example.org"
    assert client.get(reverse("account:home")).status_code == 200


def test_signing_up_does_the_same_work_whether_or_not_an_account_exists(client, monkeypatch):
    able_to_sign_in(email="ada@example.org")
    worked = []
    usual = hashers.make_password
    for module in ("django.contrib.auth.base_user", "calloff.web.account.forms"):
        monkeypatch.setattr(f"{module}.make_password", lambda *given, **more: worked.append(1) or usual(*given, **more))
    for address in ("ada@example.org", "new@example.org"):
        worked.clear()
        Client().post(reverse("account:sign-up"), ADA | {"email": address})
        assert len(worked) == 1, address


def test_resets_are_limited_equally_whether_or_not_an_account_exists(client):
    able_to_sign_in(email="ada@example.org")
    for address in ("ada@example.org", "nobody@example.org"):
        for _ in range(5):
            client.post(reverse("account:reset"), {"email": address})
        assert Message.objects.filter(address=address).count() == 3


@pytest.mark.parametrize("address", ["zed@example\u200b.org", "zed\u200b@example.org", "zed@exa\u00admple.org"])
def test_an_email_address_with_an_invisible_character_is_refused(client, address):
    page = client.post(reverse("account:sign-up"), ADA | {"email": address}).content.decode()
    assert "Enter an email address in the correct format" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "Zed\u202eada", "Z\u200bed", "<b>Zed</b>"])
def test_an_impossible_name_is_refused_with_a_reason(client, name):
    page = client.post(reverse("account:sign-up"), ADA | {"name": name}).content.decode()
    assert "Your name must not" in page
    assert not User.objects.exists()


def test_strangers_elsewhere_cannot_prevent_a_person_from_resetting_their_password():
    ada = able_to_sign_in()
    stranger, home = Client(REMOTE_ADDR="198.51.100.7"), Client(REMOTE_ADDR="203.0.113.9")
    for spelling in (ada.email, ada.email.upper(), f" {ada.email} ", ada.email, ada.email):
        stranger.post(reverse("account:reset"), {"email": spelling})
    assert Message.objects.filter(address=ada.email).count() == 3
    home.post(reverse("account:reset"), {"email": ada.email})
    assert Message.objects.filter(address=ada.email).count() == 4


def strangers_reset(email, addresses=10):
    """Request three codes from each of many IP addresses."""
    for number in range(addresses):
        for _ in range(3):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(reverse("account:reset"), {"email": email})


def test_emails_to_one_person_are_limited_across_all_ip_addresses(monkeypatch):
    ada = able_to_sign_in()
    strangers_reset(ada.email)
    assert Message.objects.filter(address=ada.email).count() == 8
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=15, seconds=1))
    strangers_reset(ada.email)
    assert Message.objects.filter(address=ada.email).count() == 16


def test_the_mailbox_owner_can_always_reset_the_password_and_sign_in():
    """The browser is unknown, and the account has reached its limits of wrong passwords and codes for the day."""
    ada, mine = able_to_sign_in(), Client(REMOTE_ADDR="203.0.113.9")
    for number in range(10):
        for _ in range(5):
            sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), ada, "wrong wrong wrong")
    strangers_reset(ada.email)
    assert "reset your password" in sign_in(mine, ada).content.decode()
    sent = Message.objects.filter(address=ada.email).count()
    assert mine.post(reverse("account:reset"), {"email": ada.email}).url == reverse("account:reset-code")
    assert Message.objects.filter(address=ada.email).count() == sent
    assert "use the code in the newest email" in mine.get(reverse("account:reset-code")).content.decode()
    newest = Message.objects.filter(address=ada.email).order_by("-pk")[0]
    code = re.search(r"\n\n([A-Z0-9-]+)\n\n", newest.body)[1]
    assert mine.post(reverse("account:reset-code"), {"code": code}).status_code == 302
    mine.post(reverse("account:reset-password"), {"password1": "four quite other words"})
    sign_in(Client(REMOTE_ADDR="203.0.113.10"), ada, "four quite other words")
    assert sign_in(mine, ada, "four quite other words").status_code == 302


def test_above_the_limit_the_response_is_the_same_for_an_address_without_an_account():
    ada = able_to_sign_in()
    for email in (ada.email, "nobody@example.org"):
        strangers_reset(email)
        mine = Client(REMOTE_ADDR="203.0.113.9")
        assert mine.post(reverse("account:reset"), {"email": email}).url == reverse("account:reset-code")
        assert "The code is wrong" in mine.post(reverse("account:reset-code"), {"code": "WRONG1"}).content.decode()
        assert Message.objects.filter(address=email).count() == 8


def test_a_code_requested_by_a_stranger_is_useless_without_access_to_the_mailbox():
    ada = able_to_sign_in()
    strangers_reset(ada.email)
    stranger = Client(REMOTE_ADDR="198.51.100.77")
    stranger.post(reverse("account:reset"), {"email": ada.email})
    for _ in range(3):
        stranger.post(reverse("account:reset-code"), {"code": "WRONG1"})
    stranger.post(reverse("account:reset-code"), {"code": code_sent_to(ada.email)})
    assert stranger.post(reverse("account:reset-password"), {"password1": "four quite other words"}).status_code != 200
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), ada).status_code == 302


def test_mistakes_by_one_person_at_a_school_do_not_block_others_there(settings):
    settings.RATE_LIMITS = {"wrong-password-address": (6,), "reset-address": (2,)}
    saul, school = able_to_sign_in(), Client(REMOTE_ADDR="203.0.113.9")
    sign_in(school, saul)
    school.post(reverse("account:sign-out"))
    pupil = Client(REMOTE_ADDR="203.0.113.9")
    for number in range(7):
        nobody = UserFactory.build(email=f"nobody{number}@example.org")
        page = sign_in(pupil, nobody, "wrong wrong wrong").content.decode()
    assert "Wait 15 minutes" in page
    resets = [pupil.post(reverse("account:reset"), {"email": f"n{number}@example.org"}) for number in range(3)]
    assert resets[-1].status_code == 429
    assert "Wait 60 minutes, then try again" in resets[-1].content.decode()
    assert school.post(reverse("account:reset"), {"email": saul.email}).status_code == 302
    assert sign_in(school, saul).status_code == 302


def test_unknown_browsers_share_a_few_attempts_but_a_known_browser_has_its_own(settings):
    """There are so many IP addresses that the limit for a single IP address never applies."""
    settings.RATE_LIMITS = {"wrong-password-account": (6, 20)}
    ada, known = able_to_sign_in(), Client(REMOTE_ADDR="203.0.113.9")
    sign_in(known, ada)
    known.post(reverse("account:sign-out"))
    answers = [
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), ada, "wrong wrong wrong").content.decode()
        for number in range(8)
    ]
    assert ["is wrong" in page for page in answers] == [True] * 6 + [False] * 2
    elsewhere = Client(REMOTE_ADDR="198.51.100.99")
    page = sign_in(elsewhere, ada).content.decode()  # This is the right password, used by a botnet that has found it.
    assert "Sign in with a browser you have used before, or reset your password" in page
    assert "_auth_user_id" not in elsewhere.session
    sign_in(known, ada)
    assert known.session["_auth_user_id"] == str(ada.pk)


def test_setting_a_new_password_ends_the_wait_caused_by_strangers(settings):
    settings.RATE_LIMITS = {"wrong-password-account": (1, 2)}
    ada, mine = able_to_sign_in(), Client(REMOTE_ADDR="203.0.113.9")
    sign_in(Client(REMOTE_ADDR="198.51.100.1"), ada, "wrong wrong wrong")
    assert "too many wrong passwords for this account" in sign_in(mine, ada).content.decode()
    mine.post(reverse("account:reset"), {"email": ada.email})
    mine.post(reverse("account:reset-code"), {"code": code_sent_to(ada.email)})
    mine.post(reverse("account:reset-password"), {"password1": "four quite other words"})
    sign_in(mine, ada, "four quite other words")
    assert mine.session["_auth_user_id"] == str(ada.pk)


def test_the_limit_for_an_account_does_not_reveal_whether_it_exists(settings):
    settings.RATE_LIMITS = {"wrong-password-account": (1, 2)}
    ada, nobody = able_to_sign_in(), UserFactory.build(email="nobody@example.org")
    for one in (ada, nobody):
        sign_in(Client(REMOTE_ADDR="198.51.100.1"), one, "wrong wrong wrong")
        page = sign_in(Client(REMOTE_ADDR="198.51.100.2"), one, "wrong wrong wrong").content.decode()
        assert "too many wrong passwords for this account" in page


def test_a_known_browser_also_has_a_limit_on_attempts(client):
    ada = able_to_sign_in()
    sign_in(client, ada)
    client.post(reverse("account:sign-out"))
    for number in range(5):
        sign_in(client, ada, "wrong wrong wrong")
        client.defaults["REMOTE_ADDR"] = f"203.0.113.{number}"
    assert "Wait 5 minutes" in sign_in(client, ada).content.decode()


def sign_ups_of_strangers(addresses=10):
    for number in range(addresses):
        for _ in range(2):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(reverse("account:sign-up"), ADA | {"name": "Rude Name"})


def test_the_mailbox_owner_can_create_an_account_however_often_strangers_sign_up():
    """The number of emails is limited, but the latest code works in any browser, so no one is locked out."""
    mine = Client(REMOTE_ADDR="203.0.113.9")
    assert mine.post(reverse("account:sign-up"), ADA).url == reverse("account:confirm-email")
    first = code_sent_to(ADA["email"])
    sign_ups_of_strangers()
    assert Message.objects.filter(address=ADA["email"]).count() == 8
    mine.post(reverse("account:confirm-email"), {"action": "resend"})
    assert Message.objects.filter(address=ADA["email"]).count() == 8
    assert mine.post(reverse("account:confirm-email"), {"code": "WRONG1"}).status_code == 200
    assert mine.post(reverse("account:confirm-email"), {"code": first}).status_code == 302
    assert EmailAddress.objects.get(email=ADA["email"]).verified


def test_the_first_person_who_confirms_a_mailbox_then_enters_their_own_name(client):
    """A stranger has signed up with the address, under another name.

    The owner gets an email, resets the password and enters their own name.
    """
    Client(REMOTE_ADDR="198.51.100.1").post(reverse("account:sign-up"), ADA | {"name": "Rude Name"})
    client.post(reverse("account:sign-up"), ADA)
    client.post(reverse("account:reset"), {"email": ADA["email"]})
    client.post(reverse("account:reset-code"), {"code": code_sent_to(ADA["email"])})
    page = client.get(reverse("account:reset-password")).content.decode()
    assert "Your name" in page
    assert "Rude Name" not in page
    new = {"password1": "four quite other words"}
    assert "Enter your name" in client.post(reverse("account:reset-password"), new).content.decode()
    assert "must not" in client.post(reverse("account:reset-password"), new | {"name": "<b>Ada"}).content.decode()
    client.post(reverse("account:reset-password"), new | {"name": ADA["name"]})
    ada = User.objects.get()
    assert ada.name == ADA["name"]
    assert sign_in(client, ada, "four quite other words").status_code == 302


def test_a_person_with_a_confirmed_mailbox_is_not_asked_for_a_name(client):
    ada = able_to_sign_in()
    client.post(reverse("account:reset"), {"email": ada.email})
    client.post(reverse("account:reset-code"), {"code": code_sent_to(ada.email)})
    assert "Your name" not in client.get(reverse("account:reset-password")).content.decode()


def test_the_codes_stored_in_the_cache_cannot_be_read(client):
    ada = able_to_sign_in()
    client.post(reverse("account:reset"), {"email": ada.email})
    Client().post(reverse("account:sign-up"), ADA)
    for purpose, email in (
        (mailbox_codes.RESET_PURPOSE, ada.email),
        (mailbox_codes.CONFIRMATION_PURPOSE, ADA["email"]),
    ):
        assert mailbox_codes.last_sent_code(purpose, email) == code_sent_to(email)
        kept = cache.get(mailbox_codes._key(purpose, email))
        assert code_sent_to(email) not in kept
        cache.set(mailbox_codes._key(purpose, email), "written under another key")
        assert mailbox_codes.last_sent_code(purpose, email) == ""


def test_codes_requested_by_others_do_not_prevent_creating_an_account(client):
    for _ in range(5):
        Client(REMOTE_ADDR="198.51.100.7").post(reverse("account:sign-up"), ADA)
    assert client.post(reverse("account:sign-up"), ADA).url == reverse("account:confirm-email")


@pytest.mark.parametrize("page", ["account:confirm-email", "account:reset-code"])
def test_the_message_after_too_many_wrong_codes_is_about_codes(client, page):
    client.post(reverse("account:sign-up"), ADA)
    if page == "account:reset-code":
        client.post(reverse("account:reset"), {"email": "ada@example.org"})
    for _ in range(3):
        response = client.post(reverse(page), {"code": "WRONG1"}, follow=True)
    words = response.content.decode()
    assert "There were too many wrong codes. Sign in or reset your password to get a new code" in words
    assert "{" not in words.partition("<main")[2].partition("</main>")[0]


def test_an_attempt_is_not_counted_as_wrong_if_the_process_is_killed(client, monkeypatch):
    person = able_to_sign_in(email="ada@example.org")

    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(User, "check_password", kill)
        for _ in range(5):
            with pytest.raises(Killed):
                sign_in(client, person)
    # The five attempts that were interrupted still count, because they are pending.
    assert "too many wrong passwords" in sign_in(client, person).content.decode()
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sign_in(client, person, "wrong").status_code == 200
    assert sign_in(client, person).status_code == 302
