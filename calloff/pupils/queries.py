"""Queries for children, which log each view.

All data that identifies a child is read through `identify_pupils`, `identify_with_limits`, `pupil_to_call_about`,
`pupil_pack` or `pupil_protection`. A person with no role at the buyer and no current disclosure sees nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from calloff.kernel import formatting
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, format_sen_provision
from calloff.kernel.search_words import name_has_words
from calloff.people.models import Organisation, User
from calloff.people.permissions import PERMISSIONS_BY_ROLE, Can, Role
from calloff.pupils import access, contact_rules
from calloff.pupils.contact_rules import ContactPlace, ShownContact, ShownViews
from calloff.pupils.disclosure_policy import (
    DISCLOSURE_FIELDS,
    PROTECTED_FIELDS,
    DisclosureReader,
    fields_for,
    reader_of,
)
from calloff.pupils.models import (
    DisclosureGrant,
    HazardCategory,
    ProtectionInformation,
    Pupil,
    PupilContact,
    PupilQuerySet,
    RecordAccess,
    Sex,
    SocialCare,
)
from calloff.pupils.states import DisclosureStage
from calloff.pupils.validation import YEAR_GROUPS

AccessSubject = RecordAccess.What
MAX_PUPIL_SEARCH_WORDS = 10  # the maximum number of words of a search that are used


class ShownPupil(NamedTuple):
    """A child's identity, as far as the reader is allowed to know it.

    For a list, this is only the initials and the year group, without a name.
    """

    reference: str
    initials: str
    year: str
    name: str = ""  # empty in a list
    known_as: str = ""

    @property
    def in_words(self) -> str:
        """Return the child's name if it can be shown, or otherwise the initials and year group."""
        return f"{self.name} ({self.known_as})" if self.known_as else self.name or f"{self.initials}, {self.year}"

    @property
    def short_name(self) -> str:
        """Return the child's first name and the initial of the last name, for a screen that other people might see."""
        first, *more = self.name.split() or [""]
        if not first:
            return self.initials
        return f"{self.known_as or first} {more[-1][0]}." if more else self.known_as or first


