"""Tests that every column that contains a name is written through the same validator.

Forms, operations and imports all call the commands that are tested here. There is one example for each command.
"""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from calloff.buying.commands import amend_budget, set_budget
from calloff.demand.commands import Reporter, nominate, save_search
from calloff.directory.commands import add, add_site, amend, amend_site
from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.validation import find_pack_faults
from calloff.people.commands import found, found_team, invite_person, make_key, record, register
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role
from calloff.pupils.commands import add_contact, add_school_name
from calloff.pupils.commands import record as record_pupil
from calloff.registers.gias import parse_name
from calloff.registers.models import School
from calloff.web.account.forms import SignUpForm
from tests.agreements import scenario as agreements
from tests.applications import scenario as applications
from tests.architecture.test_relations import NOUNS
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.factories_markets import (
    AgreementFactory,
    ApplicationFactory,
    MemberFactory,
    ServiceFactory,
    SiteFactory,
    pack,
)
from tests.factories_placements import BudgetFactory, PupilFactory, contact
from tests.partners import scenario as partners

pytestmark = pytest.mark.django_db

YEAR = {"starts_on": date(2025, 9, 1), "ends_on": date(2026, 8, 31), "amount": Decimal(1000)}
PLACE = {"address": "Gorse Lane", "town": "Borchester", "postcode": "BN11 1LG", "access": ""}
SAID = {
    "site": None, "summary": "Animals.", "description": "", "age_from": 8, "age_to": 14, "needs": ["SEMH"],
    "mode": "online", "days": [], "hours": "", "staff": 1, "children": 4,
}  # fmt: skip
CHILD = {
    "given_name": "Jasmine", "family_name": "Thistlewood", "born_on": date(2013, 5, 4), "sex": "F", "year_group": 7,
}  # fmt: skip


def lead(provider):
    return person(Role.PROVIDER_LEAD, at=provider)


def a_provider(name):
    return register(by=UserFactory(), at=NOW, name=name, form=Organisation.Form.SOLE_TRADER)


def an_authority(name):
    by = UserFactory()
    return found(kind=Organisation.Kind.AUTHORITY, name=name, slug="new", by=by, at=NOW, roles=(Role.ADMINISTRATOR,))


def a_listed(name):
    host = AuthorityFactory()
    return record(name=name, host=host, by=person(Role.CONTRACTS_OFFICER, at=host), at=NOW)


def an_alias(name):
    host = AuthorityFactory()
    by = person(Role.CONTRACTS_OFFICER, at=host)
    return record(name="Bridge Farm", aliases=(name,), host=host, by=by, at=NOW).names.latest("pk")


def a_team(name):
    host = AuthorityFactory()
    by = person(Role.CONTRACTS_OFFICER, at=host)
    return found_team(host, name=name, email="z@example.org", role=Role.COMMISSIONER, by=by, at=NOW)


def a_key(name):
    at = ProviderFactory()
    return make_key(at, name=name, scopes=[], expires_on=NOW.date(), by=lead(at), at=NOW).key


def an_invited(name):
    at = ProviderFactory()
    return invite_person(at, email="z@example.org", roles=[Role.PROVIDER_SIGNATORY], name=name, by=lead(at), at=NOW)


def who_signs_up(name):
    form = SignUpForm(data={"name": name, "email": "zed@example.org", "password1": "correct horse battery"})
    form.is_valid()
    if "name" in form.errors:
        raise Refused(form.errors["name"][0])
    return User(name=form.cleaned_data["name"])


def a_first_officer(name):
    try:
        call_command("create_authority", "Borchester", slug="b", officer_email="o@b.example", officer_name=name)
    except CommandError as wrong:
        raise Refused(str(wrong)) from wrong
    return User.objects.get()


def a_service(name):
    member = MemberFactory()
    return add(member, by=lead(member.provider), at=NOW, **SAID | {"name": name})


def a_renamed_service(name):
    service = ServiceFactory()
    return amend(service, by=lead(service.provider), at=NOW, name=name)


def a_site(name):
    provider = ProviderFactory()
    return add_site(provider, by=lead(provider), at=NOW, **PLACE | {"name": name})


def a_renamed_site(name):
    site = SiteFactory()
    return amend_site(site, by=lead(site.provider), at=NOW, **PLACE | {"name": name})


def a_subcontractor(name):
    provider = ProviderFactory()
    return add_site(provider, by=lead(provider), at=NOW, **PLACE | {"name": "Farm", "run_by": name})


def a_budget(name):
    school = SchoolOrganisationFactory()
    return set_budget(school, name=name, **YEAR, by=person(Role.FINANCE, at=school), at=NOW)


def a_renamed_budget(name):
    budget = BudgetFactory()
    return amend_budget(budget, name=name, **YEAR, by=person(Role.FINANCE, at=budget.buyer), at=NOW)


def a_search(name):
    buyer = SchoolOrganisationFactory(host=AuthorityFactory())
    return save_search(
        buyer.host, name=name, search=SearchCriteria(words="farm"), query="", searched=[], buyer=buyer,
        by=person(Role.AP_LEAD, at=buyer), at=NOW,
    )  # fmt: skip


def a_nomination(name):
    given = {"offers": "Farm days.", "email": "f@example.org", "teller": Reporter("family")}
    return nominate(AuthorityFactory(), name=name, at=NOW, **given)


def a_pupil(**name):
    school = SchoolOrganisationFactory()
    return record_pupil(school, by=person(Role.AP_LEAD, at=school), at=NOW, **CHILD | name)


