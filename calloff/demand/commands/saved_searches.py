"""Saved searches: kept for one person at a buyer, who is told by email when something new fits."""

from collections.abc import Sequence
from datetime import datetime

from calloff.demand import saved_search_alerts
from calloff.demand.models import LONGEST_NAME, SavedSearch
from calloff.demand.personal_data_check import require_nameless
from calloff.demand.search_serialisation import NEEDS_A_PLACE, as_data
from calloff.demand.states import SearchStatus
from calloff.directory.search_criteria import Search
from calloff.history.transitions import birth, step
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import clean_name
from calloff.people.models import Organisation, User

MOST = 20  # searches of one person at one buyer


def save_search(
    authority: Organisation, *, name: str, search: Search, query: str, searched: Sequence[str], buyer: Organisation,
    by: User, at: datetime,
) -> SavedSearch:  # fmt: skip
    """Keep a search of an authority's directory for a person at a buyer. What fits now is not told as new.

    `query` is of its address; `searched` says it in words. Distances are measured from the buyer's own place, whatever
    this search was measured from. Raises Refused without a name, for a second one of that name, where it needs a place
    and the buyer has none, and where it fits so much that emails would tell nothing.
    """
    if not name.strip():
        raise Refused("Enter a name for this search", "name")
    name = clean_name(name, noun="Name of this search", longest=LONGEST_NAME)
    require_nameless(name, "name")
    require_nameless(search.words, "")
    data = as_data(search)
    if saved_search_alerts.place_of(buyer) is None and any(part in data for part in NEEDS_A_PLACE):
        raise Refused(
            "We do not know where you are, so a saved search cannot measure distances. Take the distance out."
        )
    if SavedSearch.objects.filter(buyer=buyer, person=by).exclude(status=SearchStatus.DELETED).count() >= MOST:
        raise Refused(f"You have {MOST} saved searches. Delete one first.")
    saved = SavedSearch(
        authority=authority, buyer=buyer, person=by, name=name, query=query, asked=data,
        searched=list(searched), saved_at=at,
    )  # fmt: skip
    with birth(saved, "save_search", by=by, at=at):
        saved_search_alerts.begin(saved, at=at)
    return saved


def stop_emails(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Write no more about a saved search."""
    with step(saved, "stop_emails", by=by, at=at) as quiet:
        pass
    return quiet


def start_emails(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Write about a saved search again: of what fits now, nothing is told as new."""
    with step(saved, "start_emails", by=by, at=at) as watched:
        saved_search_alerts.begin(watched, at=at)
    return watched


def delete_search(saved: SavedSearch, *, by: User, at: datetime) -> SavedSearch:
    """Delete a saved search. What it looked for is forgotten with it."""
    with step(saved, "delete_search", by=by, at=at) as deleted:
        deleted.name, deleted.query, deleted.asked, deleted.searched = "", "", {}, []
        deleted.told.all().delete()
    return deleted
