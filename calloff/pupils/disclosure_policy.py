"""The table of staged disclosure: which reader can see which field at which stage.

docs/disclosure.md shows the table. Sources: common practice for a referral's stages, and data minimisation under UK
GDPR Article 5(1)(c). Before an offer, providers read the referral, which contains no more than the first column, and
they have no `Disclosure`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from calloff.people.permissions import Can, Role
from calloff.pupils.states import DisclosureStage


class DisclosureReader(StrEnum):
    """A reader at a stage: a column of the table."""

    ASKED = "Asked: provider staff who reply"
    OFFERED = "Offered: provider staff who reply"
    OFFERED_SAFEGUARDING = "Offered: provider's safeguarding lead"
    PLACED = "Placed: provider staff who reply"
    PLACED_STAFF = "Placed: provider's staff, who take the register"
    PLACED_SAFEGUARDING = "Placed: provider's safeguarding lead"
    PLACED_SAFETY = "Placed, but provider suspended or removed: anyone with a role at the provider"
    TOLD = "Told: authority's SEN officer or virtual school"
    BUYER = "Buyer: AP lead, commissioner, head"
    BUYER_SAFEGUARDING = "Buyer's safeguarding lead"


class FieldVisibility(StrEnum):
    """Whether a reader can see a field: a cell of the table."""

    YES = "yes"
    SCHOOLS = "only if the provider is a school"  # visible if the provider is in the schools register
    NO = ""


class DisclosureField(NamedTuple):
    """A fact about a child: a row of the table."""

    name: str
    label: str
    section: str
    cells: tuple[FieldVisibility, ...]

    def shown_to(self, readers: Iterable[DisclosureReader], *, is_school: bool) -> bool:
        """Return whether any of several readers can see the field.

        A provider can see the UPN only if it is a school.
        """
        seen = {self.cells[list(DisclosureReader).index(reader)] for reader in readers}
        return FieldVisibility.YES in seen or (is_school and FieldVisibility.SCHOOLS in seen)


SHOWN, HIDDEN, SCHOOLS_ONLY = FieldVisibility.YES, FieldVisibility.NO, FieldVisibility.SCHOOLS

# The cells of these rows are in the order of `DisclosureReader`.
EVERYBODY_CELLS = (
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
)  # fields that do not identify the child
PACK_CELLS = (
    HIDDEN,
    SHOWN,
    SHOWN,
    SHOWN,
    HIDDEN,
    SHOWN,
    HIDDEN,
    HIDDEN,
    SHOWN,
    SHOWN,
)  # full details, for deciding, meeting the child and planning
CARE_CELLS = (
    HIDDEN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    SHOWN,
    HIDDEN,
    SHOWN,
    SHOWN,
)  # facts that the people who care for the child on the day need
# These fields identify the child.
IDENTITY_CELLS = (HIDDEN, SHOWN, SHOWN, SHOWN, SHOWN, SHOWN, SHOWN, SHOWN, SHOWN, SHOWN)
DUTY_CELLS = (
    HIDDEN,
    SHOWN,
    SHOWN,
    SHOWN,
    HIDDEN,
    SHOWN,
    HIDDEN,
    SHOWN,
    SHOWN,
    SHOWN,
)  # facts that the authority needs for its own duties
UPN_CELLS = (
    HIDDEN,
    HIDDEN,
    HIDDEN,
    SCHOOLS_ONLY,
    HIDDEN,
    SCHOOLS_ONLY,
    HIDDEN,
    SHOWN,
    SHOWN,
    SHOWN,
)  # the UPN, only for providers that are schools
PROTECTION_CELLS = (
    HIDDEN,
    HIDDEN,
    SHOWN,
    HIDDEN,
    HIDDEN,
    SHOWN,
    HIDDEN,
    HIDDEN,
    HIDDEN,
    SHOWN,
)  # information that only safeguarding leads share
# Only the buyer can see these fields.
BUYER_ONLY_CELLS = (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, SHOWN, SHOWN)

DISCLOSURE_FIELDS = (
    DisclosureField("key_stage", "Key stage", "Asking", EVERYBODY_CELLS),
    DisclosureField("area", "Broad area", "Asking", EVERYBODY_CELLS),
    DisclosureField("hours", "Hours a week", "Asking", EVERYBODY_CELLS),
    DisclosureField("outcomes", "Outcomes wanted", "Asking", EVERYBODY_CELLS),
    DisclosureField("picture", "Pen picture, checked before it is sent", "Asking", EVERYBODY_CELLS),
    DisclosureField("weekly_budget", "Budget", "Asking", BUYER_ONLY_CELLS),
    DisclosureField("name", "Name", "Child’s identity", IDENTITY_CELLS),
    DisclosureField("known_as", "Known as", "Child’s identity", IDENTITY_CELLS),
    DisclosureField("born_on", "Date of birth", "Child’s identity", DUTY_CELLS),
    DisclosureField("sex", "Sex", "Child’s identity", IDENTITY_CELLS),
    DisclosureField("year_group", "Year", "Child’s identity", IDENTITY_CELLS),
    DisclosureField("upn", "Unique pupil number", "Child’s identity", UPN_CELLS),
    DisclosureField("school", "School or team", "Child’s identity", IDENTITY_CELLS),
    DisclosureField("address", "Home address", "Child’s identity", PACK_CELLS),
    DisclosureField("postcode", "Home postcode", "Child’s identity", PACK_CELLS),
    DisclosureField("needs", "Needs, with the primary need first", "Needs", EVERYBODY_CELLS),
    DisclosureField("sen_provision", "Special educational needs", "Needs", EVERYBODY_CELLS),
    DisclosureField("ehc_plan_on", "Date of the EHC plan", "Needs", DUTY_CELLS),
    DisclosureField("looked_after_by", "Looked after by", "Care and agencies", DUTY_CELLS),
    DisclosureField("agencies", "Agencies involved", "Care and agencies", PACK_CELLS),
    DisclosureField("attendance", "Attendance before", "Attendance and attainment", DUTY_CELLS),
    DisclosureField("attainment", "Attainment", "Attendance and attainment", PACK_CELLS),
    DisclosureField("strengths", "Strengths and interests", "Attendance and attainment", CARE_CELLS),
    DisclosureField("hazards", "Hazards, by category", "Risks and health", EVERYBODY_CELLS),
    DisclosureField("risks", "Risks, triggers and what helps", "Risks and health", CARE_CELLS),
    DisclosureField("medical", "Medical", "Risks and health", CARE_CELLS),
    DisclosureField("communication", "Communication", "Risks and health", CARE_CELLS),
    DisclosureField("parent_told_on", "Date a parent was told (which parent was not recorded)", "Views", PACK_CELLS),
    DisclosureField("parent_views", "A parent’s views (which parent was not recorded)", "Views", PACK_CELLS),
    DisclosureField("child_views", "Child's views", "Views", PACK_CELLS),
    DisclosureField("contacts", "People to call, and people who must not be contacted", "Contacts", CARE_CELLS),
    DisclosureField("contact_views", "Each person’s views, and when they were told", "Contacts", PACK_CELLS),
    DisclosureField("contact_addresses", "Addresses of contacts", "Contacts", BUYER_ONLY_CELLS),
    DisclosureField("social_care", "Child in need, or child protection plan", "Protection", PROTECTION_CELLS),
    DisclosureField("concerns", "Concerns", "Protection", PROTECTION_CELLS),
    DisclosureField("plan", "Requirements of the plan", "Protection", PROTECTION_CELLS),
    DisclosureField("social_worker", "Social worker", "Protection", PROTECTION_CELLS),
)
PROTECTED_FIELDS = frozenset(field.name for field in DISCLOSURE_FIELDS if field.cells == PROTECTION_CELLS)

READER_BY_STAGE_AND_PERMISSION: dict[tuple[str, str], DisclosureReader] = {
    (DisclosureStage.ASKED, Can.ANSWER_REFERRALS): DisclosureReader.ASKED,
    (DisclosureStage.OFFERED, Can.ANSWER_REFERRALS): DisclosureReader.OFFERED,
    (DisclosureStage.OFFERED, Can.SAFEGUARD): DisclosureReader.OFFERED_SAFEGUARDING,
    (DisclosureStage.PLACED, Can.ANSWER_REFERRALS): DisclosureReader.PLACED,
    (DisclosureStage.PLACED, Can.TAKE_REGISTER): DisclosureReader.PLACED_STAFF,
    (DisclosureStage.PLACED, Can.SAFEGUARD): DisclosureReader.PLACED_SAFEGUARDING,
    (DisclosureStage.TOLD, Can.KNOW_CHILD): DisclosureReader.TOLD,
    (DisclosureStage.TOLD, Role.SEN_OFFICER): DisclosureReader.TOLD,
    (DisclosureStage.TOLD, Role.VIRTUAL_SCHOOL): DisclosureReader.TOLD,
}


def reader_of(stage: str, needs: str, *, for_safety: bool = False) -> DisclosureReader | None:
    """Return the table's column for a disclosure, or None if the table has no such column.

    `for_safety` is true if the provider is suspended or removed but the child is there (access.py).
    """
    found = READER_BY_STAGE_AND_PERMISSION.get((stage, needs))
    return DisclosureReader.PLACED_SAFETY if found and for_safety else found


def fields_for(readers: Iterable[DisclosureReader], *, is_school: bool = False) -> frozenset[str]:
    """Return the fields that any of several readers can see. A person can have more than one role."""
    readers = list(readers)
    return frozenset(field.name for field in DISCLOSURE_FIELDS if field.shown_to(readers, is_school=is_school))
