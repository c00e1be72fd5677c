"""Steps for a new provider: find a market, create an account, register, upload evidence, and apply."""

from datetime import date, timedelta

from calloff.applications.models import Application
from calloff.cli.demo import application_answers
from calloff.evidence.kinds import EVIDENCE_KINDS
from calloff.evidence.models import Evidence
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.people import commands as invitations
from calloff.people.models import Invitation, Organisation, User
from calloff.people.permissions import Can
from calloff.people.states import InvitationStatus
from calloff.questions import answers as engine
from tests.journeys.browser_users import code_in, run_in_thread

TITLES = {
    "public_liability": "Public liability insurance",
    "safeguarding_policy": "Safeguarding and child protection policy",
    "behaviour_policy": "Behaviour policy",
    "employers_liability": "Employers’ liability insurance",
    "health_and_safety_policy": "Health and safety policy",
    "complaints_policy": "Complaints policy",
    "accounts": "Accounts",
}


def finds_the_market(stranger, *categories):
    # when a visitor reads on the public page what West Sussex buys, and checks whether they can apply
    stranger.go("/west-sussex")
    stranger.sees("Alternative provision and SEND services")
    stranger.follow("Independent Alternative Provision DPS")
    stranger.sees("Independent Alternative Provision DPS")
    stranger.reads("Early intervention and prevention", "Calloff model terms")
    stranger.follow("Approved providers")
    stranger.sees("Approved providers")
    stranger.reads("BrightTeach")
    stranger.follow("How to apply")
    stranger.sees("How to apply")
    stranger.follow("Check if you can apply")
    for one in categories:
        stranger.page.get_by_role("checkbox", name=one).check()
    stranger.press("Continue")
    stranger.sees("Check if you can apply")
    _answers_so_that_they_can_apply(stranger)
    stranger.press("Check if I can apply")
    stranger.sees("You can apply")


def _answers_so_that_they_can_apply(person):
    for field in person.page.locator("main form fieldset").all():
        if field.locator("input[type=radio]").count():
            _right_radio(field).check()
        elif field.locator("input[type=checkbox]").count():
            field.locator("input[type=checkbox]").first.check()


def _right_radio(field):
    """Return the radio button for an answer with which a provider can apply."""
    name = field.locator("input").first.get_attribute("name")
    value = "no" if name in {"mandatory_grounds", "excluded", "convicted"} else "yes"
    wanted = field.locator(f'input[value="{value}"]')
    return wanted if wanted.count() else field.locator("input").first


def makes_an_account(person, name, stage):
    person.go("/account/sign-up")
    person.fill("Your name", name)
    person.fill("Email address", person.email)
    person.fill("Password", person.password)
    person.press("Create account")
    person.fill("Code", code_in(person.mail))
    person.press("Confirm my email address")
    person.sees("Your account")
    stage.people[person.email] = User.objects.get(email=person.email)


def registers(ada, house, number, stage):
    # when a person registers a new provider
    ada.go("/account/join")
    ada.sees("Register a provider")
    ada.fill("Name of your organisation", house.name)
    ada.choose("Company")
    ada.fill("Company number", number)
    ada.press("Register the provider")
    ada.go(f"{house.home}/markets")
    stage.organisations[house.key] = Organisation.objects.get(name=house.name)


def starts(person, house, *categories):
    """Start an application for certain categories from the list of markets, and answer the first questions."""
    person.go(f"{house.home}/markets")
    person.press("Apply")
    person.sees("Apply to join Independent Alternative Provision DPS")
    for one in categories:
        person.page.get_by_role("checkbox", name=one).check()
    person.press("Continue")
    person.sees("Check if you can apply")
    _answers_so_that_they_can_apply(person)
    person.press("Start application")
    person.reads("started. You have not sent anything yet.")
    return Application.objects.latest("pk")


