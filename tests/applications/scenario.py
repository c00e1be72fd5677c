"""Applications at each stage, which commands make, and the people who act on them."""

from calloff.applications import commands
from calloff.applications.models import Application
from calloff.people.permissions import Role
from tests.factories import NOW, RoleGrantFactory, UserFactory, person
from tests.factories_markets import ApplicationFactory

MARKS_TO_GIVE = {"lead": {"passed": True}, "method@1": {"score": 4}, "method@2": {"score": 4}}


def ada(application):
    return person(Role.PROVIDER_LEAD, at=application.provider)


def olivia(application):
    return person(Role.CONTRACTS_OFFICER, at=application.authority)


def esme(application):
    return person(Role.EVALUATOR, at=application.authority)


def anwar(application):
    return person(Role.APPROVER, at=application.authority)


def second_evaluator(application):
    user = UserFactory(email=f"edwin@{application.authority_id}.example", name="Edwin")
    if not user.grants.exists():
        RoleGrantFactory(person=user, organisation=application.authority, role=Role.EVALUATOR)
    user.forget_roles()
    return user


def fresh(record):
    return type(record)._default_manager.get(pk=record.pk)


def submit(application, *, at=NOW, by=None):
    return commands.submit(application, by=by or ada(application), at=at, name="Ada Okafor", role="Director")


def submitted(at=NOW, **traits):
    return submit(ApplicationFactory(**traits), at=at)


def allocated(application=None, person=None, at=NOW):
    application = application or submitted()
    return commands.assign(application, person=person or esme(application), by=olivia(application), at=at)


def begun(part=None, at=NOW):
    part = part or allocated()
    return commands.declare_interest(part, by=part.person, at=at)


def mark_all(part, at=NOW, **differently):
    for key, value in {**{k: v for k, v in MARKS_TO_GIVE.items() if k in _asked(part)}, **differently}.items():
        commands.mark(part, key=key, by=part.person, at=at, reason=f"Because of {key}.", **value)
    return part


def _asked(part):
    return Application.objects.get(pk=part.application_id).version.answers


def finish(part, at=NOW, **differently):
    return commands.finish_marking(mark_all(part, at, **differently), by=part.person, at=at)


def clarifying(part=None, at=NOW):
    part = part or begun()
    return commands.clarify(part.application, question="Which year groups?", by=part.person, at=at)


def to_decide(at=NOW):
    return fresh(finish(begun(at=at), at=at).application)
