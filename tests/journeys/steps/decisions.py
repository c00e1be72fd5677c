"""Steps for an authority and an application: assign it, declare interests, score it, ask a question, and decide."""

from calloff.applications.models import EvaluatorAssignment
from calloff.applications.states import AssignmentStatus
from calloff.members.models import Member
from tests.journeys.personas import WEST_SUSSEX

WEAK = "Fits in part: it does not say how a learner begins here."


def _record(application):
    return f"{WEST_SUSSEX.home}/applications/{application.reference}"


def allocates(olivia, application, house):
    # when a contracts officer assigns an evaluator to an application in the queue
    olivia.go(f"{WEST_SUSSEX.home}/applications")
    olivia.sees("Applications")
    olivia.reads(house.name, "working days left")
    olivia.follow(application.reference)
    olivia.press("Allocate an evaluator")
    olivia.choose("Esme Farrow")
    olivia.press("Allocate")
    olivia.reads(f"Esme Farrow will evaluate {application.reference}.")


def marks(esme, ada, application, house):
    # and the evaluator declares that she has no conflict of interest
    record = _record(application)
    esme.go(record)
    esme.press("Declare your interests")
    esme.sees(f"Declare your interests in {house.name}")
    esme.choose("I have nothing to declare")
    esme.press("Declare")
    esme.sees(f"Mark {house.name}")

    # and she scores the answers, giving a reason for each, as required
    esme.go(f"{record}/assess/method@1")
    esme.choose("2")
    esme.press("Save and continue")
    esme.reads("Enter a reason")
    esme.page.get_by_label("Reason").fill(WEAK)
    esme.press("Save and continue")
    esme.go(f"{record}/assess/legal_form")
    esme.sees("What kind of organisation are you?")
    esme.choose("Yes, it passes")
    esme.page.get_by_label("Reason").fill("It can sign in this form.")
    esme.press("Save and continue")
    _clarifies(esme, ada, application, house)

    # and she finishes scoring after reading the reply
    esme.go(f"{record}/assess/method@1")
    esme.reads("Two, and a third from January.")
    _marks_the_rest(esme, record)
    esme.press("Submit your marks")
    esme.sees(f"Submit your marks for {house.name}")
    esme.press("Submit your marks")
    esme.reads("You have submitted your marks.")
    assert EvaluatorAssignment.objects.get(application=application).status == AssignmentStatus.FINISHED

    # then she cannot decide the application herself
    esme.go(record)
    assert not esme.page.get_by_role("button", name="Decide").count()


def _clarifies(esme, ada, application, house):
    # and she asks the provider one question
    esme.go(f"{_record(application)}/clarify")
    esme.page.get_by_label("What do you want to ask the provider?").fill("How many of you begin with a new learner?")
    esme.press("Ask clarification question")
    esme.reads("Clarification needed")
    ada.go(f"{house.home}/applications/{application.reference}")
    ada.reads("How many of you begin with a new learner?")
    ada.press("Answer the question")
    ada.sees("Answer the council’s question")
    ada.fill("Your answer", "Two, and a third from January.")
    ada.press("Send the answer")


def _marks_the_rest(esme, record):
    """Score all answers that have no score yet, page by page, until the last page leads back to the list."""
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
            esme.press("Save and continue")
    esme.does_not_read("Not yet started")


def decides(priya, ada, application, house, *, until):
    # when another person admits the provider to category 2 with a condition, and refuses category 1
    priya.go(_record(application))
    priya.press("Decide")
    priya.proves_for(f"Decide {house.name}")
    priya.tick("lot-2", "admit")
    priya.write(**{"reason-2": "Every condition is met, but for one that can follow."})
    priya.page.get_by_text("Conditions of admission to 2").click()
    priya.write(**{"condition-2-1": "Show us a second first aid certificate."})
    priya.date("last-day-2-1", until)
    priya.tick("lot-1", "refuse")
    priya.press(f"Decide {application.reference}")
    priya.reads("Enter a reason")
    priya.write(**{"reason-1": "How a learner begins scored 2; 3 is enough."})
    priya.press(f"Decide {application.reference}")

    # then there is one member, an agreement for category 2 only, and a letter about both categories
    priya.reads(application.reference)
    [member] = Member.objects.filter(provider__name=house.name)
    assert member.lot.number == 2
    assert [lot["number"] for lot in member.agreement.lots] == [2]
    assert "scored" not in ada.mail.body
    ada.go(f"{house.home}/applications/{application.reference}/decision")
    ada.reads("How a learner begins scored 2", "Show us a second first aid certificate.", "Not admitted")
    with ada.page.expect_download() as downloading:
        ada.page.get_by_role("main").get_by_text("PDF").first.click()
    assert downloading.value.suggested_filename == f"{application.reference}-decision.pdf"
    return member
