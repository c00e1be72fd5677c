"""The versions of a service: what it said of itself from one change to the next, read from its own row history.

Free places are no part of a version: they change by the day. Nor are its other sites (`AtSite`) and its pictures, of
which no past is kept; the service's own site is. ADR 0028.
"""

from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import JSONObject, Lag

from calloff.directory.models import Service
from calloff.directory.service_fields import ENTRY_FIELDS

_past: Any = Service.pgh_event_model  # type: ignore[attr-defined]
MAX_VERSIONS_SHOWN = 100  # of the newest, on one page


def versions_of(service: Service) -> QuerySet[Any]:
    """Find the versions of one service, the newest first. `changed_at` is when each started.

    What it said before its authority approved it is none: no one outside could read it. So the first started on the day
    of the approval.
    """
    rows = _past.objects.filter(pgh_obj=service, published_at__isnull=False)
    said = rows.annotate(said=JSONObject(**{name: F(name) for name in ENTRY_FIELDS}))
    told = said.annotate(before=Window(Lag("said"), order_by="pgh_id"))
    differing: QuerySet[Any] = told.filter(Q(before__isnull=True) | ~Q(before=F("said")))
    return differing.order_by("-pgh_id")


def version_count(service: Service) -> int:
    return versions_of(service).count()


def version_fields(version: Any) -> dict[str, Any]:
    """Return what a version says, as data: its site is a key."""
    said = {name: getattr(version, name) for name in ENTRY_FIELDS if name != "site"}
    return said | {"site": version.site_id}


def current_fields(service: Service) -> dict[str, Any]:
    """Return what a service says now, in the same form."""
    said = {name: getattr(service, name) for name in ENTRY_FIELDS if name != "site"}
    return said | {"site": service.site_id}
