"""Step 1, after submission: two people change an answer and submit again, and another application is withdrawn."""

import pytest

from calloff.applications.jobs import make_copy
from calloff.cli.demo import cast as demo
from calloff.cli.demo import story
from calloff.cli.demo.application_decisions import submit_application, write_application
from calloff.cli.demo.colleagues import bring_in
from calloff.people.permissions import Role
from tests.journeys.browser_users import run_in_thread
from tests.journeys.personas import KITE, MEI
from tests.journeys.steps.applications import starts

pytestmark = pytest.mark.browser

BEN = demo.DemoPerson("ben@kite.demo.example", "Ben Achterberg", "kite")


def test_an_application_can_be_changed_after_submission(stage, visit):
    # given an application that a provider has submitted, and two people at that provider
    story.register(stage, ["kite"])
    application = submit_application(
        stage, write_application(stage, "kite", "IAP", (1, 4), "-1 Mon 10:00"), "kite", "-1 Tue 11:40"
    )
    bring_in(
        stage.organisations["kite"], stage.meet(BEN), [Role.PROVIDER_LEAD], by=stage.lead("kite"),
        at=stage.when("-1 Mon 09:00"),
    )  # fmt: skip
    mei, ben = visit(MEI), visit(BEN.email)
    record = f"{KITE.home}/applications/{application.reference}"

    # when one person downloads the copy as a PDF, and then changes an answer
    run_in_thread(make_copy, version_pk=application.version_id)
    mei.go(f"{record}/versions")
    with mei.page.expect_download() as downloading:
        mei.page.get_by_role("main").get_by_role("link", name="PDF").first.click()
    assert downloading.value.path().read_bytes().startswith(b"%PDF-")
    mei.go(record)
    mei.press("Change this application")
    mei.sees("Change this application")
    mei.reads("the time limit for the decision starts again")
    mei.press("Change this application")

    # and a colleague saves the same section, then she sees both answers and combines them. Her browser does not run
    # the autosave script
    mei.page.route("**/autosave*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    mei.follow("Environmental")
    ben.go(mei.path)
    ben.write(environment_care="Ben walks.")
    ben.page.get_by_text("Saved at").wait_for()  # The answer was saved without the use of a button.
    mei.go(mei.path)
    assert mei.page.locator('[name="environment_care"]').input_value() == "Ben walks."
    mei.write(environment_care="We share lifts.")
    ben.go(mei.path)
    ben.write(environment_care="Ben takes the bus.")
    ben.press("Save and come back later")
    ben.reads("Environmental saved")
    mei.press("Save and continue")
    mei.sees("Your answer and the other answer")
    mei.reads("Ben Achterberg saved this page", "Ben takes the bus.", "We share lifts.")
    mei.press("Save these answers")
    mei.reads("Choose one answer or join both")
    mei.choose("Join both")
    mei.press("Save these answers")
    mei.reads("Environmental saved")

    # then the submitted version counts until the new version is submitted
    application.refresh_from_db()
    assert application.version.number == 1
    mei.go(f"{record}/submit")
    mei.fill("Your role", "Director")
    mei.press("Declare and submit")
    mei.sees("Application sent")
    application.refresh_from_db()
    assert application.version.number == 2
    mei.go(f"{record}/compare")
    mei.reads("Ben takes the bus.", "We share lifts.")

    # when she starts another application and withdraws it
    other = starts(mei, KITE, "2. Vocational")
    mei.follow("Withdraw this application")
    mei.sees("Withdraw this application")
    mei.press(f"Withdraw {other.reference}")
    mei.reads(f"Application {other.reference} withdrawn", "You have withdrawn this application.")
    mei.go(f"{KITE.home}/applications")
    mei.reads(application.reference, other.reference, "Withdrawn")

    # then the history of the first application shows everything, including what the colleague did
    mei.go(f"{record}/history")
    mei.reads("Mei Lindqvist", "Ben Achterberg", "Submitted", "Change started")
