"""What is missing here: anyone tells the authority, which invites a provider that was nominated, or does not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model

from calloff.demand import messages
from calloff.demand.models import Gap, Nomination, NominationResponse, ReporterRole
from calloff.demand.personal_data_check import require_no_personal_data
from calloff.demand.search_serialisation import serialise_search
from calloff.directory.search_criteria import SearchCriteria
from calloff.history.transitions import creating, record_reason, transition
from calloff.kernel import codes
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_NAME_LENGTH, clean_name
from calloff.kernel.short_text import find_website_problem
from calloff.markets.models import Market
from calloff.outbox.commands import queue_message_to_address
from calloff.people.models import Organisation, User

MAX_REPORTS_A_DAY = (
    200  # of a kind, at one authority, from people who are not signed in: our own choice, far above any real day
)
MAX_REPORT_LENGTH = 1000


class Reporter(NamedTuple):
    """Who tells it: in which capacity, and if they are signed in, the person and the buyer that they act for."""

    who: str
    person: User | None = None
    buyer: Organisation | None = None


def report_gap(
    authority: Organisation, *, search: SearchCriteria, searched: Sequence[str], teller: Reporter, at: datetime,
    said: str = "", email: str = "", near: str = "",
) -> Gap:  # fmt: skip
    """Record what someone looked for and did not find, in words and as data. Anyone may, signed in or not.

    `near` is the name of the place that it was measured from: of a postcode only the first half is kept. Raises Refused
    for words that could say who a child is, and when a great many were sent today.
    """
    _require_room(Gap, authority, teller, at)
    _require_words(said, "said")
    _require_words(search.words, "")
    return Gap.objects.create(
        authority=authority, who=_who(teller), searched=list(searched), asked=serialise_search(search), lot=search.lot,
        need=search.need, outcode=(codes.parse_outcode(near) or "") if near else "", said=said.strip(), email=email,
        buyer=teller.buyer, person=teller.person, made_at=at,
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
    """Keep the name of a provider that someone misses, for the authority alone. Anyone may, signed in or not.

    Raises Refused without any way to reach it, for words that could say who a child is, and when many were sent today.
    """
    _require_room(Nomination, authority, teller, at)
    if not website and not email:
        raise Refused("Enter its website or its email address, so that the council can find it", "website")
    if wrong := find_website_problem(website):
        raise Refused(wrong, "website")
    if "://" in name or "www." in name.lower():  # it comes to stand in an email: with no address to follow
        raise Refused("Enter only the name. There is a separate box for the website.", "name")
    name = clean_name(name, noun="Name of the provider", longest=MAX_NAME_LENGTH)
    _require_words(name, "name")
    _require_words(offers, "offers")
    if not offers.strip():
        raise Refused("Enter what it offers, in a few words", "offers")
    return Nomination.objects.create(
        authority=authority, who=_who(teller), name=name, website=website, email=email, offers=offers.strip(),
        buyer=teller.buyer, person=teller.person, made_at=at,
    )  # fmt: skip


def invite_provider(
    nomination: Nomination, *, market: Market, address: str, by: User, at: datetime
) -> NominationResponse:
    """Write to a nominated provider how to apply to a market that takes applications now, also after it was set aside.

    It is told nothing of who named it. Raises Refused where the market does not take applications, or no one can be
    written to.
    """
    if market.authority_id != nomination.authority_id:
        raise Refused("Choose one of your own markets", "market")
    if not market.is_open_at(at):
        raise Refused(f"{market} is not open for applications. Choose an open market.", "market")
    if not address:
        raise Refused("Enter the email address to write to", "address")
    known = NominationResponse.objects.filter(nomination=nomination).first()
    if known:
        with transition(known, "invite_provider", by=by, at=at) as answer:
            _say(answer, by, at, market=market)
    else:
        answer = NominationResponse(authority=nomination.authority, nomination=nomination)
        _say(answer, by, at, market=market)
        with creating(answer, "invite_provider", by=by, at=at):
            pass
    words = messages.invite(nomination, market)
    queue_message_to_address(words, address=address, sender=str(nomination.authority), at=at)
    return answer


def set_aside(nomination: Nomination, *, reason: str, by: User, at: datetime) -> NominationResponse:
    """Leave a nomination at that, with a reason. It can still be invited later. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("Enter the reason", "reason")
    if NominationResponse.objects.filter(nomination=nomination).exists():
        raise Refused("This suggestion has already been answered.")
    answer = NominationResponse(authority=nomination.authority, nomination=nomination)
    _say(answer, by, at, reason=reason.strip())
    with creating(answer, "set_aside", by=by, at=at):
        record_reason(answer)
    return answer


def _say(answer: NominationResponse, by: User, at: datetime, *, market: Market | None = None, reason: str = "") -> None:
    answer.market, answer.answered_by, answer.answered_at = market, by, at
    answer.reason = reason or answer.reason


def _who(teller: Reporter) -> str:
    if teller.who not in ReporterRole:
        raise Refused("Select who you are", "who")
    return teller.who


def _require_words(text: str, where: str) -> None:
    if len(text) > MAX_REPORT_LENGTH:
        raise Refused(f"Use {MAX_REPORT_LENGTH:,} characters or fewer", where)
    require_no_personal_data(text, where)


def _require_room(kind: type[Model], authority: Organisation, teller: Reporter, at: datetime) -> None:
    """Refuse a flood: it cannot fill the authority's list in a night."""
    if teller.person is not None:
        return
    today = kind._default_manager.filter(authority=authority, person=None, made_at__gte=midnight(local_day(at)))
    if today.count() >= MAX_REPORTS_A_DAY:
        raise Refused(f"You have reached today’s limit. Try again tomorrow, or write to {authority}.")
