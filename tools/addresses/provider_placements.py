"""The endpoints of a provider's placements: the register, staff checks, changes and the exit report."""

from calloff.people.permissions import Role
from tools.addresses import DOCUMENT, PROVIDER, Address, Photo
from tools.addresses.buyer_placements import LAST_DAY, TODAY, dated, proposed
from tools.screenshots import placements as demo_placements
from tools.screenshots import sample_records as demo

SEE, ADA = frozenset({"ada", "ben", "petra"}), frozenset({"ada"})


def home(world):
    return (world.provider.slug,)


def at(name, *more):
    return lambda world: (world.provider.slug, getattr(world, name).reference, *more)


def session(world):
    return (world.provider.slug, "2026-03-02", "am")


def reads(route, where, who=SEE, **more):
    return Address("GET", f"provider:{route}", who, where, **more)


def asks(route, where, who=ADA, sends=lambda world: {}, **more):
    return [
        Address("GET", f"provider:placement-{route}", who, where, sees=PROVIDER - who, **more),
        Address("POST", f"provider:placement-{route}", who, where, sends, sees=PROVIDER - who, **more),
    ]


def note(world):
    return {
        "kind": "elsewhere", "time": "9am", "place_kind": "site", "place": "Yard Farm", "decided_by": "Our lead",
        "told": "The school", "text": "The boiler failed.", **dated("day", TODAY),
    }  # fmt: skip


def of_note(name):
    return lambda world: (world.provider.slug, world.running.reference, getattr(world, name).pk)


def marks(world):
    """Return marks for an absence whose cause is known, because these endpoints are tried before the session
    starts.
    """
    place = f"{world.running.reference}-am"
    return {f"mark-{place}": "absent", f"cause-{place}": "ill"}


ADDRESSES: list[Address] = [
    reads("register-today", home, no_photo="leads on to the register of now"),
    reads("register", session, writes=True,
             photos=[
                 Photo(Role.PROVIDER_LEAD, demo_placements.register_of_today, like="today"),
                 Photo(Role.PROVIDER_LEAD, demo_placements.a_register, like="marked"),
             ]),
    reads("register-week", lambda world: (world.provider.slug, "2026-03-02"), writes=True,
             photos=[Photo(Role.PROVIDER_LEAD, demo_placements.register_week)]),
    Address("POST", "provider:register", SEE, session, marks, sees=PROVIDER - SEE),
    reads("placements", home, writes=True, photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live))]),
    reads("placement", at("running"), writes=True,
             photos=[
                 Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.before, "reference"), like="before"),
                 Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"), like="running"),
             ]),
    reads("placement-history", at("running"),
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    reads("placement-notes", at("running"),
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.notes, "placement__reference"))]),
    *asks("record-note", at("placement_to_check"), SEE, note,
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    *asks("correct-note", of_note("note"), SEE, note,
             photos=[
                 Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.to_answer, "placement__reference", "pk")),
             ]),
    reads("placement-pupil", at("running"), writes=True,
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    reads("placement-protection", at("running"), frozenset({"petra"}), writes=True, recently=True,
             photos=[Photo(Role.PROVIDER_SAFEGUARDING, demo.provider(demo_placements.live, "reference"))]),
    *asks(
        "confirm-staff-checks", at("placement_to_check"), ADA,
        lambda world: {"said": "Four staff.", "sure": "on", **dated("on", TODAY)},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.before, "reference"))],
    ),
    *asks("withdraw-place", at("placement_to_sign"), ADA, lambda world: {"reason": "Our teacher is leaving."},
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.before, "reference"))]),
    reads("placement-risk-plan", at("placement_checked"), writes=True, no_photo=DOCUMENT),
    reads("placement-changes", at("change_of_ours"),
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    *asks("propose-change", at("running"), ADA, proposed,
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    *asks("agree-change", at("change_of_ours", 1),
             photos=[
                 Photo(Role.PROVIDER_LEAD,
                         demo.provider(demo_placements.changes("buyer"), "placement__reference", "number")),
             ]),
    *asks("decline-change", at("change_of_ours", 1), ADA, lambda world: {"reason": "No."},
             photos=[
                 Photo(Role.PROVIDER_LEAD,
                         demo.provider(demo_placements.changes("buyer"), "placement__reference", "number")),
             ]),
    *asks("withdraw-change", at("change_to_answer", 1),
             photos=[
                 Photo(Role.PROVIDER_LEAD,
                         demo.provider(demo_placements.changes("provider"), "placement__reference", "number")),
             ]),
    reads("placement-reviews", at("running"),
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    *asks("finish", at("running"), ADA, no_photo="it leads to the only action that is possible"),
    *asks("provider-notice", at("running"), ADA, lambda world: {"reason": "No.", **dated("last_on", LAST_DAY)},
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.live, "reference"))]),
    reads("placement-ending", at("ended_placement"),
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.over, "reference"))]),
    *asks("report-exit", at("ended_placement"), ADA, lambda world: {"report": "She did well."},
             photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_placements.over, "reference"))]),
]  # fmt: skip