@dataclass(frozen=True)
class PackSection:
    """A section of a pack: a heading, and rows that each have a label and a text. The text can be empty."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PupilPack:
    """What one reader is allowed to know about one child. The template parts/pupil_pack.html renders it."""

    reference: str
    name: str
    year: str  # the year group in words
    purpose: str
    sections: tuple[PackSection, ...]
    contacts: tuple[ShownContact, ...]
    views: tuple[ShownViews, ...]  # each contact's views, if this place can show them
    has_protection: bool  # whether the reader can open child protection information on a separate page


def identify_pupils(
    pupils: Iterable[Pupil],
    *,
    person: User,
    acting_for: Organisation,
    purpose: str,
    at: datetime,
    what: RecordAccess.What = AccessSubject.INITIALS,
) -> dict[int, ShownPupil]:
    """Identify several children by key, and log who looked, for which organisation and why.

    `what` is INITIALS for a list, which counts as one view for any number of children, or IDENTITY for names. Children
    that the person must not see when acting for the organisation are left out. The number of queries is the same for
    any number of children.
    """
    every = list(pupils)
    seen = _seen(every, person, acting_for, at)
    return _identified(every, seen, what=what, person=person, acting_for=acting_for, purpose=purpose, at=at)


def identify_with_limits(
    pupils: Iterable[Pupil],
    *,
    place: ContactPlace,
    person: User,
    acting_for: Organisation,
    purpose: str,
    at: datetime,
    what: RecordAccess.What = AccessSubject.INITIALS,
) -> tuple[dict[int, ShownPupil], dict[int, tuple[ShownContact, ...]]]:
    """Identify several children, as `identify_pupils` does, and return the people who must not be contacted.

    The second result is by child, for the children whose contacts the reader can see.
    """
    every = list(pupils)
    seen = _seen(every, person, acting_for, at)
    shown = _identified(every, seen, what=what, person=person, acting_for=acting_for, purpose=purpose, at=at)
    known = [one for one in every if "contacts" in seen.get(one.pk, frozenset())]
    return shown, contact_rules.shown_people_not_to_contact(known, place, local_day(at))


def pupil_to_call_about(
    pupil: Pupil, *, place: ContactPlace, person: User, acting_for: Organisation, purpose: str, at: datetime
) -> tuple[ShownPupil, tuple[ShownContact, ...]] | None:
    """Return a child's name and contacts, for an alert about the child, and log the view.

    As in `pupil_pack`, the result is None and a refused attempt is logged if the reader is not allowed to see anything.
    """
    fields = _seen([pupil], person, acting_for, at).get(pupil.pk, frozenset())
    if "name" not in fields:
        record_refused_access(pupil, person=person, acting_for=acting_for, purpose=purpose, at=at)
        return None
    _record([pupil], AccessSubject.PACK, person=person, acting_for=acting_for, purpose=purpose, at=at)
    contacts = contact_rules.contacts_for(pupil, place, local_day(at)) if "contacts" in fields else ()
    return _shown(pupil, named=True, at=at), contacts


def pupil_pack(
    pupil: Pupil, *, place: ContactPlace, to: PupilContact | None = None, person: User, acting_for: Organisation,
    purpose: str,
    at: datetime,
) -> PupilPack | None:  # fmt: skip
    """Return what a reader can know about a child, given the stage and the reader's roles, and log the view.

    `place` is where the result is shown. contact_rules.py decides which contacts and addresses the result can contain.
    `to` is the contact for whom the copy is printed. Without a contact, a copy for a person is for the child. If the
    reader is not allowed to see anything, the result is None, a refused attempt is logged, and the page answers 404.
    The result never contains child protection information, which `pupil_protection` returns.
    """
    fields = _seen([pupil], person, acting_for, at).get(pupil.pk, frozenset())
    if "name" not in fields:
        record_refused_access(pupil, person=person, acting_for=acting_for, purpose=purpose, at=at)
        return None
    _record([pupil], AccessSubject.PACK, person=person, acting_for=acting_for, purpose=purpose, at=at)
    today = local_day(at)
    values = _values(pupil, today)
    values["address"], values["postcode"] = contact_rules.shown_home_address(pupil, place, to=to)
    if not pupil.parent_views or not contact_rules.shows_unattributed_views(place):
        del values["parent_told_on"], values["parent_views"]
    headings = dict.fromkeys(field.section for field in DISCLOSURE_FIELDS if field.name in fields - PROTECTED_FIELDS)
    sections = (
        PackSection(
            heading,
            tuple(
                (field.label, values[field.name])
                for field in DISCLOSURE_FIELDS
                if field.section == heading and field.name in values and field.name in fields - PROTECTED_FIELDS
            ),
        )
        for heading in headings
    )
    shown = _shown(pupil, named=True, at=at)
    return PupilPack(
        reference=pupil.reference,
        name=shown.in_words,
        year=shown.year,
        purpose=purpose,
        sections=tuple(section for section in sections if section.rows),
        contacts=contact_rules.contacts_for(pupil, place, today, to=to) if "contacts" in fields else (),
        views=contact_rules.views_for(pupil, place, today, to=to) if "contact_views" in fields else (),
        has_protection=bool(fields & PROTECTED_FIELDS) and ProtectionInformation.objects.filter(pupil=pupil).exists(),
    )


def pupil_protection(
    pupil: Pupil, *, person: User, acting_for: Organisation, purpose: str, at: datetime
) -> PackSection | None:
    """Return child protection information, which only safeguarding leads can see.

    The view or the refused attempt is logged.
    """
    fields = _seen([pupil], person, acting_for, at).get(pupil.pk, frozenset())
    if not fields & PROTECTED_FIELDS:
        record_refused_access(pupil, person=person, acting_for=acting_for, purpose=purpose, at=at)
        return None
    _record([pupil], AccessSubject.PROTECTION, person=person, acting_for=acting_for, purpose=purpose, at=at)
    kept = ProtectionInformation.objects.filter(pupil=pupil).first() or ProtectionInformation(pupil=pupil)
    values = {
        "social_care": str(SocialCare(kept.social_care).label),
        "concerns": kept.concerns,
        "plan": kept.plan,
        "social_worker": kept.social_worker,
    }
    rows = tuple(
        (field.label, values[field.name]) for field in DISCLOSURE_FIELDS if field.name in fields & PROTECTED_FIELDS
    )
    return PackSection("Child protection information", rows)


def record_refused_access(pupil: Pupil, *, person: User, acting_for: Organisation, purpose: str, at: datetime) -> None:
    """Log a refused attempt to read a child's identity."""
    _record([pupil], AccessSubject.REFUSED, person=person, acting_for=acting_for, purpose=purpose, at=at)


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> PupilQuerySet:
    """Find a buyer's children that a person can see."""
    if not person.can(Can.SEE_PUPILS, organisation=buyer, at=at):
        return Pupil.objects.none()
    return Pupil.objects.visible_to(person, at).filter(buyer=buyer)


