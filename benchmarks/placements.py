"""A team of the benchmark council that places children, for the cases in cases.py.

Calloff's own commands create it.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

from django.urls import reverse

from benchmarks import dataset, fixtures, pupil_records, roles, row_cloning, runner
from calloff.agreements import commands as agreements
from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.directory import commands as directory
from calloff.directory.models import Service
from calloff.directory.timetables import TIMETABLE_WEEKDAYS, Slot
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.outbox.models import Message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Attendance, Placement
from calloff.pupils import commands as pupils
from calloff.referrals import commands as referrals
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.models import ExpressionOfInterest, Referral, TravelArrangement
from calloff.referrals.sections import InvitationChoice, LegalBasis, PenPicture, ProvisionWanted

CONFIRMING_PEOPLE, FREE_PLACES = 100, 10
PRESS_PROCESSES = 2
LAST_PLACE_GONE_TEXT = "The last place"
SIGNER_POSTED = {"role": "Director", "authority": "For the figures"}


@cache
def market_with_places(code: str, places: int, rivals: int = 0) -> SimpleNamespace:
    """Open a market with a service that has `places` places available, and add a team that buys places there.

    `rivals` is the number of other members in the category. They are also asked for places, and do not reply. If an
    earlier case has already made these records, they are returned.
    """
    if market := Market.objects.filter(code=code).first():
        service = Service.objects.select_related("provider", "lot").get(lot__market=market)
        return _namespace(market, service, Organisation.objects.get(name=f"Team {code}"))
    market = dataset.open_market(code)
    provider = dataset.write_application(market).provider
    member = dataset.listed_member(market, provider)
    others = row_cloning.clone_providers(provider.pk, [f"{code}V{n}" for n in range(rivals)]) if rivals else []
    row_cloning.clone_members(member.pk, [
        row_cloning.MemberDestination(f"{code}V{n}", market.pk, other.key, member.lot.number) for n,
        other in enumerate(others)
    ])  # fmt: skip
    lead = User.objects.get(grants__organisation=provider, grants__role="provider_lead")
    service = dataset.listed_service(member, lead)
    at, olivia = clock.now(), dataset.found_council().olivia
    directory.set_places(service, places=places, by=lead, at=at)
    cora, helen, saul, sian = (
        User.objects.create_user(_email(name, code), name=name.title()) for name in ("cora", "helen", "saul", "sian")
    )
    team = roles.team_of(market.authority, name=f"Team {code}", person=cora, role=Role.COMMISSIONER, by=olivia)
    roles.give_role(team, helen, Role.HEAD)
    roles.give_role(team, saul, Role.SAFEGUARDING_LEAD)
    roles.give_role(provider, sian, Role.PROVIDER_SIGNATORY)
    lead.forget_roles()
    return _namespace(market, service, team)


def _email(name: str, code: str) -> str:
    return f"{name}-{code.lower()}@bench.example"


def _namespace(market: Market, service: Service, team: Organisation) -> SimpleNamespace:
    cast = {
        name: User.objects.get(email=_email(name, market.code)) for name in ("ada", "cora", "helen", "saul", "sian")
    }
    return SimpleNamespace(market=market, service=service, team=team, lead=cast["ada"], **cast)


def offer_place(place: SimpleNamespace, number: int) -> Offer:
    """Record a child, ask the provider for a place, record its reply, and make the offer."""
    interest = reply_with_interest(asked_referral(place, number), place)
    at = clock.now()
    return buying.offer(
        interest, reason="The closest.", urgent_reason="Now.", confirm_by=at + timedelta(days=2), by=place.cora, at=at
    )


def asked_referral(place: SimpleNamespace, number: int) -> Referral:
    """Record a child, and ask providers for a place."""
    referral = draft_referral(place, number)
    return referrals.ask(referral, by=place.cora, at=clock.now())


def draft_referral(place: SimpleNamespace, number: int) -> Referral:
    """Record a child, and write a complete referral for the child."""
    at, service = clock.now(), place.service
    pupil = pupils.record(
        place.team, given_name="Robin", family_name=f"Bench{number}", born_on=date(at.year - 13, 1, 15), sex="F",
        year_group=8, needs=["SEMH"], sen_provision="K", hazards=["none"], by=place.cora, at=at,
    )  # fmt: skip
    pupils.note_views(pupil, child_views="", by=place.cora, at=at)
    referral = referrals.begin(pupil, service.lot, by=place.cora, at=at)
    starts = at.date()
    return referrals.amend(
        referral, basis=LegalBasis("children_act", starts, {"section": "section 17"}),
        wanted=ProvisionWanted(starts, starts + timedelta(weeks=6), Decimal(15), ["Attends"], TravelArrangement.SCHOOL),
        picture=PenPicture("ks3", ["SEMH"], "K", ["none"], "Worthing", "Likes animals.", few=True),
        who=InvitationChoice(at + timedelta(days=3)), by=place.cora, at=at,
    )  # fmt: skip


def reply_with_interest(referral: Referral, place: SimpleNamespace) -> ExpressionOfInterest:
    """Let the provider reply that it is interested."""
    at, service = clock.now(), place.service
    interest = ExpressionOfInterest.objects.get(referral=referral, provider=service.provider)
    week = [Slot(day, "am", time_of_day(9), time_of_day(12)) for day in TIMETABLE_WEEKDAYS]
    reply = InterestReply(service, service.prices.get(), at.date(), week, "A place.")
    referrals.reply(interest, reply=reply, by=place.lead, at=at)
    interest.refresh_from_db()
    return interest


def run_last_places() -> runner.BenchFigure:
    """Let 100 people confirm the last 10 places at the same moment.

    Raises AssertionError unless exactly 10 of them succeed.

    Each person is signed in, and submits the page that confirms the offer for one child. Two processes send all
    requests as fast as they can. The floor is the time of those requests for which no place was left.
    """
    place = market_with_places("LASTP", FREE_PLACES)
    first = offer_place(place, 0)
    crowd = pupil_records.copy_referral(
        first.referral_id, pupil_records.children_for_buyers("LASTP", [place.team.pk], CONFIRMING_PEOPLE - 1)
    )
    row_cloning.analyse_tables()
    offers = Offer.objects.filter(pk__in=[first.pk, *(copy.offer for copy in crowd)]).select_related("interest")
    begins = time.time() + 3
    presses = [
        fixtures.ButtonPress(begins, _signed_in(place, number), _page_of(made), {})
        for number, made in enumerate(offers)
    ]
    shares = [presses[start::PRESS_PROCESSES] for start in range(PRESS_PROCESSES)]
    results = [
        result for some in runner.run_in_processes(press_all, shares, processes=PRESS_PROCESSES) for result in some
    ]
    words = [_what(result) for result in results]
    placed = Placement.objects.filter(service=place.service).count()
    left = Service.objects.filter(pk=place.service.pk).values_list("places", flat=True)[0]
    assert (placed, words.count("placed"), left) == (FREE_PLACES, FREE_PLACES, 0), (placed, words.count("placed"), left)
    assert words.count("gone") == CONFIRMING_PEOPLE - FREE_PLACES, set(words)
    took = [result.seconds for result in results]
    floor = [result.seconds for result, word in zip(results, words, strict=True) if word == "gone"]
    began = min(result.ended - result.seconds for result in results)
    return runner.make_figure("places.last", took, floor, max(result.ended for result in results) - began)


def press_all(presses: list[fixtures.ButtonPress]) -> list[fixtures.PressResult]:
    """Submit all forms at the same time, each in a thread of its own."""
    with ThreadPoolExecutor(len(presses)) as crowd:
        return list(crowd.map(fixtures.press_button, presses))


def _signed_in(place: SimpleNamespace, number: int) -> str:
    """Sign in a person who can confirm places for the provider, and return the session key."""
    person = User.objects.create_user(f"ada{number}@last.example", name=f"Ada {number}")
    roles.give_role(place.service.provider, person, Role.PROVIDER_LEAD)
    return fixtures.sign_in_session(person.email)


def _page_of(made: Offer) -> str:
    return reverse("provider:invitation-confirm", args=[made.provider.slug, made.interest.reference])


def _what(pressed: fixtures.PressResult) -> str:
    if pressed.leads and "/placements/" in pressed.location:
        return "placed"
    return "gone" if LAST_PLACE_GONE_TEXT in pressed.words else f"answered {pressed.status}"


def running_placement(place: SimpleNamespace, number: int) -> Placement:
    """Place a child with a provider, and let both sides sign the agreement.

    The placement starts today.
    """
    offer = offer_place(place, number)
    at = clock.now()  # The offer must be made before it can be confirmed.
    placement = commands.confirm(offer, by=place.lead, at=at)
    commands.record_visit(placement, on=at.date(), said="Calm.", by=place.cora, at=at)
    commands.confirm_staff_checks(placement, on=at.date(), said="Four staff.", sure=True, by=place.lead, at=at)
    commands.keep_risk_plan(placement, said="A plan.", by=place.cora, at=at)
    commands.tell_parent(placement, on=at.date(), said="Told.", by=place.cora, at=at)
    commands.tell_authority(placement, said="Told.", by=place.cora, at=at)
    commands.decide_safeguarding(placement, agreed=True, said="Read.", by=place.saul, at=at)
    drawn = commands.AgreementDraft(
        starts_on=at.date(), ends_on=at.date() + timedelta(weeks=6), site=placement.site,
        timetable=[Slot(day, "am", time_of_day(0), time_of_day(12)) for day in TIMETABLE_WEEKDAYS], ratio="1 to 4",
        outcomes=["Attends"], notice_days=10, absence_rule="Charged.", purchase_order="PO-1",
        attendance_contact="The office", attendance_time=None, emergency="The commissioner",
    )  # fmt: skip
    placement = commands.draw_up(placement, drawn=drawn, by=place.cora, at=at)
    assert placement.agreement is not None
    commands.sign(placement, by=place.sian, at=at, name="Sian", code=_code(placement, place.sian, at), **SIGNER_POSTED)
    budget = buying.set_budget(
        place.team, name=f"Budget {number}", starts_on=at.date(), ends_on=at.date() + timedelta(days=300),
        amount=Decimal(100000), by=place.helen, at=at,
    )  # fmt: skip
    code = _code(placement, place.helen, at)
    placement = commands.agree(
        placement, budget=budget, by=place.helen, at=at, name="Helen", code=code, **SIGNER_POSTED
    )
    mark = commands.RegisterEntry(placement, Attendance.Session.AM, Attendance.Mark.PRESENT)
    commands.take_register(placement.provider, day=at.date(), marks=[mark], by=place.lead, at=at)
    return placement


def _code(placement: Placement, person: User, at: datetime) -> str:
    assert placement.agreement is not None
    agreements.send_code(placement.agreement, by=person, at=at)
    sent = Message.objects.filter(address=person.email, secret=True).order_by("pk").last()
    assert sent is not None
    return sent.body.split()[1]


def register_of(children: int) -> SimpleNamespace:
    """Make or find a provider with `children` children on its register this morning, all placed by one team."""
    place = market_with_places("REGIS", children)
    for number in range(children - Placement.objects.filter(service=place.service).count()):
        running_placement(place, number)
    return place
