"""Create and update a child's record.

Events never contain text about a child. They say only that something changed.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from calloff.history.constraint_errors import find_constraint_message
from calloff.history.transitions import create, transition
from calloff.kernel import codes
from calloff.kernel.clock import local_day
from calloff.kernel.key_stages import school_year
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.kernel.names import collapse_spaces
from calloff.kernel.references import make_random_reference
from calloff.kernel.short_text import find_line_problem
from calloff.people.models import Organisation, User
from calloff.pupils.models import ProtectionInformation, Pupil
from calloff.pupils.plain_text import fold_text
from calloff.pupils.states import PupilStatus
from calloff.pupils.validation import find_pupil_problems

__all__ = [
    "AlreadyRecorded",
    "amend",
    "come_back",
    "hold",
    "keep_protection",
    "leave",
    "lift_hold",
    "note_views",
    "record",
]

MAX_SOCIAL_WORKER_LENGTH = 200  # characters


class PupilFacts(TypedDict, total=False):
    """A child's details.

    The year group is that of the day on which it is recorded, and goes up by one each year after that. Attendance is a
    percentage for a period before the placement, between two given days.
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
    address_withheld: str
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


class AlreadyRecorded(Refused):
    """Raised if the buyer seems to have a record of this child already.

    Nothing is saved, so that the person can check first and then confirm.
    """

    def __init__(self, same: list[Pupil]) -> None:
        super().__init__(
            "A pupil with this name and date of birth is already recorded. Check that record, then confirm that this "
            "is a different pupil.",
            "is_another",
        )
        self.same = same


def record(
    buyer: Organisation, *, is_another: bool = False, by: User, at: datetime, **known: Unpack[PupilFacts]
) -> Pupil:
    """Record a child for the responsible buyer. Each buyer needs only one record of a child.

    Raises Refused for each invalid value, and for a UPN that the buyer has already recorded. Raises AlreadyRecorded if
    a child on roll has the same name and date of birth and no different UPN, unless the person confirms with
    `is_another`. There is no database constraint, because twins, or two children with the same name, might match.
    """
    if not buyer.is_buyer:
        raise Refused("Only schools and teams that buy places can add pupils.")
    pupil = Pupil(buyer=buyer, reference=make_random_reference("PU", 6), recorded_at=at, changed_at=at)
    _put(pupil, known, at)
    _require_unused_upn(pupil)
    _require_another(pupil, is_another=is_another)
    return create(pupil, "record", by=by, at=at)


def amend(
    pupil: Pupil,
    *,
    is_another: bool = False,
    seen: Pupil | None = None,
    by: User,
    at: datetime,
    **known: Unpack[PupilFacts],
) -> Pupil:
    """Change a child's details. Earlier details are not kept.

    `seen` is the version of the record that the person read. Raises EditConflict if someone has changed the record
    since then, and Refused in the same cases as `record`.
    """
    with transition(pupil, "amend", by=by, at=at) as amended:
        _require_seen(seen, amended, known)
        was = _who(amended)
        _put(amended, known, at)
        _require_unused_upn(amended)
        if _who(amended) != was:
            _require_another(amended, is_another=is_another)
    return amended


def note_views(
    pupil: Pupil, *, child_views: str, parent_views: str | None = None, seen: Pupil | None = None, by: User,
    at: datetime,
) -> Pupil:  # fmt: skip
    """Record the child's views.

    A parent's views are recorded on the parent's own contact record (`add_contact`, `change_contact`). `parent_views`
    are older views that were recorded without naming a parent. No one can change these, but a person can clear them
    after recording them for the parent. Raises EditConflict if someone has changed them since the version in `seen`.
    """
    with transition(pupil, "note_views", by=by, at=at) as noted:
        told: dict[str, Any] = {"child_views": child_views}
        if parent_views is not None:
            told["parent_views"] = parent_views
        _require_seen(seen, noted, told)
        if parent_views and parent_views.strip() != noted.parent_views:
            raise Refused("Record a parent’s views with that parent’s contact details.", "parent_views")
        if parent_views is not None and not parent_views.strip():
            noted.parent_told_on = None
        _put(noted, told, at)
    return noted


def keep_protection(
    pupil: Pupil, *, social_care: str, concerns: str, plan: str, social_worker: str,
    seen: ProtectionInformation | None = None, by: User, at: datetime,
) -> ProtectionInformation:  # fmt: skip
    """Save child protection information, which only safeguarding leads can read and change.

    Raises EditConflict if someone has changed the information since the version in `seen`.
    """
    if wrong := find_line_problem(social_worker, noun="Social worker and contact details"):
        raise Refused(wrong, "social_worker")
    if len(social_worker.strip()) > MAX_SOCIAL_WORKER_LENGTH:
        raise Refused(
            f"Social worker and contact details must be {MAX_SOCIAL_WORKER_LENGTH} characters or fewer", "social_worker"
        )
    with transition(pupil, "keep_protection", by=by, at=at) as kept:
        said = {"social_care": social_care, "concerns": concerns, "plan": plan, "social_worker": social_worker}
        _require_seen(
            seen, ProtectionInformation.objects.filter(pupil=kept).first() or ProtectionInformation(pupil=kept), said
        )
        protection, _ = ProtectionInformation.objects.update_or_create(pupil=kept, defaults=said | {"kept_at": at})
    return protection


