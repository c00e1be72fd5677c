"""The endpoints of the Open Referral UK feed, in which everyone can read the same data."""

from calloff.oruk.entry_numbers import number_new_entries
from calloff.oruk.taxonomy_terms import TAXONOMIES, TERMS
from tests.factories import NOW
from tools.addresses import EVERYBODY, FOR_MACHINES, Address


def _numbered(client, world, name):
    """Add the services in the test data to the feed, as the scheduled job does every minute."""
    number_new_entries(NOW)


def _service(world):
    return (world.service.uuid,)


def _at_site(world):
    return (world.service.at_sites.first().uuid,)


# fmt: off
ADDRESSES = [
    Address("GET", "oruk:about",      EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET", "oruk:services",   EVERYBODY, query="?search=farm&minimum_age=1&day=MO", before=_numbered,
             no_photo=FOR_MACHINES),
    Address("GET", "oruk:service",    EVERYBODY, _service, before=_numbered, no_photo=FOR_MACHINES),
    Address("GET", "oruk:taxonomies", EVERYBODY, before=_numbered, no_photo=FOR_MACHINES),
    Address("GET", "oruk:taxonomy",   EVERYBODY, lambda world: (TAXONOMIES[0].id,), no_photo=FOR_MACHINES),
    Address("GET", "oruk:terms",      EVERYBODY, before=_numbered, no_photo=FOR_MACHINES),
    Address("GET", "oruk:term",       EVERYBODY, lambda world: (TERMS[0].id,), no_photo=FOR_MACHINES),
    Address("GET", "oruk:locations",  EVERYBODY, query="?postcode=BN11+1LG&proximity=5000", before=_numbered,
             no_photo=FOR_MACHINES),
    Address("GET", "oruk:location",   EVERYBODY, _at_site, before=_numbered, no_photo=FOR_MACHINES),
    Address("GET", "oruk:nothing",    frozenset(), lambda world: ("organizations",),
             no_photo=FOR_MACHINES),  # If the record does not exist, this returns 404.
]
