"""Pupils: the children whom a buyer is responsible for. A name is shown on the pupil's own pages and nowhere else.

Every page that says who a child is records the reading: who, for whom, why, when.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from calloff.history.transitions import may_ever
from calloff.kernel.clock import local_day
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements.whereabouts import away_now
from calloff.pupils import commands, queries, retention
from calloff.pupils.contact_rules import RECORD
from calloff.pupils.models import Protection, Pupil, Read
from calloff.pupils.states import Status
from calloff.referrals import queries as referrals
from calloff.referrals.models import Referral
from calloff.referrals.states import Status as ReferralStatus
from calloff.web import command_views, list_pages, old_addresses
from calloff.web import retention_pages as retention_page
from calloff.web.buyer import contacts
from calloff.web.buyer.pupil_forms import (
    SECTIONS,
    Find,
    Hold,
    Identity,
    Leave,
    Protect,
    Views,
)
from calloff.web.buyer.pupil_lookup import find_pupil, record_reading
from calloff.web.buyer.pupil_pages import pupil_page
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import Confirm, Form
from calloff.web.history import pages
from calloff.web.navigation import within
from calloff.web.permissions import BUYER, NotYours, at_organisation, step_up
from calloff.web.request import AtOrganisation

STATES: list_pages.States = {
    "no-sen": ("On roll, special educational needs not recorded", Q(status=Status.ON_ROLL, sen_provision="")),
    "left": ("Left", Q(status=Status.LEFT)),
    "all": ("On roll and left", Q()),
}
KEEPING, PROTECTING = "To keep the child’s record", "To protect the child"
A_LIST, FINDING = "A list of the pupils", "To find the child"
HAPPENED = {
    "record": "Recorded", "amend": "Changed", "note_views": "Views noted", "keep_contacts": "Contacts changed",
    "add_contact": "Contact added", "change_contact": "Contact changed", "remove_contact": "Contact removed",
    "keep_protection": "Child protection information changed", "leave": "Left", "come_back": "On roll again",
    "hold": "On legal hold", "lift_hold": "Legal hold lifted",
}  # fmt: skip


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def pupil_list(request: AtOrganisation) -> HttpResponse:
    """List the pupils by initials, with where each is now: one reading of all that the page shows."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    otherwise = Q(status=Status.ON_ROLL)
    filters, chosen = list_pages.in_state(request, ours, STATES, everything="On roll", otherwise=otherwise)
    page = list_pages.list_page(request, chosen, ("-changed_at", "-pk"), one="pupil", filters=filters)
    return render(request, "buyer/pupils.html", page | _listed(request, page["rows"], A_LIST))


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def find(request: AtOrganisation) -> HttpResponse:
    """Find a pupil by name: sent by POST, so that no address, log or history holds what was typed."""
    form, rows = Find.of(request), None
    if request.method == "POST" and form.is_valid():
        ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
        rows = list(queries.named(form.cleaned_data["words"], ours).order_by("-changed_at", "-pk")[:25])
    listed = _listed(request, rows or [], FINDING)
    return render(request, "buyer/pupil_find.html", {"form": form, "rows": rows, **listed})


