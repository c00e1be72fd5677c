"""Declarations that say who can open a view. Each view has exactly one of these declarations, which a test checks for
every URL.

    @public                                     anyone
    @public_at_authority                        anyone, on the pages under /<authority:authority>/
    @signed_in                                  anyone with an account
    @before_second_factor                       the same, before they have passed their second step
    @while_setting_up                           the same, while they have no second step
    @at_organisation(PROVIDER, Can.APPLY)       people with a role at the organisation in the path (else 404) and the
                                                permission there (else 403, with the roles that have it); BUYER means
                                                a school or a team

Two more decorators can be written above a declaration. `@step_up` requires that the person signed in within the last
five minutes, or gave a password or second step again within the last 15 minutes (`step_up_verbs.py` lists the verbs).
`@with_pin` also allows people who have given only a PIN, on pages that shorten children's names.

If a narrower role, for example in one market, can give the permission, do not name the permission in the declaration.
Then any role at the organisation opens the page, and the command checks the life-cycle table.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from calloff.markets import queries as markets
from calloff.partners import school_lookup
from calloff.people import queries
from calloff.people.models import Organisation, User
from calloff.people.permissions import ROLES_BY_KIND, Can, roles_with
from calloff.people.view_access import ViewAccess
from calloff.web.session import saved_submissions
from calloff.web.session.double_submission import answered_once

PROVIDER = Organisation.Kind.PROVIDER
BUYER = "buyer"  # a school or an authority's team, because both have the path /buyers/
AUTHORITY = Organisation.Kind.AUTHORITY
KINDS_OF_AUDIENCE = {BUYER: (Organisation.Kind.SCHOOL, Organisation.Kind.TEAM)}
PROOF_METHODS = (
    "password",
    "mfa",
    "email_code",
    "socialaccount",
)  # ways of signing in, which do not include a password reset


class ActionNotPermitted(PermissionDenied):
    """Raised if the person can see the record but is not allowed to do this.

    The page lists the roles that are allowed.
    """

    def __init__(self, *permissions: str) -> None:
        super().__init__(f"needs {' or '.join(permissions)}")
        self.permissions = permissions


class ConflictOfInterest(PermissionDenied):
    """Raised if the person acts for the other side of this record.

    The page tells the person this, and lists colleagues who can take over.
    """

    def __init__(self, record: Any, party: Any, colleagues: list[str]) -> None:
        super().__init__("acts for the other organisation")
        self.record, self.party, self.colleagues = record, party, colleagues


def access_of(view: Any) -> ViewAccess | None:
    """Return a view's access declaration, or None if it has none."""
    access = getattr(view, "access", None)
    return access if isinstance(access, ViewAccess) else None


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    return login_not_required(_declared(view, view, ViewAccess("public", before_second_factor=True)))


def public_at_authority(view: Callable[..., Any]) -> Callable[..., Any]:
    """Allow everyone, and set `request.organisation` to the authority in the path.

    Raises Http404 if there is none.
    """

    def at_authority(request: Any, authority: str, *args: Any, **kwargs: Any) -> Any:
        request.organisation = queries.find_authority(authority)
        if request.organisation is None:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(_declared(view, at_authority, ViewAccess("public", before_second_factor=True)))


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    return _declared(view, view, ViewAccess("signed in"))


def before_second_factor(view: Callable[..., Any]) -> Callable[..., Any]:
    """Allow signed-in people who have not passed their second step.

    This is for the pages that ask for it and for signing out.
    """
    return _declared(view, view, ViewAccess("signed in", before_second_factor=True))


def while_setting_up(view: Callable[..., Any]) -> Callable[..., Any]:
    """Allow signed-in people who have not set up a second step yet.

    People with a second step must give it before they add another.
    """
    return _declared(view, view, ViewAccess("signed in", before_second_factor=True, sets_up=True))


def with_pin(view: Callable[..., Any]) -> Callable[..., Any]:
    """Also allow people who gave a PIN on a known device instead of their second step.

    Write it above the declaration.
    """
    declared: Any = view
    declared.access = replace(declared.access, with_pin=True)
    return view


