"""Recording a child, and keeping the record true. No event tells a child's words: only that something was changed."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from calloff.history.steps import begin, step
from calloff.kernel import codes
from calloff.kernel.clock import local_day
from calloff.kernel.identifiers import random_reference
from calloff.kernel.key_stages import school_year
from calloff.kernel.names import MAX_PERSON_NAME, tidy, what_is_wrong
from calloff.kernel.states import Refused, Stale
from calloff.people.models import Organisation, User
from calloff.pupils.checking import problems_of
from calloff.pupils.models import Contact, Protection, Pupil

MOST_CONTACTS = 6


class Known(TypedDict, total=False):
    """What may be known of a child. The year group is that of the day on which it is said: later it moves up by itself.

    Attendance is the share in per cent before a placement, between two days.
    """

    given_name: str
    family_name: str
    known_as: str
    born_on: date
    sex: str
    year_group: int
    upn: str
    address: str
    postcode: str
    needs: list[str]
    sen_provision: str
    ehc_plan_on: date | None
    looked_after_by: str
    attendance: Decimal | None
    attendance_from: date | None
    attendance_to: date | None
    attainment: str
    strengths: str
    hazards: list[str]
    risks: str
    medical: str
    communication: str
    agencies: str


class Person(TypedDict, total=False):
    """Somebody to ring about a child."""

    name: str
    relation: str
    telephone: str
    email: str
    has_responsibility: bool


def record(buyer: Organisation, *, by: User, at: datetime, **known: Unpack[Known]) -> Pupil:
    """Record a child once, at the buyer that is responsible for it.

    Raises Refused for each thing that makes no sense, and where a child with this UPN is recorded there already.
    """
    if not buyer.is_buyer:
        raise Refused("Children are recorded by schools and by teams that buy places.")
    pupil = Pupil(buyer=buyer, reference=random_reference("PU", 6), recorded_at=at, changed_at=at, sen_provision="N")
    _put(pupil, known, at)
    return begin(pupil, "record", by=by, at=at)


def amend(pupil: Pupil, *, seen: Pupil | None = None, by: User, at: datetime, **known: Unpack[Known]) -> Pupil:
    """Change what is known of a child. What was known before is not kept. Raises Refused as `record` does.

    `seen` is the record as the person read it: what somebody has changed since is not written over. Raises Stale.
    """
    with step(pupil, "amend", by=by, at=at) as amended:
        _require_seen(seen, amended, known)
        _put(amended, known, at)
    return amended


def note_views(
    pupil: Pupil, *, parent_told_on: date | None, parent_views: str, child_views: str, seen: Pupil | None = None,
    by: User, at: datetime,
) -> Pupil:  # fmt: skip
    """Note that the parent was told, and what parent and child think. They are told, not asked: consent is no basis.

    Raises Stale where somebody has changed what the person has `seen`.
    """
    with step(pupil, "note_views", by=by, at=at) as noted:
        told: dict[str, Any] = {"parent_told_on": parent_told_on}
        told |= {"parent_views": parent_views, "child_views": child_views}
        _require_seen(seen, noted, told)
        _put(noted, told, at)
    return noted


def keep_contacts(
    pupil: Pupil, *, contacts: Iterable[Person], seen: Iterable[Contact] | None = None, by: User, at: datetime
) -> Pupil:
    """Put down whom to ring, in order, instead of those before. Raises Refused for one without name or telephone.

    Raises Stale where somebody has changed the contacts that the person has `seen`.
    """
    wanted = [one for one in contacts if any(str(value).strip() for key, value in one.items() if _is_text(key))]
    with step(pupil, "keep_contacts", by=by, at=at) as kept:
        if seen is not None and [_as_said(one) for one in seen] != [_as_said(one) for one in contacts_of(kept)]:
            raise Stale
        wanted = _checked_contacts(wanted)
        kept.changed_at = at
        kept.contacts.all().delete()
        Contact.objects.bulk_create(Contact(pupil=kept, rank=rank, **one) for rank, one in enumerate(wanted, start=1))
    return kept


def keep_protection(
    pupil: Pupil, *, social_care: str, concerns: str, plan: str, social_worker: str, seen: Protection | None = None,
    by: User, at: datetime,
) -> Protection:  # fmt: skip
    """Keep what protects a child: a safeguarding lead's alone, to write and to read.

    Raises Stale where somebody has changed what the person has `seen`.
    """
    with step(pupil, "keep_protection", by=by, at=at) as kept:
        said = {"social_care": social_care, "concerns": concerns, "plan": plan, "social_worker": social_worker}
        _require_seen(seen, Protection.objects.filter(pupil=kept).first() or Protection(pupil=kept), said)
        protection, _ = Protection.objects.update_or_create(pupil=kept, defaults=said | {"kept_at": at})
    return protection


def leave(pupil: Pupil, *, left_on: date, by: User, at: datetime) -> Pupil:
    """Note that a child has left the buyer: from then on the record is read, and not changed."""
    with step(pupil, "leave", by=by, at=at) as left:
        if left_on > local_day(at):
            raise Refused("The day on which the child left cannot be in the future.", "left_on")
        if left_on <= left.born_on:
            raise Refused("The day on which the child left must be after the date of birth.", "left_on")
        left.left_on, left.changed_at = left_on, at
    return left


def come_back(pupil: Pupil, *, by: User, at: datetime) -> Pupil:
    """Note that a child is on roll again. Raises Refused where the same UPN is on roll in another record."""
    with step(pupil, "come_back", by=by, at=at) as back:
        back.left_on, back.changed_at = None, at
    return back


def hold(pupil: Pupil, *, reason: str, by: User, at: datetime) -> Pupil:
    """Keep a record beyond its time, because the law needs it: an inquiry, a claim, a request that is not answered."""
    with step(pupil, "hold", by=by, at=at) as held:
        if not reason.strip():
            raise Refused("Say why the record must be kept: no name, and no more than that.", "reason")
        held.hold = reason.strip()
    return held


def lift_hold(pupil: Pupil, *, by: User, at: datetime) -> Pupil:
    """Let a record's own time count again."""
    with step(pupil, "lift_hold", by=by, at=at) as lifted:
        if not lifted.hold:
            raise Refused("This record is not held.")
        lifted.hold = ""
    return lifted


