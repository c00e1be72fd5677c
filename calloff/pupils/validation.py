"""Check a child's record, and return each problem as a sentence."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from calloff.kernel import codes
from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.formatting import format_date
from calloff.kernel.key_stages import school_year
from calloff.kernel.lifecycles import Problem
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, find_name_problem
from calloff.kernel.short_text import find_line_problem, find_lines_problem
from calloff.pupils.models import AddressWithholding, HazardCategory, Pupil

MAX_PUPIL_AGE = 25  # the maximum age for an EHC plan (Children and Families Act 2014 s.46)
YEAR_GROUPS = range(14)  # Reception (0) to year 13
AGE_OF_RECEPTION = 4  # the child's age on 31 August before the school year
MAX_BASELINE_LENGTH = 400  # days. Older figures say little about the child now
MAX_NEEDS = 4


def find_pupil_problems(pupil: Pupil, said: Iterable[str], today: date) -> list[Problem]:
    """Return the problems that a record would have if it were saved on a day, looking only at the changed fields."""
    fields = set(said)
    return [problem for about, check in PUPIL_CHECKS if about & fields for problem in check(pupil, today)]


def usual_year_group(born_on: date, today: date) -> int:
    """Return the usual year group for a date of birth on a day. The year group goes up on 1 September."""
    age = school_year(today) - born_on.year - ((born_on.month, born_on.day) > (8, 31))
    return age - AGE_OF_RECEPTION


def _who(pupil: Pupil, today: date) -> Iterator[Problem]:
    # A child recorded in year 13 can now be above that year, which is correct.
    moved_up = school_year(today) - pupil.school_year
    year = min(pupil.year_on(today), YEAR_GROUPS[-1]) if moved_up else pupil.year_group
    yield from _names(pupil)
    if pupil.born_on >= today:
        yield Problem("The date of birth must be in the past", "born_on")
    elif pupil.age_on(today) > MAX_PUPIL_AGE:
        yield Problem(f"This date of birth makes the pupil over {MAX_PUPIL_AGE}. Check the year.", "born_on")
    elif year in YEAR_GROUPS and abs(min(usual := usual_year_group(pupil.born_on, today), YEAR_GROUPS[-1]) - year) > 1:
        where = f"year {usual}" if usual > 0 else "reception"
        born = f"A pupil born on {format_date(pupil.born_on)} is usually in {where}"
        who = born if usual in YEAR_GROUPS else "The year group and date of birth do not match"
        yield Problem(f"{who}. Check the year group and the date of birth.", "year_group")
    if year not in YEAR_GROUPS:
        yield Problem("Select a year group from reception to year 13", "year_group")
    if pupil.upn and codes.parse_upn(pupil.upn) is None:
        yield Problem(
            "This is not a unique pupil number. Its first letter does not match the other characters. Check the "
            "number.",
            "upn",
        )
    if pupil.postcode and codes.parse_postcode(pupil.postcode) is None:
        yield Problem("Enter a full postcode, like BN11 1AA", "postcode")
    if wrong := find_lines_problem(pupil.address, noun="Home address"):
        yield Problem(wrong, "address")
    if pupil.address_withheld not in AddressWithholding.values:
        yield Problem("Select whether the home address must be withheld", "address_withheld")


def _names(pupil: Pupil) -> Iterator[Problem]:
    for field, name in (("given_name", pupil.given_name), ("family_name", pupil.family_name)):
        noun = field.replace("_", " ")
        if not name.strip():
            if field == "given_name":
                yield Problem("Enter the pupil’s name. If the pupil has only one name, enter it here.", field)
        elif wrong := find_name_problem(name, noun=noun.capitalize(), longest=MAX_PERSON_NAME_LENGTH):
            yield Problem(f"{wrong}.", field)
    known_as = pupil.known_as.strip()
    if known_as and (wrong := find_name_problem(known_as, noun="Known as", longest=MAX_PERSON_NAME_LENGTH)):
        yield Problem(wrong, "known_as")


def _needs(pupil: Pupil, today: date) -> Iterator[Problem]:
    needs = list(pupil.needs)
    if not set(needs) <= set(NeedType):
        yield Problem("Select needs from the list", "needs")
    if len(set(needs)) < len(needs):
        yield Problem("You have chosen the same need twice. Choose another, or leave the second empty.", "needs")
    if len(needs) > MAX_NEEDS:
        yield Problem(f"Select up to {MAX_NEEDS} needs, with the primary need first", "needs")
    if pupil.sen_provision == SenProvision.NONE and needs:
        yield Problem(
            "A pupil with no special educational needs cannot have a need recorded. Remove the needs.", "needs"
        )
    if pupil.sen_provision in {SenProvision.EHC_PLAN, SenProvision.SUPPORT} and not needs:
        yield Problem("Select the primary need", "needs")
    if NeedType.NSA in needs and (pupil.has_ehc_plan or len(needs) > 1):
        words = (
            "You can only choose “Not yet assessed” for a pupil on SEN support, with no other needs. Choose the needs, "
            "or choose only “Not yet assessed”."
        )
        yield Problem(words, "needs")
    if pupil.has_ehc_plan and pupil.ehc_plan_on is None:
        yield Problem("Enter the date of the education, health and care plan", "ehc_plan_on")
    if not pupil.has_ehc_plan and pupil.ehc_plan_on is not None:
        yield Problem("This pupil has no education, health and care plan. Remove the date.", "ehc_plan_on")
    if pupil.ehc_plan_on is not None and not pupil.born_on < pupil.ehc_plan_on <= today:
        yield Problem("Date of the plan must be between the date of birth and today", "ehc_plan_on")


def _looked_after(pupil: Pupil, today: date) -> Iterator[Problem]:
    if wrong := find_line_problem(pupil.looked_after_by, noun="Name of the council"):
        yield Problem(wrong, "looked_after_by")


def _attendance(pupil: Pupil, today: date) -> Iterator[Problem]:
    if pupil.attendance is not None and not Decimal(0) <= pupil.attendance <= Decimal(100):
        yield Problem("Attendance percentage must be between 0 and 100", "attendance")
    start, end = pupil.attendance_from, pupil.attendance_to
    if pupil.attendance is None:
        if start or end:
            yield Problem("Enter the attendance percentage for these dates", "attendance")
        return
    if start is None:
        yield Problem("Enter the first date counted in the attendance figure", "attendance_from")
    if end is None:
        yield Problem("Enter the last date counted in the attendance figure", "attendance_to")
    if start and end and end < start:
        yield Problem("The last day counted must be the same as or after the first day", "attendance_to")
    elif start and end and (end - start).days > MAX_BASELINE_LENGTH:
        yield Problem("The attendance figure must cover no more than one school year", "attendance_from")
    if end and end > today:
        yield Problem("The last day counted must be today or in the past", "attendance_to")


def _hazards(pupil: Pupil, today: date) -> Iterator[Problem]:
    if not set(pupil.hazards) <= set(HazardCategory):
        yield Problem("Select hazards from the list", "hazards")
    if HazardCategory.NONE_KNOWN in pupil.hazards and len(pupil.hazards) > 1:
        yield Problem(
            "You cannot choose “None known” with other hazards. Clear “None known” or clear the others.", "hazards"
        )


# These are the fields that each check reads. A check runs when one of its fields changes, because a value that was
# correct when it was saved must not prevent later changes to other fields.
PUPIL_CHECKS: tuple[tuple[frozenset[str], Callable[[Pupil, date], Iterator[Problem]]], ...] = (
    (
        frozenset(
            {
                "given_name",
                "family_name",
                "known_as",
                "born_on",
                "year_group",
                "upn",
                "address",
                "postcode",
                "address_withheld",
            }
        ),
        _who,
    ),
    (frozenset({"looked_after_by"}), _looked_after),
    (frozenset({"needs", "sen_provision", "ehc_plan_on"}), _needs),
    (frozenset({"attendance", "attendance_from", "attendance_to"}), _attendance),
    (frozenset({"hazards"}), _hazards),
)
