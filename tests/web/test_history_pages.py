"""Tests for the history that each side sees: its own people by name, others by organisation, and some reasons only
for some.
"""

from itertools import combinations
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.http import QueryDict

from calloff.applications.models import EvaluatorAssignment
from calloff.directory.commands import amend_site, close_site
from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.members.commands import suspend
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.web.history import pages
from calloff.web.history.pages import HistoryEntry, describe_entry, timeline
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, SiteFactory, lot

pytestmark = pytest.mark.django_db


def reading(who, organisation, query=""):
    return SimpleNamespace(user=who, now=NOW, organisation=organisation, GET=QueryDict(query))


def history_lines(request, *records):
    return [
        (shown["words"](step), shown["names"](step.event))
        for shown in [timeline(request, *records)]
        for step in shown["steps"]
    ]


@pytest.fixture
def suspended():
    """Return a provider in two lots that is suspended in only one of them, with a reason why the other was left
    out.
    """
    member = MemberFactory()
    MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
    quentin = person(Role.QUALITY_OFFICER, at=member.authority)
    suspend(
        member.provider, authority=member.authority, members=[member], clause="12.1", reason="No fire record.",
        review_route="Write to us.", left_out_reason="The other is online.", by=quentin, at=NOW,
    )  # fmt: skip
    return member


def test_the_history_describes_events_in_words_with_the_newest_first():
    site = SiteFactory()
    ada = person(Role.PROVIDER_LEAD, at=site.provider)
    said = {name: getattr(site, name) for name in ("name", "address", "town", "postcode", "access")}
    amend_site(site, by=ada, at=NOW, **said)
    close_site(site, by=ada, at=NOW)
    who = f"{ada.name}, {site.provider}"
    assert history_lines(reading(ada, site.provider), site) == [("Closed", who), ("Changed", who)]


def test_a_long_history_is_shown_in_pages(monkeypatch):
    monkeypatch.setattr(pages, "EVENTS_ON_A_PAGE", 2)
    site = SiteFactory()
    ada = person(Role.PROVIDER_LEAD, at=site.provider)
    for town in ("Arden", "Birley", "Coombe", "Dene", "Elm"):
        amend_site(
            site, by=ada, at=NOW, name=site.name, address=site.address, town=town, postcode=site.postcode, access=""
        )
    first = timeline(reading(ada, site.provider), site)
    assert (len(first["steps"]), first["newer"]) == (2, None)
    second = timeline(reading(ada, site.provider, first["older"].removeprefix("?")), site)
    third = timeline(reading(ada, site.provider, second["older"].removeprefix("?")), site)
    assert (len(second["steps"]), len(third["steps"]), third["older"]) == (2, 1, None)
    shown = [step.pk for page in (first, second, third) for step in page["steps"]]
    assert len(set(shown)) == 5
    assert third["newer"]


def test_people_at_another_organisation_are_not_named(suspended):
    lead = person(Role.PROVIDER_LEAD, at=suspended.provider)
    [(words, who)] = history_lines(reading(lead, suspended.provider), suspended)
    assert (words, who) == ("Suspended", str(suspended.authority))
    officer = person(Role.QUALITY_OFFICER, at=suspended.authority)
    [(_, who)] = history_lines(reading(officer, suspended.authority), suspended)
    assert who == f"{Event.objects.get(verb='suspend').by.name}, {suspended.authority}"


def test_both_sides_see_the_reason_for_an_action_in_the_history(suspended):
    lead = person(Role.PROVIDER_LEAD, at=suspended.provider)
    officer = person(Role.CONTRACTS_OFFICER, at=suspended.authority)
    [to_them] = timeline(reading(lead, suspended.provider), suspended)["reasons"].values()
    [to_us] = timeline(reading(officer, suspended.authority), suspended)["reasons"].values()
    assert to_them == "12.1. No fire record."
    assert to_us == "12.1. No fire record. Reason for not suspending every membership: The other is online."


def test_other_organisations_do_not_see_reasons_in_the_history(suspended):
    rival = person(Role.PROVIDER_LEAD, at=MemberFactory().provider)
    assert timeline(reading(rival, rival.grants.get().organisation), suspended)["reasons"] == {}


def test_an_action_on_several_records_is_shown_as_one_entry():
    member = MemberFactory()
    other = MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
    quentin = person(Role.QUALITY_OFFICER, at=member.authority)
    suspend(
        member.provider, authority=member.authority, members=[member, other], clause="12.1", reason="No fire record.",
        review_route="Write to us.", by=quentin, at=NOW,
    )  # fmt: skip
    assert len(history_lines(reading(quentin, member.authority), member, other)) == 1


