"""Tests that every command that writes telephone numbers, addresses and roles uses kernel.short_text."""

import re
from datetime import time

import pytest
from django.apps import apps
from django.db import models

from calloff.demand.commands import Reporter, nominate
from calloff.directory.commands import add_site
from calloff.kernel.lifecycles import Refused
from calloff.kernel.short_text import (
    find_line_problem,
    find_lines_problem,
    find_telephone_problem,
    find_website_problem,
)
from calloff.people.commands import amend_details, ask_to_join
from calloff.people.permissions import Role
from calloff.placements.commands import (
    DayNoteEntry,
    UsualDetailsEntry,
    hold_review,
    plan_review,
    record_note,
    save_usual_details,
)
from calloff.pupils.commands import add_contact, amend, keep_protection
from calloff.registers.gias import parse_telephone, parse_text
from tests.agreements import scenario as agreements
from tests.applications import scenario as applications
from tests.architecture.test_names import PLACE, lead
from tests.architecture.test_relations import NOUNS
from tests.buying import scenario as orders
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)
from tests.factories_markets import AgreementFactory, ApplicationFactory
from tests.factories_placements import PlacementFactory, PupilFactory, contact
from tests.placements import scenario

pytestmark = pytest.mark.django_db


def at_a_provider(**said):
    provider = ProviderFactory()
    usual = {"address": "Mill Lane", "telephone": "", "website": ""}
    return amend_details(provider, by=lead(provider), at=NOW, **usual | said)


def a_pupil(**said):
    pupil = PupilFactory()
    return amend(pupil, by=person(Role.AP_LEAD, at=pupil.buyer), at=NOW, address_withheld="no", **said)


def usual_details(**said):
    school = SchoolOrganisationFactory()
    usual = {"absence_rule": "", "attendance_contact": "", "emergency": ""} | said
    entry = UsualDetailsEntry(None, None, None, None, 10, attendance_time=None, **usual)
    return save_usual_details(school, usual=entry, by=person(Role.AP_LEAD, at=school), at=NOW)


def a_contact(**said):
    pupil = PupilFactory()
    limits = {"order": "yes", "order_what": "No calls", "do_not_contact": True, "do_not_contact_reason": "The order"}
    return add_contact(pupil, **contact(**limits | said), by=person(Role.AP_LEAD, at=pupil.buyer), at=NOW)


def protects(**said):
    pupil = PupilFactory()
    usual = {"social_care": "", "concerns": "", "plan": ""}
    return keep_protection(pupil, **usual | said, by=person(Role.SAFEGUARDING_LEAD, at=pupil.buyer), at=NOW)


def a_site(**said):
    provider = ProviderFactory()
    return add_site(provider, by=lead(provider), at=NOW, **PLACE | {"name": "Farm"} | said)


def a_note(**said):
    placement = PlacementFactory()
    usual = {"kinds": ("elsewhere",), "day": NOW.date(), "time": time(9), "place_kind": "other", "place": "A farm",
             "decided_by": "The lead", "told": "The mother"}  # fmt: skip
    by = person(Role.AP_LEAD, at=placement.buyer)
    return record_note(placement, happened=DayNoteEntry(**usual | said), by=by, at=NOW)


def a_signature(**said):
    return agreements.sign(AgreementFactory(unsigned=True), **said)


def a_nomination(**said):
    given = {"name": "Bridge Farm", "offers": "Farm days.", "email": "f@example.org", "teller": Reporter("family")}
    return nominate(AuthorityFactory(), at=NOW, **given | said)


def an_application(**said):
    application = ApplicationFactory()
    return applications.commands.submit(application, by=applications.ada(application), at=NOW, name="Ada", **said)


def a_review(**said):
    placement = PlacementFactory(running=True)
    review = plan_review(placement, due_on=NOW.date(), by=person(Role.AP_LEAD, at=placement.buyer), at=NOW)
    met = {str(place): "yes" for place in range(len(placement.outcomes))}
    usual = {"held_on": NOW.date(), "present": "The lead", "found": "It goes well.", "child_views": "I like it.",
             "outcomes": met, "decision": "go_on"}  # fmt: skip
    return hold_review(review, **usual | said, by=person(Role.AP_LEAD, at=placement.buyer), at=NOW)


def a_request_to_join(**said):
    return ask_to_join(ProviderFactory(), by=UserFactory(), at=NOW, **said)


def an_order(**said):
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    return orders.ordered(orders.ready(school), school, **said)


