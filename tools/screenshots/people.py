"""Find people who have been invited or have asked to join, and roles that someone could end."""

from typing import Any

from django.db.models import QuerySet

from calloff.people.models import ApiKey, Invitation, JoinRequest, Organisation, RoleGrant, User
from calloff.people.permissions import AUTHORITY_ROLES, Can, Role, roles_with
from calloff.registers.models import School
from tools.addresses import FindArguments
from tools.screenshots.sample_records import FindRows, address_of


def keys_of(kind: str) -> FindRows:
    """Find API keys in force that belong to organisations of the given kind."""
    return lambda: ApiKey.objects.filter(organisation__kind=kind, status="active").select_related("organisation")


def a_school_to_join() -> tuple[Any, ...] | None:
    """Find a school in the register that has not joined Calloff."""
    here = Organisation.objects.filter(urn__isnull=False).values("urn")
    found = School.objects.open().exclude(pk__in=here).order_by("pk").first()
    return (found.pk,) if found else None


def a_school_s_colleague() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(status="active", role="finance")


def staff(*, besides: str) -> FindArguments:
    """Find a role at an authority that another person could end."""
    held = RoleGrant.objects.filter(status="active", role__in=AUTHORITY_ROLES).exclude(role=besides)
    return address_of("organisation", lambda: held, "pk")


def colleagues() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(status="active", role="provider_staff")


def join_request() -> JoinRequest | None:
    return JoinRequest.objects.waiting().select_related("person", "answerable").order_by("pk").first()


def asked() -> tuple[Any, ...] | None:
    found = join_request()
    return (found.pk,) if found else None


def asker() -> str | None:
    found = join_request()
    return found.person.email if found else None


def answerer() -> str | None:
    """Return a person who can answer the request.

    This can be anyone who can link people at the organisation that answers it.
    """
    found = join_request()
    if found is None:
        return None
    answering = found.answerable.grants.filter(role__in=roles_with(Can.LINK_PEOPLE)).select_related("person")
    first = answering.order_by("pk").first()
    return first.person.email if first else None


def slug_of_a_provider() -> tuple[Any, ...] | None:
    recorded = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).order_by("pk").first()
    return (recorded.slug,) if recorded else None


def an_invitation(kind: str, status: str) -> FindArguments:
    """Find an invitation that an organisation of the given kind sent."""

    def where() -> tuple[Any, ...] | None:
        found = Invitation.objects.filter(inviting__kind=kind, status=status).select_related("inviting")
        first = found.order_by("pk").first()
        return (first.inviting.slug, first.pk) if first else None

    return where


def a_table_of_invitations(kind: str) -> FindArguments:
    """Find the invitations that one organisation of the given kind sent from one table."""

    def where() -> tuple[Any, ...] | None:
        found = Invitation.objects.open().filter(inviting__kind=kind).exclude(batch=None).select_related("inviting")
        first = found.order_by("pk").first()
        return (first.inviting.slug, first.batch) if first else None

    return where


def _invited() -> tuple[User, Invitation] | None:
    """Return an invitation to a person who has an account and acts for the other side, with that person."""
    for one in Invitation.objects.filter(status="sent").order_by("pk"):
        person = User.objects.filter(email=one.email, grants__role__in=AUTHORITY_ROLES).first()
        if person:
            return person, one
    return None


def invited() -> str | None:
    found = _invited()
    return found[0].email if found else None


def invitation_to_answer() -> tuple[Any, ...] | None:
    found = _invited()
    return (found[1].pk,) if found else None


def _staff_role() -> RoleGrant | None:
    return (
        RoleGrant.objects.filter(role=Role.PROVIDER_STAFF, status="active")
        .select_related("person")
        .order_by("pk")
        .first()
    )


def one_of_a_provider_s_staff() -> str | None:
    found = _staff_role()
    return found.person.email if found else None


def a_role_of_staff() -> tuple[Any, ...] | None:
    found = _staff_role()
    return (found.pk,) if found else None


def a_provider_without_people() -> tuple[Any, ...] | None:
    found = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER, status="recorded").exclude(host=None)
    first = found.select_related("host").order_by("pk").first()
    return (first.host.slug, first.pk) if first and first.host else None


def schools_that_have_not_joined() -> QuerySet[School]:
    """Return the schools in the register for which no one acts, in the first authority that has any."""
    here = Organisation.objects.exclude(urn=None).values("urn")
    for one in Organisation.objects.authorities().exclude(la_code="").order_by("pk"):
        schools = School.objects.open().filter(la_code=one.la_code).exclude(urn__in=here)
        if schools.exists():
            return schools
    return School.objects.none()


def a_school_that_has_not_joined() -> tuple[Any, ...] | None:
    """Find a school in the register for which no one acts, and its authority."""
    school = schools_that_have_not_joined().order_by("urn").first()
    authority = Organisation.objects.authorities().filter(la_code=school.la_code).first() if school else None
    return (authority.slug, school.urn) if school and authority else None
