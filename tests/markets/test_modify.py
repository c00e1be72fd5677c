import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.models import Market, MarketModification, MarketTerms
from calloff.markets.packs.exporter import write_pack
from calloff.markets.packs.loader import read_pack
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import lot, pack
from tests.markets.scenario import decided_in_time, draft, load, olivia, opened
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def modify(market, *, what="summary", new="Clearer words.", reason="They were not clear.", by=None, of=None):
    return commands.modify(market, what=what, new=new, reason=reason, lot=of, by=by or olivia(market.authority), at=NOW)


@pytest.mark.django_db
def test_a_modification_is_numbered_and_stores_the_old_and_new_wording_with_a_reason():
    market = opened()
    first = modify(market)
    second = modify(market, what="what_it_buys", new="Days by the sea.")
    assert (first.number, first.old, first.new) == (1, pack().summary, "Clearer words.")
    assert (second.number, second.old, second.reason) == (2, pack().what_it_buys, "They were not clear.")
    now = Market.objects.get()
    assert (now.summary, now.pack.what_it_buys) == ("Clearer words.", "Days by the sea.")
    assert MarketTerms.objects.count() == 3
    assert MarketTerms.read(market.terms_id) == pack()  # The frozen terms do not change.
    event = Event.objects.filter(verb="modify").order_by("pk").last()
    assert (event.reason_type, event.reason_id) == (record_type(type(second)), second.pk)


@pytest.mark.django_db
def test_the_description_of_a_category_can_change_but_its_title_cannot():
    market = opened()
    made = modify(market, what="lot", new="In person, at home.", of=lot(market, 2))
    changed = lot(market, 2)
    assert (changed.title, changed.description, made.lot, made.old) == (
        "Online",
        "In person, at home.",
        changed,
        "At a distance.",
    )
    assert Market.objects.get().pack.lots[1].description == "In person, at home."
    assert lot(market, 1).description == "In person."


@pytest.mark.django_db
def test_an_export_contains_the_current_terms_of_the_market(tmp_path):
    market, _ = load(decided_in_time(read_pack(settings.BASE_DIR / "packs" / "dorset-ap")))
    commands.open(market, seen=market.terms.fingerprint, by=olivia(market.authority), at=NOW)
    modify(market)
    modify(market, what="lot", new="In person, at home.", of=lot(market))
    standing = Market.objects.get().pack
    write_pack(standing, tmp_path)
    assert read_pack(tmp_path) == standing
    assert standing.lots[0].description == lot(market).description


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["questions", "lots", "eligibility", "agreement", "title", "promises", "ruleset", ""])
def test_modifying_a_condition_a_question_a_category_or_a_text_is_refused_with_advice(what):
    market = opened()
    before = database_rows()
    with pytest.raises(Refused, match="Create a new market with the new terms") as refusal:
        modify(market, what=what)
    assert database_rows() == before
    assert refusal.value.problems[0].where == "what"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"reason": " "}, "reason"),
        ({"new": ""}, "new"),
        ({"new": pack().summary}, "new"),
        ({"what": "lot"}, "lot"),
    ],
)
def test_a_modification_needs_a_reason_and_new_wording_and_a_category(change, where):
    with pytest.raises(Refused) as refusal:
        modify(opened(), **change)
    assert refusal.value.problems[0].where == where


@pytest.mark.django_db
def test_modifying_another_markets_category_is_refused():
    market, other = opened(), opened(code="TSX", slug="other")
    with pytest.raises(Refused, match="Select the category"):
        modify(market, what="lot", of=lot(other))


@pytest.mark.django_db
def test_a_draft_market_cannot_be_modified_and_must_be_loaded_again():
    with pytest.raises(Refused, match="Draft"):
        modify(draft())


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_modify_a_market():
    market = opened()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    assert_denied(lambda by: modify(market, by=by), others)


@pytest.mark.django_db
def test_the_database_refuses_changes_to_modifications():
    made = modify(opened())
    for attempt in (lambda: MarketModification.objects.update(old="Other"), made.delete):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            attempt()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_modifications_get_different_numbers():
    market = opened()
    by = olivia(market.authority)
    by.roles_at(market.authority, NOW)
    changes = iter([("summary", "One."), ("what_it_buys", "Two."), ("lot", "Three.")])
    first = lot(market)

    def take_a_turn():
        what, new = next(changes)
        modify(market, what=what, new=new, of=first if what == "lot" else None, by=by)

    assert all_at_once(take_a_turn, times=3) == ["done"] * 3
    standing = Market.objects.get().pack
    assert (standing.summary, standing.what_it_buys, standing.lots[0].description) == ("One.", "Two.", "Three.")
    assert list(MarketModification.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
