"""Suspension notices: which buyers have said where their children are, and which have not."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel.formatting import format_at_time, format_clock_time, pluralise
from calloff.members.models import Suspension
from calloff.monitoring import commands, queries
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Can
from calloff.web.authority import lookups
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def recalls(request: OrganisationRequest, slug: str) -> HttpResponse:
    provider = lookups.find_provider(request, slug)
    notices = list(queries.recalls_of(provider, request.organisation, person=request.user, at=request.now))
    lifted = queries.lifted_suspensions({recall.suspension_id for recall in notices})
    page: dict[str, Any] = {
        "provider": provider,
        "suspensions": queries.group_by_suspension(notices),
        "lifted": lifted,
        "seeing_placements": True,
    }
    page["may_remind"] = {recall.pk for recall in notices if recall.suspension_id not in lifted
                          and is_allowed(recall, "remind", request.user, request.now)}  # fmt: skip
    return render(request, "authority/recalls.html", page)


def describe_suspension(suspension: Suspension) -> str:
    """Describe a suspension that was just made: when it starts, and how many buyers were notified.

    The description leaves out the reason.
    """
    buyers, answered = queries.count_told(suspension)
    since = f"Suspended at {format_clock_time(suspension.made_at)}."
    if not buyers:
        return f"{since} We have emailed the provider. None of your schools or teams has a child there."
    schools = pluralise(buyers, "school or team", "schools and teams")
    words = f"{since} We have emailed {schools}, without the reason"
    return f"{words}. {answered} {'has' if answered == 1 else 'have'} acknowledged the notice."


def _find_recall(request: OrganisationRequest, slug: str, pk: int) -> SuspensionNotice:
    provider = lookups.find_provider(request, slug)
    seen = queries.recalls_of(provider, request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, pk=pk)


RECALL_ACTIONS = RecordActions(
    AUTHORITY,
    "recall",
    _find_recall,
    key="pk",
    back=lambda request, recall: path_at_organisation(request, "authority:recalls", recall.provider.slug),
    needs=(Can.SEE_PLACEMENTS,),
    rows=(
        RecordAction(
            commands.remind,
            linked_from="authority/recalls.html",
            heading=lambda _, recall: f"Remind {recall.buyer}",
            meaning=lambda _, recall: [
                f"We emailed {recall.buyer} {format_at_time(recall.told_at)}. No one there has told us where its "
                "pupils are.",
                "We will email the same people again. You can remind them only once a day.",
            ],
            button=lambda _, recall: f"Remind {recall.buyer}",
            done=lambda _, recall: f"Reminder sent to {recall.buyer}",
        ),
    ),
)
