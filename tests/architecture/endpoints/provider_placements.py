"""The doors of a provider's placements: the register, staff checks, changes, the exit report."""

from tests.architecture.endpoints import PROVIDER, Endpoint
from tests.architecture.endpoints.buyer_placements import LAST_DAY, TODAY, dated, proposed

SEE, ADA = frozenset({"ada", "ben", "petra"}), frozenset({"ada"})


def home(world):
    return (world.provider.slug,)


def at(name, *more):
    return lambda world: (world.provider.slug, getattr(world, name).reference, *more)


def session(world):
    return (world.provider.slug, "2026-03-02", "am")


def reads(route, where, who=SEE, **more):
    return Endpoint("GET", f"provider:{route}", who, where, **more)


def asks(route, where, who=ADA, sends=lambda world: {}):
    return [
        Endpoint("GET", f"provider:placement-{route}", who, where, sees=PROVIDER - who),
        Endpoint("POST", f"provider:placement-{route}", who, where, sends, sees=PROVIDER - who),
    ]


def note(world):
    return {
        "kind": "elsewhere", "time": "9am", "place_kind": "site", "place": "Yard Farm", "decided_by": "Our lead",
        "told": "The school", "text": "The boiler failed.", **dated("day", TODAY),
    }  # fmt: skip


def of_note(name):
    return lambda world: (world.provider.slug, world.running.reference, getattr(world, name).pk)


def marks(world):
    """Mark an absence whose reason is known: the doors open before the session starts."""
    reference = world.running.reference
    return {f"mark-{reference}": "absent", f"cause-{reference}": "ill"}


DOORS: list[Endpoint] = [
    reads("register-today", home),
    reads("register", session, writes=True),
    Endpoint("POST", "provider:register", SEE, session, marks, sees=PROVIDER - SEE),
    reads("placements", home, writes=True),
    reads("placement", at("running"), writes=True),
    reads("placement-history", at("running")),
    reads("placement-notes", at("running")),
    *asks("record-note", at("placement_to_check"), SEE, note),
    *asks("correct-note", of_note("note"), SEE, note),
    reads("placement-pupil", at("running"), writes=True),
    reads("placement-protection", at("running"), frozenset({"petra"}), writes=True, recently=True),
    *asks(
        "confirm-staff-checks", at("placement_to_check"), ADA,
        lambda world: {"said": "Four staff.", "sure": "on", **dated("on", TODAY)},
    ),
    *asks("withdraw-place", at("placement_to_sign"), ADA, lambda world: {"reason": "Our teacher is leaving."}),
    reads("placement-risk-plan", at("placement_checked"), writes=True),
    reads("placement-changes", at("change_of_ours")),
    *asks("propose-change", at("running"), ADA, proposed),
    *asks("agree-change", at("change_of_ours", 1)),
    *asks("decline-change", at("change_of_ours", 1), ADA, lambda world: {"reason": "No."}),
    *asks("withdraw-change", at("change_to_answer", 1)),
    reads("placement-reviews", at("running")),
    *asks("provider-notice", at("running"), ADA, lambda world: {"reason": "No.", **dated("last_on", LAST_DAY)}),
    reads("placement-ending", at("ended_placement")),
    *asks("report-exit", at("ended_placement"), ADA, lambda world: {"report": "She did well."}),
]  # fmt: skip
