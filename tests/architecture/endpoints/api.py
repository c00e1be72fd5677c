"""The doors of the open API: everybody reads the same, whoever is signed in; what needs a key opens by no session."""

from tests.architecture.endpoints import EVERYBODY, Door

NOBODY: frozenset[str] = frozenset()


def _service(world):
    return (world.service.uuid,)


def _provider(world):
    return (world.authority.slug, world.provider.slug)


def _nothing(world):
    return ("nothing",)


# fmt: off
DOORS = [
    Door("GET",  "api:services",       EVERYBODY, query="?words=farm&age=9"),
    Door("GET",  "api:service",        EVERYBODY, _service),
    Door("GET",  "api:service-places", EVERYBODY, _service),
    Door("GET",  "api:providers",      EVERYBODY),
    Door("GET",  "api:provider",       EVERYBODY, _provider),
    Door("GET",  "api:markets",        EVERYBODY),
    Door("GET",  "api:key",            NOBODY),
    Door("GET",  "api:openapi.json",   EVERYBODY),
    Door("GET",  "api:nothing",        NOBODY, _nothing),
    Door("POST", "api:nothing",        NOBODY, _nothing),
]
