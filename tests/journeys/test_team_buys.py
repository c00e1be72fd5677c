"""Step 9: a team of Dorset's social care service buys a place for a child whom the council looks after."""

import pytest

from calloff.cli.demo import cast as demo
from calloff.cli.demo import placements, referrals
from calloff.cli.demo.services import list_services
from calloff.people.models import Organisation
from calloff.referrals.models import ExpressionOfInterest
from calloff.registers.commands import import_postcodes
from tests.journeys.browser_users import run_in_thread
from tests.journeys.conftest import NOW
from tests.journeys.personas import BLUEBELL, DORSET, HUGH, LEILA, VIOLET, PersonaOrganisation
from tests.journeys.placements import confirm, ready_in_dorset, set_a_budget
from tests.journeys.steps.applications import accepts, lets_in
from tests.journeys.steps.offers import makes_the_offer
from tests.journeys.steps.pre_start_checks import buyer_signs
from tests.journeys.steps.referrals import (
    JourneyChild,
    begins,
    begins_a_record,
    paints,
    says_basis,
    says_needs,
    says_risks,
    says_what,
)

pytestmark = pytest.mark.browser

TEAM = PersonaOrganisation("team", "Children in care team", "/buyers/children-in-care-team-dorset")
CONRAD = demo.TEAMS[1]
CELIA = demo.DemoPerson("celia@placementsdorset.demo.example", "Celia Hardwick", "team")
CARYS = demo.DemoPerson("carys@placementsdorset.demo.example", "Carys Fell", "team")
EWAN = JourneyChild("Ewan", "Larkrise", "-730 Tue")  # fourteen
FORBIDDEN = 403
WHY = "The only one that works with children who have moved home often."


@pytest.mark.usefixtures("unhurried")
def test_a_social_care_team_buys_a_place(stage, visit, when):
    # given two providers in Dorset's market, one of which offers therapy
    import_postcodes(at=NOW, areas=["BH"])
    ready_in_dorset(stage, bluebell=(1, 2), chalk=(2, 4))
    list_services(stage, "bluebell", "-6 Wed 09:30")
    stage.meet(CONRAD)

    # when an officer creates the team, and its first person invites the others
    hugh, conrad = visit(HUGH), visit(CONRAD.email)
    hugh.go(f"{DORSET.home}/teams")
    hugh.sees("Teams")
    hugh.press("Add a team")
    hugh.proves_for("Add a team")
    hugh.write(name=TEAM.name, email=CONRAD.email)
    hugh.tick("role", "commissioner")
    hugh.press("Add team")
    hugh.reads(f"{TEAM.name} added. We have invited the first person.")
    run_in_thread(accepts, CONRAD.email)
    stage.organisations["team"] = Organisation.objects.get(name=TEAM.name)
    lets_in(conrad, TEAM, CELIA, "Head or signatory", stage)
    lets_in(conrad, TEAM, CARYS, "Designated safeguarding lead", stage)
    set_a_budget(stage, "team", "0 Wed 10:05")

    # then the team can ask providers without a Partnership Agreement
    conrad.go(f"{TEAM.home}/agreements/for/dap")
    conrad.reads("Council teams do not need a Partnership Agreement. You can already ask providers for places.")

    # when the child is recorded, with the council that looks after the child
    pupil = begins_a_record(conrad, stage, TEAM, EWAN, postcode="BH15 1BY")
    says_needs(conrad, "E")
    conrad.date("ehc_plan_on", stage.on("-40 Tue"))
    conrad.press("Save")
    conrad.go(f"{TEAM.home}/pupils/{pupil.reference}")
    conrad.follow("Change care and agencies")
    conrad.write(looked_after_by="Dorset Council")
    conrad.press("Save")
    conrad.follow("Change risks and health")
    says_risks(conrad)
    conrad.sees(EWAN.name)

    # and providers on a shortlist are asked under the Children Act, with the reason that this market requires
    referral = begins(conrad, TEAM, pupil, stage.markets["DAP"].lots.get(number=2), "children_act")
    draft = f"{TEAM.home}/referrals/{referral.reference}"
    says_basis(conrad, "Children Act 1989", stage.on("0 Tue"), section="Section 20")
    says_what(conrad, stage.on("2 Mon"), stage.on("11 Fri"))
    paints(conrad, "Poole", "Draws and rides. He has moved home often, and trusts slowly.")
    conrad.go(f"{draft}/who")
    conrad.sees("Providers to ask")
    conrad.choose("A shortlist")
    conrad.choose(BLUEBELL.name)
    conrad.press("Save and continue")
    conrad.go(f"{draft}/ask")
    conrad.press("Ask ")
    conrad.reads("There is a problem")
    conrad.go(f"{draft}/who")
    conrad.write(reason=WHY)
    conrad.press("Save and continue")
    conrad.go(f"{draft}/ask")
    conrad.reads(BLUEBELL.name)
    conrad.press("Ask ")
    conrad.sees("Your referral has been sent")
    referral.refresh_from_db()
    assert [one.provider.name for one in ExpressionOfInterest.objects.filter(referral=referral)] == [BLUEBELL.name]

    # when a provider has replied, then it gets the offer with a reason, and confirms the place
    referrals._reply(stage, referral, "bluebell", "0 Thu 11:00")
    when("0 Fri 10:00")
    conrad.sign_in()
    conrad.go(f"{draft}/replies")
    makes_the_offer(conrad, BLUEBELL, WHY)
    placement = confirm(stage, referral, "bluebell", "0 Fri 14:00")

    # when the checks are made, then the virtual school, which was notified, opens the child's record, and the quality
    # officer can see the placement but not who the child is
    placements._checked(stage, placement, stage.when("1 Mon 10:00"))
    drawn = placements._drawn(stage, placement, ("mon",), starts_on=stage.on("2 Mon"), at=stage.when("1 Mon 12:00"))
    run_in_thread(placements._signed, stage, drawn, at=stage.when("1 Mon 15:00"))
    when("1 Tue 10:00")
    violet, leila = visit(VIOLET), visit(LEILA)
    violet.go(f"{DORSET.home}/pupils")
    violet.follow(pupil.reference)
    violet.sees(EWAN.name)
    violet.reads("Purpose: ", "We have recorded that you viewed this.")
    leila.go(f"{DORSET.home}/placements")
    leila.reads(TEAM.name, BLUEBELL.name)
    leila.does_not_read(*EWAN[:2])
    assert leila.page.request.get(f"{DORSET.home}/pupils/{pupil.reference}").status == FORBIDDEN

    # and when the team's signatory has signed, then the placement is agreed and its cost is committed from the team's
    # budget
    placement.refresh_from_db()
    celia = visit(CELIA.email)
    buyer_signs(celia, TEAM, placement, "Service manager", "Under the scheme of delegation")
    celia.go(f"{TEAM.home}/budget")
    celia.reads("£20,580 left of £24,000")
    placement.refresh_from_db()
    assert placement.status == "agreed"
