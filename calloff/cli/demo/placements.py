"""Placements in the story: before the checks, ready to sign, current, and ended.

Each place is requested, offered and confirmed with the real commands, so that every page shows something that could
really happen.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from calloff.buying import commands as buying
from calloff.buying.models import Budget, Offer
from calloff.cli.demo import cast
from calloff.cli.demo.application_decisions import signing_code_for
from calloff.cli.demo.colleagues import bring_in
from calloff.cli.demo.context import WEEKDAY_NAMES, DemoContext
from calloff.cli.demo.weeks import USUAL_DETAILS, whole_days
from calloff.directory.models import Service
from calloff.markets.models import Lot
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role
from calloff.placements import agreed_terms, commands
from calloff.placements.models import AbsenceCause, Attendance, Placement, PreStartCheck
from calloff.pupils.models import Pupil
from calloff.referrals import commands as referrals
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.fit import service_limits
from calloff.referrals.models import EducationBasis, ExpressionOfInterest, TravelArrangement
from calloff.referrals.school_calendars import calendar_of
from calloff.referrals.sections import InvitationChoice, LegalBasis, PenPicture, ProvisionWanted

PEN_PICTURES = {
    "bram": "He is good with his hands and proud of a job done well. Large groups and raised voices are hard for him.",
    "theo": "He is curious about how things work. He needs to know what will happen next, and one adult to explain it "
    "to "
    "him.",
    "finn": "He makes things that last. He needs a quiet start, and practical work with a purpose.",
    "isla": "She knows every bird on the downs. She needs space, and adults who do not raise their voices.",
    "ottilie": "She bakes, and remembers every recipe. She likes a list of what will happen next, and to work at her "
    "own pace.",
    "nell": "She is creative, and quiet until she knows people. She is looking for a reason to get up in the morning.",
}
SAFEGUARDING_LEAD = cast.DemoPerson(
    f"petra@harbour{cast.DOMAIN}", "Petra Nance", "harbour", (Role.PROVIDER_SAFEGUARDING,)
)


def add_placements(stage: DemoContext, pupils: dict[str, Pupil]) -> None:
    """Place some of the children of one school, so that there is a placement at each stage."""
    bring_in(
        stage.organisations[SAFEGUARDING_LEAD.organisation], stage.meet(SAFEGUARDING_LEAD), SAFEGUARDING_LEAD.roles,
        by=stage.lead(SAFEGUARDING_LEAD.organisation), at=stage.when("-6 Mon 09:00"),
    )  # fmt: skip
    lead, at = _somebody(stage, "shore", Role.AP_LEAD), stage.when("-6 Mon 09:30")
    commands.save_usual_details(stage.organisations["shore"], usual=USUAL_DETAILS, by=lead, at=at)
    _running(stage, pupils["bram"], "bram", "harbour", 2)
    _to_sign(stage, pupils["theo"], "theo", "downland", 1)
    facts = {"notice_on": stage.on("-2 Thu"), "objectives": "To stay calm in a group, and to finish a unit."}
    directed = LegalBasis(EducationBasis.OFF_SITE, stage.on("-2 Mon"), facts)
    _checked(stage, _confirmed(stage, pupils["ottilie"], "ottilie", "downland", 1, week=-2, basis=directed))
    _second(stage, pupils["finn"], "finn", "harbour", 2)
    _ended(stage, pupils["isla"], "isla", "downland", 2)
    _to_check(stage, pupils["nell"], "nell", "orchard", 1)


def add_todays_events(stage: DemoContext, pupils: dict[str, Pupil], at: datetime) -> None:
    """Add events on the day when the story is loaded: one child is missing, and another was hurt."""
    lead, now = stage.lead("harbour"), timezone.localtime(at)
    since = max(now - timedelta(minutes=25), now.replace(hour=0, minute=0, second=0, microsecond=0))
    hurt = commands.DayNoteEntry(
        kinds=("here", "hurt"), day=now.date(), time=since.time(), told="His mother, by phone, and the AP lead",
        text="He grazed his arm on the workshop door. It was cleaned and covered, and he is well.",
    )  # fmt: skip
    missing = commands.DayNoteEntry(
        kinds=("not_known",), day=now.date(), time=since.time(), told="The AP lead, by phone straight away",
        text="He left the workshop by the side door. Two of us are looking for him along the harbour.",
    )  # fmt: skip
    for key, happened in (("bram", hurt), ("finn", missing)):
        placement = Placement.objects.get(pupil=pupils[key])
        commands.provider_record_note(placement, happened=happened, by=lead, at=at)


def _begun(  # noqa: PLR0917 (a row in a table)
    stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int, days: tuple[str, ...] = ("mon", "wed", "fri")
) -> Placement:
    """Place a child with a provider, including all steps up to the signed agreement and the school's approval.

    The placement starts three weeks before the anchor.
    """
    placement = _checked(stage, _confirmed(stage, pupil, key, provider, lot, week=-5))
    drawn = _drawn(stage, placement, days, starts_on=stage.on("-3 Mon"), at=stage.when("-4 Thu 10:00"))
    signed = _signed(stage, drawn, at=stage.when("-4 Thu 15:00"))
    return _agreed(stage, signed, _budget(stage, "shore"), at=stage.when("-4 Fri 09:00"))


def _second(stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int) -> None:
    """Add a placement with a proposed change that the provider has not answered.

    This week, no one marks the placement's register. So from 10am on each school day, this child is at the top of the
    school's home page.
    """
    agreed = _begun(stage, pupil, key, provider, lot, ("mon", "tue", "wed", "thu", "fri"))
    for week in (-3, -2):
        _week(stage, agreed, week, absent="")
    _week(stage, agreed, -1, absent="", unmarked="Thu")
    commands.propose_change(
        Placement.objects.get(pk=agreed.pk), side="buyer", values={"ratio": "1 to 2"}, from_on=stage.anchor,
        reason="He works better with one adult near him.", by=_of(stage, agreed, Role.AP_LEAD),
        at=stage.when("-1 Fri 12:00"),
    )  # fmt: skip


def _ended(stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int) -> None:
    """Add a placement that ended because the child returned to school. Its exit report is still due."""
    agreed = _begun(stage, pupil, key, provider, lot)
    _week(stage, agreed, -3, absent="Fri")
    _week(stage, agreed, -2, absent="")
    how = commands.EndingEntry(
        last_day=stage.on("-2 Fri"), reason="She is ready to come back, a month earlier than we "
            "expected.", destination="school",
        outcomes={"0": "yes", "1": "partly"},
    )  # fmt: skip
    placement = Placement.objects.get(pk=agreed.pk)
    commands.return_to_school(placement, ended=how, by=_of(stage, agreed, Role.AP_LEAD), at=stage.when("-1 Mon 16:00"))
    stayed = commands.DayNoteEntry(
        kinds=("stayed",), day=stage.on("-1 Mon"), time=time(10), text="She came once more, to collect her work.",
    )  # fmt: skip
    answer = "Thank you. She is expected back at school from tomorrow."
    _answered(stage, placement, stayed, provider, answer, at=stage.when("-1 Mon 16:30"))


def _running(stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int) -> None:
    agreed = _begun(stage, pupil, key, provider, lot)
    _week(stage, agreed, -3, absent="")
    _week(stage, agreed, -2, absent="Wed")
    _week(stage, agreed, -1, absent="")
    _confirm_codes(stage, agreed, stage.when("-1 Fri 16:00"))
    _notes(stage, agreed, provider)
    longer = agreed.period[1] + timedelta(weeks=3)
    commands.propose_change(
        Placement.objects.get(pk=agreed.pk), side="provider", values={"ends_on": longer}, from_on=stage.anchor,
        reason="He is halfway to his certificate.", by=stage.lead(provider), at=stage.when("-1 Fri 11:00"),
    )  # fmt: skip


def _notes(stage: DemoContext, placement: Placement, provider: str) -> None:
    """Add one note of each other kind: one by the provider, with the school's answer, and one by the school."""
    lead = _of(stage, placement, Role.AP_LEAD)
    early = commands.DayNoteEntry(
        kinds=("early",), day=stage.on("-4 Thu"), time=time(10), text="He came with his mother to see the workshop.",
    )  # fmt: skip
    answer = "Next time, please ask us first. Both sides have now signed the agreement."
    _answered(stage, placement, early, provider, answer, at=stage.when("-3 Mon 10:30"))
    slept = commands.DayNoteEntry(
        kinds=("slept",), day=stage.on("-2 Wed"), time=time(21), place_kind="other", place="His grandmother’s house",
        told="The AP lead, who got a call from his mother", text="His mother was in hospital overnight.",
    )  # fmt: skip
    commands.record_note(placement, happened=slept, by=lead, at=stage.when("-2 Thu 09:00"))
    extra = commands.DayNoteEntry(
        kinds=("extra_day",), day=stage.on("-2 Thu"), time=time(10), text="He wanted to finish the bench he is making.",
    )  # fmt: skip
    answer = "We agree to this for today. His days in the agreement do not change."
    _answered(stage, placement, extra, provider, answer, at=stage.when("-2 Thu 10:05"))
    left = commands.DayNoteEntry(
        kinds=("left_early",), day=stage.on("-2 Fri"), time=time(14), place_kind="home", place="With his mother",
        told="His mother, who collected him, and the AP lead, by phone", text="He had a headache.",
    )  # fmt: skip
    answer = "Thank you. We will call his mother on Monday morning."
    _answered(stage, placement, left, provider, answer, at=stage.when("-2 Fri 14:10"))
    at = stage.when("-1 Wed 10:15")
    moved = commands.DayNoteEntry(
        kinds=("elsewhere",), day=at.date(), time=time(10), place_kind="site", place="The boat shed, Mill Road",
        decided_by="Our safeguarding lead", told="The AP lead, by phone at 9:50am", text="The heating failed.",
    )  # fmt: skip
    answer = "We agree to this for today. We have told his mother, and she will collect him from the boat shed."
    _answered(stage, placement, moved, provider, answer, at=at)
    back = commands.DayNoteEntry(kinds=("here",), day=stage.on("-1 Fri"), time=time(9, 30))
    commands.provider_record_note(placement, happened=back, by=stage.lead(provider), at=stage.when("-1 Fri 09:35"))
    hurt = commands.DayNoteEntry(
        kinds=("hurt",), day=stage.on("-1 Fri"), time=time(11),
        told="His mother, at 11:20am, and our safeguarding lead",
        text="He cut a finger. It was cleaned and covered, and he went back to work.",
    )  # fmt: skip
    commands.record_note(placement, happened=hurt, by=lead, at=stage.when("-1 Fri 12:00"))


