"""The doors of a buyer's placements: who sees them, and whose each check, signature and end is."""

from tests.architecture.endpoints import SCHOOL, Endpoint
from tests.timetables import typed

SEE, KNOW = frozenset({"ruth", "helen", "saul", "fay"}), frozenset({"ruth", "helen", "saul"})
RUTH, HELEN, SAUL, CHANGE = frozenset({"ruth"}), frozenset({"helen"}), frozenset({"saul"}), frozenset({"ruth", "helen"})
TODAY = {"day": "2", "month": "3", "year": "2026"}
NEXT_WEEK = {"day": "9", "month": "3", "year": "2026"}
LAST_DAY = {"day": "27", "month": "3", "year": "2026"}


def home(world):
    return (world.school.slug,)


def at(name, *more):
    return lambda world: (world.school.slug, getattr(world, name).reference, *more)


def dated(name, parts):
    return {f"{name}-{part}": value for part, value in parts.items()}


def reads(route, where, who=SEE, **more):
    return Endpoint("GET", f"buyer:{route}", who, where, **more)


def asks(route, where, who=RUTH, sends=lambda world: {}, **more):
    return [
        Endpoint("GET", f"buyer:placement-{route}", who, where, sees=SCHOOL - who, **more),
        Endpoint("POST", f"buyer:placement-{route}", who, where, sends, sees=SCHOOL - who, **more),
    ]


def of_referral(route, where, sends):
    return [
        Endpoint("GET", f"buyer:{route}", RUTH, where, sees=SCHOOL - RUTH),
        Endpoint("POST", f"buyer:{route}", RUTH, where, sends, sees=SCHOOL - RUTH),
    ]


def said(world):
    return {"said": "Calm, and well staffed.", **dated("on", TODAY)}


def note(world):
    return {
        "kind": "elsewhere", "time": "9am", "place_kind": "site", "place": "Yard Farm", "decided_by": "Our lead",
        "told": "The parents", "text": "The boiler failed.", **dated("day", TODAY),
    }  # fmt: skip


def of_note(name):
    return lambda world: (world.school.slug, world.running.reference, getattr(world, name).pk)


def drawn(world):
    return {
        **dated("starts_on", NEXT_WEEK), **dated("ends_on", LAST_DAY), "site": str(world.site.pk),
        "sessions": ["mon-am", "tue-am"], "am_from": "9:30am", "am_to": "12:00", "ratio": "1 to 4",
        "outcomes": "Attends every day", "purchase_order": "PO-1", "notice_days": "10",
        "absence_rule": "Charged.", "attendance_contact": "The office", "emergency": "The AP lead",
    }  # fmt: skip


def signature(world):
    code = world.code(world.placement_to_sign.agreement, "helen")
    return {
        "budget": str(world.budget.pk), "name": "Helen", "role": "Head", "authority": "The governors", "code": code,
    }  # fmt: skip


def proposed(world):
    return {"ratio": "1 to 2", "reason": "Safer.", **held(world), **dated("from_on", TODAY)}


def held(world):
    """What the boxes of a change show of the timetable that holds."""
    return {**typed("mon", "tue", "wed"), "site": str(world.running.site_id), "amount": "120"}


def codes(world):
    row = world.running.attendance.first()
    return {f"code-{row.pk}": "K", f"nature-{row.pk}": "Farm"}


def review(world):
    return {
        **dated("held_on", TODAY), "present": "AP lead", "found": "Well.", "child_views": "I like it.",
        "decision": "go_on", "outcome-0": "yes",
    }  # fmt: skip


def ended(world):
    return {**dated("last_day", TODAY), "destination": "school", "reason": "Done.", "outcome-0": "yes"}


def interim_of(name):
    return lambda world: (world.school.slug, getattr(world, name).referral.reference)


def sought(world):
    return {
        **dated("waiting_since", TODAY), "kind": "special", "setting": "Oak Bank School", "consultation": "sent",
        "what": "Chase the reply", "who": "SEN officer", **dated("by_on", NEXT_WEEK),
    }  # fmt: skip


