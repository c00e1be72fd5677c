"""A draft application: its task list, what is missing, and how a section is saved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils import timezone

from calloff.applications import commands, queries
from calloff.applications.eligibility import ELIGIBILITY_FIELD as ELIGIBILITY
from calloff.applications.eligibility import problems_before_submitting
from calloff.applications.evidence_answers import (
    explain_too_little_cover,
    find_documents,
    find_evidence_problems,
    find_named_evidence,
)
from calloff.applications.models import Application
from calloff.applications.states import ApplicationStatus
from calloff.evidence import commands as evidence_commands
from calloff.evidence.kinds import EVIDENCE_KINDS
from calloff.evidence.models import Evidence as Document
from calloff.evidence.queries import ends_soon, valid_evidence
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.kernel.time_of_day import format_time
from calloff.markets.evidence_terms import EvidenceTerms, evidence_terms
from calloff.markets.queries import pack_evidence_kind
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition
from calloff.web.forms_ui.section_forms import OfferedDocument, PromiseTerms, SectionForm, upload_pressed
from calloff.web.forms_ui.section_rail import FormSection, SectionRail
from calloff.web.provider import evidence
from calloff.web.provider.forms import EvidenceForm
from calloff.web.request import OrganisationRequest

# added to a question's key: the prefix of its boxes for uploading a document
UPLOAD_FORM_SUFFIX = "-new"
MAX_SAVE_TRIES = 3  # how often we try to save, because a colleague might save at the same moment


@dataclass(frozen=True)
class MissingAnswer:
    """A missing or wrong answer, and the page for correcting it."""

    sentence: str
    href: str


@dataclass(frozen=True)
class DraftApplication:
    """An application's contents, loaded once for a page."""

    application: Application
    today: date

    @cached_property
    def definition(self) -> QuestionSet:
        return self.application.market.questions.definition

    @cached_property
    def answers(self) -> dict[str, Any]:
        return queries.answers_of(self.application)

    @cached_property
    def lots(self) -> dict[int, str]:
        return queries.named_lots(self.application)

    @cached_property
    def schedule(self) -> list[engine.PriceScheduleLine]:
        return queries.schedule_of(self.application.market)

    @cached_property
    def terms(self) -> dict[str, EvidenceTerms]:
        return evidence_terms(self.application.market)

    def problems_of(self, question: QuestionDefinition, value: Any, key: str) -> list[Problem]:
        """Return what is wrong with the document or promise chosen for a question."""
        named = [value] if isinstance(value, str) else []
        return find_evidence_problems(
            question, value, key, held=find_documents(self.application.provider, named), terms=self.terms,
            market=self.application.market, on=self.today,
        )  # fmt: skip

    @cached_property
    def _named(self) -> tuple[list[Document], list[Problem]]:
        """Return the documents that the answers refer to, and the problems with documents and promises."""
        application = self.application
        return find_named_evidence(application.market, self.answers, self.lots, application.provider, on=self.today)

    @cached_property
    def _problems(self) -> list[Problem]:
        problems = problems_before_submitting(self.application, self.lots)
        problems += engine.find_answer_problems(
            self.definition, self.answers, self.lots, schedule=self.schedule, today=self.today
        )
        named = {problem.where for problem in problems}
        return [*problems, *(problem for problem in self._named[1] if problem.where not in named)]

    def ending_soon(self) -> list[str]:
        """Return warnings about documents in the answers that will expire soon.

        The warnings do not prevent submission.
        """
        return [
            f"{item} expires on {format_date(item.expires_on)}. Upload the new document before then, or no new "
            "placements can start."
            for item in self._named[0]
            if item.expires_on is not None and ends_soon(item, self.today)
        ]

    def href(self, key: str) -> str:
        application = self.application
        return reverse("provider:application-section", args=[application.provider.slug, application.reference, key])

    def rail(self, section: SectionDefinition) -> SectionRail:
        """Return the application's sections for one section's page, with the page that checks and submits it."""
        application = self.application
        check = reverse("provider:application-check", args=[application.provider.slug, application.reference])
        last = FormSection("Check and submit", "Not yet started", check)
        return SectionRail("Sections of this application", (*self.tasks(), last), self.href(section.key))

    def tasks(self) -> list[FormSection]:
        """List the sections with questions for the chosen categories, each with its progress."""
        tasks = []
        for section in self.definition.sections:
            if engine.section_applies(section, self.answers, self.lots):
                state = engine.section_state(section, self.answers, self.lots, schedule=self.schedule, today=self.today)
                tasks.append(
                    FormSection(section.title, state, None if state == "Cannot start yet" else self.href(section.key))
                )
        return tasks

    def missing(self) -> list[MissingAnswer]:
        """Return each missing or wrong answer, with the page for correcting it."""
        return [MissingAnswer(problem.sentence, self.mended_at(problem)) for problem in self._problems]

    def mended_at(self, problem: Problem) -> str:
        if problem.where == ELIGIBILITY:
            application = self.application
            return reverse("provider:application-eligibility", args=[application.provider.slug, application.reference])
        key = problem.where.partition("-")[0].partition("@")[0]
        for section in self.definition.sections:
            if any(question.key == key for question in section.questions):
                return f"{self.href(section.key)}#id_{problem.where}"
        return ""

    def mending(self) -> dict[str, str]:
        """Return where to correct each problem, by the problem's `where`, for an error summary's links."""
        return {problem.where: self.mended_at(problem) for problem in self._problems if problem.where}


