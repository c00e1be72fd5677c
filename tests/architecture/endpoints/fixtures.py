"""Test data for the endpoint tests: the people, and one record for each status that pages show.

`make_world()` makes a few records of each kind. `grow_lists(world)` adds more of them, so that lists have several
pages.
"""

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings

from calloff.agreements import states as agreements
from calloff.agreements.commands import signatures
from calloff.agreements.models import Signature, SigningCode
from calloff.applications import states as applications
from calloff.applications.models import Clarification, Mark, SubmittedVersion
from calloff.applications.scoring import answers_to_mark
from calloff.documents.commands import save_made_pdf
from calloff.kernel.geography import Point
from calloff.members import commands as members
from calloff.members.lot_decision import LotDecision
from calloff.members.models import DocumentPromise, MemberRemoval, MembershipCondition, ProviderCheck
from calloff.members.states import ConditionStatus, PromiseStatus, RemovalStatus
from calloff.outbox.models import Message
from calloff.people import commands as people
from calloff.people.permissions import AUTHORITY_ROLES, BUYER_ROLES, PROVIDER_ROLES, Role
from calloff.people.states import RoleGrantStatus
from calloff.registers.models import Postcode
from tests.architecture.endpoints import (
    fixtures_demand,
    fixtures_enquiries,
    fixtures_keys,
    fixtures_monitoring,
    fixtures_partners,
    fixtures_people,
    fixtures_placements,
    fixtures_pupils,
    fixtures_referrals,
    fixtures_services,
)
from tests.factories import (
    CAST_NAMES,
    LONDON,
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    TeamFactory,
    UserFactory,
    born_with_status,
    person,
)
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory
from tests.factories_markets import (
    AgreementFactory,
    ApplicationFactory,
    EvaluatorAssignmentFactory,
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
)

PASSWORD = "three words apart"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # the secret that all authenticator apps in the tests share
DIGITS = "123456"
SECURITY_KEY = {  # a made-up security key, in the format that a browser sends
    "id": "b2xpdmlhLWtleQ",
    "rawId": "b2xpdmlhLWtleQ",
    "type": "public-key",
    "clientExtensionResults": {},
    "response": {
        "clientDataJSON": (
            "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiZUhoNGVIaDRlSGg0ZUhoNGVIaDRlQSIsIm9yaWdpbiI6Imh0dHA6"
            "Ly90ZXN0c2VydmVyIiwiY3Jvc3NPcmlnaW4iOmZhbHNlfQ"
        ),
        "attestationObject": (
            "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViOAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQFBAAAAAAAAAAAAAAAAAAAA"
            "AAAAAAAACm9saXZpYS1rZXmlAQIDJiABIVggApMo3qYmbKDfQybhj7p-MIlIdHxLwgQpIfji4dSIaQ0iWCDGpfYBrxZWPXbI3BWd8VP8"
            "s6YQpnz0MjIYLA3ol-lI6w"
        ),
    },
}
A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SIGNED_IN_EARLIER = datetime(2026, 2, 2, 9, tzinfo=LONDON)

ApplicationStatus, RequestStatus = applications.ApplicationStatus, applications.LotRequestStatus


class EndpointWorld:
    """The test data. Each record has the name by which the endpoints refer to it."""

    def __init__(self):
        self.people = {"visitor": None}

    def code(self, agreement, who):
        """Email a signing code to a test person, and return the code."""
        somebody = self.people[who] if isinstance(who, str) else who
        SigningCode.objects.update_or_create(
            agreement=agreement,
            person=somebody,
            used_at=None,
            defaults={"digest": signatures._digest(agreement, somebody, DIGITS), "sent_at": NOW, "attempts": 0},
        )
        return DIGITS

    def totp(self):
        """Return the code that the authenticator apps now show."""
        return totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, next(iter(totp.yield_hotp_counters_from_time()))))


