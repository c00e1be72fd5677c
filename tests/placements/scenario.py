"""A child's placement at each stage, made with the commands. All people are invented."""

from datetime import date, time

import pgtrigger

from calloff.agreements import commands as agreements
from calloff.markets.models import Market
from calloff.members import commands as members
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Placement, PreStartCheck
from tests.factories import NOW, person
from tests.factories_placements import (
    BudgetFactory,
    ExpressionOfInterestFactory,
    OfferFactory,
    PartnershipFactory,
    ReferralFactory,
)
from tests.timetables import week
from tests.world_copies import built_once

TODAY = NOW.date()  # Monday 2 March 2026
FIRST, LAST = date(2026, 3, 9), date(2026, 3, 27)
SIAN = {"name": "Sian Rees", "role": "Director", "authority": "As its sole director"}
HELEN = {"name": "Helen Marsh", "role": "Headteacher", "authority": "Governors’ resolution of 3 February"}
MET = {"0": "yes"}
DIRECTED = {"basis": "s29a", "basis_facts": {"notice_on": "2026-03-02", "objectives": "He learns to stay calm."}}


@built_once
def offered(**given):
    """Return a conditional offer by a school that has signed its agreement, to a provider that it can ask.

    All placements are in one market, whose authority has the code 938. `beside` is another placement with the same
    provider, and `child_of` is another placement of the same child.
    """
    beside, child_of = given.pop("beside", None), given.pop("child_of", None)
    if child_of:
        given |= {"buyer": child_of.buyer, "pupil": child_of.pupil}
    market = Market.objects.filter(authority__la_code="938").order_by("pk").first()
    if market:
        given.setdefault("market", market)
    referral = ReferralFactory(status="offered", **given)
    referral.authority.la_code = "938"
    referral.authority.save()
    if referral.buyer.host is None:
        referral.buyer.host = referral.authority
        referral.buyer.save()
    if child_of is None:
        PartnershipFactory(buyer=referral.buyer, market=referral.market)
    same = {"member": beside.member} if beside else {}
    return OfferFactory(interest=ExpressionOfInterestFactory(referral=referral, offered=True, **same))


def ada(placement):
    return person(Role.PROVIDER_LEAD, at=placement.provider)


def ben(placement):
    return person(Role.PROVIDER_STAFF, at=placement.provider)


def sian(placement):
    return person(Role.PROVIDER_SIGNATORY, at=placement.provider)


def ruth(placement):
    return person(Role.AP_LEAD, at=placement.buyer)


def helen(placement):
    return person(Role.HEAD, at=placement.buyer)


def saul(placement):
    return person(Role.SAFEGUARDING_LEAD, at=placement.buyer)


def olivia(placement):
    return person(Role.CONTRACTS_OFFICER, at=placement.authority)


@built_once
def confirmed(offer=None, **given):
    offer = offer or offered(**given)
    return commands.confirm(offer, by=ada(offer), at=NOW)


CHECKS = {
    PreStartCheck.Kind.VISIT: lambda one: commands.record_visit(
        one, on=TODAY, said="Ruth visited. Calm and well staffed.", by=ruth(one), at=NOW
    ),
    PreStartCheck.Kind.STAFF: lambda one: commands.confirm_staff_checks(
        one, on=TODAY, said="Four staff, all checked.", sure=True, by=ada(one), at=NOW
    ),
    PreStartCheck.Kind.RISK_PLAN: lambda one: commands.keep_risk_plan(
        one, said="Staff know what helps.", by=ruth(one), at=NOW
    ),
    PreStartCheck.Kind.PARENT: lambda one: commands.tell_parent(
        one, on=TODAY, said="Told by telephone, and content.", by=ruth(one), at=NOW
    ),
    PreStartCheck.Kind.AUTHORITY: lambda one: commands.tell_authority(one, said="By telephone.", by=ruth(one), at=NOW),
    PreStartCheck.Kind.DIRECTION: lambda one: commands.give_direction(
        one,
        on=TODAY,
        report_to="Reception",
        reasons="He needs a smaller group while he learns to stay calm.",
        by=ruth(one),
        at=NOW,
    ),
    PreStartCheck.Kind.SAFEGUARDING: lambda one: commands.decide_safeguarding(
        one, agreed=True, said="I have read the policies and the plan.", by=saul(one), at=NOW
    ),
}


