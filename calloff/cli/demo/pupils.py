# ruff: noqa: E501  (tables)
"""The children in the story, as their schools' AP leads recorded them. All are invented."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calloff.cli.demo import cast
from calloff.cli.demo.context import DemoContext
from calloff.kernel.codes import upn_check_letter
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.pupils import commands
from calloff.pupils.commands.contacts import ContactFacts
from calloff.pupils.models import Pupil, SocialCare
from calloff.pupils.validation import usual_year_group


class DemoChild(NamedTuple):
    key: str
    school: str
    given: str
    family: str
    sex: str
    age: tuple[int, int, int]  # (years before the anchor, month, day)
    needs: tuple[str, ...]
    plan: str  # E (EHC plan), K (SEN support) or N (neither)
    attendance: str
    hazards: tuple[str, ...]
    strengths: str
    risks: str
    carer: str
    looked_after: str = ""


# fmt: off
DEMO_CHILDREN = [
    # key       school   given     family        sex  born         needs             plan  attends hazards
    # strengths                                   risks                                                     carer

    DemoChild("jasmine", "shore", "Jasmine", "Thistlewood", "F", (14, 5, 14), ("SEMH", "SLCN"), "K", "54.5", ("absconding", "verbal"),   "Likes drawing, and is patient with animals.",      "Leaves the room when it is loud. Time outdoors helps.",           "Marigold Thistlewood"),
    DemoChild("kofi",   "shore",  "Kofi",   "Ashdown",     "M", (15, 11, 2), ("SEMH",),        "K", "41.0", ("physical", "substances"), "Repairs bicycles and knows every part.",      "Hits out when he feels trapped. A way out of the room helps.", "Esi Ashdown"),
    DemoChild("rowan",  "shore",  "Rowan",  "Pettifer",    "M", (12, 3, 21), ("ASD", "SEMH"),  "E", "62.0", ("none",),                  "Likes mathematics, trains and how things work.", "Sudden changes upset him. A plan for the day helps.",              "Ivy Pettifer"),
    DemoChild("tilda",  "shore",  "Tilda",  "Crane",       "F", (13, 7, 9),  ("SEMH",),        "K", "48.5", ("self_harm",),             "Sings, and writes songs.",                 "Mornings are hardest. An adult she knows helps.",  "Anneke Crane"),
    DemoChild("bram",   "shore",  "Bram",   "Kestle",      "M", (15, 10, 8), ("SEMH",),        "K", "44.0", ("verbal",),                "Good with his hands and proud of a job done well.", "Large groups and raised voices upset him. Time outside helps.", "Odile Kestle"),
    DemoChild("theo",   "shore",  "Theo",   "Wrenfield",   "M", (12, 6, 19), ("ASD",),         "E", "58.0", ("none",),                  "Curious about how things work.",           "Worries when he does not know what is next. One adult to explain helps.", "June Wrenfield"),
    DemoChild("nell",   "shore",  "Nell",   "Marchbank",   "F", (14, 2, 11), ("SEMH",),        "K", "39.5", ("self_harm",),             "Creative, and quiet until she knows people.", "Does not like being watched. A reason to get up helps.", "Hilde Marchbank"),
    DemoChild("finn",   "shore",  "Finn",   "Calloway",    "M", (15, 4, 18), ("SEMH", "MLD"),  "K", "39.0", ("verbal",),                "Carpentry, and anything with an engine.",  "Gives up when he thinks he is watched. A quiet start helps.", "Orla Calloway"),
    DemoChild("isla",   "shore",  "Isla",   "Rushbrook",   "F", (15, 8, 27), ("SEMH",),        "K", "44.0", ("absconding",),            "Likes being outdoors in any weather. Knows birds.",    "Leaves when people raise their voices. A place to go helps.", "Hale Rushbrook"),
    DemoChild("ottilie", "shore", "Ottilie", "Fenwright",  "F", (13, 9, 2),  ("SEMH",),        "K", "52.0", ("none",),                  "Bakes, and remembers every recipe.",       "Does not like being rushed. A list of what is next helps.",         "Greta Fenwright"),
    DemoChild("dev",    "weald",  "Dev",    "Marlowe",     "M", (14, 1, 30), ("MLD", "SLCN"),  "E", "71.0", ("medical",),               "Likes cooking, and likes to finish what he starts.", "Has epilepsy. The school nurse has the plan.",          "Rani Marlowe"),
    DemoChild("sorcha", "weald",  "Sorcha", "Lindgren",    "F", (15, 9, 17), ("SEMH",),        "E", "33.5", ("exploitation",),          "Likes football and looking after younger children.", "Goes off with people she does not know. Someone to call helps.", "Residential home", "West Sussex"),
    DemoChild("milo",   "stour",  "Milo",   "Hazelgrove",  "M", (11, 4, 5),  ("SPLD",),        "K", "66.0", ("verbal",),                "Builds models and reads maps.",               "Shouts when he is asked to write. A keyboard helps.",    "Beth Hazelgrove"),
    DemoChild("anwen",  "stour",  "Anwen",  "Stourton",    "F", (13, 12, 1), ("SEMH", "SPLD"), "E", "45.0", ("absconding",),            "Likes horses and working in the yard.",                     "Walks out when she is praised in front of others.",      "Carys Stourton"),
]
# fmt: on


# The contacts of two children whose fathers live elsewhere. The first father can be contacted, but neither parent
# must read anything about the other. A court order forbids contact with the second father.
CONTACTS_KEPT_APART: dict[str, ContactFacts] = {
    "tilda": {
        "name": "Joost Crane", "relation": "Father", "telephone": "01632 960101", "responsibility": "yes",
        "lives_with_child": "no", "address": "7 Made-up Mews", "address_withheld": "no", "order": "yes",
        "order_who": "Tilda and her mother", "order_what": "Must not come to the school, or anywhere Tilda is taught.",
        "do_not_contact": True, "do_not_contact_reason": "A family court order.",
    },
    "ottilie": {
        "name": "Alban Fenwright", "relation": "Father", "telephone": "01632 960102", "responsibility": "yes",
        "lives_with_child": "no", "address": "3 Fable Street", "address_withheld": "no", "order": "no",
        "views": "Would like to be invited to each review.",
    },
}  # fmt: skip


def add_pupils(stage: DemoContext) -> dict[str, Pupil]:
    """Let each school record its children, the views of each child and parent, and whom to call."""
    recorded = {child.key: _record(stage, child, number) for number, child in enumerate(DEMO_CHILDREN, start=1)}
    for name in ("The Shore", "Felpham Seniors"):
        commands.add_school_name(
            stage.organisations["shore"], name=name, by=_lead(stage, "shore"), at=stage.when("-6 Wed 16:10")
        )
    commands.keep_protection(
        recorded["sorcha"], social_care=SocialCare.IN_NEED, concerns="Older young people wait for her after school.",
        plan="If she is not where she should be, call the social worker the same day.", social_worker="The duty team",
        by=_with(stage, "weald", Role.SAFEGUARDING_LEAD), at=stage.when("-6 Wed 16:00"),
    )  # fmt: skip
    lead, at = _lead(stage, "stour"), stage.when("-1 Tue 09:15")
    commands.hold(recorded["anwen"], reason="The school is looking into a complaint.", by=lead, at=at)
    commands.leave(recorded["milo"], left_on=stage.on("-70 Fri"), by=lead, at=at)
    return recorded


def _record(stage: DemoContext, child: DemoChild, number: int) -> Pupil:
    buyer, lead, at = stage.organisations[child.school], _lead(stage, child.school), stage.when("-6 Mon 09:40")
    years, month, day = child.age
    born_on, rest = date(stage.anchor.year - years, month, day), f"9009000{number:05}"
    pupil = commands.record(
        buyer, given_name=child.given, family_name=child.family, born_on=born_on, sex=child.sex,
        year_group=max(0, min(13, usual_year_group(born_on, at.date()))), upn=upn_check_letter(rest) + rest,
        needs=list(child.needs), sen_provision=child.plan, ehc_plan_on=stage.on("-40 Tue") if child.plan == "E" else None,
        looked_after_by=child.looked_after, attendance=Decimal(child.attendance), attendance_from=stage.on("-20 Mon"),
        attendance_to=stage.on("-7 Fri"), strengths=child.strengths, hazards=list(child.hazards), risks=child.risks,
        address=f"{number} Invented Row", address_withheld="no", postcode=_postcode(child.school), by=lead, at=at,
    )  # fmt: skip
    _add_contacts(stage, child, number, pupil)
    return commands.note_views(
        pupil,
        child_views="Wants to go somewhere where people have time to listen.",
        by=lead,
        at=stage.when("-6 Wed 15:10"),
    )


def _add_contacts(stage: DemoContext, child: DemoChild, number: int, pupil: Pupil) -> None:
    """Record the contacts of a child: one carer for most children.

    Two children also have contacts who must not know about each other.
    """
    lead, at = _lead(stage, child.school), stage.when("-6 Tue 15:10")
    known: ContactFacts = {"order": "no", "address_withheld": "no", "lives_with_child": "yes", "responsibility": "yes"}
    carer: ContactFacts = {
        "name": child.carer, "relation": "Carer",
        "telephone": f"01632 960{number:03}", "told_on": stage.on("-6 Tue"),
        "views": "Would like a small group, and a phone call each week.",
    }  # fmt: skip
    if child.looked_after:
        carer |= {"relation": "Children’s home", "responsibility": "no"}
    if child.key in CONTACTS_KEPT_APART:
        carer |= {"relation": "Mother"}
    if child.key == "tilda":
        known |= {"address_withheld": "refuge"}
        carer |= {"views": "Does not want anyone from the past to know where they live."}
    commands.add_contact(pupil, **known | carer, by=lead, at=at)
    if child.key in CONTACTS_KEPT_APART:
        commands.add_contact(pupil, **CONTACTS_KEPT_APART[child.key], by=lead, at=at)


def _with(stage: DemoContext, school: str, role: Role) -> User:
    return stage.people[
        next(
            colleague.email for colleague in cast.STAFF if colleague.organisation == school and role in colleague.roles
        )
    ]


def _lead(stage: DemoContext, school: str) -> User:
    return stage.people[next(buyer.email for buyer in cast.BUYERS if buyer.organisation == school)]


def _postcode(school: str) -> str:
    return next(row.postcode for row in cast.SCHOOLS if row.key == school)
