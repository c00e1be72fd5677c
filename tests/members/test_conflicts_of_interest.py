"""Tests that no command lets a person who acts for a provider decide about that provider for the council."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from calloff.agreements import commands as agreements
from calloff.applications import commands as applications
from calloff.directory import commands as directory
from calloff.kernel.lifecycles import SELF, Refused
from calloff.members import commands
from calloff.members.models import Member, MembershipCondition
from calloff.members.states import ConditionStatus
from calloff.monitoring import commands as monitoring
from calloff.people.permissions import Role
from tests.applications.scenario import begun, mark_all, second_evaluator, submitted, to_decide
from tests.directory.test_pictures import added
from tests.factories import NOW, RoleGrantFactory, born_with_status, person
from tests.factories_markets import AgreementFactory, MemberFactory, ServiceFactory
from tests.factories_placements import SuspensionNoticeFactory
from tests.members.test_suspend import suspended
from tests.unauthorised_users import database_rows

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def a_condition(member):
    with born_with_status(MembershipCondition, ConditionStatus.OUTSTANDING):
        return MembershipCondition.objects.create(
            authority=member.authority, provider=member.provider, member=member, text="Send your policy.",
            due_on=date(2026, 4, 1), status=ConditionStatus.OUTSTANDING,
        )  # fmt: skip


def a_proposal(member):
    by = person(Role.APPROVER, at=member.authority)
    return commands.propose_removal(member, reason="It has moved.", by=by, at=NOW)


def a_suspension(member):
    return suspended(member)


def a_signatory(agreement):
    return person(Role.PROVIDER_SIGNATORY, at=agreement.provider)


def nothing(record):
    return record


def again(member):
    return Member.objects.select_related("provider", "authority", "suspension").get(pk=member.pk)


# each verb, with its role (None for the evaluator), the records that it needs, and its command
VERBS = {
    "suspend": (Role.QUALITY_OFFICER, nothing, lambda one, _, by: suspended(one, by=by)),
    "review_suspension": (Role.QUALITY_OFFICER, a_suspension, lambda one, _, by: commands.review_suspension(
        again(one), found="It goes on.", next_on=TODAY + timedelta(days=14), by=by, at=NOW)),
    "reinstate": (Role.QUALITY_OFFICER, a_suspension, lambda _, there, by: commands.reinstate(
        there, reason="All is well.", by=by, at=NOW)),
    "record_check": (Role.QUALITY_OFFICER, nothing, lambda one, _, by: commands.record_check(
        one, checked_on=TODAY, how="visit", by=by, at=NOW)),
    "meet_condition": (Role.QUALITY_OFFICER, a_condition, lambda _, there, by: commands.meet_condition(
        there, reason="It was sent.", by=by, at=NOW)),
    "propose_removal": (Role.APPROVER, nothing, lambda one, _, by: commands.propose_removal(
        one, reason="It has moved.", by=by, at=NOW)),
    "remove": (Role.APPROVER, a_proposal, lambda one, there, by: commands.remove(
        one, reason="It has moved.", by=by, at=there.answer_by)),
    "drop_removal": (Role.APPROVER, a_proposal, lambda _, there, by: commands.drop_removal(
        there, reason="It has not moved.", by=by, at=NOW)),
    "take_back": (Role.CONTRACTS_OFFICER, nothing, lambda one, _, by: applications.take_back(
        one, reason="She is ill.", by=by, at=NOW)),
    "give_more_time": (Role.CONTRACTS_OFFICER, nothing, lambda one, _, by: applications.give_more_time(
        one, reason="Two are ill.", by=by, at=NOW)),
    "assign": (Role.CONTRACTS_OFFICER, second_evaluator, lambda one, there, by: applications.assign(
        one, person=there, by=by, at=NOW)),
    "return_for_marking": (Role.APPROVER, nothing, lambda one, _, by: applications.return_for_marking(
        one, by=by, at=NOW, reason="A reason is missing.")),
    "clarify": (None, nothing, lambda one, _, by: applications.clarify(
        one.application, question="Where?", by=by, at=NOW)),
    "finish_marking": (None, mark_all, lambda one, _, by: applications.finish_marking(one, by=by, at=NOW)),
    "carry_over": (Role.CONTRACTS_OFFICER, nothing, lambda one, _, by: commands.carry_over(
        one.market, one.provider, lots=[2], queries={}, source="A list", by=by, at=NOW)),
    "remind": (Role.CONTRACTS_OFFICER, a_signatory, lambda one, _, by: agreements.remind(one, by=by, at=NOW)),
    "remind_buyer": (Role.QUALITY_OFFICER, nothing, lambda one, _, by: monitoring.remind(one, by=by, at=NOW)),
    "take_down_picture": (Role.QUALITY_OFFICER, nothing, lambda one, _, by: directory.take_down_picture(
        one, fault="child", by=by, at=NOW)),
}  # fmt: skip
ELSEWHERE = {  # These verbs have their own tests.
    "decide",
    "declare_interest",
    "moderate",
    "approve_change",
    "refuse_change",
    "approve_uplift",
    "refuse_uplift",
    "countersign",
    "end",
    "dissolve",
    "require_anew",
    "answer_enquiry",
    "close_enquiry",
    "publish_enquiry",
    "unpublish_enquiry",
}
# These verbs run only as part of another command.
PARTS = {
    "admit",
    "admit_with_conditions",
    "refuse",
    "release",
    "offer",
    "bring_in",
    "record_on_paper",
    "supersede",
    "tell",
    "prolong",
}
ABOUT_NO_PROVIDER = {"markets.Market", "directory.Synonym", "demand.NominationResponse"}


OTHER_RECORDS = {
    "remind": lambda: AgreementFactory(unsigned=True),
    "remind_buyer": SuspensionNoticeFactory,
    "take_down_picture": lambda: added(ServiceFactory()),
}


def about(verb):
    if verb in OTHER_RECORDS:
        one = OTHER_RECORDS[verb]()
        return one, getattr(one, "suspension", None) or getattr(one, "service", None) or one
    match verb:
        case "take_back" | "clarify" | "finish_marking":
            part = begun()
            return part, part.application
        case "return_for_marking":
            application = to_decide()
            return application, application
        case "give_more_time" | "assign":
            application = submitted()
            return application, application
        case _:
            member = MemberFactory()
            return member, member


@pytest.mark.parametrize("verb", VERBS)
def test_an_action_by_an_officer_with_a_role_at_the_provider_is_refused_and_leaves_no_trace(verb):
    role, before, command = VERBS[verb]
    one, record = about(verb)
    there, both = before(one), person(role, at=record.authority) if role else one.person
    RoleGrantFactory(person=both, organisation=record.provider, role=Role.PROVIDER_STAFF)
    both.forget_roles()
    was = database_rows()
    with pytest.raises(Refused, match=f"You have a role at {record.provider}, so "):
        command(one, there, both)
    assert database_rows() == was


@pytest.mark.parametrize("verb", VERBS)
def test_an_action_by_an_officer_without_a_role_at_the_provider_succeeds(verb):
    role, before, command = VERBS[verb]
    one, record = about(verb)
    command(one, before(one), person(role, at=record.authority) if role else one.person)


def test_every_council_command_about_a_provider_is_tested():
    verbs = {
        move.verb
        for model in apps.get_models()
        if hasattr(model, "LIFECYCLE") and model._meta.label not in ABOUT_NO_PROVIDER
        for move in model.LIFECYCLE.transitions
        if move.owner == "authority" and move.permission != SELF
    }
    assert verbs - PARTS == set(VERBS) - {"remind_buyer"} | ELSEWHERE
