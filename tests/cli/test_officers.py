"""Tests for commands that are run on behalf of a named officer, with only the permissions of that officer."""

import re
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command, get_commands

from calloff.cli.management.acting_officer import OfficerCommand
from calloff.kernel.lifecycles import Refused
from calloff.people.commands import invite_person
from calloff.people.models import Invitation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import RoleGrantStatus
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def borchester():
    return AuthorityFactory(slug="borchester")


def test_inviting_a_person_does_not_give_a_role_yet(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    call_command("invite_person", "esme@borchester.example", "evaluator", at="borchester", by=maud.email)
    assert Invitation.objects.get().roles == [Role.EVALUATOR]
    assert RoleGrant.objects.count() == 1
    assert "Invitation for esme@borchester.example to" in capsys.readouterr().out


def test_the_command_line_can_invite_more_people_than_the_daily_limit(borchester, settings):
    settings.RATE_LIMITS = {
        "invitation-of-authority": (0,),
        "invitation-to-mailbox": (0, 0),
        "invitation-to-mailbox-unchecked": (0,),
    }
    maud = person(Role.ADMINISTRATOR, at=borchester)
    for name in ("esme", "edith"):
        call_command("invite_person", f"{name}@borchester.example", "evaluator", at="borchester", by=maud.email)
    assert Invitation.objects.count() == 2
    with pytest.raises(Refused, match="today’s limit"):  # Afterwards, the limit applies again.
        invite_person(borchester, email="ellen@borchester.example", roles=[Role.EVALUATOR], by=maud, at=NOW)


def test_officer_commands_have_no_rate_limits():
    """Visitors cannot run commands, so the limits for visitors do not apply."""
    for name, app in get_commands().items():
        if app == "calloff.cli" and (module := import_module(f"{app}.management.commands.{name}")):
            names_an_officer = {"--by"} & set(module.Command().create_parser("calloff", name)._option_string_actions)
            assert issubclass(module.Command, OfficerCommand) == bool(names_an_officer), name


def test_an_officer_command_without_the_permission_is_refused(borchester):
    quentin = person(Role.QUALITY_OFFICER, at=borchester)
    stranger = UserFactory()
    with pytest.raises(CommandError, match="Quentin cannot invite people"):
        call_command("invite_person", stranger.email, "evaluator", at="borchester", by=quentin.email)
    assert not RoleGrant.objects.filter(person=stranger).exists()


@pytest.mark.parametrize("unknown", [{"at": "nowhere"}, {"by": "nobody@example.org"}])
def test_unknown_organisations_and_officers_are_named_in_the_error(borchester, unknown):
    words = {"at": "borchester", "by": person(Role.ADMINISTRATOR, at=borchester).email} | unknown
    with pytest.raises(CommandError, match=r"There is no|No one has an account"):
        call_command("invite_person", UserFactory().email, "evaluator", **words)


def test_roles_can_be_approved_again_after_a_change_of_email_address(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    suspended = RoleGrantFactory(organisation=borchester, role=Role.EVALUATOR, status=RoleGrantStatus.SUSPENDED)
    call_command("reapprove", suspended.person.email, by=maud.email)
    suspended.refresh_from_db()
    assert suspended.status == RoleGrantStatus.ACTIVE
    with pytest.raises(CommandError, match="waiting for approval"):
        call_command("reapprove", suspended.person.email, by=maud.email)


def test_two_authorities_cannot_have_the_same_schools_register_code(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    call_command("set_la_code", "borchester", "938", by=maud.email)
    borchester.refresh_from_db()
    assert borchester.la_code == "938"
    other = AuthorityFactory(slug="ambridge")
    with pytest.raises(CommandError, match="Another council on Calloff already has this code"):
        call_command("set_la_code", "ambridge", "938", by=person(Role.ADMINISTRATOR, at=other).email)
    with pytest.raises(CommandError, match="3 digits"):
        call_command("set_la_code", "borchester", "93", by=maud.email)
    with pytest.raises(CommandError, match="Quentin cannot do this"):
        call_command("set_la_code", "borchester", "850", by=person(Role.QUALITY_OFFICER, at=borchester).email)


def test_an_authority_can_be_created_with_its_schools_register_code(capsys, client):
    given = {"slug": "borchester", "officer_email": "o@example.org", "officer_name": "Olivia"}
    call_command("create_authority", "Borchester Council", la_code="938", **given)
    output = capsys.readouterr().out
    assert "Created Borchester Council. Olivia is" in output
    address = re.search(r"Public page: http://127\.0\.0\.1:8000(\S+)", output)[1]
    assert client.get(address).status_code == 200
    with pytest.raises(CommandError, match="3 digits"):
        call_command("create_authority", "Ambridge", la_code="9", **given | {"slug": "ambridge"})
