"""Tests for the pages from the queue to the decision, in the order in which people at an authority use them."""

import pytest
from django.urls import reverse

from calloff.applications.models import Application, Mark
from calloff.applications.states import ApplicationStatus, AssignmentStatus, LotRequestStatus
from calloff.members.models import ApplicationDecision, Member, MembershipCondition
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import RoleGrantFactory, UserFactory, person
from tests.factories_markets import QUESTIONS, ApplicationFactory, EvaluatorAssignmentFactory, MarketFactory
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(market):
    return ApplicationFactory(market=market, status=ApplicationStatus.SUBMITTED, lots=[1, 2])


def at(application, verb="", *more):
    name = f"authority:application-{verb}" if verb else "authority:application"
    return reverse(name, args=[application.authority.slug, application.reference, *more])


def of(role, application, **kwargs):
    return browser(person(role, at=application.authority), **kwargs)


def words(answer):
    return answer.content.decode()


def given_marked(application, *, scores=(4, 2), by=None):
    """Let the evaluator do everything on the pages, up to the end of scoring."""
    evaluator = by or person(Role.EVALUATOR, at=application.authority)
    of(Role.CONTRACTS_OFFICER, application).post(at(application, "assign"), {"person": evaluator.pk})
    here = browser(evaluator)
    here.post(at(application, "declare-interest"), {"what": "nothing"})
    here.post(at(application, "mark", "lead"), {"passed": "yes", "reason": "She is named."})
    for number, score in zip((1, 2), scores, strict=True):
        here.post(at(application, "mark", f"method@{number}"), {"score": score, "reason": "As it says."})
    assert here.post(at(application, "finish-marking")).status_code == 303
    application.refresh_from_db()


def test_an_officer_assigns_evaluators_and_sees_who_cannot_be_assigned(application):
    evaluator = person(Role.EVALUATOR, at=application.authority)
    partial = UserFactory(name="Percy Partial")
    RoleGrantFactory(person=partial, organisation=application.authority, role=Role.EVALUATOR)
    RoleGrantFactory(person=partial, organisation=application.provider, role=Role.PROVIDER_STAFF)
    officer = of(Role.CONTRACTS_OFFICER, application)

    text = words(officer.get(at(application, "assign")))
    assert "Percy Partial has a role at" in text

    answer = officer.post(at(application, "assign"), {"person": evaluator.pk}, follow=True)
    assert f"{evaluator} will evaluate {application.reference}. We have told them." in words(answer)
    assert application.parts.get().person == evaluator
    assert "is already allocated to this application" in words(officer.get(at(application, "assign")))


def test_an_evaluator_with_a_conflict_of_interest_describes_it_and_stands_down(application):
    part = EvaluatorAssignmentFactory(application=application)
    here = browser(part.person)
    refused = here.post(at(application, "declare-interest"), {"what": "stand_down"})
    assert "Enter a description of your interest" in words(refused)
    here.post(at(application, "declare-interest"), {"what": "stand_down", "interest": "My sister works there."})
    part.refresh_from_db()
    assert (part.status, part.interest) == (AssignmentStatus.STOOD_DOWN, "My sister works there.")


def test_the_scoring_page_shows_the_answer_beside_the_score_and_the_evaluators_own_average(application, market):
    earlier = ApplicationFactory(market=market, status=ApplicationStatus.ASSESSING)
    evaluator = person(Role.EVALUATOR, at=application.authority)
    given = EvaluatorAssignmentFactory(application=earlier, person=evaluator, marking=True)
    Mark.objects.create(part=given, key="method@1", score=4, reason="Good.", marked_at=given.declared_at)
    EvaluatorAssignmentFactory(application=application, person=evaluator)
    here = browser(evaluator)
    assert here.get(at(application, "mark", "method@1")).status_code == 409
    here.post(at(application, "declare-interest"), {"what": "nothing"})

    page = words(here.get(at(application, "mark", "method@1")))
    assert "In small groups on a farm." in page
    assert "1 mark in total" in page
    refused = here.post(at(application, "mark", "method@1"), {"score": "5"})
    assert "Enter a reason. The provider will read it." in words(refused)
    assert 'value="5" checked' in words(refused)

    answer = here.post(at(application, "mark", "method@1"), {"score": "5", "reason": "Complete."})
    assert answer.status_code == 303
    assert answer.headers["Location"] == at(application, "mark", "method@2")


