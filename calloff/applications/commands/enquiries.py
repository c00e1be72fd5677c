"""Commands to ask the council a question about a market, to answer or close the question, and to publish it without
names.
"""

import re
from datetime import datetime

from django.db import transaction

from calloff.applications import messages
from calloff.applications.deadlines import calendar_of
from calloff.applications.models import Enquiry
from calloff.history.transitions import creating, record_reason, transition
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.personal_data_check import require_no_personal_data
from calloff.kernel.search_words import fold_word
from calloff.kernel.working_days import working_days_after
from calloff.markets.models import Market
from calloff.markets.queries import is_open_locked, who_can
from calloff.outbox.commands import queue_message
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = [
    "answer_enquiry",
    "are_names_checked",
    "ask_team",
    "close_enquiry",
    "publish_enquiry",
    "unpublish_enquiry",
    "withdraw_enquiry",
]

COMPANY_ENDINGS = frozenset({"ltd", "limited", "cic", "llp", "plc"})
# The task of the officers is due after this time if the council does not promise another. The number is our own
# choice.
TASK_WORKING_DAYS = 5
MAX_ENQUIRY_LENGTH = 4000  # the maximum length of a question or an answer, in characters


def answer_due(market: Market, at: datetime) -> datetime:
    """Return when the council should answer a question that was asked at `at`.

    This is the end of a working day or, if earlier, the end of the application period.
    """
    days = market.pack.contact.answer_working_days or TASK_WORKING_DAYS
    due = midnight(day_after(working_days_after(local_day(at), days, calendar_of(market))))
    return market.closes_at if at < market.closes_at < due else due


def ask_team(market: Market, *, question: str, by: User, at: datetime, provider: Organisation | None = None) -> Enquiry:
    """Send the council a question about a market, on behalf of a provider or of yourself.

    The officers who run the market get an email. Raises Refused if the question is empty or too long, or contains an
    identifier that could be a child's. Also raises Refused if the market is a draft or has ended, if the person cannot
    apply for the provider, and above a person's daily limit, because each question sends emails.
    """
    _require_text(question, "Your question", "Enter your question", "question")
    require_no_personal_data(question, "question")
    if provider is not None and not by.can(Can.APPLY, organisation=provider, at=at):
        raise Refused(
            f"You do not have the role to ask on behalf of {provider}. Ask its provider lead to add the role, or ask "
            "for yourself.",
            "provider",
        )
    taken = count_attempt(LimitName.ENQUIRY, by.pk, at=at)
    if not taken.allowed:
        raise Refused(f"You have asked too many questions. Wait {format_wait(taken.resets_in)}, then ask again.")
    enquiry = Enquiry(
        authority=market.authority,
        market=market,
        provider=provider,
        asked_by=by,
        asked_at=at,
        answer_by=answer_due(market, at),
        question=question.strip(),
    )
    with transaction.atomic():
        if not is_open_locked(market.pk):
            raise Refused(f"You cannot ask about this market because it has ended. Call {market.authority} instead.")
        with creating(enquiry, "ask_team", by=by, at=at):
            officers = who_can(Can.RUN_MARKETS, in_market=market, at=at)
            queue_message(messages.enquiry_asked(enquiry), to=officers, sender=str(market.authority), at=at)
    return enquiry


def withdraw_enquiry(enquiry: Enquiry, *, by: User, at: datetime) -> Enquiry:
    """Withdraw your own question before the council answers it."""
    with transition(enquiry, "withdraw_enquiry", by=by, at=at) as withdrawn:
        withdrawn.closed_at = at
    return withdrawn


def answer_enquiry(enquiry: Enquiry, *, answer: str, by: User, at: datetime) -> Enquiry:
    """Answer a question, even after its due date.

    The person who asked gets an email. If a provider asked, everyone who now applies for it gets the email. Raises
    Refused if the answer is empty or too long, and for an officer who asked the question, or who has a role at the
    provider that asked or at a provider of the person who asked.
    """
    _require_text(answer, "Your answer", "Enter your answer", "answer")
    with transition(enquiry, "answer_enquiry", by=by, at=at) as answered:
        if _is_on_askers_side(answered, by, at):
            raise Refused(
                "You cannot answer your own question, or a question from a provider where you have a role. Ask a "
                "colleague to answer it.",
                "answer",
            )
        answered.answer, answered.answered_by, answered.closed_at = answer.strip(), by, at
        to = _askers(answered, at)
        queue_message(messages.enquiry_answered(answered), to=to, sender=str(answered.authority), at=at)
    return answered


