"""What a provider does: start, write, submit, change, withdraw."""

from collections.abc import Iterable, Mapping
from datetime import datetime
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
from calloff.history.transitions import create, creating, record_change, transition
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

MAX_SIGNATORY_LENGTH = 100  # characters of the name and of the role of the person who declares


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
    """Start an application to some lots of an open market, with the answers to its eligibility questions.

    The answers are kept with the application, and its assessors read them. Raises Refused where a question is not
    answered or an answer rules the provider out, and where an application to the same lot is live.
    """
    held = lock_open_window(market.pk, at)
    chosen = _chosen(held, lots)
    passed = require_eligible(held, chosen, eligibility)
    application = Application(
        reference=ReferenceCounter.next_reference(held, "A"),
        authority=held.authority,
        market=held,
        provider=provider,
        lots=sorted(chosen),
        started_at=at,
        changed_at=at,
    )
    with creating(application, "start", by=by, at=at):
        if _keep_check(application, passed, by=by, at=at):
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
    """Change which lots are applied for. What has been submitted keeps its lots until the new version is sent.

    `eligibility` adds answers where the lots bring up further eligibility questions. Raises Refused without them.
    """
    with transition(application, "choose_lots", by=by, at=at, along=_requests(application)) as written:
        _require_writable(written, at)
        chosen = _chosen(written.market, lots)
        check = written.eligibility
        passed = require_eligible(written.market, chosen, {**(check.answers if check else {}), **(eligibility or {})})
        _keep_check(written, passed, by=by, at=at)
        written.lots = sorted(chosen)
        written.changed_at = at
        if written.status == ApplicationStatus.DRAFT:
            _match_requests(written, by=by, at=at)
    return written


def save_section(
    application: Application, *, key: str, answers: dict[str, Any], seen: int, by: User, at: datetime
) -> SectionAnswers:
    """Save one section, of which the person saw the `seen`-th save. Its answers need not be complete.

    Raises EditConflict where a colleague saved it meanwhile, so that neither answer is lost silently.
    """
    with transition(application, "save_section", by=by, at=at) as written:
        _require_writable(written, at)
        _require_of_section(written, key, answers)
        section = written.sections.filter(key=key).first()
        if section is None:
            section = SectionAnswers(application=written, key=key)
        elif section.saves != seen:
            raise EditConflict
        section.answers = {**section.answers, **answers}
        section.saves += 1
        section.saved_by, section.saved_at = by, at
        section.save()
        written.changed_at = at
        record_change("section", None, key)
    return section


def submit(application: Application, *, by: User, at: datetime, name: str, role: str) -> Application:
    """Send what is written, as a new version that is kept. The authority's clock runs from it.

    Refused at the closing instant, and while a required answer is missing: each one is named. Source of the clock:
    the ruleset, or the market's own promise (`rule("decide_within")`).
    """
    _demand(name, role)
    with transition(application, "submit", by=by, at=at) as sent:  # its lock holds its requests still, too
        sent.market = market = lock_open_window(sent.market_id, at)
        sent.authority = market.authority
        if sent.status == ApplicationStatus.SUBMITTED and not sent.amending:
            raise Refused("You have already submitted this version. Change it before you submit again.")
        answers = answers_of(sent)
        definition = market.questions.definition
        named = named_lots(sent)
        missing = problems_before_submitting(sent, named)
        missing += engine.find_answer_problems(
            definition, answers, named, schedule=schedule_of(market), today=local_day(at)
        )
        items, unfit = find_named_evidence(market, answers, named, sent.provider, on=local_day(at))
        if missing or unfit:
            raise Refused.because([*missing, *unfit])
        earlier = sent.versions.count() if sent.version_id else 0
        if sent.status == ApplicationStatus.SUBMITTED:
            _match_requests(sent, by=by, at=at)
        sent.version = SubmittedVersion.objects.create(
            application=sent, number=earlier + 1, answers=answers, lots=sent.lots,
            eligibility_id=sent.eligibility_id, submitted_by=by, submitted_at=at,
            declared_name=collapse_spaces(name), declared_role=role.strip(),
            flags=[flag._asdict() for flag in engine.automatic_flags(definition, answers, named)],
        )  # fmt: skip
        record_change("version", earlier or None, earlier + 1)
        due = decide_by(market, at)
        record_change("decide by", sent.decide_by, due)
        sent.submitted_at, sent.decide_by, sent.more_time_reason = at, due, ""
        sent.amending = False
        sent.changed_at = at
        if items:
            rely(items, authority=sent.authority, purpose=sent.reference, stage="application", by=by, at=at)
        if earlier:
            release_evidence(authority=sent.authority, purpose=sent.reference, at=at, keep=items)
        jobs.make_copy.defer(version_pk=sent.version.pk)
        people = User.objects.who_can(Can.APPLY, organisation=sent.provider, at=at)
        queue_message(messages.received(sent), to=people, sender=str(sent.authority), at=at)
        if _are_officers_emailed(sent, at):
            officers = who_can(Can.ALLOCATE, in_market=sent.market, at=at)
            queue_message(messages.to_allocate(sent), to=officers, sender=str(sent.authority), at=at)
    return sent


