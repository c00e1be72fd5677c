"""People who do not have permission: the other test people, and people who have the same roles elsewhere."""

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection

from calloff.people.permissions import AUTHORITY_ROLES, BUYER_ROLES, PROVIDER_ROLES
from tests.factories import (
    AuthorityFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    TeamFactory,
    UserFactory,
    person,
)


def everybody_but(*rightful, provider=None, authority=None, buyer=None):
    """Return one person for each role that has no permission here, and one person for each role elsewhere.

    Sides that have no part in the command are left out, because other tests try their roles.
    """
    sides = [(provider, PROVIDER_ROLES), (authority, AUTHORITY_ROLES), (buyer, BUYER_ROLES)]
    here = [(role, place) for place, roles in sides if place for role in roles]
    others = [person(role, at=place) for role, place in here if role not in rightful]
    elsewhere = [(ProviderFactory(), PROVIDER_ROLES), (AuthorityFactory(), AUTHORITY_ROLES)]
    elsewhere += [(SchoolOrganisationFactory(), BUYER_ROLES), (TeamFactory(), BUYER_ROLES)]
    return [
        *others,
        *(person(role, at=place) for place, roles in elsewhere for role in roles),
        UserFactory(name="Nobody"),
    ]


def database_rows():
    """Return a digest for each of our tables, which is the same only if the content of the table has not changed."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if model.__module__.startswith("calloff."))
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0]
    return found


def assert_denied(command, people):
    """Let each of these people try a command. Check that each attempt is refused and that nothing changes."""
    before = database_rows()
    went_further = {f"{one} ({one.email})": told for one in people if (told := _outcome_for(command, one)) != "denied"}
    assert went_further == {}
    assert database_rows() == before


def _outcome_for(command, somebody):
    try:
        command(somebody)
    except PermissionDenied:
        return "denied"
    except Exception as error:
        return repr(error)
    return "done"
