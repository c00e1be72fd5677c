"""An invented council with a market that is as large as the largest real one.

Calloff's own commands create it, once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from benchmarks.roles import give_role
from calloff.applications import commands as applications
from calloff.applications.models import Application
from calloff.applications.scoring import answers_to_mark
from calloff.cli.demo.application_answers import eligible_answers
from calloff.directory import commands as directory
from calloff.directory.models import Service
from calloff.directory.opening_hours import week_of_days
from calloff.directory.states import ServiceChangeStatus
from calloff.documents.commands import save_upload
from calloff.evidence import commands as evidence
from calloff.evidence.kinds import EVIDENCE_KINDS, EvidenceKind
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.markets.packs import loader
from calloff.markets.queries import find_evidence_kind
from calloff.members import commands as members
from calloff.members.models import Member
from calloff.people import commands as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, Role
from calloff.questions import answers as engine
from calloff.questions.schema import QuestionDefinition, QuestionSet

PACK_FOLDER = settings.BASE_DIR / "packs" / "west-sussex-iap"
LOT_NUMBERS = (1, 4)
COUNCIL_SLUG = "bench-council"
COVER = "10000000"  # This is the insurance cover in pounds. No market requires more.
REGISTER_NUMBERS = {"company": "01234567", "charity": "1234567", "ukprn": "10012345", "urn": "138001"}


@cache
def found_council(slug: str = COUNCIL_SLUG) -> SimpleNamespace:
    """Make or find a council and its people.

    A case that keeps adding rows uses a council of its own.
    """
    at = clock.now()
    cast = {}
    council = Organisation.objects.filter(slug=slug).first()
    for name, role in (
        ("olivia", Role.CONTRACTS_OFFICER),
        ("esme", Role.EVALUATOR),
        ("anwar", Role.APPROVER),
        ("quentin", Role.QUALITY_OFFICER),
    ):
        email = f"{name}@{slug}.example"
        person = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name.title())
        if council is None:
            council = people.found(
                kind=Organisation.Kind.AUTHORITY, name=name_of(slug), slug=slug, by=person, at=at,
                roles=(Role.CONTRACTS_OFFICER, Role.ADMINISTRATOR), invented=True,
            )  # fmt: skip
            Organisation.objects.filter(pk=council.pk).update(address="County Hall\nBenchester")
        elif not person.roles_at(council, at):
            give_role(council, person, role)
        cast[name] = person
    return SimpleNamespace(council=council, **cast)


def name_of(slug: str) -> str:
    return slug.replace("-", " ").title()


def open_market(code: str, *, council: str = COUNCIL_SLUG) -> Market:
    """Open a market with the categories and questions of the largest pack.

    The market's term includes today.
    """
    here, at = found_council(council), clock.now()
    pack = loader.read_pack(PACK_FOLDER)
    today = at.date()
    term = pack.demonstration_term.model_copy(
        update={
            "opens_on": today - timedelta(days=30), "closes_on": today + timedelta(days=300),
            "starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=600),
        }
    )  # fmt: skip
    named = pack.authority.model_copy(update={"name": name_of(council), "slug": council})
    pack = pack.model_copy(
        update={
            "authority": named, "code": code, "slug": f"bench-{code.lower()}", "term": None,
            "demonstration_term": term, "providers": [], "load_notes": [],
        }
    )  # fmt: skip
    market = members.load(pack, authority=here.council, by=here.olivia, at=at).market
    from calloff.markets.commands import open as open_  # noqa: PLC0415  (Python already has a function called `open`)

    return open_(market, seen=market.terms.fingerprint, by=here.olivia, at=at, justification="For the figures.")


def write_application(market: Market, *, until: str = "draft") -> Application:
    """Write a complete application with commands.

    It is left as a `draft`, or taken to the stage before the decision (`to_decide`).
    """
    at = clock.now()
    person = User.objects.create_user(f"ada-{market.code.lower()}@bench.example", name="Ada")
    provider = people.register(
        by=person, at=at, name=f"Windmill {market.code}", form=Organisation.Form.SOLE_TRADER, invented=True
    )
    application = applications.start(
        market, provider=provider, lots=LOT_NUMBERS, eligibility=eligible_answers(market, LOT_NUMBERS), by=person, at=at
    )
    definition = market.questions.definition
    answers = answer_everything(definition, application, person, at)
    for section in definition.sections:
        mine = {key: value for key, value in answers.items() if key.split("@")[0] in {q.key for q in section.questions}}
        applications.save_section(application, key=section.key, answers=mine, seen=0, by=person, at=at)
    if until == "to_decide":
        applications.submit(application, by=person, at=at, name="Ada Okafor", role="Director")
        assess_application(application, at)
    application.refresh_from_db()
    return application


def assess_application(application: Application, at: datetime) -> None:
    here = found_council(application.authority.slug)
    part = applications.assign(application, person=here.esme, by=here.olivia, at=at)
    applications.declare_interest(part, by=here.esme, at=at)
    part.refresh_from_db()
    application.refresh_from_db()
    for key, asked in answers_to_mark(application).items():
        value: dict[str, Any] = {"score": 4} if asked.question.assessed == "score" else {"passed": True}
        applications.mark(part, key=key, by=here.esme, at=at, reason="It says all that we ask for.", **value)
    applications.finish_marking(part, by=here.esme, at=at)


def listed_member(market: Market, provider: Organisation) -> Member:
    """Add a member that has signed its agreement on paper."""
    here = found_council(market.authority.slug)
    [member] = members.carry_over(
        market, provider, lots=[2], queries={}, source="Invented", by=here.olivia, at=clock.now()
    )
    return member


def answer_everything(definition: QuestionSet, application: Application, person: User, at: datetime) -> dict[str, Any]:
    """Return answers to all questions, so that no answer is missing."""
    answers: dict[str, Any] = {}
    held: dict[str, str] = {}
    while missing := [
        question for question in engine.asked_questions(definition, answers, LOT_NUMBERS) if question.key not in answers
    ]:
        for question in missing:
            answers[question.key] = _answer(question.question, application, person, at, held)
    problems = engine.find_answer_problems(definition, answers, LOT_NUMBERS)
    if problems:
        raise AssertionError(problems)
    return answers


def _answer(
    question: QuestionDefinition, application: Application, person: User, at: datetime, held: dict[str, str]
) -> Any:
    low = int(question.minimum or 0)
    plain: Mapping[str, Any] = {
        "text": REGISTER_NUMBERS.get(question.registry, "In our own words"),
        "long_text": "We plan with the school, begin gently, and look every week at what has worked. " * 3,
        "yes_no": _harmless(question) or "no",
        "choice": _harmless(question),
        "choices": [_harmless(question)],
        "number": max(low, 3),
        "money": f"{max(low, 100)}.00",
        "date": (at - timedelta(days=40)).date().isoformat(),
        "declaration": {"on": (at - timedelta(days=20)).date().isoformat(), "count": max(low, 4)},
    }
    if question.kind == "evidence":
        if question.evidence not in held:
            held[question.evidence] = _upload(question.evidence, application, person, at)
        return held[question.evidence]
    return plain[question.kind]


def _harmless(question: QuestionDefinition) -> str:
    return next((option.value for option in question.options if not option.fails), "")


def _upload(kind: str, application: Application, person: User, at: datetime) -> str:
    file = save_upload(SimpleUploadedFile(f"{kind}.pdf", _paper()), by=person, at=at)
    today = at.date()
    asked = (
        EVIDENCE_KINDS.get(kind) or find_evidence_kind(kind) or EvidenceKind(kind, kind.replace("_", " ").capitalize())
    )
    item = evidence.add(
        application.provider, asked, file=file, issued_on=today, expires_on=today + timedelta(days=300),
        details={detail.key: COVER if detail.kind == "money" else "As stated" for detail in asked.details},
        by=person, at=at,
    )  # fmt: skip
    return item.reference


@cache
def _paper() -> bytes:
    page = BytesIO()
    Image.new("RGB", (200, 300), "white").save(page, "PDF")
    return page.getvalue()


def letter_codes(count: int, prefix: str) -> Sequence[str]:
    """Return `count` different words in capital letters, which is the form that market codes must have."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [prefix + letters[n // 676 % 26] + letters[n // 26 % 26] + letters[n % 26] for n in range(count)]


def listed_service(member: Member, lead: User) -> Service:
    """List a service that has its own site and a price."""
    at = clock.now()
    lead.forget_roles()
    site = directory.add_site(
        member.provider, by=lead, at=at, name="The barn", address="Windmill Lane", town="Worthing",
        postcode="BN11 1LG", access="",
    )  # fmt: skip
    service = directory.add(
        member, by=lead, at=at, places=3, site=site, name="Farm mornings", summary="Animals and growing food.",
        description="Caring for animals in a group of four.", age_from=8, age_to=14, needs=["SEMH", "ASD"],
        mode="group", week=week_of_days(["mon", "tue"]), hours="9:30am to 2:30pm", staff=1, children=4,
    )  # fmt: skip
    for change in service.changes.filter(status=ServiceChangeStatus.WAITING):
        officer = User.objects.who_can(Can.ASSURE, organisation=service.authority, at=at).order_by("pk")[0]
        directory.approve_change(change, by=officer, at=at)
    directory.set_price(
        service, unit="day", amount=Decimal("120.00"), vat="exempt", starts_on=at.date(), by=lead, at=at
    )
    service.refresh_from_db()
    return service