def _answered(
    stage: DemoContext, placement: Placement, happened: commands.DayNoteEntry, provider: str, answer: str, *,
    at: datetime,
) -> None:  # fmt: skip
    """Record a provider's note, and the school's answer 25 minutes later."""
    [note] = commands.provider_record_note(placement, happened=happened, by=stage.lead(provider), at=at)
    lead = _of(stage, placement, Role.AP_LEAD)
    commands.answer_note(note, answer=answer, by=lead, at=at + timedelta(minutes=25))


def _to_sign(stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int) -> None:
    placement = _checked(stage, _confirmed(stage, pupil, key, provider, lot, week=-3))
    days = ("tue", "wed", "thu")
    drawn = _drawn(stage, placement, days, starts_on=stage.on("1 Tue"), at=stage.when("-1 Wed 10:00"))
    _signed(stage, drawn, at=stage.when("-1 Thu 15:00"))


def _to_check(stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int) -> None:
    placement = _confirmed(stage, pupil, key, provider, lot, week=-2)
    at = stage.when("-1 Wed 14:00")
    lead = _of(stage, placement, Role.AP_LEAD)
    commands.record_visit(
        placement, on=at.date(), said="Two of us visited. The yard is calm, and the routines are clear.", by=lead, at=at
    )
    sought = commands.LastingPlaceStep(
        "special", "sent", "Ask the school for its reply to the consultation", "SEN officer", stage.on("-1 Fri"),
        "Meadow Hill School (made up)",
    )  # fmt: skip
    since = stage.on("-9 Mon")
    commands.record_interim(placement.referral, waiting_since=since, sought=sought, by=lead, at=at)
    commands.confirm_staff_checks(
        placement, on=at.date(), said="We have completed enhanced checks, references and training for 3 members of "
            "staff.", sure=True,
        by=stage.lead(provider), at=at,
    )  # fmt: skip