def test_an_attempt_to_finish_scoring_lists_every_answer_without_a_score(application):
    part = EvaluatorAssignmentFactory(application=application)
    here = browser(part.person)
    here.post(at(application, "declare-interest"), {"what": "nothing"})
    page = words(here.get(at(application, "finish-marking")))
    assert "You cannot submit your marks yet" in page
    refused = words(here.post(at(application, "finish-marking")))
    assert "Mark this answer: Who leads on safeguarding?" in refused
    assert at(application, "mark", "method@1") in refused


def test_evaluators_cannot_see_each_others_scores_until_they_have_finished(application):
    colleague = UserFactory(name="Ellen")
    RoleGrantFactory(person=colleague, organisation=application.authority, role=Role.EVALUATOR)
    evaluator = person(Role.EVALUATOR, at=application.authority)
    of(Role.CONTRACTS_OFFICER, application).post(at(application, "assign"), {"person": colleague.pk})
    given_marked(application)
    assert application.status == ApplicationStatus.ASSESSING

    theirs = browser(colleague)
    theirs.post(at(application, "declare-interest"), {"what": "nothing"})
    for part in ("marks", "mark"):
        page = words(theirs.get(at(application, part, *(["lead"] if part == "mark" else []))))
        assert "She is named." not in page
    assert "She is named." in words(browser(evaluator).get(at(application, "marks")))

    theirs.post(at(application, "mark", "lead"), {"passed": "no", "reason": "No deputy."})
    for number in (1, 2):
        theirs.post(at(application, "mark", f"method@{number}"), {"score": 4, "reason": "Sound."})
    theirs.post(at(application, "finish-marking"))
    page = words(theirs.get(at(application, "moderate")))
    assert "She is named." in page
    assert "No deputy." in page
    refused = theirs.post(at(application, "moderate"), {"value-lead": "1"})
    assert "Enter the agreed mark and the reason: Who leads on safeguarding?" in words(refused)
    agreed = {"value-lead": "1", "reason-lead": "Read again.", "value-method@2": "2", "reason-method@2": "Thin."}
    assert theirs.post(at(application, "moderate"), agreed).status_code == 303
    application.refresh_from_db()
    assert application.status == ApplicationStatus.TO_DECIDE


def test_a_clarification_question_pauses_scoring(application):
    part = EvaluatorAssignmentFactory(application=application)
    here = browser(part.person)
    here.post(at(application, "declare-interest"), {"what": "nothing"})
    assert "Enter your question" in words(here.post(at(application, "clarify"), {"question": " "}))
    here.post(at(application, "clarify"), {"question": "Who stands in?"})
    application.refresh_from_db()
    assert application.status == ApplicationStatus.CLARIFYING
    waits = here.get(at(application, "mark", "lead"))
    assert "The provider is answering a clarification question." in words(waits)
    for part in ("assess", "marks", ""):
        assert "Who stands in?" in words(here.get(at(application, part) if part else at(application)))
    leads_on = at(application, "mark", "lead")
    assert leads_on not in here.get(at(application, "assess")).content.decode()  # The form would always be refused.


def test_the_page_for_giving_more_time_shows_the_rule_and_the_history_shows_the_extension(application):
    officer = of(Role.CONTRACTS_OFFICER, application)
    assert "The council can take up to 15 working days to decide if it gives a reason." in words(
        officer.get(at(application, "give-more-time"))
    )
    officer.post(at(application, "give-more-time"), {"reason": "Two visits are needed."})
    text = words(officer.get(at(application, "history")))
    assert "Time to decide extended" in text
    assert "Two visits are needed." in text


def test_an_approver_who_scored_the_application_sees_who_must_approve_it(application):
    given_marked(application)
    priya = UserFactory(name="Priya Nair")
    RoleGrantFactory(person=priya, organisation=application.authority, role=Role.APPROVER)
    refused = of(Role.EVALUATOR, application).get(at(application, "decide"))
    assert refused.status_code == 403
    assert "You scored this application, so Priya Nair must approve it." in words(refused)


