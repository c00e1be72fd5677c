"""Step 1: a stranger finds a market, registers a provider, and applies with a colleague; changes what was sent;
withdraws another. All of it on pages, in two browsers.
"""

from datetime import date

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

MEI, BEN = "mei@kite.demo.example", "ben@kite.demo.example"
PASSWORD = "three calm herons wading"
TITLES = {
    "public_liability": "Public liability insurance",
    "safeguarding_policy": "Safeguarding and child protection policy",
    "behaviour_policy": "Behaviour policy",
    "employers_liability": "Employers’ liability insurance",
    "health_and_safety_policy": "Health and safety policy",
    "complaints_policy": "Complaints policy",
    "accounts": "Accounts",
}
IAP = "/west-sussex/markets/west-sussex-iap"


def test_a_provider_joins_a_market(stage, visit, tmp_path):
    stranger = visit()
    _finds_the_market(stranger)
    _makes_an_account(stranger, "Mei Lindqvist", MEI)
    _registers(stranger)
    stage.people[MEI] = User.objects.get(email=MEI)
    stage.organisations["kite"] = provider = Organisation.objects.get(name="Kite and Compass Ltd")
    home = f"/providers/{provider.slug}"

    # when she starts one application to two categories, and leaves
    application = _starts(stranger, home, "1. Early intervention", "4. Online Tutoring")
    record = f"{home}/applications/{application.reference}"
    stranger.sees("Application to join")
    stranger.sign_out()

    # then it waits for her when she returns
    mei = _signs_in(visit(), MEI)
    mei.go(f"{home}/applications")
    mei.follow(application.reference)
    mei.reads("About the provider", "Safeguarding", "Financial")

    # when she adds a colleague who has made an account
    ben = visit()
    _makes_an_account(ben, "Ben Achterberg", BEN)
    mei.go(f"{home}/people")
    mei.press("Add a colleague")
    mei.sees("Add a colleague")
    mei.fill("Their email address", BEN)
    mei.choose("Provider lead")
    mei.press("Add")
    mei.reads("Ben Achterberg is Provider lead now, and is told.")

    # and uploads her insurances, her policies and her accounts, each once
    _adds_the_first_document(mei, home, tmp_path)
    for kind in TITLES:
        if kind != "public_liability":
            mei.go(f"{home}/evidence/new?kind={kind}")
            _uploads(mei, kind, tmp_path)
        stage.evidence["kite", kind] = Evidence.objects.get(provider=provider, kind=kind).reference
    mei.go(f"{home}/evidence")
    mei.sees("Evidence")
    mei.reads(*TITLES.values(), "17 Nov 2027")

    # and answers every section; one of them while her colleague answers it too
    given: dict[str, object] = {}
    for section in Market.objects.get(code="IAP").questions.definition.sections:
        mei.go(f"{record}/{section.key}")
        mei.sees(section.title)
        if section.key == "environmental":
            given |= _answers_beside(ben, mei, stage, section, given)
        else:
            given |= _answers(mei, stage, section, given)

    # then she can check them, declare and send
    mei.go(f"{record}/check")
    mei.sees("Check your answers")
    mei.reads("Ben takes the bus.", "We share lifts.")
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
    mei.follow("Environmental")
    mei.page.locator('[name="environment_care"]').fill("We share lifts and repair our tools.")
    mei.press("Save and continue")
    mei.reads("Environmental is saved.")

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
    mei.reads("Ben takes the bus.", "We share lifts and repair our tools.")

    # when she starts another application, and withdraws it
    other = _starts(mei, home, "2. Vocational")
    mei.follow("Withdraw this application")
    mei.sees("Withdraw this application")
    mei.press(f"Withdraw {other.reference}")
    mei.reads(f"Application {other.reference} is withdrawn.", "You have withdrawn this application.")
    mei.go(f"{home}/applications")
    mei.reads(application.reference, other.reference, "Withdrawn")

    # then the history of the first tells all of it, with her colleague's part
    mei.go(f"{record}/history")
    mei.reads("Mei Lindqvist", "Ben Achterberg", "Submitted", "A change begun")


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
    stranger.sees("You can apply")


