"""Questions about markets in the story: published, closed, answered and waiting for an answer.

Some providers have also registered their interest in a market.
"""

from calloff.applications import commands
from calloff.cli.demo.context import DemoContext


def ask_teams(stage: DemoContext) -> None:
    market, olivia = stage.markets["IAP"], stage.officer("west-sussex", "olivia")
    published = commands.ask_team(
        market,
        provider=stage.organisations["kite"],
        by=stage.lead("kite"),
        at=stage.when("-3 Mon 11:05"),
        question="We teach only online. Which of the categories should Kite and Compass choose?",
    )
    commands.answer_enquiry(
        published,
        answer="Category 4. Choose another category as well only if you also teach in person.",
        by=olivia,
        at=stage.when("-3 Wed 15:20"),
    )
    commands.publish_enquiry(
        published,
        published_question="Which category should a provider choose if it teaches only online?",
        published_answer="Category 4. Choose another category as well only if you also teach in person.",
        by=olivia,
        at=stage.when("-3 Wed 15:25"),
    )
    again = commands.ask_team(
        market,
        provider=stage.organisations["kite"],
        by=stage.lead("kite"),
        at=stage.when("-3 Mon 11:06"),
        question="We teach only online. Which of the categories should Kite and Compass choose?",
    )
    commands.close_enquiry(
        again, reason="You sent this question twice. We have answered your first question.", by=olivia,
        at=stage.when("-3 Wed 15:30"),
    )  # fmt: skip
    answered = commands.ask_team(
        market,
        provider=stage.organisations["tideway"],
        by=stage.lead("tideway"),
        at=stage.when("-2 Tue 09:40"),
        question="I work alone. Do I need employers’ liability insurance?",
    )
    commands.answer_enquiry(
        answered,
        answer="No, not while you employ no one. Upload it if you employ someone later.",
        by=olivia,
        at=stage.when("-2 Thu 10:10"),
    )
    commands.ask_team(
        market,
        provider=stage.organisations["beech"],
        by=stage.lead("beech"),
        at=stage.when("-1 Thu 16:30"),
        question="Can our accounts be for a year that ended 20 months ago? The newer ones are with the accountant.",
    )
    for provider, code, when in (
        ("kite", "IAP", "-3 Mon 11:10"),
        ("beech", "IAP", "-1 Thu 16:35"),
        ("kite", "SB", "-2 Fri 09:15"),
    ):
        commands.register_interest(
            stage.markets[code], provider=stage.organisations[provider], by=stage.lead(provider), at=stage.when(when)
        )