def _confirmed(
    stage: DemoContext, pupil: Pupil, key: str, provider: str, lot: int, *, week: int, basis: LegalBasis | None = None
) -> Placement:
    """Ask one provider for a place, get its reply, make it an offer and let it confirm, all within one week."""
    basis = basis or LegalBasis("s100", stage.on(f"{week} Mon"), {"days": 10})  # a suspension of 10 days
    buyer, host = pupil.buyer, stage.organisations[provider]
    lead, host_lead = _holder(stage, buyer, Role.AP_LEAD), stage.lead(provider)

    def when(text: str) -> datetime:
        return stage.when(f"{week} {text}")

    referral = referrals.begin(
        pupil, Lot.objects.select_related("market").get(market=stage.markets["IAP"], number=lot), by=lead,
        at=when("Mon 09:00"),
    )  # fmt: skip
    starts = stage.on(f"{week + 2} Mon")
    picture = PenPicture(
        key_stage=referral.key_stage, needs=list(pupil.needs), sen_provision=pupil.sen_provision,
        hazards=list(pupil.hazards), area="Worthing and Adur", picture=PEN_PICTURES[key], few=True,
    )  # fmt: skip
    wanted = ProvisionWanted(
        starts_on=starts, ends_on=starts + timedelta(weeks=12), hours=Decimal(15),
        outcomes=["Attends every day", "Works towards a unit award"], travel=TravelArrangement.SCHOOL, miles=20,
    )  # fmt: skip
    referrals.amend(
        referral, basis=basis, wanted=wanted, picture=picture,
        who=InvitationChoice(reply_by=when("Thu 12:00")), by=lead, at=when("Mon 10:00"),
    )  # fmt: skip
    referral.refresh_from_db()
    referrals.ask(referral, by=lead, at=when("Mon 10:30"))
    interest = ExpressionOfInterest.objects.select_related("member").get(referral=referral, provider=host)
    service = Service.objects.filter(provider=host, lot__number=lot, places__gt=0).defer("words").order_by("pk")[0]
    price = service.prices.order_by("pk")[0]
    referrals.reply(
        interest, by=host_lead, at=when("Tue 11:00"),
        reply=InterestReply(
            service, price, starts, whole_days("mon", "tue", "wed"), "We have a place, and we know how we would start "
                "with this young person."
        ),
    )  # fmt: skip
    interest.refresh_from_db()
    made = buying.offer(
        interest, reason="This provider is the best match for the outcomes, and is close enough to travel "
            "to.", confirm_by=when("Fri 16:00"), by=lead,
        fit_reason="We visited with the family, and the group suits this "
            "child." if service_limits(service, referral) else "",
        at=when("Thu 13:00"),
    )  # fmt: skip
    return commands.confirm(Offer.objects.get(pk=made.pk), by=host_lead, at=when("Fri 09:30"))


