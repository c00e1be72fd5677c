"""A team that has placed children for years: thousands of referrals, most of them over, and some that wait for it."""

from datetime import timedelta
from types import SimpleNamespace

from benchmarks import placements as placing
from benchmarks import pupil_records, row_cloning
from calloff.kernel import clock
from calloff.placements import commands as placements
from calloff.referrals import commands as referrals
from calloff.referrals.models import Referral

CODE = "HOMES"
RIVALS = 4  # asked with each referral, besides the one that answers
DRAFTS, CLOSED, ASKING, OFFERED, TO_CHECK, RUNNING, NONE_FOUND, WITHDRAWN = 10, 10, 180, 50, 10, 140, 800, 800
WAITS = DRAFTS + CLOSED + TO_CHECK


def team_of(count: int) -> SimpleNamespace:
    """Make or find the buyer of so many referrals: of each stage as many as stand above, the rest placed and ended."""
    place = placing.here(CODE, count, RIVALS)
    if Referral.objects.filter(buyer=place.team).count() == count:  # an earlier case has made them
        return place
    at = clock.now()
    draft = placing.drafted(place, 0).pk
    asking = placing.asked(place, 1).pk
    offered = placing.offered(place, 2).referral_id
    to_check = placements.confirm(placing.offered(place, 3), by=place.lead, at=clock.now()).referral_id
    running = placing.running(place, 4)
    none_found = referrals.close(placing.asked(place, 5), reason="Nobody answered.", by=place.cora, at=clock.now()).pk
    withdrawn = referrals.withdraw(placing.asked(place, 6), reason="The child moved.", by=place.cora, at=clock.now()).pk
    past = {"asked_at": str(at - timedelta(days=9)), "reply_by": str(at - timedelta(days=2))}
    over = {"status": "ended", "ended_on": str(at.date())}
    made = 0
    for mark, template, wanted, changed in (
        ("D", draft, DRAFTS - 1, {}),
        ("C", asking, CLOSED, {"referral": past}),
        ("A", asking, ASKING - 1, {}),
        ("O", offered, OFFERED - 1, {}),
        ("T", to_check, TO_CHECK - 1, {}),
        ("G", running.referral_id, RUNNING - 1, {}),
        ("N", none_found, NONE_FOUND - 1, {}),
        ("W", withdrawn, WITHDRAWN - 1, {}),
    ):
        made += len(_copied(place, mark, template, wanted, **changed))
    _copied(place, "E", running.referral_id, count - made - 7, placement=over)
    row_cloning.settle()
    assert Referral.objects.filter(buyer=place.team).count() == count
    return place


def _copied(place: SimpleNamespace, mark: str, template: int, count: int, **changed: dict[str, str]) -> list[object]:
    wanted = pupil_records.for_each(f"{CODE}{mark}", [place.team.pk], count)
    return list(
        pupil_records.copied(template, wanted, referral=changed.get("referral"), placement=changed.get("placement"))
    )
