"""The doors of the open API: everyone reads the same, anyone who is signed in; what needs a key opens by no session."""

from tests.architecture.endpoints import EVERYBODY, Endpoint

NOBODY: frozenset[str] = frozenset()


def _service(world):
    return (world.service.uuid,)


def _provider(world):
    return (world.authority.slug, world.provider.slug)


def _nothing(world):
    return ("nothing",)


# fmt: off
DOORS = [
    Endpoint("GET",  "api:services",       EVERYBODY, query="?words=farm&age=9"),
    Endpoint("GET",  "api:service",        EVERYBODY, _service),
    Endpoint("GET",  "api:service-places", EVERYBODY, _service),
    Endpoint("GET",  "api:providers",      EVERYBODY),
    Endpoint("GET",  "api:provider",       EVERYBODY, _provider),
    Endpoint("GET",  "api:markets",        EVERYBODY),
    Endpoint("GET",  "api:key",            NOBODY),
    Endpoint("GET",  "api:openapi.json",   EVERYBODY),
    Endpoint("GET",  "api:nothing",        NOBODY, _nothing),
    Endpoint("POST", "api:nothing",        NOBODY, _nothing),
]
