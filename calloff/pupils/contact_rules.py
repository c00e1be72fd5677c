"""Decide who can be told about a child, and where a contact's details can be shown.

No other module decides this, for any letter, invitation, link, PDF, page or export:

- `may_be_told(contact, topic, on)` says whether a person can be called about a child, or given a copy of the record.
- `contacts_for(…)` and `views_for(…)` return the contact details and views that a place can show.
- `shown_contact_address(…)` and `shown_home_address(…)` say whether a place can show an address.
- `whereabouts_for(…)` says whether a place can show where the child is on which day. A reader could use this to find
  the child.

A place is a row of PLACES, which says what is printed and who reads it. Before you print anything about a contact or a
home address in a new letter, link or file, add a row. `tests/architecture/test_contact_places.py` fails if the row is
missing.

Sources: Children Act 1989 ss.3, 8 (parental responsibility, orders); Education Act 1996 s.576; Family Law Act 1996 Part
IV; UK GDPR Articles 5(1)(c), 15(4); Data Protection Act 2018 Schedule 3 (serious harm). Everything else is our own
choice (docs/adr/0050).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q

from calloff.kernel.formatting import format_date
from calloff.pupils.models import AddressWithholding, ContactAnswer, Pupil, PupilContact
from calloff.pupils.same_address import may_be_same_address, parse_address


class TellingTopic(StrEnum):
    """What a person could be told."""

    EMERGENCY = "calls about the child, such as an absence or an emergency"
    RECORDS = "a copy of what is recorded about the child"


class ContactAudience(StrEnum):
    """The people who read a page or document."""

    KEEPERS = "staff at the buyer, who keep the record"
    PROVIDER = "the provider, depending on the stage"
    AUTHORITY = "the council, depending on the purpose"
    PERSON = "one person: the child, or one contact"


class ContactPlace(NamedTuple):
    """A page or document that shows a contact's details or a home address."""

    key: str
    prints: str
    audience: ContactAudience
    where: str  # the path of the template or, for a form, of the Python module

    def __str__(self) -> str:
        return self.key


RECORD_PLACE = ContactPlace("record", "the child’s record at the buyer", ContactAudience.KEEPERS, "buyer/pupil.html")
FORMS_PLACE = ContactPlace(
    "forms", "the pages that change a contact", ContactAudience.KEEPERS, "calloff/web/buyer/contact_forms.py"
)
OFFER_PACK_PLACE = ContactPlace(
    "offer-pack", "the full details in an offer", ContactAudience.PROVIDER, "provider/invitation_pack.html"
)
PLACED_PACK_PLACE = ContactPlace(
    "placed-pack", "the details of a placed child", ContactAudience.PROVIDER, "provider/placement_pupil.html"
)
TOLD_PACK_PLACE = ContactPlace(
    "told-pack", "the details the council can see", ContactAudience.AUTHORITY, "authority/pupil.html"
)
SHEET_PLACE = ContactPlace(
    "sheet", "the child’s record, printed for one person", ContactAudience.PERSON, "buyer/pupil_held.html"
)
PLACEMENT_PLACE = ContactPlace(
    "placed", "who must not be contacted, on a placement", ContactAudience.PROVIDER, "provider/placement.html"
)
REGISTER_PLACE = ContactPlace(
    "register", "a warning not to contact someone", ContactAudience.PROVIDER, "provider/register.html"
)
DANGER_PLACE = ContactPlace(
    "danger", "who to call about a child in danger", ContactAudience.KEEPERS, "parts/child_in_danger.html"
)
DANGER_AT_PROVIDER_PLACE = ContactPlace(
    "danger-at-provider",
    "who a provider should call about a child in danger",
    ContactAudience.PROVIDER,
    "parts/child_in_danger.html",
)
PARENT_LETTER_PLACE = ContactPlace(
    "parent-letter",
    "a letter to one contact about a placement",
    ContactAudience.PERSON,
    "calloff/web/buyer/placements/parent_letters.py",
)
CONTACT_PLACES = (
    RECORD_PLACE, FORMS_PLACE, OFFER_PACK_PLACE, PLACED_PACK_PLACE, TOLD_PACK_PLACE, SHEET_PLACE, PLACEMENT_PLACE,
    REGISTER_PLACE, DANGER_PLACE, DANGER_AT_PROVIDER_PLACE, PARENT_LETTER_PLACE,
)  # fmt: skip