def uploads(ada, house, folder, stage):
    # when a person uploads insurance, policies and accounts, each of them once
    ada.go(f"{house.home}/evidence")
    ada.reads("You have no documents yet.")
    ada.press("Add a document")
    ada.sees("What do you want to add?")
    ada.choose("Public liability insurance")
    ada.press("Continue")
    ada.sees("Add: Public liability insurance")
    for kind in TITLES:
        if kind != "public_liability":
            ada.go(f"{house.home}/evidence/new?kind={kind}")
        _uploads_one(ada, kind, folder)
        stage.evidence[house.key, kind] = Evidence.objects.get(
            provider=stage.organisations[house.key], kind=kind
        ).reference
    ada.go(f"{house.home}/evidence")
    ada.sees("Evidence")
    ada.reads(*TITLES.values())


def _uploads_one(ada, kind, folder):
    paper, today = folder / f"{kind}.pdf", clock.local_day(clock.now())
    issued = today - timedelta(days=17)
    paper.write_bytes(application_answers.make_paper(EVIDENCE_KINDS[kind], issued, None, issued))
    ada.page.get_by_label("Document").set_input_files(paper)
    ada.date("issued_on", issued)
    if EVIDENCE_KINDS[kind].expires:
        ada.date("expires_on", issued + timedelta(days=364))
        ada.fill("Insurer", "Example Mutual")
        ada.fill("Policy number", "EM/1")
        ada.fill("Cover for any one claim", "£10,000,000")
    ada.press("Add document")
    ada.reads(f"{TITLES[kind]} EV-")


def answers(ada, house, application, stage):
    # and answers every section, including questions that earlier answers reveal
    given: dict[str, object] = {}
    for section in Market.objects.get(code="IAP").questions.definition.sections:
        ada.go(f"{house.home}/applications/{application.reference}/{section.key}")
        ada.sees(section.title)
        typed: dict[str, object] = {}
        while fresh := [
            one for one in engine.asked_questions(section, given | typed, application.lots) if one.key not in typed
        ]:
            for asked in fresh:
                typed[asked.key] = application_answers.answer_to(
                    asked, house.key, stage, stage.markets["IAP"], clock.now()
                )
                _type(ada, asked, typed[asked.key])
            ada.press("Save and continue")
        given |= typed


def _type(ada, asked, value):
    box = ada.page.locator
    match asked.question.kind:
        case "yes_no" | "choice" | "evidence":
            box(f'[name="{asked.key}"][value="{value}"]').check()
        case "declaration":
            ada.date(f"{asked.key}-on", date.fromisoformat(value["on"]))
            box(f'[name="{asked.key}-count"]').fill(str(value["count"]))
        case _:
            box(f'[name="{asked.key}"]').fill(str(value))


def declares(ada, house, application, *words):
    # then the person can check the answers, sign the declaration and submit
    ada.go(f"{house.home}/applications/{application.reference}/check")
    ada.sees("Check your answers")
    ada.press("Continue to the declaration")
    ada.sees("Declare and submit")
    ada.fill("Your role", "Director")
    ada.press("Declare and submit")
    ada.sees("Application sent")
    ada.reads(application.reference, *words)
    application.refresh_from_db()


def lets_in(person, house, somebody, role, stage):
    """Invite a colleague who has an account to a role, by the role's name on the page, and let them accept."""
    stage.meet(somebody)
    person.go(f"{house.home}/people")
    person.press("Invite a colleague")
    person.proves_for("Invite a colleague")
    person.fill("Email address", somebody.email)
    person.choose(role)
    person.press("Send invitation")
    person.reads(somebody.email)
    run_in_thread(accepts, somebody.email)
    person.go(f"{house.home}/people")
    person.reads(somebody.name, role)


def accepts(email):
    """Accept the invitation to an address in the same way as its page (see tests/web/account/test_invitations.py).

    If two people must give the role, another people administrator confirms the invitation first.
    """
    invitation, now = Invitation.objects.filter(email=email).order_by("-pk")[0], clock.now()
    if invitation.status == InvitationStatus.TO_CONFIRM:
        managing = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=invitation.organisation, at=now)
        second = managing.exclude(pk=invitation.invited_by_id)[0]
        invitation = invitations.confirm_invitation(invitation, by=second, at=now)
    invitations.accept_invitation(invitation, by=User.objects.get(email=email), at=now)
