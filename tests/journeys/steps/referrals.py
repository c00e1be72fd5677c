"""Steps for a school: it records a child, and asks providers for a place without saying who the child is."""

from typing import NamedTuple

from calloff.pupils.models import Pupil
from calloff.referrals.models import ExpressionOfInterest, Referral


class JourneyChild(NamedTuple):
    given: str
    family: str
    born: str  # a date in the journeys' format for days

    @property
    def name(self):
        return f"{self.given} {self.family}"


JONTY = JourneyChild("Jonty", "Farthingale", "-784 Mon")  # fifteen
PICTURE = "{} mends bicycles and is proud of it. Crowded rooms are hard for him; one calm adult helps."
CONCERN = "An older neighbour waits for him after school."


def begins_a_record(lead, stage, house, child, **more):
    # when a child is recorded, which is necessary only once
    lead.go(f"{house.home}/pupils")
    lead.sees("Pupils")
    lead.press("Add a pupil")
    lead.sees("Add a pupil")
    lead.write(given_name=child.given, family_name=child.family, year_group="10", address="3 Invented Row", **more)
    lead.date("born_on", stage.on(child.born))
    lead.tick("sex", "M")
    lead.tick("address_withheld", "no")
    lead.press("Add pupil")
    lead.sees("Needs")  # This is the next page of the new record. Its heading does not show the child's name.
    return Pupil.objects.latest("pk")


def says_needs(lead, provision):
    lead.sees("Needs")
    lead.write(needs="SEMH")
    lead.tick("sen_provision", provision)


def says_risks(lead):
    lead.sees("Risks and health")
    lead.tick("hazards", "verbal")
    lead.write(risks="Shouts when he is cornered. A way out of the room helps.")
    lead.press("Save")


def records(ruth, stage, house):
    # when the school's AP lead records a child
    pupil = begins_a_record(ruth, stage, house, JONTY, postcode="BN11 1BY")

    # and she records the child's needs, hazards, contacts and the family's views
    says_needs(ruth, "K")
    ruth.press("Save")
    says_risks(ruth)
    ruth.sees("Add a contact")
    ruth.write(name="Ottilie Farthingale", relation="Mother", telephone="01632 960777")
    for question in ("responsibility", "lives_with_child"):
        ruth.tick(question, "yes")
    for question in ("order", "address_withheld"):
        ruth.tick(question, "no")
    ruth.date("told_on", stage.on("0 Tue"))
    ruth.write(views="Would like a phone call each week.")
    ruth.press("Add contact")
    ruth.sees("Views")
    ruth.write(child_views="Wants to make things.")
    ruth.press("Save")

    # then the record is shown on one page, and every view of it is logged
    ruth.sees(JONTY.name)
    ruth.reads("Ottilie Farthingale", "A way out of the room helps.", "Wants to make things.")
    ruth.follow("View log")
    ruth.reads("Ruth Adeyemi")
    return pupil


def protects(saul, house, pupil):
    # when the school's safeguarding lead adds information that only safeguarding leads can see
    saul.go(f"{house.home}/pupils/{pupil.reference}/protection")
    saul.proves_for("Child protection information")
    saul.press("Change")
    saul.sees("Child protection information")
    saul.write(concerns=CONCERN, plan="Ring the duty social worker on the same day.")
    saul.press("Save")
    saul.reads(CONCERN)


def begins(lead, house, pupil, lot, basis):
    # when she starts a referral
    lead.go(f"{house.home}/referrals")
    lead.press("Start a referral")
    lead.sees("Start a referral")
    lead.write(pupil=pupil.reference)
    lead.tick("lot", str(lot.pk))
    lead.tick("basis", basis)
    lead.press("Start referral")
    lead.reads("Draft referral started")
    return Referral.objects.get(pupil=pupil)


def says_basis(lead, heading, on, **facts):
    # and she gives the facts of the legal basis, which determine the due date
    lead.sees(heading)
    lead.date("basis_on", on)
    for name, value in facts.items():
        lead.write(**{name: value}) if isinstance(value, str) else lead.date(name, value)
    lead.press("Save and continue")


def says_what(lead, first, last, *, travel="school"):
    lead.sees("Placement details")
    lead.date("starts_on", first)
    lead.date("ends_on", last)
    lead.write(hours="15", outcomes="Attends every day\nFinishes a first unit", miles="15", weekly_budget="450")
    lead.tick("travel", travel)
    lead.press("Save and continue")


def paints(lead, area, picture):
    lead.sees("Pen picture")
    lead.write(key_stage="ks4", area=area, picture=picture)
    if lead.page.locator('[name="few"]').count():
        lead.tick("few", "on")
    lead.press("Save and continue")


def asks(ruth, ada, stage, house, pupil):
    lot = stage.markets["IAP"].lots.get(number=2)
    referral = begins(ruth, house, pupil, lot, "s19")
    draft = f"{house.home}/referrals/{referral.reference}"
    says_basis(ruth, "Section 19", stage.on("0 Mon"))
    ruth.go(draft)
    ruth.reads("Tuesday 24 November 2026")
    ruth.go(f"{draft}/wanted")
    says_what(ruth, stage.on("2 Mon"), stage.on("4 Fri"))

    # when she writes a pen picture that contains the child's name, then the page highlights the name, and she cannot
    # ask providers
    paints(ruth, "Worthing", PICTURE.format("Jonty"))
    ruth.sees("What providers see")
    ruth.reads(
        "Before you can ask providers",
        "remove this, because it is a name",
        "This preview leaves out your school’s name",
    )
    ruth.go(f"{draft}/ask")
    ruth.reads("Before you can ask providers")
    ruth.press("Ask ")
    ruth.sees("Check your referral before you ask providers")
    assert not ExpressionOfInterest.objects.exists()

    # when she removes the name and sets the deadline for replies
    ruth.go(f"{draft}/picture")
    ruth.write(picture=PICTURE.format("He"))
    ruth.press("Save and continue")
    ruth.sees("Providers to ask")
    ruth.reads(
        "This market’s own rules require you to ask every provider",
        "Harbour Lane Studio Ltd",
        "miles in a straight line",
    )
    ruth.press("Save and continue")
    ruth.sees("Check your referral before you ask providers")
    ruth.reads("He mends bicycles", "Downland Forest Learning CIC")
    ruth.press("Ask ")

    # then providers get an email that names neither the child nor the school
    ruth.sees("Your referral has been sent")
    for secret in (*JONTY[:2], *house.name.split()[:2]):
        assert secret not in ada.mail.subject + ada.mail.body
    referral.refresh_from_db()
    return referral
