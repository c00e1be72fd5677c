"""The doors of the Open Referral UK feed: everyone reads the same."""

from calloff.oruk.entry_numbers import number_new_entries
from calloff.oruk.taxonomy_terms import TAXONOMIES, TERMS
from tests.architecture.endpoints import EVERYBODY, Endpoint
from tests.factories import NOW


def _numbered(client, world, name):
    """Let the world's services stand in the feed, as the rota does each minute."""
    number_new_entries(NOW)


def _service(world):
    return (world.service.uuid,)


def _at_site(world):
    return (world.service.at_sites.first().uuid,)


# fmt: off
DOORS = [
    Endpoint("GET", "oruk:about",      EVERYBODY),
    Endpoint("GET", "oruk:services",   EVERYBODY, query="?search=farm&minimum_age=1&day=MO", before=_numbered),
    Endpoint("GET", "oruk:service",    EVERYBODY, _service, before=_numbered),
    Endpoint("GET", "oruk:taxonomies", EVERYBODY, before=_numbered),
    Endpoint("GET", "oruk:taxonomy",   EVERYBODY, lambda world: (TAXONOMIES[0].id,)),
    Endpoint("GET", "oruk:terms",      EVERYBODY, before=_numbered),
    Endpoint("GET", "oruk:term",       EVERYBODY, lambda world: (TERMS[0].id,)),
    Endpoint("GET", "oruk:locations",  EVERYBODY, query="?postcode=BN11+1LG&proximity=5000", before=_numbered),
    Endpoint("GET", "oruk:location",   EVERYBODY, _at_site, before=_numbered),
    Endpoint("GET", "oruk:nothing",    frozenset(), lambda world: ("organizations",)),  # what is not there says so: 404
]
