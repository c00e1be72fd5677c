"""Create organisations of each kind, and change their details."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from calloff.history.constraint_errors import raise_refused
from calloff.history.transitions import create, record_change, transition
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import clean_name, lookalike_key
from calloff.kernel.registration_numbers import clean_charity_number, clean_company_number
from calloff.kernel.short_text import find_lines_problem, find_telephone_problem, find_website_problem
from calloff.people.commands.invitations import invite_first_person
from calloff.people.models import Organisation, OrganisationName, RoleGrant, User
from calloff.people.permissions import (
    TEAM_ROLES,
    Role,
)
from calloff.people.reserved_slugs import RESERVED_SLUGS
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = ["amend_details", "enter_school", "found", "found_team", "record", "register", "set_la_code"]

# These kinds are already first segments of our own URLs.
BUYER_KINDS = (Organisation.Kind.SCHOOL, Organisation.Kind.TEAM)


@transaction.atomic
def found(
    *,
    kind: str,
    name: str,
    slug: str,
    by: User,
    at: datetime,
    roles: tuple[Role, ...],
    invented: bool = False,
    urn: int | None = None,
    host: Organisation | None = None,
    la_code: str = "",
) -> Organisation:
    """Create an organisation with its first person. Only commands on the server use this.

    Raises Refused for an authority whose slug is a reserved segment of our URLs.
    """
    if kind == Organisation.Kind.AUTHORITY and slug in RESERVED_SLUGS:
        raise Refused(f"Calloff itself uses the address “{slug}”. Choose another address.", "slug")
    organisation = Organisation(
        kind=kind,
        name=clean_name(name),
        slug=slug,
        invented=invented,
        urn=urn,
        host=host,
        la_code=_la_code(la_code) if la_code else "",
    )
    create(organisation, "found", by=by, at=at)
    for role in roles:
        create(RoleGrant(person=by, organisation=organisation, role=role, starts_at=at), "found", by=by, at=at)
    by.forget_roles()
    return organisation


def set_la_code(authority: Organisation, *, la_code: str, by: User, at: datetime) -> Organisation:
    """Set an authority's code in the schools register. Only a command on the server uses this.

    An authority cannot set its own code on a page, because the code decides to which schools' requests to join it
    answers.
    """
    if authority.kind != Organisation.Kind.AUTHORITY:
        raise Refused("Only a council has a code in the register of schools.", "la_code")
    with transition(authority, "set_la_code", by=by, at=at) as kept:
        record_change("code in the register of schools", kept.la_code, la_code)
        kept.la_code = _la_code(la_code)
    return kept


@transaction.atomic
def register(
    *,
    by: User,
    at: datetime,
    name: str,
    form: str,
    company_number: str = "",
    charity_number: str = "",
    host: Organisation | None = None,
    invented: bool = False,
) -> Organisation:
    """Register a new provider. The person becomes its lead and signatory.

    Raises Refused for a name or number in the wrong format, for a name like that of a council or school on Calloff,
    and for the name or number of an existing provider (the person should ask to join that provider). Also raises
    Refused for too many registrations in a day.
    """
    name = clean_name(name, noun="Organisation name")
    _require_own_name(name)
    if form == Organisation.Form.COMPANY and not company_number.strip():
        raise Refused("Enter the company number", "company_number")
    if form == Organisation.Form.CHARITY and not charity_number.strip():
        raise Refused("Enter the charity number", "charity_number")
    company_number = clean_company_number(company_number) if company_number.strip() else ""
    charity_number = clean_charity_number(charity_number) if charity_number.strip() else ""
    provider = Organisation(
        kind=Organisation.Kind.PROVIDER,
        name=name,
        slug=_free_slug([Organisation.Kind.PROVIDER], name),
        form=form,
        company_number=company_number,
        charity_number=charity_number,
        host=host,
        invented=invented,
    )
    if not count_attempt(LimitName.PROVIDER_REGISTERED, by.pk, at=at).allowed:
        raise Refused("You have registered several organisations today. Try again tomorrow.")
    create(provider, "register", by=by, at=at)
    _know_as(provider, name)
    for role in (Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY):
        create(RoleGrant(person=by, organisation=provider, role=role, starts_at=at), "found", by=by, at=at)
    by.forget_roles()
    return provider


@transaction.atomic
def record(*, name: str, aliases: tuple[str, ...] = (), host: Organisation, by: User, at: datetime) -> Organisation:
    """Add a provider to an authority's list, with only its name.

    No one can act for the provider yet.
    """
    name, aliases = clean_name(name), tuple(clean_name(alias, noun="Other name") for alias in aliases)
    known = OrganisationName.objects.filter(key=lookalike_key(name)).select_related("organisation").first()
    if known:
        provider = known.organisation
    else:
        slug = _free_slug([Organisation.Kind.PROVIDER], name)
        provider = Organisation(kind=Organisation.Kind.PROVIDER, name=name, slug=slug, host=host)
        create(provider, "record", by=by, at=at)
        _know_as(provider, name)
    for alias in aliases:
        if not OrganisationName.objects.filter(key=lookalike_key(alias)).exists():
            _know_as(provider, alias)
    return provider


@transaction.atomic
def enter_school(
    *, urn: int, name: str, slug: str, address: str, telephone: str, host: Organisation, by: User, at: datetime
) -> Organisation:
    """Add a school from the schools register, if it is not on Calloff yet.

    No one acts for the school until someone is invited.
    """
    known = Organisation.objects.filter(urn=urn).first()
    if known:
        return known
    school = Organisation(
        kind=Organisation.Kind.SCHOOL, name=name, slug=slug, urn=urn, address=address, telephone=telephone, host=host,
        invented=host.invented,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return create(school, "enter_school", by=by, at=at)
    except (IntegrityError, Refused):  # Someone else added the school a moment ago.
        return Organisation.objects.get(urn=urn)


@transaction.atomic
def found_team(authority: Organisation, *, name: str, email: str, role: str, by: User, at: datetime) -> Organisation:
    """Create a team that buys for an authority, and invite its first person, who becomes people administrator.

    Raises Refused for a role that teams do not have, and if the invited address is the officer's own.
    """
    name = clean_name(name, noun="Name of the team", longest=100)
    if role not in TEAM_ROLES:
        raise Refused("A team cannot have this role.", "role")
    if Organisation.objects.filter(kind=Organisation.Kind.TEAM, host=authority, name__iexact=name).exists():
        raise Refused("There is already a team with this name.", "name")
    slug = _free_slug(BUYER_KINDS, f"{name[:40]} {authority.slug}")
    team = Organisation(kind=Organisation.Kind.TEAM, name=name, slug=slug, host=authority, invented=authority.invented)
    create(team, "found_team", by=by, at=at)
    invite_first_person(team, email=email, roles=[role], by=by, at=at)
    return team


def amend_details(
    organisation: Organisation, *, by: User, at: datetime, address: str, telephone: str, website: str
) -> Organisation:
    """Update an organisation's own contact details.

    Only an officer can change its name and numbers, because the authority has checked these. Raises Refused for an
    invalid telephone number or website, and for invisible characters.
    """
    wrong = (
        (find_lines_problem(address, noun="Address"), "address"),
        (find_telephone_problem(telephone), "telephone"),
        (find_website_problem(website), "website"),
    )
    if found := [Problem(sentence, field) for sentence, field in wrong if sentence]:
        raise Refused.because(found)
    with transition(organisation, "amend_details", by=by, at=at) as kept:
        kept.address, kept.telephone, kept.website = address, telephone, website
    return kept


def _require_own_name(name: str) -> None:
    """Raise Refused for a provider's name that looks like the name of an authority or school on Calloff, in any
    script.
    """
    read_as = lookalike_key(name)
    others = Organisation.objects.exclude(kind=Organisation.Kind.PROVIDER).values_list("kind", "name")
    clash = next((kind for kind, other in others.iterator() if lookalike_key(other) == read_as), None)
    if clash:
        noun = "school" if clash == Organisation.Kind.SCHOOL else "council"
        raise Refused(
            f"A {noun} on Calloff already has this name. Enter the full legal name of your own organisation.", "name"
        )


def _know_as(provider: Organisation, name: str) -> None:
    known = OrganisationName(organisation=provider, name=name, key=lookalike_key(name))
    try:
        with transaction.atomic():
            known.save()
    except IntegrityError as clash:
        raise_refused(clash)


def _free_slug(kinds: Iterable[str], name: str) -> str:
    """Return an unused URL segment for a name. If the segment is taken, add a number."""
    base = slugify(name)[:70] or "organisation"
    taken = set(Organisation.objects.filter(kind__in=kinds, slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, 10_000))] if slug not in taken)


def _la_code(code: str) -> str:
    if not re.fullmatch(r"[0-9]{3}", code):
        raise Refused("School register code must be 3 digits, for example 938", "la_code")
    return code
