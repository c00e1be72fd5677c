"""What the joining pages need to find: whether a provider is here already, and whose roles wait for the reader."""

from datetime import datetime

from django.db.models import Q

from calloff.history.steps import may
from calloff.people import queries
from calloff.people.models import Grant, Organisation, User
from calloff.people.permissions import Can, roles_that
from calloff.people.states import GrantStatus
from calloff.web.account.forms import Join


def known_provider(form: Join) -> Organisation | None:
    """Return the provider whose name or number was given: then the person asks to join it, and nothing is granted."""
    if not form.is_bound or form.returned:
        return None
    answers = getattr(form, "cleaned_data", {})
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER)
    for number in ("company_number", "charity_number"):
        if answers.get(number) and (found := providers.filter(**{number: answers[number]}).first()):
            return found
    return queries.known_as(answers["name"]) if answers.get("name") else None


def roles_to_reapprove(person: User, at: datetime) -> list[Grant]:
    """Find the roles of others, suspended by a change of e-mail, that this person may give back."""
    held = Grant.objects.in_force(at).filter(person=person, role__in=roles_that(Can.LINK_PEOPLE)).values("organisation")
    mine = Q(organisation__in=held) | Q(organisation__host__in=held)
    waiting = Grant.objects.filter(mine, status=GrantStatus.SUSPENDED).exclude(person=person)
    found = waiting.select_related("person", "organisation__host").order_by("pk")
    return [grant for grant in found if may(grant, "reapprove", person, at)]
