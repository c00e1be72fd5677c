"""Suggest an attendance code for the school's register from the provider's mark.

The school decides which code to record. The codes are set by the School Attendance (Pupil Registration) (England)
Regulations 2024, reg 10. Code K is for education arranged by a local authority, and code B is for other approved
off-site education. With either code, the school must also record the nature of the education. Online teaching at home
never has code B. There are two sessions in each school day. The school must replace a code N within five school days.
"""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from calloff.directory.models import TeachingMode
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, User
from calloff.placements.models import AbsenceCause, Attendance, Placement
from calloff.referrals.models import EducationBasis

RESOLVE_SCHOOL_DAYS = 5  # how many school days the school has to replace an N with the reason
ARRANGED_BY_COUNCIL = frozenset(
    {EducationBasis.SECTION_19, EducationBasis.SECTION_19_OTHERWISE, EducationBasis.MEDICAL, EducationBasis.EHC_PLAN}
)
ATTENDANCE_CODES = {
    "K": "Attending education provision arranged by the local authority",
    "B": "Attending any other approved educational activity",
    "D": "Dual registered at another school",
    "P": "Participating in a sporting activity",
    "V": "Attending an educational visit or trip",
    "W": "Attending work experience",
    "L": "Late arrival before the register is closed",
    "C": "Leave of absence for exceptional circumstance",
    "C1": "Leave of absence for the purpose of participating in a regulated performance or undertaking regulated "
    "employment abroad",
    "C2": "Leave of absence for a compulsory school age pupil subject to a part-time timetable",
    "E": "Suspended or permanently excluded and no alternative provision made",
    "I": "Illness (not medical or dental appointment)",
    "J1": "Leave of absence for the purpose of attending an interview for employment or for admission to another "
    "educational institution",
    "M": "Leave of absence for the purpose of attending a medical or dental appointment",
    "R": "Religious observance",
    "S": "Leave of absence for the purpose of studying for a public examination",
    "T": "Parent travelling for occupational purposes",
    "X": "Non-compulsory school age pupil not required to attend school",
    "Q": "Unable to attend the school because of a lack of access arrangements",
    "Y1": "Unable to attend due to transport normally provided not being available",
    "Y2": "Unable to attend due to widespread disruption to travel",
    "Y3": "Unable to attend due to part of the school premises being closed",
    "Y4": "Unable to attend due to the whole school site being unexpectedly closed",
    "Y5": "Unable to attend as pupil is in criminal justice detention",
    "Y6": "Unable to attend in accordance with public health guidance or law",
    "Y7": "Unable to attend because of any other unavoidable cause",
    "G": "Holiday not granted by the school",
    "N": "Reason for absence not yet established",
    "O": "Absent in other or unknown circumstances",
    "U": "Arrived in school after registration closed",
}
CODES_NEEDING_NATURE = frozenset({"K", "B"})
# These codes mean that the child attended, so they are never set in advance.
CODES_OF_ATTENDING = frozenset({"K", "B", "D", "P", "V", "W", "L", "U"})
CODE_BY_CAUSE = {
    AbsenceCause.ILL: "I",
    AbsenceCause.APPOINTMENT: "M",
    AbsenceCause.RELIGION: "R",
    AbsenceCause.SUSPENDED: "E",
    AbsenceCause.TRANSPORT: "Y1",
    AbsenceCause.PROVIDER: "Y7",
    AbsenceCause.REFUSED: "O",
    AbsenceCause.UNKNOWN: "N",
}
MAX_NATURE_LENGTH = 100  # characters


class CodeSuggestion(NamedTuple):
    """A suggested code, if there is one, with the nature of the education and the reason for the suggestion."""

    code: str
    nature: str
    why: str


def attendance_in(buyer: Organisation, first: date, until: date, *, person: User, at: datetime) -> QuerySet[Attendance]:
    """Return the marks in all a buyer's placements from one day until before another, in order."""
    seen = Placement.objects.visible_to(person, at).filter(buyer=buyer)
    found = Attendance.objects.filter(placement__in=seen, day__gte=first, day__lt=until)
    related = ("placement__service", "placement__provider", "placement__referral", "placement__pupil")
    return found.select_related(*related).order_by("day", "session", "placement__reference")


def suggest_code(placement: Placement, mark: str, cause: str = "") -> CodeSuggestion:
    """Suggest a code for the provider's mark.

    The function reads the placement's service, provider and referral, so prefetch these for a list.
    """
    if mark == Attendance.Mark.ABSENT:
        known = AbsenceCause(cause or AbsenceCause.UNKNOWN)
        return CodeSuggestion(CODE_BY_CAUSE[known], "", f"The provider recorded: {known.label.lower()}.")
    nature = f"{placement.service.name}, {placement.service.get_mode_display().lower()}"[:MAX_NATURE_LENGTH]
    if placement.referral.basis in ARRANGED_BY_COUNCIL:
        return CodeSuggestion("K", nature, "The council arranged this education.")
    if placement.service.mode == TeachingMode.ONLINE:
        return CodeSuggestion("", "", "Code B cannot be used for online learning at home. Choose another code.")
    if placement.provider.urn:
        return CodeSuggestion("D", "", "The provider is a school. Use D if the pupil is registered there too.")
    return CodeSuggestion("B", nature, "The school arranged this education.")


def require_valid_code(code: str, nature: str, placement: Placement, where: str) -> None:
    """Refuse an unknown code, a code that needs the nature of the education and has none, and B for online teaching.

    Raises Refused.
    """
    if code not in ATTENDANCE_CODES:
        raise Refused("Choose a code from the list", where)
    if code in CODES_NEEDING_NATURE and not nature.strip():
        raise Refused(f"Enter the kind of education for code {code}", where)
    if len(nature.strip()) > MAX_NATURE_LENGTH:
        raise Refused(f"Kind of education must be {MAX_NATURE_LENGTH} characters or fewer", where)
    if code == "B" and placement.service.mode == TeachingMode.ONLINE:
        raise Refused("Code B cannot be used for online learning at home. Choose another code.", where)
