"""Tests that a service's registration number is in the format of its register, whichever command stores the number."""

import pytest

from calloff.directory.commands import amend
from calloff.directory.models import Service
from calloff.kernel.lifecycles import Refused
from calloff.web.provider.service_forms import ServiceRegistrationForm
from tests.directory.test_services import ada, added
from tests.factories import NOW
from tests.factories_markets import MemberFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("registration", "typed", "kept"),
    [
        ("school", " 138 001 ", "138001"),
        ("state", "138001", "138001"),
        ("college", "130843", "130843"),
        ("college", "10001234", "10001234"),
        ("childcare", "ey 123456", "EY123456"),
        ("childcare", "2512345", "2512345"),
        ("care", "1-119169543", "1-119169543"),
        ("school", "  ", ""),
    ],
)
def test_a_services_registration_number_is_stored_in_the_standard_format_of_its_register(registration, typed, kept):
    service = added(MemberFactory(), registration=registration, registration_number=typed)
    assert Service.objects.get(pk=service.pk).registration_number == kept


@pytest.mark.parametrize(
    ("registration", "typed", "where", "sentence"),
    [
        ("school", "EY123456", "registration_number", "URN must be 6 digits, like 138001"),
        ("state", "13800", "registration_number", "URN must be 6 digits, like 138001"),
        (
            "college", "138", "registration_number",
            "College number must be a 6-digit URN or an 8-digit UKPRN, like 130843 or 10001234",
        ),
        (
            "childcare", "12345", "registration_number",
            "Ofsted URN must be 6 or 7 digits, like 2512345, or start with two letters, like EY123456",
        ),
        ("care", "2-1", "registration_number", "Care Quality Commission number must be like 1-123456789"),
        (
            "none", "138001", "registration",
            "Select the registration that this number belongs to, or clear the number",
        ),
    ],
)  # fmt: skip
def test_a_registration_number_in_the_wrong_format_is_refused_with_an_error_next_to_its_field(
    registration, typed, where, sentence
):
    said = {"registration": registration, "registration_number": typed}
    with pytest.raises(Refused) as new:
        added(MemberFactory(), **said)
    service = ServiceFactory()
    with pytest.raises(Refused) as old:
        amend(service, by=ada(service), at=NOW, **said)
    for refused in (new, old):
        assert [(one.sentence, one.where) for one in refused.value.problems] == [(sentence, where)]
    form = ServiceRegistrationForm(said, sites=[])
    assert not form.attempt(amend, service, by=ada(service), at=NOW)
    assert form.errors[where] == [sentence]


def test_a_registration_number_is_checked_again_when_the_kind_of_registration_changes():
    service = ServiceFactory(registration="school", registration_number="138001")
    with pytest.raises(Refused, match="must be like 1-123456789"):
        amend(service, by=ada(service), at=NOW, registration="care")


def test_an_old_registration_number_that_was_never_checked_does_not_prevent_other_changes():
    service = ServiceFactory(registration="school", registration_number="about 138001")
    amend(service, by=ada(service), at=NOW, a_day="Feeding first.")
    service.refresh_from_db()
    assert (service.a_day, service.registration_number) == ("Feeding first.", "about 138001")
