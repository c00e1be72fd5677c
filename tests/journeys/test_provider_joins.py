"""Step 1: a stranger finds a market, registers a provider, and applies; changes what was sent; withdraws another."""

from datetime import date

from calloff.applications import commands as applications
from calloff.applications.jobs import make_copy
from calloff.applications.models import Application
from calloff.cli.demo import answering
from calloff.evidence.kinds import KINDS
from calloff.evidence.models import Evidence
from calloff.markets.models import Market
from calloff.people.models import Organisation, User
from calloff.questions import answers as engine
from tests.journeys.conftest import NOW
from tests.journeys.visitors import aside, code_in, mail_to

MEI = "mei@kite.demo.example"
IAP = "/west-sussex/markets/west-sussex-iap"


def test_a_provider_joins_a_market(stage, visit, tmp_path):
    stranger = visit()
    _finds_the_market(stranger)
    _registers(stranger)
    stage.people[MEI] = User.objects.get(email=MEI)
    stage.organisations["kite"] = provider = Organisation.objects.get(name="Kite and Compass Ltd")
    home = f"/providers/{provider.slug}"

    # when she starts one application to two categories, and leaves
    stranger.go(f"{home}/markets/IAP/apply")
    stranger.sees("Apply to join Independent Alternative Provision DPS")
    stranger.choose("1. Early intervention and prevention")
    stranger.choose("4. Online Tutoring (also known as blended package)")
    stranger.press("Start the application")
    application = Application.objects.get(provider=provider)
    record = f"{home}/applications/{application.reference}"
    stranger.sees("Application to join")
    stranger.sign_out()

    # then it waits for her when she returns
    mei = visit()
    mei.go("/account/sign-in")
    mei.fill("Email address", MEI)
    mei.fill("Password", "three calm herons wading")
    mei.press("Sign in")
    mei.go(f"{home}/applications")
    mei.follow(application.reference)
    mei.reads("About the provider", "Safeguarding", "Financial")

    # when she uploads her insurance and two policies, each once
    for kind, title in (
        ("public_liability", "Public liability insurance"),
        ("safeguarding_policy", "Safeguarding and child protection policy"),
        ("behaviour_policy", "Behaviour policy"),
    ):
        _uploads(mei, home, kind, title, tmp_path)
        stage.evidence["kite", kind] = Evidence.objects.get(provider=provider, kind=kind).reference
    mei.go(f"{home}/evidence")
    mei.sees("Evidence")
    mei.reads("Public liability insurance", "17 Nov 2027")
    market = Market.objects.get(code="IAP")
    for kind in ("employers_liability", "health_and_safety_policy", "complaints_policy", "accounts"):
        answering.upload(stage, "kite", kind, market, NOW)

    # and answers every section
    given: dict[str, object] = {}
    for section in market.questions.definition.sections:
        mei.go(f"{record}/{section.key}")
        mei.sees(section.title)
        given |= _answers(mei, stage, section, given)

    # then she can check them, declare and send
    mei.go(f"{record}/check")
    mei.sees("Check your answers")
    mei.press("Continue to the declaration")
    mei.sees("Declare and submit")
    mei.fill("Your role", "Director")
    mei.press("Declare and submit")
    mei.sees("Application sent")
    mei.reads(application.reference, "Wednesday 2 December 2026", "10 working days from receipt")
    assert mail_to(MEI).subject

    # and has a copy as a PDF, once it is made
    application.refresh_from_db()
    aside(make_copy, version_pk=application.version_id)
    with mei.page.expect_download() as downloading:
        mei.follow("Download a copy")
    assert downloading.value.path().read_bytes().startswith(b"%PDF-")

    # when she changes an answer afterwards
    mei.go(record)
    mei.press("Change this application")
    mei.sees("Change this application")
    mei.reads("the clock for the decision starts again")
    mei.press("Change this application")
    mei.go(f"{record}/environmental")
    mei.page.locator('[name="environment_care"]').fill("We share lifts and repair our tools.")
    mei.press("Save and continue")

    # then the version that was sent stands until the new one is
    application.refresh_from_db()
    assert application.version.number == 1
    mei.go(f"{record}/submit")
    mei.fill("Your role", "Director")
    mei.press("Declare and submit")
    mei.sees("Application sent")
    application.refresh_from_db()
    assert application.version.number == 2
    mei.go(f"{record}/compare")
    mei.reads("We share lifts and repair our tools.")

    # when she withdraws another application
    other = applications.start(market, provider=provider, lots=[2], by=stage.people[MEI], at=NOW)
    mei.go(f"{home}/applications/{other.reference}/withdraw")
    mei.sees("Withdraw this application")
    mei.press(f"Withdraw {other.reference}")
    mei.reads(f"Application {other.reference} is withdrawn.")

    # then the history of the first tells all of it
    mei.go(f"{record}/history")
    mei.reads("Mei Lindqvist")