def _checked(stage: DemoContext, placement: Placement, at: datetime | None = None) -> Placement:
    """Let the person with the right role make each check, by default three days after the provider confirms."""
    at = at or placement.confirmed_at + timedelta(days=3, hours=2)
    lead, saul = _of(stage, placement, Role.AP_LEAD), _of(stage, placement, Role.SAFEGUARDING_LEAD)
    on, host_lead = at.date(), _lead_at(stage, placement)
    commands.record_visit(
        placement, on=on, said="The site is calm and has enough staff, who can see all the exits.", by=lead, at=at
    )
    commands.confirm_staff_checks(
        placement, on=on, said="Every check is complete for 4 members of staff.", sure=True, by=host_lead, at=at
    )
    plan = "Let the child leave the room, provide the same adult each day, and call us early."
    commands.keep_risk_plan(placement, said=plan, by=lead, at=at)
    commands.tell_parent(
        placement, on=on, said="We called the parent, who is pleased and would like a call every week.", by=lead, at=at
    )
    commands.tell_authority(placement, by=lead, at=at)
    if placement.checks.filter(kind=PreStartCheck.Kind.DIRECTION, made_at=None).exists():
        why = "A smaller group will help while the pupil learns to stay calm."
        commands.give_direction(placement, on=on, report_to="Reception", reasons=why, by=lead, at=at)
    commands.decide_safeguarding(placement, agreed=True, said="I have read the policies and the plan.", by=saul, at=at)
    return Placement.objects.get(pk=placement.pk)


def _drawn(
    stage: DemoContext, placement: Placement, days: tuple[str, ...], *, starts_on: date, at: datetime
) -> Placement:
    drawn = commands.AgreementDraft(
        starts_on=starts_on, ends_on=starts_on + timedelta(weeks=9), site=placement.site,
        timetable=whole_days(*days), ratio=placement.service.ratio,
        outcomes=["Attends every day", "Works towards a unit award"], notice_days=10,
        absence_rule="We will pay, unless the provider caused the absence.", purchase_order="PO-4471",
        attendance_contact="The attendance office", attendance_time=time(9, 45),
        emergency="The AP lead, then the safeguarding lead",
    )  # fmt: skip
    return commands.draw_up(placement, drawn=drawn, by=_of(stage, placement, Role.AP_LEAD), at=at)


