"""Step 3, between asking and choosing: questions, reminders, declined requests and deadlines.

One provider asks a question with the keyboard, and all providers get the answer. Another declines with a reason, and
the school extends the deadline.
"""

import pytest

from calloff.cli.demo import referrals
from calloff.referrals.models import ExpressionOfInterest
from tests.journeys.browser_users import KeyboardUser, mail_to
from tests.journeys.personas import ADA, DOWNLAND, FERN, HARBOUR, RUTH, SHORE
from tests.journeys.placements import on_roll, ready

pytestmark = pytest.mark.browser

QUESTION = "Could she be fetched from the station?"
ANSWER = "Yes, on every day but Friday."


def test_providers_can_ask_questions_or_decline_until_the_deadline_passes(stage, visit, when):
    # given two providers that have been asked about a child, with three days to reply
    ready(stage)
    referral = referrals._asked(stage, on_roll(stage, "jasmine"), "0 Tue 09:30", until="0 Fri 17:00")
    invitations = {
        house: f"{house.home}/invitations/"
        + ExpressionOfInterest.objects.get(referral=referral, provider=stage.organisations[house.key]).reference
        for house in (HARBOUR, DOWNLAND)
    }
    asked = f"{SHORE.home}/referrals/{referral.reference}"

    # when one of them asks a question, with the keyboard and without JavaScript
    fern = visit(FERN, scripts=False)
    keys = KeyboardUser(fern.page)
    fern.go(invitations[DOWNLAND])
    fern.reads("Reply before 5pm on Friday")
    keys.enter("link", "Ask a question")
    keys.type("Your question", QUESTION)
    keys.enter("button", "Send the question")
    fern.reads("Question sent", "Your question has not been answered yet.")

    # then the school reads the question, answers it, and rewords anything that could reveal who asked it
    ruth = visit(RUTH)
    ruth.go(ruth.mail.link)
    ruth.reads(QUESTION)
    ruth.go(asked)
    ruth.follow("Answer 1 question from providers")
    ruth.follow("Answer question 1")
    ruth.sees("Answer the question")
    ruth.reads(QUESTION)
    ruth.press("Send the answer")
    ruth.reads("There is a problem")
    ruth.write(answer=ANSWER, restated="Can transport be shared?")
    ruth.press("Send the answer")
    ruth.reads("Answer sent to every provider you asked", "Other providers will see: Can transport be shared?")

    # and the other provider can also read the question, without learning who asked it
    ada = visit(ADA)
    assert DOWNLAND.name not in ada.mail.subject + ada.mail.body
    ada.go(ada.mail.link)
    ada.go(invitations[HARBOUR])
    ada.sees("Invitation")
    ada.reads("Can transport be shared?", ANSWER)
    ada.does_not_read(QUESTION, DOWNLAND.name)

    # when the school reminds providers that have not replied, which is allowed once a day
    for told in ("Reminder sent", "There is a problem"):
        ruth.go(asked)
        ruth.press("Remind providers that have not replied")
        ruth.sees("Remind providers that have not replied")
        ruth.press("Remind them")
        ruth.reads(told)
    for email in (ADA, FERN):
        assert "Jasmine" not in mail_to(email).subject + mail_to(email).body

    # and one provider declines, with a reason from the list and a comment
    fern.go(fern.mail.link)
    keys.enter("button", "Decline")
    keys.choose("We cannot meet these needs")
    keys.type("Anything to add (optional)", "Our days are all outdoors.")
    keys.enter("button", "Decline")
    fern.reads("You have declined the request. Thank you for telling us.")
    ruth.go(f"{asked}/replies")
    ruth.sees("Replies")
    ruth.reads(
        "We cannot meet these needs: Our days are all outdoors.",
        "No providers have replied that they are interested yet.",
    )

    # when the deadline has passed, then no one can reply
    when("0 Fri 17:00")
    ada.sign_in()
    ada.go(invitations[HARBOUR])
    ada.reads("Replies closed at 5pm on Friday")
    assert not ada.page.get_by_role("button", name="We are interested").count()

    # but the school can extend the deadline
    ruth.sign_in()
    ruth.go(asked)
    ruth.reads("Replies closed at 5pm on Friday", "ask more providers, allow more time")
    ruth.press("Ask more providers or allow more time")
    ruth.sees("Ask more providers or allow more time")
    ruth.date("reply_by", stage.on("1 Wed"))
    ruth.press("Ask")
    ruth.reads("Providers asked. We have told them the deadline to reply.")
    ada.go(invitations[HARBOUR])
    ada.reads("Reply before 5pm on Wednesday")
    ada.press("We are interested")
    ada.sees("What can you offer?")
