"""Save a person's search for a buyer, start and stop emails about new matches, and delete the search."""

from collections.abc import Sequence
from datetime import datetime

from calloff.demand import saved_search_alerts
from calloff.demand.models import MAX_SEARCH_NAME_LENGTH, SavedSearch
from calloff.demand.search_serialisation import needs_place, serialise_search
from calloff.demand.states import SavedSearchStatus
from calloff.directory.search_criteria import SearchCriteria
from calloff.history.transitions import creating, transition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import clean_name
from calloff.kernel.personal_data_check import require_no_personal_data
from calloff.people.models import Organisation, User

__all__ = ["delete_search", "save_search", "start_emails", "stop_emails"]

MAX_SAVED_SEARCHES = 20  # the maximum number of saved searches for each person at each buyer


def save_search(
    authority: Organisation, *, name: str, search: SearchCriteria, query: str, searched: Sequence[str],
    buyer: Organisation,
    by: User, at: datetime,
) -> SavedSearch:  # fmt: skip
    """Save a search in an authority's directory for one person at a buyer.

    Services that already match do not count as new. `query` is the query string of the search page's URL, and
    `searched` describes the search in words. Distances are always measured from the buyer's location, whatever place
    the search used. Raises Refused if there is no name, if the person already has a search with this name, if a text
    could identify a child, if the search needs a location and the buyer has none, if the person already has
    `MAX_SAVED_SEARCHES`, or if so many services match that emails would not be useful.
    """
    if not name.strip():
        raise Refused("Enter a name for this search", "name")
    name = clean_name(name, noun="Name of this search", longest=MAX_SEARCH_NAME_LENGTH)
    require_no_personal_data(name, "name")
    require_no_personal_data(search.words, "")
    data = serialise_search(search)
    if saved_search_alerts.location_of_buyer(buyer) is None and needs_place(data):
        raise Refused("We do not know where you are, so a saved search cannot measure distances. Remove the distance.")
    if (
        SavedSearch.objects.filter(buyer=buyer, person=by).exclude(status=SavedSearchStatus.DELETED).count()
        >= MAX_SAVED_SEARCHES
    ):
        raise Refused(f"You have {MAX_SAVED_SEARCHES} saved searches. Delete one first.")
    saved = SavedSearch(
        authority=authority, buyer=buyer, person=by, name=name, query=query, asked=data,
        searched=list(searched), saved_at=at,
    )  # fmt: skip
    with creating(saved, "save_search", by=by, at=at):
        saved_search_alerts.record_known_matches(saved, at=at)
    return saved


def stop_emails(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Stop the emails about a saved search."""
    with transition(saved, "stop_emails", by=by, at=at) as quiet:
        pass
    return quiet


def start_emails(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Start the emails about a saved search again. Services that already match do not count as new."""
    with transition(saved, "start_emails", by=by, at=at) as watched:
        saved_search_alerts.record_known_matches(watched, at=at)
    return watched


def delete_search(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Delete a saved search, with its criteria and the record of emailed matches."""
    with transition(saved, "delete_search", by=by, at=at) as deleted:
        deleted.name, deleted.query, deleted.asked, deleted.searched = "", "", {}, []
        deleted.told.all().delete()
    return deleted
