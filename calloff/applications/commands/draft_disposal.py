"""Disposing of what no one needs any more, under the database role that may. A certificate stays."""

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


def abandoned_drafts(at: datetime) -> QuerySet[Application]:
    """Find drafts, and withdrawn drafts, that were never submitted and whose market closed long enough ago."""
    never_sent = Application.objects.filter(
        status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN], version=None, versions=None
    )
    return never_sent.filter(market__closes_at__lt=DRAFT_RETENTION.due_before(at))


def dispose_drafts(*, by: User, at: datetime) -> list[DraftDisposal]:
    """Dispose of abandoned drafts in the markets that the officer runs, each market in one transaction.

    Their rows go, with their row history and their events; a certificate stays, and the market's history names it.
    Run again, it finds nothing more. Needs the disposal role of the database.
    """
    made = []
    for market in (
        Market.objects.filter(pk__in=abandoned_drafts(at).values("market")).select_related("authority").order_by("pk")
    ):
        if not by.can(Can.RUN_MARKETS, organisation=market.authority, at=at, record=market):
            continue
        with transaction.atomic():
            drafts = list(abandoned_drafts(at).filter(market=market).select_for_update(of=("self",)).order_by("pk"))
            references = [draft.reference for draft in drafts]
            _take_away(drafts)
            certificate = DraftDisposal.objects.create(
                authority=market.authority, market=market, rule=DRAFT_RETENTION.key, words=DRAFT_RETENTION.words,
                months=DRAFT_RETENTION.months, source=DRAFT_RETENTION.source, references=references, by=by,
                disposed_at=at,
            )  # fmt: skip
            record_disposal(market, "dispose_drafts", by=by, at=at, reason=certificate)
        made.append(certificate)
    return made


def redo_draft_disposals(*, at: datetime) -> int:
    """Dispose again of what a restored backup brought back, and return how many applications that were.

    What a certificate names goes again, without a second certificate. What was disposed of after the backup was taken
    has no certificate in it: so the rule is applied as of now, by the officers who answered for it before.
    """
    again, officers = 0, {}
    for certificate in DraftDisposal.objects.select_related("by").order_by("pk"):
        officers[certificate.authority_id] = certificate.by
        with transaction.atomic():
            back = Application.objects.filter(
                market=certificate.market_id, reference__in=certificate.references, version=None, versions=None
            )
            drafts = list(back.select_for_update(of=("self",)).order_by("pk"))
            _take_away(drafts)
            again += len(drafts)
    for officer in set(officers.values()):
        again += sum(len(certificate.references) for certificate in dispose_drafts(by=officer, at=at))
    return again


def _take_away(drafts: list[Application]) -> None:
    if drafts:  # with whatever has come to point to a draft, in whatever room
        delete_with_history(find_dependent_rows(Application, [draft.pk for draft in drafts]))