def at_organisation(
    kind: str, *permissions: str, market_roles: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Allow people with a role at the organisation in the path, given as `<slug:organisation>`.

    If permissions are given, the person needs one of them. With `market_roles`, a role in one market is also enough.
    Use that only for pages that show nothing about markets in which the person has no role. Sets request.organisation
    and request.roles. Raises Http404 for people without a role there, and ActionNotPermitted for people without the
    permission.
    """

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        def there(request: Any, organisation: str, *args: Any, **kwargs: Any) -> Any:
            acting_for = Organisation.objects.filter(
                kind__in=KINDS_OF_AUDIENCE.get(kind, (kind,)), slug=organisation
            ).first()
            roles = request.user.roles_at(acting_for, request.now)
            if acting_for is None or not roles:
                if kind == BUYER and (there_now := _moved(request, organisation)):
                    return redirect(there_now)
                raise Http404
            request.organisation, request.roles = acting_for, frozenset(roles)
            if not _is_permitted(request.user, declared, acting_for, request.now):
                raise ActionNotPermitted(*permissions)
            return view(request, *args, **kwargs)

        return _declared(view, there, declared)

    declared = ViewAccess(kind, permissions, market_roles=market_roles)
    return declare


def _is_permitted(person: User, access: ViewAccess, organisation: Organisation, at: datetime) -> bool:
    """Return whether a person with a role at an organisation has one of a view's permissions."""
    return (
        not access.needs
        or any(person.can(permission, organisation=organisation, at=at) for permission in access.needs)
        or (
            access.market_roles
            and any(
                markets.has_market_permission(person, permission, authority=organisation, at=at)
                for permission in access.needs
            )
        )
    )


def would_let_in(view: Any, request: Any, person: int, where: Mapping[str, Any]) -> bool:
    """Return whether a person who has been signed out is allowed to open a page.

    Answers are saved only for pages that they are allowed to open.
    """
    user = User.objects.filter(pk=person, is_active=True).first()
    access = access_of(view)
    if user is None or access is None:
        return False
    if access.who not in {PROVIDER, BUYER, AUTHORITY}:
        return True
    kinds = KINDS_OF_AUDIENCE.get(access.who, (access.who,))
    organisation = Organisation.objects.filter(kind__in=kinds, slug=where.get("organisation", "")).first()
    if organisation is None or not user.roles_at(organisation, request.now):
        return False
    return _is_permitted(user, access, organisation, request.now)


def step_up(view: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for a password or second step again unless the person gave one recently, then return to this page.

    Write it above the declaration. If the person submitted a form, it is saved and shown again, but never submitted
    automatically.
    """

    @wraps(view)
    def again(request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not has_proof_of_identity(request):
            back = request.get_full_path()
            if request.method == "POST":
                token = saved_submissions.save_submission(request, person=request.user.pk)
                back = (
                    f"{request.path}?{urlencode({saved_submissions.SAVED_PARAMETER: token})}" if token else request.path
                )
            return redirect(f"{reverse('account_reauthenticate')}?next={quote(back)}")
        return view(request, *args, **kwargs)

    stepped: Any = again
    stepped.steps_up = True
    return again


def has_proof_of_identity(request: Any) -> bool:
    """Return whether the person signed in recently, or gave a password or second step again recently."""
    from allauth.account.internal.flows.login import get_authentication_records  # noqa: PLC0415  (models)

    proofs = [
        record for record in get_authentication_records(request, request.user) if record.get("method") in PROOF_METHODS
    ]
    return any(0 <= time.time() - proof["at"] < _counts_for(proof) for proof in proofs)


def _counts_for(proof: dict[str, Any]) -> int:
    return int(
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT if proof.get("reauthenticated") else settings.SIGNING_IN_COUNTS_FOR
    )


def format_who_may(refusal: PermissionDenied | None, organisation: Organisation | None = None) -> list[str]:
    """List, for the 403 page, the roles with the permission to which a refusal refers.

    On an organisation's page, these are its own roles, unless only people elsewhere have the permission.
    """
    permissions = getattr(refusal, "permissions", ())
    if not permissions and refusal and refusal.args:
        # the text of an error in a transition: “assign needs allocate”
        permissions = (str(refusal.args[0]).rpartition("needs ")[2],)
    known = [Can(permission) for permission in permissions if permission in set(Can)]
    roles = list(dict.fromkeys(role for permission in known for role in roles_with(permission)))
    own = [role for role in roles if organisation and role in ROLES_BY_KIND.get(organisation.kind, ())]
    return [str(role.label) for role in own or roles]


def _moved(request: Any, slug: str) -> str | None:
    """Return a school page's new URL, after its slug changed or another school succeeded it.

    It works only for GET, and only for people who act for that school. For everyone else, the result is None.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    acting = (
        organisation
        for organisation in school_lookup.organisations_now_at(slug)
        if request.user.roles_at(organisation, request.now)
    )
    school = next(acting, None)
    return request.get_full_path().replace(f"/buyers/{slug}/", f"/buyers/{school.slug}/", 1) if school else None


def _declared(view: Callable[..., Any], wrapper: Callable[..., Any], access: ViewAccess) -> Callable[..., Any]:
    if access_of(view):
        raise TypeError(f"{view.__name__} declares twice who may come.")
    if wrapper is view:

        def wrapper(request: Any, *args: Any, **kwargs: Any) -> Any:
            return view(request, *args, **kwargs)

    # cookies that allauth sets belong to its own response, which must therefore not be repeated
    changes_who_is_signed_in = view.__module__.startswith("allauth.")
    declared: Any = wraps(view)(wrapper if changes_who_is_signed_in else answered_once(wrapper))
    declared.access = access
    return declared  # type: ignore[no-any-return]
