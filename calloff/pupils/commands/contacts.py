"""Record a child's contacts, the limits on contact with them, and the contacts' views."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack

from calloff.history.transitions import transition
from calloff.kernel import codes
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_email, collapse_spaces, find_name_problem
from calloff.kernel.short_text import find_line_problem, find_lines_problem, find_telephone_problem
from calloff.people.models import User
from calloff.pupils.models import AddressWithholding, ContactAnswer, Pupil, PupilContact

__all__ = ["add_contact", "change_contact", "contacts_of", "remove_contact"]

MAX_CONTACTS = 6
ABOVE_ALL_RANKS = 1000  # temporary ranks for changing the order, because ranks must be unique
REQUIRED_CONTACT_ANSWERS = {
    "responsibility": "Select whether this person has parental responsibility",
    "lives_with_child": "Select whether the pupil lives with this person",
    "order": "Select whether a court order limits this person’s contact",
    "address_withheld": "Select whether this person’s address must be withheld",
}


CONTACT_TEXT_FIELDS = (  # each with its maximum length in characters
    ("relation", "Relationship to the pupil", find_line_problem, 50),
    ("address", "Address", find_lines_problem, 500),
    ("order_who", "Who the order protects", find_line_problem, 200),
    ("order_what", "Restrictions in the order", find_lines_problem, 500),
    ("do_not_contact_reason", "The reason", find_line_problem, 300),
)
MAX_VIEWS_LENGTH = 4000  # characters
# A person with a plan can be up to this age, so no date about a contact can be longer ago than this.
CHILDHOOD = timedelta(days=26 * 366)


class ContactFacts(TypedDict, total=False):
    """A contact's details.

    The questions in ASKED have no default, so a person must answer them.
    """

    name: str
    relation: str
    telephone: str
    email: str
    responsibility: str
    lives_with_child: str
    address: str
    postcode: str
    address_withheld: str
    order: str
    order_who: str
    order_what: str
    order_until: date | None
    do_not_contact: bool
    do_not_contact_reason: str
    told_on: date | None
    views: str


def add_contact(
    pupil: Pupil, *, position: int = 0, by: User, at: datetime, **facts: Unpack[ContactFacts]
) -> PupilContact:
    """Add a contact at a position in the call order (counted from 1) or, without a position, at the end.

    Raises Refused for each missing or impossible answer, and if the child already has six contacts.
    """
    with transition(pupil, "add_contact", by=by, at=at) as kept:
        others = contacts_of(kept)
        if len(others) >= MAX_CONTACTS:
            raise Refused(f"You can record up to {MAX_CONTACTS} contacts. Remove one first.")
        added = PupilContact(pupil=kept, rank=len(others) + 1)
        _put(added, facts, local_day(at))
        added.save()
        _arrange([*others, added], added, position)
        kept.changed_at = at
    return added


def change_contact(
    pupil: Pupil, *, contact: PupilContact, position: int = 0, seen: PupilContact | None = None, by: User, at: datetime,
    **facts: Unpack[ContactFacts],
) -> PupilContact:  # fmt: skip
    """Change a contact's details and call order. Earlier details are not kept.

    Raises EditConflict if someone has changed or removed the contact since the version in `seen`.
    """
    with transition(pupil, "change_contact", by=by, at=at) as kept:
        changed = PupilContact.objects.filter(pupil=kept, pk=contact.pk).first()
        if changed is None or (seen is not None and any(getattr(seen, one) != getattr(changed, one) for one in facts)):
            raise EditConflict
        _put(changed, facts, local_day(at))
        changed.save()
        _arrange(contacts_of(kept), changed, position)
        kept.changed_at = at
    return changed


def remove_contact(pupil: Pupil, *, contact: PupilContact, by: User, at: datetime) -> Pupil:
    """Delete a contact, including their views."""
    with transition(pupil, "remove_contact", by=by, at=at) as kept:
        PupilContact.objects.filter(pupil=kept, pk=contact.pk).delete()
        _rank(contacts_of(kept))
        kept.changed_at = at
    return kept


def contacts_of(pupil: Pupil) -> list[PupilContact]:
    """Return a child's contacts in call order, for the people who keep the record.

    contact_rules.py decides which details are shown to anyone else.
    """
    return list(pupil.contacts.order_by("rank"))


def find_contact_problems(facts: Any, today: date) -> list[Problem]:
    """Find every problem with a contact's details, so that a form can show them all together."""
    return list(_problems(PupilContact(**_stripped(facts)), today))


