"""Commands with which providers start, write, submit, change and withdraw an application."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from calloff.applications import jobs, messages
from calloff.applications.deadlines import decide_by
from calloff.applications.eligibility import (
    EligibilityAnswers,
    problems_before_submitting,
    require_eligible,
)
from calloff.applications.evidence_answers import find_named_evidence
from calloff.applications.models import Application, EligibilityCheck, LotRequest, SectionAnswers, SubmittedVersion
from calloff.applications.queries import answers_of, named_lots, schedule_of
from calloff.applications.states import LEFT_PART_STATUSES, ApplicationStatus, LotRequestStatus
from calloff.evidence.commands import release as release_evidence
from calloff.evidence.commands import rely
from calloff.history.transitions import create, creating, gather_events, record_change, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.kernel.short_text import find_line_problem
from calloff.markets.models import Lot, Market, ReferenceCounter
from calloff.markets.queries import lock_open_window, who_can
from calloff.outbox.commands import queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = ["amend", "choose_lots", "discard", "save_section", "save_sections", "start", "submit", "withdraw"]

# the maximum number of characters in the name of the person who makes the declaration, and in their role
MAX_SIGNATORY_LENGTH = 100
# All automatic saves of a section by one person within this time share one event. The section stores the latest
# answers, and the row history of the application stores the time of each save.
AUTOSAVES_GATHERED_WITHIN = timedelta(minutes=15)


@transaction.atomic
def start(
    market: Market,
    *,
    provider: Organisation,
    lots: Iterable[int],
    eligibility: Mapping[str, Any] | None = None,
    by: User,
    at: datetime,
) -> Application:
    """Start an application for some lots in an open market, with answers to its eligibility questions.

    The answers are stored with the application, for its evaluators to read. Raises Refused if an answer is missing, if
    an answer makes the provider ineligible, and if the provider already has a live request for one of the lots.
    """
    locked = lock_open_window(market.pk, at)
    lot_titles = _lot_titles(locked, lots)
    eligible = require_eligible(locked, lot_titles, eligibility)
    application = Application(
        reference=ReferenceCounter.next_reference(locked, "A"),
        authority=locked.authority,
        market=locked,
        provider=provider,
        lots=sorted(lot_titles),
        started_at=at,
        changed_at=at,
    )
    with creating(application, "start", by=by, at=at):
        if _store_check(application, eligible, by=by, at=at):
            application.save(update_fields=["eligibility"])
        _match_requests(application, by=by, at=at)
    return application


def choose_lots(
    application: Application,
    *,
    lots: Iterable[int],
    eligibility: Mapping[str, Any] | None = None,
    by: User,
    at: datetime,
) -> Application:
    """Change the lots that a provider applies for.

    The submitted version keeps its lots until the next version is submitted. `eligibility` contains the answers to the
    eligibility questions about the added lots. Raises Refused if these answers are missing.
    """
    with transition(application, "choose_lots", by=by, at=at, along=_requests(application)) as draft:
        _require_writable(draft, at)
        lot_titles = _lot_titles(draft.market, lots)
        check = draft.eligibility
        eligible = require_eligible(
            draft.market, lot_titles, {**(check.answers if check else {}), **(eligibility or {})}
        )
        _store_check(draft, eligible, by=by, at=at)
        draft.lots = sorted(lot_titles)
        draft.changed_at = at
        if draft.status == ApplicationStatus.DRAFT:
            _match_requests(draft, by=by, at=at)
    return draft


def save_section(
    application: Application,
    *,
    key: str,
    answers: dict[str, Any],
    seen: int,
    by: User,
    at: datetime,
    automatic: bool = False,
) -> SectionAnswers:
    """Save some or all of the answers in a section.

    `seen` is how often the section had been saved when the person opened it. If a colleague has saved it since,
    EditConflict is raised, so that no answer is lost. All automatic saves of a section by one person within a quarter
    of an hour share one Event. Raises LookupError if the market does not have the section or one of the answers.
    """
    with transition(application, "save_section", by=by, at=at) as draft:
        _require_writable(draft, at)
        _require_of_section(draft, key, answers)
        section = draft.sections.filter(key=key).first()
        if section is None:
            section = SectionAnswers(application=draft, key=key)
        elif section.saves != seen:
            raise EditConflict
        section.answers = {**section.answers, **answers}
        section.saves += 1
        section.saved_by, section.saved_at = by, at
        section.save()
        draft.changed_at = at
        record_change("section", None, key)
        if automatic:
            record_change("saved automatically", None, "in the next 15 minutes too")
            gather_events(AUTOSAVES_GATHERED_WITHIN)
    return section


@transaction.atomic
def save_sections(application: Application, *, answers: Mapping[str, Any], by: User, at: datetime) -> Application:
    """Save answers to questions in several sections at once, but only for questions that have no answer yet.

    Answers that are already saved do not change. Raises LookupError if the market does not ask one of the questions.
    """
    saved = {section.key: section for section in application.sections.select_for_update().order_by("pk")}
    definition, left = application.market.questions.definition, dict(answers)
    for part in definition.sections:
        keys = {question.key for question in part.questions}
        section = saved.get(part.key)
        own = {key: left.pop(key) for key in list(left) if key.partition("@")[0] in keys}
        new = {key: value for key, value in own.items() if section is None or engine.is_empty(section.answers.get(key))}
        if new:
            seen = section.saves if section else 0
            save_section(application, key=part.key, answers=new, seen=seen, by=by, at=at)
    if left:
        raise LookupError(f"These are not asked: {', '.join(sorted(left))}")
    return application


def submit(application: Application, *, by: User, at: datetime, name: str, role: str) -> Application:
    """Submit the answers as a new version, which never changes.

    The time that the authority has to decide then starts. Its length is the rule `decide_within`, from the ruleset or
    from the market itself. Raises Refused from the closing time on, if answers are missing (with a problem for each),
    and if the application was already submitted and is not being changed (see `amend`).
    """
    _demand(name, role)
    # This locks the application, so its lot requests do not change either.
    with transition(application, "submit", by=by, at=at) as sent:
        sent.market = market = lock_open_window(sent.market_id, at)
        sent.authority = market.authority
        if sent.status == ApplicationStatus.SUBMITTED and not sent.amending:
            raise Refused("You have already submitted this version. Change it before you submit again.")
        answers = answers_of(sent)
        definition = market.questions.definition
        lot_names = named_lots(sent)
        problems = problems_before_submitting(sent, lot_names)
        problems += engine.find_answer_problems(
            definition, answers, lot_names, schedule=schedule_of(market), today=local_day(at)
        )
        items, evidence_problems = find_named_evidence(market, answers, lot_names, sent.provider, on=local_day(at))
        if problems or evidence_problems:
            raise Refused.because([*problems, *evidence_problems])
        earlier_count = sent.versions.count() if sent.version_id else 0
        if sent.status == ApplicationStatus.SUBMITTED:
            _match_requests(sent, by=by, at=at)
        sent.version = SubmittedVersion.objects.create(
            application=sent, number=earlier_count + 1, answers=answers, lots=sent.lots,
            eligibility_id=sent.eligibility_id, submitted_by=by, submitted_at=at,
            declared_name=collapse_spaces(name), declared_role=role.strip(),
            flags=[flag._asdict() for flag in engine.automatic_flags(definition, answers, lot_names)],
        )  # fmt: skip
        record_change("version", earlier_count or None, earlier_count + 1)
        due = decide_by(market, at)
        record_change("decide by", sent.decide_by, due)
        sent.submitted_at, sent.decide_by, sent.more_time_reason = at, due, ""
        sent.amending = False
        sent.changed_at = at
        if items:
            rely(items, authority=sent.authority, purpose=sent.reference, stage="application", by=by, at=at)
        if earlier_count:
            release_evidence(authority=sent.authority, purpose=sent.reference, at=at, keep=items)
        jobs.make_copy.defer(version_pk=sent.version.pk)
        people = User.objects.who_can(Can.APPLY, organisation=sent.provider, at=at)
        queue_message(messages.received(sent), to=people, sender=str(sent.authority), at=at)
        if _are_officers_emailed(sent, at):
            officers = who_can(Can.ALLOCATE, in_market=sent.market, at=at)
            queue_message(messages.to_allocate(sent), to=officers, sender=str(sent.authority), at=at)
    return sent


def amend(application: Application, *, by: User, at: datetime) -> Application:
    """Reopen a submitted application for changes.

    The submitted version stays valid until a new version is submitted. Raises Refused once the assessment has started
    or the market has closed.
    """
    _refuse_late_change(application)
    with transition(application, "amend", by=by, at=at) as amended:
        lock_open_window(amended.market_id, at)
        amended.amending = True
        amended.changed_at = at
    return amended


def discard(application: Application, *, by: User, at: datetime) -> Application:
    """Discard changes that have not been submitted, so that the answers are those of the submitted version again.

    Raises Refused if there are no changes to discard.
    """
    with transition(application, "discard", by=by, at=at) as restored:
        if not restored.amending or restored.version is None:
            raise Refused("You have no changes to cancel.")
        definition = restored.market.questions.definition
        for section in restored.sections.all():
            keys = {question.key for question in getattr(definition.section(section.key), "questions", ())}
            section.answers = {
                key: value for key, value in restored.version.answers.items() if key.split("@")[0] in keys
            }
            section.saves += 1
            section.save()
        drop_change(restored)
        restored.changed_at = at
    return restored


def drop_change(application: Application) -> None:
    """Discard a change that has not been submitted, so that the lots are those of the submitted version again.

    The caller saves the application.
    """
    application.amending = False
    if application.version is not None:
        application.lots = application.version.lots


def withdraw(application: Application, *, by: User, at: datetime) -> Application:
    """Withdraw the whole application before the decision. The provider can then apply again.

    Raises Refused after the decision.
    """
    if application.status == ApplicationStatus.DECIDED:
        raise Refused("This application has been decided. To leave a market, write to the council.")
    with transition(application, "withdraw", by=by, at=at, along=_requests(application)) as withdrawn:
        for request in _requests(withdrawn):
            if request.status == LotRequestStatus.REQUESTED:
                with transition(request, "withdraw", by=by, at=at):
                    pass
        drop_change(withdrawn)
        withdrawn.changed_at = at
        if withdrawn.version_id:
            release_evidence(authority=withdrawn.authority, purpose=withdrawn.reference, at=at)
            evaluators = withdrawn.parts.exclude(status__in=LEFT_PART_STATUSES).values("person")
            recipients: QuerySet[User] = User.objects.filter(pk__in=evaluators)
            if _are_officers_emailed(withdrawn, at):
                recipients = (who_can(Can.ALLOCATE, in_market=withdrawn.market, at=at) | recipients).distinct()
            queue_message(messages.withdrawn(withdrawn), to=recipients, sender=str(withdrawn.authority), at=at)
    return withdrawn


def _are_officers_emailed(application: Application, at: datetime) -> bool:
    """Return whether to email the officers who allocate evaluators. There is a daily limit for each provider.

    The limit exists because a provider could submit and withdraw its application again and again. Above the limit,
    officers see the application in their list but get no email. Evaluators always get an email, because there are few
    of them and an officer has chosen each of them.
    """
    return count_attempt(LimitName.APPLICATION_EMAIL, application.provider_id, at=at).allowed


def _demand(name: str, role: str) -> None:
    parts = (("name", name, "Enter your full name"), ("role", role, "Enter your role"))
    problems = [Problem(words, where) for where, value, words in parts if not value.strip()]
    problems += [
        Problem(f"Your {where} must be {MAX_SIGNATORY_LENGTH} characters or fewer", where)
        for where, value, _ in parts
        if len(value.strip()) > MAX_SIGNATORY_LENGTH
    ]
    if not problems and (problem := find_name_problem(name, noun="Your full name", longest=MAX_SIGNATORY_LENGTH)):
        problems.append(Problem(problem, "name"))
    if problem := find_line_problem(role, noun="Your role"):
        problems.append(Problem(problem, "role"))
    if problems:
        raise Refused.because(problems)


def _refuse_late_change(application: Application) -> None:
    """Raise Refused if it is too late to change the application. The refusal says what to do instead."""
    if application.status in {ApplicationStatus.ASSESSING, ApplicationStatus.CLARIFYING, ApplicationStatus.TO_DECIDE}:
        raise Refused(
            f"Assessment has started, so you can no longer change this application. If something is wrong, write to "
            f"{application.authority} and quote {application.reference}. The council can then ask you a question "
            f"about it."
        )
    if application.status == ApplicationStatus.DECIDED:
        raise Refused("This application has been decided. You can apply again while the market is open.")


def _require_writable(application: Application, at: datetime) -> None:
    """Raise Refused unless the answers can be changed now.

    A draft can always be changed. A submitted application can be changed only after `amend`, while the market is open.
    """
    if application.status == ApplicationStatus.SUBMITTED:
        if not application.amending:
            raise Refused("Choose “Change this application” before you change an answer.")
        lock_open_window(application.market_id, at)


def _require_of_section(application: Application, key: str, answers: dict[str, Any]) -> None:
    """Raise LookupError if the market does not have this section, or if an answer belongs to another section."""
    section = application.market.questions.definition.section(key)
    if section is None:
        raise LookupError(f"There is no section “{key}”.")
    foreign = {
        name for name in answers if name.partition("@")[0] not in {question.key for question in section.questions}
    }
    if foreign:
        raise LookupError(f"These are not asked in {key}: {', '.join(sorted(foreign))}")


def _lot_titles(market: Market, numbers: Iterable[int]) -> dict[int, str]:
    """Return the titles of the chosen lots by number.

    Raises Refused if no lot was chosen, or if a lot belongs to another market.
    """
    selected = set(numbers)
    if not selected:
        raise Refused("Select at least one category", "lots")
    titles = dict(market.lots.filter(number__in=selected).order_by("number").values_list("number", "title"))
    if selected - titles.keys():
        raise Refused("Select categories in this market", "lots")
    return titles


def _store_check(
    application: Application,
    eligible: EligibilityAnswers | None,
    *,
    by: User,
    at: datetime,
) -> bool:
    """Store the eligibility answers that count from now on. Return whether there was anything new to store."""
    edition, previous = application.market.eligibility, application.eligibility
    if eligible is None or edition is None:
        return False
    if previous is not None and (previous.edition_id, previous.answers) == (edition.pk, eligible.answers):
        return False
    application.eligibility = EligibilityCheck.objects.create(
        application=application, edition=edition, answers=eligible.answers, outcome=eligible.outcome, answered_by=by,
        answered_at=at,
    )  # fmt: skip
    return True


def _requests(application: Application) -> list[LotRequest]:
    return list(application.requests.filter(status=LotRequestStatus.REQUESTED).select_related("lot").order_by("pk"))


def _match_requests(application: Application, *, by: User, at: datetime) -> None:
    """Create and withdraw lot requests, so that there is one live request for each lot of the application."""
    numbers = set(application.lots)
    live = {request.lot.number: request for request in _requests(application)}
    for number in sorted(live.keys() - numbers):
        with transition(live[number], "choose_lots", by=by, at=at):
            pass
    for lot in Lot.objects.filter(market=application.market, number__in=numbers - live.keys()).order_by("number"):
        request = LotRequest(
            authority=application.authority, application=application, lot=lot, provider=application.provider
        )
        create(request, "choose_lots", by=by, at=at)
