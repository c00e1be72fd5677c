"""Many people are invited from one table: each row by the rules of one invitation, the whole once, or nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.states import Refused
from calloff.outbox.models import Message
from calloff.people.commands import (
    accept_invitation,
    confirm_batch,
    invite_first_people,
    invite_many,
    withdraw_batch,
)
from calloff.people.invitation_rows import MAX_ROWS, rows_of
from calloff.people.models import Invitation, Organisation
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus
from tests.factories import (
    NOW,
    AuthorityFactory,
    GrantFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)

pytestmark = pytest.mark.django_db

SCHOOL = Organisation.Kind.SCHOOL
A_DAY = 30  # invitations of a school: rate_limits/limits.py
STAFF = """\
Name\tEmail\tRole
Ida Bright\tida@example.org\tFinance
Omar Reed\tOMAR@example.org \tSENCO; Finance
"""


@pytest.fixture
def school():
    return SchoolOrganisationFactory()


@pytest.fixture
def bea(school):
    return person(Role.BUYER_ADMINISTRATOR, at=school)


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def listed(authority, *names):
    return [ProviderFactory(name=name, recorded=True, host=authority) for name in names]


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("ida@example.org", "Enter a role"),
        ("Ida,ida@example.org,Finance", ("Ida", "ida@example.org", [Role.FINANCE])),
        ("\ufeffE-mail;Role;Name\r\nida@example.org;Head;Ida\r\n;;\r\n", ("Ida", "ida@example.org", [Role.HEAD])),
        ('Role,Email\n"SENCO, Head",mailto:ida@example.org', ("", "ida@example.org", [Role.AP_LEAD, Role.HEAD])),
        ("Role,Email\nDSL,ida@example.org", ("", "ida@example.org", [Role.SAFEGUARDING_LEAD])),
        ("Email\tRole\n\u00a0Ida Bright <ida@example.org>\tfinance", ("Ida Bright", "ida@example.org", [Role.FINANCE])),
        ("Name,Email,Role\nIda,ida at example.org,Finance", "correct format"),
        ("Name,Email,Role\nIda,ida@example.org,Caretaker", "“caretaker” is not a role here"),
        ("Name,Email,Role\n=HYPERLINK(1),ida@example.org,Finance", "must not start with ="),
    ],
)  # fmt: skip
def test_a_messy_table_is_read_or_its_row_named(table, read):
    rows = rows_of(table, kind=SCHOOL)
    if table == "ida@example.org":
        rows = rows_of(f"Email\n{table}", kind=SCHOOL)
    (row,) = rows
    if isinstance(read, str):
        assert read in row.fault
    else:
        assert (row.name, row.email, row.roles, row.fault) == (*read, "")


def test_one_person_stands_on_one_line():
    rows = rows_of("Name,Email,Role\nIda,ida@example.org,Head\nIda,IDA@example.org,Finance", kind=SCHOOL)
    assert [row.fault for row in rows] == ["", "This person is already on line 2. Put all of their roles on one line."]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "at least one person"),
        ("Name,Email,Role\n", "at least one person"),
        ("Email,Email,Role\na@b.example,c@d.example,Head", "Two columns"),
        ("\n".join(f"A,a{n}@example.org,Head" for n in range(MAX_ROWS + 1)), "rows or fewer"),
        ("x" * 100_001, "characters or fewer"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(table, words):
    with pytest.raises(Refused, match=words):
        rows_of(table, kind=SCHOOL)


def test_a_dry_run_says_what_would_be_done_and_keeps_nothing(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW, preview=True)
    assert [(one.row.email, one.fault) for one in report.rows] == [("ida@example.org", ""), ("omar@example.org", "")]
    assert (report.sent, report.faults) == (2, 0)
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_everyone_in_the_table_is_invited_once_however_often_it_is_sent(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    assert set(Invitation.objects.values_list("email", "name", "batch")) == {
        ("ida@example.org", "Ida Bright", report.batch),
        ("omar@example.org", "Omar Reed", report.batch),
    }
    again = invite_many(school, table=STAFF, by=bea, at=NOW)
    assert (again.sent, again.faults) == (0, 0)
    assert Invitation.objects.count() == Message.objects.filter(to=None).count() == 2


def test_one_wrong_row_keeps_all_of_it_back_and_is_named(school, bea):
    table = f"{STAFF}{bea.name}\t{bea.email}\tHead\n"
    report = invite_many(school, table=table, by=bea, at=NOW)
    assert [bool(one.fault) for one in report.rows] == [False, False, True]
    assert "your own address" in report.rows[2].fault
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_the_limit_of_a_day_holds_for_a_table_too(school, bea):
    table = "\n".join(f"Z,z{number}@example.org,Finance" for number in range(A_DAY + 1))
    report = invite_many(school, table=table, by=bea, at=NOW)
    assert [one.row.line for one in report.rows if "today’s limit" in one.fault] == [A_DAY + 1]
    assert not Invitation.objects.exists()


def test_whoever_may_not_manage_people_invites_nobody(school):
    with pytest.raises(PermissionDenied):
        invite_many(school, table=STAFF, by=person(Role.FINANCE, at=school), at=NOW)


def test_what_needs_two_people_is_asked_of_the_second_once_and_confirmed_together(school, bea):
    helen = person(Role.HEAD, at=school)
    report = invite_many(school, table="A,a@example.org,SENCO\nB,b@example.org,DSL", by=bea, at=NOW)
    assert report.to_confirm == 2
    assert Message.objects.get().to == helen
    with pytest.raises(PermissionDenied):
        confirm_batch(school, report.batch, by=bea, at=NOW)
    assert confirm_batch(school, report.batch, by=helen, at=NOW) == 2
    assert set(Invitation.objects.values_list("status", flat=True)) == {InvitationStatus.SENT}


def test_all_that_nobody_answered_is_withdrawn_together(school, bea):
    zed = UserFactory(email="ida@example.org")
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    accept_invitation(Invitation.objects.get(email=zed.email), by=zed, at=NOW)
    assert withdraw_batch(school, report.batch, by=bea, at=NOW) == 1
    assert set(Invitation.objects.values_list("status", flat=True)) == {"accepted", "withdrawn"}
    with pytest.raises(Refused, match="answered or withdrawn"):
        withdraw_batch(school, report.batch, by=bea, at=NOW)


def test_nobody_withdraws_a_table_of_others(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    stranger = person(Role.HEAD, at=SchoolOrganisationFactory())
    with pytest.raises(PermissionDenied):
        withdraw_batch(school, report.batch, by=stranger, at=NOW)


def test_an_officer_invites_the_first_people_of_the_providers_on_the_list(authority, olivia):
    farm, studio = listed(authority, "Bridge Farm Ltd", "Harbour Studio")
    table = (
        "Provider,Name,Email,Role\nbridge farm limited,Ada,ada@example.org,\nHarbour Studio,Ben,ben@example.org,Lead"
    )
    report = invite_first_people(authority, table=table, by=olivia, at=NOW)
    assert report.sent == 2
    ada = Invitation.objects.get(email="ada@example.org")
    assert (ada.organisation, ada.inviting) == (farm, authority)
    assert set(ada.roles) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}
    assert Invitation.objects.filter(organisation=studio).exists()


def test_a_provider_of_another_list_or_with_people_is_named(authority, olivia):
    listed(AuthorityFactory(), "Elsewhere Farm")
    (farm,) = listed(authority, "Bridge Farm")
    GrantFactory(organisation=farm, role=Role.PROVIDER_LEAD)
    table = (
        "Provider,Email,Role\nElsewhere Farm,a@example.org,\nBridge Farm,b@example.org,\n,c@example.org,\n"
        "Bridge Farm,d@example.org,Provider staff"
    )
    report = invite_first_people(authority, table=table, by=olivia, at=NOW)
    faults = [one.fault for one in report.rows]
    assert "not the name of a provider on your list" in faults[0]
    assert "already has people of its own" in faults[1]
    assert faults[2] == "Enter the name of the provider"
    assert "becomes provider lead and signatory" in faults[3]
    assert not Invitation.objects.exists()