def a_contact(name):
    pupil = PupilFactory()
    return add_contact(pupil, **contact(name=name), by=person(Role.AP_LEAD, at=pupil.buyer), at=NOW)


def a_school_name(name):
    school = SchoolOrganisationFactory()
    return add_school_name(school, name=name, by=person(Role.AP_LEAD, at=school), at=NOW)


def a_signature(name):
    return agreements.sign(AgreementFactory(unsigned=True), name=name).signatures.get()


def an_entity(name):
    school = partners.school(138001 + School.objects.count())
    return partners.taken_up(school, partners.market(), entity_name=name)


def a_version(name):
    application = ApplicationFactory()
    by = applications.ada(application)
    return applications.commands.submit(application, by=by, at=NOW, name=name, role="Director").version


def of_a_pack(*loc):
    def tried(name):
        data = pack().model_dump(mode="json")
        data["providers"] = [{"name": "Bridge Farm", "lots": [1], "aliases": ["Bridge"], "queries": []}]
        known = set(find_pack_faults(data))
        where = data
        for part in loc[:-1]:
            where = where[part]
        where[loc[-1]] = name
        if faults := dict(set(find_pack_faults(data)) - known):
            assert set(faults) == {loc}
            raise Refused(faults[loc])

    return tried


WRITERS = {  # each column that contains a name, with everything that writes to it
    "people.Organisation.name": [a_provider, an_authority, a_listed, a_team],
    "people.OrganisationName.name": [an_alias],
    "people.User.name": [who_signs_up, a_first_officer],
    "people.ApiKey.name": [a_key],
    "people.Invitation.name": [an_invited],
    "directory.Service.name": [a_service, a_renamed_service],
    "directory.Site.name": [a_site, a_renamed_site],
    "directory.Site.run_by": [a_subcontractor],
    "buying.Budget.name": [a_budget, a_renamed_budget],
    "demand.SavedSearch.name": [a_search],
    "demand.Nomination.name": [a_nomination],
    "pupils.Pupil.given_name": [lambda name: a_pupil(given_name=name)],
    "pupils.Pupil.family_name": [lambda name: a_pupil(family_name=name)],
    "pupils.PupilContact.name": [a_contact],
    "pupils.SchoolName.name": [a_school_name],
    "agreements.Signature.name": [a_signature],
    "partners.Partnership.entity_name": [an_entity],
    "applications.SubmittedVersion.declared_name": [a_version],
    "markets.Market.title": [of_a_pack("title")],
    "markets.Lot.title": [of_a_pack("lots", 0, "title")],
    "people.Organisation.name, of a pack": [
        of_a_pack("authority", "name"), of_a_pack("providers", 0, "name"), of_a_pack("providers", 0, "aliases", 0),
    ],
}  # fmt: skip
NO_NAMES = {  # columns called `name` in which no one types a person's name, each with the reason
    "composed of words of ours": {
        "accounts.KnownBrowser.name", "agreements.Agreement.title", "evidence.Evidence.kind_label",
        "buying.Order.label", "members.DocumentPromise.title",
    },
    "a file, whose name documents.file_names cleans": {
        "documents.StoredFile.name", "registers.RegisterImport.file_name",
    },
    "the national register's: of its columns the names that we show are tried below": {
        "registers.School.name", "registers.School.la_name", "registers.SchoolLink.linked_name",
        "registers.ChangeOfAuthority.from_name", "registers.ChangeOfAuthority.to_name", "registers.SchoolTerm.name",
    },
    "the title of a text or a document, which may be written as a file is": {
        "agreements.AgreementText.title", "evidence.Evidence.title", "questions.QuestionSetVersion.title",
    },
}  # fmt: skip
HOSTILE = (
    "Farm\r\nBcc: all@example.org", "Farm\u202etxt", '=HYPERLINK("x")', "Bridge F\u0430rm", "x" * 301,
)  # fmt: skip
CALLED_A_NAME = re.compile(r"(^|_)(name|title|label)$|^run_by$")
TRIED = [(column, writer) for column, writers in WRITERS.items() for writer in writers]


def test_every_name_column_is_tested_here_or_listed_as_not_for_a_persons_name():
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in NOUNS
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and not field.choices and CALLED_A_NAME.search(field.name)
    }
    listed = {column.partition(",")[0] for column in WRITERS} | set().union(*NO_NAMES.values())
    assert columns == listed


@pytest.mark.parametrize(("column", "write"), TRIED, ids=[f"{column}-{n}" for n, (column, _) in enumerate(TRIED)])
def test_every_command_refuses_an_impossible_name(column, write):
    for name in HOSTILE:
        with pytest.raises(Refused, match=r"must|characters or fewer"):
            write(name)


@pytest.mark.parametrize(("column", "write"), TRIED, ids=[f"{column}-{n}" for n, (column, _) in enumerate(TRIED)])
def test_a_name_is_always_stored_in_its_standard_form(column, write):
    written = write("  José\u00a0  O’Brien-Łukasz & Co. ")
    if written is not None:  # For packs, None means that nothing has been written yet.
        assert getattr(written, column.rpartition(".")[2]) == "José O’Brien-Łukasz & Co."


@pytest.mark.parametrize("name", ["Felpersham\u202e School", "Felper\u200bsham", "Felpersham\x07"])
def test_an_imported_name_has_no_invisible_characters(name):
    with pytest.raises(ValueError, match="invisible"):
        parse_name(name)
    assert parse_name(" St  Mary’s (Aided) ") == "St Mary’s (Aided)"
