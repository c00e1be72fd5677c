"""Test data for endpoints: the school's placements with the provider, with each status that pages show."""

from datetime import date, time, timedelta

from calloff.buying.models import Commitment
from calloff.documents.commands import save_made_pdf
from calloff.placements import commands, weeks
from calloff.placements.models import (
    Attendance,
    DayNote,
    FollowUp,
    Placement,
    PlacementChange,
    PlacementEnding,
    PlacementReview,
    PreStartCheck,
)
from calloff.placements.states import (
    DayNoteStatus,
    FollowUpStatus,
    PlacementChangeStatus,
    PlacementStatus,
    ReviewStatus,
)
from calloff.pupils.access import disclosure_closes_at
from calloff.pupils.models import DisclosureGrant
from tests.factories import NOW, born_with_status
from tests.factories_markets import AgreementFactory, ServiceFactory, set_status
from tests.factories_placements import (
    LAST_DAY,
    TERMS,
    WEEK,
    BudgetFactory,
    ExpressionOfInterestFactory,
    PlacementFactory,
    PupilContactFactory,
    ReferralFactory,
)

A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TODAY = NOW.date()  # Monday 2 March 2026


def make(world):
    """Make a placement before its checks, one placement after each kind of check, and one with each later status."""
    world.budget = BudgetFactory(buyer=world.school, name="Placements")
    world.placement_to_check = _placement(world)
    world.parent = PupilContactFactory(pupil=world.placement_to_check.pupil, responsibility="yes", order="no")
    directed = _placement(world, basis="s29a", basis_facts={"objectives": "Calm."})
    PreStartCheck.objects.create(placement=directed, authority=directed.authority, kind=PreStartCheck.Kind.DIRECTION)
    world.placement_directed = directed
    notified = _placement(world, basis="s29a", basis_facts={"objectives": "Calm."})
    PreStartCheck.objects.create(placement=notified, authority=notified.authority, kind=PreStartCheck.Kind.DIRECTION)
    commands.give_direction(notified, on=TODAY, report_to="Reception", reasons="Calm.", by=world.ruth, at=NOW)
    world.notified_parent = PupilContactFactory(pupil=notified.pupil, responsibility="yes", order="no")
    world.placement_notified = notified
    world.placement_checked = _checked(world, _placement(world))
    PreStartCheck.objects.filter(placement=world.placement_checked, kind="risk_plan").update(
        paper=save_made_pdf(A_PDF, "risk-plan.pdf", at=NOW)
    )
    world.placement_to_sign = _to_sign(world)
    world.placement_agreed = _placement(world, status=PlacementStatus.AGREED, starts_on=TODAY)
    world.sealed_placement = _placement(world, status=PlacementStatus.AGREED, starts_on=TODAY)
    world.sealed_placement.agreement.paper = save_made_pdf(A_PDF, "placement.pdf", at=NOW)
    world.sealed_placement.agreement.save()
    world.running = _running(world)
    world.interim = _interim(world, world.running)
    usual = commands.UsualDetailsEntry(None, None, None, None, 10, "", "The office", None, "The AP lead")
    commands.save_usual_details(world.school, usual=usual, by=world.ruth, at=NOW)
    world.finishing = _running(world, ends_on=TODAY)
    world.change_to_answer = _change(_running(world), PlacementChange.Side.PROVIDER)
    world.change_of_ours = _change(_running(world), PlacementChange.Side.BUYER)
    world.ended_placement = _ended(world)
    world.note = _note(world, world.running, world.ben, "provider")
    world.our_note = _note(world, world.running, world.ruth, "buyer")


def more(world):
    """Add one row to each list about placements."""
    one = _running(world)
    _interim(world, one)
    _placement(world)
    _change(one, PlacementChange.Side.PROVIDER)
    _ended(world)
    _marked(world, world.running, day=TODAY - timedelta(days=7 * (1 + Attendance.objects.count())))
    _review(world.running, due_on=TODAY - timedelta(days=PlacementReview.objects.count()))
    BudgetFactory(buyer=world.school)
    _note(world, world.running, world.ben, "provider")
    _note(world, one, world.ben, "provider")


def _interim(world, placement):
    sought = commands.LastingPlaceStep("special", "sent", "Chase the reply", "SEN officer", TODAY, "Oak Bank School")
    return commands.record_interim(
        placement.referral, waiting_since=TODAY - timedelta(days=35), sought=sought, by=world.ruth, at=NOW
    )


