"""Questions about children. Whatever says who a child is goes through `identify`, `pack` or `protection`: each records.

Nothing is shown to anybody whom neither a role at the buyer nor a disclosure in force lets see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from calloff.kernel import formatting
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, sen_in_words
from calloff.people.models import Organisation, User
from calloff.people.permissions import GRANTS, Can, Role
from calloff.pupils import access, contact_rules
from calloff.pupils.contact_rules import Place, ShownContact, ShownViews
from calloff.pupils.disclosure_policy import FIELDS, PROTECTED, Reader, fields_for, reader_of
from calloff.pupils.models import Contact, Disclosure, Hazard, Protection, Pupil, PupilQuerySet, Read, Sex, SocialCare
from calloff.pupils.states import Stage
from calloff.pupils.validation import YEARS

What = Read.What
MOST_WORDS = 10  # of a search that are looked at


class Shown(NamedTuple):
    """Who one child is, as far as the reader may know. In a list: initials and year, and no name."""

    reference: str
    initials: str
    year: str
    name: str = ""  # empty in a list
    known_as: str = ""

    @property
    def in_words(self) -> str:
        """Write the child as pages do: by name where names are shown, or else by initials and year."""
        return f"{self.name} ({self.known_as})" if self.known_as else self.name or f"{self.initials}, {self.year}"

    @property
    def short_name(self) -> str:
        """Return the child's first name and last initial, for a screen that others may see."""
        first, *more = self.name.split() or [""]
        if not first:
            return self.initials
        return f"{self.known_as or first} {more[-1][0]}." if more else self.known_as or first


