"""Steps 3 to 7, by eight people in one run: a child is recorded, asked for without a name, offered, checked, agreed,
taught, reviewed, and goes back to school.
"""

from calloff.cli.demo import referrals as demo
from calloff.placements.models import Placement
from calloff.pupils.models import Read
from calloff.referrals.models import Interest
from tests.journeys.asking import CONCERN, asks, protects, records
from tests.journeys.placing import ADA, BEN, FERN, HELEN, PETRA, PROVIDER, RUTH, SAUL, SCHOOL, SIAN, ready
from tests.journeys.visitors import code_in, mail_to

SHOWN = "Three days at the bench in a group of four, with one adult who stays the same."


def test_a_child_is_placed(stage, visit, when, settings):
    settings.SIGNING_IN_COUNTS_FOR = 0  # as if each had read for a while before they sign
    # given approved providers, and a school that has signed
    ready(stage)

    ruth, ada = visit(RUTH), visit(ADA)
    pupil = records(ruth, stage)
    protects(visit(SAUL), pupil)
    referral = asks(ruth, stage, pupil)
    when("0 Thu 09:30")
    interest = _is_interested(ada.sign_in(ADA), stage, referral)
    when("0 Fri 09:00")
    _offers(ruth.sign_in(RUTH))
    _guards(visit(PETRA), ada.sign_in(ADA), interest)
    placement = _confirms(ada, visit(FERN), stage, interest)
    when("1 Mon 10:00")
    _checks(ruth.sign_in(RUTH), ada.sign_in(ADA), visit(SAUL), stage, placement)
    _draws_up(ruth, placement)
    when("1 Wed 10:00")
    _sign(visit(SIAN), visit(HELEN), placement)
    when("2 Mon 10:00")
    _comes(visit(BEN), visit(HELEN), placement)
    when("2 Wed 10:00")
    _is_absent(visit(BEN), ruth.sign_in(RUTH), placement)
    _plans_a_review(ruth, stage)
    when("3 Fri 13:00")
    _holds_it(ruth.sign_in(RUTH), stage, placement)
    when("4 Fri 15:00")
    _ends(ruth.sign_in(RUTH), ada.sign_in(ADA), stage, placement)


def _is_interested(ada, stage, referral):
    # when a provider comes from that email, and says how it would take the child
    ada.go(mail_to(ADA).link)
    ada.sees("Invitation")
    ada.reads("He mends bicycles", "is told to the one provider that is made an offer")
    ada.does_not_read("Felpham Shore", "Farthingale")
    interest = Interest.objects.get(referral=referral, provider=stage.organisations["harbour"])
    assert ada.refused(f"{PROVIDER}/invitations/{interest.reference}/pack")
    ada.press("We are interested")
    ada.sees("How would you take the child?")
    ada.page.get_by_label("Boat and bench: £124").check()
    ada.date("start_on", stage.on("2 Mon"))
    ada.write(hours="15", timetable="Monday, Wednesday and Friday, 9:30am to 2:30pm", message=SHOWN)
    ada.press("Continue")
    ada.sees("Check your reply")
    ada.reads("£124", SHOWN)
    ada.press("Send our reply")
    ada.sees("Your reply is sent")
    demo._reply(stage, referral, "downland", "0 Thu 11:00")  # so does another
    return interest


def _offers(ruth):
    # when the school compares the replies, and offers the place to one with a reason
    ruth.go(mail_to(RUTH).link)
    ruth.sees("Referral to Vocational Opportunities")
    ruth.reads("Harbour Lane Studio Ltd", "Downland Forest Learning CIC", SHOWN, "£372", "“A week” puts prices")
    ruth.follow("Make the offer to Harbour Lane Studio Ltd")
    ruth.sees("Offer the place to Harbour Lane Studio Ltd")
    ruth.press("Make the conditional offer")
    ruth.reads("There is a problem")
    ruth.write(reason="The closest fit to the outcomes, and twenty minutes by train.")
    ruth.press("Make the conditional offer")
    ruth.reads("Harbour Lane Studio Ltd has the conditional offer.")


def _guards(petra, ada, interest):
    # then what protects the child goes to the provider's safeguarding lead, and to nobody else there
    invitation = f"{PROVIDER}/invitations/{interest.reference}"
    petra.go(invitation)
    petra.press("What protects the child")
    petra.sees("What protects the child")
    petra.reads(CONCERN)
    assert ada.refused(f"{invitation}/protection")