VERBS_TOLD_ONCE = {  # These actions change both a record and a part of it, and their description is right for both.
    "agree_change", "approve_change", "refuse_change", "approve_uplift", "assign", "clarify", "answer_clarification",
    "declare_interest", "finish_marking", "return_for_marking", "hold_review", "plan_review", "follow_up",
    "choose_lots", "confirm", "carry_over", "withdraw_offer",
}  # fmt: skip


def test_the_same_action_on_different_kinds_of_record_has_different_descriptions():
    texts = {}
    for model in models_with_lifecycles():
        for row in model.LIFECYCLE.transitions:
            texts.setdefault(row.verb, {}).setdefault(record_type(model), set()).add(row.history_text)
    shared = {verb: kinds for verb, kinds in texts.items() if len(kinds) > 1 and verb not in VERBS_TOLD_ONCE}
    for verb, kinds in shared.items():
        for one, other in combinations(kinds, 2):
            assert not kinds[one] & kinds[other], f"{verb} is told of a {one} and of a {other} in the same words"
    assert not VERBS_TOLD_ONCE - {verb for verb, kinds in texts.items() if len(kinds) > 1}


def models_with_lifecycles():
    return [model for model in apps.get_models() if hasattr(model, "LIFECYCLE")]


def moved(label, verb, source=""):
    subject = SimpleNamespace(record_type=label, record_id=1, verb=verb, source=source)
    return describe_entry(HistoryEntry(1, verb, None, subjects=[subject]))


def test_withdrawing_an_offer_is_not_described_as_cancelling_an_evaluators_assignment():
    for label, words in (
        ("referrals.Referral", "withdrawn by the buyer"),
        (record_type(EvaluatorAssignment), "evaluator"),
    ):
        assert words in moved(label, "take_back")


def test_the_same_action_from_a_different_status_can_have_a_different_description():
    assert moved("directory.Service", "approve_change", "to_check") == "Service approved"
    assert moved("directory.Service", "approve_change", "live") == "Change approved"


def test_the_history_of_a_record_describes_what_happened_to_that_record():
    prolonged = SimpleNamespace(record_type="agreements.Agreement", record_id=1, verb="prolong", source="in_force")
    assert (
        describe_entry(HistoryEntry(1, "extend", None, subjects=[prolonged]))
        == "Extended because the market was extended"
    )


def test_actions_that_no_longer_exist_are_still_shown():
    assert moved("pupils.Pupil", "keep_contacts", "on_roll") == "Contacts changed"
    assert moved("pupils.Pupil", "measure", "on_roll") == "Measure"
    assert moved("pupils.Pupil", "amend", "waiting") == "Child’s record changed"
    assert moved("gardens.Garden", "water_plants") == "Water plants"


def test_only_the_person_who_acted_can_see_who_was_notified():
    member = MemberFactory()
    lead = person(Role.PROVIDER_LEAD, at=member.provider)
    quentin = person(Role.QUALITY_OFFICER, at=member.authority)
    suspend(
        member.provider, authority=member.authority, members=[member], clause="12.1", reason="No fire record.",
        review_route="Write to us.", by=quentin, at=NOW,
    )  # fmt: skip
    assert lead.pk in Event.objects.get(verb="suspend").told
    assert set(Event.objects.get(verb="suspend").told) == set(Message.objects.values_list("to", flat=True))
    [ours] = timeline(reading(quentin, member.authority), member)["steps"]
    [theirs] = timeline(reading(lead, member.provider), member)["steps"]
    assert f"{member.provider} (Provider lead)" in ours.event.told
    assert theirs.event.told == f"{member.provider} (Provider lead)"
    assert lead.name not in ours.event.told
    rival = MemberFactory().provider
    [others] = timeline(reading(person(Role.PROVIDER_LEAD, at=rival), rival), member)["steps"]
    assert others.event.told == ""


def test_every_transition_has_a_description_for_the_history():
    rows = [(model, row) for model in models_with_lifecycles() for row in model.LIFECYCLE.transitions]
    assert len(rows) > 300
    assert [(model, row.verb) for model, row in rows if not row.history_text[:1].isupper()] == []


def test_an_action_listed_as_former_is_not_also_a_current_one():
    for model in models_with_lifecycles():
        assert not model.LIFECYCLE.former_verbs.keys() & {row.verb for row in model.LIFECYCLE.transitions}
