"""Referrals: the list, and a draft shown as a task list until providers are asked.

No provider sees a draft.
"""

from typing import Any

from django.db.models import F, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.buying.offer_queries import open_offer
from calloff.history.queries import last_actor
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, format_sen_provision
from calloff.kernel.formatting import format_date
from calloff.people.permissions import Can
from calloff.placements import interim_places
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import is_home_withheld
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import NOT_DETECTED_ADVICE
from calloff.pupils.states import PupilStatus
from calloff.referrals import commands, default_deadlines, legal_bases, queries
from calloff.referrals.fit import unsuited
from calloff.referrals.invitation_eligibility import find_candidates
from calloff.referrals.legal_bases import SIXTH_DAY_BASES
from calloff.referrals.models import EducationBasis, Referral
from calloff.referrals.sections import count_few_similar, find_missing
from calloff.referrals.states import ReferralStatus
from calloff.web import command_views, list_pages
from calloff.web.buyer import referral_forms as forms
from calloff.web.buyer.referral_preview import cut_identifying_text, describe_contacts
from calloff.web.buyer.referral_sections import REFERRAL_TASKS, rail_of, referral_sections
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

FIND_PLACE_PURPOSE = "To find a place for the pupil"


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def referral_list(request: OrganisationRequest) -> HttpResponse:
    filters, referrals = _filtered(request)
    page = list_pages.list_context(request, referrals, ("due", "-pk"), one="referral", filters=filters)
    page["words"] = {row.pk: queries.status_word_of(row, request.now) for row in page["rows"]}
    page |= {"today": local_day(request.now), "sixth_day": SIXTH_DAY_BASES}
    page["children"] = _initials(request, page["rows"])
    page["may_place"] = request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    return render(request, "buyer/referrals.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def export(request: OrganisationRequest) -> HttpResponseBase:
    columns: list[Column[Any]] = [
        Column("Reference", lambda referral: referral.reference),
        Column("Pupil", lambda referral: referral.pupil.reference),
        Column("Category", lambda referral: str(referral.lot)),
        Column("Basis", lambda referral: referral.get_basis_display()),
        Column("Due", lambda referral: referral.due_on),
        Column("Reply by", lambda referral: referral.reply_by),
        Column("Asked", lambda referral: referral.asked_count),
        Column("Seen", lambda referral: referral.seen_count),
        Column("Replied", lambda referral: referral.replied_count),
        Column("Status", lambda referral: queries.status_word_of(referral, request.now)),
    ]
    return export_response("referrals", columns, _filtered(request)[1].order_by("due", "-pk"))


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def begin(request: OrganisationRequest) -> HttpResponse:
    """Choose a child and a category for a new referral. `?pupil=PU-…` preselects the child."""
    lots = queries.lots_open_to(request.organisation, request.now)
    form = forms.BeginReferralForm.of(
        request, pupils=_pupils(request), lots=lots, initial={"pupil": request.GET.get("pupil", "")}
    )
    if form.attempt(commands.begin, by=request.user, at=request.now):
        to = _to(request, "referral-basis", form.result, form.basis)
        return command_views.redirect_done(request, "Draft referral started", to)
    page = {"form": form, "cancel": path_at_organisation(request, "buyer:referrals"), "lots": lots}
    return render(request, "buyer/referral_new.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def referral(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show a draft as a task list, or a sent referral as a record."""
    referral = find_referral(request, reference)
    if referral.status == ReferralStatus.DRAFT:
        sections = referral_sections(request, referral)
        tasks = list(zip(sections, [hint for _, _, hint in REFERRAL_TASKS], strict=False))
        ready = all(section.is_complete for section, _ in tasks)
        page = {"tasks": tasks, "ready": ready, "may_amend": _may(request, referral, "amend")}
        return render(request, "buyer/referral_draft.html", referral_context(request, referral) | page)
    page = {
        "answers": queries.interests_of(referral),
        "word_of_interest": queries.interest_word_of,
        "offer": open_offer(referral),
    }
    page |= {
        "can": {verb: _may(request, referral, verb) for verb in ("ask_more", "nudge", "close", "withdraw", "take_back")}
    }
    page |= {"interim": interim_places.of_referral(referral, local_day(request.now))}
    page |= {"may_update": request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)}
    page |= {"waiting": queries.questions_of(referral).filter(status="asked").count()}
    return render(request, "buyer/referral.html", referral_context(request, referral) | page)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def choose_basis(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _to_amend(request, reference)
    form = forms.ChooseBasisForm.of(request, initial={"basis": referral.basis})
    if form.is_valid():
        return command_views.SeeOther(_to(request, "referral-basis", referral, form.cleaned_data["basis"]))
    return _ask(request, referral, form, "Which power or duty applies?", "basis", button="Continue")


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def basis(request: OrganisationRequest, reference: str, key: str) -> HttpResponse:
    referral = _to_amend(request, reference)
    if key not in EducationBasis.values:
        raise Http404
    row = legal_bases.find_duty(key, local_day(request.now))
    kept = forms.initial_basis(referral, key)
    form = forms.BasisFactsForm.of(request, row=row, kept=kept, initial=kept | {"basis": key})
    if form.attempt(commands.amend, referral, seen=referral, by=request.user, at=request.now):
        return _continue(request, form.result, "basis", "Legal basis saved")
    if form.conflicts:
        return _beside(request, referral, form)
    law = f"Source: {row.citation}, in force from {format_date(row.valid_from)}."
    return _ask(request, referral, form, str(EducationBasis(key).label), "basis", row.says, law)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def wanted(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _to_amend(request, reference)
    kept = forms.initial_wanted(referral)
    first = {} if referral.starts_on else forms.default_wanted(referral, request.now)
    form = forms.WantedForm.of(request, kept=kept, initial=kept | first)
    if form.attempt(commands.amend, referral, seen=referral, by=request.user, at=request.now):
        return _continue(request, form.result, "wanted", "Placement details saved")
    if form.conflicts:
        return _beside(request, referral, form)
    return _ask(request, referral, form, "Placement details", "wanted")


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def picture(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Write the text that providers can see.

    It is saved as typed, and parts that could identify the child are marked.
    """
    referral = _to_amend(request, reference)
    few = count_few_similar(referral.pupil)
    form = forms.PictureForm.of(request, few=few, kept=forms.initial_picture(referral))
    if form.attempt(commands.amend, referral, seen=referral, by=request.user, at=request.now):
        if find_missing(form.result, request.now)["picture"]:
            return command_views.SeeOther(_to(request, "referral-preview", referral))
        return _continue(request, form.result, "picture", "Pen picture saved")
    if form.conflicts:
        return _beside(request, referral, form)
    page: dict[str, Any] = {"form": form, "few": few, "not_detected": NOT_DETECTED_ADVICE}
    page |= {"rail": rail_of(request, referral, "picture"), "cancel": _to(request, "referral", referral)}
    return render(request, "buyer/referral_picture.html", referral_context(request, referral) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def preview(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Preview the referral as every provider will see it, and the pack for the one that gets an offer."""
    referral = find_referral(request, reference)
    page: dict[str, Any] = {"shown": queries.facts_shown_to_all(referral), "marks": cut_identifying_text(referral)}
    page |= {"not_detected": NOT_DETECTED_ADVICE, "few": count_few_similar(referral.pupil)}
    page |= {"withheld": is_home_withheld(referral.pupil), "contacts": describe_contacts(referral.pupil, request)}
    page |= {"problems": find_missing(referral, request.now)["picture"], "may_amend": _may(request, referral, "amend")}
    return render(request, "buyer/referral_preview.html", referral_context(request, referral) | page)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def who(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Choose which approved providers in the category to ask.

    The most suitable and the nearest are listed first.
    """
    referral = _to_amend(request, reference)
    rule = referral.market.rule("invite_all")
    can_be_asked = [each.member for each in find_candidates(referral.lot, request.now) if not each.why_not]
    kept = forms.initial_who(referral)
    initial = kept or forms.default_who(default_deadlines.default_reply_by(request.now))
    form = forms.WhoForm.of(
        request, members=can_be_asked, everybody=bool(rule and rule.value), kept=kept, initial=initial
    )
    if form.attempt(commands.amend, referral, seen=referral, by=request.user, at=request.now):
        return _continue(request, form.result, "who", "Providers to ask saved")
    if form.conflicts:
        return _beside(request, referral, form)
    page: dict[str, Any] = {"form": form, "rule": rule if rule and rule.value else None}
    page |= {"rail": rail_of(request, referral, "who"), "cancel": _to(request, "referral", referral)}
    return render(
        request, "buyer/referral_who.html", referral_context(request, referral) | page | _suggested(request, referral)
    )


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def ask(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show every answer again, then ask the providers."""
    referral = find_referral(request, reference)
    command_views.require_permission(request, referral, "ask")
    form = AskProvidersForm.of(request)
    if form.attempt(commands.ask, referral, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "referral-ask-done", referral))
    chosen = [
        each
        for each in find_candidates(referral.lot, request.now)
        if not referral.shortlist or each.member.pk in referral.shortlist
    ]
    page = {
        "form": form,
        "shown": queries.facts_shown_to_all(referral),
        "chosen": chosen,
        "cancel": _to(request, "referral", referral),
    }
    page |= {"unfit": unsuited(referral, [each.member for each in chosen])}
    page |= {"on_record": _record_that_differs(request, referral)}
    page |= {"todo": [each for part in find_missing(referral, request.now).values() for each in part]}
    return render(request, "buyer/referral_ask.html", referral_context(request, referral) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def asked(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = find_referral(request, reference)
    if referral.asked_at is None:
        raise Http404
    return render(request, "buyer/referral_asked.html", referral_context(request, referral))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = find_referral(request, reference)
    return pages.render_history(
        request, referral, context=referral_context(request, referral), frame="buyer/referral_frame.html"
    )


def _record_that_differs(request: OrganisationRequest, referral: Referral) -> str:
    """Describe the needs in the child's record if they differ from the referral's.

    The person must be allowed to read them.
    """
    pupil = referral.pupil
    alike = (set(pupil.needs), pupil.sen_provision) == (set(referral.needs), referral.sen_provision)
    if alike or not request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now):
        return ""
    needs = ", ".join(str(NeedType(code).label) for code in pupil.needs)
    return f"{format_sen_provision(pupil.sen_provision)}. Needs: {needs or 'not recorded'}"


class AskProvidersForm(ConfirmForm):
    """Ask the providers. Each problem links to the part of the referral that needs correcting."""

    hrefs = {
        "basis": "basis", "basis_on": "basis", "due_on": "basis", "starts_on": "wanted", "ends_on": "wanted",
        "hours": "wanted", "outcomes": "wanted", "travel": "wanted", "picture": "picture", "area": "picture",
        "needs": "picture", "hazards": "picture", "key_stage": "picture", "few": "picture", "reply_by": "who",
        "members": "who", "reason": "who",
    }  # fmt: skip


def find_referral(request: OrganisationRequest, reference: str) -> Referral:
    """Find the buyer's referral from the reference in the path.

    Raises Http404 if the person is not allowed to see it.
    """
    seen = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def referral_context(request: OrganisationRequest, referral: Referral) -> dict[str, Any]:
    """Return the context for every page of a referral.

    It has the child's initials for people who are allowed to know the child.
    """
    child = _initials(request, [referral]).get(referral.pk, "")
    pages = [("Referral", _to(request, "referral", referral))]
    pages.append(("What providers see", _to(request, "referral-preview", referral)))
    if referral.status != ReferralStatus.DRAFT:
        pages.append(("Replies", _to(request, "referral-replies", referral)))
        pages.append(("Questions", _to(request, "referral-questions", referral)))
    pages.append(("History", _to(request, "referral-history", referral)))
    here = pages[0][1]  # on the referral's own page, the breadcrumbs do not link to it
    return {
        "referral": referral, "caption": referral.reference, "word": queries.status_word_of(referral, request.now),
        "child": child,
        "breadcrumbs": [
            ("Referrals", path_at_organisation(request, "buyer:referrals")),
            (referral.reference, None if request.path == here else here),
        ],
        "parts": record_parts(request, pages), "confidential": True, "now": request.now, "due": duty_words(referral),
    }  # fmt: skip


def duty_words(referral: Referral) -> legal_bases.LegalDuty | None:
    return legal_bases.find_duty(referral.basis, referral.basis_on) if referral.basis and referral.basis_on else None


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
    every = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    over = Q(status__in=[ReferralStatus.PLACED, ReferralStatus.NONE_FOUND, ReferralStatus.WITHDRAWN])
    states = queries.referral_filters(request.now) | {"all": ("Open and closed", Q())}
    return list_pages.filter_by_state_and_days(
        request, every, states, field="due", about="Due", everything="Open referrals", otherwise=~over
    )


def _initials(request: OrganisationRequest, rows: list[Referral]) -> dict[int, str]:
    children = pupils.identify_pupils(
        [row.pupil for row in rows], person=request.user, acting_for=request.organisation, purpose=FIND_PLACE_PURPOSE,
        at=request.now,
    )  # fmt: skip
    return {row.pk: children[row.pupil_id].in_words for row in rows if row.pupil_id in children}


def _pupils(request: OrganisationRequest) -> dict[str, tuple[Pupil, pupils.ShownPupil]]:
    seen = Pupil.objects.visible_to(request.user, request.now).filter(
        buyer=request.organisation, status=PupilStatus.ON_ROLL
    )
    children = {child.pk: child for child in seen.order_by(F("year_group") - F("school_year"), "family_name", "pk")}
    identified = pupils.identify_pupils(
        children.values(),
        person=request.user,
        acting_for=request.organisation,
        purpose=FIND_PLACE_PURPOSE,
        at=request.now,
    )
    return {children[pk].reference: (children[pk], shown) for pk, shown in identified.items()}


def _suggested(request: OrganisationRequest, referral: Referral) -> dict[str, Any]:
    narrow = forms.SuggestionFilter.of(request)
    asks = list_pages.filter_values(narrow)
    near = queries.school_of(referral) if asks["near"] == "school" else queries.home_of(referral)
    found_ones = queries.suggestions(referral, near=near, at=request.now)
    if asks["fit"]:
        found_ones = [each for each in found_ones if not each.lacks]
    return {"suggestions": found_ones, "narrow": narrow, "measured": near is not None, "near": asks["near"]}


def _may(request: OrganisationRequest, referral: Referral, verb: str) -> bool:
    return is_allowed(referral, verb, request.user, request.now)


def _to_amend(request: OrganisationRequest, reference: str) -> Referral:
    referral = find_referral(request, reference)
    command_views.require_permission(request, referral, "amend")
    return referral


def _ask(
    request: OrganisationRequest, referral: Referral, form: PageForm, heading: str, section: str, *meaning: str,
    button: str = "Save and continue",
) -> HttpResponse:  # fmt: skip
    return command_views.render_command(
        request, form, heading=heading, button=button, cancel=_to(request, "referral", referral),
        caption=referral.reference, meaning=meaning, context={"rail": rail_of(request, referral, section)},
    )  # fmt: skip


def _continue(request: OrganisationRequest, referral: Referral, section: str, words: str) -> HttpResponse:
    """Lead to the first section that is not complete, starting after the saved section."""
    after = rail_of(request, referral, section).after
    to = after.href if after and after.href else _to(request, "referral", referral)
    return command_views.redirect_done(request, words, to)


def _beside(request: OrganisationRequest, referral: Referral, form: edit_conflicts.ConflictAwareForm) -> HttpResponse:
    return edit_conflicts.render_conflict(
        request, form, saved_by=last_actor(referral, "begin", "amend"), page="buyer/pupil_verb.html",
        caption=referral.reference, cancel=_to(request, "referral", referral),
    )  # fmt: skip


def _to(request: OrganisationRequest, route: str, referral: Referral, *args: Any) -> str:
    return path_at_organisation(request, f"buyer:{route}", referral.reference, *args)
