"""Suspend a provider that has hundreds of children. The case itself is in cases.py."""

import time as clocks
from types import SimpleNamespace

from django.db import transaction

from benchmarks import dataset, roles, row_cloning, runner
from benchmarks import placements as placing
from benchmarks.pupil_records import children_for_buyers, copy_referral
from calloff.kernel import clock
from calloff.members.models import Member
from calloff.monitoring import commands
from calloff.monitoring.models import SuspensionNotice
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.placements import commands as placements

BUYER_TEAMS = 15  # the number of buyers that placed the children. All of them are notified
TIMED_RUNS = 20


def suspend_with_recall(children: int) -> runner.BenchFigure:
    """Suspend a provider with `children` children whom 15 buyers have placed, and notify all these buyers.

    Then lift the suspension, so that the case can be repeated.
    """
    place = placing.market_with_places("RECAL", children)
    teams = [_team(place, number) for number in range(BUYER_TEAMS)]
    first = placements.confirm(placing.offer_place(teams[0], 0), by=place.lead, at=clock.now())
    buyers = [team.team.pk for team in teams]
    copy_referral(first.referral_id, children_for_buyers("RECAL", buyers[1:] + buyers[:1], children - 1))
    row_cloning.analyse_tables()
    member = Member.objects.select_related("provider", "authority").get(market=place.market)
    quentin = User.objects.create_user("quentin@recall.example", name="Quentin")
    roles.give_role(member.authority, quentin, Role.QUALITY_OFFICER)
    took, floor = [], []
    for _ in range(TIMED_RUNS):
        began = clocks.perf_counter()
        suspension = commands.suspend(
            member.provider, authority=member.authority, members=[member], clause="2", reason="A concern.",
            review_route="Write.", by=quentin, at=clock.now(),
        )  # fmt: skip
        took.append(clocks.perf_counter() - began)
        notices = SuspensionNotice.objects.filter(suspension=suspension)
        assert sum(notice.children + notice.to_start for notice in notices) == children, "every child is counted"
        assert notices.count() == BUYER_TEAMS, "every buyer is told"
        commands.reinstate(suspension, reason="Well.", by=quentin, at=clock.now())
        floor.append(_told(list(User.objects.filter(email__endswith="@recall.example"))))
    return runner.make_figure("suspend.recall", took, floor, sum(took))


def _told(somebody: list[User]) -> float:
    """Time the least work that could do the same job: queue the same number of messages."""
    began = clocks.perf_counter()
    with transaction.atomic():
        for _ in range(BUYER_TEAMS):
            queue_message(MessageText("A subject", "Words."), to=somebody[:1], sender="Bench", at=clock.now())
    return clocks.perf_counter() - began


def _team(place: SimpleNamespace, number: int) -> SimpleNamespace:
    cora = User.objects.create_user(f"cora{number}@recall.example", name=f"Cora {number}")
    authority, olivia = place.market.authority, dataset.found_council().olivia
    team = roles.team_of(authority, name=f"Recall {number}", person=cora, role=Role.COMMISSIONER, by=olivia)
    return SimpleNamespace(**{**vars(place), "team": team, "cora": cora})
