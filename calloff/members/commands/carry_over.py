"""Load the pack of a market, and record the providers that were admitted before its authority used Calloff."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from calloff.agreements.models import Agreement
from calloff.applications.models import LotRequest
from calloff.history.transitions import create, creating
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import collapse_spaces, lookalike_key
from calloff.markets import commands as markets
from calloff.markets.models import Lot, Market, ReferenceCounter
from calloff.markets.packs.schema import MarketPack
from calloff.members.models import Member
from calloff.people import commands as people
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import Organisation, User
from calloff.people.queries import find_provider_by_name

__all__ = ["PackLoadReport", "carry_over", "load"]


@dataclass
class PackLoadReport:
    """The result of loading a pack, in sentences for the officer who loaded it."""

    market: Market
    changed: bool
    lines: list[str] = field(default_factory=list)


@transaction.atomic
def load(pack: MarketPack, *, authority: Organisation, by: User, at: datetime) -> PackLoadReport:
    """Load a pack: the market as a draft, and the providers that the pack lists as members with a paper agreement.

    If the same pack is loaded again, nothing changes. Raises Refused if the market is open and the pack differs from
    it, or if the pack spells the name of a provider in two ways.
    """
    market, changed = markets.load(pack, authority=authority, by=by, at=at)
    report = PackLoadReport(market, changed)
    source = "; ".join(document.title for document in pack.sources)[:300]
    _require_distinct_names(pack)
    for listed in pack.providers:
        existing = find_provider_by_name(listed.name)
        if existing and not existing.names.filter(name=collapse_spaces(listed.name)).exists():
            report.lines.append(
                f"{listed.name} is recorded as {existing}, which is already on Calloff with that spelling. If they "
                f"are different providers, give the provider in this pack its full legal name."
            )
        provider = people.record(name=listed.name, aliases=tuple(listed.aliases), host=authority, by=by, at=at)
        queries = {query.lot: query.note for query in listed.queries}
        members = carry_over(market, provider, lots=listed.lots, queries=queries, source=source, by=by, at=at)
        report.changed |= bool(members)
        if listed.aliases:
            report.lines.append(
                f"{listed.name} is also printed as {', '.join(listed.aliases)}. All these names are for one provider."
            )
    report.lines += [
        f"Query: {listed.name} in {pack.lot_word} {query.lot}. {query.note}"
        for listed in pack.providers
        for query in listed.queries
    ]
    report.lines += pack.load_notes
    return report


def _require_distinct_names(pack: MarketPack) -> None:
    """Raise Refused if a pack spells a name in two ways.

    The pack must either list the second spelling as an alias, or give the full legal name of each provider.
    """
    names_by_key: dict[str, str] = {}
    for provider in pack.providers:
        first = names_by_key.setdefault(lookalike_key(provider.name), provider.name)
        if first != provider.name:
            raise Refused(
                f"The pack lists {first} and {provider.name}, which are 2 spellings of one name. If they are the same "
                f"provider, list the second spelling under its aliases. If not, give each provider its full legal name."
            )


def carry_over(
    market: Market,
    provider: Organisation,
    *,
    lots: list[int],
    queries: Mapping[int, str],
    source: str,
    by: User,
    at: datetime,
) -> list[Member]:
    """Make a provider that was admitted earlier a member of some lots, under one paper agreement, and return the
    new members.

    Lots of which it is already a member are left out. `queries` contains open questions about the provider, by lot
    number. Raises Refused for an officer who has a role at the provider.
    """
    member_lots = Member.objects.filter(market=market, provider=provider).values("lot")
    missing = list(Lot.objects.filter(market=market, number__in=lots).exclude(pk__in=member_lots).order_by("number"))
    if not missing:
        return []
    require_no_role_at(provider, by=by, at=at)
    with transaction.atomic():
        Organisation.objects.filter(pk=provider.pk).mark_checked(at)
        agreement = Agreement(
            reference=ReferenceCounter.next_reference(market, "G"), authority=market.authority, provider=provider,
            title=f"{market.title}: agreement on paper", on_paper=True, source=source, offered_at=at,
            lots=[{"number": lot.number, "title": lot.title, "word": market.pack.lot_word} for lot in missing],
        )  # fmt: skip
        with creating(agreement, "record_on_paper", by=by, at=at):
            return [
                _create_member(lot, provider, agreement, query=queries.get(lot.number, ""), by=by, at=at)
                for lot in missing
            ]


def _create_member(
    lot: Lot, provider: Organisation, agreement: Agreement, *, query: str, by: User, at: datetime
) -> Member:
    request = LotRequest(authority=agreement.authority, lot=lot, provider=provider)
    create(request, "carry_over", by=by, at=at)
    member = Member(
        reference=ReferenceCounter.next_reference(lot.market, "M"), authority=agreement.authority, market=lot.market,
        lot=lot, provider=provider, request=request, agreement=agreement, joined_at=at, changed_at=at, query=query,
    )  # fmt: skip
    return create(member, "carry_over", by=by, at=at)
