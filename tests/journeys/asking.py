"""The first steps of a placed child: a school records the child, and asks providers without saying who it is."""

from calloff.pupils.models import Pupil
from calloff.referrals.models import Interest, Referral
from tests.journeys.placing import ADA, SCHOOL
from tests.journeys.visitors import mail_to

NAME = "Jonty Farthingale"
PICTURE = "{} mends bicycles and is proud of it. Crowded rooms are hard for him; one calm adult helps."
CONCERN = "An older neighbour waits for him after school."


def records(ruth, stage):
    # when the school's AP lead records a child, once
    ruth.go(f"{SCHOOL}/pupils")
    ruth.sees("Pupils")
    ruth.press("Record a pupil")
    ruth.sees("Record a pupil")
    ruth.write(given_name="Jonty", family_name="Farthingale", year_group="10", address="3 Invented Row")
    ruth.write(postcode="BN11 1BY")
    ruth.date("born_on", stage.on("-784 Mon"))  # fifteen
    ruth.tick("sex", "M")
    ruth.press("Record the pupil")
    ruth.sees(NAME)
    pupil = Pupil.objects.get()
    record = f"{SCHOOL}/pupils/{pupil.reference}"
    assert ruth.path == record  # which says no name

    # and says what the child needs, what providers must be ready for, whom to ring, and what the family thinks
    ruth.follow("Change needs")
    ruth.sees("Needs")
    ruth.write(needs="SEMH")
    ruth.tick("sen_provision", "K")
    ruth.press("Save")
    ruth.follow("Change risks and health")
    ruth.sees("Risks and health")
    ruth.tick("hazards", "verbal")
    ruth.write(risks="Shouts when he is cornered. A way out of the room helps.")
    ruth.press("Save")
    ruth.follow("Change whom to ring")
    ruth.sees("Whom to ring")
    ruth.write(name_1="Ottilie Farthingale", relation_1="Mother", telephone_1="01632 960777")
    ruth.tick("has_responsibility_1", "on")
    ruth.press("Save")
    ruth.follow("Note when they were")
    ruth.sees("Views")
    ruth.date("parent_told_on", stage.on("0 Tue"))
    ruth.write(parent_views="Would like a phone call each week.", child_views="Wants to make things.")
    ruth.press("Save")

    # then it stands together, and every reading of it is on record
    ruth.sees(NAME)
    ruth.reads("Ottilie Farthingale", "A way out of the room helps.", "Wants to make things.")
    ruth.follow("Who has read it")
    ruth.reads("Ruth Adeyemi")
    return pupil


def protects(saul, pupil):
    # when the school's safeguarding lead writes down what is for safeguarding leads alone
    saul.go(f"{SCHOOL}/pupils/{pupil.reference}/protection")
    saul.sees("What protects the child")
    saul.press("Change")
    saul.sees("What protects the child")
    saul.write(concerns=CONCERN, plan="Ring the duty social worker on the same day.")
    saul.press("Save")
    saul.reads(CONCERN)


def asks(ruth, stage, pupil):
    # when she begins a referral
    lot = stage.markets["IAP"].lots.get(number=2)
    ruth.go(f"{SCHOOL}/referrals")
    ruth.press("Begin a referral")
    ruth.sees("Begin a referral")
    ruth.write(pupil=pupil.reference)
    ruth.tick("lot", str(lot.pk))
    ruth.press("Begin the referral")
    ruth.sees("Referral to Vocational Opportunities")
    referral = Referral.objects.get()

    # and says by which duty, whence the sixth day is worked out
    ruth.follow("Legal basis")
    ruth.tick("basis", "s19")
    ruth.press("Continue")
    ruth.sees("Section 19")
    ruth.date("basis_on", stage.on("0 Mon"))
    ruth.press("Save and continue")
    ruth.reads("Tuesday 24 November 2026")
    ruth.follow("What is wanted")
    ruth.sees("What is wanted")
    ruth.date("starts_on", stage.on("2 Mon"))
    ruth.date("ends_on", stage.on("4 Fri"))
    ruth.write(hours="15", outcomes="Attends every day\nFinishes a first unit", miles="15", weekly_budget="450")
    ruth.tick("travel", "school")
    ruth.press("Save and continue")

    # and writes a pen picture with his name in it, then it is marked, and she cannot ask
    ruth.follow("Pen picture")
    ruth.sees("Pen picture")
    ruth.write(key_stage="ks4", area="Worthing", picture=PICTURE.format("Jonty"))
    ruth.tick("few", "on")
    ruth.press("Save, and see it through their eyes")
    ruth.sees("Referral to Vocational Opportunities")
    ruth.reads("Before you can ask", "take this out: it is a name", "Without your school’s name")
    ruth.go(f"{SCHOOL}/referrals/{referral.reference}/ask")
    ruth.reads("Before you can ask")
    ruth.press("Ask ")
    ruth.sees("Check before you ask")
    assert not Interest.objects.exists()

    # when she mends it, and says until when they reply
    ruth.go(f"{SCHOOL}/referrals/{referral.reference}/picture")
    ruth.write(picture=PICTURE.format("He"))
    ruth.press("Save, and see it through their eyes")
    ruth.does_not_read("Before you can ask", "take this out")
    ruth.press("Back to the tasks")
    ruth.follow("Who to ask")
    ruth.sees("Who to ask")
    ruth.reads("This market’s own rules ask every provider", "Harbour Lane Studio Ltd", "miles, straight line")
    ruth.press("Save and continue")
    ruth.follow("Check and ask")
    ruth.sees("Check before you ask")
    ruth.reads("He mends bicycles", "Downland Forest Learning CIC")
    ruth.press("Ask ")

    # then providers are asked, by an email that names neither the child nor the school
    ruth.sees("Providers are asked")
    letter = mail_to(ADA)
    for secret in ("Jonty", "Farthingale", "Felpham", "Shore Academy"):
        assert secret not in letter.subject + letter.body
    referral.refresh_from_db()
    return referral
