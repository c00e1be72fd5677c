"""Steps from the replies to the confirmed place: an offer to one provider, the full details, and meeting the child."""

from calloff.placements.models import Placement
from calloff.pupils.models import RecordAccess
from calloff.referrals.models import ExpressionOfInterest
from tests.journeys.steps.referrals import CONCERN

SHOWN = "Three days at the bench in a group of four, with one adult who stays the same."


def is_interested(ada, stage, house, referral):
    # when a provider follows the link in that email, and says what it can offer
    ada.go(ada.mail.link)
    ada.sees("Invitation")
    ada.reads("He mends bicycles", "Only the provider that receives the offer will see")
    ada.does_not_read("Felpham Shore", "Farthingale")
    interest = ExpressionOfInterest.objects.get(referral=referral, provider=stage.organisations[house.key])
    assert ada.refused(f"{house.home}/invitations/{interest.reference}/pack")
    ada.press("We are interested")
    ada.sees("What can you offer?")
    ada.page.get_by_label("Boat and bench: £124").check()
    ada.date("start_on", stage.on("2 Mon"))
    for day in ("Monday", "Wednesday", "Friday"):
        for half in ("morning", "afternoon"):
            ada.page.get_by_label(f"{day} {half}", exact=True).check()
    ada.write(am_from="9:30am", am_to="noon", pm_from="12:30pm", pm_to="2:30pm", message=SHOWN)
    ada.press("Continue")
    ada.sees("Check your reply")
    ada.reads("£124", SHOWN)
    ada.press("Send reply")
    ada.sees("Reply sent")
    return interest


def offers(ruth, house, other):
    # when the school compares the replies, and offers the place to one provider with a reason
    ruth.go(ruth.mail.link)
    ruth.sees("Replies")
    ruth.reads(house.name, other.name, SHOWN, "£372", "We work out “A week”")
    makes_the_offer(ruth, house, "The closest fit to the outcomes, and twenty minutes by train.")


def makes_the_offer(lead, house, reason):
    lead.follow(f"Make conditional offer to {house.name}")
    lead.sees(f"Make conditional offer to {house.name}")
    lead.press("Make conditional offer")
    lead.reads("There is a problem")  # The form was submitted without a reason.
    lead.write(reason=reason)
    if lead.page.locator('[name="urgent_reason"]').count():
        lead.write(urgent_reason="The child has had no education for a week.")
    if lead.page.locator('[name="fit_reason"]').count():
        lead.write(fit_reason="We visited with the family, and the group suits this child.")
    lead.press("Make conditional offer")
    lead.reads(f"Conditional offer sent to {house.name}")


def guards(petra, ada, house, interest):
    # then only the provider's safeguarding lead can see child protection information
    invitation = f"{house.home}/invitations/{interest.reference}"
    petra.go(invitation)
    petra.press("Child protection information")
    petra.proves_for("Child protection information")
    petra.reads(CONCERN)
    assert ada.refused(f"{invitation}/protection")


def confirms(ada, fern, stage, interest, *, house, other):
    # when the provider with the offer opens the full details, it sees who the child is, and the view is logged
    invitation = f"{house.home}/invitations/{interest.reference}"
    ada.go(invitation)
    ada.reads("Felpham Shore Academy has offered you the place.")
    ada.press("View the full details")
    ada.sees("Full pack")
    ada.reads("Jonty", "Ottilie Farthingale", "A way out of the room helps.")
    ada.does_not_read("Unique pupil number", CONCERN)
    assert RecordAccess.objects.filter(by=stage.people[ada.email], what=RecordAccess.What.PACK).exists()

    # but the other provider that was interested cannot open them, and its attempt is also logged
    theirs = ExpressionOfInterest.objects.get(referral=interest.referral, provider=stage.organisations[other.key])
    fern.go(f"{other.home}/invitations/{theirs.reference}")
    fern.does_not_read("Felpham", "Jonty")
    assert fern.refused(f"{other.home}/invitations/{theirs.reference}/pack")
    assert RecordAccess.objects.filter(by=stage.people[fern.email], what=RecordAccess.What.REFUSED).exists()

    # when the provider has met the child and confirms the place
    ada.go(invitation)
    ada.press("Record that you met the child")
    ada.sees("Record that you met the child")
    ada.press("Record the meeting")
    ada.reads("You met the child on")
    ada.press("Confirm the place")
    ada.sees("Confirm the place")
    ada.reads("The start date is not agreed until all checks are complete.")
    ada.press("Confirm the place")
    ada.sees("from Felpham Shore Academy")
    ada.reads("The child cannot start yet")

    # then the other provider gets a thank-you email and can no longer see the request
    assert "This request has closed" in fern.mail.subject
    fern.go(f"{other.home}/invitations/{theirs.reference}")
    fern.does_not_read("He mends bicycles")
    return Placement.objects.get()
