"""Steps 5 and 7: an off-site direction with its notice, a change that both sides agree, an early end, and the
outcome.
"""

import pytest

from calloff.cli.demo import placements
from calloff.placements.models import Placement
from tests.journeys.personas import ADA, HARBOUR, HELEN, RUTH, SHORE
from tests.journeys.placements import agreed, answered, asked, on_roll, ready
from tests.journeys.steps.endings import says_how_it_ended
from tests.journeys.steps.pre_start_checks import fills_in_the_agreement
from tests.journeys.steps.referrals import begins, says_basis

pytestmark = pytest.mark.browser

REASONS = "He has left four lessons this week, and a smaller group has helped before."


def test_an_off_site_direction_is_changed_and_then_ends_early(stage, visit, when):
    # given a school with a child on roll
    ready(stage)
    pupil = on_roll(stage, "bram")

    # when its AP lead starts a referral for an off-site direction, then the notice gives the earliest start date
    ruth = visit(RUTH)
    referral = begins(ruth, SHORE, pupil, stage.markets["IAP"].lots.get(number=2), "s29a")
    said = {"notice_on": stage.on("0 Thu"), "objectives": "To come back without shouting."}
    says_basis(ruth, "Off-site direction to improve behaviour", stage.on("0 Wed"), **said)
    ruth.go(f"{SHORE.home}/referrals/{referral.reference}")
    ruth.reads("First day the placement can start", "Monday 23 November 2026")

    # given a provider that was asked, got the offer and confirmed, and all other checks
    asked(stage, referral, "0 Wed 10:30", placements.PEN_PICTURES["bram"], until="0 Thu 12:00")
    placement = answered(stage, referral, "harbour", "0 Wed 11:00", confirmed="0 Thu 09:30")
    ours = f"{SHORE.home}/placements/{placement.reference}"
    when("0 Thu 11:00")
    ruth.sign_in()
    ruth.go(f"{ours}/before-start")
    ruth.follow("Off-site direction notice")
    ruth.sees("Give notice of the off-site direction")
    ruth.reads("To come back without shouting.")
    ruth.write(reasons=REASONS)
    ruth.date("on", stage.on("0 Thu"))
    ruth.press("Record notice")
    ruth.reads("Recorded checks", REASONS)
    placements._checked(stage, placement, stage.when("0 Thu 12:00"))

    # when she prepares the agreement with a first day too soon after the notice, then the page says so
    when("0 Fri 09:00")
    ruth.sign_in()
    ruth.go(f"{ours}/draw-up")
    fills_in_the_agreement(ruth, first=stage.on("0 Fri"), last=stage.on("3 Fri"))
    ruth.reads("There is a problem", "Monday 23 November 2026")
    ruth.date("starts_on", stage.on("1 Mon"))
    ruth.press("Prepare the agreement")
    ruth.reads("We have asked", "The notice to the parents is out of date (last day, days and times)")

    # then she gives the parents a new notice, with the last day and the times from the agreement
    ruth.go(f"{ours}/before-start")
    ruth.reads("The notice to the parents is out of date", "Friday 11 December 2026")
    ruth.follow("Give a new notice")
    ruth.date("on", stage.on("0 Fri"))
    ruth.press("Record notice")
    ruth.does_not_read("out of date")
    agreed(stage, placement, "0 Fri")
    placements._week(stage, placement, 1, absent="Wed")

    # when she proposes to extend the placement, then the page says that this costs more and that the head must
    # decide, and the head does so
    when("2 Mon 10:00")
    ruth.sign_in()
    ruth.go(ours)
    ruth.follow("Propose a change")
    _proposes_to_extend(ruth, stage)
    ruth.reads("This costs £496 more, so only someone who signs for Felpham Shore Academy can agree to it")
    helen = visit(HELEN)
    helen.go(f"{ours}/changes")
    helen.press("Propose a change")
    _proposes_to_extend(helen, stage)

    # then nothing changes until the provider agrees
    helen.reads("Nothing will change until", "Friday 11 December 2026", "Friday 18 December 2026")
    assert Placement.objects.get().ends_on == stage.on("3 Fri")
    ada = visit(ADA)
    ada.go(ada.mail.link)
    ada.sees("Changes")
    ada.press("Agree to the change")
    ada.sees("Agree to the change")
    ada.reads("He is half way to his unit.")
    ada.press("Agree to the change")
    ada.reads("Change agreed")
    assert Placement.objects.get().ends_on == stage.on("4 Fri")

    # when the placement breaks down, and she ends it early, using a phone
    when("2 Wed 16:00")
    ruth.sign_in()
    ruth.page.set_viewport_size({"width": 320, "height": 640})
    ruth.go(ours)
    ruth.follow("End this placement")
    ruth.tick("happened", "end_early")
    ruth.press("Continue")
    ruth.sees("End the placement early")
    says_how_it_ended(ruth, stage.on("2 Wed"), "school", "The noise of the yard was too much for him.")
    ruth.reads("ended. We have told", "Back at the same school", "After 6 weeks", "After 12 weeks")
    assert ruth.page.evaluate("document.documentElement.scrollWidth") <= 320
    ada.sign_in()
    assert ada.refused(f"{HARBOUR.home}/placements/{placement.reference}/pupil")

    # then she records how the child is doing after six weeks and after twelve weeks
    for weeks, said, sustained, found in (
        (6, "8 Wed 10:00", "yes", "In every lesson but two."),
        (12, "14 Wed 10:00", "no", "He stays away again on Mondays."),
    ):
        when(said)
        ruth.sign_in()
        ruth.go(f"{ours}/ending")
        ruth.press("Record how the pupil is doing")
        ruth.sees(f"{weeks} weeks after the placement ended")
        ruth.date("done_on", stage.on(said[:-6]))
        ruth.tick("destination", "school")
        ruth.tick("sustained", sustained)
        ruth.write(found=found)
        ruth.press("Save record")
        ruth.reads("Check recorded", found)
    ruth.sees("After the end")


def _proposes_to_extend(somebody, stage):
    somebody.sees("Propose a change")
    somebody.date("ends_on", stage.on("4 Fri"))
    somebody.date("from_on", stage.on("2 Mon"))
    somebody.write(reason="He is half way to his unit.")
    somebody.press("Propose the change")
