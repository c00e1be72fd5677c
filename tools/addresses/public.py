"""The endpoints of public pages, which everyone can open."""

from calloff.directory.queries import SERVICES_PER_PART
from calloff.kernel.geography import Point
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tools.addresses import EVERYBODY, FILE, FOR_MACHINES, LEADS_ON, Address, Photo
from tools.screenshots import demand as demo_demand
from tools.screenshots import people as demo_people
from tools.screenshots import sample_records as demo
from tools.screenshots import service_pages as demo_services

# This page exists only in a demonstration, and the tests do not run as a demonstration.
NOBODY: frozenset[str] = frozenset()


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
ADDRESSES = [
    Address("GET",  "public:home",                   EVERYBODY, query="?words=council", photos=[Photo()]),
    Address("GET",  "public:security-txt",           EVERYBODY, no_photo="a file of words"),
    Address("GET",  "public:change-password",        EVERYBODY, no_photo=LEADS_ON),
    Address("GET",  "public:favicon",                EVERYBODY, no_photo=LEADS_ON),
    Address("POST", "public:csp-report",             EVERYBODY, shows=True),
    Address("GET",  "public:help",                   EVERYBODY, photos=[Photo()]),
    Address("GET",  "public:accessibility",          EVERYBODY, photos=[Photo()]),
    Address("GET",  "public:privacy",                EVERYBODY, photos=[Photo()]),
    Address("GET",  "public:cookies",                EVERYBODY, photos=[Photo()]),
    Address("GET",  "public:messages",               NOBODY, photos=[Photo()]),
    Address("GET",  "public:authority",              EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:markets",                EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:market",                 EVERYBODY, _market,
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-how-to-apply",    EVERYBODY, _market,
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-apply",           EVERYBODY, _market,
             photos=[Photo(demo_people.invited, demo.a_market("slug"))]),
    Address("GET",  "public:market-providers",       EVERYBODY, _market,
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-rules",           EVERYBODY, _market,
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-schools",         EVERYBODY, _market,
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:questions",              EVERYBODY, _market,
             photos=[
                 Photo(where=demo.a_market("slug")),
                 Photo(where=demo.a_market_with_prices("slug"), like="with-prices"),
             ]),
    Address("GET",  "public:eligibility",            EVERYBODY, _market, query="?lots=1",
             photos=[Photo(where=demo.a_market("slug"))]),
    Address("GET",  "public:directory",              EVERYBODY, _authority, query="?words=farm&need=SEMH&free=on",
             photos=[
                 Photo(where=demo.a_busy_authority),
                 Photo(Role.AP_LEAD, demo.a_busy_authority, like="to-a-buyer"),
                 Photo(where=demo.a_busy_authority, query={"need": "SEMH", "age": 12}, like="filtered"),
                 Photo(where=demo.a_busy_authority, query={"words": "zeppelins"}, like="nothing-found"),
                 Photo(where=demo.a_busy_authority, query={"words": "forrest scool"}, like="spelt-wrongly"),
                 Photo(where=demo.a_busy_authority, query={"need": "SEMH", "mode": "online", "age": 6},
                         like="nothing-fits"),
             ]),
    Address("GET",  "public:directory-suggestions",  EVERYBODY, _authority, query="?words=farm", no_photo=FILE),
    Address("GET",  "public:directory-place",        EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("POST", "public:directory-place",        EVERYBODY, _authority, _place),
    Address("POST", "public:directory-forget-place", EVERYBODY, _authority),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("csv"), query="?need=SEMH", no_photo=FILE),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("xlsx")),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("pdf"), query="?words=windmill"),
    Address("GET",  "public:directory-compare",      EVERYBODY, _authority, query=_COMPARED,
             photos=[
                 Photo(where=demo.a_busy_authority, query=demo_demand.compared()),
                 Photo(Role.AP_LEAD, demo.a_busy_authority, query=demo_demand.compared(), like="to-a-buyer"),
                 Photo(where=demo.a_busy_authority, like="nothing"),
             ]),
    Address("GET",  "public:directory-compare-paper", EVERYBODY, _authority, query=_COMPARED, no_photo=FILE),
    Address("GET",  "public:directory-report-gap",   EVERYBODY, _authority, query="?words=zebras&need=SEMH",
             photos=[
                 Photo(where=demo.a_busy_authority, query={"words": "swimming", "need": "ASD"}),
                 Photo(where=demo.a_busy_authority, query={"words": "swimming"}, press="Tell the council"),
             ]),
    Address("POST", "public:directory-report-gap",   EVERYBODY, _authority, _gap, query="?words=zebras&need=SEMH"),
    Address("GET",  "public:directory-report-gap-done", EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:directory-nominate",     EVERYBODY, _authority,
             photos=[
                 Photo(where=demo.a_busy_authority),
                 Photo(where=demo.a_busy_authority, press="Send suggestion"),
             ]),
    Address("POST", "public:directory-nominate",     EVERYBODY, _authority, _nomination),
    Address("GET",  "public:directory-nominate-done", EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:service",                EVERYBODY, _service,
             photos=[
                 Photo(where=demo.authority(demo.services, "slug")),
                 Photo(Role.AP_LEAD, demo.authority(demo.services, "slug"), like="to-a-buyer"),
                 Photo(where=demo.authority(demo_services.pictured, "slug"), like="with-pictures"),
             ]),
    Address("GET",  "public:service-paper",          EVERYBODY, _service, no_photo=FILE),
    Address("GET",  "public:service-picture",        EVERYBODY, _picture, no_photo="a picture, on public:service"),
    Address("GET",  "public:health",                 EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "public:robots",                 EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "public:sitemap",                EVERYBODY, no_photo=FOR_MACHINES),
    Address("GET",  "public:sitemap-authority",      EVERYBODY, _authority, no_photo=FOR_MACHINES),
    Address("GET",  "public:sitemap-services",       EVERYBODY, _part, no_photo=FOR_MACHINES),
    Address("GET",  "public:local-offer",            EVERYBODY, _authority, query="?words=farm&need=SEMH",
             photos=[
                 Photo(where=demo.a_busy_authority),
                 Photo(where=demo.a_busy_authority, query={"need": "SEMH", "age": 12}, like="searched"),
                 Photo(where=demo.a_busy_authority, query={"words": "zeppelins"}, like="nothing-found"),
             ]),
    Address("GET",  "public:offer",                  EVERYBODY, _service,
             photos=[Photo(where=demo.authority(demo.services, "slug"))]),
    Address("GET",  "public:offer-card",             EVERYBODY, _service,
             photos=[Photo(where=demo.authority(demo.services, "slug"))]),
    Address("GET",  "api-docs:page",                 EVERYBODY, photos=[Photo()]),
    Address("GET",  "public:open-data",              EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:providers",              EVERYBODY, _authority,
             photos=[Photo(where=demo.a_busy_authority)]),
    Address("GET",  "public:provider",               EVERYBODY, _provider,
             photos=[
                 Photo(where=demo.admitted_provider),
                 Photo(where=demo.printed_provider, like="on-paper"),
             ]),
]
