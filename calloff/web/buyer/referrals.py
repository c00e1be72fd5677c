"""Referrals: the list, and one being written as a task list, up to asking. No provider sees a draft."""

from typing import Any

from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.buying.offer_queries import open_offer
from calloff.history.transitions import may
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, sen_in_words
from calloff.kernel.formatting import day, plural
from calloff.people.permissions import Can
from calloff.placements import interim_places
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import OFFER_PACK, contacts_for, is_home_withheld
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import NOT_DETECTED, marked
from calloff.pupils.states import Status as PupilStatus
from calloff.referrals import commands, default_deadlines, legal_bases, queries
from calloff.referrals.fit import unsuited
from calloff.referrals.invitation_eligibility import candidates
from calloff.referrals.legal_bases import SIXTH_DAY_BASES
from calloff.referrals.models import Basis, Referral
from calloff.referrals.sections import few_like, missing, texts_of
from calloff.referrals.states import Status
from calloff.web import command_views, list_pages, spreadsheet_exports
from calloff.web.buyer import referral_forms as forms
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import Confirm, Form
from calloff.web.history import pages, referral_words
from calloff.web.navigation import parts, within
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import AtOrganisation

PURPOSE = "To find a place for the child"
TASKS = (
    ("basis", "Legal basis", "The power or duty that applies, and when education is due"),
    ("wanted", "Placement details", "Dates, hours, outcomes, travel, budget"),
    ("picture", "Pen picture", "Everything providers see before an offer"),
    ("who", "Providers to ask", "Every provider in the category or a shortlist, and when replies close"),
)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def referral_list(request: AtOrganisation) -> HttpResponse:
    filters, found = _filtered(request)
    page = list_pages.list_page(request, found, ("due", "-pk"), one="referral", filters=filters)
    page["words"] = {one.pk: queries.word_of(one, request.now) for one in page["rows"]}
    page |= {"today": local_day(request.now), "sixth_day": SIXTH_DAY_BASES}
    page["children"] = _initials(request, page["rows"])
    page["may_place"] = request.user.can(Can.PLACE, at=request.organisation, when=request.now)
    return render(request, "buyer/referrals.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def export(request: AtOrganisation) -> HttpResponse:
    header = ("Reference", "Pupil", "Category", "Basis", "Due", "Reply by", "Asked", "Seen", "Replied", "Status")
    rows = (
        (one.reference, one.pupil.reference, one.lot, one.get_basis_display(), one.due_on, one.reply_by,
         one.asked_count, one.seen_count, one.replied_count, queries.word_of(one, request.now))
        for one in _filtered(request)[1].order_by("due", "-pk")
    )  # fmt: skip
    return spreadsheet_exports.as_csv("referrals.csv", header, rows)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def begin(request: AtOrganisation) -> HttpResponse:
    """Choose a child and a category. `?pupil=PU-…` chooses the child already."""
    lots = queries.lots_to_ask(request.organisation, request.now)
    form = forms.Begin.of(request, pupils=_pupils(request), lots=lots, initial={"pupil": request.GET.get("pupil", "")})
    if form.attempt(commands.begin, by=request.user, at=request.now):
        return command_views.done(request, "Draft referral started", "buyer:referral", form.result.reference)
    page = {"form": form, "cancel": within(request, "buyer:referrals"), "lots": lots}
    return render(request, "buyer/referral_new.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def referral(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show a draft as a task list, and what has been asked as a record."""
    one = found(request, reference)
    if one.status == Status.DRAFT:
        todo = missing(one, request.now)
        tasks = [(key, words, hint, not todo[key], _begun(one, key)) for key, words, hint in TASKS]
        page = {"tasks": tasks, "ready": not any(todo.values()), "may_amend": _may(request, one, "amend")}
        return render(request, "buyer/referral_draft.html", frame(request, one) | page)
    page = {"answers": queries.answers(one), "word_of_interest": queries.word_of_interest, "offer": open_offer(one)}
    page |= {
        "can": {verb: _may(request, one, verb) for verb in ("ask_more", "nudge", "close", "withdraw", "take_back")}
    }
    page |= {"interim": interim_places.of_referral(one, local_day(request.now))}
    page |= {"may_update": request.user.can(Can.PLACE, at=request.organisation, when=request.now)}
    page |= {"waiting": queries.questions_of(one).filter(status="asked").count()}
    return render(request, "buyer/referral.html", frame(request, one) | page)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def choose_basis(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _to_amend(request, reference)
    form = forms.ChooseBasis.of(request, initial={"basis": one.basis})
    if form.is_valid():
        return command_views.SeeOther(_to(request, "referral-basis", one, form.cleaned_data["basis"]))
    return _ask(request, one, form, "Which power or duty applies?", "Continue")


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def basis(request: AtOrganisation, reference: str, key: str) -> HttpResponse:
    one = _to_amend(request, reference)
    if key not in Basis.values:
        raise Http404
    row = legal_bases.duty(key, local_day(request.now))
    kept = forms.kept_of_basis(one, key)
    form = forms.BasisFacts.of(request, row=row, kept=kept, initial=kept | {"basis": key})
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return command_views.done(request, "Legal basis saved", "buyer:referral", reference)
    if form.clashes:
        return _beside(request, one, form)
    law = f"Source: {row.citation}, in force from {day(row.valid_from)}."
    return _ask(request, one, form, str(Basis(key).label), "Save and continue", row.says, law)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def wanted(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _to_amend(request, reference)
    kept = forms.kept_of_wanted(one)
    first = {} if one.starts_on else forms.first_of_wanted(one, request.now)
    form = forms.WantedForm.of(request, kept=kept, initial=kept | first)
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return command_views.done(request, "Placement details saved", "buyer:referral", reference)
    if form.clashes:
        return _beside(request, one, form)
    return _ask(request, one, form, "Placement details", "Save and continue")


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def picture(request: AtOrganisation, reference: str) -> HttpResponse:
    """Write what providers see. It is kept as typed, and what gives the child away is marked."""
    one = _to_amend(request, reference)
    few = few_like(one.pupil)
    form = forms.PictureForm.of(request, few=few, kept=forms.kept_of_picture(one))
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "referral-preview", one))
    if form.clashes:
        return _beside(request, one, form)
    page = {"form": form, "few": few, "not_detected": NOT_DETECTED, "cancel": _to(request, "referral", one)}
    return render(request, "buyer/referral_picture.html", frame(request, one) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def preview(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show the referral through a provider's eyes: as it is asked, and as the one with the offer will see it."""
    one = found(request, reference)
    page: dict[str, Any] = {"shown": queries.shown_to_all(one), "marks": _marks(one)}
    page |= {"not_detected": NOT_DETECTED, "few": few_like(one.pupil)}
    page |= {"withheld": is_home_withheld(one.pupil), "contacts": _contacts_in_words(one.pupil, request)}
    page |= {"problems": missing(one, request.now)["picture"], "may_amend": _may(request, one, "amend")}
    return render(request, "buyer/referral_preview.html", frame(request, one) | page)


def _contacts_in_words(pupil: Pupil, request: AtOrganisation) -> list[str]:
    """Say what of the contacts goes into the pack of an offer today, without a name: `pupils.contact_rules` decides."""
    shown = contacts_for(pupil, OFFER_PACK, local_day(request.now))
    called = sum(one.can_be_contacted for one in shown)
    others = len(shown) - called
    words = []
    if called:
        words.append(f"The name and telephone number of {plural(called, 'person', 'people')} the provider can call.")
    if others:
        who = plural(others, "person", "people")
        words.append(
            f"The name of {who} the provider must not contact, and what limits contact, without a telephone number."
        )
    return [*words, "The provider never sees where a contact lives."] if shown else ["No contacts are recorded yet."]


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def who(request: AtOrganisation, reference: str) -> HttpResponse:
    """Choose whom to ask, beside the approved providers of the category by how well they fit and how far they are."""
    one = _to_amend(request, reference)
    rule = one.market.rule("invite_all")
    can_be_asked = [each.member for each in candidates(one.lot, request.now) if not each.why_not]
    kept = forms.kept_of_who(one)
    initial = kept or forms.first_of_who(default_deadlines.reply_by(request.now))
    form = forms.WhoForm.of(
        request, members=can_be_asked, everybody=bool(rule and rule.value), kept=kept, initial=initial
    )
    if form.attempt(commands.amend, one, seen=one, by=request.user, at=request.now):
        return command_views.done(request, "Providers to ask saved", "buyer:referral", reference)
    if form.clashes:
        return _beside(request, one, form)
    page = {"form": form, "rule": rule if rule and rule.value else None, "cancel": _to(request, "referral", one)}
    return render(request, "buyer/referral_who.html", frame(request, one) | page | _suggested(request, one))


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def ask(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show every answer once more, then ask."""
    one = found(request, reference)
    command_views.must(request, one, "ask")
    form = AskForm.of(request)
    if form.attempt(commands.ask, one, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "referral-ask-done", one))
    chosen = [each for each in candidates(one.lot, request.now) if not one.shortlist or each.member.pk in one.shortlist]
    page = {"form": form, "shown": queries.shown_to_all(one), "chosen": chosen, "cancel": _to(request, "referral", one)}
    page |= {"unfit": unsuited(one, [each.member for each in chosen])}
    page |= {"on_record": _record_that_differs(request, one)}
    page |= {"todo": [each for part in missing(one, request.now).values() for each in part]}
    return render(request, "buyer/referral_ask.html", frame(request, one) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def asked(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    if one.asked_at is None:
        raise Http404
    return render(request, "buyer/referral_asked.html", frame(request, one))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    context, words = frame(request, one), referral_words.REFERRAL
    return pages.page(request, one, context=context, frame="buyer/referral_frame.html", words=words)


def _record_that_differs(request: AtOrganisation, one: Referral) -> str:
    """Write what the child's record says of needs, where the referral says something else: for who may read it."""
    pupil = one.pupil
    alike = (set(pupil.needs), pupil.sen_provision) == (set(one.needs), one.sen_provision)
    if alike or not request.user.can(Can.SEE_PUPILS, at=request.organisation, when=request.now):
        return ""
    needs = ", ".join(str(NeedType(code).label) for code in pupil.needs)
    return f"{sen_in_words(pupil.sen_provision)}. Needs: {needs or 'not recorded'}"


class AskForm(Confirm):
    """Ask, where each thing that is missing leads to its part."""

    hrefs = {
        "basis": "basis", "basis_on": "basis", "due_on": "basis", "starts_on": "wanted", "ends_on": "wanted",
        "hours": "wanted", "outcomes": "wanted", "travel": "wanted", "picture": "picture", "area": "picture",
        "needs": "picture", "hazards": "picture", "key_stage": "picture", "few": "picture", "reply_by": "who",
        "members": "who", "reason": "who",
    }  # fmt: skip


def found(request: AtOrganisation, reference: str) -> Referral:
    """Find a referral of the buyer of the path; what a person may not see is not there."""
    seen = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def frame(request: AtOrganisation, one: Referral) -> dict[str, Any]:
    """Return what every page of a referral shows: who the child is, in initials, to those who may know."""
    child = _initials(request, [one]).get(one.pk, "")
    pages = [("Referral", _to(request, "referral", one)), ("What providers see", _to(request, "referral-preview", one))]
    if one.status != Status.DRAFT:
        pages += [
            ("Replies", _to(request, "referral-replies", one)),
            ("Questions", _to(request, "referral-questions", one)),
        ]
    pages.append(("History", _to(request, "referral-history", one)))
    here = pages[0][1]  # the record itself: its own page does not link to itself
    return {
        "referral": one, "caption": one.reference, "word": queries.word_of(one, request.now), "child": child,
        "breadcrumbs": [
            ("Referrals", within(request, "buyer:referrals")),
            (one.reference, None if request.path == here else here),
        ],
        "parts": parts(request, pages), "confidential": True, "now": request.now, "due": duty_of(one),
    }  # fmt: skip


def duty_of(one: Referral) -> legal_bases.Duty | None:
    return legal_bases.duty(one.basis, one.basis_on) if one.basis and one.basis_on else None


def _filtered(request: AtOrganisation) -> tuple[list_pages.StateFilter, Any]:
    every = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    over = Q(status__in=[Status.PLACED, Status.NONE_FOUND, Status.WITHDRAWN])
    states = queries.states(request.now) | {"all": ("Open and closed", Q())}
    return list_pages.in_state_and_days(
        request, every, states, field="due", about="Due", everything="Open referrals", otherwise=~over
    )


def _initials(request: AtOrganisation, rows: list[Referral]) -> dict[int, str]:
    children = pupils.identify(
        [one.pupil for one in rows], person=request.user, acting_for=request.organisation, purpose=PURPOSE,
        at=request.now,
    )  # fmt: skip
    return {one.pk: children[one.pupil_id].in_words for one in rows if one.pupil_id in children}


def _pupils(request: AtOrganisation) -> dict[str, tuple[Pupil, pupils.Shown]]:
    seen = Pupil.objects.visible_to(request.user, request.now).filter(
        buyer=request.organisation, status=PupilStatus.ON_ROLL
    )
    children = {one.pk: one for one in seen.order_by(F("year_group") - F("school_year"), "family_name", "pk")}
    said = pupils.identify(
        children.values(), person=request.user, acting_for=request.organisation, purpose=PURPOSE, at=request.now
    )
    return {children[pk].reference: (children[pk], shown) for pk, shown in said.items()}


def _suggested(request: AtOrganisation, one: Referral) -> dict[str, Any]:
    narrow = forms.SuggestionFilter.of(request)
    asks = list_pages.asked(narrow)
    near = queries.school_of(one) if asks["near"] == "school" else queries.home_of(one)
    found_ones = queries.suggestions(one, near=near, at=request.now)
    if asks["fit"]:
        found_ones = [each for each in found_ones if not each.lacks]
    return {"suggestions": found_ones, "narrow": narrow, "measured": near is not None, "near": asks["near"]}


def _marks(one: Referral) -> dict[str, list[tuple[str, str]]]:
    """Cut each text into pieces, those with a reason being what must go."""
    return {field: _cut(text, marked(text, one.pupil)) for field, text in texts_of(one).items()}


def _cut(text: str, marks: Any) -> list[tuple[str, str]]:
    pieces, at = [], 0
    for mark in marks:
        pieces += [(text[at : mark.start], ""), (text[mark.start : mark.end], mark.why)]
        at = mark.end
    return [*pieces, (text[at:], "")]


def _begun(one: Referral, key: str) -> bool:
    values = {"basis": one.basis, "wanted": one.starts_on, "picture": one.picture or one.area, "who": one.reply_by}
    return bool(values[key])


def _may(request: AtOrganisation, one: Referral, verb: str) -> bool:
    return may(one, verb, request.user, request.now)


def _to_amend(request: AtOrganisation, reference: str) -> Referral:
    one = found(request, reference)
    command_views.must(request, one, "amend")
    return one


def _ask(request: AtOrganisation, one: Referral, form: Form, heading: str, button: str, *meaning: str) -> HttpResponse:
    return command_views.ask(
        request, form, heading=heading, button=button, cancel=_to(request, "referral", one), caption=one.reference,
        meaning=meaning,
    )  # fmt: skip


def _beside(request: AtOrganisation, one: Referral, form: edit_conflicts.Shared) -> HttpResponse:
    return edit_conflicts.ask(
        request, form, one, verbs=("begin", "amend"), page="buyer/pupil_verb.html", caption=one.reference,
        cancel=_to(request, "referral", one),
    )  # fmt: skip


def _to(request: AtOrganisation, route: str, one: Referral, *args: Any) -> str:
    return within(request, f"buyer:{route}", one.reference, *args)


R = "referrals/<str:reference>"
urls = [
    path("referrals", referral_list, name="referrals"),
    path("referrals.csv", export, name="referrals-export"),
    path("referrals/new", begin, name="referral-begin"),
    path(R, referral, name="referral"),
    path(f"{R}/basis", choose_basis, name="referral-choose-basis"),
    path(f"{R}/basis/<slug:key>", basis, name="referral-basis"),
    path(f"{R}/wanted", wanted, name="referral-wanted"),
    path(f"{R}/picture", picture, name="referral-picture"),
    path(f"{R}/preview", preview, name="referral-preview"),
    path(f"{R}/who", who, name="referral-who"),
    path(f"{R}/ask", ask, name="referral-ask"),
    path(f"{R}/ask/done", asked, name="referral-ask-done"),
    path(f"{R}/history", history, name="referral-history"),
]
