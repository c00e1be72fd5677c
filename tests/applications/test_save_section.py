from datetime import timedelta

import pytest

from calloff.applications import commands
from calloff.applications.models import SectionAnswers
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, fresh, submitted
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tests.factories_markets import LAST_MOMENT, MARKET_CLOSES, ApplicationFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def save(application, *, key="about", answers=None, seen=1, by=None, at=NOW):
    answers = {"contact": "Cleo"} if answers is None else answers
    return commands.save_section(application, key=key, answers=answers, seen=seen, by=by or ada(application), at=at)


def colleague(application):
    return RoleGrantFactory(organisation=application.provider, person=UserFactory(name="Cleo")).person


def kept(application, key="about"):
    return SectionAnswers.objects.get(application=application, key=key)


@pytest.mark.django_db
def test_new_answers_replace_only_the_earlier_answers_to_the_same_questions():
    application = ApplicationFactory()
    save(application)
    assert kept(application).answers == {"contact": "Cleo", "barred": "no", "notice": "no"}
    assert kept(application).saves == 2


@pytest.mark.django_db
def test_the_first_answers_in_a_section_are_stored():
    application = ApplicationFactory()
    application.sections.all().delete()
    assert save(application, seen=0).saves == 1


@pytest.mark.django_db
def test_one_page_of_a_section_can_be_saved_without_the_others():
    application = ApplicationFactory()
    application.sections.all().delete()
    assert save(application, key="safeguarding", answers={"lead": ""}, seen=0).answers == {"lead": ""}


@pytest.mark.django_db
def test_a_save_that_conflicts_with_a_colleagues_answer_keeps_and_shows_both_answers():
    application = ApplicationFactory()
    save(application, by=colleague(application))
    before = database_rows()
    with pytest.raises(EditConflict):
        save(application, answers={"contact": "Ada herself"})
    assert kept(application).answers["contact"] == "Cleo"
    assert database_rows() == before


@pytest.mark.django_db
def test_a_colleagues_change_on_another_page_causes_no_conflict():
    application = ApplicationFactory()
    save(application, key="safeguarding", answers={"lead": "Cleo leads."}, by=colleague(application))
    save(application)
    assert kept(application, "safeguarding").answers == {"lead": "Cleo leads."}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_saves_of_an_answer_is_stored():
    application = ApplicationFactory()
    by = ada(application)
    results = all_at_once(lambda: save(application, by=by))
    assert (results.count("done"), kept(application).saves) == (1, 2)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_simultaneous_first_saves_is_shown_the_first_answers():
    application = ApplicationFactory()
    by = ada(application)
    SectionAnswers.objects.filter(application=application).delete()
    results = all_at_once(lambda: save(application, seen=0, by=by), times=2)
    assert results.count("done") == kept(application).saves == 1


@pytest.mark.django_db
def test_only_a_provider_lead_can_edit_answers():
    application = ApplicationFactory()
    others = everybody_but(Role.PROVIDER_LEAD, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: save(application, by=by), others)


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "answers"), [("nowhere", {"x": "1"}), ("about", {"method@1": "A farm."})])
def test_unknown_sections_and_answers_are_refused(key, answers):
    application = ApplicationFactory()
    with pytest.raises(LookupError):
        save(application, key=key, answers=answers)
    assert set(kept(application).answers) == {"contact", "barred", "notice"}


@pytest.mark.django_db
def test_a_whole_draft_can_be_saved_after_the_closing_time():
    application = ApplicationFactory()
    save(application, at=MARKET_CLOSES + timedelta(days=1))
    assert application.is_not_submitted(MARKET_CLOSES)
    assert kept(application).answers["contact"] == "Cleo"


@pytest.mark.django_db
def test_a_submitted_application_can_be_edited_only_after_choosing_to_amend():
    application = submitted()
    with pytest.raises(Refused, match="Change this application"):
        save(application)
    amended = commands.amend(application, by=ada(application), at=NOW)
    save(amended)
    assert fresh(application).version.answers["contact"] == "Ada"


@pytest.mark.django_db
def test_changes_to_an_amended_application_can_be_saved_until_the_closing_time():
    application = submitted()
    amended = commands.amend(application, by=ada(application), at=NOW)
    save(amended, at=LAST_MOMENT)
    with pytest.raises(Refused, match="We have saved what you wrote"):
        save(amended, seen=2, answers={"contact": "Too late"}, at=MARKET_CLOSES)
    assert kept(application).answers["contact"] == "Cleo"


@pytest.mark.django_db
def test_answers_cannot_be_saved_once_assessment_has_started():
    application = begun().application
    with pytest.raises(Refused, match="Being assessed"):
        save(application)


def autosave(application, *, minutes, by, key="about", answers=None):
    section = SectionAnswers.objects.filter(application=application, key=key).first()
    return commands.save_section(
        application,
        key=key,
        answers={"contact": f"Cleo {minutes}"} if answers is None else answers,
        seen=section.saves if section else 0,
        by=by,
        at=NOW + timedelta(minutes=minutes),
        automatic=True,
    )


def events(application):
    of_application = history_of(application).filter(verb="save_section").order_by("pk")
    return [(subject.event.at, subject.event.by) for subject in of_application]


@pytest.mark.django_db
def test_the_automatic_saves_of_a_section_in_a_quarter_of_an_hour_have_one_event():
    application = ApplicationFactory()
    by = ada(application)
    for minutes in (0, 1, 14, 15, 29):
        autosave(application, minutes=minutes, by=by)
    assert events(application) == [(NOW, by), (NOW + timedelta(minutes=15), by)]
    saved = kept(application)
    assert (saved.answers["contact"], saved.saved_by, saved.saved_at) == ("Cleo 29", by, NOW + timedelta(minutes=29))
    assert fresh(application).changed_at == NOW + timedelta(minutes=29)


@pytest.mark.django_db
def test_an_automatic_save_after_someone_elses_action_or_in_another_section_has_its_own_event():
    application = ApplicationFactory()
    by, other = ada(application), colleague(application)
    autosave(application, minutes=0, by=by)
    autosave(application, minutes=1, by=other)
    autosave(application, minutes=2, by=by)
    autosave(application, minutes=3, by=by, key="technical", answers={})
    assert [who for _, who in events(application)] == [by, other, by, by]


@pytest.mark.django_db
def test_a_save_with_the_button_always_has_its_own_event():
    application = ApplicationFactory()
    by = ada(application)
    autosave(application, minutes=0, by=by)
    for minutes in (1, 2):
        save(application, by=by, seen=kept(application).saves, at=NOW + timedelta(minutes=minutes))
    autosave(application, minutes=3, by=by)
    assert len(events(application)) == 4
