"""Tests for resetting a second step that a person has lost, which takes two other people and a day."""

import html
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session as Stored
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.accounts.models import FactorReset, KnownBrowser, MailboxReset, SignInSession
from calloff.accounts.states import ResetStatus
from calloff.history.models import Event
from calloff.kernel import clock
from calloff.kernel.formatting import format_datetime
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, SchoolOrganisationFactory, born_with_status, person
from tests.web.account.people import able_to_sign_in, sign_in

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=24)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def school(council):
    return SchoolOrganisationFactory(host=council)


@pytest.fixture
def ruth(school):
    ruth = able_to_sign_in(person(Role.AP_LEAD, at=school))
    TOTP.activate(ruth, SECRET)
    return ruth


@pytest.fixture
def helen(school):
    return person(Role.HEAD, at=school)


@pytest.fixture
def bea(school):
    return person(Role.BUYER_ADMINISTRATOR, at=school)


def ask(ruth, school, by, **more):
    return commands.ask_reset(ruth, school, by=by, at=NOW, **{"asking": school} | more)


def stop_link():
    return Message.objects.filter(link__startswith="/account/second-step/stop").latest("pk").link


def origin_of(page):
    """Return the Origin header that a browser would send, which is “null” if the page sends no referrer."""
    return "null" if page.headers["Referrer-Policy"] == "no-referrer" else "http://testserver"


def at(monkeypatch, instant):
    monkeypatch.setattr(clock, "now", lambda: instant)


@pytest.fixture
def confirmed(ruth, school, helen, bea):
    return commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)


def test_a_second_step_can_be_reset_by_two_people_after_a_day(client, monkeypatch, confirmed):
    reset, ruth = confirmed, confirmed.person
    assert (reset.status, reset.works_from) == (ResetStatus.CONFIRMED, NOW + DAY)

    at(monkeypatch, NOW + DAY - timedelta(seconds=1))
    assert sign_in(client, ruth).url == reverse("account:second-factor")
    assert Authenticator.objects.filter(user=ruth).exists()

    at(monkeypatch, NOW + DAY)
    fresh = Client()
    assert sign_in(fresh, ruth).status_code == 302
    assert fresh.session["_auth_user_id"] == str(ruth.pk)
    assert not Authenticator.objects.filter(user=ruth).exists()
    assert FactorReset.objects.get().status == ResetStatus.USED
    assert fresh.get(reverse("account:join")).url.startswith(reverse("account:second-step"))
    acts = list(Event.objects.order_by("pk").values_list("verb", "by"))
    assert acts == [("ask_reset", reset.asked_by.pk), ("confirm_reset", reset.confirmed_by.pk), ("use_reset", ruth.pk)]


def test_using_a_reset_ends_every_session_and_removes_all_remembered_browsers(monkeypatch, ruth, school, helen, bea):
    there = Client()
    there.force_login(ruth)
    commands.note_session(ruth, there.session.session_key, device="Edge on Windows", at=NOW)
    commands.record_device(ruth, "t" * 43, name="Edge on Windows", at=NOW)
    commands.note_mailbox_reset(ruth, at=NOW)
    reset = commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    commands.use_reset(reset, by=ruth, at=NOW + DAY)
    assert not Stored.objects.filter(session_key=there.session.session_key).exists()
    for forgotten in (SignInSession, KnownBrowser, MailboxReset):
        assert not forgotten.objects.filter(person=ruth).exists()


def test_a_confirmed_reset_can_be_used_for_a_week(ruth, school, helen, bea):
    reset = commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    over = NOW + DAY + timedelta(days=7)
    assert commands.usable_reset(ruth, over) is None
    with pytest.raises(Refused, match="You cannot use this reset now"):
        commands.use_reset(reset, by=ruth, at=over)
    assert Authenticator.objects.filter(user=ruth).exists()


