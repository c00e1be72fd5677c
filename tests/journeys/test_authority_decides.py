"""Step 2: an authority works through its queue: allocates, declares, marks, asks, and another person decides."""

from datetime import date

import pytest

from calloff.applications.models import Part
from calloff.applications.states import PartStatus
from calloff.cli.demo import story
from calloff.cli.demo.deciding import send, write
from calloff.members.models import Member
from tests.journeys.visitors import mail_to

HOME = "/authorities/west-sussex"
WEAK = "Fits in part: it does not say how a learner online begins."


@pytest.mark.postgres15
def test_an_authority_decides(stage, visit):
    # given an application to categories 1 and 4
    story.register(stage, ["forge"])
    application = send(stage, write(stage, "forge", "IAP", (1, 4), "-2 Mon 10:00"), "forge", "-1 Mon 11:40")
    reference, record = application.reference, f"{HOME}/applications/{application.reference}"

    # when a contracts officer takes it from the queue and allocates an evaluator
    olivia = visit("olivia@westsussex.demo.example")
    olivia.go(f"{HOME}/applications")
    olivia.sees("Applications")
    olivia.reads("Old Forge Arts Ltd", "working days left")
    olivia.follow(reference)
    olivia.press("Allocate an evaluator")
    olivia.choose("Esme Farrow")
    olivia.press("Allocate")
    olivia.reads(f"Esme Farrow evaluates {reference}.")

    # and she declares that she has no interest
    esme = visit("esme@westsussex.demo.example")
    esme.go(record)
    esme.press("Declare your interests")
    esme.sees("Declare your interests in Old Forge Arts Ltd")
    esme.choose("I have nothing to declare")
    esme.press("Declare")
    esme.sees("Mark Old Forge Arts Ltd")

    # and marks what was answered, with reasons
    esme.go(f"{record}/assess/method@4")
    esme.choose("2")
    esme.press("Save and go on")
    esme.reads("Give a reason")
    esme.page.get_by_label("Reason").fill(WEAK)
    esme.press("Save and go on")
    esme.go(f"{record}/assess/legal_form")
    esme.sees("What kind of organisation are you?")
    esme.choose("Yes, it passes")
    esme.page.get_by_label("Reason").fill("It can sign in this form.")
    esme.press("Save and go on")

    # and asks the provider one thing
    esme.go(f"{record}/clarify")
    esme.page.get_by_label("What do you ask the provider?").fill("How many tutors teach online?")
    esme.press("Ask the provider")
    esme.reads("Clarification needed")
    rhys = visit("rhys@forge.demo.example")
    rhys.go(f"/providers/old-forge-arts-ltd/applications/{reference}")
    rhys.reads("How many tutors teach online?")
    rhys.press("Answer the question")
    rhys.sees("Answer the authority’s question")
    rhys.fill("Your answer", "Two, and a third from January.")
    rhys.press("Send the answer")

    # and finishes with the answer before her
    esme.go(f"{record}/assess/method@4")
    esme.reads("Two, and a third from January.")
    _marks_the_rest(esme, record)
    esme.press("Hand in your marks")
    esme.sees("Hand in your marks of Old Forge Arts Ltd")
    esme.press("Hand in your marks")
    esme.reads("Your marks are in.")
    assert Part.objects.get(application=application).status == PartStatus.FINISHED

    # then she cannot decide it herself
    esme.go(record)
    assert not esme.page.get_by_role("button", name="Decide").count()

    # when another person admits to category 1 with a condition, and refuses category 4
    priya = visit("priya@westsussex.demo.example")
    priya.go(record)
    priya.press("Decide")
    priya.sees("Decide Old Forge Arts Ltd")
    priya.page.locator('[name="lot-1"][value="admit"]').check()
    priya.page.locator('[name="reason-1"]').fill("Every condition is met, but for one that can follow.")
    priya.page.get_by_text("Conditions of admission to 1").click()
    priya.page.locator('[name="condition-1-1"]').fill("Show us a second first aid certificate.")
    priya.date("last-day-1-1", date(2026, 12, 18))
    priya.page.locator('[name="lot-4"][value="refuse"]').check()
    priya.press(f"Decide {reference}")
    priya.reads("Give a reason")
    priya.page.locator('[name="reason-4"]').fill("What is offered online scored 2; 3 is enough.")
    priya.press(f"Decide {reference}")

    # then there is one member, one agreement that names category 1 alone, and a letter with both
    [member] = Member.objects.filter(provider=stage.organisations["forge"])
    assert member.lot.number == 1
    assert [lot["number"] for lot in member.agreement.lots] == [1]
    told = mail_to("rhys@forge.demo.example")
    assert "scored" not in told.body
    rhys.go(f"/providers/old-forge-arts-ltd/applications/{reference}/decision")
    rhys.reads("What is offered online scored 2", "Show us a second first aid certificate.", "Not admitted")
    with rhys.page.expect_download() as downloading:
        rhys.page.get_by_role("main").get_by_text("PDF").first.click()
    assert downloading.value.suggested_filename == f"{reference}-decision.pdf"


def _marks_the_rest(esme, record):
    """Mark what is not marked yet, page after page: each leads on to the next, and the last to the list."""
    esme.go(f"{record}/assess")
    esme.page.locator("main li", has_text="Not yet started").first.get_by_role("link").click()
    esme.page.wait_for_url("**/assess/*")
    while not esme.path.endswith("/assess"):
        scored = esme.page.locator('[name="score"][value="4"]')
        if scored.count():
            scored.check()
        else:
            esme.choose("Yes, it passes")
        esme.page.locator('[name="reason"]').fill("The answer is clear, and enough.")
        with esme.page.expect_navigation():
            esme.press("Save and go on")
    esme.does_not_read("Not yet started")