WRITERS = {  # each column, the command that writes it, and how errors name it
    "people.Organisation.address": at_a_provider,
    "people.Organisation.telephone": at_a_provider,
    "people.Organisation.website": at_a_provider,
    "pupils.Pupil.known_as": a_pupil,
    "pupils.Pupil.address": a_pupil,
    "pupils.Pupil.looked_after_by": a_pupil,
    "pupils.ProtectionInformation.social_worker": protects,
    "pupils.PupilContact.relation": a_contact,
    "pupils.PupilContact.telephone": a_contact,
    "pupils.PupilContact.email": a_contact,
    "pupils.PupilContact.address": a_contact,
    "pupils.PupilContact.order_who": a_contact,
    "pupils.PupilContact.order_what": a_contact,
    "pupils.PupilContact.do_not_contact_reason": a_contact,
    "directory.Site.address": a_site,
    "directory.Site.town": a_site,
    "directory.Site.access": a_site,
    "placements.DayNote.place": a_note,
    "placements.DayNote.decided_by": a_note,
    "placements.DayNote.told": a_note,
    "demand.Nomination.website": a_nomination,
    "people.JoinRequest.said": a_request_to_join,
    "placements.PlacementReview.present": a_review,
    "placements.UsualDetails.attendance_contact": usual_details,
    "placements.UsualDetails.emergency": usual_details,
    "buying.Order.purchase_order": an_order,
    "agreements.Signature.role": a_signature,
    "agreements.Signature.authority": a_signature,
    "applications.SubmittedVersion.declared_role": an_application,
}
ELSEWHERE = {  # columns that another test or rule checks, with that test or rule
    "by placements.drafts, below": {
        "placements.Placement.attendance_contact", "placements.Placement.emergency",
        "placements.Placement.purchase_order",
    },
    "an account's, of people.User, which clean_email reads": {"outbox.Message.address"},
    "the register's: a reader of registers.gias, below": {
        "registers.School.town", "registers.School.telephone", "registers.School.website", "registers.School.street",
    },
}  # fmt: skip
REACHES = re.compile(
    r"(^|_)(telephone|address|town|website|relation|role|social_worker|looked_after_by|known_as|emergency|told|place"
    r"|present|purchase_order|decided_by|order_who|order_what|attendance_contact)$"
)


def longest(column):
    """Return the maximum number of characters in a column, or None if it has no limit."""
    model, _, name = column.rpartition(".")
    return apps.get_model(model)._meta.get_field(name).max_length


def test_every_contact_column_is_included_in_this_test():
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in NOUNS
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices and REACHES.search(field.name)
    }
    assert columns <= set(WRITERS) | set().union(*ELSEWHERE.values())


@pytest.mark.parametrize("column", WRITERS)
def test_direction_marks_and_formulas_are_refused_with_an_error_next_to_their_field(column):
    field = column.rpartition(".")[2]
    name = field.removeprefix("declared_")
    for text in ("\u202e0163", '=HYPERLINK("x")'):
        with pytest.raises(Refused) as refusal:
            WRITERS[column](**{name: text})
        assert [one.where for one in refusal.value.problems] == [name]


@pytest.mark.parametrize("column", [one for one in WRITERS if longest(one)])
def test_text_longer_than_its_column_is_refused_with_an_error_next_to_its_field(column):
    name = column.rpartition(".")[2].removeprefix("declared_")
    begins = {"website": "https://farm.example/", "email": "a@b.example."}.get(name, "a")
    with pytest.raises(Refused) as refusal:
        WRITERS[column](**{name: begins + "a" * longest(column)})
    assert [one.where.removeprefix("declared_") for one in refusal.value.problems] == [name]


@pytest.mark.parametrize("field", ["ratio", "absence_rule", "purchase_order", "attendance_contact", "emergency"])
def test_placement_details_are_checked_for_invisible_characters_too(field):
    with pytest.raises(Refused, match="invisible"):
        scenario.drawn(**{field: "Call 01632\u202e 960001"})


@pytest.mark.parametrize(
    "number", ["01632 960001", "+44 (0)1632 960001", "(01632) 960-001", "01632 960001 ext 42", "999999"]
)
def test_a_telephone_number_can_contain_only_digits_and_separators(number):
    assert find_telephone_problem(number) == ""


@pytest.mark.parametrize(
    "text",
    ["\u202e0163 960001", "=cmd|' /C calc'!A0", "ring mum", "٠١٦٣٢٩٦٠٠٠١", "01632 960001\n01632", "12", "1" * 30],
)
def test_text_that_cannot_be_dialled_is_refused_as_a_telephone_number(text):
    assert (
        find_telephone_problem(text)
        == "Telephone number must be digits and spaces, for example, 01632 960001 or +44 1632 960001"
    )
    assert parse_telephone(text) == "", "nor does the register of schools bring it"


def test_an_address_can_have_several_lines_and_a_list_item_can_start_with_a_dash():
    assert find_lines_problem("12 Gorse Lane\r\nWorthing", noun="Address") == ""
    assert find_lines_problem("- no calls\n- no letters", noun="Restrictions") == ""
    assert find_lines_problem("Gorse Lane\n=1+1", noun="Address") == "Address must not have a line that starts with ="
    assert find_line_problem("Mother\nFather", noun="Relation") == "Relation must be on one line"
    assert parse_text("Gorse \u202eLane") == "Gorse Lane"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://farm\u202e.example", "data:text/html,x"])
def test_a_website_must_be_a_link_that_is_safe_to_show_on_a_page(address):
    assert find_website_problem(address)
    assert find_website_problem("https://farm.example/visit") == ""
