"""The doors of the public's pages: everyone may come, whoever they are."""

from calloff.directory.queries import SERVICES_PER_PART
from calloff.kernel.geography import Point
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tools.addresses import EVERYBODY, FILE, FOR_MACHINES, LEADS_ON, Address, Picture
from tools.screenshots import demand as demo_demand
from tools.screenshots import sample_records as demo
from tools.screenshots import service_pages as demo_services

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
ADDRESSES = [
    Address("GET",  "public:home",                   EVERYBODY, query="?words=council", pictures=[Picture()]),
    Address("GET",  "public:security-txt",           EVERYBODY, no_picture="a file of words"),
    Address("GET",  "public:change-password",        EVERYBODY, no_picture=LEADS_ON),
    Address("GET",  "public:favicon",                EVERYBODY, no_picture=LEADS_ON),
    Address("POST", "public:csp-report",             EVERYBODY, shows=True),
    Address("GET",  "public:help",                   EVERYBODY, pictures=[Picture()]),
    Address("GET",  "public:accessibility",          EVERYBODY, pictures=[Picture()]),
    Address("GET",  "public:privacy",                EVERYBODY, pictures=[Picture()]),
    Address("GET",  "public:cookies",                EVERYBODY, pictures=[Picture()]),
    Address("GET",  "public:messages",               NOBODY, pictures=[Picture()]),
    Address("GET",  "public:authority",              EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:markets",                EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:market",                 EVERYBODY, _market,
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-how-to-apply",    EVERYBODY, _market,
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-providers",       EVERYBODY, _market,
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-rules",           EVERYBODY, _market,
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:market-schools",         EVERYBODY, _market,
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:questions",              EVERYBODY, _market,
             pictures=[
                 Picture(where=demo.a_market("slug")),
                 Picture(where=demo.a_market_with_prices("slug"), like="with-prices"),
             ]),
    Address("GET",  "public:eligibility",            EVERYBODY, _market, query="?lots=1",
             pictures=[Picture(where=demo.a_market("slug"))]),
    Address("GET",  "public:directory",              EVERYBODY, _authority, query="?words=farm&need=SEMH&free=on",
             pictures=[
                 Picture(where=demo.a_busy_authority),
                 Picture(Role.AP_LEAD, demo.a_busy_authority, like="to-a-buyer"),
                 Picture(where=demo.a_busy_authority, query={"need": "SEMH", "age": 12}, like="filtered"),
                 Picture(where=demo.a_busy_authority, query={"words": "zeppelins"}, like="nothing-found"),
                 Picture(where=demo.a_busy_authority, query={"words": "forrest scool"}, like="spelt-wrongly"),
                 Picture(where=demo.a_busy_authority, query={"need": "SEMH", "mode": "online", "age": 6},
                         like="nothing-fits"),
             ]),
    Address("GET",  "public:directory-place",        EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("POST", "public:directory-place",        EVERYBODY, _authority, _place),
    Address("POST", "public:directory-forget-place", EVERYBODY, _authority),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("csv"), query="?need=SEMH", no_picture=FILE),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("xlsx")),
    Address("GET",  "public:directory-export",       EVERYBODY, _file("pdf"), query="?words=windmill"),
    Address("GET",  "public:directory-compare",      EVERYBODY, _authority, query=_COMPARED,
             pictures=[
                 Picture(where=demo.a_busy_authority, query=demo_demand.compared()),
                 Picture(Role.AP_LEAD, demo.a_busy_authority, query=demo_demand.compared(), like="to-a-buyer"),
                 Picture(where=demo.a_busy_authority, like="nothing"),
             ]),
    Address("GET",  "public:directory-compare-paper", EVERYBODY, _authority, query=_COMPARED, no_picture=FILE),
    Address("GET",  "public:directory-report-gap",   EVERYBODY, _authority, query="?words=zebras&need=SEMH",
             pictures=[
                 Picture(where=demo.a_busy_authority, query={"words": "swimming", "need": "ASD"}),
                 Picture(where=demo.a_busy_authority, query={"words": "swimming"}, press="Tell the council"),
             ]),
    Address("POST", "public:directory-report-gap",   EVERYBODY, _authority, _gap, query="?words=zebras&need=SEMH"),
    Address("GET",  "public:directory-report-gap-done", EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:directory-nominate",     EVERYBODY, _authority,
             pictures=[
                 Picture(where=demo.a_busy_authority),
                 Picture(where=demo.a_busy_authority, press="Send suggestion"),
             ]),
    Address("POST", "public:directory-nominate",     EVERYBODY, _authority, _nomination),
    Address("GET",  "public:directory-nominate-done", EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:service",                EVERYBODY, _service,
             pictures=[
                 Picture(where=demo.authority(demo.services, "slug")),
                 Picture(Role.AP_LEAD, demo.authority(demo.services, "slug"), like="to-a-buyer"),
                 Picture(where=demo.authority(demo_services.pictured, "slug"), like="with-pictures"),
             ]),
    Address("GET",  "public:service-paper",          EVERYBODY, _service, no_picture=FILE),
    Address("GET",  "public:service-picture",        EVERYBODY, _picture, no_picture="a picture, on public:service"),
    Address("GET",  "public:health",                 EVERYBODY, no_picture=FOR_MACHINES),
    Address("GET",  "public:robots",                 EVERYBODY, no_picture=FOR_MACHINES),
    Address("GET",  "public:sitemap",                EVERYBODY, no_picture=FOR_MACHINES),
    Address("GET",  "public:sitemap-authority",      EVERYBODY, _authority, no_picture=FOR_MACHINES),
    Address("GET",  "public:sitemap-services",       EVERYBODY, _part, no_picture=FOR_MACHINES),
    Address("GET",  "public:local-offer",            EVERYBODY, _authority, query="?words=farm&need=SEMH",
             pictures=[
                 Picture(where=demo.a_busy_authority),
                 Picture(where=demo.a_busy_authority, query={"need": "SEMH", "age": 12}, like="searched"),
                 Picture(where=demo.a_busy_authority, query={"words": "zeppelins"}, like="nothing-found"),
             ]),
    Address("GET",  "public:offer",                  EVERYBODY, _service,
             pictures=[Picture(where=demo.authority(demo.services, "slug"))]),
    Address("GET",  "public:offer-card",             EVERYBODY, _service,
             pictures=[Picture(where=demo.authority(demo.services, "slug"))]),
    Address("GET",  "api-docs:page",                 EVERYBODY, pictures=[Picture()]),
    Address("GET",  "public:open-data",              EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:providers",              EVERYBODY, _authority,
             pictures=[Picture(where=demo.a_busy_authority)]),
    Address("GET",  "public:provider",               EVERYBODY, _provider,
             pictures=[
                 Picture(where=demo.admitted_provider),
                 Picture(where=demo.printed_provider, like="on-paper"),
             ]),
]