def reviewed(world):
    return (world.school.slug, world.running.reference, world.running.review.pk)


DOORS: list[Endpoint] = [
    reads("placements", home, writes=True),
    reads("off-site-now", home, KNOW, writes=True),
    reads("placement", at("running"), writes=True),
    reads("placement-history", at("running")),
    reads("placement-notes", at("running"), KNOW),
    *asks("record-note", at("placement_to_check"), KNOW, note),
    *asks("correct-note", of_note("our_note"), KNOW, note),
    *asks("answer-note", of_note("note"), KNOW, lambda world: {"answer": "Agreed for today."}),
    *of_referral("referral-interim", interim_of("placement_to_check"), sought),
    *of_referral("referral-interim", interim_of("running"), sought),
    *of_referral(
        "referral-interim-end", interim_of("running"),
        lambda world: {**dated("ended_on", TODAY), "outcome": "Starts at a special school."},
    ),
    reads("placement-before-start", at("placement_to_check")),
    Endpoint(
        "POST", "buyer:placement-remind", RUTH, at("placement_to_check", "safeguarding"), sees=SCHOOL - RUTH
    ),
    *asks("record-visit", at("placement_to_check"), RUTH, said),
    *asks("tell-parent", at("placement_to_check"), RUTH, said),
    *asks("tell-authority", at("placement_to_check"), RUTH, said),
    *asks("give-direction", at("placement_directed"), RUTH, said),
    *asks("decide-safeguarding", at("placement_to_check"), SAUL, lambda world: {"agreed": "yes", "said": "Safe."}),
    *asks("keep-risk-plan", at("placement_to_check"), RUTH, lambda world: {"said": "Staff know what helps."}),
    reads("placement-risk-plan", at("placement_checked"), KNOW),
    *asks("draw-up", at("placement_checked"), RUTH, drawn),
    *asks("redraw", at("placement_to_sign")),
    reads("placement-agreement", at("placement_to_sign")),
    reads("placement-paper", at("sealed_placement")),
    Endpoint(
        "POST", "buyer:placement-send-code", HELEN, at("placement_to_sign"), sees=SCHOOL - HELEN
    ),
    *asks("agree", at("placement_to_sign"), HELEN, signature, recently=True),
    reads("placement-agree-done", at("placement_agreed")),
    reads("placement-register", at("running")),
    Endpoint("POST", "buyer:placement-register", RUTH, at("running"), codes, sees=SCHOOL - RUTH),
    *asks(
        "close-sessions", at("running"), RUTH,
        lambda world: {"sessions": ["2026-02-23 pm"], "reason": "They were closed."},
    ),
    reads("placement-changes", at("change_to_answer")),
    *asks("propose-change", at("running"), CHANGE, proposed),
    *asks("agree-change", at("change_to_answer", 1), CHANGE),
    *asks("decline-change", at("change_to_answer", 1), CHANGE, lambda world: {"reason": "No."}),
    *asks("withdraw-change", at("change_of_ours", 1), CHANGE),
    reads("placement-reviews", at("running")),
    *asks("plan-review", at("running"), RUTH, lambda world: dated("due_on", NEXT_WEEK)),
    *asks("hold-review", reviewed, RUTH, review),
    *asks("fall-through", at("placement_to_check"), RUTH, lambda world: {"reason": "They move away."}),
    *asks("give-notice", at("running"), RUTH, lambda world: {"reason": "No.", **dated("last_on", LAST_DAY)}),
    *asks("end", at("finishing"), RUTH, ended),
    *asks("end-early", at("running"), RUTH, ended),
    *asks("transfer", at("running"), RUTH, ended),
    reads("placement-ending", at("ended_placement")),
    *asks(
        "follow-up", at("ended_placement", 6), RUTH,
        lambda world: {"destination": "school", "sustained": "yes", "found": "Well.", **dated("done_on", TODAY)},
    ),
]  # fmt: skip
