"""Pupils: the children for whom a buyer is responsible. Only the pupil's own pages show names.

Every page that reveals a child's identity logs who saw it, for which organisation, why and when.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.history.queries import last_actor
from calloff.history.transitions import is_permitted
from calloff.kernel.clock import local_day
from calloff.people.permissions import Can
from calloff.placements.whereabouts import pupils_away_now
from calloff.pupils import commands, queries, retention
from calloff.pupils.contact_rules import RECORD_PLACE
from calloff.pupils.models import ProtectionInformation, Pupil, RecordAccess
from calloff.pupils.states import PupilStatus
from calloff.referrals import queries as referrals
from calloff.referrals.models import Referral
from calloff.referrals.states import ReferralStatus
from calloff.web import command_views, list_pages, old_addresses
from calloff.web.buyer.placements.records import week_of_child
from calloff.web.buyer.pupil_forms import (
    PUPIL_SECTION_FORMS,
    FindPupilForm,
    HoldRecordForm,
    LeaveSchoolForm,
    PupilIdentityForm,
    PupilProtectionForm,
    PupilViewsForm,
)
from calloff.web.buyer.pupil_lookup import find_pupil, record_reading
from calloff.web.buyer.pupil_pages import (
    NEW_RECORD_ADVICE,
    about_new_record,
    describe_replies,
    is_new_record,
    links_to_same,
    page_after,
    pupil_context,
    pupil_rail,
)
from calloff.web.forms_ui import edit_conflicts
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, ActionNotPermitted, at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

PUPIL_LIST_STATES: list_pages.StateFilters = {
    "no-sen": ("On roll, special educational needs not recorded", Q(status=PupilStatus.ON_ROLL, sen_provision="")),
    "left": ("Left", Q(status=PupilStatus.LEFT)),
    "all": ("On roll or left", Q()),
}
KEEP_RECORD_PURPOSE, PROTECT_PUPIL_PURPOSE = "To keep the pupil’s record up to date", "To protect the pupil"
LIST_PUPILS_PURPOSE, FIND_PUPIL_PURPOSE = "A list of the pupils", "To find the pupil"


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def pupil_list(request: OrganisationRequest) -> HttpResponse:
    """List the pupils by initials, with where each is now. The page is logged as one view."""
    pupils = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    otherwise = Q(status=PupilStatus.ON_ROLL)
    filters, chosen = list_pages.filter_by_state(
        request, pupils, PUPIL_LIST_STATES, everything="On roll", otherwise=otherwise
    )
    page = list_pages.list_context(request, chosen, ("-changed_at", "-pk"), one="pupil", filters=filters)
    return render(request, "buyer/pupils.html", page | _listed(request, page["rows"], LIST_PUPILS_PURPOSE))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def find(request: OrganisationRequest) -> HttpResponse:
    """Find a pupil by name.

    The search is sent by POST, so that no URL, log or browser history contains what the person typed.
    """
    form, rows = FindPupilForm.of(request), None
    if request.method == "POST" and form.is_valid():
        pupils = queries.of_buyer(request.organisation, person=request.user, at=request.now)
        rows = list(queries.pupils_named(form.cleaned_data["words"], pupils).order_by("-changed_at", "-pk")[:25])
    listed = _listed(request, rows or [], FIND_PUPIL_PURPOSE)
    return render(request, "buyer/pupil_find.html", {"form": form, "rows": rows, **listed})


@command_views.command_view
@at_organisation(BUYER, Can.KEEP_PUPILS)
def record(request: OrganisationRequest) -> HttpResponse:
    form = PupilIdentityForm.of(request, kept={})
    if form.attempt(commands.record, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Pupil added", page_after(request, form.result, "identity", new=True)
        )
    page = {"heading": "Add a pupil", "button": "Add pupil", **about_new_record(links_to_same(request, form))}
    return _ask(request, form, cancel=path_at_organisation(request, "buyer:pupils"), **page)


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def pupil(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the child's record, and where the child is now."""
    pupil = find_pupil(request, reference)
    pack = _pack(request, pupil, KEEP_RECORD_PURPOSE)
    where = queries.disclosures_to_provider([pupil], at=request.now).get(pupil.pk)
    page: dict[str, Any] = {
        "pack": pack,
        "where": where,
        "week": week_of_child(request, pupil),
        "away": pupils_away_now([pupil], request.now).get(pupil.pk),
        "changes": _changes(request, pupil),
        "contact_links": _contact_links(request, pupil, pack),
        "parent_told": bool(pupil.parent_told_on) or any(each.told_on for each in pack.views),
        "retention": retention.retention_class_of(pupil),
        "year": pack.year,
        "actions": PUPIL_ACTIONS.links(request, pupil),
    }
    page["referrals"] = list(_referrals(request).filter(pupil=pupil).order_by("-begun_at", "-pk")[:5])
    page["replies"] = None if where else describe_replies(page["referrals"])
    return render(request, "buyer/pupil.html", pupil_context(request, pupil) | page)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def amend(request: OrganisationRequest, reference: str, section: str) -> HttpResponse:
    """Change one section of a child's record."""
    pupil = find_pupil(request, reference)
    if section not in PUPIL_SECTION_FORMS:
        raise Http404
    heading, questions = PUPIL_SECTION_FORMS[section]
    command_views.require_permission(request, pupil, "amend")
    form = questions.of(request, kept=questions.known(pupil, local_day(request.now)))
    if form.attempt(commands.amend, pupil, seen=pupil, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"Saved: {heading.lower()}.", page_after(request, pupil, section))
    if form.conflicts:
        return _beside(request, pupil, form, "record", "amend")
    return _change(request, pupil, form, heading, meaning=links_to_same(request, form), section=section)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def note_views(request: OrganisationRequest, reference: str) -> HttpResponse:
    pupil = find_pupil(request, reference)
    command_views.require_permission(request, pupil, "note_views")
    form = PupilViewsForm.of(request, kept=PupilViewsForm.known(pupil, local_day(request.now)))
    if form.attempt(commands.note_views, pupil, seen=pupil, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Views recorded.", _to(request, "pupil", pupil))
    if form.conflicts:
        return _beside(request, pupil, form, "note_views")
    return _change(request, pupil, form, "Views")


@require_safe
@step_up
@at_organisation(BUYER, Can.SAFEGUARD)
def protection(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show child protection information, which only the safeguarding lead can see."""
    pupil = find_pupil(request, reference)
    section = queries.pupil_protection(pupil, **_reader(request), purpose=PROTECT_PUPIL_PURPOSE)
    if section is None:
        raise Http404
    page = {"section": section, "may_keep": is_permitted(pupil, "keep_protection", request.user, request.now)}
    return render(request, "buyer/pupil_protection.html", pupil_context(request, pupil) | page)


@step_up
@command_views.command_view
@at_organisation(BUYER, Can.SAFEGUARD)
def keep_protection(request: OrganisationRequest, reference: str) -> HttpResponse:
    pupil = find_pupil(request, reference)
    command_views.require_permission(request, pupil, "keep_protection")
    if request.method != "POST":
        queries.pupil_protection(pupil, **_reader(request), purpose=PROTECT_PUPIL_PURPOSE)
    kept = ProtectionInformation.objects.filter(pupil=pupil).first() or ProtectionInformation(pupil=pupil)
    form = PupilProtectionForm.of(request, kept=PupilProtectionForm.known(kept))
    if form.attempt(commands.keep_protection, pupil, seen=kept, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Child protection information saved", _to(request, "pupil-protection", pupil)
        )
    if form.conflicts:
        queries.pupil_protection(pupil, **_reader(request), purpose=PROTECT_PUPIL_PURPOSE)
        return _beside(request, pupil, form, "keep_protection")
    meaning = [
        "Your safeguarding lead can read this now. The provider’s safeguarding lead can read it after a conditional "
        "offer."
    ]
    page = {
        "heading": "Change child protection information",
        "button": "Save",
        "caption": pupil.reference,
        "meaning": meaning,
    }
    return _ask(request, form, cancel=_to(request, "pupil-protection", pupil), **page)


def count_pupils(request: OrganisationRequest) -> HomeCount:
    """Count the pupils on roll, for the home page of people who can see them."""
    pupils = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    on_roll = pupils.filter(status=PupilStatus.ON_ROLL)
    return HomeCount("Pupils on roll", on_roll, path_at_organisation(request, "buyer:pupils"))


def _listed(request: OrganisationRequest, rows: list[Pupil], purpose: str) -> dict[str, Any]:
    asking = _referrals(request).filter(pupil__in=rows).order_by("begun_at")
    return {
        "shown": queries.identify_pupils(rows, **_reader(request), purpose=purpose, what=RecordAccess.What.INITIALS),
        "disclosed": queries.disclosures_to_provider(rows, at=request.now),
        "away": pupils_away_now(rows, request.now),
        "asking": {
            referral.pupil_id: (_where_asked(request, referral), referrals.status_word_of(referral, request.now))
            for referral in asking
        },
        "may_keep": request.user.can(Can.KEEP_PUPILS, organisation=request.organisation, at=request.now),
    }


def _where_asked(request: OrganisationRequest, referral: Referral) -> str:
    """Describe where a child without a placement is: an open referral's status, or the school."""
    if referral.status == ReferralStatus.ASKING:
        late = referral.reply_by is not None and request.now >= referral.reply_by
        return f"Referral {referral.reference}: {'replies closed' if late else 'waiting for replies'}"
    if referral.status == ReferralStatus.DRAFT:
        return f"Referral {referral.reference}: draft"
    return str(request.organisation)


def _referrals(request: OrganisationRequest) -> Any:
    return referrals.of_buyer(request.organisation, person=request.user, at=request.now)


def _reader(request: OrganisationRequest) -> dict[str, Any]:
    return {"person": request.user, "acting_for": request.organisation, "at": request.now}


def _pack(request: OrganisationRequest, pupil: Pupil, purpose: str) -> queries.PupilPack:
    pack = queries.pupil_pack(pupil, place=RECORD_PLACE, **_reader(request), purpose=purpose)
    if pack is None:
        raise ActionNotPermitted(Can.SEE_PUPILS)
    return pack


def _to(request: OrganisationRequest, route: str, pupil: Pupil, *more: Any) -> str:
    return path_at_organisation(request, f"buyer:{route}", pupil.reference, *more)


def _changes(request: OrganisationRequest, pupil: Pupil) -> dict[str, str]:
    """Return the pages for changing each section of the pack.

    The result is empty for people who cannot change the record now.
    """
    if pupil.status != PupilStatus.ON_ROLL or not is_permitted(pupil, "amend", request.user, request.now):
        return {}
    changes = {heading: _to(request, "pupil-amend", pupil, key) for key, (heading, _) in PUPIL_SECTION_FORMS.items()}
    return changes | {
        "Views": _to(request, "pupil-note-views", pupil),
        "Contacts": _to(request, "pupil-contact-add", pupil),
    }


def _contact_links(request: OrganisationRequest, pupil: Pupil, pack: queries.PupilPack) -> dict[int, tuple[str, str]]:
    """Return the pages for changing and removing each contact.

    The result is empty for people who cannot change the record now.
    """
    if not _changes(request, pupil):
        return {}
    routes = ("pupil-contact-change", "pupil-contact-remove")
    return {
        each.key: (_to(request, routes[0], pupil, each.key), _to(request, routes[1], pupil, each.key))
        for each in pack.contacts
    }


def _change(
    request: OrganisationRequest,
    pupil: Pupil,
    form: Any,
    heading: str,
    *,
    meaning: Iterable[Any] = (),
    section: str = "",
) -> HttpResponse:
    """Render the page for changing a section. It shows the current values, so the view is logged."""
    if request.method != "POST":
        record_reading(request, pupil)
    cancel = _to(request, "pupil", pupil)
    if is_new_record(request):
        meaning = [*meaning, NEW_RECORD_ADVICE]
    button = "Save and continue" if is_new_record(request) else "Save"
    return _ask(
        request,
        form,
        heading=heading,
        button=button,
        cancel=cancel,
        caption=pupil.reference,
        meaning=list(meaning),
        rail=pupil_rail(request, pupil, section),
    )


def _beside(request: OrganisationRequest, pupil: Pupil, form: Any, *verbs_of: str) -> HttpResponse:
    """Ask which answers to keep, because a colleague has also saved the section.

    The page shows the colleague's answers, so the view is logged.
    """
    record_reading(request, pupil)
    cancel = _to(request, "pupil", pupil)
    return edit_conflicts.render_conflict(
        request,
        form,
        saved_by=last_actor(pupil, *verbs_of),
        page="buyer/pupil_verb.html",
        caption=pupil.reference,
        cancel=cancel,
    )


def _ask(request: OrganisationRequest, form: Any, **page: Any) -> HttpResponse:
    """Render an action page about a child, marked as confidential."""
    usual = {"caption": "", "meaning": [], "quoted": "", "stops": False, "form": form}
    return render(request, "buyer/pupil_verb.html", usual | page)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def lead_to_contacts(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Redirect from the old page, which listed all contacts.

    The pupil's page now links to a separate page for each contact.
    """
    return old_addresses.redirect_old_address(request, "buyer:pupil", find_pupil(request, reference).reference)


PUPIL_ACTIONS = RecordActions(
    BUYER,
    "pupil",
    find_pupil,
    back=lambda request, pupil: _to(request, "pupil", pupil),
    needs=(Can.SEE_PUPILS,),
    caption=lambda _, pupil: pupil.reference,
    template="buyer/pupil_verb.html",
    rows=(
        RecordAction(
            commands.leave,
            link="The pupil has left",
            form=LeaveSchoolForm,
            heading="The pupil has left",
            meaning=[
                "You can read the record but not change it until we delete it at the end of its retention period."
            ],
            button="Mark as left",
            stops=True,
            done="Pupil marked as left",
        ),
        RecordAction(
            commands.come_back,
            link="Reopen the record of a returning pupil",
            heading="Mark the pupil as on roll again",
            button="Mark as on roll",
            done="Pupil marked as on roll",
        ),
        RecordAction(
            commands.hold,
            link="Put the record on legal hold",
            only_if=lambda pupil: not pupil.hold,
            form=HoldRecordForm,
            heading="Put the record on legal hold",
            meaning=[
                "We will not delete a record while it is on legal hold. Enter why it must be kept, for example an "
                "inquiry, a claim or a request."
            ],
            button="Put record on legal hold",
            done="Record put on legal hold",
        ),
        RecordAction(
            commands.lift_hold,
            link="Lift legal hold",
            only_if=lambda pupil: bool(pupil.hold),
            step_up=True,
            heading="Lift legal hold",
            meaning=lambda _, pupil: [pupil.hold],
            button="Lift legal hold",
            done="Legal hold lifted",
        ),
    ),
)
