"""Whether a service suits a child, from what is recorded. A warning never blocks anyone.

Two limits are the service's own: the ages and the sex that it takes. A buyer that goes on past one gives a reason,
which is kept. What else may not suit is only said: a need that is not listed, no place available, sessions of a reply
when the service's page says that it is closed, and fewer hours a week than are wanted.

Providers that are asked know the key stage and the needs, and neither the child's age nor sex: what they read is worked
out from what they see.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Literal, NamedTuple

from calloff.directory import opening_hours, timetables
from calloff.directory.models import Service
from calloff.directory.models.services import Gender
from calloff.directory.states import ServiceStatus
from calloff.directory.timetables import Slot
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_list, format_number
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage
from calloff.members.models import Member
from calloff.pupils.models import Sex
from calloff.referrals.models import ExpressionOfInterest, Referral

GENDERS_BY_SEX = {Sex.FEMALE: {Gender.ANY, Gender.GIRLS}, Sex.MALE: {Gender.ANY, Gender.BOYS}}


class Misfit(NamedTuple):
    """One way a service might not suit a child, as a sentence."""

    about: Literal["ages", "sex", "needs", "places", "times", "hours"]
    sentence: str

    @property
    def is_limit(self) -> bool:
        """Return whether the service's page says it does not take such a child."""
        return self.about in {"ages", "sex"}


class OfferedTerms(NamedTuple):
    """When a reply would take the child: its sessions, from which day, and how many hours a week that is."""

    timetable: Sequence[Slot]
    start_on: date
    hours: Decimal

    @classmethod
    def of(cls, interest: ExpressionOfInterest) -> "OfferedTerms | None":
        """Return a reply's offer, or nothing if it has no sessions. Reads `sessions`: fetch them together."""
        sessions = timetables.timetable_on(interest.sessions.all())
        if not sessions or interest.start_on is None:
            return None
        return cls(sessions, interest.start_on, timetables.weekly_hours(sessions))


def find_misfits(service: Service, referral: Referral, offered: OfferedTerms | None = None) -> list[Misfit]:
    """List how a service and its offer might not suit, from what every asked provider can see."""
    found = [*_ages(service, referral), *_needs(service, referral), *_places(service)]
    return found + (_week(service, referral, offered) if offered else [])


def find_misfits_for_buyer(service: Service, referral: Referral, offered: OfferedTerms | None = None) -> list[Misfit]:
    """List the same for the buyer, who also knows the child's sex."""
    found = [*_ages(service, referral), *_sex(service, referral), *_needs(service, referral), *_places(service)]
    return found + (_week(service, referral, offered) if offered else [])


def service_limits(service: Service, referral: Referral) -> list[str]:
    """Return, in sentences, the limits of a service that a buyer needs a reason to go past."""
    return [one.sentence for one in find_misfits_for_buyer(service, referral) if one.is_limit]


def suits_ages(service: Service, key_stage: str) -> bool:
    """Return whether a service takes every age of a key stage.

    Ages 6 to 14 do not cover key stage 4, which reaches 16.
    """
    if not key_stage:
        return True
    begins, ends = AGES_BY_KEY_STAGE[KeyStage(key_stage)]
    return service.age_from <= begins and ends <= service.age_to


def unsuited(referral: Referral, members: Iterable[Member]) -> dict[int, list[str]]:
    """Find the members that have services, none of which takes such a child, each with why.

    For each, the sentences are of the service that comes nearest: one query for all.
    """
    keys = [one.pk for one in members]
    live = Service.objects.filter(member__in=keys, status=ServiceStatus.LIVE).defer("words").order_by("name", "pk")
    crossed: dict[int, list[list[str]]] = {}
    for service in live:
        crossed.setdefault(service.member_id, []).append(service_limits(service, referral))
    return {key: min(several, key=len) for key, several in crossed.items() if all(several)}


def _ages(service: Service, referral: Referral) -> list[Misfit]:
    if suits_ages(service, referral.key_stage):
        return []
    stage = KeyStage(referral.key_stage)
    begins, ends = AGES_BY_KEY_STAGE[stage]
    return [
        Misfit(
            "ages",
            f"{service.name} takes ages {service.age_from} to {service.age_to}. "
            f"The child is in {_within(str(stage.label))}, ages {begins} to {ends}.",
        )
    ]


def _sex(service: Service, referral: Referral) -> list[Misfit]:
    sex = referral.pupil.sex
    if sex not in GENDERS_BY_SEX or service.gender in GENDERS_BY_SEX[Sex(sex)]:
        return []
    whom = str(Gender(service.gender).label).lower()
    return [Misfit("sex", f"{service.name} is for {whom} only. The child is recorded as {Sex(sex).label.lower()}.")]


def _needs(service: Service, referral: Referral) -> list[Misfit]:
    if not service.needs:
        return []
    unlisted = [str(NeedType(need).label) for need in referral.needs if need not in service.needs]
    if not unlisted:
        return []
    return [Misfit("needs", f"{service.name} does not list {format_list(unlisted)} among the needs it supports.")]


def _places(service: Service) -> list[Misfit]:
    return [Misfit("places", f"{service.name}’s page shows no places available.")] if service.places == 0 else []


def _week(service: Service, referral: Referral, offered: OfferedTerms) -> list[Misfit]:
    found = []
    there = [one for one in opening_hours.parse_week(service.week) if one.covers(offered.start_on)]
    closed = [slot for slot in offered.timetable if not _is_open(there, slot)] if there else []
    if closed:
        found.append(
            Misfit(
                "times",
                f"{service.name} is open {opening_hours.format_hours(there)}. "
                f"The reply offers sessions at other times: {timetables.format_timetable(closed)}.",
            )
        )
    wanted = referral.hours
    if wanted is not None and offered.hours < wanted:
        found.append(
            Misfit(
                "hours",
                f"The reply offers {format_number(offered.hours)} of the {format_number(wanted)} hours a week "
                "requested.",
            )
        )
    return found


def _is_open(hours: Iterable[opening_hours.OpenPeriod], slot: Slot) -> bool:
    """Say whether a session is within the hours of its day, at any site: two that touch are as one."""
    until: time | None = slot.starts
    for one in opening_hours.sort_hours(one for one in hours if one.day == slot.day):
        if one.starts is None or one.ends is None or slot.ends is None or until is None:
            return True  # open that day, without times
        if one.starts <= until < one.ends:
            until = one.ends
    return until is not None and slot.ends is not None and until >= slot.ends


def _within(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"
