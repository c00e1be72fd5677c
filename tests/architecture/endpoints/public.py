"""The doors of the public's pages: everybody may come, whoever they are."""

from calloff.directory.queries import IN_A_PART
from calloff.kernel.geography import Point
from calloff.registers.models import Postcode
from tests.architecture.endpoints import EVERYBODY, Door

NOBODY: frozenset[str] = frozenset()  # it is there on a demonstration alone, which the walk is not


def _authority(world):
    return (world.authority.slug,)


def _place(world):
    Postcode.objects.get_or_create(postcode="BN11 1LG", defaults={"position": Point(514_500, 102_600)})
    return {"postcode": "BN11 1LG"}


def _market(world):
    return (world.authority.slug, world.market.slug)


def _provider(world):
    return (world.authority.slug, world.provider.slug)


def _picture(world):
    return (world.authority.slug, world.service.slug, world.picture.pk)


def _service(world):
    return (world.authority.slug, world.service.slug)


def _file(kind):
    return lambda world: (world.authority.slug, kind)


def _gap(world):
    return {"who": "family", "said": "Something with animals, twice a week.", "email": "somebody@example.org"}


def _nomination(world):
    return {
        "who": "school",
        "name": "Bridge Farm",
        "website": "https://bridge-farm.example",
        "offers": "Days on a farm.",
    }


_COMPARED = "?s=compared-one&s=compared-two&s=compared-gone"


def _part(world):
    return (world.authority.slug, world.service.pk // IN_A_PART)


# fmt: off
DOORS = [
    Door("GET",  "public:home",                   EVERYBODY, query="?words=council"),
    Door("GET",  "public:security-txt",           EVERYBODY),
    Door("GET",  "public:change-password",        EVERYBODY),
    Door("GET",  "public:favicon",                EVERYBODY),
    Door("POST", "public:csp-report",             EVERYBODY, shows=True),
    Door("GET",  "public:help",                   EVERYBODY),
    Door("GET",  "public:accessibility",          EVERYBODY),
    Door("GET",  "public:privacy",                EVERYBODY),
    Door("GET",  "public:cookies",                EVERYBODY),
    Door("GET",  "public:messages",               NOBODY),
    Door("GET",  "public:authority",              EVERYBODY, _authority),
    Door("GET",  "public:markets",                EVERYBODY, _authority),
    Door("GET",  "public:market",                 EVERYBODY, _market),
    Door("GET",  "public:questions",              EVERYBODY, _market),
    Door("GET",  "public:eligibility",            EVERYBODY, _market, query="?lots=1"),
    Door("GET",  "public:directory",              EVERYBODY, _authority, query="?words=farm&need=SEMH&free=on"),
    Door("GET",  "public:directory-place",        EVERYBODY, _authority),
    Door("POST", "public:directory-place",        EVERYBODY, _authority, _place),
    Door("POST", "public:directory-forget-place", EVERYBODY, _authority),
    Door("GET",  "public:directory-export",       EVERYBODY, _file("csv"), query="?need=SEMH"),
    Door("GET",  "public:directory-export",       EVERYBODY, _file("xlsx")),
    Door("GET",  "public:directory-export",       EVERYBODY, _file("pdf"), query="?words=windmill"),
    Door("GET",  "public:directory-compare",      EVERYBODY, _authority, query=_COMPARED),
    Door("GET",  "public:directory-compare-paper", EVERYBODY, _authority, query=_COMPARED),
    Door("GET",  "public:directory-report-gap",   EVERYBODY, _authority, query="?words=zebras&need=SEMH"),
    Door("POST", "public:directory-report-gap",   EVERYBODY, _authority, _gap, query="?words=zebras&need=SEMH"),
    Door("GET",  "public:directory-report-gap-done", EVERYBODY, _authority),
    Door("GET",  "public:directory-nominate",     EVERYBODY, _authority),
    Door("POST", "public:directory-nominate",     EVERYBODY, _authority, _nomination),
    Door("GET",  "public:directory-nominate-done", EVERYBODY, _authority),
    Door("GET",  "public:service",                EVERYBODY, _service),
    Door("GET",  "public:service-paper",          EVERYBODY, _service),
    Door("GET",  "public:service-picture",        EVERYBODY, _picture),
    Door("GET",  "public:health",                 EVERYBODY),
    Door("GET",  "public:robots",                 EVERYBODY),
    Door("GET",  "public:sitemap",                EVERYBODY),
    Door("GET",  "public:sitemap-authority",      EVERYBODY, _authority),
    Door("GET",  "public:sitemap-services",       EVERYBODY, _part),
    Door("GET",  "public:local-offer",            EVERYBODY, _authority, query="?words=farm&need=SEMH"),
    Door("GET",  "public:offer",                  EVERYBODY, _service),
    Door("GET",  "public:offer-card",             EVERYBODY, _service),
    Door("GET",  "api-docs:page",                 EVERYBODY),
    Door("GET",  "public:open-data",              EVERYBODY, _authority),
    Door("GET",  "public:providers",              EVERYBODY, _authority),
    Door("GET",  "public:provider",               EVERYBODY, _provider),
]
