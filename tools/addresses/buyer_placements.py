"""The endpoints of a buyer's placements, with the people who can see, check, sign and end them."""

from calloff.people.permissions import Role
from tests.timetables import typed
from tools.addresses import DOCUMENT, SCHOOL, SPREADSHEET, Address, Photo
from tools.screenshots import placements as demo_placements
from tools.screenshots import sample_records as demo

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
    return Address("GET", f"buyer:{route}", who, where, **more)


def asks(route, where, who=RUTH, sends=lambda world: {}, **more):
    return [
        Address("GET", f"buyer:placement-{route}", who, where, sees=SCHOOL - who, **more),
        Address("POST", f"buyer:placement-{route}", who, where, sends, sees=SCHOOL - who, **more),
    ]


def of_referral(route, where, sends, **more):
    return [
        Address("GET", f"buyer:{route}", RUTH, where, sees=SCHOOL - RUTH, **more),
        Address("POST", f"buyer:{route}", RUTH, where, sends, sees=SCHOOL - RUTH, **more),
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
    """Return the fields of a change, filled with the current timetable."""
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


def usual(world):
    return {"am_from": "9:30am", "am_to": "noon", "notice_days": "10", "emergency": "The AP lead"}


ADDRESSES: list[Address] = [
    reads("placements", home, writes=True, photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live))]),
    reads("attendance", home, query="?week=2026-02-23", writes=True,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live))]),
    Address("POST", "buyer:attendance", RUTH, home, codes, query="?week=2026-02-23", sees=SCHOOL - RUTH),
    reads("attendance-export", home, KNOW, query="?week=2026-02-23", writes=True, no_photo=SPREADSHEET),
    *(Address(method, "buyer:usual-details", RUTH, home, usual if method == "POST" else None, sees=SCHOOL - RUTH,
              photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live))] if method == "GET" else [])
      for method in ("GET", "POST")),
    reads("usual-details-history", home, RUTH, sees=SCHOOL - RUTH,
          photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live))]),
    reads("off-site-now", home, KNOW, writes=True, photos=[Photo(Role.HEAD, demo.buyer(demo_placements.live))]),
    reads("placement", at("running"), writes=True,
             photos=[
                 Photo(Role.AP_LEAD, demo_placements.to_check, like="before"),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"), like="running"),
             ]),
    reads("placement-history", at("running"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    reads("placement-notes", at("running"), KNOW,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.notes, "placement__reference"))]),
    *asks("record-note", at("placement_to_check"), KNOW, note,
             photos=[
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference")),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"), press="Record note"),
             ]),
    *asks("correct-note", of_note("our_note"), KNOW, note,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.ours, "placement__reference", "pk"))]),
    *asks("answer-note", of_note("note"), KNOW, lambda world: {"answer": "Agreed for today."},
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.to_answer, "placement__reference", "pk"))]),
    *of_referral("referral-interim", interim_of("placement_to_check"), sought,
             photos=[
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "referral__reference"), like="record"),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.interim, "referral__reference"), like="update"),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.interim, "referral__reference"), press="Save"),
             ]),
    *of_referral("referral-interim", interim_of("running"), sought),
    *of_referral(
        "referral-interim-end", interim_of("running"),
        lambda world: {**dated("ended_on", TODAY), "outcome": "Starts at a special school."},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.interim, "referral__reference"))],
    ),
    reads("placement-before-start", at("placement_to_check"),
             photos=[
                 Photo(Role.AP_LEAD, demo_placements.to_check),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.waiting, "reference"), like="missing"),
             ]),
    Address(
        "POST", "buyer:placement-remind", RUTH, at("placement_to_check", "safeguarding"), sees=SCHOOL - RUTH
    ),
    *asks("record-visit", at("placement_to_check"), RUTH, said,
             photos=[
                 Photo(Role.AP_LEAD, demo_placements.to_check),
                 Photo(Role.AP_LEAD, demo_placements.to_check, press="Record the visit"),
             ]),
    *asks("record-checks", at("placement_to_check"), RUTH,
             lambda world: {"visit_said": "Calm.", **dated("visit_on", TODAY)},
             no_photo="in the story, the AP lead has made all checks, or cannot make them yet"),
    *asks("tell-parent", at("placement_to_check"), RUTH, said,
             photos=[Photo(Role.AP_LEAD, demo_placements.to_check)]),
    *asks("tell-authority", at("placement_to_check"), RUTH, said,
             photos=[Photo(Role.AP_LEAD, demo_placements.to_check)]),
    *asks("give-direction", at("placement_directed"), RUTH,
             lambda world: {"reasons": "A smaller group.", "report_to": "Reception", **dated("on", TODAY)},
             photos=[Photo(Role.AP_LEAD, demo_placements.directed)]),
    *asks("decide-safeguarding", at("placement_to_check"), SAUL, lambda world: {"agreed": "yes", "said": "Safe."},
             photos=[Photo(Role.SAFEGUARDING_LEAD, demo_placements.to_check)]),
    *asks("keep-risk-plan", at("placement_to_check"), RUTH, lambda world: {"said": "Staff know what helps."},
             photos=[Photo(Role.AP_LEAD, demo_placements.to_check)]),
    reads("placement-risk-plan", at("placement_checked"), KNOW, no_photo=DOCUMENT),
    reads("placement-letter", lambda world: at("placement_to_check", "parent", world.parent.pk)(world), KNOW,
             writes=True, no_photo=DOCUMENT),
    reads("placement-letter", lambda world: at("placement_notified", "direction", world.notified_parent.pk)(world),
             KNOW, query="?notice", writes=True, no_photo=DOCUMENT),
    *asks("draw-up", at("placement_checked"), RUTH, drawn,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.ready, "reference"))]),
    *asks("redraw", at("placement_to_sign"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.drawn, "reference"))]),
    reads("placement-agreement", at("placement_to_sign"),
             photos=[
                 Photo(Role.HEAD, demo.buyer(demo_placements.drawn, "reference"), like="to-sign"),
                 Photo(Role.HEAD, demo.buyer(demo_placements.live, "reference"), like="agreed"),
             ]),
    reads("placement-paper", at("sealed_placement"), no_photo=DOCUMENT),
    Address(
        "POST", "buyer:placement-send-code", HELEN, at("placement_to_sign"), sees=SCHOOL - HELEN
    ),
    *asks("agree", at("placement_to_sign"), HELEN, signature, recently=True,
             photos=[
                 Photo(Role.HEAD, demo.buyer(demo_placements.drawn, "reference")),
                 Photo(Role.HEAD, demo.buyer(demo_placements.drawn, "reference"), {"code": "sent"}, "with-code"),
             ]),
    reads("placement-agree-done", at("placement_agreed"),
             photos=[Photo(Role.HEAD, demo.buyer(demo_placements.live, "reference"))]),
    reads("placement-register", at("running"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    Address("POST", "buyer:placement-register", RUTH, at("running"), codes, sees=SCHOOL - RUTH),
    *asks(
        "close-sessions", at("running"), RUTH,
        lambda world: {"sessions": ["2026-02-23 pm"], "reason": "They were closed."},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.placement("running"), "reference"))],
    ),
    reads("placement-changes", at("change_to_answer"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.changes("provider"), "placement__reference"))]),
    *asks("propose-change", at("running"), CHANGE, proposed,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("agree-change", at("change_to_answer", 1), CHANGE,
             photos=[
                 Photo(Role.HEAD, demo.buyer(demo_placements.changes("provider"), "placement__reference", "number")),
             ]),
    *asks("decline-change", at("change_to_answer", 1), CHANGE, lambda world: {"reason": "No."},
             photos=[
                 Photo(Role.HEAD, demo.buyer(demo_placements.changes("provider"), "placement__reference", "number")),
             ]),
    *asks("withdraw-change", at("change_of_ours", 1), CHANGE,
             photos=[
                 Photo(Role.HEAD, demo.buyer(demo_placements.changes("buyer"), "placement__reference", "number")),
             ]),
    reads("placement-reviews", at("running"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("plan-review", at("running"), RUTH, lambda world: dated("due_on", NEXT_WEEK),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("hold-review", reviewed, RUTH, review,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.reviews, "placement__reference", "pk"))]),
    *asks("fall-through", at("placement_to_check"), RUTH, lambda world: {"reason": "They move away."},
             photos=[Photo(Role.AP_LEAD, demo_placements.to_check)]),
    *asks("give-notice", at("running"), RUTH, lambda world: {"reason": "No.", **dated("last_on", LAST_DAY)},
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("finish", at("running"), RUTH, lambda world: {"happened": "return_to_school"},
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("return-to-school", at("running"), RUTH, ended,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    *asks("end", at("finishing"), RUTH, ended, no_photo="no placement of the demonstration is in its last days"),
    *asks("end-early", at("running"), RUTH, ended,
             photos=[
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference")),
                 Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"), press="End the placement"),
             ]),
    *asks("transfer", at("running"), RUTH, ended,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.live, "reference"))]),
    reads("placement-ending", at("ended_placement"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.over, "reference"))]),
    *asks(
        "follow-up", at("ended_placement", 6), RUTH,
        lambda world: {"destination": "school", "sustained": "yes", "found": "Well.", **dated("done_on", TODAY)},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo_placements.follow_ups, "placement__reference", "weeks"))],
    ),
]  # fmt: skip