def _stripped(facts: Any) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _put(contact: PupilContact, facts: Any, today: date) -> None:
    for name, value in _stripped(facts).items():
        setattr(contact, name, value)
    if found := list(_problems(contact, today)):
        raise Refused.because(found)
    contact.name = collapse_spaces(contact.name)
    contact.postcode = codes.parse_postcode(contact.postcode) or ""
    if contact.order != ContactAnswer.YES:
        contact.order_who, contact.order_what, contact.order_until = "", "", None
    if not contact.do_not_contact:
        contact.do_not_contact_reason = ""


def _problems(contact: PupilContact, today: date) -> Iterator[Problem]:
    yield from _who_problems(contact)
    for name, sentence in REQUIRED_CONTACT_ANSWERS.items():
        if getattr(contact, name) not in (AddressWithholding if name == "address_withheld" else ContactAnswer).values:
            yield Problem(sentence, name)
    if contact.order == ContactAnswer.YES and not contact.order_what:
        yield Problem("Enter what the court order does not allow", "order_what")
    if contact.do_not_contact and not contact.do_not_contact_reason:
        yield Problem("Enter why this person must not be contacted", "do_not_contact_reason")
    if contact.told_on and contact.told_on > today:
        yield Problem("The date you told this person must be today or in the past", "told_on")
    if contact.told_on and contact.told_on < today - CHILDHOOD:
        yield Problem("The date you told this person must be more recent. Check the year.", "told_on")
    if contact.order == ContactAnswer.YES and contact.order_until and contact.order_until < today - CHILDHOOD:
        yield Problem("The last day of the order must be more recent. Check the year.", "order_until")
    if len(contact.views) > MAX_VIEWS_LENGTH:
        yield Problem(f"This person’s views must be {MAX_VIEWS_LENGTH:,} characters or fewer", "views")


def _who_problems(contact: PupilContact) -> Iterator[Problem]:
    if not contact.name:
        yield Problem("Enter the contact’s name", "name")
    elif wrong := find_name_problem(contact.name, noun="Name", longest=MAX_PERSON_NAME_LENGTH):
        yield Problem(wrong, "name")
    if not contact.relation:
        yield Problem("Enter how the contact is related to the pupil", "relation")
    yield from _reach_problems(contact)
    for field, noun, wrong_of, longest in CONTACT_TEXT_FIELDS:
        text = getattr(contact, field)
        if len(text) > longest:
            yield Problem(f"{noun} must be {longest} characters or fewer", field)
        elif wrong := wrong_of(text, noun=noun):
            yield Problem(wrong, field)
    if contact.postcode and codes.parse_postcode(contact.postcode) is None:
        yield Problem("Enter a full postcode, like BN11 1AA", "postcode")


def _reach_problems(contact: PupilContact) -> Iterator[Problem]:
    """Return the problems with a contact's telephone number and email address.

    One of the two is required unless the person must not be contacted.
    """
    if not (contact.telephone or contact.email or contact.do_not_contact):
        yield Problem("Enter a telephone number or an email address", "telephone")
    if wrong := find_telephone_problem(contact.telephone):
        yield Problem(wrong, "telephone")
    if contact.email:
        try:
            contact.email = clean_email(contact.email)
        except Refused as refusal:
            yield from refusal.problems


def _arrange(contacts: list[PupilContact], moved: PupilContact, position: int) -> None:
    """Move a contact to a position in the order, counted from 1. Position 0 leaves the contact where it is."""
    if position and position != moved.rank:
        others = [one for one in contacts if one.pk != moved.pk]
        others.insert(position - 1, moved)
        _rank(others)


def _rank(contacts: list[PupilContact]) -> None:
    """Number the contacts from 1, in the given order.

    All ranks first change to temporary numbers, so that two contacts never have the same rank.
    """
    wrong = [(rank, one) for rank, one in enumerate(contacts, start=1) if one.rank != rank]
    for rank, one in wrong:
        one.rank = rank
        PupilContact.objects.filter(pk=one.pk).update(rank=rank + ABOVE_ALL_RANKS)
    for rank, one in wrong:
        PupilContact.objects.filter(pk=one.pk).update(rank=rank)
