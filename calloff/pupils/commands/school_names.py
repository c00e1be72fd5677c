"""Record a school's or team's other names, so that we can find them in pen pictures."""

from datetime import datetime

from calloff.history.transitions import create, transition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.people.models import Organisation, User
from calloff.pupils.models import SchoolName
from calloff.pupils.plain_text import fold_text
from calloff.pupils.states import SchoolNameStatus

__all__ = ["add_school_name", "remove_school_name"]

MAX_SCHOOL_NAME_LENGTH, MAX_SCHOOL_NAMES = 100, 20
MIN_SCHOOL_NAME_LENGTH = 3  # the minimum number of letters, because a shorter name would match ordinary words


def add_school_name(buyer: Organisation, *, name: str, by: User, at: datetime) -> SchoolName:
    """Record another name of a buyer.

    Raises Refused if the name is empty or already recorded, or if the buyer has too many names.
    """
    if not buyer.is_buyer:
        raise Refused("Only schools and teams that buy places can record other names.")
    if not name.strip():
        raise Refused("Enter a name that people use", "name")
    if wrong := find_name_problem(name, noun="Name", longest=MAX_SCHOOL_NAME_LENGTH):
        raise Refused(wrong, "name")
    key = " ".join(fold_text(collapse_spaces(name))[0].split())
    if sum(map(str.isalnum, key)) < MIN_SCHOOL_NAME_LENGTH:
        raise Refused(f"Name must have {MIN_SCHOOL_NAME_LENGTH} letters or more", "name")
    if SchoolName.objects.filter(buyer=buyer, status=SchoolNameStatus.CURRENT).count() >= MAX_SCHOOL_NAMES:
        raise Refused(f"You can record up to {MAX_SCHOOL_NAMES} names. Remove one first.", "name")
    return create(
        SchoolName(buyer=buyer, name=collapse_spaces(name), key=key, added_at=at), "add_school_name", by=by, at=at
    )


def remove_school_name(name: SchoolName, *, by: User, at: datetime) -> SchoolName:
    """Remove a name, so that pen pictures are no longer checked for it."""
    with transition(name, "remove_school_name", by=by, at=at) as removed:
        pass
    return removed
