"""Find out from recorded facts whether a service suits a child.

A misfit is a warning and never prevents an action. Two kinds of misfit are the service's own limits: the ages and the
sex of the children that it takes. A buyer that chooses a service despite one of these limits must give a reason, which
is stored. The other kinds are only shown: a need that is not listed, no place available, sessions in a reply outside
the opening hours, and fewer hours a week than requested.

Providers that were asked know the key stage and the needs, but not the child's age or sex. The misfits that a provider
can read therefore depend only on facts that it can see.
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
    """A reason why a service might not suit a child."""

    about: Literal["ages", "sex", "needs", "places", "times", "hours"]
    sentence: str

    @property
    def is_limit(self) -> bool:
        """Return whether the misfit is a limit that the service itself has set, and that excludes the child."""
        return self.about in {"ages", "sex"}


class OfferedTerms(NamedTuple):
    """The terms in a reply: the weekly sessions, the first day and the hours a week."""

    timetable: Sequence[Slot]
    start_on: date
    hours: Decimal

    @classmethod
    def of(cls, interest: ExpressionOfInterest) -> "OfferedTerms | None":
        """Return the terms in a reply, or None if the reply has no sessions. Prefetch `sessions` first."""
        sessions = timetables.timetable_on(interest.sessions.all())
        if not sessions or interest.start_on is None:
            return None
        return cls(sessions, interest.start_on, timetables.weekly_hours(sessions))


def find_misfits(service: Service, referral: Referral, offered: OfferedTerms | None = None) -> list[Misfit]:
    """Return the misfits between a service, a reply and a referral.

    The function uses only facts that every provider asked can see.
    """
    misfits = [*_ages(service, referral), *_needs(service, referral), *_places(service)]
    return misfits + (_week(service, referral, offered) if offered else [])


def find_misfits_for_buyer(service: Service, referral: Referral, offered: OfferedTerms | None = None) -> list[Misfit]:
    """Return the misfits for the buyer, who also knows the child's sex."""
    misfits = [*_ages(service, referral), *_sex(service, referral), *_needs(service, referral), *_places(service)]
    return misfits + (_week(service, referral, offered) if offered else [])


def service_limits(service: Service, referral: Referral) -> list[str]:
    """Return a service's limits as sentences. A buyer must give a reason for ignoring one."""
    return [misfit.sentence for misfit in find_misfits_for_buyer(service, referral) if misfit.is_limit]


def suits_ages(service: Service, key_stage: str) -> bool:
    """Return whether a service takes children of every age in a key stage.

    For example, ages 6 to 14 do not cover key stage 4, which goes up to 16.
    """
    if not key_stage:
        return True
    youngest, oldest = AGES_BY_KEY_STAGE[KeyStage(key_stage)]
    return service.age_from <= youngest and oldest <= service.age_to


def unsuited(referral: Referral, members: Iterable[Member]) -> dict[int, list[str]]:
    """Return the members whose live services all exclude the child, as {member key: limits}.

    If a member has several services, the limits are those of the service that has the fewest. The function makes one
    query for all members.
    """
    keys = [member.pk for member in members]
    live = Service.objects.filter(member__in=keys, status=ServiceStatus.LIVE).defer("words").order_by("name", "pk")
    limits_by_member: dict[int, list[list[str]]] = {}
    for service in live:
        limits_by_member.setdefault(service.member_id, []).append(service_limits(service, referral))
    return {key: min(service_lists, key=len) for key, service_lists in limits_by_member.items() if all(service_lists)}


def _ages(service: Service, referral: Referral) -> list[Misfit]:
    if suits_ages(service, referral.key_stage):
        return []
    stage = KeyStage(referral.key_stage)
    youngest, oldest = AGES_BY_KEY_STAGE[stage]
    return [
        Misfit(
            "ages",
            f"{service.name} takes ages {service.age_from} to {service.age_to}. "
            f"This pupil is in {_lower_first(str(stage.label))}, ages {youngest} to {oldest}.",
        )
    ]


def _sex(service: Service, referral: Referral) -> list[Misfit]:
    sex = referral.pupil.sex
    if sex not in GENDERS_BY_SEX or service.gender in GENDERS_BY_SEX[Sex(sex)]:
        return []
    gender = str(Gender(service.gender).label).lower()
    return [Misfit("sex", f"{service.name} is for {gender} only. This pupil is recorded as {Sex(sex).label.lower()}.")]


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
    misfits = []
    open_periods = [period for period in opening_hours.parse_week(service.week) if period.covers(offered.start_on)]
    closed = [slot for slot in offered.timetable if not _is_open(open_periods, slot)] if open_periods else []
    if closed:
        misfits.append(
            Misfit(
                "times",
                f"{service.name} is open {opening_hours.format_hours(open_periods)}. "
                f"The reply offers sessions at other times: {timetables.format_timetable(closed)}.",
            )
        )
    requested = referral.hours
    if requested is not None and offered.hours < requested:
        misfits.append(
            Misfit(
                "hours",
                f"The reply offers {format_number(offered.hours)} of the {format_number(requested)} hours a week "
                "requested.",
            )
        )
    return misfits


def _is_open(hours: Iterable[opening_hours.OpenPeriod], slot: Slot) -> bool:
    """Return whether a session is within the day's opening hours at any of the service's sites.

    Opening hours are joined if there is no gap between them.
    """
    covered_until: time | None = slot.starts
    for period in opening_hours.sort_hours(period for period in hours if period.day == slot.day):
        if period.starts is None or period.ends is None or slot.ends is None or covered_until is None:
            return True  # the service is open that day, but the times are not known
        if period.starts <= covered_until < period.ends:
            covered_until = period.ends
    return covered_until is not None and slot.ends is not None and covered_until >= slot.ends


def _lower_first(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"
