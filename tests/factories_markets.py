"""Factories for markets, applications, members and services, with each of their statuses.

Each market has a small invented pack with two categories and one question of each important kind.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import factory
from django.db import connection, transaction

from calloff.agreements import states as agreements
from calloff.agreements.models import Agreement, AgreementText
from calloff.applications import states as applications
from calloff.applications.models import (
    Application,
    EligibilityCheck,
    Enquiry,
    EvaluatorAssignment,
    LotRequest,
    SectionAnswers,
    SubmittedVersion,
)
from calloff.directory import states as listings
from calloff.directory.models import Price, PriceUnit, Service, Site, TeachingMode, VatTreatment, Weekday
from calloff.directory.opening_hours import week_of_days
from calloff.directory.search_text import describe_facts, set_sites
from calloff.kernel.geography import Point
from calloff.markets import states as markets
from calloff.markets.models import Lot, Market, MarketTerms
from calloff.markets.packs.schema import MarketPack
from calloff.members import states as members
from calloff.members.models import Member
from calloff.people.permissions import Role
from calloff.questions.commands import publish_edition
from tests.factories import (
    LONDON,
    NOW,
    AuthorityFactory,
    DjangoModelFactory,
    ProviderFactory,
    StatusFactory,
    person,
)

MARKET_OPENS = datetime(2021, 9, 1, tzinfo=LONDON)
MARKET_CLOSES = datetime(2026, 4, 30, 12, tzinfo=LONDON)
LAST_MOMENT = MARKET_CLOSES - timedelta(microseconds=1)
TERM_ENDS = date(2028, 8, 31)

QUESTIONS = {
    "key": "invented-questions",
    "version": 1,
    "title": "Application",
    "source": "Invented for tests",
    "sections": [
        {
            "key": "about",
            "title": "About the provider",
            "questions": [
                {"key": "contact", "kind": "text", "text": "Who may we ask about this application?"},
                {
                    "key": "barred",
                    "kind": "yes_no",
                    "text": "Are you barred from public contracts?",
                    "options": [
                        {"value": "yes", "label": "Yes", "fails": "mandatory"},
                        {"value": "no", "label": "No"},
                    ],
                },
                {
                    "key": "notice",
                    "kind": "yes_no",
                    "text": "Has a regulator warned you in the last five years?",
                    "options": [
                        {"value": "yes", "label": "Yes", "fails": "discretionary"},
                        {"value": "no", "label": "No"},
                    ],
                },
            ],
        },
        {
            "key": "safeguarding",
            "title": "Safeguarding",
            "questions": [
                {
                    "key": "lead",
                    "kind": "long_text",
                    "text": "Who leads on safeguarding?",
                    "max_words": 100,
                    "assessed": "pass_fail",
                },
                {
                    "key": "insurance",
                    "kind": "evidence",
                    "evidence": "public_liability",
                    "text": "Which policy covers you?",
                    "required": False,
                },
            ],
        },
        {
            "key": "technical",
            "title": "Technical",
            "questions": [
                {
                    "key": "method",
                    "kind": "long_text",
                    "text": "How would you teach?",
                    "max_words": 300,
                    "per_lot": True,
                    "assessed": "score",
                    "pass_mark": 3,
                }
            ],
        },
    ],
}
ELIGIBILITY = {
    "key": "invented-eligibility",
    "version": 1,
    "title": "Can you apply?",
    "source": "Invented for tests",
    "sections": [
        {
            "key": "first",
            "title": "First",
            "questions": [
                {
                    "key": "children",
                    "kind": "yes_no",
                    "text": "Do you work with children?",
                    "options": [
                        {"value": "yes", "label": "Yes"},
                        {"value": "no", "label": "No", "fails": "mandatory"},
                    ],
                }
            ],
        }
    ],
}
ELIGIBLE = {"children": "yes"}
ANSWERS = {
    "about": {"contact": "Ada", "barred": "no", "notice": "no"},
    "safeguarding": {"lead": "Ada leads, and Ben stands in for her."},
    "technical": {"method@1": "In small groups on a farm.", "method@2": "Online, one to one."},
}
SCHEDULE = {
    "title": "Prices",
    "lines": [
        {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "staff": True},
        {"key": "mentoring_day", "lot": 2, "label": "Mentoring", "unit": "day"},
    ],
}
PRICES_SECTION = {
    "key": "prices",
    "title": "Prices",
    "questions": [{"key": "prices", "kind": "prices", "text": "What do you ask?"}],
}


PARTNERSHIP = {
    "key": "invented-partnership",
    "version": 1,
    "title": "Partnership Agreement",
    "source": "Invented for tests",
    "duties": ["You stay responsible for each child you place."],
    "months": 36,
    "text": "# Partnership\n\n1. Look after the child.\n",
}
PLACEMENT = {
    "key": "invented-placement",
    "version": 1,
    "title": "Individual placement agreement",
    "source": "Invented for tests",
    "text": "# Placement\n\n1. No move without approval.\n",
}


def pack(code="TST", *, priced=False, **changes):
    """Return a small invented pack. With `priced`, it has a price schedule, like the pack for Dorset."""
    questions = QUESTIONS
    if priced:
        questions = {**QUESTIONS, "key": "invented-priced", "sections": [*QUESTIONS["sections"], PRICES_SECTION]}
    return MarketPack.model_validate(
        {
            "authority": {"name": "Borchester Council", "slug": "borchester"},
            "code": code,
            "slug": f"market-{code.lower()}",
            "title": "Alternative provision",
            "summary": "Teaching for children who are out of school.",
            "what_it_buys": "Days on a farm, and tutoring.",
            "tool": "light_touch_arrangement",
            "called": "DPS",
            "lot_word": "category",
            "ruleset": "pcr-2015-light-touch",
            "ruleset_note": "Invented for tests.",
            "true_dates": {"opened_on": {"day": "2021-09-01", "source": "Invented"}},
            "demonstration_term": {
                "opens_on": "2021-09-01",
                "closes_on": "2026-04-30",
                "starts_on": "2021-09-01",
                "ends_on": "2028-08-31",
                "note": "Invented for tests.",
            },
            "promises": {
                "decide_within": {"value": 10, "citation": "This market's own rule"},
                "decide_at_most": {"value": 15, "citation": "This market's own rule"},
                "entry": {"value": "conditions", "citation": "This market's own rule"},
            },
            "lots": [
                {"number": 1, "title": "Tutoring", "description": "In person."},
                {"number": 2, "title": "Online", "description": "At a distance."},
            ],
            "sources": [{"title": "A guide that nobody printed", "says": "Everything here is invented."}],
            "schedule": SCHEDULE if priced else None,
            "eligibility": ELIGIBILITY,
            "questions": questions,
            "agreement": {
                "key": "invented-agreement",
                "version": 1,
                "title": "Provider agreement",
                "source": "Invented for tests",
                "suspension_clause": "Clause 2",
                "removal_clause": "Clause 3",
                "review_clause": "Clause 4",
                "text": "# Agreement\n\n1. Be good.\n2. We may suspend.\n3. We may remove.\n4. Ask for a review.\n",
            },
            "partnership": PARTNERSHIP,
            "placement": PLACEMENT,
            **changes,
        }
    )


def _code(number):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return f"T{letters[number // 676 % 26]}{letters[number // 26 % 26]}{letters[number % 26]}"


class MarketFactory(StatusFactory):
    """An open market with two categories, or a draft with a trait."""

    class Meta:
        model = Market

    class Params:
        draft = factory.Trait(status=markets.MarketStatus.DRAFT)

    priced = False  # whether the pack has a price schedule
    changes = factory.LazyFunction(dict)  # the changes to the pack
    authority = factory.SubFactory(AuthorityFactory)
    code = factory.Sequence(_code)
    slug = factory.LazyAttribute(lambda made: f"market-{made.code.lower()}")
    status = markets.MarketStatus.OPEN
    opens_at = MARKET_OPENS
    closes_at = MARKET_CLOSES
    term_starts_on = date(2021, 9, 1)
    term_ends_on = TERM_ENDS
    demonstration_term = True
    began_on = date(2021, 9, 1)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        made = pack(kwargs["code"], priced=kwargs.pop("priced"), **kwargs.pop("changes"))
        text = made.agreement
        words = {"title": text.title, "source": text.source, "body": text.text}
        kwargs = {
            "title": made.title,
            "summary": made.summary,
            "tool": made.tool,
            "ruleset": made.ruleset,
            "terms": MarketTerms.keep(made),
            "loaded_as": "0" * 64,
            "questions": publish_edition(made.questions, NOW),
            "eligibility": made.eligibility and publish_edition(made.eligibility, NOW),
            "agreement": AgreementText.objects.get_or_create(key=text.key, version=text.version, defaults=words)[0],
            "partnership": _kept(made.partnership),
            "placement": _kept(made.placement),
        } | kwargs
        wanted, kwargs["status"] = kwargs["status"], markets.MarketStatus.DRAFT
        born = super()._create(model_class, *args, **kwargs)
        for lot in made.lots:
            Lot.objects.create(
                market=born, authority=born.authority, number=lot.number, title=lot.title, description=lot.description
            )
        set_status(born, wanted)
        return born


def _kept(text):
    if text is None:
        return None
    words = {"title": text.title, "source": text.source, "body": text.text}
    return AgreementText.objects.get_or_create(key=text.key, version=text.version, defaults=words)[0]


def set_status(record, status):
    """Give a record a status without a transition, for tests that need it in the middle of its life cycle."""
    table = record._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('calloff.announced', %s, false)", [f"{table}:{record.pk}:{status}"])
        record.status = status
        record.save(update_fields=["status"])
        cursor.execute("SELECT set_config('calloff.announced', '', false)")
    return record


def lot(of, number=1):
    return of.lots.get(number=number)


class EnquiryFactory(StatusFactory):
    class Meta:
        model = Enquiry

    market = factory.SubFactory(MarketFactory)
    authority = factory.SelfAttribute("market.authority")
    asked_at = NOW
    answer_by = NOW + timedelta(days=7)
    question = "May we apply twice?"
    status = applications.EnquiryStatus.ASKED


class ApplicationFactory(StatusFactory):
    """A complete draft application for category 1 that is ready to submit, or at a later stage with a trait."""

    class Meta:
        model = Application

    market = factory.SubFactory(MarketFactory)
    authority = factory.SelfAttribute("market.authority")
    provider = factory.SubFactory(ProviderFactory)
    reference = factory.LazyAttributeSequence(lambda made, n: f"{made.market.code}-A-{n + 1000:04}")
    lots = factory.LazyFunction(lambda: [1])
    unasked = False  # True for a draft from before there were eligibility questions.
    eligible = factory.LazyFunction(lambda: ELIGIBLE)  # These eligibility answers pass.
    started_at = NOW
    changed_at = NOW
    status = applications.ApplicationStatus.DRAFT

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        wanted, kwargs["status"] = kwargs["status"], applications.ApplicationStatus.DRAFT
        unasked, eligible = kwargs.pop("unasked"), kwargs.pop("eligible")
        born = super()._create(model_class, *args, **kwargs)
        writer = person(Role.PROVIDER_LEAD, at=born.provider)
        for key, answers in ANSWERS.items():
            kept = {name: value for name, value in answers.items() if "@" not in name or int(name[-1]) in born.lots}
            SectionAnswers.objects.create(
                application=born, key=key, answers=kept, saves=1, saved_by=writer, saved_at=NOW
            )
        if (edition := born.market.eligibility) and not unasked:
            born.eligibility = EligibilityCheck.objects.create(
                application=born, edition=edition, answers=eligible, outcome="eligible", answered_by=writer,
                answered_at=NOW,
            )  # fmt: skip
            born.save(update_fields=["eligibility"])
        for number in born.lots:
            LotRequestFactory(application=born, lot=lot(born.market, number), provider=born.provider)
        if wanted != applications.ApplicationStatus.DRAFT:
            together = {name: value for section in born.sections.all() for name, value in section.answers.items()}
            born.version = SubmittedVersion.objects.create(
                application=born, number=1, answers=together, lots=born.lots, submitted_by=writer, submitted_at=NOW,
                eligibility=born.eligibility,
                declared_name="Ada Okafor", declared_role="Director",
            )  # fmt: skip
            born.submitted_at, born.decide_by = NOW, date(2026, 3, 16)
            born.save()
            set_status(born, wanted)
        return born


class LotRequestFactory(StatusFactory):
    class Meta:
        model = LotRequest

    authority = factory.SelfAttribute("lot.authority")
    status = applications.LotRequestStatus.REQUESTED


class EvaluatorAssignmentFactory(StatusFactory):
    """The assignment of an evaluator. With `marking`, the evaluator has already declared their interests."""

    class Meta:
        model = EvaluatorAssignment

    class Params:
        marking = factory.Trait(status=applications.AssignmentStatus.MARKING, declared_at=NOW)
        finished = factory.Trait(status=applications.AssignmentStatus.FINISHED, declared_at=NOW, finished_at=NOW)

    application = factory.SubFactory(ApplicationFactory, status=applications.ApplicationStatus.ASSESSING)
    authority = factory.SelfAttribute("application.authority")
    person = factory.LazyAttribute(lambda made: person(Role.EVALUATOR, at=made.authority))
    allocated_at = NOW
    status = applications.AssignmentStatus.ALLOCATED


class AgreementFactory(StatusFactory):
    """An agreement in force, or an unsigned agreement or a paper agreement with a trait."""

    class Meta:
        model = Agreement

    class Params:
        unsigned = factory.Trait(status=agreements.AgreementStatus.TO_SIGN)
        to_countersign = factory.Trait(status=agreements.AgreementStatus.TO_COUNTERSIGN)
        paper_only = factory.Trait(on_paper=True, text=None)

    reference = factory.Sequence("TST-G-{:04}".format)
    authority = factory.SubFactory(AuthorityFactory)
    provider = factory.SubFactory(ProviderFactory)
    title = "Provider agreement"
    text = factory.LazyFunction(
        lambda: AgreementText.objects.get_or_create(
            key="a-text", version=1, defaults={"title": "Agreement", "source": "Invented", "body": "1. Be good."}
        )[0]
    )
    starts_on = date(2021, 9, 1)
    ends_on = TERM_ENDS
    offered_at = MARKET_OPENS
    status = agreements.AgreementStatus.IN_FORCE


class MemberFactory(StatusFactory):
    """An active member in category 1 that has an agreement in force, unless a trait changes this."""

    class Meta:
        model = Member

    class Params:
        unsigned = factory.Trait(agreement__unsigned=True)
        on_paper = factory.Trait(agreement__paper_only=True)

    market = factory.SubFactory(MarketFactory)
    authority = factory.SelfAttribute("market.authority")
    lot = factory.LazyAttribute(lambda made: lot(made.market))
    provider = factory.SubFactory(ProviderFactory)
    request = factory.LazyAttribute(
        lambda made: LotRequestFactory(
            lot=made.lot, provider=made.provider, status=applications.LotRequestStatus.ADMITTED
        )
    )
    agreement = factory.SubFactory(
        AgreementFactory,
        authority=factory.SelfAttribute("..authority"),
        provider=factory.SelfAttribute("..provider"),
    )
    reference = factory.LazyAttributeSequence(lambda made, n: f"{made.market.code}-M-{n + 1000:04}")
    joined_at = MARKET_OPENS
    changed_at = MARKET_OPENS
    status = members.MemberStatus.ACTIVE


class SiteFactory(StatusFactory):
    class Meta:
        model = Site

    provider = factory.SubFactory(ProviderFactory)
    name = factory.Sequence("Farm {}".format)
    address = "Windmill Lane"
    town = "Felpersham"
    postcode = "BN11 1LG"
    position = Point(514_000, 102_500)
    status = listings.SiteStatus.OPEN


class ServiceFactory(StatusFactory):
    """A published service of a listed member: a group activity on a farm."""

    class Meta:
        model = Service

    class Params:
        withdrawn = factory.Trait(status=listings.ServiceStatus.WITHDRAWN, withdrawn_at=NOW)

    member = factory.SubFactory(MemberFactory)
    authority = factory.SelfAttribute("member.authority")
    provider = factory.SelfAttribute("member.provider")
    lot = factory.SelfAttribute("member.lot")
    site = factory.SubFactory(SiteFactory, provider=factory.SelfAttribute("..provider"))
    name = factory.Sequence("Farm mornings {}".format)
    slug = factory.Sequence("farm-mornings-{}".format)
    summary = "Animals and growing food."
    description = "Caring for animals in a group of four, with English and maths on the way."
    age_from = 8
    age_to = 14
    needs = factory.LazyFunction(lambda: ["SEMH", "ASD"])
    mode = TeachingMode.GROUP
    week = factory.LazyFunction(lambda: week_of_days([Weekday.MONDAY, Weekday.TUESDAY]))
    hours = "9:30am to 2:30pm"
    staff = 1
    children = 4
    places = 3
    places_at = NOW
    added_at = NOW
    changed_at = NOW
    published_at = NOW
    status = listings.ServiceStatus.LIVE
    around = factory.LazyAttribute(
        lambda made: " ".join([made.provider.name, made.lot.title, *([made.site.town] if made.site else [])])
    )

    @classmethod
    def _create(cls, model_class, *args, more_sites=(), **kwargs):
        sites = [*([kwargs["site"]] if kwargs["site"] else []), *more_sites]
        kwargs |= {"provider_words": kwargs["provider"].name}
        kwargs |= {"fact_words": describe_facts(model_class(**kwargs), sites)}
        with transaction.atomic():
            made = super()._create(model_class, *args, **kwargs)
            set_sites(made, sites)
        return made


class PriceFactory(DjangoModelFactory):
    class Meta:
        model = Price

    service = factory.SubFactory(ServiceFactory)
    provider = factory.SelfAttribute("service.provider")
    unit = PriceUnit.DAY
    amount = Decimal("120.00")
    vat = VatTreatment.EXEMPT
    starts_on = date(2026, 1, 1)