def make_world():
    """Make the test data.

    Everything belongs to `authority` and `provider`, except the records of a rival or another organisation.
    """
    world = EndpointWorld()
    settings.FILES.mkdir(parents=True, exist_ok=True)
    Postcode.objects.get_or_create(postcode="BN11 1LG", defaults=_postcode())
    _organisations(world)
    _cast(world)
    _markets(world)
    _applications(world)
    _agreements(world)
    _members(world)
    _directory(world)
    _evidence(world)
    _joining(world)
    fixtures_partners.make(world)
    fixtures_referrals.make(world)
    fixtures_placements.make(world)
    fixtures_monitoring.make(world)
    fixtures_services.make(world)
    fixtures_pupils.make(world)
    fixtures_demand.make(world)
    fixtures_enquiries.make(world)
    fixtures_keys.make(world)
    fixtures_people.make(world)
    for _ in range(2):
        _more(world)
    return world


def grow_lists(world, rows=60):
    """Add rows until every list has at least `rows` rows."""
    for _ in range(rows):
        _more(world)


def _postcode():
    return {"position": Point(514_000, 102_500), "district_code": "E07000229", "country_code": "E92000001"}


def _organisations(world):
    world.authority = AuthorityFactory(name="Borchester Council", slug="borchester", la_code="938")
    world.provider = ProviderFactory(name="Windmill Hill Learning Ltd", slug="windmill-hill", host=world.authority)
    fixtures_partners.schools(world)
    world.team = TeamFactory(name="Borchester placements team", slug="placements-borchester", host=world.authority)
    world.other_provider = ProviderFactory(name="Lakeside Tutors Ltd", slug="lakeside")
    world.other_authority = AuthorityFactory(name="Ambridge Council", slug="ambridge")
    world.loaded = ProviderFactory(recorded=True, name="Grey Gables Studio", slug="grey-gables", host=world.authority)


def _cast(world):
    for role in Role:
        _enter(world, CAST_NAMES[role].lower(), person(role, at=_place_of(world, role)))
    for name, place, roles in (
        ("rival", world.other_provider, PROVIDER_ROLES),
        ("neighbour", world.other_school, BUYER_ROLES),
        ("elsewhere", world.other_authority, AUTHORITY_ROLES),
    ):
        somebody = UserFactory(name=name.capitalize(), email=f"{name}@example.org")
        for role in roles:
            RoleGrantFactory(person=somebody, organisation=place, role=role)
        _enter(world, name, somebody)


def _place_of(world, role):
    if role in PROVIDER_ROLES:
        return world.provider
    if role == Role.COMMISSIONER:
        return world.team
    return world.school if role in BUYER_ROLES else world.authority


def _enter(world, name, somebody):
    """Let a test person sign in with a password, and also with a second factor if they act for an authority."""
    somebody.set_password(PASSWORD)
    somebody.save()
    EmailAddress.objects.create(user=somebody, email=somebody.email, verified=True, primary=True)
    if somebody.holds_any(AUTHORITY_ROLES, NOW):
        totp.TOTP.activate(somebody, TOTP_SECRET)
        RecoveryCodes.activate(somebody)
        world_key = Authenticator(
            user=somebody, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": SECURITY_KEY}
        )
        world_key.save()
        setattr(world, f"{name}_key", world_key)
    somebody.forget_roles()
    world.people[name] = somebody
    setattr(world, name, somebody)


def _markets(world):
    world.market = MarketFactory(authority=world.authority)
    world.market2 = MarketFactory(authority=world.authority)
    world.priced_market = MarketFactory(authority=world.authority, priced=True)
    world.draft_market = MarketFactory(authority=world.authority, draft=True)
    world.foreign_market = MarketFactory(authority=world.other_authority)
    world.lot = lot(world.market)


def _application(world, status, **given):
    """Return an application from the provider in another market, because a provider can have only one application
    for a lot.
    """
    market = given.pop("market", None) or MarketFactory(authority=world.authority)
    given.setdefault("started_at", SIGNED_IN_EARLIER)
    return ApplicationFactory(market=market, provider=world.provider, status=status, **given)