def test_a_person_cannot_confirm_their_own_reset(ruth, school, helen, bea):
    with pytest.raises(Refused, match="your own second step"):
        ask(helen, school, helen)
    RoleGrantFactory(person=ruth, organisation=school, role=Role.BUYER_ADMINISTRATOR)
    ruth.forget_roles()
    reset = ask(ruth, school, helen)
    with pytest.raises(Refused, match="your own second step"):
        commands.confirm_reset(reset, by=ruth, at=NOW)
    with pytest.raises(Refused, match="someone else must confirm"):
        commands.confirm_reset(reset, by=helen, at=NOW)


@pytest.mark.parametrize("same", ["asked_by", "confirmed_by", "both"])
def test_the_database_requires_three_different_people_for_each_reset(ruth, school, helen, bea, same):
    asked_by = ruth if same == "asked_by" else helen
    confirmed_by = {"asked_by": bea, "confirmed_by": ruth, "both": helen}[same]
    when = {"confirmed_at": NOW, "works_from": NOW + DAY, "works_until": NOW + 2 * DAY}
    refused = pytest.raises(IntegrityError, match="reset_by_two_others")
    with refused, transaction.atomic(), born_with_status(FactorReset, ResetStatus.CONFIRMED):
        FactorReset.objects.create(
            person=ruth, organisation=school, asking=school, asked_by=asked_by, asked_at=NOW,
            confirmed_by=confirmed_by, stop_digest="x", status=ResetStatus.CONFIRMED, **when,
        )  # fmt: skip


def test_a_person_can_have_only_one_open_reset(ruth, school, helen, bea):
    ask(ruth, school, helen)
    with pytest.raises(Refused, match="already open"):
        ask(ruth, school, bea)


def test_the_host_confirms_a_reset_at_an_organisation_with_only_one_people_administrator(ruth, school, helen, council):
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    reset = ask(ruth, school, helen)
    assert reset.confirming == council
    assert Message.objects.filter(to=olivia, subject__contains="Confirm or cancel a second step reset").exists()
    assert commands.confirm_reset(reset, by=olivia, at=NOW).status == ResetStatus.CONFIRMED


def test_a_reset_is_refused_with_a_reason_if_no_one_could_confirm_it(ruth, school, helen):
    with pytest.raises(Refused, match="no one else who can confirm"):
        ask(ruth, school, helen)
    assert not FactorReset.objects.exists()
    assert not Message.objects.exists()


def test_the_host_can_request_a_reset_only_for_an_organisations_sole_administrator(school, helen, council, ruth):
    maud, olivia = person(Role.ADMINISTRATOR, at=council), person(Role.CONTRACTS_OFFICER, at=council)
    reset = ask(helen, school, maud, asking=council)
    assert commands.confirm_reset(reset, by=olivia, at=NOW).status == ResetStatus.CONFIRMED
    with pytest.raises(PermissionDenied):
        ask(ruth, school, maud, asking=council)
    stranger = person(Role.ADMINISTRATOR, at=AuthorityFactory())
    with pytest.raises(PermissionDenied):
        ask(helen, school, stranger, asking=stranger.grants.get().organisation)


def test_only_people_administrators_can_request_or_confirm_a_reset(ruth, school, helen, bea):
    finance = person(Role.FINANCE, at=school)
    with pytest.raises(PermissionDenied):
        ask(ruth, school, finance)
    reset = ask(ruth, school, helen)
    with pytest.raises(PermissionDenied):
        commands.confirm_reset(reset, by=finance, at=NOW)


@pytest.mark.postgres15
def test_the_person_gets_an_email_immediately_and_can_stop_the_reset_without_signing_in(ruth, school, helen, bea):
    reset = commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    assert Message.objects.filter(address=ruth.email, secret=True).exists()
    where, browser = stop_link(), Client(enforce_csrf_checks=True)
    assert where.startswith(reverse("account:reset-stop") + "?key=")  # The path is written to the log.
    page = browser.get(where)  # A mail scanner also opens the page in this way, and nothing changes.
    reset.refresh_from_db()
    assert reset.status == ResetStatus.CONFIRMED
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("strict-origin", "no-store")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode()).group(1)
    sends = {"data": {"csrfmiddlewaretoken": token}, "headers": {"Origin": origin_of(page)}}
    assert "has been stopped" in browser.post(where, **sends).content.decode()
    reset.refresh_from_db()
    assert reset.status == ResetStatus.STOPPED
    assert commands.usable_reset(ruth, NOW + DAY) is None
    assert browser.post(where, **sends).status_code == 404


