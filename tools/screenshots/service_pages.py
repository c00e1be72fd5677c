"""Find records in the demonstration: changes, versions, prices and pictures of services."""

from typing import Any

from calloff.directory import service_versions
from calloff.directory.models import Picture, Service, ServiceChange, Synonym, Uplift
from tools.screenshots import sample_records
from tools.screenshots.sample_records import provider


def changes(status: str = "waiting") -> sample_records.FindRows:
    return lambda: ServiceChange.objects.filter(status=status)


def uplifts(status: str = "asked") -> sample_records.FindRows:
    return lambda: Uplift.objects.filter(status=status)


def synonyms() -> sample_records.FindRows:
    return Synonym.objects.in_use


def pictured() -> Any:
    return Service.objects.filter(pictures__isnull=False)


def pictures() -> Any:
    return Picture.objects.all()


def a_version() -> tuple[Any, ...] | None:
    """Find a service whose details have changed, and its first version."""
    found = Service.objects.filter(changes__status="approved").select_related("provider").order_by("pk").first()
    first = service_versions.versions_of(found).last() if found else None
    return (found.provider.slug, found.pk, first.pk) if found and first else None


changed = provider(lambda: Service.objects.filter(changes__status="approved"), "pk")
