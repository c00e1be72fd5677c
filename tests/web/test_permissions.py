"""Tests that every URL declares who can open it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, reverse

from calloff.people.permissions import Can, Role
from calloff.people.reserved_slugs import RESERVED_SLUGS
from calloff.web import permissions
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, UserFactory, person


def doors(resolver=None, prefix=""):
    for one in (resolver or get_resolver()).url_patterns:
        where = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from doors(one, where)
        else:
            yield where, one.callback


@pytest.mark.parametrize(("where", "view"), list(doors()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_url_declares_who_can_open_its_page(where, view):
    assert permissions.access_of(view), f"{where} does not say who may come"


@pytest.mark.parametrize(("where", "view"), list(doors()), ids=lambda value: value if isinstance(value, str) else "")
def test_only_public_views_can_be_opened_without_signing_in(where, view):
    assert (getattr(view, "login_required", True) is False) == (permissions.access_of(view).who == "public")


@pytest.mark.parametrize("root", sorted({where.split("/")[0] for where, _ in doors()} - {""}))
def test_no_authority_can_have_a_web_address_that_is_the_same_as_one_of_our_urls(root):
    assert root in RESERVED_SLUGS or root.startswith("<authority:")


def test_each_view_declares_only_once_who_can_open_it():
    with pytest.raises(TypeError, match="twice"):
        permissions.signed_in(permissions.public(page))


@pytest.mark.django_db
def test_a_person_with_a_role_at_the_organisation_can_open_its_page():
    provider = ProviderFactory()
    request = asking(person(Role.PROVIDER_LEAD, at=provider))
    assert (
        permissions.at_organisation(permissions.PROVIDER, Can.APPLY)(page)(request, organisation=provider.slug).content
        == b"in"
    )
    assert request.organisation == provider
    assert request.roles == {Role.PROVIDER_LEAD}


@pytest.mark.django_db
def test_an_organisations_pages_return_404_for_a_person_without_a_role_there():
    provider = ProviderFactory(slug="same")
    authority = AuthorityFactory(slug="same")
    door = permissions.at_organisation(permissions.PROVIDER)(page)
    for somebody in (
        UserFactory(),
        person(Role.APPROVER, at=authority),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
    ):
        with pytest.raises(Http404):
            door(asking(somebody), organisation=provider.slug)


@pytest.mark.django_db
def test_the_page_for_missing_permission_shows_who_has_the_permission():
    authority = AuthorityFactory()
    with pytest.raises(PermissionDenied) as refusal:
        permissions.at_organisation(permissions.AUTHORITY, Can.ALLOCATE)(page)(
            asking(person(Role.EVALUATOR, at=authority)), organisation=authority.slug
        )
    assert permissions.format_who_may(refusal.value) == ["Contracts officer"]
    assert permissions.format_who_may(PermissionDenied("admit needs decide")) == ["Approver"]
    assert permissions.format_who_may(PermissionDenied("You cannot approve your own request. Ask a colleague.")) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "roles"),
    [
        (ProviderFactory, ["Provider lead"]),
        (SchoolOrganisationFactory, ["Head or signatory", "People administrator"]),
        (AuthorityFactory, ["Administrator"]),
    ],
)
def test_the_refusal_page_does_not_show_roles_at_another_organisation(make, roles):
    refusal = permissions.ActionNotPermitted(Can.MANAGE_PEOPLE)
    assert permissions.format_who_may(refusal, make()) == roles


@pytest.mark.django_db
def test_the_refusal_page_shows_the_roles_that_have_the_permission():
    refusal = permissions.ActionNotPermitted(Can.ALLOCATE)
    assert permissions.format_who_may(refusal, ProviderFactory()) == ["Contracts officer"]


@pytest.mark.django_db
def test_a_page_for_signed_in_people_redirects_others_to_sign_in(client):
    response = client.get(reverse("account:home"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account:sign-in"))


def page(request):
    return HttpResponse("in")


def asking(somebody):
    request = RequestFactory().get("/")
    request.user, request.now = somebody, NOW
    return request
