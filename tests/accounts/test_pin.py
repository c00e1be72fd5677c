"""Tests for the PIN, which gives access only to the register, and only in a known browser."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.accounts.models import KnownBrowser
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.pupils.queries import ShownPupil
from tests.factories import RoleGrantFactory
from tests.placements import scenario
from tests.placements.scenario import FIRST, on
from tests.web.account.people import able_to_sign_in, code_sent_to, second_step, sign_in

pytestmark = pytest.mark.django_db

PIN = "271828"


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def placement(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 10))
    return scenario.agreed()


@pytest.fixture
def ben(placement):
    return able_to_sign_in(scenario.ben(placement))


@pytest.fixture
def tablet(client, ben):
    """Return a browser in which Ben has passed his second step, set a PIN and signed out."""
    sign_in(client, ben)
    second_step(client, ben)
    answer = client.post(reverse("account:pin-set"), {"pin": PIN})
    assert answer.url == reverse("account:security"), answer.content.decode()
    client.post(reverse("account:sign-out"))
    return client


def register(placement):
    return reverse("provider:register", args=[placement.provider.slug, FIRST.isoformat(), "am"])


def give_pin(client, pin=PIN):
    return client.post(reverse("account:pin"), {"pin": pin})


def test_the_register_shows_short_names_when_opened_with_a_pin(tablet, ben, placement):
    sign_in(tablet, ben)
    there = tablet.get(tablet.get(register(placement)).url)
    assert there.url.startswith(reverse("account:pin"))
    assert tablet.post(there.url, {"pin": PIN}).url == register(placement)
    page = tablet.get(register(placement)).content.decode()
    family = placement.pupil.family_name
    assert f"Jasmine {family[0]}." in page
    assert family not in page


def test_every_page_about_a_child_except_the_register_requires_the_second_step(tablet, ben, placement):
    sign_in(tablet, ben)
    give_pin(tablet)
    child = reverse("provider:placement-pupil", args=[placement.provider.slug, placement.reference])
    asked = tablet.get(child)
    assert asked.url.startswith(reverse("account:second-step"))
    tablet.post(reverse("account:email-code"), {"send": "1"})
    tablet.post(reverse("account:email-code"), {"code": code_sent_to(ben.email)})
    assert tablet.get(child).status_code == 200
    assert placement.pupil.family_name in tablet.get(register(placement)).content.decode()


def test_five_wrong_pins_remove_the_pin(tablet, ben):
    sign_in(tablet, ben)
    for _ in range(4):
        assert "The PIN is wrong" in give_pin(tablet, "314159").content.decode()
    assert give_pin(tablet, "314159").url == reverse("account:second-step")
    assert KnownBrowser.objects.get(person=ben).pin == ""
    assert give_pin(tablet).url == reverse("account:second-step")


def test_a_pin_is_stored_as_a_keyed_digest_and_has_an_expiry(tablet, ben):
    device = KnownBrowser.objects.get(person=ben)
    assert PIN not in device.pin
    assert queries.has_pin(device, on(9, 10))
    assert not queries.has_pin(device, on(9, 10) + timedelta(weeks=13))
    assert not commands.enter_pin(device, PIN, at=on(9, 10) + timedelta(weeks=13))


def test_a_pin_does_not_work_in_another_browser(tablet, ben, placement):
    tablet.cookies.pop("calloff_device")
    sign_in(tablet, ben)
    assert give_pin(tablet).url == reverse("account:second-step")
    assert tablet.get(register(placement)).status_code == 302


def test_a_person_can_see_and_remove_their_pin(tablet, ben):
    sign_in(tablet, ben)
    second_step(tablet, ben) if not give_pin(tablet) else None
    tablet.post(reverse("account:email-code"), {"send": "1"})
    second_step(tablet, ben)
    device = KnownBrowser.objects.get(person=ben)
    assert "Your PIN on " in tablet.get(reverse("account:security")).content.decode()
    tablet.post(reverse("account:pin-remove", args=[device.pk]))
    assert KnownBrowser.objects.get(pk=device.pk).pin == ""


@pytest.mark.parametrize("pin", ["12345", "1234567", "abcdef", "111111", "123456", "987654", "٣٣٤٥٦٧"])
def test_an_invalid_or_easily_guessed_pin_is_refused(tablet, ben, pin):
    with pytest.raises(Refused):
        commands.set_pin(KnownBrowser.objects.get(person=ben), pin=pin, by=ben, at=on(9, 10))


def test_a_person_who_can_see_more_than_the_register_cannot_use_a_pin(tablet, ben, placement):
    RoleGrantFactory(person=ben, organisation=placement.provider, role=Role.PROVIDER_SAFEGUARDING)
    ben.forget_roles()
    with pytest.raises(Refused, match="your role is to take the register"):
        commands.set_pin(KnownBrowser.objects.get(person=ben), pin="314159", by=ben, at=on(9, 10))
    sign_in(tablet, ben)
    assert give_pin(tablet).url == reverse("account:second-step")


@pytest.mark.parametrize(
    ("name", "known_as", "short"),
    [("Jasmine Marigold Okafor", "", "Jasmine O."), ("Jasmine Okafor", "Jaz", "Jaz O."), ("Suharto", "", "Suharto")],
)
def test_a_short_name_is_the_first_name_and_an_initial(name, known_as, short):
    assert ShownPupil("P-1", "JO", "Year 9", name, known_as).short_name == short