def _applications(world):
    world.draft = _application(world, ApplicationStatus.DRAFT, market=world.market2)
    world.submitted = _application(world, ApplicationStatus.SUBMITTED)
    world.amending = _application(world, ApplicationStatus.SUBMITTED)
    world.amending.amending = True
    world.amending.save()
    world.sent_twice = _application(world, ApplicationStatus.SUBMITTED)
    kept = world.sent_twice.version
    world.sent_twice.version = SubmittedVersion.objects.create(
        application=world.sent_twice, number=2, answers=kept.answers | {"contact": "Ben"}, lots=kept.lots,
        submitted_by=kept.submitted_by, submitted_at=NOW, declared_name="Ada Okafor", declared_role="Director",
    )  # fmt: skip
    world.sent_twice.save()
    world.allocated_application = _application(world, ApplicationStatus.SUBMITTED)
    world.allocated = EvaluatorAssignmentFactory(application=world.allocated_application)
    world.assessing = _application(world, ApplicationStatus.ASSESSING, assessment_began_at=NOW)
    world.part = EvaluatorAssignmentFactory(application=world.assessing, marking=True)
    _mark(world.part)
    world.clarifying = _application(world, ApplicationStatus.CLARIFYING, assessment_began_at=NOW)
    world.clarifying_part = EvaluatorAssignmentFactory(application=world.clarifying, marking=True)
    world.clarification = _clarification(world.clarifying, world.esme)
    world.to_decide = _application(world, ApplicationStatus.TO_DECIDE, assessment_began_at=NOW)
    world.finished = EvaluatorAssignmentFactory(application=world.to_decide, finished=True)
    _mark(world.finished)
    world.differing = _application(world, ApplicationStatus.ASSESSING, assessment_began_at=NOW)
    ellen = UserFactory(name="Ellen")
    RoleGrantFactory(person=ellen, organisation=world.authority, role=Role.EVALUATOR)
    for somebody, score in ((world.esme, 3), (ellen, 4)):
        _mark(EvaluatorAssignmentFactory(application=world.differing, finished=True, person=somebody), score=score)
    world.withdrawn = _application(world, ApplicationStatus.WITHDRAWN)
    decided = _application(world, ApplicationStatus.TO_DECIDE, assessment_began_at=NOW, lots=[1, 2])
    part = EvaluatorAssignmentFactory(application=decided, finished=True)
    for key, asked in answers_to_mark(decided).items():
        score = None if asked.question.assessed != "score" else (4 if asked.lot != 2 else 1)
        passed = True if score is None else None
        Mark.objects.create(part=part, key=key, passed=passed, score=score, reason="As written.", marked_at=NOW)
    world.decision = members.decide(
        decided,
        outcomes=[
            LotDecision(1, True, "All is met.", [("Send your policy on visitors.", date(2026, 5, 1))]),
            LotDecision(2, False, "The score for your method is too low."),
        ],
        by=world.anwar,
        at=NOW,
    )
    decided.refresh_from_db()
    world.decided = decided


def _mark(part, score=4):
    for key, asked in answers_to_mark(part.application).items():
        given = {"score": score} if asked.question.assessed == "score" else {"passed": True}
        Mark.objects.create(part=part, key=key, reason="As written.", marked_at=NOW, **given)


def _clarification(application, by):
    with born_with_status(Clarification, applications.ClarificationStatus.ASKED):
        return Clarification.objects.create(
            authority=application.authority, provider=application.provider, application=application,
            question="Which policy covers visits?", asked_by=by, asked_at=NOW, answer_by=NOW + timedelta(days=3),
            status=applications.ClarificationStatus.ASKED,
        )  # fmt: skip


def _agreements(world):
    world.agreement_to_sign = world.decision.agreement
    world.agreement_to_countersign = AgreementFactory(
        authority=world.authority, provider=world.provider, status=agreements.AgreementStatus.TO_COUNTERSIGN
    )
    _sign(world.agreement_to_countersign, Signature.Side.PROVIDER, world.sian)
    paper = save_made_pdf(A_PDF, "agreement.pdf", at=NOW)
    world.agreement = AgreementFactory(authority=world.authority, provider=world.provider, paper=paper)
    _sign(world.agreement, Signature.Side.PROVIDER, world.sian)
    _sign(world.agreement, Signature.Side.AUTHORITY, world.olivia)


