from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from calloff.evidence import commands
from calloff.evidence.kinds import EVIDENCE_KINDS, EvidenceKind, looks_like_staff_checks, names_staff_checks
from calloff.evidence.models import Evidence
from calloff.evidence.states import EvidenceStatus
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, UserFactory, person
from tests.factories_evidence import StoredFileFactory

pytestmark = pytest.mark.django_db

DETAILS = {"insurer": "Felpersham Mutual", "policy": "FM-1", "cover": "£5,000,000"}


def add(provider, by, kind="public_liability", **given):
    given.setdefault("file", StoredFileFactory(uploaded_by=by))
    given.setdefault("issued_on", date(2026, 1, 1))
    if EVIDENCE_KINDS.get(kind) and EVIDENCE_KINDS[kind].expires:
        given.setdefault("expires_on", date(2026, 12, 31))
        given.setdefault("details", DETAILS if EVIDENCE_KINDS[kind].details else {})
    return commands.add(provider, EVIDENCE_KINDS[kind], **given, by=by, at=NOW)


def refusal(*args, **given):
    with pytest.raises(Refused) as refused:
        add(*args, **given)
    assert not Evidence.objects.exists()
    return {problem.where: problem.sentence for problem in refused.value.problems}


def test_a_document_is_stored_with_its_dates_and_details(provider, ada):
    item = add(provider, ada)
    assert item.reference.startswith("EV-")
    assert (item.status, item.kind_label, item.title) == (EvidenceStatus.HELD, *["Public liability insurance"] * 2)
    assert item.details == {"insurer": "Felpersham Mutual", "policy": "FM-1", "cover": "5000000.00"}
    assert [step.verb for step in history_of(item)] == ["add"]


def test_a_policy_document_needs_no_expiry_date(provider, ada):
    assert add(provider, ada, "behaviour_policy").expires_on is None


@pytest.mark.postgres15
def test_all_errors_in_the_form_are_reported_together(provider, ada):
    wrong = refusal(provider, ada, issued_on=None, expires_on=None, details={"cover": "lots"})
    assert wrong == {
        "issued_on": "Enter the start date",
        "expires_on": "Enter the expiry date",
        "insurer": "Enter the insurer",
        "policy": "Enter the policy number",
        "cover": "Cover for any one claim must be an amount in pounds, like £5,000,000",
    }


def test_an_expired_document_is_refused_but_one_that_expires_today_is_accepted(provider, ada):
    given = {"issued_on": date(2025, 3, 2)}
    wrong = refusal(provider, ada, expires_on=date(2026, 3, 1), **given)
    assert wrong["expires_on"] == "This document expired on Sunday 1 March 2026. Upload the current document."
    assert add(provider, ada, expires_on=date(2026, 3, 2), **given)


def test_an_expiry_more_than_five_years_ahead_needs_confirmation_and_one_over_ten_is_refused(provider, ada):
    assert "confirm" in refusal(provider, ada, expires_on=date(2031, 3, 3))["expires_on"]
    assert "within 10 years" in refusal(provider, ada, expires_on=date(2036, 3, 3), sure=True)["expires_on"]
    assert add(provider, ada, expires_on=date(2031, 3, 2))
    assert add(provider, ada, expires_on=date(2036, 3, 2), sure=True)


@pytest.mark.parametrize("day", [date(1926, 1, 1), date(2027, 3, 3)])
def test_an_issue_date_in_the_wrong_century_or_far_ahead_is_refused(provider, ada, day):
    assert "Check the year" in refusal(provider, ada, issued_on=day, expires_on=date(2027, 12, 31))["issued_on"]


def test_an_expiry_before_the_issue_date_is_refused(provider, ada):
    wrong = refusal(provider, ada, issued_on=date(2026, 6, 1), expires_on=date(2026, 5, 1))
    assert wrong["expires_on"] == "Expiry date must be the start date or later"


