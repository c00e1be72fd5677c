"""Delete drafts that are no longer needed, and store a certificate of the deletion.

This needs the database's disposal role.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from calloff.applications.models import Application, DraftDisposal
from calloff.applications.retention import DRAFT_RETENTION
from calloff.applications.states import ApplicationStatus
from calloff.history.disposal import delete_with_history, find_dependent_rows, record_disposal
from calloff.markets.models import Market
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

__all__ = ["DueDrafts", "abandoned_drafts", "dispose_drafts", "find_due_drafts", "redo_draft_disposals"]


class DueDrafts(NamedTuple):
    """The references of the drafts in one market that are due for deletion."""

    market: Market
    references: list[str]


def abandoned_drafts(at: datetime) -> QuerySet[Application]:
    """Return drafts that were never submitted, in markets that closed longer ago than the retention period.

    These include withdrawn drafts.
    """
    never_sent = Application.objects.filter(
        status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN], version=None, versions=None
    )
    return never_sent.filter(market__closes_at__lt=DRAFT_RETENTION.due_before(at))


def find_due_drafts(authorities: QuerySet[Organisation], at: datetime) -> list[DueDrafts]:
    """Return the drafts that are due for deletion in the markets of these authorities, by market, ordered by title."""
    found: dict[int, DueDrafts] = {}
    drafts = abandoned_drafts(at).filter(market__authority__in=authorities).select_related("market__authority")
    for draft in drafts.order_by("market__title", "market_id", "reference"):
        found.setdefault(draft.market_id, DueDrafts(draft.market, [])).references.append(draft.reference)
    return list(found.values())


def dispose_drafts(*, by: User, at: datetime, only: Collection[str] | None = None) -> list[DraftDisposal]:
    """Delete abandoned drafts, and return the certificates.

    If `only` is None, this deletes the drafts in the markets that the officer runs. Otherwise, it deletes the drafts
    with the references in `only`, at the authorities where the person is responsible for deletion.

    Each market has its own transaction. The row history and events of the drafts are also deleted. The certificate
    remains, and the market's History links to it. If this runs again, it does not delete anything more.
    """
    certificates = []
    due = abandoned_drafts(at) if only is None else abandoned_drafts(at).filter(reference__in=only)
    for market in Market.objects.filter(pk__in=due.values("market")).select_related("authority").order_by("pk"):
        if only is None:
            may_dispose = by.can(Can.RUN_MARKETS, organisation=market.authority, at=at, record=market)
        else:
            may_dispose = by.can(Can.DISPOSE, organisation=market.authority, at=at)
        if not may_dispose:
            continue
        with transaction.atomic():
            drafts = list(due.filter(market=market).select_for_update(of=("self",)).order_by("pk"))
            if not drafts:  # A colleague's command has just deleted them.
                continue
            references = [draft.reference for draft in drafts]
            _delete(drafts)
            certificate = DraftDisposal.objects.create(
                authority=market.authority, market=market, rule=DRAFT_RETENTION.key, words=DRAFT_RETENTION.words,
                months=DRAFT_RETENTION.months, source=DRAFT_RETENTION.source, references=references, by=by,
                disposed_at=at,
            )  # fmt: skip
            record_disposal(market, "dispose_drafts", by=by, at=at, reason=certificate)
        certificates.append(certificate)
    return certificates


def redo_draft_disposals(*, at: datetime) -> int:
    """Delete any drafts that a backup has restored, and return how many.

    Drafts that are listed on a certificate are deleted without a new certificate. Certificates that were issued after
    the backup are lost. So drafts that count as abandoned now are also deleted, on behalf of the officers named in the
    earlier certificates.
    """
    count, officers = 0, {}
    for certificate in DraftDisposal.objects.select_related("by").order_by("pk"):
        officers[certificate.authority_id] = certificate.by
        with transaction.atomic():
            restored = Application.objects.filter(
                market=certificate.market_id, reference__in=certificate.references, version=None, versions=None
            )
            drafts = list(restored.select_for_update(of=("self",)).order_by("pk"))
            _delete(drafts)
            count += len(drafts)
    for officer in set(officers.values()):
        count += sum(len(certificate.references) for certificate in dispose_drafts(by=officer, at=at))
    return count


def _delete(drafts: list[Application]) -> None:
    if drafts:  # This also finds the rows in other apps that refer to a draft.
        delete_with_history(find_dependent_rows(Application, [draft.pk for draft in drafts]))
