"""A team of the bench's council that places children: made by commands. What is measured of it stands in cases.py."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

from benchmarks import frame, town
from calloff.agreements import commands as agreements
from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.directory import commands as directory
from calloff.directory.models import Service
from calloff.kernel import clock
from calloff.kernel.states import Refused
from calloff.outbox.models import Message
from calloff.people import commands as people
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Attendance, Placement
from calloff.placements.terms import WEEK_OF, Slot
from calloff.pupils import commands as pupils
from calloff.referrals import commands as referrals
from calloff.referrals.commands.answering import Reply
from calloff.referrals.models import Interest, Travel
from calloff.referrals.parts import LegalBasis, PenPicture, Wanted, Who

PEOPLE, PLACES = 100, 10
AT_ONCE = 2  # processes
GONE = "The last place"
SIGNER = {"role": "Director", "authority": "For the figures"}


@cache
def here(code: str, places: int) -> SimpleNamespace:
    """Open a market with one listed service of so many free places, and found a team that buys of it."""
    market = town.open_market(code)
    provider = town.applicant(market).provider
    member = town.listed_member(market, provider)
    lead = User.objects.get(grants__organisation=provider, grants__role="provider_lead")
    service = town.listed_service(member, lead)
    at, olivia = clock.now(), town.town().olivia
    directory.set_places(service, places=places, by=lead, at=at)
    cora, helen, saul, sian = (
        User.objects.create_user(f"{name}-{code.lower()}@bench.example", name=name.title())
        for name in ("cora", "helen", "saul", "sian")
    )
    team = people.found_team(
        market.authority, name=f"Team {code}", person=cora, role=Role.COMMISSIONER, by=olivia, at=at
    )
    cora.forget_roles()
    people.appoint(team, helen, role=Role.HEAD, by=cora, at=at)
    people.appoint(team, saul, role=Role.SAFEGUARDING_LEAD, by=cora, at=at)
    people.appoint(provider, sian, role=Role.PROVIDER_SIGNATORY, by=lead, at=at)
    for person in (lead, cora, helen, saul, sian):
        person.forget_roles()
    return SimpleNamespace(
        market=market, service=service, team=team, lead=lead, cora=cora, helen=helen, saul=saul, sian=sian
    )  # fmt: skip


def offered(place: SimpleNamespace, number: int) -> Offer:
    """Record a child, ask, hear the one provider, and make it the offer."""
    at, service = clock.now(), place.service
    pupil = pupils.record(
        place.team, given_name="Robin", family_name=f"Bench{number}", born_on=date(at.year - 13, 1, 15), sex="F",
        year_group=8, needs=["SEMH"], sen_provision="K", hazards=["none"], by=place.cora, at=at,
    )  # fmt: skip
    pupils.note_views(pupil, parent_told_on=at.date(), parent_views="", child_views="", by=place.cora, at=at)
    referral = referrals.begin(pupil, service.lot, by=place.cora, at=at)
    starts = at.date()
    referral = referrals.amend(
        referral, basis=LegalBasis("children_act", starts, {"section": "section 17"}),
        wanted=Wanted(starts, starts + timedelta(weeks=6), Decimal(15), ["Attends"], Travel.SCHOOL),
        picture=PenPicture("ks3", ["SEMH"], "K", ["none"], "Worthing", "Likes animals.", few=True),
        who=Who(at + timedelta(days=3)), by=place.cora, at=at,
    )  # fmt: skip
    referrals.ask(referral, by=place.cora, at=at)
    interest = Interest.objects.get(referral=referral)
    price = service.prices.get()
    referrals.reply(
        interest, reply=Reply(service, price, starts, Decimal(15), "Every day", "A place."), by=place.lead, at=at
    )
    interest.refresh_from_db()
    return buying.offer(interest, reason="The closest.", confirm_by=at + timedelta(days=2), by=place.cora, at=at)


def last_places() -> frame.Row:
    """Let 100 people confirm the last 10 places at once: exactly 10 do. Raises AssertionError where it is not so."""
    place = here("LASTP", PLACES)
    waiting = []
    for number in range(PEOPLE):
        made = offered(place, number)
        person = User.objects.create_user(f"ada{number}@last.example", name=f"Ada {number}")
        people.appoint(place.service.provider, person, role=Role.PROVIDER_LEAD, by=place.lead, at=clock.now())
        waiting.append((made.pk, person.pk))
    told = frame.together(confirm, waiting, processes=AT_ONCE)
    placed = Placement.objects.filter(service=place.service).count()
    words = [what for what, _ in told]
    left = Service.objects.filter(pk=place.service.pk).values_list("places", flat=True)[0]
    assert (placed, words.count("placed"), left) == (PLACES, PLACES, 0), (placed, words.count("placed"), left)
    assert words.count("gone") == PEOPLE - PLACES, set(words)
    took = [seconds for _, seconds in told]
    floor = [seconds for what, seconds in told if what == "gone"]  # the least that it can do: look, and refuse
    return frame.row("places.last", took, floor, sum(took) / AT_ONCE)


def confirm(pair: tuple[int, int]) -> tuple[str, float]:
    """Confirm one offer as one person, and say what came of it and how long it took."""
    import time as clocks  # noqa: PLC0415  (in a process of its own)

    offer, person = Offer.objects.get(pk=pair[0]), User.objects.get(pk=pair[1])
    began = clocks.perf_counter()
    try:
        commands.confirm(offer, by=person, at=clock.now())
        what = "placed"
    except Refused as refusal:
        what = "gone" if str(refusal).startswith(GONE) else str(refusal)
    return what, clocks.perf_counter() - began


def running(place: SimpleNamespace, number: int) -> Placement:
    """Carry one child on to a placement that runs from today."""
    at = clock.now()
    one = commands.confirm(offered(place, number), by=place.lead, at=at)
    commands.record_visit(one, on=at.date(), said="Calm.", by=place.cora, at=at)
    commands.confirm_staff_checks(one, on=at.date(), said="Four staff.", sure=True, by=place.lead, at=at)
    commands.keep_risk_plan(one, said="A plan.", by=place.cora, at=at)
    commands.tell_parent(one, on=at.date(), said="Told.", by=place.cora, at=at)
    commands.tell_authority(one, said="Told.", by=place.cora, at=at)
    commands.decide_safeguarding(one, agreed=True, said="Read.", by=place.saul, at=at)
    drawn = commands.Drawn(
        starts_on=at.date(), ends_on=at.date() + timedelta(weeks=6), site=one.site,
        timetable=[Slot(day, "am", time(9, 30), time(12)) for day in WEEK_OF], ratio="1 to 4", outcomes=["Attends"],
        notice_days=10, absence_rule="Charged.", purchase_order="PO-1", attendance_contact="The office",
        attendance_time=None, emergency="The commissioner",
    )  # fmt: skip
    one = commands.draw_up(one, drawn=drawn, by=place.cora, at=at)
    assert one.agreement is not None
    agreements.sign(one.agreement, by=place.sian, at=at, name="Sian", code=_code(one, place.sian, at), **SIGNER)
    budget = buying.set_budget(
        place.team, name=f"Budget {number}", starts_on=at.date(), ends_on=at.date() + timedelta(days=300),
        amount=Decimal(100000), by=place.helen, at=at,
    )  # fmt: skip
    code = _code(one, place.helen, at)
    one = commands.agree(one, budget=budget, by=place.helen, at=at, name="Helen", code=code, **SIGNER)
    mark = commands.Marked(one, Attendance.Session.AM, Attendance.Mark.PRESENT)
    commands.take_register(one.provider, day=at.date(), marks=[mark], by=place.lead, at=at)
    return one


def _code(one: Placement, person: User, at: datetime) -> str:
    assert one.agreement is not None
    agreements.send_code(one.agreement, by=person, at=at)
    sent = Message.objects.filter(address=person.email, secret=True).order_by("pk").last()
    assert sent is not None
    return sent.body.split()[1]


def register_of(children: int) -> tuple[Organisation, User]:
    """Make a provider whose register has so many children this morning."""
    place = here("REGIS", children)
    for number in range(children):
        running(place, number)
    return place.service.provider, place.lead
