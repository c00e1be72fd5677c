"""Report a gap in a directory, suggest a missing provider, and respond to the suggestion."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model

from calloff.demand import messages
from calloff.demand.models import Gap, Nomination, NominationResponse, ReporterRole
from calloff.demand.search_serialisation import serialise_search
from calloff.directory.search_criteria import SearchCriteria
from calloff.history.transitions import creating, record_reason, transition
from calloff.kernel import codes
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_NAME_LENGTH, clean_name
from calloff.kernel.personal_data_check import require_no_personal_data
from calloff.kernel.short_text import find_website_problem
from calloff.markets.models import Market
from calloff.outbox.commands import queue_message_to_address
from calloff.people.models import Organisation, User

__all__ = ["MAX_REPORT_LENGTH", "Reporter", "invite_provider", "nominate", "report_gap", "set_aside"]

# The maximum number of reports of each kind from people who are not signed in, for each authority and day. We chose a
# number well above that on any real day.
MAX_REPORTS_A_DAY = 200
MAX_REPORT_LENGTH = 1000


class Reporter(NamedTuple):
    """The person who reports: their role and, if they are signed in, their account and the buyer that they act for."""

    who: str
    person: User | None = None
    buyer: Organisation | None = None


def report_gap(
    authority: Organisation, *, search: SearchCriteria, searched: Sequence[str], teller: Reporter, at: datetime,
    said: str = "", email: str = "", near: str = "",
) -> Gap:  # fmt: skip
    """Record a need that a directory search did not meet, as text (`searched`) and as data (`search`).

    Anyone can report a gap, whether signed in or not. `near` is the place from which distances were measured. If `near`
    is a postcode, only the outcode is stored. Any other place is not stored. Raises Refused if the text could identify
    a child or is too long, and after `MAX_REPORTS_A_DAY` reports.
    """
    _require_below_limit(Gap, authority, teller, at)
    _check_text(said, "said")
    _check_text(search.words, "")
    return Gap.objects.create(
        authority=authority, who=_require_role(teller), searched=list(searched), asked=serialise_search(search),
        lot=search.lot, need=search.need, outcode=(codes.parse_outcode(near) or "") if near else "", said=said.strip(),
        email=email, buyer=teller.buyer, person=teller.person, made_at=at,
    )  # fmt: skip


def nominate(
    authority: Organisation,
    *,
    name: str,
    offers: str,
    teller: Reporter,
    at: datetime,
    website: str = "",
    email: str = "",
) -> Nomination:
    """Record someone's suggestion of a provider for a directory. Only the authority can see the suggestion.

    Anyone can suggest a provider, whether signed in or not. Raises Refused if there is no website or email address, if
    the text could identify a child or is too long, and after `MAX_REPORTS_A_DAY` suggestions.
    """
    _require_below_limit(Nomination, authority, teller, at)
    if not website and not email:
        raise Refused("Enter the provider’s website or email address, so that the council can find it", "website")
    if wrong := find_website_problem(website):
        raise Refused(wrong, "website")
    # The email to the provider includes this name, so the name must not contain a link.
    if "://" in name or "www." in name.lower():
        raise Refused("Enter only the name. There is a separate box for the website.", "name")
    name = clean_name(name, noun="Name of the provider", longest=MAX_NAME_LENGTH)
    _check_text(name, "name")
    _check_text(offers, "offers")
    if not offers.strip():
        raise Refused("Enter what the provider offers, in a few words", "offers")
    return Nomination.objects.create(
        authority=authority, who=_require_role(teller), name=name, website=website, email=email, offers=offers.strip(),
        buyer=teller.buyer, person=teller.person, made_at=at,
    )  # fmt: skip


def invite_provider(
    nomination: Nomination, *, market: Market, address: str, by: User, at: datetime
) -> NominationResponse:
    """Email a suggested provider to say how it can apply to a market.

    This is still possible after the nomination has been closed. The email does not say who suggested the provider.
    Raises Refused if the market belongs to another authority or does not accept applications, or if the nomination has
    no email address.
    """
    if market.authority_id != nomination.authority_id:
        raise Refused("Select one of your council’s markets", "market")
    if not market.is_open_at(at):
        raise Refused(f"{market} is not open for applications. Choose an open market.", "market")
    if not address:
        raise Refused("Enter the provider’s email address", "address")
    earlier = NominationResponse.objects.filter(nomination=nomination).first()
    if earlier:
        with transition(earlier, "invite_provider", by=by, at=at) as answer:
            _record_answer(answer, by, at, market=market)
    else:
        answer = NominationResponse(authority=nomination.authority, nomination=nomination)
        _record_answer(answer, by, at, market=market)
        with creating(answer, "invite_provider", by=by, at=at):
            pass
    invitation = messages.invite(nomination, market)
    queue_message_to_address(invitation, address=address, sender=str(nomination.authority), at=at)
    return answer


def set_aside(nomination: Nomination, *, reason: str, by: User, at: datetime) -> NominationResponse:
    """Close a nomination without inviting the provider.

    The provider can still be invited later. Raises Refused if no reason is given.
    """
    if not reason.strip():
        raise Refused("Enter the reason", "reason")
    if NominationResponse.objects.filter(nomination=nomination).exists():
        raise Refused("This suggestion has already been answered.")
    answer = NominationResponse(authority=nomination.authority, nomination=nomination)
    _record_answer(answer, by, at, reason=reason.strip())
    with creating(answer, "set_aside", by=by, at=at):
        record_reason(answer)
    return answer


def _record_answer(
    answer: NominationResponse, by: User, at: datetime, *, market: Market | None = None, reason: str = ""
) -> None:
    answer.market, answer.answered_by, answer.answered_at = market, by, at
    answer.reason = reason or answer.reason


def _require_role(teller: Reporter) -> str:
    if teller.who not in ReporterRole:
        raise Refused("Select who you are", "who")
    return teller.who


def _check_text(text: str, field: str) -> None:
    if len(text) > MAX_REPORT_LENGTH:
        raise Refused(f"Your answer must be {MAX_REPORT_LENGTH:,} characters or fewer", field)
    require_no_personal_data(text, field)


def _require_below_limit(kind: type[Model], authority: Organisation, teller: Reporter, at: datetime) -> None:
    """Limit anonymous reports, so that no one can flood an authority's list.

    Raises Refused if there have been too many reports.
    """
    if teller.person is not None:
        return
    today = kind._default_manager.filter(authority=authority, person=None, made_at__gte=midnight(local_day(at)))
    if today.count() >= MAX_REPORTS_A_DAY:
        raise Refused(f"You have reached today’s limit. Try again tomorrow, or write to {authority}.")