def make_checks(placement, *, but=()):
    for check in placement.checks.order_by("pk"):
        if check.kind not in but:
            CHECKS[check.kind](placement)
    return placement


@built_once
def checked(*, but=(), **given):
    return make_checks(confirmed(**given), but=but)


def draft(placement, **changes):
    usual = {
        "starts_on": FIRST,
        "ends_on": LAST,
        "site": placement.site,
        "timetable": week("mon", "tue", "wed"),
        "ratio": "1 to 4",
        "outcomes": ["Attends every day"],
        "notice_days": 10,
        "absence_rule": "We will pay, unless the provider caused the absence.",
        "purchase_order": "PO-2001",
        "attendance_contact": "The attendance office",
        "attendance_time": time(9, 45),
        "emergency": "The AP lead, then the safeguarding lead",
    }
    return commands.AgreementDraft(**{**usual, **changes})


@built_once
def drawn(placement=None, *, given=None, **changes):
    placement = placement or checked(**(given or {}))
    return commands.draw_up(placement, drawn=draft(placement, **changes), by=ruth(placement), at=NOW)


def code_for(agreement, somebody, at=NOW):
    agreements.send_code(agreement, by=somebody, at=at)
    return Message.objects.filter(address=somebody.email, secret=True).order_by("pk").last().body.split()[1]


@built_once
def signed(placement=None, **changes):
    """Return a placement whose prepared agreement the provider has signed."""
    placement = placement or drawn(**changes)
    code = code_for(placement.agreement, sian(placement))
    commands.sign(placement, by=sian(placement), at=NOW, code=code, **SIAN)
    return Placement.objects.get(pk=placement.pk)


def agree(placement, *, budget=None, by=None, at=NOW, code=None):
    budget = budget or BudgetFactory(buyer=placement.buyer)
    by = by or helen(placement)
    code = code or code_for(placement.agreement, by, at)
    return commands.agree(placement, budget=budget, by=by, at=at, code=code, **HELEN)


@built_once
def agreed(*, budget=None, **changes):
    placement = signed(**changes)
    return agree(placement, budget=budget)


def on(day, hour=10):
    """Return a time on a day in March 2026."""
    return NOW.replace(day=day, hour=hour)


def mark(placement, *, day=FIRST, session="am", mark="present", by=None, at=None, **more):
    at = at or on(day.day, 10 if session == "am" else 14)  # by default, the time is after the session has started
    one = commands.RegisterEntry(placement, session, mark, **more)
    return commands.take_register(placement.provider, day=day, marks=[one], by=by or ben(placement), at=at)


@built_once
def running(**changes):
    """Return an agreed placement that started on Monday 9 March, when the child was marked present in the morning."""
    placement = agreed(**changes)
    mark(placement)
    return Placement.objects.get(pk=placement.pk)


def ended(placement, *, last=date(2026, 3, 27), verb="end", at=None, **changes):
    usual = {"last_day": last, "reason": "The outcomes are met.", "destination": "school", "outcomes": MET}
    how = commands.EndingEntry(**{**usual, **changes})
    command = getattr(commands, verb)
    return command(placement, ended=how, by=ruth(placement), at=at or on(27, 16))


def subjects_to(somebody):
    return [one.subject for one in Message.objects.filter(to=somebody).order_by("pk")]


def suspend(member, left_out_reason=""):
    officer = person(Role.QUALITY_OFFICER, at=member.authority)
    members.suspend(
        member.provider, authority=member.authority, members=[member], clause="2", reason="A concern.",
        review_route="Write to us.", left_out_reason=left_out_reason, by=officer, at=NOW,
    )  # fmt: skip


def removed(member):
    """Remove a member without the steps before that. The tests in tests/members cover these steps."""
    with pgtrigger.ignore("members.Member:status_moves_by_a_step"):
        type(member).objects.filter(pk=member.pk).update(status="removed")


def is_suspended(placement):
    return type(placement.member).objects.filter(pk=placement.member_id, status="suspended").exists()
