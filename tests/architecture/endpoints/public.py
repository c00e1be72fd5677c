"""The doors of the public's pages: everyone may come, whoever they are."""

from calloff.directory.queries import SERVICES_PER_PART
from calloff.kernel.geography import Point
from calloff.registers.models import Postcode
from tests.architecture.endpoints import EVERYBODY, Endpoint

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
    return (world.authority.slug, world.service.pk // SERVICES_PER_PART)


# fmt: off
DOORS = [
    Endpoint("GET",  "public:home",                   EVERYBODY, query="?words=council"),
    Endpoint("GET",  "public:security-txt",           EVERYBODY),
    Endpoint("GET",  "public:change-password",        EVERYBODY),
    Endpoint("GET",  "public:favicon",                EVERYBODY),
    Endpoint("POST", "public:csp-report",             EVERYBODY, shows=True),
    Endpoint("GET",  "public:help",                   EVERYBODY),
    Endpoint("GET",  "public:accessibility",          EVERYBODY),
    Endpoint("GET",  "public:privacy",                EVERYBODY),
    Endpoint("GET",  "public:cookies",                EVERYBODY),
    Endpoint("GET",  "public:messages",               NOBODY),
    Endpoint("GET",  "public:authority",              EVERYBODY, _authority),
    Endpoint("GET",  "public:markets",                EVERYBODY, _authority),
    Endpoint("GET",  "public:market",                 EVERYBODY, _market),
    Endpoint("GET",  "public:market-how-to-apply",    EVERYBODY, _market),
    Endpoint("GET",  "public:market-providers",       EVERYBODY, _market),
    Endpoint("GET",  "public:market-rules",           EVERYBODY, _market),
    Endpoint("GET",  "public:market-schools",         EVERYBODY, _market),
    Endpoint("GET",  "public:questions",              EVERYBODY, _market),
    Endpoint("GET",  "public:eligibility",            EVERYBODY, _market, query="?lots=1"),
    Endpoint("GET",  "public:directory",              EVERYBODY, _authority, query="?words=farm&need=SEMH&free=on"),
    Endpoint("GET",  "public:directory-place",        EVERYBODY, _authority),
    Endpoint("POST", "public:directory-place",        EVERYBODY, _authority, _place),
    Endpoint("POST", "public:directory-forget-place", EVERYBODY, _authority),
    Endpoint("GET",  "public:directory-export",       EVERYBODY, _file("csv"), query="?need=SEMH"),
    Endpoint("GET",  "public:directory-export",       EVERYBODY, _file("xlsx")),
    Endpoint("GET",  "public:directory-export",       EVERYBODY, _file("pdf"), query="?words=windmill"),
    Endpoint("GET",  "public:directory-compare",      EVERYBODY, _authority, query=_COMPARED),
    Endpoint("GET",  "public:directory-compare-paper", EVERYBODY, _authority, query=_COMPARED),
    Endpoint("GET",  "public:directory-report-gap",   EVERYBODY, _authority, query="?words=zebras&need=SEMH"),
    Endpoint("POST", "public:directory-report-gap",   EVERYBODY, _authority, _gap, query="?words=zebras&need=SEMH"),
    Endpoint("GET",  "public:directory-report-gap-done", EVERYBODY, _authority),
    Endpoint("GET",  "public:directory-nominate",     EVERYBODY, _authority),
    Endpoint("POST", "public:directory-nominate",     EVERYBODY, _authority, _nomination),
    Endpoint("GET",  "public:directory-nominate-done", EVERYBODY, _authority),
    Endpoint("GET",  "public:service",                EVERYBODY, _service),
    Endpoint("GET",  "public:service-paper",          EVERYBODY, _service),
    Endpoint("GET",  "public:service-picture",        EVERYBODY, _picture),
    Endpoint("GET",  "public:health",                 EVERYBODY),
    Endpoint("GET",  "public:robots",                 EVERYBODY),
    Endpoint("GET",  "public:sitemap",                EVERYBODY),
    Endpoint("GET",  "public:sitemap-authority",      EVERYBODY, _authority),
    Endpoint("GET",  "public:sitemap-services",       EVERYBODY, _part),
    Endpoint("GET",  "public:local-offer",            EVERYBODY, _authority, query="?words=farm&need=SEMH"),
    Endpoint("GET",  "public:offer",                  EVERYBODY, _service),
    Endpoint("GET",  "public:offer-card",             EVERYBODY, _service),
    Endpoint("GET",  "api-docs:page",                 EVERYBODY),
    Endpoint("GET",  "public:open-data",              EVERYBODY, _authority),
    Endpoint("GET",  "public:providers",              EVERYBODY, _authority),
    Endpoint("GET",  "public:provider",               EVERYBODY, _provider),
]