def _confirms(ada, fern, stage, interest):
    # when the provider with the offer opens the pack, it reads who the child is, which is on record
    invitation = f"{PROVIDER}/invitations/{interest.reference}"
    ada.go(invitation)
    ada.reads("Felpham Shore Academy offers you the place.")
    ada.press("Open the full pack")
    ada.sees("Full pack")
    ada.reads("Jonty", "Ottilie Farthingale", "A way out of the room helps.")
    ada.does_not_read("Unique pupil number", CONCERN)
    assert Read.objects.filter(by=stage.people[ADA], what=Read.What.PACK).exists()

    # but the other that is interested does not, and its try is on record too
    other = Interest.objects.get(referral=interest.referral, provider=stage.organisations["downland"])
    fern.go(f"/providers/downland-forest-learning-cic/invitations/{other.reference}")
    fern.does_not_read("Felpham", "Jonty")
    assert fern.refused(f"/providers/downland-forest-learning-cic/invitations/{other.reference}/pack")
    assert Read.objects.filter(by=stage.people[FERN], what=Read.What.REFUSED).exists()

    # when it has met the child and confirms
    ada.go(invitation)
    ada.press("Record that you met the child")
    ada.sees("Record that you met the child")
    ada.press("Record the meeting")
    ada.reads("You met the child on")
    ada.press("Confirm the place")
    ada.sees("Confirm the place")
    ada.reads("No start date is agreed until every check is made.")
    ada.press("Confirm the place")
    ada.sees("Placement for Felpham Shore Academy")
    ada.reads("The child cannot start yet")

    # then the other is thanked and sees no more
    assert "thank you" in mail_to(FERN).subject
    fern.go(f"/providers/downland-forest-learning-cic/invitations/{other.reference}")
    fern.does_not_read("He mends bicycles")
    return Placement.objects.get()


def _checks(ruth, ada, saul, stage, placement):
    # when each makes the checks that are theirs
    ours = f"{SCHOOL}/placements/{placement.reference}"
    ruth.go(f"{ours}/before-start")
    ruth.reads("Not yet, because:")
    ruth.go(f"{ours}/draw-up")
    assert ruth.path == f"{ours}/before-start"  # no start date before the checks
    for link, heading, button, words in (
        (
            "Visit recorded",
            "Record your visit",
            "Record the visit",
            "Two of us went. The yard is calm, and exits are in sight.",
        ),
        ("Parent told", "The parent is told", "Record it", "By telephone. Glad of it."),
        ("Risk plan", "The risk plan", "Keep the risk plan", "A way out of the room; the same adult; ring us early."),
        ("Authority told", "Tell West Sussex County Council", "Tell the authority", "They know of him."),
    ):
        ruth.follow(link)
        ruth.sees(heading)
        if ruth.page.locator('[name="on-day"]').count():
            ruth.date("on", stage.on("1 Mon"))
        ruth.write(said=words)
        ruth.press(button)
        ruth.reads("What is recorded", words)

    # the staff checks are the provider's to confirm, in writing
    ada.go(f"{PROVIDER}/placements/{placement.reference}/confirm-staff-checks")
    ada.sees("Confirm your staff checks")
    ada.write(said="Three staff: enhanced checks and references are complete.")
    ada.tick("sure", "on")
    ada.press("Confirm in writing")
    ada.reads("It is confirmed")
    ruth.go(f"{ours}/draw-up")
    assert ruth.path == f"{ours}/before-start"

    # and the decision is the safeguarding lead's alone
    saul.go(f"{ours}/before-start")
    saul.follow("Decision of the buyer's safeguarding lead")
    saul.sees("Your decision as safeguarding lead")
    saul.reads("Three staff: enhanced checks", "The yard is calm")
    saul.tick("agreed", "yes")
    saul.write(said="I have read the policies and the plan.")
    saul.press("Record your decision")
    saul.reads("Every check is made")


def _draws_up(ruth, placement):
    # when the placement agreement is drawn up
    ruth.go(f"{SCHOOL}/placements/{placement.reference}/before-start")
    ruth.follow("Placement agreement")
    ruth.sees("Draw up the placement agreement")
    ruth.reads("£124", "That price is in the agreement, and stays")
    ruth.tick("sessions", "mon-am", "mon-pm", "wed-am", "wed-pm", "fri-am", "fri-pm")
    ruth.write(am_from="9:30am", am_to="half past", pm_from="12:30pm", pm_to="2:30pm")
    ruth.write(purchase_order="PO-5120", attendance_contact="The attendance office, 01632 960700")
    ruth.write(attendance_time="9:45am", emergency="The AP lead, then the safeguarding lead")
    ruth.press("Draw up the agreement")
    ruth.reads("There is a problem")  # that is no time
    ruth.sees("Draw up the placement agreement")
    ruth.write(am_to="noon")
    ruth.press("Draw up the agreement")
    ruth.reads("is asked to sign", "Not agreed yet", "£1,116")