def amend(application: Application, *, by: User, at: datetime) -> Application:
    """Begin to change what was submitted, until assessment starts. What was sent stands until the new one is."""
    _refuse_late_change(application)
    with transition(application, "amend", by=by, at=at) as standing:
        lock_open_window(standing.market_id, at)
        standing.amending = True
        standing.changed_at = at
    return standing


def discard(application: Application, *, by: User, at: datetime) -> Application:
    """Drop the changes that were not sent: the working copy becomes what stands again."""
    with transition(application, "discard", by=by, at=at) as standing:
        if not standing.amending or standing.version is None:
            raise Refused("You have no changes to cancel.")
        definition = standing.market.questions.definition
        for section in standing.sections.all():
            keys = {question.key for question in getattr(definition.section(section.key), "questions", ())}
            section.answers = {
                key: value for key, value in standing.version.answers.items() if key.split("@")[0] in keys
            }
            section.saves += 1
            section.save()
        drop_change(standing)
        standing.changed_at = at
    return standing


def drop_change(standing: Application) -> None:
    """Let what is under way no longer differ from what stands: for the steps that end a change before it is sent."""
    standing.amending = False
    if standing.version is not None:
        standing.lots = standing.version.lots


def withdraw(application: Application, *, by: User, at: datetime) -> Application:
    """Take the whole application back, at any time before it is decided. The lots may be applied for again."""
    if application.status == ApplicationStatus.DECIDED:
        raise Refused("This application has been decided. To leave a market, write to the council.")
    with transition(application, "withdraw", by=by, at=at, along=_requests(application)) as taken:
        for request in _requests(taken):
            if request.status == LotRequestStatus.REQUESTED:
                with transition(request, "withdraw", by=by, at=at):
                    pass
        drop_change(taken)
        taken.changed_at = at
        if taken.version_id:
            release_evidence(authority=taken.authority, purpose=taken.reference, at=at)
            evaluators = taken.parts.exclude(status__in=LEFT_PART_STATUSES).values("person")
            told: QuerySet[User] = User.objects.filter(pk__in=evaluators)
            if _are_officers_emailed(taken, at):
                told = (who_can(Can.ALLOCATE, in_market=taken.market, at=at) | told).distinct()
            queue_message(messages.withdrawn(taken), to=told, sender=str(taken.authority), at=at)
    return taken


def _are_officers_emailed(application: Application, at: datetime) -> bool:
    """Say whether those who allocate are emailed: one provider can submit and withdraw without end.

    Beyond the limit the application is in their list alone. Evaluators are always told: officers chose them.
    """
    return count_attempt(LimitName.APPLICATION_EMAIL, application.provider_id, at=at).allowed