class TellingDecision(NamedTuple):
    """Whether a person can be told and, if not, the reason, for the buyer's staff to read."""

    allowed: bool
    why_not: str = ""


class ShownContact(NamedTuple):
    """The contact details that a place can show.

    The telephone number and address are left out if the person must not be contacted.
    """

    key: int
    name: str
    relation: str
    telephone: str
    email: str
    responsibility: str
    address: str
    limits: tuple[str, ...]  # limits on contact, as sentences
    # whether there is no order that limits contact today and “do not contact” is not selected
    can_be_contacted: bool = True


class ShownWhereabouts(NamedTuple):
    """What a place can show about where a child is, other than at home."""

    # Whether the place can show where, when and by whom the child is taught, as found in placements, registers, notes
    # and the list of who knows the child.
    provision: bool
    other_places: bool  # whether it can show other places in daily notes, often a person's home


class ShownViews(NamedTuple):
    """One person's views, and when that person was told what is shared."""

    who: str
    told_on: date | None
    views: str


WITHHELD_LABEL = "Withheld"


def may_be_told(contact: PupilContact, topic: TellingTopic, on: date) -> TellingDecision:
    """Return whether a person can be told something about a child on a given day.

    A person must not be told if an order limits their contact on that day, or if they are marked “do not contact”. They
    can receive a copy of the record only if they are recorded as having parental responsibility, and someone has
    answered whether there is an order. A call about the child does not need these answers, because someone must be able
    to collect the child.
    """
    name, copies = contact.name, topic == TellingTopic.RECORDS
    against = (
        (contact.do_not_contact, f"{name} is marked “do not contact”."),
        (contact.has_order_on(on), f"A court order limits contact with {name}."),
        (copies and contact.responsibility == ContactAnswer.NO, f"{name} does not have parental responsibility."),
        (
            copies and contact.responsibility != ContactAnswer.YES,
            f"No one has recorded whether {name} has parental responsibility.",
        ),
        (
            copies and contact.order == ContactAnswer.NOT_KNOWN,
            f"No one has recorded whether a court order limits contact with {name}.",
        ),
    )
    return next((TellingDecision(False, why_not) for applies, why_not in against if applies), TellingDecision(True))


def contacts_for(
    pupil: Pupil, place: ContactPlace, on: date, *, to: PupilContact | None = None
) -> tuple[ShownContact, ...]:
    """Return the contact details that a place can show on a day, in call order.

    A provider gets telephone numbers only for people whom it can call. For other people, it gets only names and limits
    on contact, because it must know with whom the child must not leave. A contact (`to`) can see only their own
    details.
    """
    contacts = pupil.contacts.order_by("rank")
    if place.audience == ContactAudience.KEEPERS:
        return tuple(_in_full(one, on) for one in contacts)
    if place.audience == ContactAudience.PROVIDER:
        return tuple(_for_provider(one, on) for one in contacts)
    if place.audience == ContactAudience.PERSON and to is not None and to.pupil_id == pupil.pk:
        return (_in_full(to, on)._replace(address=shown_contact_address(to, place, to=to), limits=()),)
    return ()


def shown_people_not_to_contact(
    pupils: Iterable[Pupil], place: ContactPlace, on: date
) -> dict[int, tuple[ShownContact, ...]]:
    """Return the people who must not be contacted on a day, keyed by child, for a provider's page.

    The function makes one query.
    """
    found: dict[int, tuple[ShownContact, ...]] = {}
    limited = PupilContact.objects.filter(Q(do_not_contact=True) | Q(order=ContactAnswer.YES), pupil__in=list(pupils))
    for one in limited.order_by("pupil", "rank") if place.audience == ContactAudience.PROVIDER else ():
        if not may_be_told(one, TellingTopic.EMERGENCY, on).allowed:
            found[one.pupil_id] = (*found.get(one.pupil_id, ()), _for_provider(one, on))
    return found


def views_for(pupil: Pupil, place: ContactPlace, on: date, *, to: PupilContact | None = None) -> tuple[ShownViews, ...]:
    """Return the contacts' views that a place can show. Contacts and the child cannot see anyone else's views."""
    own = [one for one in pupil.contacts.order_by("rank") if one.told_on or one.views]
    if place.audience == ContactAudience.PROVIDER:
        own = [one for one in own if may_be_told(one, TellingTopic.EMERGENCY, on).allowed]
    elif place.audience == ContactAudience.PERSON:
        own = [one for one in own if to is not None and one.pk == to.pk]
    elif place.audience != ContactAudience.KEEPERS:
        own = []
    return tuple(ShownViews(_who(one), one.told_on, one.views) for one in own)


