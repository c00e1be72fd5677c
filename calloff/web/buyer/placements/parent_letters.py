"""The pages that record what parents were told about a placement, and the letters to them as PDFs.

The pages show the facts that the letters contain, so no one enters them again. Each letter is made when someone
downloads it, and the view is logged, because the letter names the child.
"""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.documents.pdf_content import LetterContent
from calloff.documents.pdf_rendering import render_pdf
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import commands, parent_letters
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.parent_letters import Facts, LetterNames
from calloff.placements.suspensions import require_membership_for_promise
from calloff.pupils import contact_rules
from calloff.pupils.models import RecordAccess
from calloff.pupils.queries import identify_pupils
from calloff.web import command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import find_placement, placement_context, redirect_to_placement
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

PARENT, DIRECTION = LETTER_KINDS = PreStartCheck.Kind.PARENT, PreStartCheck.Kind.DIRECTION
WRITE_TO_PARENTS_PURPOSE = "To write to the parents about a placement"


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def tell_parent(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Offer the letter to each contact who can get it, and ask when the parents were told and what they think."""
    placement = find_placement(request, reference)
    _must(request, placement, "tell_parent")
    letters = letters_of(request, placement, PARENT)
    initial = {"on": local_day(request.now), "said": recorded_views(request, placement)}
    form = forms.TellParentForm.of(request, initial=initial)
    if form.attempt(commands.tell_parent, placement, by=request.user, at=request.now):
        return _recorded(request, reference)
    return _ask(
        request,
        placement,
        form,
        heading="Tell the parents about the placement",
        button="Save record",
        letters=letters,
        facts=parent_letters.letter_facts(placement, request.now),
    )


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def give_direction(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask only for the facts of the notice that are not recorded yet, and show it before it is recorded."""
    placement = find_placement(request, reference)
    _must(request, placement, "give_direction")
    before = dict(parent_letters.read_facts(_said(placement)))
    usual = ", ".join(filter(None, [str(placement.provider), placement.provider.telephone]))
    planned, today = _planned_notice(placement), local_day(request.now)
    on = planned if planned and planned <= today else today
    initial = {
        "on": on,
        "report_to": before.get(parent_letters.REPORT_TO, usual),
        "reasons": before.get(parent_letters.REASONS, ""),
    }
    form = forms.DirectionForm.of(request, initial=initial)
    if "preview" in request.POST:
        if pdf := _preview(request, placement, form, str(request.POST["preview"])):
            return pdf
    elif form.attempt(commands.give_direction, placement, by=request.user, at=request.now):
        return _recorded(request, reference)
    facts = parent_letters.notice_facts(placement, on=on, report_to="", reasons="")
    missing = parent_letters.find_missing_facts(facts)
    if missing and request.method != "POST":
        raise Refused.because(missing)
    return _ask(
        request,
        placement,
        form,
        heading="Give notice of the off-site direction",
        button="Record notice",
        letters=letters_of(request, placement, DIRECTION),
        facts=facts,
        preview=True,
        previews=list(_allowed_contacts(request, placement).items()),
        meaning=["Parents must have written notice at least 2 school days before an off-site direction starts."],
    )


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def letter(request: OrganisationRequest, reference: str, kind: str, pk: int) -> HttpResponse:
    """Make the letter or the notice to one contact, if the contact can be told where the child is taught."""
    placement = find_placement(request, reference)
    if kind not in LETTER_KINDS or placement.is_over:
        raise Http404
    to = _allowed_contacts(request, placement).get(pk)
    if to is None:
        raise Http404
    if kind == PARENT:
        names = _names(request, placement, to, by=request.user)
        facts = parent_letters.letter_facts(placement, request.now)
        return _as_pdf(parent_letters.parent_letter(placement, facts, names, at=request.now), request.now)
    check = PreStartCheck.objects.filter(placement=placement, kind=DIRECTION).select_related("by").first()
    recorded = parent_letters.read_facts(check.said) if check else []
    if check is None or check.on is None or check.by is None or not recorded:
        raise Http404
    names = _names(request, placement, to, by=check.by)
    return _as_pdf(parent_letters.direction_notice(placement, recorded, names, on=check.on), request.now)


def _must(request: OrganisationRequest, placement: Placement, verb: str) -> None:
    command_views.require_permission(request, placement, verb)
    if request.method != "POST":
        require_membership_for_promise(placement, "record this check")


def _recorded(request: OrganisationRequest, reference: str) -> HttpResponse:
    back = redirect_to_placement(request, "before-start", reference)
    return command_views.redirect_done(request, "Check recorded", back)


def _ask(request: OrganisationRequest, placement: Placement, form: Any, *, facts: Facts, **page: Any) -> HttpResponse:
    more = {
        "preview": False,
        "previews": [],
        "meaning": [],
        "cancel": redirect_to_placement(request, "before-start", placement.reference),
    }
    pupil = path_if_routed("buyer:pupil", request.organisation.slug, placement.pupil.reference)
    rows = [(label, value, None) for label, value in facts]
    context = placement_context(request, placement, form=form, facts=rows, pupil_page=pupil, **(more | page))
    return render(request, "buyer/parent_letter.html", context)


def letters_of(request: OrganisationRequest, placement: Placement, kind: str) -> list[tuple[str, str, str]]:
    """Return each of the child's contacts with the path of their letter, or with a sentence that says why there is
    none.

    A notice has a path only after someone has recorded it.
    """
    if not request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now):
        return []
    made = kind == PARENT or bool(parent_letters.read_facts(_said(placement)))
    letters, today = [], local_day(request.now)
    for contact, decision in contact_rules.who_may_get_letter(placement.pupil, today):
        path = path_at_organisation(request, "buyer:placement-letter", placement.reference, kind, contact.pk)
        told = contact_rules.may_be_told(contact, contact_rules.TellingTopic.EMERGENCY, today).allowed
        why_not = (
            f"Do not send the letter to {contact.name}" if told else f"Do not tell {contact.name} about this placement"
        )
        words = "" if decision.allowed else f"{why_not}. {decision.why_not}"
        letters.append((contact.name, path if decision.allowed and made else "", words))
    return letters


