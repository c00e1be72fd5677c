"""The legal bases for educating a child elsewhere, as dated rows.

Each row lists the facts that the basis needs, and says when education is due. School days are those of the child's
school. A row that is in use never changes. When the law changes, add a new row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any, Protocol

from calloff.kernel.dated_rows import row_valid_on
from calloff.kernel.lifecycles import Problem
from calloff.questions.answers import find_problems_of_one
from calloff.questions.schema import QuestionDefinition
from calloff.referrals.models import EducationBasis

MAX_FACT_LENGTH = 300  # characters


class SchoolDays(Protocol):
    """A calendar of school days, such as `kernel.school_days.SchoolCalendar`."""

    def is_school_day(self, day: date) -> bool: ...

    def after(self, day: date, n: int) -> date: ...


class SchoolDayCount(Enum):
    """How a legal basis counts school days."""

    AFTER = auto()  # counted from the day after the given day
    FROM = auto()  # counted from the given day itself, if it is a school day
    NOTICE = auto()  # the minimum number of school days between a written notice and the start
    NONE = auto()


@dataclass(frozen=True)
class LegalDuty:
    """What a legal basis requires, from the day in `valid_from`."""

    basis: EducationBasis
    day_asked: str  # the label of the question that asks for the day from which the due date is counted
    day_name: str  # the name of that day in errors, for example “first day of the suspension”
    valid_from: date
    citation: str
    clock: SchoolDayCount = SchoolDayCount.NONE
    days: int = 0  # school days
    facts: tuple[QuestionDefinition, ...] = ()
    says: str = ""  # the duty in plain words, as the page shows it next to the question
    due_is: str = "Education is due by"  # the label of the due date
    due_name: str = "Date education is due"  # the name of the due date in errors
    sixth_day: bool = (
        False  # whether the law requires education by the sixth school day. If so, a later start is a breach
    )
    # the number of days from the invitation to a review, and from a review to its result in writing
    review_days: int = 0


def _fact(key: str, text: str, kind: str, name: str, empty: str, hint: str = "", **more: Any) -> QuestionDefinition:  # noqa: PLR0917  (a row of the table)
    """Return the question about one additional fact that a legal basis needs.

    Errors about a wrong answer start with `name`, for example “Review date must be …”. `empty` is the error if a
    required answer is missing, for example “Enter the review date”.
    """
    options = more | ({"max_characters": MAX_FACT_LENGTH} if kind == "text" else {})
    return QuestionDefinition(key=key, text=text, kind=kind, name=name, empty=empty, hint=hint, **options)


_SECTION_19 = "Education Act 1996 s.19"
_SECTION_100 = "Education and Inspections Act 2006 s.100"
_SECTION_29A = "Education Act 2002 s.29A and the Education (Educational Provision for Improving Behaviour) Regulations"

# fmt: off
LEGAL_DUTIES: tuple[LegalDuty, ...] = (
    LegalDuty(
        EducationBasis.SECTION_19, "The first day of the permanent exclusion", "first day of the permanent exclusion",
        date(2007, 9, 1), _SECTION_19,
        SchoolDayCount.AFTER, 6,
        says="The council arranges suitable education from the sixth school day after the first day of the exclusion.",
        due_is="Day 6: education is due from", sixth_day=True,
    ),
    LegalDuty(
        EducationBasis.SECTION_19_OTHERWISE, "The day it became clear that the pupil would not have suitable education",
        "day it became clear that the pupil would not have suitable education",
        date(1996, 11, 1), _SECTION_19,
        facts=(_fact("why", "Why would the pupil not receive suitable education?", "text",
                    "Reason", "Enter why the pupil would not receive suitable education",
                    "For example, no school has a place, or the pupil cannot attend because of anxiety."),),
        says="The council arranges suitable education as soon as it is clear that it is needed. The sixth-day rule "
             "does not apply.",
    ),
    LegalDuty(
        EducationBasis.SECTION_100, "The first day of the suspension", "first day of the suspension",
        date(2007, 9, 1), _SECTION_100,
        SchoolDayCount.FROM, 6,
        (_fact("days", "How many school days does the suspension last?", "number",
              "Number of school days", "Enter how many school days the suspension lasts",
              "The duty applies to a suspension of more than 5 school days.", minimum=6, maximum=365),),
        says="The school arranges suitable education from the sixth school day of a suspension of more than 5 school "
            "days.",
        due_is="Day 6: education is due from", sixth_day=True,
    ),
    LegalDuty(
        EducationBasis.OFF_SITE, "The day of the direction", "day of the direction", date(2013, 1, 1), _SECTION_29A,
        SchoolDayCount.NOTICE, 2,
        (_fact("notice_on", "When do the parents get the written notice?", "date",
              "Date of the written notice", "Enter the date the parents get the written notice",
              "The parents must get the notice at least 2 school days before the placement starts. The notice must "
              "give the "
              "address, contact, days, reasons, objectives and times."),
         _fact("objectives", "What should the direction achieve?", "text",
              "Objectives", "Enter what the direction should achieve"),),
        says="The parents must get written notice at least 2 school days before the placement starts. This is a duty "
            "for "
            "maintained schools and good practice for academies.",
        due_is="First day the placement can start", due_name="First day the placement can start", review_days=6,
    ),
    LegalDuty(
        EducationBasis.EHC_PLAN, "The date of the plan", "date of the plan", date(2014, 9, 1),
        "Children and Families Act 2014 s.42",
        facts=(_fact("section", "Which part of the plan describes this provision?", "text",
                    "Part of the plan", "", "For example, section F.",
                    required=False),),
        says="The council must arrange the special educational provision in the plan.",
    ),
    LegalDuty(
        EducationBasis.MEDICAL, "The first day of absence", "first day of absence", date(2013, 1, 1),
        f"{_SECTION_19}, and its guidance on health needs",
        SchoolDayCount.FROM, 15,
        (_fact("clear_on", "When did it become clear that the pupil would miss 15 school days?", "date",
              "Date it became clear", "",
              "Leave this empty if the 15 days have passed.", required=False),),
        says="The council arranges suitable education once it is clear that 15 school days will be missed.",
        due_is="Date it became clear that 15 school days will be missed", due_name="Date it became clear that 15 "
            "school days will be missed",
    ),
    LegalDuty(
        EducationBasis.CHILDREN_ACT, "The day of the decision", "day of the decision", date(1991, 10, 14),
        "Children Act 1989",
        facts=(_fact("section", "Which section applies?", "text",
                    "Section", "Enter the section of the Act", "For example, section 17 (children in need)."),),
        says="The council provides a service for a child in need, or for a child it looks after.",
    ),
    LegalDuty(
        EducationBasis.AGREEMENT, "The day the parents agreed", "day the parents agreed", date(1996, 11, 1),
        "Education Act 1996 s.7",
        facts=(_fact("ends_on", "When does the agreement end?", "date",
                    "End of the agreement", "Enter the date the agreement ends"),
               _fact("review_on", "When will you review the agreement with the parents?", "date",
                    "Review date", "Enter the date you will review the agreement with the parents"),),
        says="The school and parents agree that the pupil will be educated somewhere else for a time. Either can end "
             "the agreement, so give an end date and a review date.",
    ),
    LegalDuty(
        EducationBasis.POST_16, "The first day of the programme", "first day of the programme", date(2010, 4, 1),
        "Education Act 1996 s.15ZA",
        facts=(_fact("programme", "Which course or programme?", "text",
                    "Course or programme", "Enter the course or programme",
                    "For example, a level 1 study programme."),),
        says="The council must make sure there is enough suitable education and training for young people "
             "over compulsory school age.",
    ),
)
# fmt: on


# The bases under which a late start is a breach. All rows of a basis agree on this, so only the basis is listed.
SIXTH_DAY_BASES = frozenset(duty.basis for duty in LEGAL_DUTIES if duty.sixth_day)


def find_duty(basis: str, on: date) -> LegalDuty:
    """Return the row of a legal basis that is in force on a day. Raises LookupError if there is none."""
    return row_valid_on((row for row in LEGAL_DUTIES if row.basis == basis), on)


def due_on(row: LegalDuty, day: date, facts: Mapping[str, object], calendar: SchoolDays) -> date | None:
    """Return the date by which education is due or, for some bases, the earliest date on which it can start.

    Return None if the basis sets no date. Raises LookupError for dates outside the terms in the calendar.
    """
    if row.clock is SchoolDayCount.NONE:
        return None
    if row.clock is SchoolDayCount.NOTICE:
        notice_on = facts.get("notice_on")
        return calendar.after(date.fromisoformat(str(notice_on)), row.days) if notice_on else None
    counted = row.days - 1 if row.clock is SchoolDayCount.FROM and calendar.is_school_day(day) else row.days
    worked_out = calendar.after(day, counted)
    clear_on = facts.get("clear_on")
    return min(worked_out, date.fromisoformat(str(clear_on))) if clear_on else worked_out


def find_fact_problems(row: LegalDuty, facts: Mapping[str, object]) -> list[Problem]:
    """Return the problems with the facts that a legal basis needs, no more than one for each field."""
    return [problem for fact in row.facts for problem in find_problems_of_one(fact, facts.get(fact.key))]
