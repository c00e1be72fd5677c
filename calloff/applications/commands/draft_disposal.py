"""Delete drafts that are no longer needed, and store a certificate of the deletion.

This needs the database's disposal role.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from calloff.applications.models import Application, DraftDisposal
from calloff.applications.retention import DRAFT_RETENTION
from calloff.applications.states import ApplicationStatus
from calloff.history.disposal import delete_with_history, find_dependent_rows, record_disposal
from calloff.markets.models import Market
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["abandoned_drafts", "dispose_drafts", "redo_draft_disposals"]


def abandoned_drafts(at: datetime) -> QuerySet[Application]:
    """Return drafts that were never submitted, in markets that closed before the retention period.

    Withdrawn drafts are included.
    """
    never_sent = Application.objects.filter(
        status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN], version=None, versions=None
    )
    return never_sent.filter(market__closes_at__lt=DRAFT_RETENTION.due_before(at))


def dispose_drafts(*, by: User, at: datetime) -> list[DraftDisposal]:
    """Delete the abandoned drafts in the markets that the officer runs, and return the certificates.

    Each market is handled in its own transaction. The drafts' row history and events are deleted too. The certificate
    remains, and the market's History links to it. Running this again deletes nothing more.
    """
    certificates = []
    for market in (
        Market.objects.filter(pk__in=abandoned_drafts(at).values("market")).select_related("authority").order_by("pk")
    ):
        if not by.can(Can.RUN_MARKETS, organisation=market.authority, at=at, record=market):
            continue
        with transaction.atomic():
            drafts = list(abandoned_drafts(at).filter(market=market).select_for_update(of=("self",)).order_by("pk"))
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
    """Delete drafts again that a restored backup brought back. Returns how many were deleted.

    Drafts on an existing certificate are deleted again without a new certificate. Certificates issued after the backup
    are lost. So drafts that count as abandoned now are also deleted, on behalf of the officers on the earlier
    certificates.
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
    if drafts:  # this also finds rows in other apps that refer to a draft
        delete_with_history(find_dependent_rows(Application, [draft.pk for draft in drafts]))