def _placement(world, *, basis="s19", basis_facts=None, **given):
    referral = ReferralFactory(
        buyer=world.school, market=world.market, status="placed", basis=basis, basis_facts=basis_facts or {}
    )
    service = ServiceFactory(member=world.member, site=world.site, places=2, places_at=NOW)
    interest = ExpressionOfInterestFactory(referral=referral, member=world.member, confirmed=True, service=service)
    made = PlacementFactory(interest=interest, **given)
    for needs in ("answer_referrals", "safeguard"):
        DisclosureGrant.objects.create(
            pupil=made.pupil, organisation=made.provider, needs=needs, stage="placed", purpose="To educate the child",
            source=made.reference, starts_at=NOW,
            ends_at=disclosure_closes_at(LAST_DAY), last_on=LAST_DAY, first_on=made.started_on, member=made.member,
        )  # fmt: skip
    return made


def _checked(world, placement):
    PreStartCheck.objects.filter(placement=placement).update(made_at=NOW, on=TODAY, said="Done.", by=world.ruth)
    return placement


def _to_sign(world):
    """Return an agreement that the provider has signed but the head has not."""
    made = _checked(world, _placement(world))
    terms = {**TERMS, "starts_on": date(2026, 3, 9)}
    for name, value in terms.items():
        setattr(made, name, value)
    made.agreement = AgreementFactory(
        kind="placement", authority=made.authority, provider=made.provider, buyer=made.buyer, to_countersign=True,
        title="Individual placement agreement", starts_on=made.starts_on, ends_on=made.ends_on,
        particulars=[{"heading": "The place", "rows": [["Site", "A farm"]]}],
    )  # fmt: skip
    made.save()
    weeks.replace_timetable(made, WEEK)
    return set_status(made, PlacementStatus.TO_SIGN)


def _running(world, **given):
    made = _placement(world, status=PlacementStatus.RUNNING, started_on=date(2026, 2, 23), budget=world.budget, **given)
    made.budget.committed += made.total
    made.budget.amount += made.total
    made.budget.save()
    Commitment.objects.create(budget=made.budget, source=made.reference, amount=made.total, made_at=NOW)
    _marked(world, made, day=date(2026, 2, 23))
    made.review = _review(made, due_on=TODAY)
    return made


def _marked(world, placement, *, day):
    return Attendance.objects.create(
        authority=placement.authority, placement=placement, day=day, session="am", mark="present",
        marked_by=world.ben, marked_at=NOW, suggested="K",
    )  # fmt: skip


def _review(placement, *, due_on):
    with born_with_status(PlacementReview, ReviewStatus.PLANNED):
        return PlacementReview.objects.create(
            authority=placement.authority, buyer=placement.buyer, placement=placement, due_on=due_on,
            status=ReviewStatus.PLANNED,
        )  # fmt: skip


def _change(placement, side):
    with born_with_status(PlacementChange, PlacementChangeStatus.PROPOSED):
        change = PlacementChange.objects.create(
            authority=placement.authority, buyer=placement.buyer, provider=placement.provider, placement=placement,
            number=1, side=side, old={"ratio": "1 to 4"}, new={"ratio": "1 to 3"}, from_on=TODAY, reason="Staff.",
            proposed_at=NOW, difference=0, status=PlacementChangeStatus.PROPOSED,
        )  # fmt: skip
    change.reference = placement.reference
    return change


def _note(world, placement, somebody, side):
    """Return a note that one side recorded today, which says that the child is somewhere else."""
    with born_with_status(DayNote, DayNoteStatus.RECORDED):
        return DayNote.objects.create(
            authority=placement.authority, buyer=placement.buyer, provider=placement.provider, placement=placement,
            side=side, kind="elsewhere", day=TODAY, time=time(10), place_kind="site", place="Yard Farm",
            decided_by="Our lead", told="The school", recorded_by=somebody, recorded_at=NOW,
            status=DayNoteStatus.RECORDED,
        )  # fmt: skip


def _ended(world):
    made = _running(world)
    Placement.objects.filter(pk=made.pk).update(ended_on=TODAY)
    made.refresh_from_db()
    set_status(made, PlacementStatus.ENDED)
    PlacementEnding.objects.create(
        authority=made.authority, placement=made, how="planned", reason="As planned.", destination="school",
        report_due_on=TODAY, made_at=NOW,
    )  # fmt: skip
    with born_with_status(FollowUp, FollowUpStatus.DUE):
        FollowUp.objects.create(
            authority=made.authority, buyer=made.buyer, placement=made, weeks=6, due_on=TODAY,
            status=FollowUpStatus.DUE,
        )  # fmt: skip
    return made
