"""What is due for disposal, and what went: the same page for a buyer and for the authority that is its host."""

from typing import Any

from django.db.models import QuerySet

from calloff.people.models import Organisation
from calloff.placements import retention as entries
from calloff.pupils import retention
from calloff.web import list_pages
from calloff.web.request import OrganisationRequest


def retention_context(request: OrganisationRequest, buyers: QuerySet[Organisation]) -> dict[str, Any]:
    """Return what `parts/retention.html` shows of some buyers: references, and no child."""
    found = list_pages.list_context(request, retention.certificates_of(buyers), ("-made_at", "-pk"), one="certificate")
    return found | {
        "waiting": [*retention.count_due_records(buyers, request.now), *entries.count_due_entries(buyers, request.now)]
    }
