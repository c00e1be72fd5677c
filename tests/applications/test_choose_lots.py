import pytest

from calloff.applications import commands
from calloff.applications.models import LotRequest
from calloff.applications.states import LotRequestStatus
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.applications.scenario import ada, fresh, submit, submitted
from tests.factories import NOW
from tests.factories_markets import LAST_MOMENT, MARKET_CLOSES, ApplicationFactory, LotRequestFactory, lot
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def choose(application, lots, *, at=NOW, by=None):
    return commands.choose_lots(application, lots=lots, by=by or ada(application), at=at)


def live(application):
    requests = LotRequest.objects.filter(application=application, status=LotRequestStatus.REQUESTED)
    return set(requests.values_list("lot__number", flat=True))


@pytest.mark.django_db
def test_choosing_lots_for_a_draft_requests_the_chosen_lots_and_releases_the_others():
    application = choose(ApplicationFactory(), [2])
    assert (application.lots, live(application)) == ([2], {2})
    assert LotRequest.objects.get(lot__number=1).status == LotRequestStatus.WITHDRAWN


@pytest.mark.django_db
def test_a_lot_can_be_removed_and_added_again():
    application = choose(choose(ApplicationFactory(), [2]), [1, 2])
    assert live(application) == {1, 2}


@pytest.mark.django_db
def test_choosing_a_lot_that_is_in_another_application_by_the_provider_is_refused():
    application = ApplicationFactory()
    LotRequestFactory(lot=lot(application.market, 2), provider=application.provider)
    ada(application)
    before = database_rows()
    with pytest.raises(Refused, match="already applied to this category"):
        choose(application, [1, 2])
    assert database_rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize("lots", [[], [3]])
def test_choosing_no_lot_or_an_unknown_lot_is_refused(lots):
    with pytest.raises(Refused, match="Select"):
        choose(ApplicationFactory(), lots)


@pytest.mark.django_db
def test_only_a_provider_lead_can_choose_lots():
    application = ApplicationFactory()
    others = everybody_but(Role.PROVIDER_LEAD, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: choose(application, [2], by=by), others)


@pytest.mark.django_db
def test_an_amended_application_keeps_its_submitted_lots_until_the_new_version_is_submitted():
    application = submitted(lots=[1, 2])
    application = commands.amend(application, by=ada(application), at=NOW)
    changed = choose(application, [2])
    assert (changed.lots, live(changed), changed.version.lots) == ([2], {1, 2}, [1, 2])
    sent = submit(changed)
    assert (sent.version.lots, live(sent)) == ([2], {2})


@pytest.mark.django_db
def test_changing_lots_is_refused_unless_the_application_is_being_amended():
    with pytest.raises(Refused, match="Change this application"):
        choose(submitted(), [2])


@pytest.mark.django_db
def test_amended_lots_cannot_change_after_the_closing_time():
    application = submitted()
    application = commands.amend(application, by=ada(application), at=NOW)
    choose(application, [1, 2], at=LAST_MOMENT)
    with pytest.raises(Refused, match="closed"):
        choose(application, [2], at=MARKET_CLOSES)
    assert fresh(application).lots == [1, 2]


@pytest.mark.django_db
def test_a_new_version_is_refused_if_its_new_lot_is_already_in_another_application():
    application = submitted()
    application = choose(commands.amend(application, by=ada(application), at=NOW), [1, 2])
    LotRequestFactory(lot=lot(application.market, 2), provider=application.provider)
    commands.save_section(
        application, key="technical", answers={"method@2": "Online."}, seen=1, by=ada(application), at=NOW
    )
    with pytest.raises(Refused, match="already applied to this category"):
        submit(application)
    standing = fresh(application)
    assert (standing.version.number, standing.amending, live(standing)) == (1, True, {1})