def _signed(stage: DemoContext, placement: Placement, *, at: datetime) -> Placement:
    assert placement.agreement is not None  # noqa: S101 (the placement's agreement exists by now)
    host_lead = _lead_at(stage, placement)
    commands.sign(
        placement, by=host_lead, at=at, name=host_lead.name, role="Director", authority="Director of the provider",
        code=signing_code_for(placement.agreement, host_lead, at),
    )  # fmt: skip
    return Placement.objects.get(pk=placement.pk)


def _agreed(stage: DemoContext, placement: Placement, budget: Budget, *, at: datetime) -> Placement:
    assert placement.agreement is not None  # noqa: S101 (the agreement is signed by now)
    head = _of(stage, placement, Role.HEAD)
    return commands.agree(
        placement, budget=budget, by=head, at=at, name=head.name, role="Headteacher",
        authority="Delegated by the governors", code=signing_code_for(placement.agreement, head, at),
    )  # fmt: skip


def _week(stage: DemoContext, placement: Placement, week: int, *, absent: str, unmarked: str = "") -> None:
    """Mark the register for one week, with one day absent and one day not marked.

    The child is present on the other days.
    """
    calendar = calendar_of(placement.buyer)
    for name in (name for name in WEEKDAY_NAMES if name != unmarked):
        on = stage.on(f"{week} {name}")
        current = Placement.objects.prefetch_related("changes", "sessions").get(pk=placement.pk)
        for slot in agreed_terms.sessions_on(current, on, calendar):
            away: dict[str, Any] = (
                {"mark": "absent", "cause": AbsenceCause.ILL} if name == absent else {"mark": "present"}
            )
            at = stage.when(f"{week} {name} {'10:00' if slot.session == 'am' else '13:00'}")
            marked = commands.RegisterEntry(current, slot.session, **away)
            commands.take_register(placement.provider, day=on, marks=[marked], by=_lead_at(stage, placement), at=at)


def _confirm_codes(stage: DemoContext, placement: Placement, at: datetime) -> None:
    """Let the school confirm the attendance codes for all days except the last ones."""
    rows = Attendance.objects.filter(placement=placement, day__lt=stage.on("-1 Mon")).select_related(
        "placement__service"
    )
    confirmed = [
        commands.CodeConfirmation(row, row.suggested, placement.service.name if row.suggested in {"B", "K"} else "")
        for row in rows
    ]
    if confirmed:
        commands.confirm_codes(placement.buyer, confirmed=confirmed, by=_of(stage, placement, Role.AP_LEAD), at=at)


def _budget(stage: DemoContext, school: str) -> Budget:
    buyer = stage.organisations[school]
    kept = Budget.objects.filter(buyer=buyer, status="open").order_by("pk").first()
    if kept is not None:
        return kept
    return buying.set_budget(
        buyer, name="Alternative provision", starts_on=stage.on("-30 Mon"), ends_on=stage.on("22 Fri"),
        amount=Decimal(24000), by=_somebody(stage, school, Role.HEAD), at=stage.when("-6 Mon 12:00"),
    )  # fmt: skip


def _of(stage: DemoContext, placement: Placement, role: Role) -> User:
    return _holder(stage, placement.buyer, role)


def _somebody(stage: DemoContext, school: str, role: Role) -> User:
    return _holder(stage, stage.organisations[school], role)


def _holder(stage: DemoContext, buyer: Organisation, role: Role) -> User:
    """Return the person who has this role at a school.

    For a council's team, return a commissioner instead of an AP lead.
    """
    roles = [role, *([Role.COMMISSIONER] if role == Role.AP_LEAD else [])]
    grant = buyer.grants.filter(role__in=roles, status="active").order_by("pk").first()
    if grant is None:
        raise LookupError(f"Nobody at {buyer} is {role.label}.")
    return next(person for person in stage.people.values() if person.pk == grant.person_id)


def _lead_at(stage: DemoContext, placement: Placement) -> User:
    key = next(name for name, organisation in stage.organisations.items() if organisation.pk == placement.provider_id)
    return stage.lead(key)
