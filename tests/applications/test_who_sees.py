from datetime import timedelta

import pytest

from calloff.applications.models import Application
from calloff.applications.queries import applications_queue, earlier_application, of_provider, to_assess
from calloff.people.permissions import AUTHORITY_ROLES, PROVIDER_ROLES, Can, Role, roles_with
from tests.applications.scenario import (
    ada,
    allocated,
    begun,
    esme,
    finish,
    olivia,
    submit,
    submitted,
)
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_markets import ApplicationFactory, MarketFactory


def seen(somebody):
    return list(Application.objects.visible_to(somebody, NOW))


@pytest.mark.django_db
def test_a_provider_can_see_its_own_application_from_the_start():
    application = ApplicationFactory()
    assert all(seen(person(role, at=application.provider)) == [application] for role in PROVIDER_ROLES)


@pytest.mark.django_db
def test_an_authority_can_see_submitted_applications_but_no_drafts():
    draft = ApplicationFactory()
    sent = submitted(market=draft.market)
    overseeing = set(roles_with(Can.OVERSEE))
    for role in AUTHORITY_ROLES:
        assert seen(person(role, at=draft.authority)) == ([sent] if role in overseeing else []), role


@pytest.mark.django_db
def test_another_provider_another_authority_and_a_school_cannot_see_an_application():
    submitted()
    strangers = [person(role, at=ProviderFactory()) for role in PROVIDER_ROLES]
    strangers += [person(role, at=AuthorityFactory()) for role in AUTHORITY_ROLES]
    strangers += [person(Role.AP_LEAD, at=SchoolOrganisationFactory())]
    assert not any(seen(somebody) for somebody in strangers)


@pytest.mark.django_db
def test_an_officer_with_a_role_at_the_provider_can_see_its_application_but_not_the_scores():
    application = submitted()
    both = esme(application)
    assert list(applications_queue(application.authority, person=both, at=NOW)) == [application]
    RoleGrantFactory(organisation=application.provider, person=both, role=Role.PROVIDER_STAFF)
    [row] = applications_queue(application.authority, person=both, at=NOW)
    assert (row, row.conflicted) == (application, True)
    assert not Application.objects.all().overseen_by(both, NOW).exists()
    assert list(of_provider(application.provider, person=both, at=NOW)) == [application]


@pytest.mark.django_db
def test_the_queue_lists_the_earliest_deadline_first_and_applications_without_a_deadline_last():
    market = MarketFactory()
    second = submitted(market=market, at=NOW + timedelta(days=2))
    first = submitted(market=market)
    never = submitted(
        market=MarketFactory(authority=market.authority, changes={"tool": "dps", "ruleset": "unknown", "promises": {}})
    )
    assert list(applications_queue(market.authority, person=olivia(first), at=NOW)) == [first, second, never]


@pytest.mark.django_db
def test_an_evaluators_task_list_shows_every_application_they_have_not_finished():
    part = allocated()

    def mine():
        return list(to_assess(part.person, part.authority))

    assert mine() == [part]
    finish(begun(part))
    assert mine() == []


@pytest.mark.django_db
def test_answers_offered_for_reuse_come_from_the_latest_submission_in_another_market():
    first = submitted()
    ApplicationFactory(provider=first.provider)
    second = submit(ApplicationFactory(provider=first.provider), at=NOW + timedelta(days=1))
    now = ApplicationFactory(provider=first.provider)
    assert earlier_application(now.provider, than=now) == second
    assert earlier_application(now.provider, than=second) == first
    assert earlier_application(ProviderFactory(), than=now) is None
    assert ada(now)
