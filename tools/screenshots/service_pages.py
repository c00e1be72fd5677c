"""The pages on which a service's page and its prices are kept, and answered for."""

from typing import Any

from calloff.directory import service_versions
from calloff.directory.models import Picture, Service, ServiceChange, Uplift
from calloff.people.permissions import Role
from tools.screenshots import sample_records
from tools.screenshots.page_specs import PageSpec
from tools.screenshots.sample_records import authority, provider

PROVIDER_LEAD, QUALITY_OFFICER, CONTRACTS_OFFICER = Role.PROVIDER_LEAD, Role.QUALITY_OFFICER, Role.CONTRACTS_OFFICER


def changes(status: str = "waiting") -> sample_records.FindRows:
    return lambda: ServiceChange.objects.filter(status=status)


def uplifts(status: str = "asked") -> sample_records.FindRows:
    return lambda: Uplift.objects.filter(status=status)


def _pictured() -> Any:
    return Service.objects.filter(pictures__isnull=False)


def _pictures() -> Any:
    return Picture.objects.all()


def a_version() -> tuple[Any, ...] | None:
    """Find a service that says something else now, and its first version."""
    found = Service.objects.filter(changes__status="approved").select_related("provider").order_by("pk").first()
    first = service_versions.versions_of(found).last() if found else None
    return (found.provider.slug, found.pk, first.pk) if found and first else None


changed = provider(lambda: Service.objects.filter(changes__status="approved"), "pk")
PAGES = [
    PageSpec("public:service", where=authority(_pictured, "slug"), like="with-pictures"),
    PageSpec("provider:free-places", PROVIDER_LEAD, sample_records.a_busy_provider),
    PageSpec("provider:service", PROVIDER_LEAD, provider(changes(), "service__pk"), like="with-a-change"),
    PageSpec("provider:service", PROVIDER_LEAD, provider(changes("refused"), "service__pk"), like="with-a-refusal"),
    PageSpec("provider:change-withdraw", PROVIDER_LEAD, provider(changes(), "pk")),
    PageSpec("provider:service-versions", PROVIDER_LEAD, changed),
    PageSpec("provider:service-revert", PROVIDER_LEAD, a_version),
    PageSpec("provider:service-prices", PROVIDER_LEAD, changed),
    PageSpec("provider:service-pictures", PROVIDER_LEAD, provider(_pictured, "pk")),
    PageSpec("provider:picture-add", PROVIDER_LEAD, provider(sample_records.services, "pk")),
    PageSpec("provider:picture-add", PROVIDER_LEAD, provider(sample_records.services, "pk"), press="Add the picture"),
    PageSpec("provider:picture-amend", PROVIDER_LEAD, provider(_pictures, "pk")),
    PageSpec("provider:picture-remove", PROVIDER_LEAD, provider(_pictures, "pk")),
    PageSpec("provider:member-prices", PROVIDER_LEAD, provider(uplifts("approved"), "member__reference")),
    PageSpec("provider:uplift-ask", PROVIDER_LEAD, provider(uplifts("approved"), "member__reference")),
    PageSpec("provider:uplift-withdraw", PROVIDER_LEAD, provider(uplifts(), "pk")),
    PageSpec("authority:changes", QUALITY_OFFICER, sample_records.a_busy_authority),
    PageSpec("authority:change", QUALITY_OFFICER, authority(changes(), "pk")),
    PageSpec("authority:change", QUALITY_OFFICER, authority(changes("refused"), "pk"), like="refused"),
    PageSpec("authority:change-approve", QUALITY_OFFICER, authority(changes(), "pk")),
    PageSpec("authority:change-refuse", QUALITY_OFFICER, authority(changes(), "pk")),
    PageSpec("authority:change-history", QUALITY_OFFICER, authority(changes("approved"), "pk")),
    PageSpec("authority:service", QUALITY_OFFICER, authority(changes("approved"), "service__pk")),
    PageSpec("authority:uplifts", CONTRACTS_OFFICER, sample_records.a_busy_authority),
    PageSpec("authority:uplift", CONTRACTS_OFFICER, authority(uplifts(), "pk")),
    PageSpec("authority:uplift-approve", CONTRACTS_OFFICER, authority(uplifts(), "pk")),
    PageSpec("authority:uplift-refuse", CONTRACTS_OFFICER, authority(uplifts(), "pk")),
    PageSpec("authority:uplift-history", CONTRACTS_OFFICER, authority(uplifts("approved"), "pk")),
    PageSpec("authority:market-modify-prices", CONTRACTS_OFFICER, sample_records.a_market("slug")),
]
PASSED_OVER = {
    "public:service-picture": "a picture, on public:service",
    "provider:picture-image": "a picture, on provider:service-pictures",
}