def close_enquiry(enquiry: Enquiry, *, reason: str, by: User, at: datetime) -> Enquiry:
    """Close a question without an answer, and give a reason. The people who would have got the answer get an email.

    Raises Refused if the reason is empty or too long, and for an officer who could not answer the question.
    """
    _require_text(reason, "Reason", "Enter why you are closing this question", "reason")
    with transition(enquiry, "close_enquiry", by=by, at=at) as closed:
        if _is_on_askers_side(closed, by, at):
            raise Refused(
                "You cannot close your own question, or a question from a provider where you have a role. Ask a "
                "colleague to close it.",
                "reason",
            )
        closed.closing_reason, closed.closed_at = reason.strip(), at
        record_reason(closed)
        to = _askers(closed, at)
        queue_message(messages.enquiry_closed(closed), to=to, sender=str(closed.authority), at=at)
    return closed


def publish_enquiry(
    enquiry: Enquiry, *, published_question: str, published_answer: str, by: User, at: datetime
) -> Enquiry:
    """Publish a question and its answer on the market's page, in the council's own words, or correct that text.

    Raises Refused if the text is empty or too long, or contains the name of the provider or the person who asked, or
    an identifier that could be a child's. Also raises Refused for an officer who could not have answered the question.
    """
    _require_text(published_question, "Question", "Enter the question that you want to publish", "published_question")
    _require_text(published_answer, "Answer", "Enter the answer that you want to publish", "published_answer")
    require_no_personal_data(published_question, "published_question")
    require_no_personal_data(published_answer, "published_answer", allows_dates=True)
    with transition(enquiry, "publish_enquiry", by=by, at=at) as published:
        if _is_on_askers_side(published, by, at):
            raise Refused(
                "You cannot publish your own question, or a question from a provider where you have a role. Ask a "
                "colleague to publish it."
            )
        texts = {"published_question": published_question, "published_answer": published_answer}
        if named := [Problem(NAMED_REFUSAL, field) for field, text in texts.items() if _names_asker(published, text)]:
            raise Refused.because(named)
        published.published_question, published.published_answer = published_question.strip(), published_answer.strip()
        published.published_at = at
    return published


def unpublish_enquiry(enquiry: Enquiry, *, by: User, at: datetime) -> Enquiry:
    """Remove a published question and its answer from the market's page. The person who asked can still see both.

    Raises Refused for an officer who could not have answered the question.
    """
    with transition(enquiry, "unpublish_enquiry", by=by, at=at) as removed:
        if _is_on_askers_side(removed, by, at):
            raise Refused(
                "You cannot remove your own question, or a question from a provider where you have a role. Ask a "
                "colleague to remove it."
            )
        removed.published_question = removed.published_answer = ""
        removed.published_at = None
    return removed


def _is_on_askers_side(enquiry: Enquiry, person: User, at: datetime) -> bool:
    """Return whether the person asked the question, or has a role at the same provider as the side that asked.

    That is either the provider that asked, or any provider of the person who asked.
    """
    if enquiry.provider is not None and person.roles_at(enquiry.provider, at):
        return True
    if enquiry.asked_by_id is None:
        return False
    grants = RoleGrant.objects.in_force(at).filter(organisation__kind=Organisation.Kind.PROVIDER)
    shared = grants.filter(
        person=person, organisation__in=grants.filter(person=enquiry.asked_by_id).values("organisation")
    )
    return person.pk == enquiry.asked_by_id or shared.exists()


def _askers(enquiry: Enquiry, at: datetime) -> list[User]:
    """Return the people who can read the answer now: those who apply for the provider, or the person who asked."""
    if enquiry.provider is not None:
        return list(User.objects.who_can(Can.APPLY, organisation=enquiry.provider, at=at))
    return [enquiry.asked_by] if enquiry.asked_by is not None and enquiry.asked_by.is_active else []


NAMED_REFUSAL = "Remove the name of the person or provider who asked. Anyone can read what you publish."


def are_names_checked(enquiry: Enquiry) -> bool:
    """Return whether we can look for the names of the provider and of the person who asked in a text.

    We cannot do so once the person has been removed from the question, or if a name has no letters or digits.
    """
    names = [enquiry.asked_by, *([enquiry.provider] if enquiry.provider else [])]
    return all(name is not None and _plain_words(str(name)) for name in names)


def _names_asker(enquiry: Enquiry, text: str) -> bool:
    """Return whether the text contains the name of the provider or of the person who asked, in any spelling."""
    names = (_plain_words(str(asker)) for asker in (enquiry.provider, enquiry.asked_by) if asker)
    return any(f" {name} " in f" {_plain_words(text)} " for name in names if name)


def _plain_words(text: str) -> str:
    """Return the words of a text in plain letters, without the endings of company names."""
    words = re.findall(r"[^\W_]+", re.sub("['’]", "", fold_word(text).replace("&", " and ")))
    return " ".join(word for word in words if word not in COMPANY_ENDINGS)


def _require_text(text: str, noun: str, empty: str, field: str) -> None:
    if not text.strip():
        raise Refused(empty, field)
    if len(text) > MAX_ENQUIRY_LENGTH:
        raise Refused(f"{noun} must be {MAX_ENQUIRY_LENGTH:,} characters or fewer", field)
