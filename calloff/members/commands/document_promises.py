"""Giving a document that was promised: the gate before the first placement opens."""

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


def fulfil_promise(promise: DocumentPromise, *, item: Evidence | None, by: User, at: datetime) -> DocumentPromise:
    """Give the document that was promised, for every category in which the same one is owed to the authority.

    Raises Refused unless it is of the kind, covers what was promised and is not over. Given late, it still counts.
    """
    if item is None:
        raise Refused("Select the document", "item")
    with transaction.atomic():
        others = _hold_the_same(promise)
        with transition(promise, "fulfil_promise", by=by, at=at, along=others) as kept:
            _require_fits(kept, item, at)
            _give(kept, item, by, at)
            for other in others:
                if item in documents_that_fulfil(other, local_day(at)):
                    with transition(other, "fulfil_promise", by=by, at=at) as also:
                        _give(also, item, by, at)
            officers = who_can(Can.ASSURE, in_market=kept.member.market, at=at)
            queue_message(messages.promise_fulfilled(kept), to=officers, sender=str(kept.authority), at=at)
    return kept


def _hold_the_same(promise: DocumentPromise) -> list[DocumentPromise]:
    """Lock a promise and every other of the same document, by key, and return the others.

    All in one statement, before the step: of two colleagues who come from two categories, one waits for the other.
    """
    same = Q(
        authority=promise.authority_id, provider=promise.provider_id, kind=promise.kind,
        status=PromiseStatus.PROMISED, member__status__in=LASTING_STATUSES,
    )  # fmt: skip
    held = DocumentPromise.objects.select_for_update(of=("self",)).filter(same | Q(pk=promise.pk)).order_by("pk")
    return [one for one in held if one.pk != promise.pk]


def _give(promise: DocumentPromise, item: Evidence, by: User, at: datetime) -> None:
    promise.evidence, promise.fulfilled_at = item, at
    rely([item], authority=promise.authority, purpose=promise.member.reference, stage="membership", by=by, at=at)


def _require_fits(promise: DocumentPromise, item: Evidence, at: datetime) -> None:
    if item not in documents_that_fulfil(promise, local_day(at)):
        raise Refused(f"You promised a different document ({promise.what}). Select or upload that document.", "item")