def shows_unattributed_views(place: ContactPlace) -> bool:
    """Return whether a place can show parents' views that were recorded without naming a parent.

    Contacts never see these views.
    """
    return place.audience in {ContactAudience.KEEPERS, ContactAudience.PROVIDER}


def shown_contact_address(contact: PupilContact, place: ContactPlace, *, to: PupilContact | None = None) -> str:
    """Return a contact's address if the place can show it.

    The people who keep the record also see a withheld address, marked as withheld. A contact gets only their own
    address, and not even that if it is also another person's address and is withheld there. Providers and authorities
    never get an address.
    """
    text = ", ".join(filter(None, [*map(str.strip, contact.address.splitlines()), contact.postcode]))
    if place.audience == ContactAudience.KEEPERS:
        return text
    if place.audience == ContactAudience.PERSON and to is not None and to.pk == contact.pk:
        return WITHHELD_LABEL if text and _withheld_like(contact.pupil, contact, but=contact) else text
    return ""


def shown_home_address(pupil: Pupil, place: ContactPlace, *, to: PupilContact | None = None) -> tuple[str, str]:
    """Return the child's home address and postcode as a place shows them, or the reason why it does not.

    Only the people who keep the record can see a withheld address. If a contact is not recorded as living with the
    child, no address is printed for that contact.
    """
    if place.audience == ContactAudience.KEEPERS:
        why = _why_withheld(pupil) if pupil.address else ""
        return f"{pupil.address} ({why})" if why else pupil.address, pupil.postcode
    if is_home_withheld(pupil):
        words = (
            f"{WITHHELD_LABEL}. Ask {pupil.buyer.name} if you need it."
            if place.audience == ContactAudience.PROVIDER
            else WITHHELD_LABEL
        )
        return words, WITHHELD_LABEL
    if place.audience == ContactAudience.PERSON and to is not None and to.lives_with_child != ContactAnswer.YES:
        return "", ""
    return pupil.address, pupil.postcode


def whereabouts_for(pupil: Pupil, place: ContactPlace, *, to: PupilContact | None = None) -> ShownWhereabouts:
    """Return whether a place can show where and when the child is taught.

    These facts could be used to find a child whose home is withheld. While the home address is withheld, a copy for a
    contact who is not recorded as living with the child includes no provider, day or site. Places in daily notes follow
    the same rule as the home address. Source: Data Protection Act 2018 Schedule 3 (serious harm).
    """
    if place.audience != ContactAudience.PERSON:
        return ShownWhereabouts(provision=True, other_places=True)
    withheld, lives_there = is_home_withheld(pupil), to is None or to.lives_with_child == ContactAnswer.YES
    return ShownWhereabouts(provision=lives_there or not withheld, other_places=lives_there and not withheld)


def is_home_withheld(pupil: Pupil) -> bool:
    """Return whether the home address is withheld.

    The address is withheld unless someone has recorded that it can be shared. Even then, it is withheld if a contact
    who might live with the child has a withheld address, or if it matches a withheld address on any of the buyer's
    records.
    """
    return bool(_why_withheld(pupil))


def _why_withheld(pupil: Pupil) -> str:
    """Return why a home address is withheld and which record says so, or an empty string if it is not withheld.

    The reason is for the people who keep the record. It does not name another child, because people who can read this
    record might not be allowed to read the other child's record.
    """
    if pupil.address_withheld == AddressWithholding.NOT_KNOWN:
        return "not shared. No one has recorded whether this address must be withheld"
    if pupil.address_withheld != AddressWithholding.NO:
        return "withheld. Do not give this address to anyone"
    lives_there = pupil.contacts.exclude(lives_with_child=ContactAnswer.NO).order_by("rank")
    if contact := lives_there.filter(address_withheld__in=AddressWithholding.reasons()).first():
        return (
            "withheld. Do not give this address to anyone. "
            f"The address of a contact, {contact.name}, must be withheld, and the child might live there"
        )
    found = _withheld_like(pupil, pupil)
    if found is None:
        return ""
    record = f"of a contact, {found.name}" if found.pupil_id == pupil.pk else "on another pupil’s record"
    return f"withheld. Do not give this address to anyone. It matches a withheld address {record}"


