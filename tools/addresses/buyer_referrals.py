"""The endpoints of a buyer's referrals."""

from calloff.people.permissions import Role
from tools.addresses import SPREADSHEET, Address, Photo
from tools.screenshots import referrals as demo_referrals

PLACERS = frozenset({"ruth"})
SEERS = frozenset({"ruth", "helen", "saul", "fay"})
SCHOOL = SEERS | {"bea"}


def home(world):
    return (world.school.slug,)


def at(name, *more):
    return lambda world: (world.school.slug, getattr(world, name).reference, *more)


def offer_of(world):
    return (world.school.slug, world.replied_referral.reference, world.interest.reference)


def question_of(world):
    return (world.school.slug, world.asking_referral.reference, world.question.pk)


def reads(route, where=home, **more):
    return Address("GET", f"buyer:{route}", SEERS, where, **more)


def asks(route, where=home, sends=lambda world: {}, **more):
    return [
        Address("GET", f"buyer:{route}", PLACERS, where, sees=SCHOOL - PLACERS, **more),
        Address("POST", f"buyer:{route}", PLACERS, where, sends, sees=SCHOOL - PLACERS, **more),
    ]


def day(name, year, month, of_month):
    return {f"{name}-day": str(of_month), f"{name}-month": str(month), f"{name}-year": str(year)}


WANTED = {
    **day("starts_on", 2026, 3, 9), **day("ends_on", 2026, 7, 17), "hours": "15", "outcomes": "Attends every day",
    "travel": "school", "miles": "", "weekly_budget": "",
}  # fmt: skip
PICTURE = {
    "key_stage": "ks3", "needs": ["SEMH"], "sen_provision": "K", "hazards": ["absconding"], "area": "Worthing",
    "picture": "Enjoys animals.", "few": "on",
}  # fmt: skip
LATER = {**day("reply_by", 2026, 3, 6), "clock": "17:00"}
OFFER = {
    "reason": "The closest fit.", "thanks": "Another was.", "urgent_reason": "The child has no school from tomorrow.",
    **day("confirm_by", 2026, 3, 9), "clock": "17:00",
}  # fmt: skip
ANSWER = {"answer": "Yes, by bus.", "restated": ""}
WHY = {"reason": "Nobody fits."}
BASIS = {**day("basis_on", 2026, 2, 26), **day("due_on", 2026, 3, 6)}


def child(world):
    return {"pupil": world.child_to_refer.reference, "lot": str(world.lot.pk), "basis": "s19"}


ADDRESSES: list[Address] = [
    reads("referrals", photos=[Photo(Role.AP_LEAD, demo_referrals.a_buyer_who_refers)]),
    reads("referrals-export", no_photo=SPREADSHEET),
    *asks("referral-begin", sends=child, photos=[Photo(Role.AP_LEAD, demo_referrals.a_buyer_who_refers)]),
    reads(
        "referral",
        at("draft_referral"),
        photos=[
            Photo(Role.AP_LEAD, demo_referrals.draft, like="draft"),
            Photo(Role.AP_LEAD, demo_referrals.asking, like="asking"),
            Photo(Role.AP_LEAD, demo_referrals.offered, like="offered"),
            Photo(Role.AP_LEAD, demo_referrals.of_status("none_found"), like="none-found"),
        ],
    ),
    reads("referral", at("asking_referral"), query="?of=asking"),
    *asks(
        "referral-choose-basis",
        at("draft_referral"),
        lambda world: {"basis": "s19"},
        photos=[Photo(Role.AP_LEAD, demo_referrals.draft)],
    ),
    *asks(
        "referral-basis",
        at("draft_referral", "s19"),
        lambda world: BASIS,
        photos=[
            Photo(Role.AP_LEAD, demo_referrals.a_basis),
            Photo(Role.AP_LEAD, demo_referrals.a_basis, press="Save and continue"),
        ],
    ),
    *asks(
        "referral-wanted",
        at("draft_referral"),
        lambda world: WANTED,
        photos=[Photo(Role.AP_LEAD, demo_referrals.draft)],
    ),
    *asks(
        "referral-picture",
        at("draft_referral"),
        lambda world: PICTURE,
        photos=[Photo(Role.AP_LEAD, demo_referrals.draft)],
    ),
    reads("referral-preview", at("draft_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.draft)]),
    *asks(
        "referral-who",
        at("draft_referral"),
        lambda world: {"whom": "all", **LATER},
        photos=[Photo(Role.AP_LEAD, demo_referrals.draft)],
    ),
    *asks("referral-ask", at("draft_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.draft)]),
    reads("referral-ask-done", at("asking_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.asking)]),
    reads("referral-history", at("asking_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.offered)]),
    reads("referral-replies", at("replied_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.asking)]),
    *asks(
        "referral-offer",
        offer_of,
        lambda world: OFFER,
        photos=[Photo(Role.AP_LEAD, demo_referrals.a_reply_to_choose)],
    ),
    *asks(
        "referral-take-back",
        at("offered_referral"),
        lambda world: WHY,
        photos=[Photo(Role.AP_LEAD, demo_referrals.offered)],
    ),
    *asks("referral-nudge", at("asking_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.asking)]),
    *asks(
        "referral-ask-more",
        at("asking_referral"),
        lambda world: LATER,
        photos=[Photo(Role.AP_LEAD, demo_referrals.asking)],
    ),
    *asks(
        "referral-close",
        at("asking_referral"),
        lambda world: WHY,
        photos=[Photo(Role.AP_LEAD, demo_referrals.asking)],
    ),
    *asks(
        "referral-withdraw",
        at("asking_referral"),
        lambda world: WHY,
        photos=[Photo(Role.AP_LEAD, demo_referrals.asking)],
    ),
    reads("referral-questions", at("asking_referral"), photos=[Photo(Role.AP_LEAD, demo_referrals.asking)]),
    *asks(
        "referral-answer-question",
        question_of,
        lambda world: ANSWER,
        photos=[Photo(Role.AP_LEAD, demo_referrals.a_question_to_answer)],
    ),
]
