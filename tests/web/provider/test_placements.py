"""A placement on the provider's pages: only what is missing, each fact once, and the step that comes next."""

import re

import pytest
from django.urls import reverse

from calloff.kernel import clock
from tests.placements import ready
from tests.placements.ready import on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 10))


def read(client, somebody, route, *args):
    client.force_login(somebody)
    return re.sub(r"\s+", " ", client.get(reverse(f"provider:{route}", args=args)).content.decode())


def test_not_yet_because_lists_what_is_missing_and_what_is_done_beneath(client):
    placement = ready.checked(but=("visit",))
    page = read(client, ready.ada(placement), "placement", placement.provider.slug, placement.reference)
    missing = page[page.index("because:") : page.index("Done already:")]
    assert "Visit recorded" in missing
    assert "Risk plan" not in missing
    done = page[page.index("Done already:") :]
    assert "Risk plan" in done[: done.index("</p>")]


def test_the_service_of_a_running_placement_stands_once(client):
    placement = ready.running()
    page = read(client, ready.ada(placement), "placement", placement.provider.slug, placement.reference)
    assert page.count(placement.service.name) == 1
    assert "What you can do" in page


def test_after_signing_for_one_child_the_next_step_is_the_placement_and_no_new_service(client):
    placement = ready.signed()
    ada, slug = ready.ada(placement), placement.provider.slug
    page = read(client, ada, "agreement-sign-done", slug, placement.agreement.reference)
    assert f"{placement.buyer} signs next" in page
    assert reverse("provider:placement", args=[slug, placement.reference]) in page
    assert "Meanwhile you can add" not in page


def test_an_invitation_that_was_confirmed_is_open_no_more(client):
    placement = ready.confirmed()
    ada, slug, reference = ready.ada(placement), placement.provider.slug, placement.referral.reference
    assert reference not in read(client, ada, "invitations", slug)
    client.force_login(ada)
    confirmed = client.get(reverse("provider:invitations", args=[slug]), {"state": "confirmed"})
    assert reference in confirmed.content.decode()
