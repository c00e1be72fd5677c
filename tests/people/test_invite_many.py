"""Tests for inviting many people with one table. Each row follows the usual rules, and either all are sent or none."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import (
    accept_invitation,
    confirm_batch,
    invitation_emails,
    invitations,
    invite_first_people,
    invite_many,
    invite_person,
    withdraw_batch,
)
from calloff.people.commands.invitation_check import ALREADY_INVITED, WILL_BE_INVITED
from calloff.people.invitation_rows import MAX_INVITATION_ROWS, parse_invitation_rows
from calloff.people.models import Invitation, Organisation
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)

pytestmark = pytest.mark.django_db

SCHOOL = Organisation.Kind.SCHOOL
A_DAY = 30  # This is how many invitations a school can send in a day (see rate_limits/limits.py).
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
        ("Name\tEmail\tRole\r\"Ida\"\tida@example.org\tHead\r", ("Ida", "ida@example.org", [Role.HEAD])),
        ('Role,Email\n"SENCO, Head",mailto:ida@example.org', ("", "ida@example.org", [Role.AP_LEAD, Role.HEAD])),
        ("Role,Email\nHead,Mailto: IDA@example.org", ("", "ida@example.org", [Role.HEAD])),
        ("Role,Email\nHead,Ida <mailto:ida@example.org>", ("Ida", "ida@example.org", [Role.HEAD])),
        ("Role,Email\nDSL,ida@example.org", ("", "ida@example.org", [Role.SAFEGUARDING_LEAD])),
        ("Email\tRole\n\u00a0Ida Bright <ida@example.org>\tfinance", ("Ida Bright", "ida@example.org", [Role.FINANCE])),
        ("Name,Email,Role\nIda,ida at example.org,Finance", "correct format"),
        ("Name,Email,Role\nIda,ida@example.org,Caretaker", "“caretaker” is not a role here"),
        ("Name,Email,Role\n=HYPERLINK(1),ida@example.org,Finance", "must not start with ="),
    ],
)  # fmt: skip
def test_untidy_cells_in_a_table_are_accepted_and_bad_rows_are_reported(table, read):
    rows = parse_invitation_rows(table, kind=SCHOOL)
    if table == "ida@example.org":
        rows = parse_invitation_rows(f"Email\n{table}", kind=SCHOOL)
    (row,) = rows
    if isinstance(read, str):
        assert read in row.fault
    else:
        assert (row.name, row.email, row.roles, row.fault) == (*read, "")


def test_a_person_can_be_in_only_one_row_of_the_table():
    rows = parse_invitation_rows("Name,Email,Role\nIda,ida@example.org,Head\nIda,IDA@example.org,Finance", kind=SCHOOL)
    assert [row.fault for row in rows] == ["", "This person is already on line 2. Put all of their roles on one line."]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "at least one person"),
        ("Name,Email,Role\n", "at least one person"),
        ("Email,Email,Role\na@b.example,c@d.example,Head", "Two columns"),
        ("\n".join(f"A,a{n}@example.org,Head" for n in range(MAX_INVITATION_ROWS + 1)), "rows or fewer"),
        ("x" * 100_001, "characters or fewer"),
        ('Name,Email,Role\nIda,"ida@x"example.org,Head', "line 2 of this table"),
        ('Name,Email,Role\n"Ida" Bright,ida@example.org,Head', "Check its quotation marks"),
        ('Name,Email,Role\nIda,ida@example.org,"Head', "Check its quotation marks"),
    ],
)
def test_an_unreadable_table_is_refused(table, words):
    with pytest.raises(Refused, match=words):
        parse_invitation_rows(table, kind=SCHOOL)


def test_a_preview_shows_the_result_and_saves_nothing(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW, preview=True)
    assert [(one.row.email, one.fault) for one in report.rows] == [("ida@example.org", ""), ("omar@example.org", "")]
    assert (report.sent, report.faults) == (2, 0)
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_everyone_in_the_table_is_invited_once_however_often_it_is_submitted(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    assert set(Invitation.objects.values_list("email", "name", "batch")) == {
        ("ida@example.org", "Ida Bright", report.batch),
        ("omar@example.org", "Omar Reed", report.batch),
    }
    again = invite_many(school, table=STAFF, by=bea, at=NOW)
    assert (again.sent, again.faults) == (0, 0)
    assert Invitation.objects.count() == Message.objects.filter(to=None).count() == 2


def test_one_wrong_row_is_reported_and_no_row_of_the_table_is_used(school, bea):
    table = f"{STAFF}{bea.name}\t{bea.email}\tHead\n"
    report = invite_many(school, table=table, by=bea, at=NOW)
    assert [bool(one.fault) for one in report.rows] == [False, False, True]
    assert "your own email address" in report.rows[2].fault
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_the_daily_limit_also_applies_to_invitations_in_a_table(school, bea):
    table = "\n".join(f"Z,z{number}@example.org,Finance" for number in range(A_DAY + 1))
    report = invite_many(school, table=table, by=bea, at=NOW)
    assert [one.row.line for one in report.rows if "today’s limit" in one.fault] == [A_DAY + 1]
    assert not Invitation.objects.exists()


def test_a_preview_shows_how_much_of_the_limit_is_left_without_using_it(school, bea):
    def table(count):
        return "\n".join(f"Z,z{number}@example.org,Finance" for number in range(count))

    invite_many(school, table="A,a@example.org,Finance", by=bea, at=NOW)
    for _ in range(2):
        report = invite_many(school, table=table(A_DAY), by=bea, at=NOW, preview=True)
        assert [one.row.line for one in report.rows if one.fault] == [A_DAY]
    assert invite_many(school, table=table(A_DAY - 1), by=bea, at=NOW).sent == A_DAY - 1


def queries_of(school, bea, rows, *, role="Head", bad=""):
    bea.roles_at(school, NOW)  # Emails are counted from this point on.
    table = "\n".join(f"Z,z{number}@example.org,{role}" for number in range(rows)) + bad
    with CaptureQueriesContext(connection) as queries:
        report = invite_many(school, table=table, by=bea, at=NOW, preview=not bad)
    assert len(report.rows) == rows + bool(bad)
    return len(queries)


def test_previewing_two_hundred_rows_takes_as_many_queries_as_one_row(school, bea):
    person(Role.HEAD, at=school)
    one = queries_of(school, bea, 1)
    assert queries_of(school, bea, MAX_INVITATION_ROWS) == one < 12
    assert (
        queries_of(school, bea, MAX_INVITATION_ROWS - 1, bad="\nZ,none,Head") == one
    )  # Nothing is sent, so no emails are counted.


def test_previewing_first_invitations_takes_a_constant_number_of_queries(authority, olivia):
    olivia.roles_at(authority, NOW)

    def asked_for(providers):
        table = "Provider,Email\n" + "\n".join(f"{one.name},{one.pk}@example.org" for one in providers)
        with CaptureQueriesContext(connection) as asked:
            assert invite_first_people(authority, table=table, by=olivia, at=NOW, preview=True).faults == 0
        return len(asked)

    providers = listed(authority, *(f"Farm {word}" for word in ("Ash", "Birch", "Cedar", "Elm", "Fir")))
    assert asked_for(providers[:1]) == asked_for(providers)


def test_for_an_ambiguous_or_unknown_provider_the_most_similar_names_are_shown(authority, olivia):
    listed(authority, "Caremark Mid Sussex", "Caremark Worthing", "Bright Teach Ltd", "Hill Farm")
    listed(AuthorityFactory(), "Caremark Elsewhere")
    table = "Provider,Email\nCaremark,a@example.org\nBrightTech Ltd,b@example.org\nNobody at all,c@example.org"
    report = invite_first_people(authority, table=table, by=olivia, at=NOW, preview=True)
    unknown = "is not the name of a provider on your list."
    assert [one.fault for one in report.rows] == [
        f"“Caremark” {unknown} Did you mean Caremark Mid Sussex or Caremark Worthing?",
        f"“BrightTech Ltd” {unknown} Did you mean Bright Teach Ltd?",
        f"“Nobody at all” {unknown}",
    ]


def test_previews_count_towards_a_limit_although_they_save_nothing(school, bea, settings):
    settings.RATE_LIMITS = {"invitation-table": (2,)}
    for _ in range(2):
        invite_many(school, table=STAFF, by=bea, at=NOW, preview=True)
    with pytest.raises(Refused, match="Wait 60 minutes, then try again"):
        invite_many(school, table=STAFF, by=bea, at=NOW, preview=True)
    # The person also has a role at another organisation.
    with pytest.raises(Refused, match="Wait 60 minutes, then try again"):
        other = SchoolOrganisationFactory()
        RoleGrantFactory(person=bea, organisation=other, role=Role.HEAD)
        bea.forget_roles()
        invite_many(other, table=STAFF, by=bea, at=NOW)
    assert not Invitation.objects.exists()


MIXED = """\
Ida,ida@example.org,Finance
Ann,ANN@example.org,Head
Bea,{bea},Head
Hal,hal@example.org,DSL; Finance
Sam,sam@example.org,SENCO
Joe,joe@example.org,Finance
"""


def test_a_preview_reports_the_same_errors_as_sending(school, bea):
    """A preview applies each rule for a single invitation, and so does the command without a preview."""
    person(Role.HEAD, at=school)
    RoleGrantFactory(person=UserFactory(email="hal@example.org"), organisation=school, role=Role.SAFEGUARDING_LEAD)
    invite_many(school, table="Sam,sam@example.org,SENCO", by=bea, at=NOW)
    for number in range(5):
        invite_many(school, table=f"J,joe+{number}@example.org,Finance", by=bea, at=NOW)
    table = MIXED.format(bea=bea.email)
    checked = invite_many(school, table=table, by=bea, at=NOW, preview=True)
    told = [(one.outcome, one.fault, one.waits) for one in checked.rows]
    assert told == [
        (WILL_BE_INVITED, "", False),
        (WILL_BE_INVITED, "", True),
        (WILL_BE_INVITED, invitations.OWN_ADDRESS_REFUSAL, False),
        (WILL_BE_INVITED, invitations.ROLE_ALREADY_HELD_REFUSAL, False),
        (ALREADY_INVITED, "", False),
        (WILL_BE_INVITED, invitation_emails.format_address_limit_refusal(3600), False),
    ]
    for one in checked.rows:
        if one.fault:
            with pytest.raises(Refused, match=one.fault[:30]), transaction.atomic():
                invite_person(school, email=one.row.email, roles=one.row.roles, by=bea, at=NOW)


def test_only_people_administrators_can_invite_people_with_a_table(school):
    with pytest.raises(PermissionDenied):
        invite_many(school, table=STAFF, by=person(Role.FINANCE, at=school), at=NOW)


def test_invitations_in_one_table_that_need_two_people_are_confirmed_together(school, bea):
    helen = person(Role.HEAD, at=school)
    report = invite_many(school, table="A,a@example.org,SENCO\nB,b@example.org,DSL", by=bea, at=NOW)
    assert report.to_confirm == 2
    assert Message.objects.get().to == helen
    with pytest.raises(PermissionDenied):
        confirm_batch(school, report.batch, by=bea, at=NOW)
    assert confirm_batch(school, report.batch, by=helen, at=NOW) == 2
    assert set(Invitation.objects.values_list("status", flat=True)) == {InvitationStatus.SENT}


def test_unanswered_invitations_from_one_table_are_withdrawn_together(school, bea):
    zed = UserFactory(email="ida@example.org")
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    accept_invitation(Invitation.objects.get(email=zed.email), by=zed, at=NOW)
    assert withdraw_batch(school, report.batch, by=bea, at=NOW) == 1
    assert set(Invitation.objects.values_list("status", flat=True)) == {"accepted", "withdrawn"}
    with pytest.raises(Refused, match="answered or withdrawn"):
        withdraw_batch(school, report.batch, by=bea, at=NOW)


def test_invitations_in_another_organisations_table_cannot_be_withdrawn(school, bea):
    report = invite_many(school, table=STAFF, by=bea, at=NOW)
    stranger = person(Role.HEAD, at=SchoolOrganisationFactory())
    with pytest.raises(PermissionDenied):
        withdraw_batch(school, report.batch, by=stranger, at=NOW)


def test_an_officer_can_invite_the_first_person_at_each_provider_on_the_list(authority, olivia):
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


def test_a_provider_that_is_on_another_list_or_already_has_people_is_reported(authority, olivia):
    listed(AuthorityFactory(), "Elsewhere Farm")
    (farm,) = listed(authority, "Bridge Farm")
    RoleGrantFactory(organisation=farm, role=Role.PROVIDER_LEAD)
    table = (
        "Provider,Email,Role\nElsewhere Farm,a@example.org,\nBridge Farm,b@example.org,\n,c@example.org,\n"
        "Bridge Farm,d@example.org,Provider staff"
    )
    report = invite_first_people(authority, table=table, by=olivia, at=NOW)
    faults = [one.fault for one in report.rows]
    assert "not the name of a provider on your list" in faults[0]
    assert "already has its own people" in faults[1]
    assert faults[2] == "Enter the name of the provider"
    assert "becomes provider lead and signatory" in faults[3]
    assert not Invitation.objects.exists()