def _demand(name: str, role: str) -> None:
    parts = (("name", name, "Enter your full name"), ("role", role, "Enter your role"))
    wrong = [Problem(words, where) for where, value, words in parts if not value.strip()]
    wrong += [
        Problem(f"Your {where} must be {MAX_SIGNATORY_LENGTH} characters or fewer", where)
        for where, value, _ in parts
        if len(value.strip()) > MAX_SIGNATORY_LENGTH
    ]
    if not wrong and (problem := find_name_problem(name, noun="Your full name", longest=MAX_SIGNATORY_LENGTH)):
        wrong.append(Problem(problem, "name"))
    if problem := find_line_problem(role, noun="Your role"):
        wrong.append(Problem(problem, "role"))
    if wrong:
        raise Refused.because(wrong)


def _refuse_late_change(application: Application) -> None:
    """Say how to ask, where the table alone would only say no."""
    if application.status in {ApplicationStatus.ASSESSING, ApplicationStatus.CLARIFYING, ApplicationStatus.TO_DECIDE}:
        raise Refused(
            f"Assessment has started, so you can no longer change this application. If something is wrong, write to "
            f"{application.authority} and quote {application.reference}. The council can then ask you to clarify."
        )
    if application.status == ApplicationStatus.DECIDED:
        raise Refused("This application has been decided. You can apply again while the market is open.")


def _require_writable(application: Application, at: datetime) -> None:
    """A draft may be written at any time, for it is only kept; a change of what was submitted has its time."""
    if application.status == ApplicationStatus.SUBMITTED:
        if not application.amending:
            raise Refused("Choose “Change this application” before you change an answer.")
        lock_open_window(application.market_id, at)


def _require_of_section(application: Application, key: str, answers: dict[str, Any]) -> None:
    """Raise LookupError for a section that is not asked, and for answers that belong to another one."""
    section = application.market.questions.definition.section(key)
    if section is None:
        raise LookupError(f"There is no section “{key}”.")
    foreign = {name for name in answers if name.partition("@")[0] not in {one.key for one in section.questions}}
    if foreign:
        raise LookupError(f"These are not asked in {key}: {', '.join(sorted(foreign))}")


def _chosen(market: Market, numbers: Iterable[int]) -> dict[int, str]:
    """Return the titles of the lots that were chosen, by number."""
    chosen = set(numbers)
    if not chosen:
        raise Refused("Select at least one category", "lots")
    titles = dict(market.lots.filter(number__in=chosen).order_by("number").values_list("number", "title"))
    if chosen - titles.keys():
        raise Refused("Select categories of this market", "lots")
    return titles


def _keep_check(
    application: Application,
    passed: EligibilityAnswers | None,
    *,
    by: User,
    at: datetime,
) -> bool:
    """Keep the eligibility answers that count from now on, unless they are kept already. Say whether they were kept."""
    edition, known = application.market.eligibility, application.eligibility
    if passed is None or edition is None:
        return False
    if known is not None and (known.edition_id, known.answers) == (edition.pk, passed.answers):
        return False
    application.eligibility = EligibilityCheck.objects.create(
        application=application, edition=edition, answers=passed.answers, outcome=passed.outcome, answered_by=by,
        answered_at=at,
    )  # fmt: skip
    return True


def _requests(application: Application) -> list[LotRequest]:
    return list(application.requests.filter(status=LotRequestStatus.REQUESTED).select_related("lot").order_by("pk"))


def _match_requests(application: Application, *, by: User, at: datetime) -> None:
    """Let the live requests be those for the lots that are written down."""
    wanted = set(application.lots)
    live = {request.lot.number: request for request in _requests(application)}
    for number in sorted(live.keys() - wanted):
        with transition(live[number], "choose_lots", by=by, at=at):
            pass
    for lot in Lot.objects.filter(market=application.market, number__in=wanted - live.keys()).order_by("number"):
        request = LotRequest(
            authority=application.authority, application=application, lot=lot, provider=application.provider
        )
        create(request, "choose_lots", by=by, at=at)
