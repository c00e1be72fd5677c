"""Tests for saved searches. The owner gets one email about each new service."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand import saved_search_alerts
from calloff.demand.commands import delete_search, save_search, saved_searches, start_emails, stop_emails
from calloff.demand.models import SavedSearch, SavedSearchMatch
from calloff.demand.saved_search_alerts import send_search_alerts
from calloff.directory.commands import set_places
from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.demand.conftest import WORTHING, listed
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, TeamFactory, person

FARMS = SearchCriteria(words="farm")


def saved(authority, buyer, by, **given):
    given = {"name": "Farms", "search": FARMS, "query": "?words=farm", "searched": ["“farm”"]} | given
    return save_search(authority, buyer=buyer, by=by, at=NOW, **given)


def sent_emails():
    return [(one.address, one.subject) for one in Message.objects.order_by("pk")]


def test_each_new_match_of_a_saved_search_is_reported_only_once(authority, buyer, ruth, member, service):
    saved(authority, buyer, ruth)
    assert send_search_alerts(NOW) == 0
    new = listed(member, "Farm days")
    listed(member, "Pottery")
    assert send_search_alerts(NOW) == 1
    assert sent_emails() == [(ruth.email, "1 new service in one of your saved searches")]
    message = Message.objects.get()
    assert "Farm days" in message.body
    assert "Farms" not in message.body, "the name of a search may name a child"
    assert "Pottery" not in message.body
    assert "£" not in message.body
    assert message.link == f"/buyers/{buyer.slug}/searches/{SavedSearch.objects.get().pk}"
    assert send_search_alerts(NOW) == 0
    set_places(new, places=0, by=person(Role.PROVIDER_LEAD, at=member.provider), at=NOW)
    assert send_search_alerts(NOW) == 0


def test_a_changed_service_is_reported_when_it_first_matches_and_not_when_it_matches_again(
    authority, buyer, ruth, member, service
):
    lead = person(Role.PROVIDER_LEAD, at=member.provider)
    set_places(service, places=0, by=lead, at=NOW)
    saved(authority, buyer, ruth, search=SearchCriteria(free=True), query="?free=on")
    assert send_search_alerts(NOW) == 0
    set_places(service, places=2, by=lead, at=NOW)
    assert send_search_alerts(NOW) == 1
    set_places(service, places=0, by=lead, at=NOW)
    set_places(service, places=1, by=lead, at=NOW)
    assert send_search_alerts(NOW) == 0


@pytest.mark.postgres15
@pytest.mark.usefixtures("service")
@pytest.mark.django_db(transaction=True)
def test_only_one_email_is_sent_if_the_job_runs_twice_at_the_same_moment(authority, buyer, ruth, member):
    saved(authority, buyer, ruth)
    listed(member, "Farm days")
    all_at_once(lambda: send_search_alerts(NOW), 4)
    assert len(sent_emails()) == 1
    assert SavedSearchMatch.objects.count() == 2


def test_a_saved_search_measures_distance_from_the_school(authority, buyer, ruth, member):
    far = SearchCriteria(miles=5, place=WORTHING._replace(easting=600_000))
    one = saved(authority, buyer, ruth, search=far, query="?miles=5")
    assert "place" not in one.asked
    listed(member, "Near", miles=2)
    listed(member, "Far", miles=40)
    assert [service.name for service in saved_search_alerts.find_matches(one, NOW)] == ["Near"]


def test_a_team_without_a_location_cannot_save_a_search_by_distance(authority):
    team = TeamFactory(host=authority)
    cora = person(Role.COMMISSIONER, at=team)
    with pytest.raises(Refused, match="do not know where you are"):
        saved(authority, team, cora, search=SearchCriteria(miles=5, place=WORTHING))
    assert saved(authority, team, cora).pk


@pytest.mark.usefixtures("service")
def test_a_saved_search_without_a_name_or_with_a_used_name_or_too_many_matches_is_refused(
    authority, buyer, ruth, member, monkeypatch
):
    with pytest.raises(Refused, match="name"):
        saved(authority, buyer, ruth, name=" ")
    saved(authority, buyer, ruth)
    with pytest.raises(Refused, match="with this name"):
        saved(authority, buyer, ruth)
    monkeypatch.setattr(saved_search_alerts, "MAX_MATCHES_WATCHED", 0)
    with pytest.raises(Refused, match="Add a filter"):
        saved(authority, buyer, ruth, name="Other")
    monkeypatch.setattr(saved_searches, "MAX_SAVED_SEARCHES", 1)
    with pytest.raises(Refused, match="Delete one"):
        saved(authority, buyer, ruth, name="Third")
    assert SavedSearch.objects.count() == 1


@pytest.mark.usefixtures("service")
def test_a_person_who_left_the_school_gets_no_more_alerts_about_its_saved_searches(authority, buyer, ruth, member):
    saved(authority, buyer, ruth)
    ruth.grants.update(ends_at=NOW)
    ruth.forget_roles()
    listed(member, "Farm days")
    assert send_search_alerts(NOW) == 0
    assert not SavedSearch.objects.visible_to(ruth, NOW).exists()


@pytest.mark.usefixtures("service")
def test_a_rival_gets_no_alerts_about_the_prices_of_other_providers(authority, buyer, ruth, member, market):
    one = saved(authority, buyer, ruth, search=SearchCriteria(at_most=200, unit="day"), query="?at_most=200&unit=day")
    assert saved_search_alerts.find_matches(one, NOW).count() == 1
    RoleGrantFactory(person=ruth, organisation=ProviderFactory(), role=Role.PROVIDER_STAFF)
    assert saved_search_alerts.find_matches(one, NOW).count() == 0


def test_only_people_who_can_see_prices_can_save_a_search(authority, buyer):
    with pytest.raises(PermissionDenied):
        saved(authority, buyer, person(Role.SAFEGUARDING_LEAD, at=buyer))


@pytest.mark.usefixtures("service")
def test_restarted_alerts_leave_out_matches_from_while_they_were_paused(authority, buyer, ruth, helen, member):
    one = saved(authority, buyer, ruth)
    with pytest.raises(PermissionDenied):
        stop_emails(one, by=helen, at=NOW)
    stop_emails(one, by=ruth, at=NOW)
    listed(member, "Farm days")
    assert send_search_alerts(NOW) == 0
    start_emails(one, by=ruth, at=NOW)
    assert send_search_alerts(NOW) == 0
    listed(member, "Farm nights")
    assert send_search_alerts(NOW) == 1


def test_deleting_a_saved_search_deletes_its_criteria(authority, buyer, ruth, helen, service):
    one = saved(authority, buyer, ruth)
    with pytest.raises(PermissionDenied):
        delete_search(one, by=helen, at=NOW)
    delete_search(one, by=ruth, at=NOW)
    one.refresh_from_db()
    assert (one.name, one.query, one.asked, one.searched, SavedSearchMatch.objects.count()) == ("", "", {}, [], 0)
    saved(authority, buyer, ruth)  # The name can be used again.