def _sign(agreement, side, somebody):
    Signature.objects.create(
        agreement=agreement, side=side, person=somebody, name=str(somebody), role="Director",
        authority="The board", text_sha256=agreement.text.sha256, signed_at=NOW,
    )  # fmt: skip


def _members(world):
    world.member = MemberFactory(
        market=world.market, provider=world.provider, agreement=world.agreement, last_checked_on=date(2026, 1, 12)
    )
    elsewhere = {"provider": world.provider, "authority": world.authority}
    world.suspended = MemberFactory(market=MarketFactory(authority=world.authority), provider=world.provider)
    world.suspension = members.suspend(
        world.provider, authority=world.authority, members=[world.suspended], clause="Clause 2",
        reason="Insurance has lapsed.", review_route="Write to us.", left_out_reason="Another site.",
        by=world.quentin, at=NOW,
    )  # fmt: skip
    world.suspended.refresh_from_db()
    world.conditional = MemberFactory(market=MarketFactory(authority=world.authority), provider=world.provider)
    with born_with_status(MembershipCondition, ConditionStatus.OUTSTANDING):
        world.condition = MembershipCondition.objects.create(
            member=world.conditional, text="Send your policy.", due_on=date(2026, 5, 1),
            status=ConditionStatus.OUTSTANDING, **elsewhere,
        )  # fmt: skip
    world.promising = MemberFactory(market=MarketFactory(authority=world.authority), provider=world.provider)
    with born_with_status(DocumentPromise, PromiseStatus.PROMISED):
        world.promise = DocumentPromise.objects.create(
            member=world.promising, kind="motor", title="Motor insurance", cover=1_200_000, due_on=date(2026, 5, 1),
            promised_by="Ada Okafor", promised_at=SIGNED_IN_EARLIER, status=PromiseStatus.PROMISED, **elsewhere,
        )  # fmt: skip
    world.answered_removal = _removal(world, answered=True)
    world.removal = _removal(world)
    ProviderCheck.objects.create(
        checked_on=date(2026, 1, 12), how="visit", by=world.quentin, recorded_at=NOW, **elsewhere
    )
    world.rival_member = MemberFactory(market=world.market, provider=world.other_provider)
    world.foreign_member = MemberFactory(market=world.foreign_market, provider=world.other_provider)


def _removal(world, answered=False):
    member = MemberFactory(market=MarketFactory(authority=world.authority), provider=world.provider)
    status = RemovalStatus.ANSWERED if answered else RemovalStatus.PROPOSED
    with born_with_status(MemberRemoval, status):
        return MemberRemoval.objects.create(
            authority=world.authority, provider=world.provider, member=member, reason="Two visits found no register.",
            proposed_at=SIGNED_IN_EARLIER, answer_by=NOW + timedelta(days=10), status=status,
            **({"answer": "We have one.", "answered_at": NOW} if answered else {}),
        )  # fmt: skip


def _directory(world):
    world.site = SiteFactory(provider=world.provider)
    world.unused_site = SiteFactory(provider=world.provider)
    world.service = ServiceFactory(member=world.member, site=world.site)
    world.price = PriceFactory(service=world.service)
    world.withdrawn_service = ServiceFactory(member=world.member, site=world.site, withdrawn=True)
    line = {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "45.00", "vat": "exempt"}
    priced = AgreementFactory(authority=world.authority, provider=world.provider, prices=[line])
    world.priced_member = MemberFactory(market=world.priced_market, provider=world.provider, agreement=priced)
    world.priced_service = ServiceFactory(member=world.priced_member, site=world.site)
    world.rival_service = ServiceFactory(member=world.rival_member, authority=world.authority)
    PriceFactory(service=world.rival_service)


