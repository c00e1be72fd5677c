"""Tests that every section of every real pack can be shown and saved."""

import pytest
from django.conf import settings

from calloff.applications.commands import start
from calloff.cli.demo.application_answers import eligible_answers
from calloff.kernel.clock import midnight
from calloff.markets import commands
from calloff.markets.packs import loader
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, person
from tests.markets.scenario import decided_in_time, staffed
from tests.web.provider.test_apply import hidden, page_of

pytestmark = pytest.mark.django_db
FOLDERS = loader.find_pack_folders(settings.BASE_DIR / "packs")


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def application(request, ada, provider, monkeypatch):
    """Start an application for every category in a market, on the day when the market opens."""
    authority = staffed(AuthorityFactory())
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    pack = decided_in_time(loader.read_pack(request.param))
    at = midnight((pack.term or pack.demonstration_term).opens_on)
    market, _ = commands.load(pack, authority=authority, by=olivia, at=at)
    commands.open(market, seen=market.terms.fingerprint, by=olivia, at=at)
    monkeypatch.setattr("calloff.kernel.clock.now", lambda: at)
    monkeypatch.setattr("calloff.web.session.idle_timeout.session_end_reason", lambda request: "")
    lots = [lot.number for lot in pack.lots]
    return start(market, provider=provider, lots=lots, eligibility=eligible_answers(market, lots), by=ada, at=at)


def test_every_section_of_every_pack_can_be_shown_and_saved_half_complete(client, ada, to, application):
    client.force_login(ada)
    for section in application.market.questions.definition.sections:
        address = to("application-section", application.reference, section.key)
        page = page_of(client, address)
        assert section.title in page, section.key
        sent = client.post(address, {**hidden(page), "section-save": "later"})
        assert sent.status_code == 303, section.key
    assert "missing" in page_of(client, to("application-check", application.reference))
