"""Step 3: the named signatory signs, without JavaScript and by the keyboard alone; the council countersigns."""

from calloff.agreements.models import Agreement
from calloff.cli.demo import marker, story
from calloff.cli.demo.deciding import admit, assess, send, write
from calloff.members.models import Member
from tests.journeys.conftest import NOW
from tests.journeys.visitors import Keys, code_in, mail_to

WENDY = "wendy@makers.demo.example"
OLIVIA = "olivia@westsussex.demo.example"


def test_an_agreement_is_signed_and_countersigned(stage, visit, settings):
    settings.SIGNING_IN_COUNTS_FOR = 0  # as if each had read for a while before they sign
    # given a provider that has been admitted
    story.register(stage, ["makers"])
    application = send(stage, write(stage, "makers", "IAP", (2,), "-3 Mon 10:00"), "makers", "-2 Mon 11:40")
    assess(stage, application, stage.officer("west-sussex", "esme"), "-1 Mon 09:00")
    agreement = admit(application, stage.officer("west-sussex", "tom"), stage.when("-1 Thu 10:00")).agreement
    member = Member.objects.get(provider=stage.organisations["makers"])
    assert not Member.objects.listed(NOW).filter(pk=member.pk).exists()

    # when its signatory reads and signs, by the keyboard alone and without JavaScript
    wendy = visit(WENDY, scripts=False)
    keys = Keys(wendy.page)
    wendy.go("/providers/riverside-makers-ltd/agreements")
    keys.enter("link", agreement.reference)
    wendy.reads("Calloff model terms")
    keys.enter("button", "Sign this agreement")
    keys.type("Password", marker.password(WENDY))
    keys.enter("button", "Continue")
    keys.enter("button", "Email me a code")
    keys.type("Your role", "Director")
    keys.type("By what authority you sign", "As its sole director")
    keys.type("Code", "000000")
    if not wendy.page.get_by_label("Your full name").input_value():
        keys.type("Your full name", "Wendy Tolliver")
    keys.enter("button", f"Sign {agreement.reference}")
    wendy.reads("This is not the code that we sent")
    wendy.page.get_by_label("Code").fill("")
    keys.type("Code", code_in(mail_to(WENDY)))
    keys.enter("button", f"Sign {agreement.reference}")

    # then it waits for the council, and the member is still not listed
    wendy.reads("You have signed")
    agreement.refresh_from_db()
    assert agreement.status == "to_countersign"
    assert not Member.objects.listed(NOW).filter(pk=member.pk).exists()

    # when the council countersigns
    olivia = visit(OLIVIA)
    olivia.go(f"/authorities/west-sussex/agreements/{agreement.reference}")
    olivia.press("Countersign")
    olivia.confirm(OLIVIA)
    olivia.sees("Countersign for Riverside Makers Ltd")
    olivia.reads("Wendy Tolliver")
    olivia.press("Send me a code")
    olivia.fill("Your full name", "Olivia Marsh")
    olivia.fill("Your role", "Contracts officer")
    olivia.fill("By what authority you sign", "Under the scheme of delegation")
    olivia.fill("Code", code_in(mail_to(OLIVIA)))
    olivia.press(f"Countersign {agreement.reference}")

    # then it is in force, its words are pinned, and the member is in the directory
    signed = Agreement.objects.get(pk=agreement.pk)
    assert signed.status == "in_force"
    assert {one.text_sha256 for one in signed.signatures.all()} == {signed.text.sha256}
    olivia.reads("In force")
    public = visit()
    public.go("/west-sussex/providers")
    public.reads("Riverside Makers Ltd")