def leave(pupil: Pupil, *, left_on: date, by: User, at: datetime) -> Pupil:
    """Record that a child has left the buyer. The record can then be read but not changed."""
    with transition(pupil, "leave", by=by, at=at) as left:
        if left_on > local_day(at):
            raise Refused("The date the pupil left must be today or in the past", "left_on")
        if left_on <= left.born_on:
            raise Refused("The date the pupil left must be after their date of birth", "left_on")
        left.left_on, left.changed_at = left_on, at
    return left


def come_back(pupil: Pupil, *, by: User, at: datetime) -> Pupil:
    """Record that a child is on roll again.

    Raises Refused if another record on roll has the same UPN.
    """
    with transition(pupil, "come_back", by=by, at=at) as back:
        _require_unused_upn(back, where="")
        back.left_on, back.changed_at = None, at
    return back


def hold(pupil: Pupil, *, reason: str, by: User, at: datetime) -> Pupil:
    """Put a legal hold on a record, for an inquiry, a claim or an unanswered request."""
    with transition(pupil, "hold", by=by, at=at) as held:
        if not reason.strip():
            raise Refused(
                "Enter why the record must be kept. Do not include a name or anything else about the pupil.", "reason"
            )
        held.hold = reason.strip()
    return held


def lift_hold(pupil: Pupil, *, by: User, at: datetime) -> Pupil:
    """Lift a legal hold, so that the record's retention period applies again."""
    with transition(pupil, "lift_hold", by=by, at=at) as lifted:
        if not lifted.hold:
            raise Refused("This record is not on legal hold.")
        lifted.hold = ""
    return lifted


def _require_seen(seen: Any, now: Any, said: Iterable[str]) -> None:
    """Refuse to overwrite changes that others have made since the person opened the record. Raises EditConflict."""
    if seen is not None and any(getattr(seen, name) != getattr(now, name) for name in said):
        raise EditConflict


def _require_unused_upn(pupil: Pupil, *, where: str = "upn") -> None:
    """Refuse a UPN that another record on roll already has.

    A database constraint would refuse the UPN too, but PostgreSQL could then write the row to its log.
    """
    rivals = Pupil.objects.filter(buyer=pupil.buyer_id, status=PupilStatus.ON_ROLL, upn=pupil.upn).exclude(pk=pupil.pk)
    if pupil.upn and rivals.exists():
        raise Refused(find_constraint_message(Pupil, "pupil_recorded_once") or "", where)


def _who(pupil: Pupil) -> tuple[str, date]:
    """Return a key that is the same for two records if they might be about the same child.

    The key is based on how the names sound, written in plain letters.
    """
    words = re.findall(r"[^\W_]+", fold_text(pupil.full_name)[0].replace("'", ""))
    return " ".join(sorted(words)), pupil.born_on


def _require_another(pupil: Pupil, *, is_another: bool) -> None:
    """Refuse a second record of the same child, unless the person confirms that it is a different child.

    Raises AlreadyRecorded. Records with two different UPNs are about different children, and a constraint refuses the
    same UPN twice. The rows are not locked, and no constraint can check names because twins might match. A form that is
    submitted twice is still processed only once.
    """
    if is_another:
        return
    alike = Pupil.objects.filter(buyer=pupil.buyer_id, status=PupilStatus.ON_ROLL, born_on=pupil.born_on)
    same = [
        one
        for one in alike.exclude(pk=pupil.pk).order_by("pk")
        if _who(one) == _who(pupil) and not (one.upn and pupil.upn)
    ]
    if same:
        raise AlreadyRecorded(same)


def _put(pupil: Pupil, known: Any, at: datetime) -> None:
    """Set values on a record in their standard form. Raises Refused with all problems."""
    missing = [name for name in ("born_on", "sex", "year_group") if not pupil.pk and name not in known]
    if missing:
        raise TypeError(f"A record of a child has {', '.join(missing)}.")
    if "year_group" in known:
        pupil.school_year = school_year(local_day(at))
    for name, value in known.items():
        setattr(pupil, name, value.strip() if isinstance(value, str) else value)
    if found := find_pupil_problems(pupil, known, local_day(at)):
        raise Refused.because(found)
    pupil.given_name, pupil.family_name = collapse_spaces(pupil.given_name), collapse_spaces(pupil.family_name)
    pupil.known_as = collapse_spaces(pupil.known_as)
    pupil.upn = codes.parse_upn(pupil.upn) or ""
    pupil.postcode = codes.parse_postcode(pupil.postcode) or ""
    pupil.changed_at = at