@pytest.mark.usefixtures("bea")
def test_incorrect_links_opened_by_someone_else_do_not_prevent_stopping_a_reset(client, settings, ruth, school, helen):
    settings.RATE_LIMITS = {"link": (2,)}
    ask(ruth, school, helen)
    rubbish = [client.get(reverse("account:reset-stop"), {"key": f"rubbish{number}"}) for number in range(3)]
    assert [one.status_code for one in rubbish] == [404, 404, 429]
    assert client.get(stop_link()).status_code == 200
    assert "has been stopped" in client.post(stop_link()).content.decode()


def test_a_guessed_link_does_not_stop_a_reset(client, ruth, school, helen, bea):
    ask(ruth, school, helen)
    for guessed in ("", "?key=", "?key=guessed"):
        assert client.post(reverse("account:reset-stop") + guessed).status_code == 404
    reset = FactorReset.objects.get()
    assert reset.status == ResetStatus.ASKED
    assert stop_link().partition("?key=")[2] not in reset.stop_digest


def test_a_people_administrator_can_cancel_a_reset(ruth, school, helen, bea):
    reset = commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    assert commands.cancel_reset(reset, by=helen, at=NOW).status == ResetStatus.CANCELLED
    assert commands.usable_reset(ruth, NOW + DAY) is None


def test_pages_link_each_step_from_requesting_a_reset_to_confirming_it(client, ruth, school, helen, bea):
    client.force_login(helen)
    where = reverse("buyer:sign-in", args=[school.slug])
    page = client.get(where).content.decode()
    grant = ruth.grants.get()
    assert reverse("buyer:reset-ask", args=[school.slug, grant.pk]) in page
    client.post(reverse("buyer:reset-ask", args=[school.slug, grant.pk]))
    reset = FactorReset.objects.get()
    assert reverse("buyer:reset-confirm", args=[school.slug, reset.pk]) not in client.get(where).content.decode()
    assert (
        "someone else must confirm"
        in client.post(reverse("buyer:reset-confirm", args=[school.slug, reset.pk])).content.decode()
    )
    other = Client()
    other.force_login(bea)
    assert reverse("buyer:reset-confirm", args=[school.slug, reset.pk]) in other.get(where).content.decode()
    other.post(reverse("buyer:reset-confirm", args=[school.slug, reset.pk]))
    reset.refresh_from_db()
    assert reset.confirmed_by == bea


def test_the_person_who_can_confirm_a_reset_gets_a_link_and_sees_the_request_on_their_account_page(
    client, ruth, school, helen, bea
):
    reset = ask(ruth, school, helen)
    where = reverse("buyer:reset-confirm", args=[school.slug, reset.pk])
    assert Message.objects.get(to=bea).link == where
    client.force_login(bea)
    assert client.get(where).status_code == 200
    account = client.get(reverse("account:home")).content.decode()
    assert "Waiting for your answer" in account
    assert f"{helen.name} has asked to reset {ruth.name}’s second step. Confirm or cancel" in account
    assert where in account
    for other in (helen, ruth, person(Role.FINANCE, at=school)):
        assert queries.resets_to_confirm(other, NOW) == []
    commands.confirm_reset(reset, by=bea, at=NOW)
    assert queries.resets_to_confirm(bea, NOW) == []


def test_a_council_that_confirms_for_a_school_sees_the_request_on_its_own_pages(client, ruth, school, helen, council):
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    reset = ask(ruth, school, helen)
    where = reverse("authority:reset-confirm", args=[council.slug, reset.pk])
    assert queries.resets_to_confirm(olivia, NOW) == [(reset, council)]
    assert Message.objects.get(to=olivia).link == where


