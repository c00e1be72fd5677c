# ruff: noqa: E501 (text that people wrote)
"""The answers that the invented providers give in their applications, and the PDFs in their evidence passports."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from calloff.cli.demo.cast import PROVIDER_LEADS, DemoProvider
from calloff.cli.demo.context import DemoContext, provider_facts
from calloff.documents import pdf_rendering
from calloff.documents.commands import save_upload
from calloff.documents.pdf_content import ApplicationCopyContent, PdfAnswer, PdfFact, PdfSection
from calloff.evidence.commands import add
from calloff.evidence.kinds import EVIDENCE_KINDS, INSURANCE_DETAILS
from calloff.evidence.kinds import EvidenceKind as Kind
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_date
from calloff.markets.models import Market
from calloff.questions import answers as engine
from calloff.questions.answers import AskedQuestion
from calloff.questions.schema import QuestionDefinition

ONE_YEAR = timedelta(days=364)
INSURANCE_COVER = {"public_liability": "10000000", "employers_liability": "10000000", "motor": "5000000"}
PROMISED_DOCUMENTS = {("cobb", "public_liability")}  # the documents that a provider promises in its application
PROVIDERS_THAT_DRIVE = {"downland", "larkfield"}
PROVIDERS_SHARING_SITES = {"harbour", "cobb"}

TEXT_ANSWERS = {
    "safeguarding_lead": "{lead} leads on safeguarding, and the deputy is our practice manager. Both renewed their training this spring.",
    "concern_response": "The member of staff listens, does not promise to keep it secret, and writes down what the young person said. The member of staff tells {lead} within the hour. We call and write to the school's safeguarding lead on the same day. If it is about an adult, we tell the designated officer within one working day. The next morning {lead} checks that this was done. An adult the young person has chosen stays with them.",
    "site_access": "We lock the door at {place} while young people are with us. Visitors sign in, wear a badge and are always accompanied. Online rooms are closed, and we check each person's name before we let them in.",
    "risk_assessment": "Before the first session we walk through the activity and write down what could go wrong. Then we talk to the school and the family about the risks for this young person. Staff read the assessment before they start. After someone was burned by a glue gun, we changed the tools and the layout of the bench.",
    "environment_care": "We buy second-hand tools, share lifts, compost what we can and heat only the rooms we use.",
    "experience": "We have worked for 6 years with young people who had stopped going to school. Most of those who stayed for 2 terms went back to school or on to college. We have learned to start with shorter sessions.",
    "referee": "The assistant head of a secondary school near {place} that has placed pupils with us",
    "attendance_daily": "We take the register at the start of each session, and record any minutes late and the reason. If a young person has not arrived after 15 minutes, we call the school and the family.",
    "equality": "Before the child starts, we ask what helps them. For example, a quiet room, larger print, a later start or an adult they know. We include this in the plan and review it every half term with people who know the child.",
    "method": "We offer {offer}. In the first week young people come twice, with an adult they trust, and choose one thing to make or learn. By the third week we have agreed a plan with the school, with 3 small steps. In the sixth week we all look at attendance and what they have made, and decide what to do next. If a young person does not engage, we go back to one-to-one work, and change the place or the member of staff.",
    "activity_qualifications": "Each leader has the qualification set by the governing body for their activity, and a paediatric first aid certificate.",
    "awarding_body": "AQA Unit Award Scheme, through our partner college",
    "home_tutoring": "A responsible adult is always at home. We check the home first. The tutor sends a message when each lesson starts and ends. If we do not get a message, {lead} is told straight away.",
    "online_safeguarding": "Only the tutor can open a room. The tutor checks names, and private messages are turned off. We record lessons and keep the recordings for a term. If a learner stops responding, the tutor calls an adult within 5 minutes.",
    "online_platform": "A meeting platform for schools, which keeps its data in the United Kingdom",
    "complex_needs": "We start where the young person feels able to meet, even if that is 10 minutes at the bedroom door. We agree with the family and the health professionals what we will do if the child self-harms, and what we cannot do. Our staff have supervision every fortnight.",
    "reengagement": "We ask what the young person likes and start there, with one step a week. From the first day we plan the move back with the school, and we go with them for the first few mornings.",
    "therapist_registration": "HCPC for our art and drama therapists, who all have clinical supervision every month",
    "subcontractors": "A workshop in {place} lets us use its pottery studio on Thursdays. We check it every year in the same way as our own premises.",
    "first_year_plan": "Two schools have told us they will buy 4 days a week, which will cover our costs.",
}
CHOICE_ANSWERS = {
    "mandatory_grounds": "no", "discretionary_grounds": "no", "environment_offences": "no", "employs_people": "yes",
    "own_premises": "yes", "animals_and_outdoors": "yes", "courses": "other_centre",
}  # fmt: skip


def answer_to(asked: AskedQuestion, provider: str, stage: DemoContext, market: Market, at: datetime) -> Any:
    """Return a provider's answer to one question: one of the texts above, or a standard answer to that kind of
    question.
    """
    own, question = provider_facts(provider), asked.question
    options = [option.value for option in question.options]
    makers: dict[str, Callable[[], Any]] = {
        "evidence": lambda: promise_or_upload(stage, provider, question.evidence, market, at),
        "prices": lambda: asked_prices(provider, market),
        "declaration": lambda: {
            "on": (local_day(at) - timedelta(days=21)).isoformat(),
            "count": max(own.staff, int(question.minimum or 0)),
        },
        "number": lambda: max(2, int(question.minimum or 0)),
        "money": lambda: f"{own.staff * 21500}.00",
        "date": lambda: local_day(at).isoformat(),
        "choices": lambda: options[:1],
        "choice": lambda: _choice(question.key, own, options),
        "yes_no": lambda: _choice(question.key, own, options),
        "text": lambda: _text(question.key, own),
        "long_text": lambda: _text(question.key, own),
    }
    return makers[question.kind]()


def eligible_answers(market: Market, lots: Collection[int]) -> dict[str, Any]:
    """Return answers to a market's eligibility questions with which a provider can apply."""
    if market.eligibility is None:
        return {}
    definition, given = market.eligibility.definition, dict[str, Any]()
    while fresh := [
        question for question in engine.asked_questions(definition, given, lots) if question.key not in given
    ]:
        for asked in fresh:  # An answer might cause another question to be asked.
            given[asked.key] = _that_lets_apply(asked.question)
    return given


