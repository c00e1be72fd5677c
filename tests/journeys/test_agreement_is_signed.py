"""Step 3: the named signatory signs with only the keyboard and without JavaScript, and the council countersigns."""

import pytest

from calloff.agreements.models import Agreement
from calloff.cli.demo import story
from calloff.cli.demo.application_decisions import admit_application, assess_part, submit_application, write_application
from calloff.members.models import Member
from tests.journeys.browser_users import KeyboardUser, code_in
from tests.journeys.conftest import NOW
from tests.journeys.personas import MAKERS, OLIVIA, WENDY, WEST_SUSSEX
from tests.journeys.steps.agreements import countersigns

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("unhurried")
def test_an_agreement_is_signed_and_countersigned(stage, visit):
    # given a provider that has been admitted to a market
    story.register(stage, ["makers"])
    application = submit_application(
        stage, write_application(stage, "makers", "IAP", (2,), "-3 Mon 10:00"), "makers", "-2 Mon 11:40"
    )
    assess_part(stage, application, stage.officer("west-sussex", "esme"), "-1 Mon 09:00")
    agreement = admit_application(
        application, stage.officer("west-sussex", "tom"), stage.when("-1 Thu 10:00")
    ).agreement
    member = Member.objects.get(provider=stage.organisations["makers"])
    assert not Member.objects.listed(NOW).filter(pk=member.pk).exists()

    # when its signatory reads and signs the agreement with the keyboard and without JavaScript
    wendy = visit(WENDY, scripts=False)
    keys = KeyboardUser(wendy.page)
    wendy.go(f"{MAKERS.home}/agreements")
    keys.enter("link", agreement.reference)
    wendy.reads("Calloff model terms")
    keys.enter("button", "Sign this agreement")
    keys.type("Password", wendy.password)
    keys.enter("button", "Continue")
    keys.type("Your role", "Director")
    keys.type("Your authority to sign", "As its sole director")
    keys.type("Code", "000000")
    if not wendy.page.get_by_label("Your full name").input_value():
        keys.type("Your full name", "Wendy Tolliver")
    keys.enter("button", f"Sign {agreement.reference}")
    wendy.reads("The code is wrong")
    wendy.page.get_by_label("Code").fill("")
    keys.type("Code", code_in(wendy.mail))
    keys.enter("button", f"Sign {agreement.reference}")

    # then the agreement is waiting for the council, and the member is not listed yet
    wendy.reads("You have signed")
    agreement.refresh_from_db()
    assert agreement.status == "to_countersign"
    assert not Member.objects.listed(NOW).filter(pk=member.pk).exists()

    # when the council countersigns the agreement
    olivia = visit(OLIVIA)
    olivia.go(f"{WEST_SUSSEX.home}/agreements/{agreement.reference}")
    olivia.reads("Wendy Tolliver")
    countersigns(olivia, agreement.reference, MAKERS.name, "Olivia Marsh")

    # then the agreement is in force, its text cannot change, and the member is in the directory
    signed = Agreement.objects.get(pk=agreement.pk)
    assert signed.status == "in_force"
    assert {one.text_sha256 for one in signed.signatures.all()} == {signed.text.sha256}
    public = visit()
    public.go("/west-sussex/providers")
    public.reads(MAKERS.name)
