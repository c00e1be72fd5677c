"""Staged disclosure, as one table: field by stage and by who. Printed in docs/disclosure.md.

Sources: the stages of a referral as the field practises them (`domain.md` §5 of the design); data minimisation, UK
GDPR Article 5(1)(c). Before an offer providers read the referral, which holds no more than the first column says; it is
given to no one as a `Disclosure`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from calloff.people.permissions import Can, Role
from calloff.pupils.states import Stage


class Reader(StrEnum):
    """Who reads, at which stage: a column of the table."""

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


class Shown(StrEnum):
    """Whether a reader sees a field: a cell of the table."""

    YES = "yes"
    SCHOOLS = "if it is a school"  # a provider that is in the register of schools
    NO = ""


class Field(NamedTuple):
    """A row of the table: what is known of a child."""

    name: str
    label: str
    section: str
    cells: tuple[Shown, ...]

    def shown_to(self, readers: Iterable[Reader], *, is_school: bool) -> bool:
        """Say whether one of some readers sees it; a UPN goes to a provider only where that is itself a school."""
        seen = {self.cells[list(Reader).index(reader)] for reader in readers}
        return Shown.YES in seen or (is_school and Shown.SCHOOLS in seen)


Y, N, U = Shown.YES, Shown.NO, Shown.SCHOOLS

#                  asked  offered     placed            told  buyer
EVERYBODY = (Y, Y, Y, Y, Y, Y, Y, Y, Y, Y)  # what tells nobody who the child is
PACK = (N, Y, Y, Y, N, Y, N, N, Y, Y)  # the full pack: to decide, to meet the child, to plan
CARE = (N, Y, Y, Y, Y, Y, Y, N, Y, Y)  # whoever has the child in their care on the day needs it
WHO = (N, Y, Y, Y, Y, Y, Y, Y, Y, Y)  # who the child is
DUTY = (N, Y, Y, Y, N, Y, N, Y, Y, Y)  # what the authority's own duties turn on
NUMBER = (N, N, N, U, N, U, N, Y, Y, Y)  # UPN: never to a provider that is not a school
PROTECTION = (N, N, Y, N, N, Y, N, N, N, Y)  # from safeguarding lead to safeguarding lead
OURS = (N, N, N, N, N, N, N, N, Y, Y)  # the buyer's alone

FIELDS = (
    Field("key_stage", "Key stage", "Asking", EVERYBODY),
    Field("area", "Broad area", "Asking", EVERYBODY),
    Field("hours", "Hours a week", "Asking", EVERYBODY),
    Field("outcomes", "Outcomes wanted", "Asking", EVERYBODY),
    Field("picture", "Pen picture, checked before it is sent", "Asking", EVERYBODY),
    Field("weekly_budget", "Budget", "Asking", OURS),
    Field("name", "Name", "Child’s identity", WHO),
    Field("known_as", "Known as", "Child’s identity", WHO),
    Field("born_on", "Date of birth", "Child’s identity", DUTY),
    Field("sex", "Sex", "Child’s identity", WHO),
    Field("year_group", "Year", "Child’s identity", WHO),
    Field("upn", "Unique pupil number", "Child’s identity", NUMBER),
    Field("school", "School or team", "Child’s identity", WHO),
    Field("address", "Home address", "Child’s identity", PACK),
    Field("postcode", "Home postcode", "Child’s identity", PACK),
    Field("needs", "Needs, with the primary need first", "Needs", EVERYBODY),
    Field("sen_provision", "Special educational needs", "Needs", EVERYBODY),
    Field("ehc_plan_on", "Date of the EHC plan", "Needs", DUTY),
    Field("looked_after_by", "Looked after by", "Care and agencies", DUTY),
    Field("agencies", "Agencies involved", "Care and agencies", PACK),
    Field("attendance", "Attendance before", "Attendance and attainment", DUTY),
    Field("attainment", "Attainment", "Attendance and attainment", PACK),
    Field("strengths", "Strengths and interests", "Attendance and attainment", CARE),
    Field("hazards", "Hazards, by category", "Risks and health", EVERYBODY),
    Field("risks", "Risks, triggers and what helps", "Risks and health", CARE),
    Field("medical", "Medical", "Risks and health", CARE),
    Field("communication", "Communication", "Risks and health", CARE),
    Field("parent_told_on", "Date a parent was told (which parent was not recorded)", "Views", PACK),
    Field("parent_views", "A parent’s views (which parent was not recorded)", "Views", PACK),
    Field("child_views", "Child's views", "Views", PACK),
    Field("contacts", "People to call, and people who must not be contacted", "Contacts", CARE),
    Field("contact_views", "Each person’s views, and when they were told", "Contacts", PACK),
    Field("contact_addresses", "Addresses of contacts", "Contacts", OURS),
    Field("social_care", "Child in need, or child protection plan", "Protection", PROTECTION),
    Field("concerns", "Concerns", "Protection", PROTECTION),
    Field("plan", "Requirements of the plan", "Protection", PROTECTION),
    Field("social_worker", "Social worker", "Protection", PROTECTION),
)
PROTECTED = frozenset(field.name for field in FIELDS if field.cells == PROTECTION)

GIVEN: dict[tuple[str, str], Reader] = {
    (Stage.ASKED, Can.ANSWER_REFERRALS): Reader.ASKED,
    (Stage.OFFERED, Can.ANSWER_REFERRALS): Reader.OFFERED,
    (Stage.OFFERED, Can.SAFEGUARD): Reader.OFFERED_SAFEGUARDING,
    (Stage.PLACED, Can.ANSWER_REFERRALS): Reader.PLACED,
    (Stage.PLACED, Can.TAKE_REGISTER): Reader.PLACED_STAFF,
    (Stage.PLACED, Can.SAFEGUARD): Reader.PLACED_SAFEGUARDING,
    (Stage.TOLD, Can.KNOW_CHILD): Reader.TOLD,
    (Stage.TOLD, Role.SEN_OFFICER): Reader.TOLD,
    (Stage.TOLD, Role.VIRTUAL_SCHOOL): Reader.TOLD,
}


def reader_of(stage: str, needs: str, *, for_safety: bool = False) -> Reader | None:
    """Return the column for which a disclosure stands, or nothing where the table has none.

    `for_safety`: the provider is suspended or removed, and has the child with it (access.py).
    """
    found = GIVEN.get((stage, needs))
    return Reader.PLACED_SAFETY if found and for_safety else found


def fields_for(readers: Iterable[Reader], *, is_school: bool = False) -> frozenset[str]:
    """Return the names of what some readers see together: a person may hold several roles."""
    readers = list(readers)
    return frozenset(field.name for field in FIELDS if field.shown_to(readers, is_school=is_school))
