"""What is due for disposal, and what went: the same page for a buyer and for the authority that is its host."""

from typing import Any

from django.db.models import QuerySet

from calloff.people.models import Organisation
from calloff.placements import retention as entries
from calloff.pupils import retention
from calloff.web import list_pages
from calloff.web.request import AtOrganisation


def page(request: AtOrganisation, buyers: QuerySet[Organisation]) -> dict[str, Any]:
    """Return what `parts/retention.html` shows of some buyers: references, and no child."""
    found = list_pages.list_page(request, retention.certificates(buyers), ("-made_at", "-pk"), one="certificate")
    return found | {"waiting": [*retention.waiting(buyers, request.now), *entries.waiting(buyers, request.now)]}
