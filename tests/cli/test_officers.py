"""What an officer does from the command line: always named, never with more than the officer's own permissions."""

import pytest
from django.core.management import CommandError, call_command

from calloff.people.models import Grant, Invitation
from calloff.people.permissions import Role
from calloff.people.states import GrantStatus
from tests.factories import AuthorityFactory, GrantFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def borchester():
    return AuthorityFactory(slug="borchester")


def test_an_administrator_invites_and_gives_nothing(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    call_command("invite_person", "esme@borchester.example", "evaluator", at="borchester", by=maud.email)
    assert Invitation.objects.get().roles == [Role.EVALUATOR]
    assert Grant.objects.count() == 1
    assert "Invitation for esme@borchester.example to" in capsys.readouterr().out


def test_an_officer_without_the_permission_gives_none(borchester):
    quentin = person(Role.QUALITY_OFFICER, at=borchester)
    stranger = UserFactory()
    with pytest.raises(CommandError, match="Quentin cannot invite people"):
        call_command("invite_person", stranger.email, "evaluator", at="borchester", by=quentin.email)
    assert not Grant.objects.filter(person=stranger).exists()


@pytest.mark.parametrize("unknown", [{"at": "nowhere"}, {"by": "nobody@example.org"}])
def test_names_what_is_not_here(borchester, unknown):
    words = {"at": "borchester", "by": person(Role.ADMINISTRATOR, at=borchester).email} | unknown
    with pytest.raises(CommandError, match=r"There is no|Nobody here"):
        call_command("invite_person", UserFactory().email, "evaluator", **words)


def test_roles_are_approved_again_after_a_change_of_address(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    suspended = GrantFactory(organisation=borchester, role=Role.EVALUATOR, status=GrantStatus.SUSPENDED)
    call_command("reapprove", suspended.person.email, by=maud.email)
    suspended.refresh_from_db()
    assert suspended.status == GrantStatus.ACTIVE
    with pytest.raises(CommandError, match="waits for approval"):
        call_command("reapprove", suspended.person.email, by=maud.email)


def test_an_authority_gets_its_code_in_the_register_of_schools_once(borchester, capsys):
    maud = person(Role.ADMINISTRATOR, at=borchester)
    call_command("set-la-code", "borchester", "938", by=maud.email)
    borchester.refresh_from_db()
    assert borchester.la_code == "938"
    other = AuthorityFactory(slug="ambridge")
    with pytest.raises(CommandError, match="Another authority here has this code"):
        call_command("set-la-code", "ambridge", "938", by=person(Role.ADMINISTRATOR, at=other).email)
    with pytest.raises(CommandError, match="3 digits"):
        call_command("set-la-code", "borchester", "93", by=maud.email)
    with pytest.raises(CommandError, match="Quentin may not"):
        call_command("set-la-code", "borchester", "850", by=person(Role.QUALITY_OFFICER, at=borchester).email)


def test_an_authority_is_made_with_its_code(capsys):
    given = {"slug": "borchester", "officer_email": "o@example.org", "officer_name": "Olivia"}
    call_command("create_authority", "Borchester Council", la_code="938", **given)
    assert "Made Borchester Council" in capsys.readouterr().out
    with pytest.raises(CommandError, match="3 digits"):
        call_command("create_authority", "Ambridge", la_code="9", **given | {"slug": "ambridge"})