@command_views.asks
@at_organisation(BUYER, Can.KEEP_PUPILS)
def record(request: AtOrganisation) -> HttpResponse:
    form = Identity.of(request, kept={})
    if form.attempt(commands.record, request.organisation, by=request.user, at=request.now):
        return command_views.done(
            request, "Pupil added. Next, enter the pupil’s needs.", _to(request, "pupil", form.result)
        )
    meaning = [
        "You only need to add a pupil once. Referrals and placements link to this record and never include the "
        "pupil’s name.",
        "What providers can see at each stage is the same for every child. We record each time someone views this "
        "record.",
    ]
    meaning = _same(request, form) or meaning
    page = {"heading": "Add a pupil", "button": "Add pupil", "meaning": meaning}
    return _ask(request, form, cancel=within(request, "buyer:pupils"), **page)


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def pupil(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show what is known of a child, and where the child is now."""
    one = find_pupil(request, reference)
    pack = _pack(request, one, KEEPING)
    where = queries.disclosed([one], at=request.now).get(one.pk)
    page: dict[str, Any] = {
        "pack": pack,
        "where": where,
        "away": away_now([one], request.now).get(one.pk),
        "changes": _changes(request, one),
        "contact_links": _contact_links(request, one, pack),
        "parent_told": bool(one.parent_told_on) or any(each.told_on for each in pack.views),
        "retention": retention.class_of(one),
    }
    page["referrals"] = list(_referrals(request).filter(pupil=one).order_by("-begun_at", "-pk")[:5])
    return render(request, "buyer/pupil.html", pupil_page(request, one) | page)


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def amend(request: AtOrganisation, reference: str, section: str) -> HttpResponse:
    """Change one section of the record."""
    one = find_pupil(request, reference)
    if section not in SECTIONS:
        raise Http404
    heading, questions = SECTIONS[section]
    command_views.must(request, one, "amend")
    form = questions.of(request, kept=questions.known(one, local_day(request.now)))
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return command_views.done(request, f"Saved: {heading.lower()}.", _to(request, "pupil", one))
    if form.clashes:
        return _beside(request, one, form, "record", "amend")
    return _change(request, one, form, heading, _same(request, form))


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def note_views(request: AtOrganisation, reference: str) -> HttpResponse:
    one = find_pupil(request, reference)
    command_views.must(request, one, "note_views")
    form = Views.of(request, kept=Views.known(one, local_day(request.now)))
    if form.attempt(commands.note_views, one, seen=one, by=request.user, at=request.now):
        return command_views.done(request, "Views recorded.", _to(request, "pupil", one))
    if form.clashes:
        return _beside(request, one, form, "note_views")
    return _change(request, one, form, "Views")


@require_safe
@step_up
@at_organisation(BUYER, Can.SAFEGUARD)
def protection(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show what protects a child, to the safeguarding lead alone."""
    one = find_pupil(request, reference)
    told = queries.protection(one, **_reader(request), purpose=PROTECTING)
    if told is None:
        raise Http404
    page = {"section": told, "may_keep": may_ever(one, "keep_protection", request.user, request.now)}
    return render(request, "buyer/pupil_protection.html", pupil_page(request, one) | page)


@step_up
@command_views.asks
@at_organisation(BUYER, Can.SAFEGUARD)
def keep_protection(request: AtOrganisation, reference: str) -> HttpResponse:
    one = find_pupil(request, reference)
    command_views.must(request, one, "keep_protection")
    if request.method != "POST":
        queries.protection(one, **_reader(request), purpose=PROTECTING)
    kept = Protection.objects.filter(pupil=one).first() or Protection(pupil=one)
    form = Protect.of(request, kept=Protect.known(kept))
    if form.attempt(commands.keep_protection, one, seen=kept, by=request.user, at=request.now):
        return command_views.done(request, "Child protection information saved", _to(request, "pupil-protection", one))
    if form.clashes:
        queries.protection(one, **_reader(request), purpose=PROTECTING)
        return _beside(request, one, form, "keep_protection")
    meaning = [
        "Only safeguarding leads can read this. Yours can read it now, and the provider’s can read it after a "
        "conditional offer."
    ]
    page = {"heading": "Child protection information", "button": "Save", "caption": one.reference, "meaning": meaning}
    return _ask(request, form, cancel=_to(request, "pupil-protection", one), **page)


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def leave(request: AtOrganisation, reference: str) -> HttpResponse:
    meaning = ["You can read the record but not change it until we delete it at the end of its retention period."]
    return _carry_out(
        request, Leave, commands.leave, find_pupil(request, reference), said="Pupil marked as left",
        heading="The pupil has left", button="Mark as left", meaning=meaning, stops=True,
    )  # fmt: skip


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def come_back(request: AtOrganisation, reference: str) -> HttpResponse:
    return _carry_out(
        request, Confirm, commands.come_back, find_pupil(request, reference), said="Pupil marked as on roll",
        heading="Mark the pupil as on roll again", button="Mark as on roll",
    )  # fmt: skip


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def hold(request: AtOrganisation, reference: str) -> HttpResponse:
    meaning = [
        "We will not delete a record while it is on legal hold. Enter why it must be kept, for example an "
        "inquiry, a claim or a request."
    ]
    return _carry_out(
        request, Hold, commands.hold, find_pupil(request, reference), said="Record put on legal hold",
        heading="Put the record on legal hold", button="Put record on legal hold", meaning=meaning,
    )  # fmt: skip


@step_up
@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def lift_hold(request: AtOrganisation, reference: str) -> HttpResponse:
    one = find_pupil(request, reference)
    return _carry_out(
        request, Confirm, commands.lift_hold, one, said="Legal hold lifted", heading="Lift legal hold",
        button="Lift legal hold", meaning=[one.hold],
    )  # fmt: skip


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def reads(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show to whom a child is disclosed, and who has read who the child is: it says no name, and is no reading."""
    one = find_pupil(request, reference)
    page = list_pages.list_page(request, queries.reads_of(one), ("-at", "-pk"), one="reading")
    page["disclosures"] = list(queries.disclosures_of(one))
    return render(request, "buyer/pupil_reads.html", pupil_page(request, one) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    one = find_pupil(request, reference)
    context = pupil_page(request, one) | pages.story(request, one)
    context |= {"words": lambda act: HAPPENED.get(act.verb), "frame": "buyer/pupil_frame.html"}
    return render(request, "layouts/history.html", context)


@require_safe
@at_organisation(BUYER, Can.DISPOSE)
def disposals(request: AtOrganisation) -> HttpResponse:
    """Show whose time is over, by reference alone, to who answers for disposing of it."""
    ours = Organisation.objects.filter(pk=request.organisation.pk)
    return render(request, "buyer/retention.html", retention_page.page(request, ours))


def count(request: AtOrganisation) -> tuple[str, int, str] | None:
    """Count the pupils on roll, for the home of who may see them."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    number = ours.filter(status=Status.ON_ROLL).count()
    return ("Pupils on roll", number, within(request, "buyer:pupils")) if number else None


def _listed(request: AtOrganisation, rows: list[Pupil], purpose: str) -> dict[str, Any]:
    asking = _referrals(request).filter(pupil__in=rows).order_by("begun_at")
    return {
        "shown": queries.identify(rows, **_reader(request), purpose=purpose, what=Read.What.INITIALS),
        "disclosed": queries.disclosed(rows, at=request.now),
        "away": away_now(rows, request.now),
        "asking": {one.pupil_id: (_where_asked(request, one), referrals.word_of(one, request.now)) for one in asking},
        "may_keep": request.user.can(Can.KEEP_PUPILS, at=request.organisation, when=request.now),
    }


def _where_asked(request: AtOrganisation, referral: Referral) -> str:
    """Say where a child is who is at no provider: what their referral waits for, or the school once it is over."""
    if referral.status == ReferralStatus.ASKING:
        late = referral.reply_by is not None and request.now >= referral.reply_by
        return f"Referral {referral.reference}: {'replies closed' if late else 'waiting for replies'}"
    if referral.status == ReferralStatus.DRAFT:
        return f"Referral {referral.reference}: draft"
    return str(request.organisation)


def _referrals(request: AtOrganisation) -> Any:
    return referrals.of_buyer(request.organisation, person=request.user, at=request.now)


def _reader(request: AtOrganisation) -> dict[str, Any]:
    return {"person": request.user, "acting_for": request.organisation, "at": request.now}


def _pack(request: AtOrganisation, one: Pupil, purpose: str) -> queries.Pack:
    pack = queries.pack(one, place=RECORD, **_reader(request), purpose=purpose)
    if pack is None:
        raise NotYours(Can.SEE_PUPILS)
    return pack


def _to(request: AtOrganisation, route: str, one: Pupil, *more: Any) -> str:
    return within(request, f"buyer:{route}", one.reference, *more)


def _changes(request: AtOrganisation, one: Pupil) -> dict[str, str]:
    """Say where each section of the pack is changed, for who may change it now."""
    if one.status != Status.ON_ROLL or not may_ever(one, "amend", request.user, request.now):
        return {}
    changes = {heading: _to(request, "pupil-amend", one, key) for key, (heading, _) in SECTIONS.items()}
    return changes | {
        "Views": _to(request, "pupil-note-views", one),
        "Contacts": _to(request, "pupil-contact-add", one),
    }


def _contact_links(request: AtOrganisation, one: Pupil, pack: queries.Pack) -> dict[int, tuple[str, str]]:
    """Say where each contact is changed and removed, for who may change the record now."""
    if not _changes(request, one):
        return {}
    routes = ("pupil-contact-change", "pupil-contact-remove")
    return {
        each.key: (_to(request, routes[0], one, each.key), _to(request, routes[1], one, each.key))
        for each in pack.contacts
    }


def _same(request: AtOrganisation, form: Any) -> list[Any]:
    """Link the records that seem to be of the same child: by reference, for the page says no name."""
    several = getattr(form, "same", ())
    links = [format_html('<a class="govuk-link" href="{}">{}</a>', _to(request, "pupil", one), one) for one in several]
    return [format_html("Check this record first: {}", link) for link in links]


def _change(request: AtOrganisation, one: Pupil, form: Any, heading: str, meaning: Iterable[Any] = ()) -> HttpResponse:
    """Draw the page on which a section is changed: it shows what is known, so it is a reading."""
    if request.method != "POST":
        record_reading(request, one)
    cancel = _to(request, "pupil", one)
    return _ask(
        request, form, heading=heading, button="Save", cancel=cancel, caption=one.reference, meaning=list(meaning)
    )


def _beside(request: AtOrganisation, one: Pupil, form: Any, *verbs_of: str) -> HttpResponse:
    """Ask which answers to keep, where a colleague saved the section meanwhile: it shows theirs, so it is a reading."""
    record_reading(request, one)
    cancel = _to(request, "pupil", one)
    return edit_conflicts.ask(
        request, form, one, verbs=verbs_of, page="buyer/pupil_verb.html", caption=one.reference, cancel=cancel
    )


def _ask(request: AtOrganisation, form: Any, **page: Any) -> HttpResponse:
    """Draw a page of a verb about a child: headed as confidential."""
    usual = {"caption": "", "meaning": [], "quoted": "", "stops": False, "form": form}
    return render(request, "buyer/pupil_verb.html", usual | page)


def _carry_out(
    request: AtOrganisation, form: type[Form], command: Callable[..., Pupil], one: Pupil, **page: Any
) -> HttpResponse:
    return command_views.carry_out(
        request, form.of(request), command, one, back=_to(request, "pupil", one), asking=_ask, caption=one.reference,
        **page,
    )  # fmt: skip


@command_views.asks
@at_organisation(BUYER, Can.SEE_PUPILS)
def lead_to_contacts(request: AtOrganisation, reference: str) -> HttpResponse:
    """Lead on from where all contacts were kept on one page: each has its own now, linked from the pupil."""
    return old_addresses.lead_to(request, "buyer:pupil", find_pupil(request, reference).reference)


P = "pupils/<str:reference>"
urls = [
    path("retention", disposals, name="retention"),
    path("pupils", pupil_list, name="pupils"),
    path("pupils/find", find, name="pupils-find"),
    path("pupils/new", record, name="pupil-record"),
    path(P, pupil, name="pupil"),
    path(f"{P}/amend/<slug:section>", amend, name="pupil-amend"),
    path(f"{P}/note-views", note_views, name="pupil-note-views"),
    path(f"{P}/keep-contacts", lead_to_contacts, name="pupil-keep-contacts"),  # until December 2027
    path(f"{P}/contacts/add", contacts.add_contact, name="pupil-contact-add"),
    path(f"{P}/contacts/<int:key>/change", contacts.change_contact, name="pupil-contact-change"),
    path(f"{P}/contacts/<int:key>/remove", contacts.remove_contact, name="pupil-contact-remove"),
    path(f"{P}/protection", protection, name="pupil-protection"),
    path(f"{P}/keep-protection", keep_protection, name="pupil-keep-protection"),
    path(f"{P}/leave", leave, name="pupil-leave"),
    path(f"{P}/come-back", come_back, name="pupil-come-back"),
    path(f"{P}/hold", hold, name="pupil-hold"),
    path(f"{P}/lift-hold", lift_hold, name="pupil-lift-hold"),
    path(f"{P}/reads", reads, name="pupil-reads"),
    path(f"{P}/history", history, name="pupil-history"),
]