class _WithheldAddress(NamedTuple):
    """An address that a buyer withholds, with the child and the contact.

    If there is no contact, it is the child's home address.
    """

    pupil_id: int
    name: str
    address: str
    postcode: str


def _withheld_like(
    pupil: Pupil, asked: Pupil | PupilContact, but: PupilContact | None = None
) -> _WithheldAddress | None:
    """Return an address that matches and that the buyer withholds on any record, the child's own record first.

    The withheld address of the contact `but` does not count.
    """
    own = parse_address(asked.address, asked.postcode)
    withheld = {"address_withheld__in": AddressWithholding.reasons()}
    contacts = PupilContact.objects.filter(pupil__buyer=pupil.buyer_id, **withheld).exclude(pk=but.pk if but else 0)
    homes = Pupil.objects.filter(buyer=pupil.buyer_id, **withheld)
    if but is not None and but.lives_with_child == ContactAnswer.YES:
        homes = homes.exclude(pk=pupil.pk)
    rows = [_WithheldAddress(*row) for row in contacts.values_list("pupil", "name", "address", "postcode")]
    rows += [_WithheldAddress(pk, "", text, code) for pk, text, code in homes.values_list("pk", "address", "postcode")]
    rows.sort(key=lambda row: row.pupil_id != pupil.pk)
    return next((row for row in rows if may_be_same_address(own, parse_address(row.address, row.postcode))), None)


def who_may_be_told(pupil: Pupil, topic: TellingTopic, on: date) -> list[tuple[PupilContact, TellingDecision]]:
    """Return a child's contacts and whether each can be told, for the page that records who was told."""
    return [(one, may_be_told(one, topic, on)) for one in pupil.contacts.order_by("rank")]


def who_may_get_letter(pupil: Pupil, on: date) -> list[tuple[PupilContact, TellingDecision]]:
    """Return a child's contacts and whether each can get a letter with the address and times of a placement."""
    told = who_may_be_told(pupil, TellingTopic.RECORDS, on)
    apart = [one for one, decision in told if decision.allowed and one.lives_with_child != ContactAnswer.YES]
    if not apart or whereabouts_for(pupil, PARENT_LETTER_PLACE, to=apart[0]).provision:
        return told
    words = "The home address is withheld, and {} is not recorded as living with the child."
    return [
        (one, TellingDecision(False, words.format(one.name)) if one in apart else decision) for one, decision in told
    ]


def contact_limits(contact: PupilContact, on: date) -> tuple[str, ...]:
    """Return the limits on contact with a person on a day, as sentences."""
    found = []
    if contact.do_not_contact:
        found.append("Do not contact")
    if contact.has_order_on(on):
        whom = f" with {contact.order_who}" if contact.order_who else ""
        until = f", until the end of {format_date(contact.order_until)}" if contact.order_until else ""
        found.append(f"Court order limits contact{whom}{until}. The order does not allow: {contact.order_what}")
    return tuple(found)


def _in_full(contact: PupilContact, on: date) -> ShownContact:
    marks = list(contact_limits(contact, on))
    if contact.do_not_contact:
        marks[0] = f"Do not contact: {contact.do_not_contact_reason}"
    if contact.address_withheld in AddressWithholding.reasons():
        kind = AddressWithholding(contact.address_withheld).label.removeprefix("Yes: ")
        marks.append(f"Address withheld: {kind}. Do not give it to anyone.")
    return ShownContact(
        contact.pk, contact.name, contact.relation, contact.telephone, contact.email,
        str(ContactAnswer(contact.responsibility).label), shown_contact_address(contact, RECORD_PLACE), tuple(marks),
        may_be_told(contact, TellingTopic.EMERGENCY, on).allowed,
    )  # fmt: skip


def _for_provider(contact: PupilContact, on: date) -> ShownContact:
    called = may_be_told(contact, TellingTopic.EMERGENCY, on).allowed
    return ShownContact(
        contact.pk, contact.name, contact.relation, contact.telephone if called else "", "",
        str(ContactAnswer(contact.responsibility).label), "", contact_limits(contact, on), called,
    )  # fmt: skip


def _who(contact: PupilContact) -> str:
    return f"{contact.name}, {contact.relation.lower()}" if contact.relation else contact.name