def load_draft(application: Application, request: OrganisationRequest) -> DraftApplication:
    return DraftApplication(application, local_day(request.now))


def is_being_written(application: Application) -> bool:
    """Return whether there is anything to edit: a draft, or changes to a submitted application."""
    return application.status == ApplicationStatus.DRAFT or application.amending


def section_form(
    request: OrganisationRequest,
    written: DraftApplication,
    section: SectionDefinition,
    refused: Mapping[str, EvidenceForm] = MappingProxyType({}),
) -> SectionForm:
    """Make a section's form from the submitted data, the saved answers or an earlier application."""
    kinds = sorted({question.evidence for question in section.questions if question.evidence})
    return SectionForm.of(
        request,
        section=section,
        answers=written.answers,
        lots=written.lots,
        version=count_saves(written.application, section.key),
        schedule=written.schedule,
        evidence_choices=_held(written, kinds),
        uploads={**_uploads(request, written, section), **refused},
        promises={kind: PromiseTerms(terms.least_cover) for kind, terms in written.terms.items() if terms.may_promise},
        problems_of=written.problems_of,
        today=written.today,
        ask_too="more" in request.GET,
        initial=earlier_answers(request, written) if "earlier" in request.GET else None,
    )


def save(
    request: OrganisationRequest,
    application: Application,
    section: SectionDefinition,
    refused: Mapping[str, EvidenceForm] = MappingProxyType({}),
    *,
    automatic: bool = False,
) -> tuple[SectionForm, bool]:
    """Save a section's valid answers.

    Returns the section's form, and whether everything was saved. If not, the form has errors or conflicts. An answer
    with an error is not saved. If there is a conflict, nothing is saved.
    """
    form = section_form(request, load_draft(application, request), section, refused)
    for _ in range(MAX_SAVE_TRIES):
        is_valid = form.is_valid()
        if form.conflicts or not (is_valid or form.answers_to_save()):
            break
        try:
            saved = commands.save_section(
                application, key=section.key, answers=form.answers_to_save(), seen=form.cleaned_data["version"],
                by=request.user, at=request.now, automatic=automatic,
            )  # fmt: skip
        except EditConflict:
            form = section_form(request, load_draft(application, request), section, refused)
        except Refused as refusal:
            form.show(refusal)
            break
        else:
            form.show_saved(saved.saves)
            return form, is_valid
    return form, False


def last_saved_by(application: Application, section: SectionDefinition) -> User | None:
    saved = application.sections.filter(key=section.key).select_related("saved_by").first()
    return saved.saved_by if saved else None


def earlier_answers(request: OrganisationRequest, written: DraftApplication) -> dict[str, Any]:
    earlier = queries.earlier_application(written.application.provider, than=written.application)
    return queries.suggested_answers(written.application, than=earlier, at=request.now)


def count_saves(application: Application, key: str) -> int:
    section = application.sections.filter(key=key).first()
    return section.saves if section else 0


