"""The page on which the AP lead records all of their checks before a placement together.

Each part that someone fills in is recorded as if on the page of that check. Parts without answers stay open. If we
refuse a part, we record no check, and show all the errors together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Problem, Refused
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import commands, parent_letters, queries
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.suspensions import require_membership_for_promise
from calloff.web import command_views
from calloff.web.buyer.placements.forms import RecordVisitForm, RiskPlanForm, TellAuthorityForm, TellParentForm
from calloff.web.buyer.placements.lookups import find_placement, placement_context, redirect_to_placement
from calloff.web.buyer.placements.parent_letters import PARENT, letters_of, recorded_views
from calloff.web.buyer.placements.pre_start_checks import what_the_council_is_told
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

# each check on the page, with its command and the form of its own page
OWN_CHECKS: dict[str, tuple[Any, type[UnmarkedForm]]] = {
    PreStartCheck.Kind.VISIT: (commands.record_visit, RecordVisitForm),
    PARENT: (commands.tell_parent, TellParentForm),
    PreStartCheck.Kind.RISK_PLAN: (commands.keep_risk_plan, RiskPlanForm),
    PreStartCheck.Kind.AUTHORITY: (commands.tell_authority, TellAuthorityForm),
}
BOXES: dict[str, str] = {PARENT: "We have told the parent", PreStartCheck.Kind.AUTHORITY: "Tell the council now"}


class OwnChecksForm(UnmarkedForm):
    """The questions of several checks. The name of each field starts with the kind of its check.

    Two checks also have a box, because their texts can be filled in already or stay empty.
    """

    def __init__(self, *args: Any, kinds: Iterable[str], council: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(kinds)
        hints = {PreStartCheck.Kind.AUTHORITY: " ".join(council)}
        for kind in self.kinds:
            if kind in BOXES:
                self.fields[f"{kind}_done"] = forms.BooleanField(
                    label=BOXES[kind], required=False, help_text=hints.get(PreStartCheck.Kind(kind), "")
                )
            for name, field in OWN_CHECKS[kind][1].base_fields.items():
                if not isinstance(field, forms.FileField):
                    copied: Any = type(field).__deepcopy__(field, {})
                    copied.required = False
                    self.fields[f"{kind}_{name}"] = copied
        if notes := self.fields.get("authority_said"):
            notes.label = "Notes about telling the council"

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        checks = {}
        for kind in self.kinds:
            own = {name: answers.get(f"{kind}_{name}") for name in OWN_CHECKS[kind][1].base_fields if name != "file"}
            if answers.get(f"{kind}_done") if kind in BOXES else str(own["said"]).strip():
                checks[kind] = own
        return {"checks": checks}


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def record_checks(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for all checks that are still to do and that this person can make."""
    placement = find_placement(request, reference)
    command_views.require_permission(request, placement, "record_visit")
    back = redirect_to_placement(request, "before-start", reference)
    if request.method != "POST":
        require_membership_for_promise(placement, "record checks")
    kinds = [check.kind for check in queries.checks_of(placement) if check.made_at is None and check.kind in OWN_CHECKS]
    if not kinds:
        return redirect(back)
    today = local_day(request.now)
    initial = {"visit_on": today, "parent_on": today, "parent_said": recorded_views(request, placement)}
    form = OwnChecksForm.of(request, kinds=kinds, council=what_the_council_is_told(request, placement), initial=initial)
    if form.attempt(_record_all, placement, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{pluralise(form.result, 'check')} recorded", back)
    more = {
        "form": form,
        "cancel": back,
        "letters": letters_of(request, placement, PARENT) if PARENT in kinds else [],
        "facts": [(label, value, None) for label, value in parent_letters.letter_facts(placement, request.now)],
    }
    return render(request, "buyer/record_checks.html", placement_context(request, placement, **more))


def _record_all(placement: Placement, *, checks: Mapping[str, Mapping[str, Any]], by: User, at: datetime) -> int:
    """Record several checks in one transaction. Returns how many. Raises Refused with the problems of all of them."""
    if not checks:
        raise Refused("Enter the details of at least one check")
    problems: list[Problem] = []
    with transaction.atomic():
        for kind, answers in checks.items():
            if "on" in answers and answers["on"] is None:
                problems.append(Problem(MISSING_DATES[kind], f"{kind}_on"))
                continue
            try:
                with transaction.atomic():
                    OWN_CHECKS[kind][0](placement, **answers, by=by, at=at)
            except Refused as refusal:
                problems += [Problem(one.sentence, f"{kind}_{one.where}") for one in refusal.problems]
        if problems:
            raise Refused.because(problems)
    return len(checks)


MISSING_DATES: dict[str, str] = {
    PreStartCheck.Kind.VISIT: "Enter the date of the visit",
    PARENT: "Enter the date you told the parent",
}