def _allowed_contacts(request: OrganisationRequest, placement: Placement) -> dict[int, str]:
    """Return the names of the contacts who can get a letter, by primary key. Returns none if the reader cannot see
    pupils.
    """
    if not request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now):
        return {}
    readers = contact_rules.who_may_get_letter(placement.pupil, local_day(request.now))
    return {contact.pk: contact.name for contact, decision in readers if decision.allowed}


def recorded_views(request: OrganisationRequest, placement: Placement) -> str:
    """Return the views that the parents have already given, so that no one enters them again."""
    check = PreStartCheck.objects.filter(placement=placement, kind=PARENT).first()
    if check is not None and check.said:
        return check.said
    if not request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now):
        return ""
    views = contact_rules.views_for(placement.pupil, contact_rules.RECORD_PLACE, local_day(request.now))
    return "\n".join(f"{view.who}: {view.views}" for view in views if view.views)


def _said(placement: Placement) -> str:
    found = PreStartCheck.objects.filter(placement=placement, kind=DIRECTION)
    return found.values_list("said", flat=True).first() or ""


def _planned_notice(placement: Placement) -> date | None:
    given = placement.referral.basis_facts.get("notice_on")
    return date.fromisoformat(str(given)) if given else None


def _preview(request: OrganisationRequest, placement: Placement, form: Any, contact: str) -> HttpResponse | None:
    """Make the notice to one contact from the answers, without recording it.

    Returns None if the answers have errors, or if the contact cannot get the notice.
    """
    if not form.is_valid():
        return None
    answers = form.cleaned_data
    if problems := parent_letters.find_notice_problems(**answers, at=request.now):
        form.show(Refused.because(problems))
        return None
    allowed = {str(pk): name for pk, name in _allowed_contacts(request, placement).items()}
    if contact not in allowed:
        form.show(Refused("You cannot preview a notice to this person. Check the pupil’s contacts."))
        return None
    facts = parent_letters.notice_facts(placement, **answers)
    if missing := parent_letters.find_missing_facts(facts):
        form.show(Refused.because(missing))
        return None
    names = _names(request, placement, allowed[contact], by=request.user)
    return _as_pdf(parent_letters.direction_notice(placement, facts, names, on=answers["on"]), request.now)


def _names(request: OrganisationRequest, placement: Placement, to: str, *, by: User) -> LetterNames:
    """Return the names in a letter that `by` signs, and log the view.

    Raises Http404 if the reader is not allowed to know who the child is.
    """
    known = identify_pupils(
        [placement.pupil],
        person=request.user,
        acting_for=request.organisation,
        purpose=WRITE_TO_PARENTS_PURPOSE,
        at=request.now,
        what=RecordAccess.What.IDENTITY,
    ).get(placement.pupil_id)
    if known is None:
        raise Http404
    called = known.known_as or known.name.split()[0]
    return LetterNames(to, known.name, called, by)


def _as_pdf(made: LetterContent, at: datetime) -> HttpResponse:
    response = HttpResponse(render_pdf("letter", made, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{made.reference}-letter.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
