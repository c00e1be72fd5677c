"""Records due for deletion and certificates of deletion, on the same page for a buyer and its host."""

from typing import Any

from django.db.models import QuerySet

from calloff.people.models import Organisation
from calloff.placements import retention as entries
from calloff.pupils import retention
from calloff.web import list_pages
from calloff.web.request import OrganisationRequest


def retention_context(request: OrganisationRequest, buyers: QuerySet[Organisation]) -> dict[str, Any]:
    """Return the context for `parts/retention.html` for some buyers.

    It has references, but no children's names.
    """
    context = list_pages.list_context(
        request, retention.certificates_of(buyers), ("-made_at", "-pk"), one="certificate"
    )
    return context | {
        "waiting": [*retention.count_due_records(buyers, request.now), *entries.count_due_entries(buyers, request.now)]
    }