@dataclass(frozen=True)
class Section:
    """A part of a pack: a heading over rows of label and text, which may be empty."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pack:
    """What one reader may know of one child: parts/pupil_pack.html draws it."""

    reference: str
    name: str
    year: str  # the year group, in words
    purpose: str
    sections: tuple[Section, ...]
    contacts: tuple[ShownContact, ...]
    views: tuple[ShownViews, ...]  # of each contact, as far as they go to this place
    has_protection: bool  # and the reader may open it, on a page of its own


def identify(
    pupils: Iterable[Pupil],
    *,
    person: User,
    acting_for: Organisation,
    purpose: str,
    at: datetime,
    what: Read.What = What.INITIALS,
) -> dict[int, Shown]:
    """Say who some children are, by the key of each, and record that the person read it, for whom and why.

    `what` is INITIALS for a list (one reading, however many children are on it) or IDENTITY for names. Children whom
    the person may not know while acting for the organisation are left out. Takes the same number of queries for any
    number of children.
    """
    every = {pupil.pk: pupil for pupil in pupils}
    seen = _seen(every.values(), person, acting_for, at)
    known = {pk: every[pk] for pk, fields in seen.items() if "name" in fields}
    _record(known.values(), what, person=person, acting_for=acting_for, purpose=purpose, at=at)
    named = what != What.INITIALS
    return {pk: _shown(pupil, named=named, at=at) for pk, pupil in known.items()}


def pack(
    pupil: Pupil, *, place: Place, to: Contact | None = None, person: User, acting_for: Organisation, purpose: str,
    at: datetime,
) -> Pack | None:  # fmt: skip
    """Return what a reader may know of a child by stage and role, and record the reading.

    `place` is where it is printed: contact_rules.py decides what of contacts and addresses goes there. `to` is the
    contact for whom it is printed; without one, what is printed for a person is printed for the child.
    Nothing, and a refused try on record, for whom nothing is disclosed: answer 404. What protects the child is never in
    it: `protection`.
    """
    fields = _seen([pupil], person, acting_for, at).get(pupil.pk, frozenset())
    if "name" not in fields:
        refused(pupil, person=person, acting_for=acting_for, purpose=purpose, at=at)
        return None
    _record([pupil], What.PACK, person=person, acting_for=acting_for, purpose=purpose, at=at)
    today = local_day(at)
    values = _values(pupil, today)
    values["address"], values["postcode"] = contact_rules.home_address(pupil, place, to=to)
    if not pupil.parent_views or not contact_rules.nameless_views_go_to(place):
        del values["parent_told_on"], values["parent_views"]
    headings = dict.fromkeys(field.section for field in FIELDS if field.name in fields - PROTECTED)
    sections = (
        Section(
            heading,
            tuple(
                (field.label, values[field.name])
                for field in FIELDS
                if field.section == heading and field.name in values and field.name in fields - PROTECTED
            ),
        )
        for heading in headings
    )
    shown = _shown(pupil, named=True, at=at)
    return Pack(
        reference=pupil.reference,
        name=shown.in_words,
        year=shown.year,
        purpose=purpose,
        sections=tuple(section for section in sections if section.rows),
        contacts=contact_rules.contacts_for(pupil, place, today, to=to) if "contacts" in fields else (),
        views=contact_rules.views_for(pupil, place, today, to=to) if "contact_views" in fields else (),
        has_protection=bool(fields & PROTECTED) and Protection.objects.filter(pupil=pupil).exists(),
    )


def not_to_contact(
    pupils: Iterable[Pupil], *, place: Place, person: User, acting_for: Organisation, at: datetime
) -> dict[int, tuple[ShownContact, ...]]:
    """Return by child the people who must not be contacted, if the reader may see contacts. Up to three queries.

    For pages that say who the child is as well, and so record the reading by `identify`.
    """
    every = list(pupils)
    seen = _seen(every, person, acting_for, at)
    known = [one for one in every if "contacts" in seen.get(one.pk, frozenset())]
    return contact_rules.not_to_contact(known, place, local_day(at))


def protection(pupil: Pupil, *, person: User, acting_for: Organisation, purpose: str, at: datetime) -> Section | None:
    """Return what protects a child, for the safeguarding leads alone, and record the reading or the refused try."""
    fields = _seen([pupil], person, acting_for, at).get(pupil.pk, frozenset())
    if not fields & PROTECTED:
        refused(pupil, person=person, acting_for=acting_for, purpose=purpose, at=at)
        return None
    _record([pupil], What.PROTECTION, person=person, acting_for=acting_for, purpose=purpose, at=at)
    kept = Protection.objects.filter(pupil=pupil).first() or Protection(pupil=pupil)
    values = {
        "social_care": str(SocialCare(kept.social_care).label),
        "concerns": kept.concerns,
        "plan": kept.plan,
        "social_worker": kept.social_worker,
    }
    rows = tuple((field.label, values[field.name]) for field in FIELDS if field.name in fields & PROTECTED)
    return Section("Child protection information", rows)


def refused(pupil: Pupil, *, person: User, acting_for: Organisation, purpose: str, at: datetime) -> None:
    """Record that somebody tried to read who a child is, and was refused."""
    _record([pupil], What.REFUSED, person=person, acting_for=acting_for, purpose=purpose, at=at)


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> PupilQuerySet:
    """Find the children of a buyer that a person may see there."""
    if not person.can(Can.SEE_PUPILS, at=buyer, when=at):
        return Pupil.objects.none()
    return Pupil.objects.visible_to(person, at).filter(buyer=buyer)


def named(words: str, among: PupilQuerySet) -> PupilQuerySet:
    """Find children by parts of their names, or by UPN or reference: every word must fit somewhere."""
    found, several = among, words.replace("\x00", " ").split()
    for word in several[:MOST_WORDS]:
        name = Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(known_as__icontains=word)
        found = found.filter(name | Q(upn__iexact=word) | Q(reference__iexact=word))
    return found if several else among.none()


def told_to(authority: Organisation, *, person: User, at: datetime) -> QuerySet[Disclosure]:
    """Find the children whom an authority was told of, and whom a person may know there, with the purpose of each."""
    told = Disclosure.objects.in_force(at).filter(organisation=authority, stage=Stage.TOLD)
    return told.usable_by(person, at).select_related("pupil__buyer").order_by("-starts_at", "pk")


def disclosed(pupils: Iterable[Pupil], *, at: datetime) -> dict[int, Disclosure]:
    """Find how far each child is disclosed to a provider now: placed before offered. So a list says where each is."""
    given = Disclosure.objects.in_force(at).filter(pupil__in=list(pupils), stage__in=[Stage.OFFERED, Stage.PLACED])
    order = [Stage.OFFERED, Stage.PLACED]
    rows = sorted(given.select_related("organisation"), key=lambda one: (order.index(Stage(one.stage)), one.pk))
    return {one.pupil_id: one for one in rows}


def disclosures_of(pupil: Pupil) -> QuerySet[Disclosure]:
    """Find to whom a child was ever disclosed, why, and from when to when; newest first."""
    return Disclosure.objects.filter(pupil=pupil).select_related("organisation").order_by("-starts_at", "-pk")


def reads_of(pupil: Pupil) -> QuerySet[Read]:
    """Find who has read who a child is: whoever keeps the child's record may know that."""
    return Read.objects.filter(pupil=pupil).select_related("by")


