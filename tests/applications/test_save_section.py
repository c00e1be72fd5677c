from datetime import timedelta

import pytest

from calloff.applications import commands
from calloff.applications.models import Section
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, fresh, submitted
from tests.concurrency import all_at_once
from tests.factories import NOW, GrantFactory, UserFactory
from tests.factories_markets import LAST_MOMENT, MARKET_CLOSES, ApplicationFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def save(application, *, key="about", answers=None, seen=1, by=None, at=NOW):
    answers = {"contact": "Cleo"} if answers is None else answers
    return commands.save_section(application, key=key, answers=answers, seen=seen, by=by or ada(application), at=at)


def colleague(application):
    return GrantFactory(organisation=application.provider, person=UserFactory(name="Cleo")).person


def kept(application, key="about"):
    return Section.objects.get(application=application, key=key)


@pytest.mark.django_db
def test_lays_what_was_answered_over_what_is_kept():
    application = ApplicationFactory()
    save(application)
    assert kept(application).answers == {"contact": "Cleo", "barred": "no", "notice": "no"}
    assert kept(application).saves == 2


@pytest.mark.django_db
def test_keeps_the_first_answers_of_a_section():
    application = ApplicationFactory()
    application.sections.all().delete()
    assert save(application, seen=0).saves == 1


@pytest.mark.django_db
def test_takes_one_page_without_asking_for_the_others():
    application = ApplicationFactory()
    application.sections.all().delete()
    assert save(application, key="safeguarding", answers={"lead": ""}, seen=0).answers == {"lead": ""}


@pytest.mark.django_db
def test_a_colleagues_answer_is_shown_and_neither_is_lost():
    application = ApplicationFactory()
    save(application, by=colleague(application))
    before = database_rows()
    with pytest.raises(EditConflict):
        save(application, answers={"contact": "Ada herself"})
    assert kept(application).answers["contact"] == "Cleo"
    assert database_rows() == before


@pytest.mark.django_db
def test_another_page_of_a_colleague_is_no_clash():
    application = ApplicationFactory()
    save(application, key="safeguarding", answers={"lead": "Cleo leads."}, by=colleague(application))
    save(application)
    assert kept(application, "safeguarding").answers == {"lead": "Cleo leads."}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_many_saves_at_once_of_what_all_saw_one_is_kept():
    application = ApplicationFactory()
    by = ada(application)
    told = all_at_once(lambda: save(application, by=by))
    assert (told.count("done"), kept(application).saves) == (1, 2)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_two_first_saves_at_once_one_is_told_of_the_other():
    application = ApplicationFactory()
    by = ada(application)
    Section.objects.filter(application=application).delete()
    told = all_at_once(lambda: save(application, seen=0, by=by), times=2)
    assert told.count("done") == kept(application).saves == 1


@pytest.mark.django_db
def test_only_a_lead_of_the_provider_writes():
    application = ApplicationFactory()
    others = everybody_but(Role.PROVIDER_LEAD, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: save(application, by=by), others)


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "answers"), [("nowhere", {"x": "1"}), ("about", {"method@1": "A farm."})])
def test_takes_no_section_and_no_answer_that_is_not_asked_there(key, answers):
    application = ApplicationFactory()
    with pytest.raises(LookupError):
        save(application, key=key, answers=answers)
    assert set(kept(application).answers) == {"contact", "barred", "notice"}


@pytest.mark.django_db
def test_a_draft_is_kept_whole_even_after_the_close():
    application = ApplicationFactory()
    save(application, at=MARKET_CLOSES + timedelta(days=1))
    assert application.is_not_submitted(MARKET_CLOSES)
    assert kept(application).answers["contact"] == "Cleo"


@pytest.mark.django_db
def test_what_was_submitted_is_written_again_only_after_choosing_to_change_it():
    application = submitted()
    with pytest.raises(Refused, match="Change this application"):
        save(application)
    amended = commands.amend(application, by=ada(application), at=NOW)
    save(amended)
    assert fresh(application).version.answers["contact"] == "Ada"


@pytest.mark.django_db
def test_a_change_of_what_was_submitted_is_written_until_the_last_instant():
    application = submitted()
    amended = commands.amend(application, by=ada(application), at=NOW)
    save(amended, at=LAST_MOMENT)
    with pytest.raises(Refused, match="We have saved what you wrote"):
        save(amended, seen=2, answers={"contact": "Too late"}, at=MARKET_CLOSES)
    assert kept(application).answers["contact"] == "Cleo"


@pytest.mark.django_db
def test_nothing_is_written_once_assessment_has_begun():
    application = begun().application
    with pytest.raises(Refused, match="Being assessed"):
        save(application)