def _that_lets_apply(question: QuestionDefinition) -> Any:
    passing = [option.value for option in question.options if not option.fails]
    if question.kind == "choices":
        return passing[:1]
    return passing[0] if passing else "yes" if question.kind == "yes_no" else "1"


def _text(key: str, own: DemoProvider) -> str:
    numbers = {"company_number": own.number, "charity_number": own.number, "legal_name": own.name}
    words = numbers.get(key) or TEXT_ANSWERS.get(
        key, "{lead} is responsible for this at all our sites. We offer {offer}."
    )
    return words.format(lead=PROVIDER_LEADS[own.lead], place=own.place, offer=own.offer)


def _choice(key: str, own: DemoProvider, options: list[str]) -> str:
    picked = {
        **CHOICE_ANSWERS,
        "legal_form": own.form,
        "transports_children": "yes" if own.key in PROVIDERS_THAT_DRIVE else "no",
        "uses_subcontractors": "yes" if own.key in PROVIDERS_SHARING_SITES else "no",
        "accounts_kind": {"company": "unaudited", "charity": "examined"}.get(own.form, "tax_return"),
    }.get(key, "no")
    return picked if not options or picked in options else options[0]


def asked_prices(provider: str, market: Market) -> dict[str, dict[str, str]]:
    """Return the provider's prices for the lines of the price schedule that it offers."""
    base = {"hour": 44, "session": 62, "day": 118, "week": 540}
    extra = provider_facts(provider).staff
    lines = market.pack.schedule.lines if market.pack.schedule else []
    dear = {"therapy_hour": 24, "therapy_day": 260, "teaching_day": 140}
    return {
        line.key: {"amount": f"{base[line.unit] + extra + dear.get(line.key, 0)}.00", "vat": "exempt"}
        for line in lines
        if line.unit != "week"  # no provider in the story has weekly prices
    }


def promise_or_upload(stage: DemoContext, provider: str, kind: str, market: Market, at: datetime) -> Any:
    """Return a document from the passport, or a promise to provide it if the provider does not have it yet."""
    if (provider, kind) in PROMISED_DOCUMENTS:
        return {"by": (local_day(at) + timedelta(days=60)).isoformat(), "cover": "5000000.00"}
    return upload(stage, provider, kind, market, at)


def upload(stage: DemoContext, provider: str, kind_key: str, market: Market, at: datetime) -> str:
    """Add a document of this kind to a provider's passport, unless there already is one, and return its reference."""
    if (provider, kind_key) not in stage.evidence:
        asked = next(kind for kind in market.pack.evidence if kind.key == kind_key)
        kind = EVIDENCE_KINDS.get(kind_key) or Kind(kind_key, asked.title, asked.help, expires=asked.expires)
        ends = stage.on("-1 Wed") if (provider, kind_key) == ("beacon", "public_liability") else None
        stage.evidence[provider, kind_key] = upload_evidence(
            stage, provider, kind, at, expires=asked.expires or kind.expires, ends_on=ends
        )
    return stage.evidence[provider, kind_key]


def upload_evidence(
    stage: DemoContext, provider: str, kind: Kind, at: datetime, *, expires: bool, ends_on: date | None = None
) -> str:
    own, lead = provider_facts(provider), stage.lead(provider)
    begins = (ends_on - ONE_YEAR) if ends_on else local_day(at) - timedelta(days=30)
    ends = ends_on or (begins + ONE_YEAR if expires else None)
    policy = {"insurer": "Example Mutual", "policy": f"EM/{own.number or own.key.upper()}/1"}
    details = policy | {"cover": INSURANCE_COVER.get(kind.key, "5000000")} if kind.details == INSURANCE_DETAILS else {}
    file = save_upload(
        UploadedPaper(f"{kind.key.replace('_', '-')}.pdf", make_paper(kind, begins, ends, local_day(at))),
        by=lead,
        at=at,
    )
    item = add(
        stage.organisations[provider], kind, file=file, issued_on=begins, expires_on=ends, details=details,
        sure=True, by=lead, at=at,
    )  # fmt: skip
    return item.reference


class UploadedPaper(BytesIO):
    """An uploaded file."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name, self.size = name, len(content)


@cache
def make_paper(kind: Kind, begins: date, ends: date | None, on: date) -> bytes:
    """Make a PDF that represents a real document. The same dates always give the same file."""
    dates = [PdfFact("Valid from", format_date(begins)), *([PdfFact("Valid until", format_date(ends))] if ends else [])]
    words = [
        "This document and its provider are made up for a demonstration.",
        f"A real provider would upload its own document here: {kind.label}.",
    ]
    content = ApplicationCopyContent(
        title=kind.label, reference=kind.label, authority="", facts=dates,
        sections=[PdfSection("Contents", [PdfAnswer("Summary", words)])], declaration=[], invented=True,
    )  # fmt: skip
    return pdf_rendering.render_pdf("copy", content, at=midnight(on))