@pytest.mark.parametrize("cover", ["-5", "0", "NaN", "1e30", "five", "Infinity"])
def test_an_impossible_amount_of_cover_is_refused(provider, ada, cover):
    assert "cover" in refusal(provider, ada, details=DETAILS | {"cover": cover})


@pytest.mark.parametrize(
    ("detail", "typed", "sentence"),
    [
        ("insurer", "a" * 201, "Insurer must be 200 characters or fewer"),
        ("policy", " ", "Enter the policy number"),
        ("cover", "", "Enter the cover for any one claim"),
        ("cover", "0.99", "Cover for any one claim must be £1 or more"),
        ("cover", "1,000,000,001", "Cover for any one claim must be £1,000,000,000 or less"),
        ("cover", "1,25", "Cover for any one claim must be an amount in pounds, like £5,000,000"),
    ],
)
def test_an_error_in_a_detail_is_shown_next_to_its_field(provider, ada, detail, typed, sentence):
    assert refusal(provider, ada, details=DETAILS | {detail: typed}) == {detail: sentence}


def test_the_highest_amount_of_cover_can_be_typed_with_commas(provider, ada):
    assert add(provider, ada, details=DETAILS | {"cover": "£1,000,000,000"}).details["cover"] == "1000000000.00"


@pytest.mark.parametrize(
    "kind",
    [
        EVIDENCE_KINDS["staff_checks"],
        EvidenceKind("dbs_certificates", "Certificates"),
        EvidenceKind("checks", "Enhanced DBS checks"),
        EvidenceKind("checks", "Single Central Record"),
        EvidenceKind("scr", "Register"),
    ],
)
def test_a_document_about_staff_checks_is_refused(provider, ada, kind):
    with pytest.raises(Refused, match="Never upload DBS certificates or the single central record"):
        commands.add(
            provider, kind, file=StoredFileFactory(uploaded_by=ada), issued_on=date(2026, 1, 1), by=ada, at=NOW
        )


def test_a_file_whose_name_mentions_staff_checks_is_refused(provider, ada):
    for name in ("DBS certificate Joe.pdf", "single-central-record.xlsx", "SCR_2026.pdf"):
        with pytest.raises(Refused, match="Never upload"):
            add(provider, ada, "behaviour_policy", file=StoredFileFactory(uploaded_by=ada, name=name))
    with pytest.raises(Refused, match="Never upload"):
        add(provider, ada, "behaviour_policy", title="Our DBS checks")


def test_a_policy_that_mentions_staff_checks_is_accepted():
    assert not looks_like_staff_checks("Safer recruitment and DBS policy.pdf")
    assert names_staff_checks("dbs_policy")
    assert not any(names_staff_checks(f"{kind.key} {kind.label}") for kind in EVIDENCE_KINDS.values())


@pytest.mark.parametrize("role", [Role.PROVIDER_SIGNATORY, None])
def test_only_people_who_manage_evidence_can_add_a_document(provider, role):
    somebody = person(role, at=provider) if role else UserFactory()
    with pytest.raises(PermissionDenied):
        add(provider, somebody)
    assert not Evidence.objects.exists()


def test_a_lead_of_another_provider_cannot_add_a_document(provider):
    with pytest.raises(PermissionDenied):
        add(provider, person(Role.PROVIDER_LEAD, at=ProviderFactory()))


def test_a_file_uploaded_by_another_person_cannot_be_used(provider, ada):
    with pytest.raises(PermissionDenied):
        add(provider, ada, file=StoredFileFactory(uploaded_by=UserFactory()))


def test_the_database_refuses_changes_to_uploaded_evidence(provider, ada):
    item = add(provider, ada)
    for change in (
        {"expires_on": date(2027, 1, 1)},
        {"title": "Other"},
        {"details": {}},
        {"file": StoredFileFactory()},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.filter(pk=item.pk).update(**change)


def test_the_status_of_evidence_changes_only_through_a_transition(provider, ada):
    item = add(provider, ada)
    with pytest.raises(DatabaseError, match="only by a step"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(**{"status": EvidenceStatus.WITHDRAWN})