def _sign(sian, helen, placement):
    # when the provider's signatory signs with the code from an email
    placement.refresh_from_db()
    reference = placement.agreement.reference
    sian.go(mail_to(SIAN).link)
    sian.sees("Placement agreement")
    sian.press("Sign this agreement")
    sian.confirm(SIAN)
    sian.press("Email me a code")
    sian.fill("Your role", "Director")
    sian.fill("By what authority you sign", "As a director")
    sian.fill("Code", code_in(mail_to(SIAN)))
    sian.press(f"Sign {reference}")
    sian.sees("You have signed")
    sian.reads("Felpham Shore Academy signs next.")

    # and the head countersigns, against a budget
    helen.go(f"{SCHOOL}/placements/{placement.reference}/agreement")
    helen.press("Sign this agreement")
    helen.confirm(HELEN)
    helen.sees("Sign the placement agreement")
    helen.press("Email me a code")
    helen.page.get_by_label("Alternative provision: ").check()
    helen.fill("Your role", "Headteacher")
    helen.fill("By what authority you sign", "Delegated by the governors")
    helen.fill("Code", code_in(mail_to(HELEN)))
    helen.press(f"Sign {reference}")

    # then it is agreed, and what it costs is committed
    helen.sees("Agreed by both sides")
    helen.reads("£1,116")
    helen.go(f"{SCHOOL}/budget")
    helen.reads("£22,884")


def _comes(ben, helen, placement):
    # when the provider takes the register of the first morning, on a phone
    ben.page.set_viewport_size({"width": 320, "height": 640})
    _marks(ben, placement, "late", "30 November 2026", minutes="20")
    ben.reads("Register saved: 1 present, 0 absent.")
    assert ben.page.evaluate("document.documentElement.scrollWidth") <= 320

    # then the head sees who is off site now
    helen.go(f"{SCHOOL}/off-site-now")
    helen.sees("Pupils off site now")
    helen.reads("Late by 20 minutes", "Harbour Lane Studio Ltd")


def _is_absent(ben, ruth, placement):
    # when the child does not come, then the school is told on the same day, by reference alone
    _marks(ben, placement, "absent", "2 December 2026", cause="ill")
    ben.reads("Register saved: 0 present, 1 absent. The school knows.")
    told = mail_to(RUTH)
    assert told.subject == f"Absent today: {placement.reference}"
    assert "Farthingale" not in told.body
    assert "Jonty" not in told.body

    # and the school confirms the codes that are suggested
    ruth.go(f"{SCHOOL}/placements/{placement.reference}/register")
    ruth.reads("Late by 20 minutes", "Absent: ill")
    ruth.sees("Placement")
    ruth.press("Confirm the codes")
    ruth.reads("2 codes are confirmed.")


def _plans_a_review(ruth, stage):
    # when one more review is planned
    ruth.follow("Reviews")
    ruth.press("Plan one more review")
    ruth.date("due_on", stage.on("3 Fri"))
    ruth.press("Plan the review")
    ruth.reads("The review is planned.")


def _holds_it(ruth, stage, placement):
    # and held, then it is written up
    ruth.go(f"{SCHOOL}/placements/{placement.reference}/reviews")
    ruth.press("Write up the review")
    ruth.sees("Write up the review")
    ruth.date("held_on", stage.on("3 Fri"))
    ruth.write(present="AP lead, provider, mother, the child", found="He is there, and he works.")
    ruth.write(child_views="“I like it when it is quiet.”")
    ruth.tick("decision", "go_on")
    ruth.tick("outcome-0", "partly")
    ruth.tick("outcome-1", "yes")
    ruth.press("Write up the review")
    ruth.reads("He is there, and he works.", "Partly met")


def _marks(ben, placement, mark, day, **more):
    key = placement.reference
    ben.go(f"{PROVIDER}/register")
    ben.sees("Morning of")
    ben.reads("0 of 1 marked")
    ben.tick(f"mark-{key}", mark)
    ben.page.get_by_text("Minutes, or why absent").click()
    ben.write(**{f"{name}-{key}": value for name, value in more.items()})
    ben.press("Save the register")
    ben.sees(day)


def _ends(ruth, ada, stage, placement):
    # when it ends as planned, with what came of it
    ours, theirs = (f"{home}/placements/{placement.reference}" for home in (SCHOOL, PROVIDER))
    ada.go(f"{theirs}/pupil")
    ada.sees("Who the child is")
    ruth.go(ours)
    ruth.follow("End it as planned")
    ruth.sees("End the placement as planned")
    ruth.date("last_day", stage.on("4 Fri"))
    ruth.tick("destination", "school")
    ruth.tick("outcome-0", "partly")
    ruth.tick("outcome-1", "yes")
    ruth.write(reason="He comes back to school in January.")
    ruth.press("End the placement")
    ruth.reads("has ended", "Back at the same school", "Partly met", "After 6 weeks", "After 12 weeks")

    # then the provider sees the child no more, and sends its exit report
    assert ada.refused(f"{theirs}/pupil")
    ada.go(f"{theirs}/ending")
    ada.press("Write the exit report")
    ada.sees("Send the exit report")
    ada.write(report="He finished one unit and began another. What helped: one adult, a quiet start.")
    ada.press("Send the exit report")
    ruth.go(f"{ours}/ending")
    ruth.sees("Placement")
    ruth.reads("He finished one unit and began another.")