def _seen(pupils: Iterable[Pupil], person: User, acting_for: Organisation, at: datetime) -> dict[int, frozenset[str]]:
    """Return the fields of each child that a person sees for an organisation: by a role there, or by disclosures."""
    pupils, roles = list(pupils), person.roles_at(acting_for, at)
    mine = _readers_at_buyer(roles)
    readers: dict[int, set[Reader]] = {one.pk: set(mine if one.buyer_id == acting_for.pk else ()) for one in pupils}
    others = [one.pk for one in pupils if one.buyer_id != acting_for.pk]
    if others and roles:
        held = [*roles, *{str(can) for role in roles for can in GRANTS[Role(role)]}]
        given = Disclosure.objects.in_force(at).filter(organisation=acting_for, pupil__in=others, needs__in=held)
        for key, stage, needs, status in given.values_list("pupil", "stage", "needs", "member__status"):
            reader = reader_of(stage, needs, for_safety=access.is_for_safety(stage, status))
            readers[key] |= {reader} if reader else set()
    is_school = acting_for.urn is not None
    return {key: fields_for(those, is_school=is_school) for key, those in readers.items() if those}


def _readers_at_buyer(roles: set[str]) -> set[Reader]:
    held = {can for role in roles for can in GRANTS[Role(role)]}
    if Can.SEE_PUPILS not in held:
        return set()
    return {Reader.BUYER, Reader.BUYER_SAFEGUARDING} if Can.SAFEGUARD in held else {Reader.BUYER}


def _record(
    pupils: Iterable[Pupil], what: Read.What, *, person: User, acting_for: Organisation, purpose: str, at: datetime
) -> None:
    pupils = list(pupils)
    Read.objects.bulk_create(
        Read(pupil=pupil, by=person, acting_for=str(acting_for), what=what, purpose=purpose, among=len(pupils), at=at)
        for pupil in pupils
    )


def _shown(pupil: Pupil, *, named: bool, at: datetime) -> Shown:
    known_as = pupil.known_as if named else ""
    name = pupil.full_name if named else ""
    return Shown(pupil.reference, pupil.initials, year_in_words(pupil.year_on(local_day(at))), name, known_as)


def year_in_words(year: int) -> str:
    """Write a year group: Reception, Year 9; and what lies before and beyond them."""
    if year not in YEARS:
        return "Above year 13" if year > 0 else "Before reception"
    return f"Year {year}" if year else "Reception"


def _values(pupil: Pupil, today: date) -> dict[str, str]:
    """Write what is known of a child as pages show it: what is of no referral and protects nobody."""
    between = ""
    if pupil.attendance is not None and pupil.attendance_from and pupil.attendance_to:
        between = f", {formatting.short_day(pupil.attendance_from)} to {formatting.short_day(pupil.attendance_to)}"
    return {
        "name": pupil.full_name,
        "known_as": pupil.known_as,
        "born_on": formatting.day(pupil.born_on),
        "sex": str(Sex(pupil.sex).label),
        "year_group": year_in_words(pupil.year_on(today)),
        "upn": pupil.upn,
        "school": str(pupil.buyer),
        "needs": "; ".join(str(NeedType(code).label) for code in pupil.needs),
        "sen_provision": sen_in_words(pupil.sen_provision),
        "ehc_plan_on": formatting.day(pupil.ehc_plan_on) if pupil.ehc_plan_on else "",
        "looked_after_by": pupil.looked_after_by,
        "attendance": f"{formatting.number(pupil.attendance)}%{between}" if pupil.attendance is not None else "",
        "attainment": pupil.attainment,
        "strengths": pupil.strengths,
        "hazards": "; ".join(str(Hazard(code).label) for code in pupil.hazards),
        "risks": pupil.risks,
        "medical": pupil.medical,
        "communication": pupil.communication,
        "agencies": pupil.agencies,
        "parent_told_on": formatting.day(pupil.parent_told_on) if pupil.parent_told_on else "",
        "parent_views": pupil.parent_views,
        "child_views": pupil.child_views,
    }
