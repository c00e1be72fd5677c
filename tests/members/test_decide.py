"""Tests for deciding an application: all lots together, with reasons, in one transaction.

Scenarios 12 to 16.
"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.applications.commands import start
from calloff.applications.models import LotRequest, Mark, SubmittedVersion
from calloff.applications.states import ApplicationStatus, LotRequestStatus
from calloff.evidence.queries import relied_on
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members import commands, letters, messages
from calloff.members.lot_decision import LotDecision
from calloff.members.models import ApplicationDecision, LotOutcome, Member, MembershipCondition
from calloff.outbox.models import Message
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.documents.sample_texts import ACCEPTED, text_of_file
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, UserFactory, person
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory
from tests.factories_markets import ELIGIBLE, MarketFactory
from tests.members.scenario import approver, ready

pytestmark = pytest.mark.django_db

YES, NO = "Every condition is met.", "The score for your method is below 3."
A_CONDITION = ("Send your policy on visitors.", date(2026, 5, 1))


def decide(application, *outcomes, by=None):
    return commands.decide(application, outcomes=outcomes, by=by or approver(application), at=NOW)


def nothing_came_of(application):
    application.refresh_from_db()
    return (
        application.status == ApplicationStatus.TO_DECIDE
        and {one.status for one in application.requests.all()} == {LotRequestStatus.REQUESTED}
        and not any(
            kind.objects.exists()
            for kind in (ApplicationDecision, LotOutcome, Member, MembershipCondition, Agreement, Message, Event)
        )
    )


def test_admitting_a_provider_to_one_lot_and_refusing_another_is_recorded_as_one_event():
    application = ready({2: 1})
    decision = decide(application, LotDecision(1, True, YES), LotDecision(2, False, NO))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DECIDED
    assert [one.status for one in application.requests.order_by("lot__number")] == ["admitted", "refused"]
    member = Member.objects.get()
    assert (member.lot.number, member.agreement) == (1, decision.agreement)
    assert Event.objects.count() == 1
    # They are the application, two requests, the agreement and the member.
    assert Event.objects.get().subjects.count() == 5


def test_a_provider_that_registered_itself_counts_as_checked_once_it_is_admitted():
    application = ready(lots=[1])
    assert not application.provider.was_checked
    decide(application, LotDecision(1, admit=True, reason="Meets every condition."))
    provider = Organisation.objects.get(pk=application.provider_id)
    assert provider.was_checked
    assert provider.checked_at == NOW


def test_one_agreement_lists_every_admitted_lot():
    application = ready()
    decision = decide(application, LotDecision(1, True, YES), LotDecision(2, True, YES))
    agreement = Agreement.objects.get()
    assert decision.agreement == agreement
    assert agreement.status == AgreementStatus.TO_SIGN
    assert [lot["number"] for lot in agreement.lots] == [1, 2]
    assert {member.agreement for member in Member.objects.all()} == {agreement}
    assert agreement.text == application.market.agreement


def test_the_decision_letter_explains_both_outcomes_and_how_to_challenge_them():
    application = ready({2: 1})
    decision = decide(application, LotDecision(1, True, YES, [A_CONDITION]), LotDecision(2, False, NO))
    assert [one["decision"] for one in decision.letter["outcomes"]] == ["Admitted with conditions", "Not admitted"]
    assert "visitors" in str(decision.letter["outcomes"][0])
    assert YES in str(decision.letter["reasons"])
    assert NO in str(decision.letter["reasons"])
    assert "1 out of 5" in str(decision.letter["reasons"])
    assert "write to" in " ".join(decision.letter["challenge"])
    assert decision.paper.is_served


def test_a_condition_is_stored_with_its_deadline():
    application = ready(lots=[1])
    decide(application, LotDecision(1, True, YES, [A_CONDITION]))
    condition = MembershipCondition.objects.get()
    assert (condition.text, condition.due_on) == A_CONDITION
    assert LotRequest.objects.get().status == LotRequestStatus.CONDITIONAL


def test_the_email_about_a_decision_leaves_out_the_reasons():
    application = ready(lots=[1])
    ada = person(Role.PROVIDER_LEAD, at=application.provider)
    sian = person(Role.PROVIDER_SIGNATORY, at=application.provider)
    decide(application, LotDecision(1, True, YES))
    told = Message.objects.filter(subject__contains=application.reference)
    assert {one.to_id for one in told} == {ada.pk, sian.pk}
    assert YES not in "".join(told.values_list("body", flat=True))
    assert Message.objects.filter(to=sian, subject__startswith="Please sign ").exists()


def test_a_price_schedule_becomes_the_price_annex_for_admitted_lots_only():
    market = MarketFactory(priced=True)
    application = ready(market=market)
    version = application.version
    version_answers = {
        **version.answers,
        "prices": {
            "tutoring_hour": {"amount": "45.00", "vat": "exempt"},
            "mentoring_day": {"amount": "90.00", "vat": "exempt"},
        },
    }
    application.version = SubmittedVersion.objects.create(
        application=application, number=2, answers=version_answers, lots=[1, 2], submitted_by=version.submitted_by,
        submitted_at=NOW, declared_name="Ada", declared_role="Director",
    )  # fmt: skip
    application.save()
    Mark.objects.filter(key="method@2").update(score=1)
    decision = decide(application, LotDecision(1, True, YES), LotDecision(2, False, NO))
    assert [(line["key"], line["amount"]) for line in decision.agreement.prices] == [("tutoring_hour", "45.00")]


def test_a_reason_in_any_script_can_be_read_in_the_sealed_letter():
    application = ready()
    provider = application.provider
    provider.name = "Nguyễn & Їжак → 中"
    provider.save()
    decision = decide(application, LotDecision(1, True, ACCEPTED), LotDecision(2, True, "Ratios of 1‑1 are in place"))
    said = " ".join(text_of_file(decision.paper).split())
    assert "Nguyễn & Їжак → □" in said
    assert "Ratios of 1‑1 are in place" in said
    assert "U+4E2D" in said


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_without_a_reason_is_refused(reason):
    application = ready()
    with pytest.raises(Refused, match="Enter a reason"):
        decide(application, LotDecision(1, True, YES), LotDecision(2, True, reason))
    assert nothing_came_of(application)


def test_a_decision_must_cover_exactly_the_lots_that_were_requested():
    application = ready(lots=[1])
    with pytest.raises(Refused, match="Select a decision for category 1"):
        decide(application)
    with pytest.raises(Refused, match="only make decisions on categories"):
        decide(application, LotDecision(1, True, YES), LotDecision(2, True, YES))
    assert nothing_came_of(application)


def test_deciding_an_application_is_refused_while_a_required_score_is_missing():
    application = ready(lots=[1])
    Mark.objects.filter(key="method@1").delete()
    with pytest.raises(Refused, match="has not been marked: How would you teach"):
        decide(application, LotDecision(1, True, YES))
    assert nothing_came_of(application)


def test_an_application_cannot_be_decided_twice():
    application = ready(lots=[1])
    decide(application, LotDecision(1, True, YES))
    with pytest.raises(Refused, match="status is “Decided”"):
        decide(application, LotDecision(1, True, YES))
    assert ApplicationDecision.objects.count() == 1


def test_admitting_a_provider_with_too_low_a_score_or_a_failed_check_is_refused():
    with pytest.raises(Refused, match="You cannot admit the provider to category 1"):
        decide(ready({1: 2}, lots=[1]), LotDecision(1, True, YES))
    with pytest.raises(Refused, match="Not passed: Who leads on safeguarding"):
        decide(ready(lots=[1], passed=False), LotDecision(1, True, YES))


def test_refusing_a_provider_that_meets_every_condition_is_refused():
    application = ready(lots=[1])
    with pytest.raises(Refused, match="because every condition is met"):
        decide(application, LotDecision(1, False, NO))
    assert nothing_came_of(application)


def test_people_cannot_approve_their_own_scores_and_can_see_who_can_approve():
    application = ready(lots=[1])
    esme = person(Role.EVALUATOR, at=application.authority)
    RoleGrantFactory(person=esme, organisation=application.authority, role=Role.APPROVER)
    esme.forget_roles()
    approver(application)
    with pytest.raises(Refused, match="You scored this application, so Anwar must approve it"):
        decide(application, LotDecision(1, True, YES), by=esme)
    assert nothing_came_of(application)


def test_the_database_refuses_approval_by_a_person_who_scored():
    application = ready(lots=[1])
    esme = person(Role.EVALUATOR, at=application.authority)
    letter = letters.decision_letter(
        application, [(application.market.lots.first(), LotDecision(1, True, YES))], esme, NOW
    )
    with pytest.raises(DatabaseError, match="Nobody approves their own marks"), transaction.atomic():
        ApplicationDecision.objects.create(
            authority=application.authority, provider=application.provider, application=application, by=esme,
            decided_at=NOW, letter=letter, paper=letters.seal_letter(letter, at=NOW),
        )  # fmt: skip


def test_a_person_with_a_role_at_the_provider_cannot_decide_an_application():
    application = ready(lots=[1])
    anwar = approver(application)
    RoleGrantFactory(person=anwar, organisation=application.provider, role=Role.PROVIDER_STAFF)
    anwar.forget_roles()
    with pytest.raises(Refused, match="You have a role at"):
        decide(application, LotDecision(1, True, YES), by=anwar)


@pytest.mark.parametrize("role", [Role.CONTRACTS_OFFICER, Role.QUALITY_OFFICER, Role.ADMINISTRATOR])
def test_people_with_other_roles_at_the_authority_cannot_decide_an_application(role):
    application = ready(lots=[1])
    with pytest.raises(PermissionDenied):
        decide(application, LotDecision(1, True, YES), by=person(role, at=application.authority))
    assert nothing_came_of(application)


def test_an_approver_of_another_authority_cannot_decide_an_application():
    application = ready(lots=[1])
    with pytest.raises(PermissionDenied):
        decide(application, LotDecision(1, True, YES), by=person(Role.APPROVER, at=AuthorityFactory()))
    assert nothing_came_of(application)


@pytest.mark.parametrize(
    ("where", "part"),
    [
        (letters, "decision_letter"),
        (letters, "seal_letter"),
        (messages, "decided"),
        (messages, "to_sign"),
        (Member, "save"),
        (MembershipCondition, "save"),
        (Agreement, "save"),
        (LotRequest, "save"),
        (LotOutcome, "save"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_error_half_way_through_a_decision_leaves_nothing_saved(monkeypatch, where, part):
    application = ready({2: 1})
    person(Role.PROVIDER_SIGNATORY, at=application.provider)

    def fails(*args, **kwargs):
        raise OSError("the disk is full")

    anwar = approver(application)
    monkeypatch.setattr(where, part, fails)
    with pytest.raises(OSError, match="disk"):
        decide(application, LotDecision(1, True, YES, [A_CONDITION]), LotDecision(2, False, NO), by=anwar)
    monkeypatch.undo()
    assert nothing_came_of(application)


def test_a_refused_application_keeps_access_to_the_evidence_it_relied_on():
    application = ready({1: 1, 2: 1})
    item = EvidenceFactory(provider=application.provider)
    EvidenceRelianceFactory(evidence=item, authority=application.authority, purpose=application.reference)
    decide(application, LotDecision(1, False, NO), LotDecision(2, False, NO))
    assert list(relied_on(application.authority, application.reference, NOW + timedelta(days=1000))) == [item]


def test_the_provider_can_apply_again_for_the_refused_lot():
    application = ready({2: 1})
    decide(application, LotDecision(1, True, YES), LotDecision(2, False, NO))
    ada = person(Role.PROVIDER_LEAD, at=application.provider)
    assert start(application.market, provider=application.provider, lots=[2], eligibility=ELIGIBLE, by=ada, at=NOW)
    with pytest.raises(Refused, match="already applied to this category, or are already a member of it"):
        start(application.market, provider=application.provider, lots=[1], eligibility=ELIGIBLE, by=ada, at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_decisions_is_made():
    application = ready(lots=[1])
    anwar = approver(application)
    results = all_at_once(lambda: decide(application, LotDecision(1, True, YES), by=anwar), times=4)
    assert results.count("done") == 1
    assert (ApplicationDecision.objects.count(), Member.objects.count(), Agreement.objects.count()) == (1, 1, 1)


def test_the_database_refuses_changes_to_decisions_and_to_their_outcomes():
    application = ready(lots=[1])
    decision = decide(application, LotDecision(1, True, YES))
    for row, field in ((decision, "letter"), (LotOutcome.objects.get(), "reason")):
        with pytest.raises(DatabaseError), transaction.atomic():
            setattr(row, field, "other")
            row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


def test_a_person_without_any_role_cannot_decide_an_application():
    application = ready(lots=[1])
    with pytest.raises(PermissionDenied):
        decide(application, LotDecision(1, True, YES), by=UserFactory())