def test_the_email_and_the_stop_page_name_the_organisation_that_requested_the_reset(school, helen, council):
    maud, _ = person(Role.ADMINISTRATOR, at=council), person(Role.CONTRACTS_OFFICER, at=council)
    ask(helen, school, maud, asking=council)
    mail = Message.objects.get(address=helen.email)
    assert mail.body.startswith(f"{council} has told us that you have lost")
    assert f"{council} has asked to reset" in html.unescape(Client().get(mail.link).content.decode())


def test_the_email_about_a_confirmed_reset_says_when_it_can_be_used(confirmed):
    mail = Message.objects.get(to=confirmed.person, subject__contains="will be reset")
    assert f"From {format_datetime(NOW + DAY)} until {format_datetime(NOW + DAY * 8)} you can sign in" in mail.body


def test_an_organisations_sign_in_page_has_one_row_for_each_person(client, ruth, school, helen, bea):
    RoleGrantFactory(person=ruth, organisation=school, role=Role.COMMISSIONER)
    client.force_login(helen)
    where = reverse("buyer:sign-in", args=[school.slug])

    def lines():
        page = client.get(where).content.decode()
        cells = re.findall(r"<tr[^>]*>(.*?)</tr>", page[page.index("If a colleague has lost") :], re.S)
        return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells if ruth.name in cell]

    (line,) = lines()
    assert "Reset second step" in line
    assert "AP lead" in line
    assert "Commissioner" in line
    commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    (line,) = lines()
    assert "Reset already requested" in line
    assert "Reset second step" not in line


def test_emails_about_repeated_resets_are_limited(ruth, school, helen, bea):
    for _ in range(3):
        commands.cancel_reset(ask(ruth, school, helen), by=helen, at=NOW)
    sent = Message.objects.count()
    for by in (helen, bea):
        with pytest.raises(Refused, match=r"too many requests to reset a second step. Wait 24 hours"):
            ask(ruth, school, by)
    assert Message.objects.count() == sent
    others = [person(Role.FINANCE, at=school) for _ in range(3)]
    for one in others[:2]:
        commands.cancel_reset(ask(one, school, helen), by=helen, at=NOW)
    # The limit is for the person, whoever requests the reset.
    with pytest.raises(Refused, match="too many requests"):
        ask(others[2], school, helen)
    assert commands.ask_reset(ruth, school, asking=school, by=bea, at=NOW + DAY)


def test_a_reset_must_be_confirmed_within_a_week_while_its_requester_is_still_an_administrator(
    ruth, school, helen, bea
):
    week = timedelta(days=7)
    reset = ask(ruth, school, helen)
    with pytest.raises(Refused, match="more than a week old"):
        commands.confirm_reset(reset, by=bea, at=NOW + week)
    RoleGrant.objects.filter(person=helen).update(ends_at=NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="is no longer a people administrator"):
        commands.confirm_reset(reset, by=bea, at=NOW + timedelta(hours=1))
    confirmed = commands.confirm_reset(reset, by=bea, at=NOW + timedelta(minutes=59))
    assert confirmed.status == ResetStatus.CONFIRMED


@pytest.mark.parametrize("left", ["helen", "bea"])
def test_a_confirmed_reset_cannot_be_used_once_a_person_who_requested_or_confirmed_it_has_left(
    ruth, school, helen, bea, left
):
    reset = commands.confirm_reset(ask(ruth, school, helen), by=bea, at=NOW)
    assert commands.usable_reset(ruth, NOW + DAY) == reset
    RoleGrant.objects.filter(person={"helen": helen, "bea": bea}[left]).update(ends_at=NOW + timedelta(hours=1))
    assert commands.usable_reset(ruth, NOW + DAY) is None
    with pytest.raises(Refused, match="no longer manages people"):
        commands.use_reset(reset, by=ruth, at=NOW + DAY)
    assert Authenticator.objects.filter(user=ruth).exists()