def pupils_named(words: str, among: PupilQuerySet) -> PupilQuerySet:
    """Find children by the words of their names, by UPN or by reference. Every word must match."""
    found, several = among, words.replace("\x00", " ").split()
    for word in several[:MAX_PUPIL_SEARCH_WORDS]:
        name = Q()
        for column in ("given_name", "family_name", "known_as"):
            name |= Q(**{f"{column}__icontains": word}) | name_has_words(column, word)
        found = found.filter(name | Q(upn__iexact=word) | Q(reference__iexact=word))
    return found if several else among.none()


def disclosures_to_authority(authority: Organisation, *, person: User, at: datetime) -> QuerySet[DisclosureGrant]:
    """Find the disclosures of children to an authority that a person there can see, each with its purpose."""
    told = DisclosureGrant.objects.in_force(at).filter(organisation=authority, stage=DisclosureStage.TOLD)
    return told.usable_by(person, at).select_related("pupil__buyer").order_by("-starts_at", "pk")


def disclosures_to_provider(pupils: Iterable[Pupil], *, at: datetime) -> dict[int, DisclosureGrant]:
    """Return each child's current disclosure to a provider, by child. A placement takes priority over an offer."""
    given = DisclosureGrant.objects.in_force(at).filter(
        pupil__in=list(pupils), stage__in=[DisclosureStage.OFFERED, DisclosureStage.PLACED]
    )
    order = [DisclosureStage.OFFERED, DisclosureStage.PLACED]
    rows = sorted(
        given.select_related("organisation"), key=lambda one: (order.index(DisclosureStage(one.stage)), one.pk)
    )
    return {one.pupil_id: one for one in rows}


def disclosures_of(pupil: Pupil) -> QuerySet[DisclosureGrant]:
    """Find all disclosures of a child, with their reasons and dates, newest first."""
    return DisclosureGrant.objects.filter(pupil=pupil).select_related("organisation").order_by("-starts_at", "-pk")


def reads_of(pupil: Pupil) -> QuerySet[RecordAccess]:
    """Find who viewed a child's identity, for the people who keep the child's record."""
    return RecordAccess.objects.filter(pupil=pupil).select_related("by")


def _seen(pupils: Iterable[Pupil], person: User, acting_for: Organisation, at: datetime) -> dict[int, frozenset[str]]:
    """Return the fields of each child that a person acting for an organisation can see, and on what basis.

    The basis is a role of the person or a disclosure.
    """
    pupils, roles = list(pupils), person.roles_at(acting_for, at)
    mine = _readers_at_buyer(roles)
    readers: dict[int, set[DisclosureReader]] = {
        one.pk: set(mine if one.buyer_id == acting_for.pk else ()) for one in pupils
    }
    others = [one.pk for one in pupils if one.buyer_id != acting_for.pk]
    if others and roles:
        held = [*roles, *{str(can) for role in roles for can in PERMISSIONS_BY_ROLE[Role(role)]}]
        given = DisclosureGrant.objects.in_force(at).filter(organisation=acting_for, pupil__in=others, needs__in=held)
        for key, stage, needs, status in given.values_list("pupil", "stage", "needs", "member__status"):
            reader = reader_of(stage, needs, for_safety=access.is_for_safety(stage, status))
            readers[key] |= {reader} if reader else set()
    is_school = acting_for.urn is not None
    return {key: fields_for(those, is_school=is_school) for key, those in readers.items() if those}


