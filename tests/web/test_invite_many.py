"""Tests for inviting people from a table: previewing, sending, and confirming or withdrawing all invitations."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from calloff.people.models import Invitation
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory, MemberFactory
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
TABLE = "Name\tEmail\tRole\nIda Bright\tida@example.org\tSENCO\nOmar Reed\tomar@example.org\tDSL\n"


@pytest.fixture
def school():
    return SchoolOrganisationFactory(slug="felpersham")


@pytest.fixture
def bea(school):
    return browser(person(Role.BUYER_ADMINISTRATOR, at=school), recently=True)


def to(school, route, *args):
    return reverse(f"buyer:{route}", args=[school.slug, *args])


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_preview_reports_each_wrong_row_and_sends_no_invitation(school, bea):
    page = to(school, "people-invite-many")
    shown = words(bea.post(page, {"table": TABLE + "Zed\tnobody\tFinance", "do": "check"}))
    assert "1 row to correct. Nothing has been sent" in shown
    assert "Enter an email address in the correct format" in shown
    assert "ida@example.org" in shown
    assert shown.index("What we found in the table") < shown.index(
        "govuk-grid-row"
    )  # The five columns of the table need the full width.
    assert not Invitation.objects.exists()


def test_a_file_that_was_previewed_does_not_need_to_be_selected_again(school, bea):
    page = to(school, "people-invite-many")
    file = SimpleUploadedFile("staff.csv", "\ufeffName;Email;Role\nZoë;zoe@example.org;Finance\n".encode())
    shown = words(bea.post(page, {"table": "", "file": file, "do": "check"}))
    assert "1 person will be invited" in shown
    assert "Zoë;zoe@example.org;Finance" in shown


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_a_spreadsheet_format_can_be_read(school, bea, encoding):
    content = "Name\tEmail\tRole\r\nZoë\tzoe@example.org\tFinance\r\n".encode(encoding)
    file = SimpleUploadedFile("staff.txt", content)
    shown = words(bea.post(to(school, "people-invite-many"), {"table": "", "file": file, "do": "check"}))
    assert "1 person will be invited" in shown
    assert "Zoë zoe@example.org Finance" in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * 400_001, "The file must be 400 kB or smaller"),
        (b"\xff\xfe\x00", "We cannot read this file. Save the table as “CSV UTF-8” and upload it again."),
        (b"PK\x03\x04 a workbook", "This file is a spreadsheet workbook, not a CSV file"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_next_to_its_field(school, bea, content, sentence):
    file = SimpleUploadedFile("staff.csv", content)
    answer = bea.post(to(school, "people-invite-many"), {"table": "", "file": file, "do": "check"})
    assert answer.status_code == 200
    assert f'<a href="#id_file">{sentence}' in words(answer)


def test_sent_invitations_are_listed_together_and_can_be_confirmed_or_withdrawn_together(school, bea):
    helen = browser(person(Role.HEAD, at=school), recently=True)
    people = to(school, "people")
    assert bea.post(to(school, "people-invite-many"), {"table": TABLE, "do": "send"}).status_code == 303
    batch = Invitation.objects.first().batch
    shown = words(bea.get(people))
    assert "Ida Bright, ida@example.org" in shown
    assert "Confirm 2 invitations" not in shown
    assert "Confirm 2 invitations" in words(helen.get(people))
    assert helen.post(to(school, "people-batch-confirm", batch)).status_code == 303
    assert "2 invitations confirmed and sent" in words(helen.get(people))
    assert bea.post(to(school, "people-batch-withdraw", batch)).status_code == 303
    assert set(Invitation.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert bea.get(to(school, "people-batch-withdraw", batch)).status_code == 404


def test_a_second_person_can_confirm_selected_invitations_on_one_page(school, bea):
    helen = browser(person(Role.HEAD, at=school), recently=True)
    page = to(school, "people-invitations-confirm")
    assert bea.post(to(school, "people-invite-many"), {"table": TABLE, "do": "send"}).status_code == 303
    first, second = Invitation.objects.order_by("pk")
    assert bea.get(page).status_code == 404  # These are her own invitations.
    assert page in helen.get(to(school, "people")).content.decode()
    shown = words(helen.get(page))
    assert first.email in shown
    assert second.email in shown
    assert "Select at least one invitation" in words(helen.post(page, {}))
    assert "Select invitations from the list" in words(helen.post(page, {"invitations": [0]}))
    assert helen.post(page, {"invitations": [first.pk]}).status_code == 303
    assert "1 invitation confirmed and sent" in words(helen.get(to(school, "people")))
    assert dict(Invitation.objects.values_list("pk", "status")) == {first.pk: "sent", second.pk: "to_confirm"}
    assert "Select invitations from the list" in words(helen.post(page, {"invitations": [first.pk]}))


def test_an_officer_can_invite_the_first_person_at_each_provider():
    authority = AuthorityFactory(slug="borchester")
    ProviderFactory(name="Bridge Farm", recorded=True, host=authority)
    olivia = browser(person(Role.CONTRACTS_OFFICER, at=authority), recently=True)
    table = {"table": "Bridge Farm,Ada,ada@example.org", "do": "send"}
    page = reverse("authority:first-people-invite", args=["borchester"])
    assert olivia.post(page, table).status_code == 303
    assert Invitation.objects.get().organisation.name == "Bridge Farm"


def test_the_preview_shows_the_provider_that_was_matched_and_the_person():
    authority = AuthorityFactory(slug="borchester")
    market = MarketFactory(authority=authority)
    for name in ("Bridge Farm", "Hill Studio Ltd"):
        MemberFactory(market=market, provider=ProviderFactory(name=name, recorded=True, host=authority))
    olivia = browser(person(Role.CONTRACTS_OFFICER, at=authority), recently=True)
    page = reverse("authority:first-people-invite", args=["borchester"])
    shown = words(olivia.get(page))
    assert "2 providers with no users who can reply" in shown
    assert "<li>Bridge Farm</li><li>Hill Studio Ltd</li>" in shown
    shown = words(olivia.post(page, {"table": "HILL STUDIO LTD,Ada Okafor,ada@example.org", "do": "check"}))
    for cell in ("Hill Studio Ltd", "You entered: HILL STUDIO LTD", "Ada Okafor", "ada@example.org"):
        assert cell in shown
    olivia.post(page, {"table": "Hill Studio,Ada,ada@example.org\nHill Studio Ltd,Ada,ada@example.org", "do": "send"})
    olivia.post(page, {"table": "Hill Studio Ltd,Ada,ada@example.org", "do": "send"})
    assert "<li>Hill Studio Ltd (invited)</li>" in words(olivia.get(page))


def test_all_errors_in_a_row_are_reported():
    authority = AuthorityFactory(slug="borchester")
    ProviderFactory(name="Bridge Farm", recorded=True, host=authority)
    olivia = browser(person(Role.CONTRACTS_OFFICER, at=authority), recently=True)
    page = reverse("authority:first-people-invite", args=["borchester"])
    shown = words(olivia.post(page, {"table": "Bridge Farms,Ada,ada at example,Finance", "do": "check"}))
    for sentence in ("nter an email address", "is not the name of a provider on your list", "is not a role here"):
        assert sentence in shown
    assert not Invitation.objects.exists()