def _held(written: DraftApplication, kinds: list[str]) -> Mapping[str, list[OfferedDocument]]:
    documents: dict[str, list[OfferedDocument]] = {kind: [] for kind in kinds}
    if kinds:
        for item in valid_evidence(written.application.provider, kinds, written.today):
            terms = written.terms.get(item.kind)
            note = explain_too_little_cover(item, terms.least_cover if terms else None) or (
                "Expires soon. You will need a new document."
                if ends_soon(item, written.today)
                else "Expires before the market ends. You will need a new document by then."
                if item.expires_on is not None and item.expires_on < written.application.market.term_ends_on
                else ""
            )
            documents[item.kind].append(
                OfferedDocument(
                    item.reference,
                    item.title,
                    item.expires_on,
                    note.removesuffix("."),
                    href=reverse("provider:evidence-file", args=[written.application.provider.slug, item.reference]),
                )
            )
    return documents


def _uploads(
    request: OrganisationRequest, written: DraftApplication, section: SectionDefinition, sent: Collection[str] = ()
) -> dict[str, EvidenceForm]:
    """Make the upload form for each question that asks for a document.

    `sent` has the keys of the questions whose forms are bound to the request. There is no form for a document whose
    file we must never have.
    """
    uploads: dict[str, EvidenceForm] = {}
    if not request.user.can(Can.KEEP_EVIDENCE, organisation=request.organisation, at=request.now):
        return uploads
    for asked in engine.possible_questions(section, written.lots):
        name = asked.question.evidence
        kind = EVIDENCE_KINDS.get(name) or pack_evidence_kind(written.application.market, name)
        if kind is not None and not kind.is_never_uploaded:
            bound = {"data": request.POST, "files": request.FILES} if asked.key in sent else {}
            uploads[asked.key] = EvidenceForm(kind=kind, prefix=f"{asked.key}{UPLOAD_FORM_SUFFIX}", **bound)
    return uploads


def _uploads_sent(request: OrganisationRequest) -> set[str]:
    """Return the keys of questions with an uploaded file, or whose upload button was selected."""
    file, uploaded = f"{UPLOAD_FORM_SUFFIX}-file", f"{UPLOAD_FORM_SUFFIX}-file_key"
    keys = {name.removesuffix(file) for name in request.FILES if name.endswith(file)}
    keys |= {name.removesuffix(uploaded) for name, key in request.POST.items() if name.endswith(uploaded) and key}
    return keys | {upload_pressed(request.POST)} - {""}


def upload_and_save(
    request: OrganisationRequest, application: Application, section: SectionDefinition
) -> tuple[SectionForm, bool]:
    """Add each document uploaded in a section, select it as its question's answer, and save the section.

    If a document is refused, the other answers are saved, and the form shows what is wrong with the document.
    """
    sent = _uploads_sent(request)
    if not sent:
        return save(request, application, section)
    answers, refused = request.POST.copy(), {}
    for key, form in _uploads(request, load_draft(application, request), section, sent).items():
        if key not in sent:
            continue
        if evidence.attempt_upload(request, form, evidence_commands.add, request.organisation, form.kind):
            answers[key] = form.result.reference
        else:
            refused[key] = form
    request.POST = answers  # type: ignore[assignment]
    saved_form, is_saved = save(request, application, section, refused)
    for key, form in refused.items():
        saved_form.show_refused_upload(key, form)
    saved_form.partly_saved |= bool(refused)
    return saved_form, is_saved and not refused


def autosave(request: OrganisationRequest, application: Application, section: SectionDefinition) -> dict[str, Any]:
    """Save the valid answers automatically, and return a sentence and hidden fields for autosave.js.

    If a colleague changed the same answers, nothing is saved until the person selects a button, and compares them.
    """
    form, is_saved = save(request, application, section, automatic=True)
    if form.conflicts:
        words = "A colleague has changed the same answers. Select “Save and continue” to compare them."
        return {"words": words, "stopped": True}
    if not form.shown_again:
        return {"words": ""}
    when = f"Saved at {format_time(timezone.localtime(request.now).time())}"
    return {"words": when if is_saved else f"{when}, without the answers that have errors", "hidden": form.shown_again}