def _identified(
    pupils: Iterable[Pupil], seen: dict[int, frozenset[str]], *, what: RecordAccess.What, at: datetime, person: User,
    acting_for: Organisation, purpose: str,
) -> dict[int, ShownPupil]:  # fmt: skip
    known = {one.pk: one for one in pupils if "name" in seen.get(one.pk, frozenset())}
    _record(known.values(), what, person=person, acting_for=acting_for, purpose=purpose, at=at)
    named = what != AccessSubject.INITIALS
    return {pk: _shown(pupil, named=named, at=at) for pk, pupil in known.items()}


def _readers_at_buyer(roles: set[str]) -> set[DisclosureReader]:
    held = {can for role in roles for can in PERMISSIONS_BY_ROLE[Role(role)]}
    if Can.SEE_PUPILS not in held:
        return set()
    return (
        {DisclosureReader.BUYER, DisclosureReader.BUYER_SAFEGUARDING}
        if Can.SAFEGUARD in held
        else {DisclosureReader.BUYER}
    )


def _record(
    pupils: Iterable[Pupil],
    what: RecordAccess.What,
    *,
    person: User,
    acting_for: Organisation,
    purpose: str,
    at: datetime,
) -> None:
    pupils = list(pupils)
    RecordAccess.objects.bulk_create(
        RecordAccess(
            pupil=pupil, by=person, acting_for=str(acting_for), what=what, purpose=purpose, among=len(pupils), at=at
        )
        for pupil in pupils
    )


def _shown(pupil: Pupil, *, named: bool, at: datetime) -> ShownPupil:
    known_as = pupil.known_as if named else ""
    name = pupil.full_name if named else ""
    return ShownPupil(pupil.reference, pupil.initials, format_year_group(pupil.year_on(local_day(at))), name, known_as)


def format_year_group(year: int) -> str:
    """Return a year group as text: Reception, Year 9, or a description for children outside school age."""
    if year not in YEAR_GROUPS:
        return "Above year 13" if year > 0 else "Before reception"
    return f"Year {year}" if year else "Reception"


def _values(pupil: Pupil, today: date) -> dict[str, str]:
    """Return a child's details as text for pages, without referrals and child protection information."""
    between = ""
    if pupil.attendance is not None and pupil.attendance_from and pupil.attendance_to:
        between = (
            f", {formatting.format_short_date(pupil.attendance_from)} to "
            f"{formatting.format_short_date(pupil.attendance_to)}"
        )
    return {
        "name": pupil.full_name,
        "known_as": pupil.known_as,
        "born_on": formatting.format_date(pupil.born_on),
        "sex": str(Sex(pupil.sex).label),
        "year_group": format_year_group(pupil.year_on(today)),
        "upn": pupil.upn,
        "school": str(pupil.buyer),
        "needs": "; ".join(str(NeedType(code).label) for code in pupil.needs),
        "sen_provision": format_sen_provision(pupil.sen_provision),
        "ehc_plan_on": formatting.format_date(pupil.ehc_plan_on) if pupil.ehc_plan_on else "",
        "looked_after_by": pupil.looked_after_by,
        "attendance": f"{formatting.format_number(pupil.attendance)}%{between}" if pupil.attendance is not None else "",
        "attainment": pupil.attainment,
        "strengths": pupil.strengths,
        "hazards": "; ".join(str(HazardCategory(code).label) for code in pupil.hazards),
        "risks": pupil.risks,
        "medical": pupil.medical,
        "communication": pupil.communication,
        "agencies": pupil.agencies,
        "parent_told_on": formatting.format_date(pupil.parent_told_on) if pupil.parent_told_on else "",
        "parent_views": pupil.parent_views,
        "child_views": pupil.child_views,
    }
