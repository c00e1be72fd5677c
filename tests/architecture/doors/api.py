"""The doors of the open API: everybody reads the same."""

from tests.architecture.doors import EVERYBODY, Door

# fmt: off
DOORS = [
    Door("GET", "api:services",     EVERYBODY, query="?words=farm&age=9"),
    Door("GET", "api:providers",    EVERYBODY),
    Door("GET", "api:openapi.json", EVERYBODY),
]