def contacts_of(pupil: Pupil) -> list[Contact]:
    """Return whom to ring, in order."""
    return list(pupil.contacts.order_by("rank"))


def _as_said(contact: Contact) -> tuple[Any, ...]:
    return tuple(getattr(contact, name) for name in Person.__annotations__)


def _require_seen(seen: Any, now: Any, said: Iterable[str]) -> None:
    """Refuse to write over what somebody else has written since the person read it. Raises Stale."""
    if seen is not None and any(getattr(seen, name) != getattr(now, name) for name in said):
        raise Stale


def _put(pupil: Pupil, known: Any, at: datetime) -> None:
    """Write what is known onto a record in its one true spelling. Raises Refused for everything that is wrong."""
    missing = [name for name in ("born_on", "sex", "year_group") if not pupil.pk and name not in known]
    if missing:
        raise TypeError(f"A record of a child has {', '.join(missing)}.")
    if "year_group" in known:
        pupil.school_year = school_year(local_day(at))
    for name, value in known.items():
        setattr(pupil, name, value.strip() if isinstance(value, str) else value)
    if found := problems_of(pupil, known, local_day(at)):
        raise Refused.because(found)
    pupil.given_name, pupil.family_name = tidy(pupil.given_name), tidy(pupil.family_name)
    pupil.upn = codes.upn(pupil.upn) or ""
    pupil.postcode = codes.postcode(pupil.postcode) or ""
    pupil.changed_at = at


def _checked_contacts(wanted: list[Person]) -> list[Person]:
    """Return the people to ring with their names in one form. Raises Refused."""
    if len(wanted) > MOST_CONTACTS:
        raise Refused(f"Put down at most {MOST_CONTACTS} people to ring.")
    for rank, one in enumerate(wanted, start=1):
        if not one.get("name", "").strip() or not one.get("telephone", "").strip():
            raise Refused(f"Enter the name and the telephone number of person {rank}, or leave all of it empty.")
        if wrong := what_is_wrong(one["name"], noun=f"Name of person {rank}", longest=MAX_PERSON_NAME):
            raise Refused(wrong)
    return [one | {"name": tidy(one["name"])} for one in wanted]


def _is_text(key: str) -> bool:
    return key != "has_responsibility"
