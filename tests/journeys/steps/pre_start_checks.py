"""Steps before the start: the checks, the placement agreement, and both signatures."""

from tests.journeys.steps.agreements import fills_in_and_signs, signs


def makes_a_check(lead, link, heading, button, words, *, on):
    lead.follow(link)
    lead.sees(heading)
    if lead.page.locator('[name="on-day"]').count():
        lead.date("on", on)
    lead.write(said=words)
    lead.press(button)
    lead.reads("Recorded checks", words)


def checks(ruth, ada, saul, placement, *, house, provider, on):
    # when each side makes its checks
    ours = f"{house.home}/placements/{placement.reference}"
    ruth.go(f"{ours}/before-start")
    ruth.reads("Checks still to do")
    ruth.go(f"{ours}/draw-up")
    assert ruth.path == f"{ours}/before-start"  # No start date can be set before the checks have been made.
    for one in (
        ("Visit recorded", "Record your visit", "Record the visit", "Two of us went. The yard is calm."),
        ("Parent informed", "Tell the parents about the placement", "Save record", "By telephone. Glad of it."),
        (
            "Risk plan",
            "Risk plan",
            "Save risk plan",
            "Let the child leave the room, provide the same adult each day, and call us early.",
        ),
        ("Council informed", "Tell West Sussex County Council", "Tell the council", "They know of him."),
    ):
        makes_a_check(ruth, *one, on=on)

    # only the provider can confirm in writing that its staff have been checked
    ada.go(f"{provider.home}/placements/{placement.reference}/confirm-staff-checks")
    ada.sees("Confirm your staff checks")
    ada.write(said="Three staff: enhanced checks and references are complete.")
    ada.tick("sure", "on")
    ada.press("Confirm in writing")
    ada.reads("Staff checks confirmed")
    ruth.go(f"{ours}/draw-up")
    assert ruth.path == f"{ours}/before-start"

    # and only the safeguarding lead can make this decision
    saul.go(f"{ours}/before-start")
    saul.follow("Safeguarding lead’s decision")
    saul.sees("Your decision as safeguarding lead")
    saul.reads("Three staff: enhanced checks", "The yard is calm")
    saul.tick("agreed", "yes")
    saul.write(said="I have read the policies and the plan.")
    saul.press("Record your decision")
    saul.reads("All checks complete")


def draws_up(ruth, house, placement):
    # when the placement agreement is prepared
    ruth.go(f"{house.home}/placements/{placement.reference}/before-start")
    ruth.follow("Placement agreement")
    ruth.sees("Prepare the placement agreement")
    ruth.reads("£124", "The agreement will use this price")
    fills_in_the_agreement(ruth, am_to="half past")
    ruth.reads("There is a problem")  # The time of day is not valid.
    ruth.sees("Prepare the placement agreement")
    ruth.write(am_to="noon")
    ruth.press("Prepare the agreement")
    ruth.reads("We have asked", "Not signed by both sides yet", "£1,116")
    placement.refresh_from_db()


def fills_in_the_agreement(lead, *, first=None, last=None, am_to="noon"):
    """Prepare an agreement for three days a week. By default, its dates come from the referral and the reply."""
    for name, day in (("starts_on", first), ("ends_on", last)):
        if day:
            lead.date(name, day)
    lead.tick("sessions", "mon-am", "mon-pm", "wed-am", "wed-pm", "fri-am", "fri-pm")
    lead.write(am_from="9:30am", am_to=am_to, pm_from="12:30pm", pm_to="2:30pm")
    lead.write(purchase_order="PO-5120", attendance_contact="The attendance office, 01632 960700")
    lead.write(attendance_time="9:45am", emergency="The AP lead, then the safeguarding lead")
    lead.press("Prepare the agreement")


def provider_signs(sian, buyer, placement):
    # when the provider's signatory signs with the emailed code
    sian.go(sian.mail.link)
    sian.sees("Placement agreement")
    signs(sian, placement.agreement.reference, "Director", "As a director")
    sian.sees("You have signed")
    sian.reads(f"{buyer} signs next.")


def buyer_signs(helen, house, placement, role, authority):
    # and the buyer's signatory signs and selects a budget
    helen.go(f"{house.home}/placements/{placement.reference}/agreement")
    helen.press("Sign this agreement")
    helen.proves_for("Sign the placement agreement")
    helen.page.get_by_label("Alternative provision: ").check()
    fills_in_and_signs(helen, placement.agreement.reference, role, authority)
    helen.sees("Both sides have signed")
