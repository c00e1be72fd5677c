"""The endpoints with which a provider manages its sites, services, prices and pictures."""

from calloff.people.permissions import Role
from tests.documents.sample_files import upload
from tests.factories_directory import photograph
from tests.web.sample_archives import zip_of_services
from tools.addresses import SPREADSHEET, Address, Photo
from tools.addresses.provider_arguments import KEEPERS, asks, at, reads
from tools.screenshots import sample_records as demo
from tools.screenshots import service_pages as demo_services


def a_part(world):
    return (world.provider.slug, world.service.pk, "when")


def site(world):
    return {"name": "The barn", "address": "Mill Lane", "town": "Felpersham", "postcode": "BN11 1LG", "access": ""}


def service(world):
    return {
        "member": world.member.reference, "site": world.site.pk, "name": "Barn days", "summary": "Animals.",
        "description": "Caring for animals.", "mode": "group", "age_from": "8", "age_to": "14", "needs": ["SEMH"],
        "week-1-days": ["mon"], "hours": "", "staff": "1", "children": "4", "places": "3",
    }  # fmt: skip


def price(world):
    day = {"starts_on-day": "1", "starts_on-month": "4", "starts_on-year": "2026"}
    return {"unit": "hour", "amount": "45.00", "vat": "exempt", **day}


def a_version(world):
    return (world.provider.slug, world.service.pk, world.version.pk)


def picture(world):
    return {"file": upload("goat.jpg", photograph()), "words": "A goat by a gate", "may_publish": "on"}


def directory(world):
    """Return a directory with one service. The import leaves this service out, because it is not active."""
    file = upload("services.zip", zip_of_services(status="inactive"))
    return {"authority": world.authority.slug, "file": file, "do": "import"}


def rise(world):
    day = {"index_on-day": "18", "index_on-month": "2", "index_on-year": "2026"}
    return {"percent": "3.4", **day}


LAST_DAY = {"ends_on-day": "31", "ends_on-month": "12", "ends_on-year": "2026"}

ADDRESSES: list[Address] = [
    reads("sites", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks("site-add", who=KEEPERS, sends=site, photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "site-amend",
        at("site", "pk"),
        KEEPERS,
        site,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(lambda: demo.services().filter(site__isnull=False), "site__pk")),
        ],
    ),
    *asks(
        "site-close",
        at("unused_site", "pk"),
        KEEPERS,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(lambda: demo.services().filter(site__isnull=False), "site__pk")),
        ],
    ),
    reads("services", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("services-export", no_photo=SPREADSHEET),
    *asks("service-add", who=KEEPERS, sends=service, photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks("services-import", who=KEEPERS, sends=directory, photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads(
        "service",
        at("service", "pk"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk")),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.changes(), "service__pk"), like="with-a-change"),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo_services.changes("refused"), "service__pk"),
                like="with-a-refusal",
            ),
        ],
    ),
    *asks(
        "service-amend",
        a_part,
        KEEPERS,
        lambda world: {"week-1-days": ["mon"], "week-1-starts": "9am", "week-1-ends": "2pm"},
        photos=[
            *(
                Photo(Role.PROVIDER_LEAD, demo.service_part(part), like=part)
                for part in ("what", "whom", "where", "when", "how", "registration")
            ),
        ],
    ),
    *asks(
        "service-withdraw",
        at("service", "pk"),
        KEEPERS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk"))],
    ),
    *asks(
        "service-places",
        at("service", "pk"),
        KEEPERS,
        lambda world: {"places": "2"},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk"))],
    ),
    *asks(
        "service-set-price",
        at("service", "pk"),
        KEEPERS,
        price,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk"))],
    ),
    reads(
        "service-history",
        at("service", "pk"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk"))],
    ),
    *asks(
        "price-end",
        at("price", "pk"),
        KEEPERS,
        lambda world: LAST_DAY,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(lambda: demo.services().filter(prices__line=""), "prices__pk")),
        ],
    ),
    reads("free-places", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("service-prices", at("service", "pk"), photos=[Photo(Role.PROVIDER_LEAD, demo_services.changed)]),
    reads("service-versions", at("service", "pk"), photos=[Photo(Role.PROVIDER_LEAD, demo_services.changed)]),
    *asks("service-revert", a_version, KEEPERS, photos=[Photo(Role.PROVIDER_LEAD, demo_services.a_version)]),
    *asks(
        "change-withdraw",
        at("change", "pk"),
        KEEPERS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.changes(), "pk"))],
    ),
    reads(
        "service-pictures",
        at("service", "pk"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.pictured, "pk"))],
    ),
    *asks(
        "picture-add",
        at("service", "pk"),
        KEEPERS,
        picture,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk")),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.services, "pk"), press="Add the picture"),
        ],
    ),
    *asks(
        "picture-amend",
        at("picture", "pk"),
        KEEPERS,
        lambda world: {"words": "A goat", "place": "1"},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.pictures, "pk"))],
    ),
    *asks(
        "picture-remove",
        at("picture", "pk"),
        KEEPERS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.pictures, "pk"))],
    ),
    reads("picture-image", at("picture", "pk"), no_photo="a picture, on provider:service-pictures"),
    reads(
        "member-prices",
        at("indexed_member"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.uplifts("approved"), "member__reference")),
        ],
    ),
    *asks(
        "uplift-ask",
        at("indexed_member"),
        KEEPERS,
        rise,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.uplifts("approved"), "member__reference")),
        ],
    ),
    *asks(
        "uplift-withdraw",
        at("uplift", "pk"),
        KEEPERS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_services.uplifts(), "pk"))],
    ),
]
