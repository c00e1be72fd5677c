"""A team of a council with thousands of referrals from past years.

Most of the referrals have ended, and some need action.
"""

from datetime import timedelta
from types import SimpleNamespace

from benchmarks import placements as placing
from benchmarks import pupil_records, row_cloning
from calloff.kernel import clock
from calloff.placements import commands as placements
from calloff.referrals import commands as referrals
from calloff.referrals.models import Referral

MARKET_CODE = "HOMES"
RIVAL_PROVIDERS = 4  # the number of providers asked about each referral, in addition to the provider that replies
(
    DRAFT_REFERRALS,
    CLOSED_REFERRALS,
    ASKING_REFERRALS,
    OFFERED_REFERRALS,
    PLACEMENTS_TO_CHECK,
    RUNNING_PLACEMENTS,
    NONE_FOUND_REFERRALS,
    WITHDRAWN_REFERRALS,
) = 10, 10, 180, 50, 10, 140, 800, 800
WAITING_ITEMS = DRAFT_REFERRALS + CLOSED_REFERRALS + PLACEMENTS_TO_CHECK


def team_with_referrals(count: int) -> SimpleNamespace:
    """Make or find a buyer with `count` referrals.

    The numbers above say how many referrals are at each stage. All others have led to a placement that has ended.
    """
    place = placing.market_with_places(MARKET_CODE, count, RIVAL_PROVIDERS)
    # An earlier case has already made these referrals.
    if Referral.objects.filter(buyer=place.team).count() == count:
        return place
    at = clock.now()
    draft = placing.draft_referral(place, 0).pk
    asking = placing.asked_referral(place, 1).pk
    offered = placing.offer_place(place, 2).referral_id
    to_check = placements.confirm(placing.offer_place(place, 3), by=place.lead, at=clock.now()).referral_id
    running = placing.running_placement(place, 4)
    none_found = referrals.close(
        placing.asked_referral(place, 5), reason="Nobody answered.", by=place.cora, at=clock.now()
    ).pk
    withdrawn = referrals.withdraw(
        placing.asked_referral(place, 6), reason="The child moved.", by=place.cora, at=clock.now()
    ).pk
    past = {"asked_at": str(at - timedelta(days=9)), "reply_by": str(at - timedelta(days=2))}
    over = {"status": "ended", "ended_on": str(at.date())}
    made = 0
    for mark, template, wanted, changed in (
        ("D", draft, DRAFT_REFERRALS - 1, {}),
        ("C", asking, CLOSED_REFERRALS, {"referral": past}),
        ("A", asking, ASKING_REFERRALS - 1, {}),
        ("O", offered, OFFERED_REFERRALS - 1, {}),
        ("T", to_check, PLACEMENTS_TO_CHECK - 1, {}),
        ("G", running.referral_id, RUNNING_PLACEMENTS - 1, {}),
        ("N", none_found, NONE_FOUND_REFERRALS - 1, {}),
        ("W", withdrawn, WITHDRAWN_REFERRALS - 1, {}),
    ):
        made += len(_copied(place, mark, template, wanted, **changed))
    _copied(place, "E", running.referral_id, count - made - 7, placement=over)
    row_cloning.analyse_tables()
    assert Referral.objects.filter(buyer=place.team).count() == count
    return place


def _copied(place: SimpleNamespace, mark: str, template: int, count: int, **changed: dict[str, str]) -> list[object]:
    wanted = pupil_records.children_for_buyers(f"{MARKET_CODE}{mark}", [place.team.pk], count)
    return list(
        pupil_records.copy_referral(
            template, wanted, referral=changed.get("referral"), placement=changed.get("placement")
        )
    )
