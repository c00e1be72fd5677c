"""Tests for what is always true of applications, in whatever order and at whatever time people act."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calloff.agreements import commands as agreements
from calloff.agreements import sealed_copy
from calloff.agreements.models import Agreement
from calloff.applications import commands
from calloff.applications.models import Application, Clarification, EvaluatorAssignment, LotRequest, SubmittedVersion
from calloff.applications.queries import marks_seen_by
from calloff.applications.states import (
    LIVE_REQUEST_STATUSES,
    SENT_STATUSES,
    ApplicationStatus,
    AssignmentStatus,
    LotRequestStatus,
)
from calloff.history.models import EventSubject
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.members import letters
from calloff.members.commands import decide
from calloff.members.lot_decision import LotDecision
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import MARKS_TO_GIVE, second_evaluator
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, person
from tests.factories_evidence import StoredFileFactory
from tests.factories_markets import ANSWERS, ELIGIBLE, LAST_MOMENT, MARKET_CLOSES, MarketFactory

LIVES = (Application, LotRequest, EvaluatorAssignment, Clarification, Agreement)
SIGNED = {"name": "Somebody", "role": "Director", "authority": "The board"}


class ApplicationMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.one_life = transaction.atomic()
        self.one_life.__enter__()
        self.at, self.first_versions = NOW, {}
        self.market = MarketFactory()
        self.providers = [ProviderFactory(), ProviderFactory()]
        here = self.market.authority
        self.officer = person(Role.CONTRACTS_OFFICER, at=here)
        self.approver = person(Role.APPROVER, at=here)
        self.evaluators = [person(Role.EVALUATOR, at=here), second_evaluator(self._any())]
        self.leads = [person(Role.PROVIDER_LEAD, at=provider) for provider in self.providers]
        self.signatories = [person(Role.PROVIDER_SIGNATORY, at=provider) for provider in self.providers]
        self.everybody = [self.officer, self.approver, *self.evaluators, *self.leads, *self.signatories]

    def teardown(self):
        transaction.set_rollback(True)
        self.one_life.__exit__(None, None, None)

    def _any(self):
        return Application(market=self.market, authority=self.market.authority, provider=self.providers[0])

    def _attempt(self, command, *args, **how):
        try:
            return command(*args, at=self.at, **how)
        except (Refused, PermissionDenied):
            return None

    def _pick(self, model, number):
        found = list(model.objects.order_by("pk"))
        return found[number % len(found)] if found else None

    # What people do --------------------------------------------------------------------------------------------------

    @initialize(steps=st.tuples(st.integers(1, 5), st.integers(0, 5)))
    def two_providers_have_started(self, steps):
        for side, far in enumerate(steps):
            application = commands.start(
                self.market,
                provider=self.providers[side],
                lots=[1, 2],
                eligibility=ELIGIBLE,
                by=self.leads[side],
                at=self.at,
            )
            for _ in range(far):
                self._go_on(Application.objects.get(pk=application.pk))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)

    @precondition(lambda self: self.at < LAST_MOMENT)
    @rule(at=st.sampled_from([LAST_MOMENT, MARKET_CLOSES]))
    def the_close_comes(self, at):
        if self.at > NOW + timedelta(days=5):
            self.at = at

    @rule(side=st.integers(0, 1), lots=st.sampled_from([[1], [2], [1, 2]]))
    def somebody_starts(self, side, lots):
        self._attempt(
            commands.start, self.market, provider=self.providers[side], lots=lots, eligibility=ELIGIBLE,
            by=self.leads[side],
        )  # fmt: skip

    @rule(number=st.integers(0, 9), steps=st.integers(1, 3))
    def an_application_goes_on(self, number, steps):
        """Let the next person act in the way that people usually do."""
        application = self._pick(Application, number)
        for _ in range(steps if application else 0):
            self._go_on(Application.objects.get(pk=application.pk))

    @rule(number=st.integers(0, 9), who=st.integers(0, 9), verb=st.sampled_from(["amend", "discard", "withdraw"]))
    def somebody_changes_or_withdraws(self, number, who, verb):
        if application := self._pick(Application, number):
            self._attempt(getattr(commands, verb), application, by=self._somebody(who, application))

    @rule(number=st.integers(0, 9), who=st.integers(0, 9), lots=st.sampled_from([[1], [2], [1, 2]]))
    def somebody_chooses_lots(self, number, who, lots):
        if application := self._pick(Application, number):
            self._attempt(commands.choose_lots, application, lots=lots, by=self._somebody(who, application))

    @rule(number=st.integers(0, 9), who=st.integers(0, 9))
    def somebody_submits(self, number, who):
        if application := self._pick(Application, number):
            by = self._somebody(who, application)
            self._attempt(commands.submit, application, by=by, name="Somebody", role="Director")

    @rule(number=st.integers(0, 9), who=st.integers(0, 9), whom=st.integers(0, 1))
    def somebody_allocates(self, number, who, whom):
        if application := self._pick(Application, number):
            by = self.officer if who % 2 else self.everybody[who % len(self.everybody)]
            self._attempt(commands.assign, application, person=self.evaluators[whom], by=by)

    @rule(
        number=st.integers(0, 9),
        who=st.integers(0, 9),
        key=st.sampled_from(list(MARKS_TO_GIVE)),
        score=st.integers(0, 5),
    )
    def somebody_marks_or_leaves(self, number, who, key, score):
        if part := self._pick(EvaluatorAssignment, number):
            by = part.person if who % 3 else self.everybody[who % len(self.everybody)]
            value = {"score": score} if "@" in key else {"passed": score > 1}
            self._attempt(commands.mark, part, key=key, by=by, reason="So I find.", **value)
            if not who:
                self._attempt(commands.stand_down, part, by=part.person, interest="A friend.")

    @rule(number=st.integers(0, 9), who=st.integers(0, 9))
    def somebody_asks_sends_back_or_gives_time(self, number, who):
        if application := self._pick(Application, number):
            by = self.everybody[who % len(self.everybody)]
            self._attempt(commands.clarify, application, question="Which?", by=self.evaluators[who % 2])
            self._attempt(commands.return_for_marking, application, reason="Say more.", by=by)
            self._attempt(commands.give_more_time, application, reason="Illness.", by=by)

    @rule(who=st.integers(0, 1), side=st.integers(0, 1))
    def an_evaluator_takes_a_post_at_a_provider(self, who, side):
        evaluator, provider = self.evaluators[who], self.providers[side]
        if self.at > NOW + timedelta(days=10) and not evaluator.grants.filter(organisation=provider).exists():
            RoleGrantFactory(person=evaluator, organisation=provider, role=Role.PROVIDER_STAFF)
            evaluator.forget_roles()

    @rule(number=st.integers(0, 9), who=st.integers(0, 9))
    def somebody_ends_an_agreement(self, number, who):
        if agreement := self._pick(Agreement, number):
            by = self.everybody[who % len(self.everybody)]
            self._attempt(agreements.end, agreement, reason="Both sides wish it.", by=by)

    @rule(number=st.integers(0, 9), who=st.integers(0, 9), wrong=st.booleans())
    def an_agreement_is_signed(self, number, who, wrong):
        if agreement := self._pick(Agreement, number):
            usual = self.officer if agreement.status == "to_countersign" else self._signatory(agreement)
            by = usual if who % 4 else self.everybody[who % len(self.everybody)]
            for verb in (agreements.sign, agreements.countersign):
                self._attempt(agreements.send_code, agreement, by=by)
                letter = Message.objects.filter(secret=True, address=by.email).order_by("pk").last()
                code = letter.body.split()[1] if letter and not wrong else "000000x"
                self._attempt(verb, agreement, by=by, code=code, **SIGNED)

    @rule(number=st.integers(0, 9), lots=st.sampled_from([[1], [2], [1, 2]]))
    def a_provider_changes_what_it_sent(self, number, lots):
        if application := self._pick(Application, number):
            lead = self.leads[self.providers.index(application.provider)]
            self._attempt(commands.amend, application, by=lead)
            self._attempt(commands.choose_lots, application, lots=lots, by=lead)
            if len(lots) < 2:
                self._write_and_submit(application, lead)

    def _signatory(self, agreement):
        return self.signatories[self.providers.index(agreement.provider)]

    def _somebody(self, who, application):
        return self.leads[self.providers.index(application.provider)] if who % 4 else self.everybody[who % 8]

    def _go_on(self, application):
        lead = self.leads[self.providers.index(application.provider)]
        parts = list(application.parts.exclude(status=AssignmentStatus.STOOD_DOWN).order_by("pk"))
        match application.status:
            case ApplicationStatus.DRAFT:
                self._write_and_submit(application, lead)
            case ApplicationStatus.SUBMITTED if application.amending and not parts:
                self._write_and_submit(application, lead)
            case ApplicationStatus.SUBMITTED | ApplicationStatus.ASSESSING if not parts:
                self._attempt(commands.assign, application, person=self.evaluators[0], by=self.officer)
            case ApplicationStatus.SUBMITTED | ApplicationStatus.ASSESSING if any(
                part.status == AssignmentStatus.ALLOCATED for part in parts
            ):
                for part in parts:
                    self._attempt(commands.declare_interest, part, by=part.person)
            case ApplicationStatus.SUBMITTED | ApplicationStatus.ASSESSING:
                for part in parts:
                    for key, value in MARKS_TO_GIVE.items():
                        self._attempt(commands.mark, part, key=key, by=part.person, reason="Good.", **value)
                    self._attempt(commands.finish_marking, part, by=part.person)
                agreed = {key: (value.get("score", True), "Agreed.") for key, value in MARKS_TO_GIVE.items()}
                self._attempt(commands.moderate, application, agreed=agreed, by=parts[0].person)
            case ApplicationStatus.CLARIFYING:
                asked = application.clarifications.order_by("pk").last()
                self._attempt(commands.answer_clarification, asked, answer="All.", by=lead)
            case ApplicationStatus.TO_DECIDE:
                outcomes = [LotDecision(lot, admit=True, reason="Met.") for lot in application.version.lots]
                self._attempt(decide, application, outcomes=outcomes, by=self.approver)

    def _write_and_submit(self, application, lead):
        for key, answers in ANSWERS.items():
            seen = application.sections.filter(key=key).values_list("saves", flat=True).first() or 0
            self._attempt(commands.save_section, application, key=key, answers=answers, seen=seen, by=lead)
        self._attempt(commands.submit, application, by=lead, name="Ada", role="Director")

    # What must always be true ----------------------------------------------------------------------------------------

    @invariant()
    def one_request_lives_for_each_provider_and_lot(self):
        live = list(LotRequest.objects.filter(status__in=LIVE_REQUEST_STATUSES).values_list("provider", "lot"))
        assert len(live) == len(set(live))

    @invariant()
    def the_requests_of_what_is_under_way_are_its_lots(self):
        for one in Application.objects.filter(status__in=[ApplicationStatus.DRAFT, *SENT_STATUSES]).select_related(
            "version"
        ):
            live = one.requests.filter(status=LotRequestStatus.REQUESTED).values_list("lot__number", flat=True)
            assert sorted(live) == (one.version.lots if one.version else one.lots)
            assert one.amending or one.version is None or one.lots == one.version.lots

    @invariant()
    def what_was_sent_has_a_version_of_a_time_when_the_window_was_open(self):
        for one in Application.objects.exclude(status=ApplicationStatus.DRAFT).select_related("version"):
            assert one.version or one.status == ApplicationStatus.WITHDRAWN
            if one.version:
                assert one.submitted_at == one.version.submitted_at
                assert self.market.opens_at <= one.submitted_at < self.market.closes_at
                assert one.version.number == one.versions.count()

    @invariant()
    def versions_never_change(self):
        now = {
            version.pk: (version.number, version.answers, version.lots) for version in SubmittedVersion.objects.all()
        }
        assert {key: now.get(key) for key in self.first_versions} == self.first_versions
        self.first_versions = now

    @invariant()
    def every_status_was_reached_by_moves_of_the_table_that_link(self):
        told = {}
        for subject in EventSubject.objects.order_by("pk"):
            told.setdefault((subject.record_type, subject.record_id), []).append(subject)
        for model in LIVES:
            moves = {(move.verb, move.source or "", move.target) for move in model.LIFECYCLE.transitions}
            for record in model.objects.all():
                chain = told[record_type(model), record.pk]
                assert {(one.verb, one.source, one.target) for one in chain} <= moves
                assert [one.source for one in chain] == ["", *(one.target for one in chain[:-1])]
                assert chain[-1].target == record.status

    @invariant()
    def nobody_sees_anothers_marks_before_their_own_are_in(self):
        busy = EvaluatorAssignment.objects.filter(status__in=[AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING])
        for part in busy.select_related("person", "application"):
            seen = marks_seen_by(part.person, part.application)
            assert not seen.exclude(part__person=part.person).exists()

    @invariant()
    def nobody_signed_for_both_sides_and_what_is_in_force_has_both(self):
        for agreement in Agreement.objects.all():
            signed = list(agreement.signatures.values_list("side", "person"))
            assert len({person for _, person in signed}) == len(signed)
            assert agreement.status != "in_force" or {side for side, _ in signed} == {"provider", "authority"}


@pytest.mark.django_db
def test_applications_stay_consistent_after_any_sequence_of_actions(monkeypatch):
    for paper, seal in ((sealed_copy, "make_sealed_copy"), (letters, "seal_letter")):
        monkeypatch.setattr(paper, seal, lambda *args, **how: StoredFileFactory())
    run_state_machine_as_test(
        ApplicationMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
