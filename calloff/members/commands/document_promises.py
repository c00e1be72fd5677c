"""Commands for documents that a provider has promised. Placements cannot start without these documents."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from calloff.evidence.commands import rely
from calloff.evidence.models import Evidence
from calloff.history.transitions import transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.queries import who_can
from calloff.members import messages
from calloff.members.models import DocumentPromise
from calloff.members.queries import documents_that_fulfil
from calloff.members.states import LASTING_STATUSES, PromiseStatus
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["fulfil_promise"]


def fulfil_promise(promise: DocumentPromise, *, item: Evidence | None, by: User, at: datetime) -> DocumentPromise:
    """Record the document that fulfils a promise. This also fulfils the same promise for the authority's other
    lots.

    Raises Refused unless the document is of the right kind, has the promised cover and has not expired. A document is
    accepted even if it is late.
    """
    if item is None:
        raise Refused("Select the document", "item")
    with transaction.atomic():
        same_promises = _lock_same_promises(promise)
        with transition(promise, "fulfil_promise", by=by, at=at, along=same_promises) as fulfilled:
            _require_fits(fulfilled, item, at)
            _give(fulfilled, item, by, at)
            for same_promise in same_promises:
                if item in documents_that_fulfil(same_promise, local_day(at)):
                    with transition(same_promise, "fulfil_promise", by=by, at=at) as also_fulfilled:
                        _give(also_fulfilled, item, by, at)
            officers = who_can(Can.ASSURE, in_market=fulfilled.member.market, at=at)
            queue_message(messages.promise_fulfilled(fulfilled), to=officers, sender=str(fulfilled.authority), at=at)
    return fulfilled


def _lock_same_promises(promise: DocumentPromise) -> list[DocumentPromise]:
    """Lock a promise and all other promises of the same document, by key, and return the other promises.

    One statement locks them all before the transition, so that two colleagues who work on two lots cannot cause a
    deadlock.
    """
    same = Q(
        authority=promise.authority_id, provider=promise.provider_id, kind=promise.kind,
        status=PromiseStatus.PROMISED, member__status__in=LASTING_STATUSES,
    )  # fmt: skip
    locked = DocumentPromise.objects.select_for_update(of=("self",)).filter(same | Q(pk=promise.pk)).order_by("pk")
    return [locked_promise for locked_promise in locked if locked_promise.pk != promise.pk]


def _give(promise: DocumentPromise, item: Evidence, by: User, at: datetime) -> None:
    promise.evidence, promise.fulfilled_at = item, at
    rely([item], authority=promise.authority, purpose=promise.member.reference, stage="membership", by=by, at=at)


def _require_fits(promise: DocumentPromise, item: Evidence, at: datetime) -> None:
    if item not in documents_that_fulfil(promise, local_day(at)):
        raise Refused(f"You promised a different document ({promise.what}). Select or upload that document.", "item")