def test_deciding_an_application_asks_for_the_password_again(application):
    given_marked(application)
    answer = of(Role.APPROVER, application, recently=False).get(at(application, "decide"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account:again"))


def test_a_preview_of_the_letter_is_shown_next_to_the_decision(application):
    given_marked(application)
    here = of(Role.APPROVER, application)
    page = words(here.get(at(application, "decide")))
    assert "We admit you to category 1, and we do not admit you to category 2." in page
    shown = here.post(at(application, "decide"), {"lot-1": "admit", "reason-1": "A calm farm.", "preview": "1"})
    assert "A calm farm." in words(shown)
    assert not ApplicationDecision.objects.exists()


def test_conditions_are_not_shown_as_met_if_there_are_no_scores():
    asked = [{"key": "contact", "kind": "text", "text": "Who may we ask?"}]
    questions = {**QUESTIONS, "key": "unmarked", "sections": [{"key": "about", "title": "About", "questions": asked}]}
    market = MarketFactory(changes={"questions": questions})
    application = ApplicationFactory(market=market, status=ApplicationStatus.TO_DECIDE)
    here = of(Role.APPROVER, application)
    page = words(here.get(at(application, "decide")))
    assert "No answers were assessed" in page
    assert "every condition is met" not in page
    form = {"lot-1": "refuse", "reason-1": "They gave no name."}
    assert here.post(at(application, "decide"), form).status_code == 303


def test_an_approver_can_admit_a_provider_to_one_category_with_a_condition_and_refuse_another(application):
    given_marked(application)
    here = of(Role.APPROVER, application)
    form = {
        "lot-1": "admit", "reason-1": "Every condition is met.", "condition-1-1": "Send your policy on visitors.",
        "last-day-1-1-day": "1", "last-day-1-1-month": "5", "last-day-1-1-year": "2026",
        "lot-2": "refuse", "reason-2": "",
    }  # fmt: skip
    refused = words(here.post(at(application, "decide"), form))
    assert "Enter a reason. The provider will read it." in refused
    assert "Send your policy on visitors." in refused
    assert not ApplicationDecision.objects.exists()

    answer = here.post(at(application, "decide"), form | {"reason-2": "Too thin."})
    assert answer.headers["Location"] == at(application, "decide-done")
    done = words(here.get(at(application, "decide-done")))
    assert "Decision sent" in done
    statuses = application.requests.order_by("lot__number").values_list("status", flat=True)
    assert list(statuses) == [LotRequestStatus.CONDITIONAL, LotRequestStatus.REFUSED]
    assert MembershipCondition.objects.get().text == "Send your policy on visitors."
    assert Member.objects.get().lot.number == 1
    announced = Message.objects.get(
        subject=f"Our decision on your application ({application.reference})", address__startswith="ada"
    )
    assert "Too thin" not in announced.body
    text = words(here.get(at(application, "history")))
    assert "1. Tutoring: Every condition is met." in text


def test_a_condition_without_a_deadline_is_refused_and_the_answers_are_kept(application):
    given_marked(application)
    form = {"lot-1": "admit", "reason-1": "Met.", "condition-1-1": "Send it.", "lot-2": "refuse", "reason-2": "Thin."}
    refused = words(of(Role.APPROVER, application).post(at(application, "decide"), form))
    assert "Enter the last day to meet condition 1" in refused
    assert not ApplicationDecision.objects.exists()


def test_a_lot_whose_conditions_are_not_met_is_not_admitted(application):
    given_marked(application)
    form = {"lot-1": "admit", "reason-1": "Met.", "lot-2": "admit", "reason-2": "Kind people."}
    refused = words(of(Role.APPROVER, application).post(at(application, "decide"), form))
    assert "You cannot admit the provider to category 2." in refused
    assert 'href="#id_lot-2"' in refused


def test_the_queue_can_be_filtered_and_exported_and_shows_its_counts(application, market):
    name = "=cmd|A1 Learning"
    other = ApplicationFactory(market=market, status=ApplicationStatus.DECIDED, provider__name=name)
    here = of(Role.CONTRACTS_OFFICER, application)
    path = reverse("authority:applications", args=[application.authority.slug])
    everything = words(here.get(path))
    assert "1 to 2 of 2 applications" in everything
    undecided = words(here.get(path, {"status": "undecided"}))
    assert application.reference in undecided
    assert other.reference not in undecided
    assert "1 to 1 of 1 application" in undecided
    rows = words(here.get(f"{path}.csv", {"status": "decided"}))
    assert f"{other.reference},'=cmd|A1 Learning" in rows
    assert application.reference not in rows


def test_another_authoritys_application_returns_404(application):
    elsewhere = ApplicationFactory(status=ApplicationStatus.SUBMITTED)
    stranger = of(Role.CONTRACTS_OFFICER, elsewhere)
    assert stranger.get(at(application)).status_code == 404
    crossed = reverse("authority:application", args=[elsewhere.authority.slug, application.reference])
    assert stranger.get(crossed).status_code == 404
    assert not Application.objects.filter(parts__isnull=False).exists()


def test_an_approver_sees_what_must_happen_before_an_application_can_be_decided(application):
    EvaluatorAssignmentFactory(application=application)
    page = words(of(Role.APPROVER, application).get(at(application)))
    assert "You cannot decide this application yet" in page
    assert "Esme submits their marks" in page
    assert "You cannot decide this application yet" not in words(
        of(Role.CONTRACTS_OFFICER, application).get(at(application))
    )
