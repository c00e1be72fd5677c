"""A service's versions, from its row history.

Each version has the service's details between one change and the next. Places available are not part of a version,
because they can change every day. Other sites and pictures are left out too, because they have no row history. The main
site is included (ADR 0028).
"""

from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import JSONObject, Lag

from calloff.directory.models import Service
from calloff.directory.service_fields import ENTRY_FIELDS

_past: Any = Service.pgh_event_model  # type: ignore[attr-defined]
MAX_VERSIONS_SHOWN = 100  # the number of versions on one page, newest first


def versions_of(service: Service) -> QuerySet[Any]:
    """Return a service's versions, newest first. `changed_at` is the time when a version started.

    Versions from before the authority approved the service are left out, because the public could not see them. So the
    first version starts when the service was approved.
    """
    rows = _past.objects.filter(pgh_obj=service, published_at__isnull=False)
    with_values = rows.annotate(said=JSONObject(**{name: F(name) for name in ENTRY_FIELDS}))
    with_previous = with_values.annotate(before=Window(Lag("said"), order_by="pgh_id"))
    differing: QuerySet[Any] = with_previous.filter(Q(before__isnull=True) | ~Q(before=F("said")))
    return differing.order_by("-pgh_id")


def version_count(service: Service) -> int:
    return versions_of(service).count()


def version_fields(version: Any) -> dict[str, Any]:
    """Return the details in a version as JSON data, with the site's key in place of the site."""
    values = {name: getattr(version, name) for name in ENTRY_FIELDS if name != "site"}
    return values | {"site": version.site_id}


def current_fields(service: Service) -> dict[str, Any]:
    """Return a service's current details in the same form as `version_fields`."""
    values = {name: getattr(service, name) for name in ENTRY_FIELDS if name != "site"}
    return values | {"site": service.site_id}
