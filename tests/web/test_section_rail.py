"""Tests for the list of sections next to the pages of a service's form and of a pupil's record."""

import re

import pytest

from calloff.people.permissions import Role
from tests.factories import SchoolOrganisationFactory, person
from tests.factories_markets import ServiceFactory
from tests.factories_placements import PupilFactory

pytestmark = pytest.mark.django_db


def sections(page):
    """Return the title and state of each section in the list, and which section is current."""
    [nav] = re.findall(r'<nav class="calloff-sections".*?</nav>', page.content.decode(), re.DOTALL)
    links = re.findall(r'<a class="calloff-sections__link[^>]*?( aria-current="step")?>(.*?)</a>', nav, re.DOTALL)
    return [(re.sub(r"<[^>]+>", "", words).strip(), bool(current)) for current, words in links]


def test_each_part_of_a_service_is_listed_beside_its_form_with_its_progress(client):
    service = ServiceFactory(week=[], hours="", team="", qualifications=[])
    client.force_login(person(Role.PROVIDER_LEAD, at=service.provider))
    page = client.get(f"/providers/{service.provider.slug}/services/{service.pk}/amend/whom")
    shown = dict(sections(page))
    assert shown["About the service, completed"] is False
    assert shown["Who it is for, completed"] is True
    assert shown["Days and hours, not yet started"] is False
    assert "Everyone can see these details" in page.content.decode()


def test_each_section_of_a_pupils_record_is_listed_beside_its_form_without_the_name(client):
    school = SchoolOrganisationFactory()
    pupil = PupilFactory(buyer=school, given_name="Zebedee", sen_provision="", needs=[])
    client.force_login(person(Role.AP_LEAD, at=school))
    page = client.get(f"/buyers/{school.slug}/pupils/{pupil.reference}/amend/needs")
    shown = sections(page)
    assert ("Child’s identity, completed", False) in shown
    assert ("Needs, not yet started", True) in shown
    assert shown[-1][0].startswith("Views")
    assert "Zebedee" not in str(shown)
