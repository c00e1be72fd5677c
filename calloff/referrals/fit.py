"""Whether a service suits a child, as far as both are recorded. A warning stops nobody.

Two limits are the service's own: the ages and the sex that it takes. A buyer that goes on past one gives a reason,
which is kept. What else may not suit (a need that is not listed, no place available) is only said.

Providers that are asked know the key stage and the needs, and neither the child's age nor sex: what they read is worked
out from what they see.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from calloff.directory.models import Service
from calloff.directory.models.services import Gender
from calloff.directory.states import ServiceStatus
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import AGES, KeyStage
from calloff.kernel.words import listed
from calloff.members.models import Member
from calloff.pupils.models import Sex
from calloff.referrals.models import Referral

TAKES = {Sex.FEMALE: {Gender.ANY, Gender.GIRLS}, Sex.MALE: {Gender.ANY, Gender.BOYS}}


class Misfit(NamedTuple):
    """One way in which a service may not suit a child, in a sentence."""

    about: Literal["ages", "sex", "needs", "places"]
    sentence: str

    @property
    def is_limit(self) -> bool:
        """Say whether the service's own page says that it does not take such a child."""
        return self.about in {"ages", "sex"}


def misfits(service: Service, referral: Referral) -> list[Misfit]:
    """List how a service may not suit, from what every provider that is asked can see of the child."""
    return [*_ages(service, referral), *_needs(service, referral), *_places(service)]


def misfits_for_buyer(service: Service, referral: Referral) -> list[Misfit]:
    """List the same for the buyer, who knows the child's sex too."""
    return [*_ages(service, referral), *_sex(service, referral), *_needs(service, referral), *_places(service)]


def limits(service: Service, referral: Referral) -> list[str]:
    """Return, in sentences, the limits of a service past which a buyer goes only with a reason."""
    return [one.sentence for one in misfits_for_buyer(service, referral) if one.is_limit]


def suits_ages(service: Service, key_stage: str) -> bool:
    """Say whether a service takes every age of a key stage: 6 to 14 is not for key stage 4, whose children reach 16."""
    if not key_stage:
        return True
    begins, ends = AGES[KeyStage(key_stage)]
    return service.age_from <= begins and ends <= service.age_to


def unsuited(referral: Referral, members: Iterable[Member]) -> dict[int, list[str]]:
    """Find the members that have services, none of which takes such a child, each with why.

    For each, the sentences are of the service that comes nearest: one query for all.
    """
    keys = [one.pk for one in members]
    live = Service.objects.filter(member__in=keys, status=ServiceStatus.LIVE).defer("words").order_by("name", "pk")
    crossed: dict[int, list[list[str]]] = {}
    for service in live:
        crossed.setdefault(service.member_id, []).append(limits(service, referral))
    return {key: min(several, key=len) for key, several in crossed.items() if all(several)}


def _ages(service: Service, referral: Referral) -> list[Misfit]:
    if suits_ages(service, referral.key_stage):
        return []
    stage = KeyStage(referral.key_stage)
    begins, ends = AGES[stage]
    return [
        Misfit(
            "ages",
            f"{service.name} takes ages {service.age_from} to {service.age_to}. "
            f"The child is in {_within(str(stage.label))}, ages {begins} to {ends}.",
        )
    ]


def _sex(service: Service, referral: Referral) -> list[Misfit]:
    sex = referral.pupil.sex
    if sex not in TAKES or service.gender in TAKES[Sex(sex)]:
        return []
    whom = str(Gender(service.gender).label).lower()
    return [Misfit("sex", f"{service.name} is for {whom} only. The child’s record says {Sex(sex).label.lower()}.")]


def _needs(service: Service, referral: Referral) -> list[Misfit]:
    if not service.needs:
        return []
    unlisted = [str(NeedType(need).label) for need in referral.needs if need not in service.needs]
    if not unlisted:
        return []
    return [Misfit("needs", f"{service.name} does not list {listed(unlisted)} among the needs it supports.")]


def _places(service: Service) -> list[Misfit]:
    return [Misfit("places", f"{service.name} has no places available on its page.")] if service.places == 0 else []


def _within(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"
