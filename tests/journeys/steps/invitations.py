"""Steps for a school: it joins with its URN, signs the Partnership Agreement, and sets a budget."""

import pytest

from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.partners.buying_eligibility import require_standing
from calloff.people.models import Organisation, RoleGrant
from tests.journeys.personas import WEST_SUSSEX
from tests.journeys.steps.agreements import countersigns, signs_with_code


def asks_to_join(helen, house, words, urn):
    # when the head finds the school and asks to join
    helen.go("/account/")
    helen.sees("Your account")
    helen.follow("Join a school")
    helen.sees("Join a school")
    helen.fill("School name or URN", words)
    helen.press("Find school")
    helen.sees("Join a school")
    helen.follow(house.name)
    helen.sees(f"Ask to join {house.name}")
    helen.choose("Head or signatory")
    helen.fill("How does the school know you?", "I am the headteacher. The office knows me.")
    helen.press("Ask to join")
    helen.sees(f"Your request to join {house.name}")
    school = Organisation.objects.get(urn=urn)
    assert not RoleGrant.objects.filter(organisation=school).exists()
    return school


def lets_in_the_first(olivia, name, house):
    # then no one gets access until an officer has checked the register and approved
    olivia.go(f"{WEST_SUSSEX.home}/schools")
    olivia.sees("Schools")
    olivia.follow(name)
    olivia.sees(f"{name} has asked to join {house.name}")
    olivia.reads("Email address at the school’s own domain", "does not prove that they work there")
    olivia.press("Approve")
    olivia.confirm()
    olivia.reads("Head or signatory and People administrator")
    olivia.press("Approve")
    olivia.reads("can now act for")


def cannot_ask_yet(ruth, helen, house, school, market, *, head):
    # when a colleague wants to ask providers, she sees who must sign first, and reminds the head
    ruth.go(f"{house.home}/agreements")
    ruth.sees("Agreements")
    ruth.reads(
        f"You cannot ask providers yet because {head} (head or signatory) has not signed the Partnership Agreement."
    )
    ruth.press(f"Remind {head}")
    ruth.reads("Reminder sent to the people who must sign next", "Last reminded: ")
    assert helen.mail.subject == "Please sign the Partnership Agreement (IAP)"
    with pytest.raises(Refused, match="has not signed"):
        require_standing(school, market, at=clock.now())


def signs_the_partnership(helen, house, school, market):
    # when the head reads the duties on one page, says which legal body signs, and signs with a code
    helen.go(f"{house.home}/")
    helen.sees("day")  # The heading of a home page is the day.
    helen.follow("Sign the Partnership Agreement")
    helen.sees("Your duties under the Partnership Agreement")
    helen.reads("You stay responsible for each child you place.")
    helen.follow("Read the full text")
    helen.sees("Partnership Agreement")
    helen.page.go_back()
    helen.press("Start signing")
    helen.sees("Sign the Partnership Agreement")
    helen.write(entity_name="Shoreline Academies Trust")
    helen.press("Continue to sign")
    helen.proves_for("Sign the Partnership Agreement")
    helen.reads(f"so that {house.name} can ask providers")
    signs_with_code(helen, "", "Headteacher", "Delegated by the governing body on 3 November")
    helen.sees("You have signed")
    helen.reads("Your school can ask providers for places once West Sussex County Council countersigns.")
    with pytest.raises(Refused, match="has not countersigned"):
        require_standing(school, market, at=clock.now())


def countersigns_the_partnership(olivia, name, house, school, market):
    # and the council countersigns the agreement
    olivia.go(f"{WEST_SUSSEX.home}/schools?standing=to_countersign")
    olivia.follow("IAP-G-")
    olivia.sees(house.name)
    olivia.reads(name, "Shoreline Academies Trust")
    countersigns(olivia, "IAP-G-", house.name, "Olivia Marsh")

    # then the school can ask providers, and everyone at the school can see this
    require_standing(school, market, at=clock.now())
    olivia.go(f"{WEST_SUSSEX.home}/schools?standing=signed")
    olivia.reads(house.name)


def sets_a_budget(helen, house, first, last):
    # when the head sets the school's budget
    helen.go(f"{house.home}/budget")
    helen.press("Set a budget")
    helen.sees("Set a budget")
    helen.write(name="Alternative provision", amount="24,000")
    helen.date("starts_on", first)
    helen.date("ends_on", last)
    helen.press("Set the budget")
    helen.reads("Budget set", "£24,000")
