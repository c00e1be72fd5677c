"""Tests for the queue for checking passwords. No single IP address can fill it, but a whole school can use it."""

import time
from contextlib import ExitStack
from threading import Event, Thread

import pytest
from django.test import Client
from django.urls import reverse

from calloff.web.account import password_turns
from calloff.web.account.password_turns import ADDRESS_BUSY_MESSAGE, SERVER_BUSY_MESSAGE, NoPasswordTurn, PasswordTurns
from tests.web.account.people import PASSWORD, able_to_sign_in

SOON = 10  # The time is in seconds, and is longer than anything in these tests takes.


class Visitor(Thread):
    """A person at an IP address whose password check runs until the test releases it."""

    def __init__(self, turns, address):
        super().__init__(daemon=True)
        self.turns, self.address = turns, address
        self.works, self.let_go, self.over, self.refusal = Event(), Event(), Event(), None
        self.start()

    def run(self):
        try:
            with self.turns.turn(self.address):
                self.works.set()
                self.let_go.wait(SOON)
        except NoPasswordTurn as refusal:
            self.refusal = refusal
        self.over.set()

    def leave(self):
        self.let_go.set()
        assert self.over.wait(SOON)


@pytest.fixture
def turns():
    return PasswordTurns(patience=SOON)


def working(turns, address):
    made = Visitor(turns, address)
    assert made.works.wait(SOON)
    return made


def waiting(turns, address):
    before = len(turns._queue)
    made = Visitor(turns, address)
    until = time.monotonic() + SOON
    while len(turns._queue) == before and time.monotonic() < until:
        time.sleep(0.005)
    assert not made.works.is_set()
    return made


def refused(turns, address):
    made = Visitor(turns, address)
    assert made.over.wait(SOON)
    return made.refusal


def test_passwords_from_one_ip_address_are_checked_one_at_a_time(turns):
    first = working(turns, "a")
    second = waiting(turns, "a")
    first.leave()
    assert second.works.wait(SOON)
    second.leave()


@pytest.mark.postgres15
def test_a_third_simultaneous_sign_in_from_one_ip_address_must_try_again(turns):
    first, second = working(turns, "a"), waiting(turns, "a")
    refusal = refused(turns, "a")
    assert (refusal.status, refusal.sentence) == (429, ADDRESS_BUSY_MESSAGE)
    first.leave()
    second.leave()


def test_a_sign_in_from_another_ip_address_goes_before_a_second_from_the_same_one(turns):
    first, second = working(turns, "a"), waiting(turns, "a")
    other = working(turns, "b")
    first.leave()
    assert second.works.wait(SOON), "a place is free again"
    second.leave()
    other.leave()


def test_if_the_queue_is_full_a_second_sign_in_gives_up_its_place_to_another_ip_address(turns):
    first, second = working(turns, "a"), waiting(turns, "a")
    other = working(turns, "b")
    third = Visitor(turns, "c")
    assert second.over.wait(SOON)
    assert not third.works.is_set()
    assert (second.refusal.status, second.refusal.sentence) == (429, ADDRESS_BUSY_MESSAGE)
    other.leave()
    assert third.works.wait(SOON)
    first.leave()
    third.leave()


@pytest.mark.postgres15
def test_checking_passwords_leaves_threads_free_for_other_pages(turns):
    first, other, third = working(turns, "a"), working(turns, "b"), waiting(turns, "c")
    refusal = refused(turns, "d")
    assert (refusal.status, refusal.sentence) == (503, SERVER_BUSY_MESSAGE)
    for one in (first, other, third):
        one.leave()
    assert not turns._queue


def test_a_person_who_waits_too_long_sees_a_message_and_leaves_the_queue():
    turns = PasswordTurns(patience=0.05)
    first = working(turns, "a")
    assert refused(turns, "a").status == 429
    first.leave()
    working(turns, "a").leave()
    assert not turns._queue


def test_endless_requests_from_two_ip_addresses_do_not_block_a_third():
    """Two strangers each have ten threads, and a person at another IP address can always sign in within moments."""
    turns, over = PasswordTurns(patience=SOON), Event()

    def send_on(address):
        while not over.is_set():
            try:
                with turns.turn(address):
                    time.sleep(0.01)
            except NoPasswordTurn:
                time.sleep(0.001)

    strangers = [Thread(target=send_on, args=(address,), daemon=True) for address in "ab" * 10]
    for one in strangers:
        one.start()
    took = []
    for _ in range(10):
        began = time.monotonic()
        with turns.turn("school"):
            took.append(time.monotonic() - began)
    over.set()
    for one in strangers:
        one.join(SOON)
    assert max(took) < 2, took
    assert not turns._queue


def test_everyone_at_a_school_with_one_ip_address_can_sign_in():
    """Each person tries again when the page says so."""
    turns, came_in = PasswordTurns(patience=SOON), []

    def comes(number):
        until = time.monotonic() + SOON
        while time.monotonic() < until:
            try:
                with turns.turn("school"):
                    time.sleep(0.005)
                    came_in.append(number)
                    return
            except NoPasswordTurn:
                time.sleep(0.01)

    people = [Thread(target=comes, args=(number,), daemon=True) for number in range(30)]
    for one in people:
        one.start()
    for one in people:
        one.join(SOON)
    assert sorted(came_in) == list(range(30))


HASHING = ["sign-in", "sign-up", "reset-password", "again", "password", "password-set"]


@pytest.fixture
def one_place(monkeypatch):
    """Return a queue that never delays the IP address of the browser in the tests."""
    made = PasswordTurns(patience=0)
    monkeypatch.setattr(password_turns, "TURNS", made)
    return made


@pytest.mark.django_db
def test_the_page_says_what_to_do_and_the_password_works_when_tried_again(one_place):
    ada = able_to_sign_in(email="ada@example.org")
    sent = {"login": ada.email, "password": PASSWORD}
    with one_place.turn("127.0.0.1"):
        answer = Client().post(reverse("account:sign-in"), sent)
        assert (answer.status_code, answer["Retry-After"]) == (429, "3")
        assert ADDRESS_BUSY_MESSAGE in answer.content.decode()
        assert Client().get(reverse("account:sign-in")).status_code == 200
        elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(reverse("account:sign-in"), sent)
        assert elsewhere.status_code == 302
    with ExitStack() as others:
        for address in ("192.0.2.1", "192.0.2.2"):
            others.enter_context(one_place.turn(address))
        answer = Client().post(reverse("account:sign-in"), sent)
        assert (answer.status_code, answer["Retry-After"]) == (503, "3")
        assert SERVER_BUSY_MESSAGE in answer.content.decode()
    assert Client().post(reverse("account:sign-in"), sent).status_code == 302
    assert not one_place._queue


@pytest.mark.django_db
@pytest.mark.parametrize("name", HASHING)
def test_every_page_that_checks_or_sets_a_password_waits_for_its_turn(one_place, name):
    browser = Client()
    browser.force_login(able_to_sign_in(email="ada@example.org"))
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    client = Client() if name in {"sign-in", "sign-up", "reset-password"} else browser
    with one_place.turn("127.0.0.1"):
        assert client.post(reverse(f"account:{name}"), {}).status_code == 429
