"""Ask to join a school that is found by name or URN in the schools register.

A person must approve the request.
"""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from calloff.kernel import codes
from calloff.partners import commands
from calloff.partners.school_lookup import SchoolFound, host_of, is_schools_domain
from calloff.partners.school_lookup import find_school_by_urn as by_urn
from calloff.people import queries as people
from calloff.people.models import JoinRequest, Organisation
from calloff.registers import queries as registers
from calloff.web.account.forms import AskToJoinSchoolForm, FindSchoolForm
from calloff.web.permissions import signed_in
from calloff.web.request import Request

MAX_SCHOOLS_SHOWN = 25  # if there are more results, the person must type more of the name


@require_safe
@signed_in
def find(request: Request) -> HttpResponse:
    """Search the register. If a school has closed, offer the school that replaced it."""
    form = FindSchoolForm.of(request)
    words = form.cleaned_data["words"].strip() if form.is_valid() else ""
    urn = codes.parse_urn(words)
    closed = by_urn(urn) if urn else None
    schools = list(registers.find_schools(words.replace("\x00", " "))[: MAX_SCHOOLS_SHOWN + 1]) if words else []
    page = {
        "form": form,
        "words": words,
        "found": schools[:MAX_SCHOOLS_SHOWN],
        "more": len(schools) > MAX_SCHOOLS_SHOWN,
        "closed": closed if closed and not closed.school.is_open else None,
        "came_from": request.GET.get("from", ""),
    }
    return render(request, "account/find_school.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: Request, urn: int) -> HttpResponse:
    school = by_urn(urn)
    if school is None:
        raise Http404
    came_from = people.find_authority(request.GET.get("from", ""))
    form = AskToJoinSchoolForm.of(request, authorities=_authorities(school, came_from))
    if form.attempt(_ask, school, came_from, by=request.user, at=request.now):
        return redirect("account:request", form.result.pk)
    page = {"form": form, "school": school.school, "successors": school.successors, "host": host_of(school.school)}
    return render(request, "account/ask_school.html", page)


def register_facts(asked: JoinRequest) -> list[tuple[str, str]]:
    """Return facts from the register that help someone to answer a request to join a school.

    These facts never give permission.
    """
    organisation = asked.organisation
    school = registers.find_school(organisation.urn) if organisation.urn else None
    if school is None:
        return []
    same = is_schools_domain(asked.person.email, school.website)
    domain = {
        True: f"Yes. The school’s website in the register is {school.website}",
        False: f"No. The school’s website in the register is {school.website}",
        None: "The register has no website for the school",
    }[same]
    return [
        ("URN", str(school.urn)),
        ("Telephone number in the register", school.telephone or "None"),
        ("Email address at the school’s own domain", domain),
    ]


def roles_on_approval(asked: JoinRequest, at: datetime) -> list[str]:
    """Return the names of the roles that a person gets when their request is approved.

    A school's first person gets additional roles.
    """
    return [str(role.label) for role in people.roles_on_joining(asked, at)]


def _authorities(school: SchoolFound, came_from: Organisation | None) -> list[Organisation]:
    """Return the councils to choose from.

    The list is empty if the council is known from the register, or from the page that the person came from.
    """
    if host_of(school.school) or came_from or Organisation.objects.filter(urn=school.school.urn).exists():
        return []
    return list(people.all_authorities())


def _ask(school: SchoolFound, came_from: Organisation | None, **given: Any) -> JoinRequest:
    return commands.ask_to_join(school.school.urn, **{"authority": came_from, **given})