def _right_radio(field):
    """Choose the answer with which one can apply: yes, where that is not the wrong one."""
    name = field.locator("input").first.get_attribute("name")
    value = "no" if name in {"mandatory_grounds", "excluded", "convicted"} else "yes"
    wanted = field.locator(f'input[value="{value}"]')
    return wanted if wanted.count() else field.locator("input").first


def _makes_an_account(person, name, email):
    person.go("/account/sign-up")
    person.fill("Your name", name)
    person.fill("Email address", email)
    person.fill("Password", PASSWORD)
    person.press("Create account")
    person.fill("Code", code_in(mail_to(email)))
    person.press("Confirm my email address")
    person.sees("Your account")


def _registers(stranger):
    stranger.go("/account/join")
    stranger.sees("Register a provider")
    stranger.fill("Name of your organisation", "Kite and Compass Ltd")
    stranger.choose("Company")
    stranger.fill("Company number, for a company", "99100013")
    stranger.press("Register the provider")


def _signs_in(person, email):
    person.go("/account/sign-in")
    person.fill("Email address", email)
    person.fill("Password", PASSWORD)
    person.press("Sign in")
    return person


def _starts(person, home, *categories):
    """Start an application to some categories, from the list of markets."""
    person.go(f"{home}/markets")
    person.press("Apply")
    person.sees("Apply to join Independent Alternative Provision DPS")
    for one in categories:
        person.page.get_by_role("checkbox", name=one).check()
    person.press("Start the application")
    person.reads("is started. Nothing is sent yet.")
    return Application.objects.latest("pk")


def _adds_the_first_document(mei, home, tmp_path):
    """From the empty passport: first what kind of document it is, then what is asked of that kind."""
    mei.go(f"{home}/evidence")
    mei.reads("You hold no document yet.")
    mei.press("Add a document")
    mei.sees("What do you want to add?")
    mei.choose("Public liability insurance")
    mei.press("Continue")
    mei.sees("Add: Public liability insurance")
    _uploads(mei, "public_liability", tmp_path)


def _uploads(mei, kind, tmp_path):
    paper = tmp_path / f"{kind}.pdf"
    paper.write_bytes(answering.paper(KINDS[kind], date(2026, 11, 1), None, date(2026, 11, 1)))
    mei.page.get_by_label("Document").set_input_files(paper)
    mei.date("issued_on", date(2026, 11, 1))
    if KINDS[kind].expires:
        mei.date("expires_on", date(2027, 11, 17))
        mei.fill("Insurer", "Example Mutual")
        mei.fill("Policy number", "EM/1")
        mei.fill("Cover for any one claim", "£10,000,000")
    mei.press("Add the document")
    mei.reads(f"{TITLES[kind]} EV-")


def _answers_beside(ben, mei, stage, section, given):
    """Answer a section that a colleague saves meanwhile: both answers are shown, and she joins them."""
    typed = {one.key: _answer(stage, one) for one in engine.asked(section, given, (1, 4))}
    for asked in engine.asked(section, given, (1, 4)):
        _type(mei, asked, typed[asked.key])
    mei.page.locator('[name="environment_care"]').fill("We share lifts.")

    ben.go(mei.path)
    ben.page.locator('[name="environment_care"]').fill("Ben takes the bus.")
    ben.press("Save and come back later")
    ben.reads("Environmental is saved.")

    mei.press("Save and continue")
    mei.sees("Environmental")
    mei.reads("Ben Achterberg saved this page", "Ben takes the bus.", "We share lifts.")
    mei.press("Save these answers")
    mei.reads("Choose one answer or join both")
    mei.choose("Join both")
    mei.press("Save these answers")
    mei.reads("Environmental is saved.")
    return typed


def _answers(mei, stage, section, given):
    """Answer one section on its page, and what the answers bring up, until it is saved."""
    typed = {}
    while fresh := [one for one in engine.asked(section, given | typed, (1, 4)) if one.key not in typed]:
        for asked in fresh:
            typed[asked.key] = _answer(stage, asked)
            _type(mei, asked, typed[asked.key])
        mei.press("Save and continue")
    return typed


def _answer(stage, asked):
    return answering.answer_to(asked, "kite", stage, stage.markets["IAP"], NOW)


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
