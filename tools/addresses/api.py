"""The endpoints of the open API.

Everyone can read the same data, whether they are signed in or not. A session gives no access if an API key is needed.
"""

from tools.addresses import EVERYBODY, FOR_MACHINES, Address

NOBODY: frozenset[str] = frozenset()


def _service(world):
    return (world.service.uuid,)


def _provider(world):
    return (world.authority.slug, world.provider.slug)


def _nothing(world):
    return ("nothing",)


# fmt: off
ADDRESSES = [
    Address("GET",  "api:services",       EVERYBODY, query="?words=farm&age=9", no_photo=FOR_MACHINES),
    Address("GET",  "api:service",        EVERYBODY, _service, no_photo=FOR_MACHINES),
    Address("GET",  "api:service-places", EVERYBODY, _service, no_photo=FOR_MACHINES),
    Address("GET",  "api:providers",      EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "api:provider",       EVERYBODY, _provider, no_photo=FOR_MACHINES),
    Address("GET",  "api:markets",        EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "api:key",            NOBODY, no_photo=FOR_MACHINES),
    Address("GET",  "api:openapi.json",   EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "api:nothing",        NOBODY, _nothing, no_photo=FOR_MACHINES),
    Address("POST", "api:nothing",        NOBODY, _nothing),
]
