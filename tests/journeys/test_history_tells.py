"""Step 5: the history of a record shows who did what and when, the change of status, and the reason."""

from datetime import datetime

import pytest

from calloff.cli.demo import story
from calloff.cli.demo.application_decisions import admit_application, assess_part, submit_application, write_application

pytestmark = pytest.mark.browser


def test_the_history_page_of_an_application_shows_every_event(stage, visit):
    # given an application that has been submitted, changed, scored and decided
    story.register(stage, ["makers"])
    application = submit_application(
        stage, write_application(stage, "makers", "IAP", (2,), "-3 Mon 10:00"), "makers", "-2 Mon 11:40"
    )
    assess_part(stage, application, stage.officer("west-sussex", "esme"), "-1 Mon 09:00")
    admit_application(application, stage.officer("west-sussex", "tom"), stage.when("-1 Thu 10:00"))

    # when an officer reads the history
    olivia = visit("olivia@westsussex.demo.example")
    olivia.go(f"/authorities/west-sussex/applications/{application.reference}/history")
    olivia.reads("History")
    steps = olivia.page.locator(".calloff-history__who").all_inner_texts()

    # then the newest events come first, with people and times. People at the provider are shown only by its name
    who = [step.partition(",")[0] for step in steps]
    assert who[0] == "Tom Hale"
    assert who[-1] == "Riverside Makers Ltd"
    assert {"Esme Farrow", "Olivia Marsh"} < set(who)
    assert "Wendy Tolliver" not in who
    assert "12 November 2026" in steps[0]
    assert "26 October 2026" in steps[-1]
    days = [datetime.strptime(step.rpartition("day ")[2], "%d %B %Y") for step in steps]  # noqa: DTZ007 (days)
    assert days == sorted(days, reverse=True)
    olivia.sees(olivia.page.get_by_role("heading", level=1).inner_text())

    # and the provider sees the names of its own people, but not those of people at the council
    wendy = visit("wendy@makers.demo.example")
    wendy.go(f"/providers/riverside-makers-ltd/applications/{application.reference}/history")
    wendy.reads("Wendy Tolliver", "West Sussex County Council")
    wendy.does_not_read("Esme Farrow", "Tom Hale")
