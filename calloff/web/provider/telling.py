"""How a provider's own people read a history: who, in what words, and why, where they may know it."""

from collections.abc import Callable, Iterable
from typing import Any

from calloff.history.models import Event, Subject
from calloff.history.queries import life_of
from calloff.members.models import Decision, Outcome, Reinstatement, Removal, Suspension
from calloff.people.models import Organisation

VERBS = {
    "start": "Started",
    "choose_lots": "Categories chosen",
    "save_section": "A section saved",
    "submit": "Submitted",
    "amend": "A change begun",
    "discard": "The changes dropped",
    "withdraw": "Withdrawn",
    "assign": "An evaluator allocated",
    "declare_interest": "Assessment begun",
    "clarify": "A clarification asked for",
    "answer_clarification": "The clarification answered",
    "finish_marking": "Assessment finished",
    "moderate": "Assessment agreed",
    "return_for_marking": "Sent back to its evaluators",
    "give_more_time": "A later decision day",
    "decide": "Decided",
    "offer": "Offered for signature",
    "sign": "Signed for the provider",
    "countersign": "Countersigned for the authority",
    "record_on_paper": "Recorded: signed on paper",
    "carry_over": "Brought in from the authority’s list",
    "suspend": "Suspended",
    "reinstate": "Reinstated",
    "remove": "Removed",
    "propose_removal": "Removal proposed",
    "answer_removal": "You responded",
    "drop_removal": "The proposed removal dropped",
    "answer_condition": "A condition answered",
    "meet_condition": "A condition met",
    "record_check": "Checked by the authority",
    "add": "Added",
    "renew": "Renewed",
    "amend_site": "Changed",
    "add_site": "Added",
    "close_site": "Closed",
    "set_places": "Free places said",
    "set_price": "A price set",
    "end_price": "A price ended",
    "admit": "Admitted",
    "admit_with_conditions": "Admitted with conditions",
    "refuse": "Not admitted",
    "release": "Membership ended",
}


def words(step: Subject) -> str | None:
    return VERBS.get(step.verb)


def names_for(provider: Organisation) -> Callable[[Event], str]:
    """Name colleagues in person; everybody else by their organisation alone."""

    def name(event: Event) -> str:
        own = event.acting_for in {str(provider), ""}
        return str(event.by) if own else event.acting_for

    return name


def reasons_for(steps: Iterable[Subject], provider: Organisation) -> dict[int, str]:
    """Find why, step by step, where the reason was given to this provider: never another's, never a working note."""
    by_type: dict[str, set[int]] = {}
    for step in steps:
        if step.event.reason_id:
            by_type.setdefault(step.event.reason_type, set()).add(step.event.reason_id)
    told = {
        (kind, pk): text
        for kind, keys in by_type.items()
        if kind in _RESOLVE
        for pk, text in _RESOLVE[kind](keys, provider)
    }
    found = ((step.pk, told.get((step.event.reason_type, step.event.reason_id or 0))) for step in steps)
    return {pk: text for pk, text in found if text}


def _suspensions(keys: set[int], provider: Organisation) -> list[tuple[int, str]]:
    return [
        (one.pk, f"{one.clause}: {one.reason}") for one in Suspension.objects.filter(pk__in=keys, provider=provider)
    ]


def _reinstatements(keys: set[int], provider: Organisation) -> list[tuple[int, str]]:
    found = Reinstatement.objects.filter(pk__in=keys, suspension__provider=provider)
    return [(one.pk, one.reason) for one in found]


def _removals(keys: set[int], provider: Organisation) -> list[tuple[int, str]]:
    return [(one.pk, one.closing_reason) for one in Removal.objects.filter(pk__in=keys, provider=provider)]


def _decisions(keys: set[int], provider: Organisation) -> list[tuple[int, str]]:
    own = Decision.objects.filter(pk__in=keys, provider=provider)
    told: dict[int, list[str]] = {}
    for outcome in Outcome.objects.filter(decision__in=own).select_related("lot").order_by("lot__number"):
        told.setdefault(outcome.decision_id, []).append(f"{outcome.lot}: {outcome.reason}")
    return [(pk, " ".join(parts)) for pk, parts in told.items()]


_RESOLVE: dict[str, Callable[[set[int], Organisation], list[tuple[int, str]]]] = {
    Suspension._meta.label: _suspensions,
    Reinstatement._meta.label: _reinstatements,
    Removal._meta.label: _removals,
    Decision._meta.label: _decisions,
}


def told(records: Any, provider: Organisation) -> dict[str, Any]:
    """Gather what `parts/history.html` needs for the life of some records."""
    steps = list(life_of(*records))
    return {"steps": steps, "names": names_for(provider), "words": words, "reasons": reasons_for(steps, provider)}