def _evidence(world):
    world.file = save_made_pdf(A_PDF, "policy.pdf", at=NOW)
    world.evidence = EvidenceFactory(provider=world.provider, file=world.file)
    EvidenceRelianceFactory(evidence=world.evidence, authority=world.authority, purpose=world.submitted.reference)
    world.promised_document = EvidenceFactory(provider=world.provider, file=world.file, kind="motor", title="Motor")
    world.unseen_evidence = EvidenceFactory(provider=world.provider, file=world.file, kind="other", title="Unseen")
    world.rival_evidence = EvidenceFactory(
        provider=world.other_provider, file=save_made_pdf(A_PDF, "theirs.pdf", at=NOW)
    )


def _joining(world):
    world.join_request = people.ask_to_join(world.provider, by=world.ruth, at=NOW, said="I teach there on Fridays.")
    world.claim = people.ask_to_join(world.loaded, by=world.rival, at=NOW, said="We are one and the same.")
    carol = UserFactory(name="Carol")
    world.role = RoleGrantFactory(person=carol, organisation=world.provider, role=Role.PROVIDER_STAFF)
    world.suspended_role = RoleGrantFactory(
        person=UserFactory(name="Dan"), organisation=world.provider, role=Role.PROVIDER_STAFF,
        status=RoleGrantStatus.SUSPENDED,
    )  # fmt: skip
    world.officer_role = RoleGrantFactory(person=carol, organisation=world.authority, role=Role.EVALUATOR)
    world.suspended_officer_role = RoleGrantFactory(
        person=UserFactory(name="Eddie"), organisation=world.authority, role=Role.EVALUATOR,
        status=RoleGrantStatus.SUSPENDED,
    )  # fmt: skip
    world.newcomer = UserFactory(name="Nora", email="nora@example.org")


def _more(world):
    """Add one row to each list."""
    other = ProviderFactory(host=world.authority)
    market = MarketFactory(authority=world.authority)
    MarketFactory(authority=world.authority, draft=True)
    AuthorityFactory()
    ApplicationFactory(market=world.market, provider=other, status=ApplicationStatus.SUBMITTED, lots=[2])
    for status in (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED):
        _application(world, status, market=market, lots=[1 if status == ApplicationStatus.DRAFT else 2])
    EvaluatorAssignmentFactory(
        application=_application(world, ApplicationStatus.ASSESSING, assessment_began_at=NOW),
        marking=True,
        person=world.esme,
    )
    agreement = AgreementFactory(authority=world.authority, provider=world.provider)
    MemberFactory(market=MarketFactory(authority=world.authority), provider=world.provider, agreement=agreement)
    theirs = MemberFactory(market=world.market, provider=other)
    site = SiteFactory(provider=world.provider)
    PriceFactory(service=ServiceFactory(member=world.member, site=site))
    PriceFactory(service=ServiceFactory(member=theirs))
    item = EvidenceFactory(provider=world.provider)
    EvidenceRelianceFactory(evidence=item, authority=world.authority, purpose=world.submitted.reference)
    ProviderCheck.objects.create(
        authority=world.authority, provider=world.provider, checked_on=date(2025, 1, 1), how="desk",
        by=world.quentin, recorded_at=SIGNED_IN_EARLIER,
    )  # fmt: skip
    colleague = UserFactory()
    RoleGrantFactory(person=colleague, organisation=world.provider, role=Role.PROVIDER_STAFF)
    RoleGrantFactory(person=UserFactory(), organisation=world.authority, role=Role.EVALUATOR)
    RoleGrantFactory(
        person=UserFactory(), organisation=world.provider, role=Role.PROVIDER_STAFF, status=RoleGrantStatus.SUSPENDED
    )
    people.ask_to_join(world.provider, by=UserFactory(), at=NOW, said="I teach there.")
    people.ask_to_join(ProviderFactory(recorded=True, host=world.authority), by=UserFactory(), at=NOW, said="Ours.")
    Message.objects.create(address="nora@example.org", subject="Something", body="Words", queued_at=NOW)
    fixtures_partners.more(world)
    fixtures_referrals.more(world)
    fixtures_placements.more(world)
    fixtures_monitoring.more(world)
    fixtures_services.more(world)
    fixtures_pupils.more(world)
    fixtures_demand.more(world)
    fixtures_enquiries.more(world)
    fixtures_keys.more(world)
    fixtures_people.more(world)
