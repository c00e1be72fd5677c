"""Step 8: the council sees requests, placements and outcomes, suspends a provider, and sees which buyers have
responded.
"""

import pytest

from calloff.cli.demo import placements
from calloff.cli.demo import referrals as asking
from calloff.members.models import Member
from calloff.monitoring.models import SuspensionNotice
from calloff.pupils.models import RecordAccess
from tests.journeys.browser_users import mail_to
from tests.journeys.personas import BRYONY, NINA, QUENTIN, RUTH, SHORE, VERA, WEST_SUSSEX
from tests.journeys.placements import join, on_roll, ready

pytestmark = pytest.mark.browser

REASON = "The fire alarm record could not be shown."


@pytest.mark.postgres15
def test_an_authority_follows_placements_and_suspends_a_provider(stage, visit):
    # given one school with a child at a provider and another child to place, and a second school whose child is about
    # to start there
    ready(stage)
    join(stage, "weald")
    bram, jasmine, dev = (on_roll(stage, key) for key in ("bram", "jasmine", "dev"))
    running = placements._begun(stage, bram, "bram", "harbour", 2)
    for week in (-3, -2, -1):
        placements._week(stage, running, week, absent="Wed" if week == -2 else "")
    asking._asked(stage, jasmine, "-1 Thu 09:30", until="1 Wed 17:00")
    placements._checked(stage, placements._confirmed(stage, dev, "nell", "harbour", 2, week=-2))

    # when someone at the council views requests and placements
    quentin = visit(QUENTIN)
    quentin.go(f"{WEST_SUSSEX.home}/referrals")
    quentin.sees("Referrals")
    quentin.reads("By stage", "Felpham Shore Academy", "Weald Edge School")
    quentin.go(f"{WEST_SUSSEX.home}/placements")
    quentin.sees("Placements")
    quentin.reads("Harbour Lane Studio Ltd", "Weald Edge School", "Current", "Checks to do")
    quentin.does_not_read("Bram", "Kestle", "Marlowe")
    quentin.follow("By provider, with cost")
    quentin.reads("Harbour Lane Studio Ltd", "£")
    quentin.go(f"{WEST_SUSSEX.home}/kpis")
    quentin.sees("How soon children start, and whether attendance improves")
    quentin.reads("There are not enough children", "Target")

    # and the SEN officer opens the record of a child about whom she was notified, and this is logged with her purpose.
    # The virtual school cannot open the record
    nina, vera = visit(NINA), visit(VERA)
    assert "Dev" not in nina.mail.subject + nina.mail.body
    nina.go(f"{WEST_SUSSEX.home}/pupils")
    nina.sees("Children you have been notified about")
    nina.reads("Weald Edge School")
    nina.does_not_read("Marlowe")
    nina.follow(dev.reference)
    nina.sees("Dev Marlowe")
    nina.reads("Purpose: ", "We have recorded that you viewed this.")
    assert RecordAccess.objects.filter(pupil=dev, by=stage.people[NINA]).exists()
    vera.go(f"{WEST_SUSSEX.home}/pupils")
    vera.reads("You have not been notified about any children.")
    assert vera.refused(nina.path)
    assert nina.refused(f"{WEST_SUSSEX.home}/pupils/{bram.reference}")

    # when the quality officer suspends the provider, then every buyer with a child there is notified, without the
    # reason
    member = Member.objects.get(provider=stage.organisations["harbour"], lot__number=2)
    quentin.go(f"{WEST_SUSSEX.home}/members/{member.reference}/suspend")
    quentin.sees("Suspend Harbour Lane Studio Ltd")
    quentin.reads("Felpham Shore Academy: 1 pupil", "Weald Edge School: 1 pupil")
    quentin.write(reason=REASON)
    quentin.choose("Yes")
    quentin.press("Suspend Harbour Lane Studio Ltd")
    quentin.reads("We have emailed 2 schools and teams, without the reason. 0 have acknowledged the notice.")
    for email in (RUTH, BRYONY):
        assert REASON not in mail_to(email).subject + mail_to(email).body

    # when one buyer reports where its child is
    ruth = visit(RUTH)
    ruth.go(ruth.mail.link)
    ruth.sees("Harbour Lane Studio Ltd is not taking placements")
    ruth.reads(running.reference, "A suspension is neutral")
    ruth.does_not_read("fire alarm")
    ruth.press("Confirm where your pupils are")
    ruth.sees("Tell the council where your pupils at Harbour Lane Studio Ltd are")
    ruth.press("Acknowledge")
    ruth.reads("There is a problem")
    ruth.write(said="He is in school today, with his keyworker. His mother knows.")
    ruth.press("Acknowledge")
    ruth.reads("Answer sent.")
    ruth.go(f"{SHORE.home}/recalls")
    ruth.sees("Providers not taking placements")

    # then the list shows which buyers have not responded, and these buyers get a reminder
    quentin.go(f"{WEST_SUSSEX.home}/providers/harbour-lane-studio-ltd/recalls")
    told = "We told 2 buyers, without giving the reason. 1 has acknowledged the notice."
    quentin.reads(told, "He is in school today")
    waiting = SuspensionNotice.objects.exclude(status="acknowledged").get()
    assert waiting.buyer == stage.organisations["weald"]
    quentin.follow("Remind Weald Edge School")
    quentin.sees("Remind Weald Edge School")
    quentin.press("Remind Weald Edge School")
    quentin.reads("Reminder sent to Weald Edge School")
    assert mail_to(BRYONY).link.endswith(f"/recalls/{waiting.pk}")
