"""Finding the record of an address: what a person may not see is not there (404)."""

from calloff.people.models import Organisation
from calloff.web.http import AtOrganisation


def words_for(request: AtOrganisation) -> str:
    """Say what the buyer of the path is: “school” or “team”."""
    return "team" if request.organisation.kind == Organisation.Kind.TEAM else "school"
