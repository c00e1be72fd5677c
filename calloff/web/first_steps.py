"""The first steps of a new organisation, which its home page lists until all of them are done.

Whether a step is done follows from facts about the organisation. No one ticks a step off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, Subquery, Value, When

from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import ROLES_BY_KIND, Can, roles_with
from calloff.web.request import OrganisationRequest


class FirstStep(NamedTuple):
    """One step with its purpose, its page and the words of its button. `needs` is the permission to do it."""

    text: str
    purpose: str
    button: str
    href: str
    needs: str
    is_done: Any  # a condition on the organisation


class ShownStep(NamedTuple):
    """A step as a page shows it. Without a link, `who` says who can do it."""

    step: FirstStep
    is_done: bool
    may_do: bool
    who: str


@dataclass(frozen=True)
class FirstSteps:
    """The first steps of an organisation, and the people to ask."""

    steps: list[ShownStep]
    colleague: str  # a colleague who manages people, if there is another one
    council: str
    telephone: str  # of the council

    @property
    def has_own_step(self) -> bool:
        """Return whether the person can do any of the steps that are not done."""
        return any(step.may_do and not step.is_done for step in self.steps)

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)


def has_role(request: OrganisationRequest, role: str) -> Exists:
    """Return the condition that someone has a role at the organisation."""
    return Exists(RoleGrant.objects.in_force(request.now).filter(organisation=request.organisation, role=role))


def first_steps(request: OrganisationRequest, steps: Sequence[FirstStep], *, settled: Exists) -> FirstSteps | None:
    """Return the first steps, or None if they are all done or the organisation is `settled`.

    A settled organisation already does its usual work, so the page no longer shows it what to do first. The function
    makes one query.
    """
    organisation, person, at = request.organisation, request.user, request.now
    managers = RoleGrant.objects.in_force(at).filter(
        organisation=organisation, role__in=roles_with(Can.MANAGE_PEOPLE), person__is_active=True
    )
    names = managers.exclude(person=person).order_by("starts_at", "pk").values("person__name")
    conditions: dict[str, Any] = {f"step_{number}": _as_column(step.is_done) for number, step in enumerate(steps)}
    found: Any = Organisation.objects.filter(pk=organisation.pk).annotate(
        settled=_as_column(settled), colleague=Subquery(names[:1]), **conditions
    )
    row = found.values("settled", "colleague", council=F("host__name"), number=F("host__telephone"), **{
        name: F(name) for name in conditions
    }).get()  # fmt: skip
    shown = [_shown(request, step, is_done=row[name]) for name, step in zip(conditions, steps, strict=True)]
    if row["settled"] or all(step.is_done for step in shown):
        return None
    return FirstSteps(shown, row["colleague"] or "", row["council"] or "", row["number"] or "")


def _as_column(condition: Any) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def _shown(request: OrganisationRequest, step: FirstStep, *, is_done: bool) -> ShownStep:
    may_do = request.user.can(step.needs, organisation=request.organisation, at=request.now)
    roles = [role for role in roles_with(step.needs) if role in ROLES_BY_KIND[request.organisation.kind]]
    return ShownStep(step, is_done, may_do, ", ".join(str(role.label) for role in roles))
