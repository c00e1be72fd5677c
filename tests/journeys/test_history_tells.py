"""Step 5: the history of a record tells the whole story in order: who, what, when, from, to, why."""

from calloff.cli.demo import story
from calloff.cli.demo.deciding import admit, assess, send, write
from tests.journeys.visitors import expect


def test_the_history_of_an_application_tells_the_whole_story(stage, visit):
    # given an application that was sent, changed, marked and decided
    story.register(stage, ["makers"])
    application = send(stage, write(stage, "makers", "IAP", (2,), "-3 Mon 10:00"), "makers", "-2 Mon 11:40")
    assess(stage, application, stage.officer("west-sussex", "esme"), "-1 Mon 09:00")
    admit(application, stage.officer("west-sussex", "tom"), stage.when("-1 Thu 10:00"))

    # when an officer reads it
    olivia = visit("olivia@westsussex.demo.example")
    olivia.go(f"/authorities/west-sussex/applications/{application.reference}/history")
    olivia.sees(_heading(olivia))
    told = olivia.page.get_by_role("main").inner_text()

    # then it is in order, the newest first, with who and when; the provider by its name alone
    places = [told.index(words) for words in ("Tom Hale", "Esme Farrow", "Olivia Marsh", "Riverside Makers Ltd")]
    assert places == sorted(places)
    assert "Wendy Tolliver" not in told
    for when in ("12 November 2026", "9 November 2026", "2 November 2026"):
        assert when in told

    # and the provider reads its own people by name, the council's not
    wendy = visit("wendy@makers.demo.example")
    wendy.go(f"/providers/riverside-makers-ltd/applications/{application.reference}/history")
    expect(wendy.page.get_by_role("main")).to_contain_text("Wendy Tolliver")
    wendy.reads("West Sussex County Council")
    wendy.does_not_read("Esme Farrow", "Tom Hale")


def _heading(visitor):
    return visitor.page.get_by_role("heading", level=1).first.inner_text()