def _finds_the_market(stranger):
    """Given a stranger on the public page of West Sussex, who reads what is bought and checks if she can apply."""
    stranger.go("/west-sussex")
    stranger.sees("Alternative provision and SEND services")
    stranger.follow("Independent Alternative Provision DPS")
    stranger.sees("Independent Alternative Provision DPS")
    stranger.reads("Early intervention and prevention", "Calloff model terms", "BrightTeach")
    stranger.follow("Check if you can apply")
    stranger.choose("1. Early intervention and prevention")
    stranger.choose("4. Online Tutoring (also known as blended package)")
    stranger.press("Continue")
    stranger.sees("Check if you can apply")
    for field in stranger.page.locator("main form fieldset").all():
        if field.locator("input[type=radio]").count():
            _right_radio(field).check()
        elif field.locator("input[type=checkbox]").count():
            field.locator("input[type=checkbox]").first.check()
    stranger.press("See the answer")


def _right_radio(field):
    """Choose the answer with which one can apply: yes, where that is not the wrong one."""
    name = field.locator("input").first.get_attribute("name")
    value = "no" if name in {"mandatory_grounds", "excluded", "convicted"} else "yes"
    wanted = field.locator(f'input[value="{value}"]')
    return wanted if wanted.count() else field.locator("input").first


def _registers(stranger):
    stranger.go("/account/sign-up")
    stranger.fill("Your name", "Mei Lindqvist")
    stranger.fill("Email address", MEI)
    stranger.fill("Password", "three calm herons wading")
    stranger.press("Create account")
    stranger.fill("Code", code_in(mail_to(MEI)))
    stranger.press("Confirm my email address")
    stranger.go("/account/join")
    stranger.sees("Register a provider")
    stranger.fill("Name of your organisation", "Kite and Compass Ltd")
    stranger.choose("Company")
    stranger.fill("Company number, for a company", "99100013")
    stranger.press("Register the provider")


def _uploads(mei, home, kind, title, tmp_path):
    paper = tmp_path / f"{kind}.pdf"
    paper.write_bytes(answering.paper(KINDS[kind], date(2026, 11, 1), None, date(2026, 11, 1)))
    mei.go(f"{home}/evidence/new?kind={kind}")
    mei.sees(f"Add: {title}")
    mei.page.get_by_label("Document").set_input_files(paper)
    mei.date("issued_on", date(2026, 11, 1))
    if kind == "public_liability":
        mei.date("expires_on", date(2027, 11, 17))
        mei.fill("Insurer", "Example Mutual")
        mei.fill("Policy number", "EM/1")
        mei.fill("Cover for any one claim", "£10,000,000")
    mei.press("Add the document")


def _answers(mei, stage, section, given):
    """Answer one section on its page, and what the answers bring up, until it is saved."""
    typed = {}
    while fresh := [one for one in engine.asked(section, given | typed, (1, 4)) if one.key not in typed]:
        for asked in fresh:
            typed[asked.key] = answering.answer_to(asked, "kite", stage, stage.markets["IAP"], NOW)
            _type(mei, asked, typed[asked.key])
        mei.press("Save and continue")
    return typed


def _type(mei, asked, value):
    box = mei.page.locator
    match asked.question.kind:
        case "yes_no" | "choice" | "evidence":
            box(f'[name="{asked.key}"][value="{value}"]').check()
        case "declaration":
            mei.date(f"{asked.key}-on", date.fromisoformat(value["on"]))
            box(f'[name="{asked.key}-count"]').fill(str(value["count"]))
        case _:
            box(f'[name="{asked.key}"]').fill(str(value))
