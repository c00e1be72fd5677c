"""The pages on which a service's page and its prices are kept, and answered for."""

from typing import Any

from calloff.directory import service_versions
from calloff.directory.models import Change, Picture, Service, Uplift
from calloff.people.permissions import Role
from tools.screenshots import sample_records
from tools.screenshots.page_specs import Page
from tools.screenshots.sample_records import authority, provider

LEAD, QUALITY, OFFICER = Role.PROVIDER_LEAD, Role.QUALITY_OFFICER, Role.CONTRACTS_OFFICER


def changes(status: str = "waiting") -> sample_records.Rows:
    return lambda: Change.objects.filter(status=status)


def uplifts(status: str = "asked") -> sample_records.Rows:
    return lambda: Uplift.objects.filter(status=status)


def _pictured() -> Any:
    return Service.objects.filter(pictures__isnull=False)


def _pictures() -> Any:
    return Picture.objects.all()


def a_version() -> tuple[Any, ...] | None:
    """Find a service that says something else now, and its first version."""
    found = Service.objects.filter(changes__status="approved").select_related("provider").order_by("pk").first()
    first = service_versions.of(found).last() if found else None
    return (found.provider.slug, found.pk, first.pk) if found and first else None


changed = provider(lambda: Service.objects.filter(changes__status="approved"), "pk")
PAGES = [
    Page("public:service", where=authority(_pictured, "slug"), like="with-pictures"),
    Page("provider:free-places", LEAD, sample_records.a_busy_provider),
    Page("provider:service", LEAD, provider(changes(), "service__pk"), like="with-a-change"),
    Page("provider:service", LEAD, provider(changes("refused"), "service__pk"), like="with-a-refusal"),
    Page("provider:change-withdraw", LEAD, provider(changes(), "pk")),
    Page("provider:service-versions", LEAD, changed),
    Page("provider:service-revert", LEAD, a_version),
    Page("provider:service-prices", LEAD, changed),
    Page("provider:service-pictures", LEAD, provider(_pictured, "pk")),
    Page("provider:picture-add", LEAD, provider(sample_records.services, "pk")),
    Page("provider:picture-add", LEAD, provider(sample_records.services, "pk"), press="Add the picture"),
    Page("provider:picture-amend", LEAD, provider(_pictures, "pk")),
    Page("provider:picture-remove", LEAD, provider(_pictures, "pk")),
    Page("provider:member-prices", LEAD, provider(uplifts("approved"), "member__reference")),
    Page("provider:uplift-ask", LEAD, provider(uplifts("approved"), "member__reference")),
    Page("provider:uplift-withdraw", LEAD, provider(uplifts(), "pk")),
    Page("authority:changes", QUALITY, sample_records.a_busy_authority),
    Page("authority:change", QUALITY, authority(changes(), "pk")),
    Page("authority:change", QUALITY, authority(changes("refused"), "pk"), like="refused"),
    Page("authority:change-approve", QUALITY, authority(changes(), "pk")),
    Page("authority:change-refuse", QUALITY, authority(changes(), "pk")),
    Page("authority:change-history", QUALITY, authority(changes("approved"), "pk")),
    Page("authority:service", QUALITY, authority(changes("approved"), "service__pk")),
    Page("authority:uplifts", OFFICER, sample_records.a_busy_authority),
    Page("authority:uplift", OFFICER, authority(uplifts(), "pk")),
    Page("authority:uplift-approve", OFFICER, authority(uplifts(), "pk")),
    Page("authority:uplift-refuse", OFFICER, authority(uplifts(), "pk")),
    Page("authority:uplift-history", OFFICER, authority(uplifts("approved"), "pk")),
    Page("authority:market-modify-prices", OFFICER, sample_records.a_market("slug")),
]
PASSED_OVER = {
    "public:service-picture": "a picture, on public:service",
    "provider:picture-image": "a picture, on provider:service-pictures",
}
