"""Tests that each place where a contact is printed has a row in PLACES.

A new letter, link, PDF or export that prints a contact fails this test until it has a row.
"""

import ast
import re

import pytest
from django.conf import settings

from calloff.pupils.contact_rules import CONTACT_PLACES

CODE = sorted(settings.BASE_DIR.glob("calloff/**/*.py"))
TEMPLATES = settings.BASE_DIR / "calloff/web/pages"
ROOM = "calloff/pupils/"
OF_THE_ROOM = {  # modules in which the room itself reads contacts: to store them, to decide, and to find them in text
    "commands/__init__.py", "commands/contacts.py", "contact_rules.py", "reidentification.py", "queries.py",
}  # fmt: skip
# modules for people who change the record, or that find rows to check. They send nothing outside the buyer
KEEPING = {
    "calloff/web/buyer/contact_forms.py", "calloff/web/buyer/contacts.py", "calloff/web/buyer/pupil_copies.py",
    "tools/screenshots/sample_records.py",
}  # fmt: skip
FROM_A_HOME = {"calloff/referrals/queries.py"}  # The buyer can see the distance from a home, but never the address.
NO_ROWS = {"pack"}  # This contains values that the contact rules have returned.
PRINTED = re.compile(r"pupil_pack\(|pupil_contacts\(|pack\.contacts|pack\.views")
LOOKED_UP = re.compile(r"contacts__\w")  # matches names in the text of a query
ROWS = re.compile(r"(?<!\bpack)\.contacts\b")
ADDRESS = re.compile(r"\.(?:address|postcode)\b")
NO_HOMES = {  # templates that print an address of a site, an organisation or a message, not a home address
    "provider/sites.html", "public/offer.html", "public/service.html", "account/ask_school.html",
    "authority/provider.html", "parts/details.html", "public/messages.html",
    "parts/pupil_contacts.html",  # The address here is from a pack, as the contact rules returned it.
}  # fmt: skip
HOME = re.compile(r"pupil(?:__|\.)(?:address|postcode)\b")


def path_of(file):
    return str(file.relative_to(settings.BASE_DIR))


def names_in(file):
    """Return the names through which a module gets contacts from the pupils room, or reads the contacts of a child."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("calloff.pupils"):
            found |= {one.name for one in node.names} & {"contacts_of", "Contact"}
        if isinstance(node, ast.Attribute) and node.attr in {"contacts", "contacts_of"}:
            found |= set() if ast.unparse(node.value) in NO_ROWS else {node.attr}
    return found


def reads_past_the_rules(text, key):
    """Return whether a template reads contacts, a home address, or an address that is not listed in NO_HOMES."""
    return bool(ROWS.search(text) or HOME.search(text) or (ADDRESS.search(text) and key not in NO_HOMES))


@pytest.mark.parametrize(
    "text",
    [
        "{% for one in placement.pupil.contacts.all() %}{{ one.telephone }}{% endfor %}", "{{ child.address }}",
        "{{ placement.pupil.postcode }}", "{% set all = child.contacts %}",
    ],
)  # fmt: skip
def test_a_template_that_bypasses_the_contact_rules_is_found_in_any_spelling(text):
    assert reads_past_the_rules(text, "provider/placement.html")
    assert not reads_past_the_rules("{{ pupil_contacts(pack) }}{{ pack.contacts }}", "provider/placement.html")


def test_a_query_that_reads_contacts_is_detected():
    assert LOOKED_UP.search('values_list("pupil__contacts__address")')


def test_no_module_bypasses_the_rules_for_contacts_and_home_addresses():
    known = KEEPING | {place.where for place in CONTACT_PLACES}
    outside = [one for one in CODE if not path_of(one).startswith(ROOM) and "/migrations/" not in path_of(one)]
    contacts = {path_of(one) for one in outside if names_in(one) or LOOKED_UP.search(one.read_text())}
    assert contacts <= known, f"these read contacts, so give each a Place in contact_rules.py: {contacts - known}"
    homes = {path_of(one) for one in outside if HOME.search(one.read_text())}
    assert homes <= FROM_A_HOME, f"these read a home address, so ask contact_rules.home_address: {homes - FROM_A_HOME}"


def test_only_a_few_modules_of_the_pupils_room_read_contacts():
    room = [one for one in CODE if path_of(one).startswith(ROOM) and "/migrations/" not in path_of(one)]
    reads = {path_of(one).removeprefix(ROOM) for one in room if names_in(one)}
    assert reads <= OF_THE_ROOM


def test_no_template_prints_contacts_unless_the_table_of_places_lists_it():
    known = {place.where for place in CONTACT_PLACES}
    for template in sorted(TEMPLATES.glob("**/*.html")):
        key, text = str(template.relative_to(TEMPLATES)), template.read_text()
        if PRINTED.search(text) and not key.startswith("parts/"):
            assert key in known, f"{key} prints a pack: give it a Place in contact_rules.py"
        assert not reads_past_the_rules(text, key), f"{key} prints contacts or an address: take them from the pack"


@pytest.mark.parametrize("place", CONTACT_PLACES, ids=str)
def test_every_place_in_the_table_of_places_exists(place):
    where = settings.BASE_DIR / place.where if place.where.endswith(".py") else TEMPLATES / place.where
    assert where.exists()


def test_the_places_where_contacts_are_printed_are_defined_once_in_one_module():
    assert len({place.key for place in CONTACT_PLACES}) == len(CONTACT_PLACES)
    makers = {
        path_of(file)
        for file in CODE
        for node in ast.walk(ast.parse(file.read_text()))
        if "contact_rules" in str(file) or "contact_rules" in file.read_text()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ContactPlace"
    }
    assert makers == {"calloff/pupils/contact_rules.py"}
