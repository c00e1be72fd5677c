"""Steps 1 and 2: a school joins by its name, its head signs, the council countersigns; until then nobody may ask."""

import pytest

from calloff.cli.demo import cast, story
from calloff.kernel.states import Refused
from calloff.partners.standing import require_binding
from calloff.people.models import Grant, Organisation
from tests.journeys.conftest import NOW
from tests.journeys.visitors import code_in, mail_to

JO, KIM = "jo@newcomer.demo.example", "kim@newcomer.demo.example"
OLIVIA = "olivia@westsussex.demo.example"
SCHOOL = "Marsh Lane Primary School"


def test_a_school_joins_and_its_head_signs(stage, visit, settings):
    settings.SIGNING_IN_COUNTS_FOR = 0  # as if each had read for a while before they sign
    # given the register of schools, and two people of a school that is not here yet
    story._import_schools(NOW)
    for one in cast.NEWCOMERS:
        stage.meet(one)
    market = stage.markets["IAP"]

    # when its head finds it by name, and asks
    jo = visit(JO)
    jo.sees("Your account")
    jo.follow("Join a school")
    jo.sees("Join a school")
    jo.fill("Name of the school, or its URN", "marsh lane")
    jo.press("Find the school")
    jo.sees("Join a school")
    jo.follow(SCHOOL)
    jo.sees(f"Ask to join {SCHOOL}")
    jo.choose("Head or signatory")
    jo.fill("How do they know you?", "I am the headteacher. The office knows me.")
    jo.press("Ask to join")
    jo.sees(f"Your request to join {SCHOOL}")
    school = Organisation.objects.get(urn=900005)
    assert not Grant.objects.filter(organisation=school).exists()

    # then nothing is granted until an officer, who sees what the register says, approves
    olivia = visit(OLIVIA)
    olivia.go("/authorities/west-sussex/schools")
    olivia.sees("Schools")
    olivia.follow("Jo Merriman")
    olivia.sees(f"Jo Merriman asks to join {SCHOOL}")
    olivia.reads("Email at the school’s own domain", "proves nothing by itself")
    olivia.press("Approve")
    olivia.reads("Head or signatory and People administrator")
    olivia.press("Approve")
    olivia.reads("can now act for")

    # when the head lets a colleague in, who cannot ask yet and is told who must sign
    jo.go(f"/buyers/{school.slug}/people")
    jo.press("Add a colleague")
    jo.sees("Add a colleague")
    jo.fill("Their email address", KIM)
    jo.choose("AP lead or SENCO")
    jo.press("Add")
    kim = visit(KIM)
    kim.go(f"/buyers/{school.slug}/agreements")
    kim.sees("Agreements")
    kim.reads("You cannot ask providers yet: Jo Merriman (head or signatory) has not signed the Partnership Agreement.")
    kim.press("Remind Jo Merriman")
    kim.reads("They are reminded, by email.", "Last reminded: Wednesday 18 November 2026.")
    assert mail_to(JO).subject == "Sign the Partnership Agreement: IAP"
    with pytest.raises(Refused, match="Remind Jo"):
        require_binding(school, market, at=NOW)

    # when the head reads the duties on one page, says who signs, and signs with a code
    jo.go(f"/buyers/{school.slug}/")
    jo.sees("Work due")
    jo.follow("Sign the Partnership Agreement")
    jo.sees("What the Partnership Agreement asks of you")
    jo.reads("You stay responsible for each child you place.")
    jo.follow("Read the full text")
    jo.sees("Partnership Agreement")
    jo.page.go_back()
    jo.press("Begin signing")
    jo.sees("Who signs the Partnership Agreement")
    jo.press("Continue to sign")
    jo.confirm(JO)
    jo.sees("Sign the Partnership Agreement")
    jo.reads(f"so that {SCHOOL} can ask providers")
    jo.press("Email me a code")
    jo.fill("Your role", "Headteacher")
    jo.fill("By what authority you sign", "Delegated by the governing body on 3 November")
    jo.fill("Code", code_in(mail_to(JO)))
    jo.press("Sign ")
    jo.sees("You have signed")
    jo.reads("Your school can ask providers once West Sussex County Council countersigns.")
    with pytest.raises(Refused, match="has not countersigned"):
        require_binding(school, market, at=NOW)

    # and the council countersigns
    olivia.go("/authorities/west-sussex/schools?standing=to_countersign")
    olivia.follow("IAP-G-")
    olivia.sees(SCHOOL)
    olivia.press("Countersign")
    olivia.confirm(OLIVIA)
    olivia.sees(f"Countersign for {SCHOOL}")
    olivia.reads("Jo Merriman", "The governing body of Marsh Lane Primary School")
    olivia.press("Send me a code")
    olivia.fill("Your full name", "Olivia Marsh")
    olivia.fill("Your role", "Contracts officer")
    olivia.fill("By what authority you sign", "Under the scheme of delegation")
    olivia.fill("Code", code_in(mail_to(OLIVIA)))
    olivia.press("Countersign IAP-G-")
    olivia.reads("In force")

    # then the school may ask, and everybody reads so
    require_binding(school, market, at=NOW)
    kim.go(f"/buyers/{school.slug}/agreements")
    kim.reads("You can ask providers and buy until the end of Saturday 17 November 2029")
    olivia.go("/authorities/west-sussex/schools?standing=signed")
    olivia.reads(SCHOOL)
