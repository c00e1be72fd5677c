"""The frame in which figures are taken: not the figures."""

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from benchmarks import runner

pytestmark = pytest.mark.slow


def test_a_figure_is_made_of_what_was_taken():
    row = runner.make_figure("x", [0.001] * 19 + [0.1], [0.0005] * 20, elapsed=0.2)
    assert (row.n, row.per_second, row.p50_ms, row.p95_ms, row.floor_ms, row.ratio) == (20, 100.0, 1.0, 1.0, 0.5, 2.0)


def test_the_median_of_five_rounds_is_no_average():
    rounds = [
        runner.make_figure("x", [seconds], [0.001], elapsed=seconds) for seconds in (0.001, 0.002, 0.003, 0.004, 9)
    ]
    assert runner.median_figure(rounds).p50_ms == 3.0


def test_case_and_floor_take_turns_and_are_warmed_up(monkeypatch):
    seen = []
    monkeypatch.setattr(runner, "BENCH_CASES", {})

    @runner.bench_case("turns", n=100, rounds=1)
    def turns():
        return runner.CaseAndFloor(lambda: seen.append("case"), lambda: seen.append("floor"))

    assert runner.measure("turns").n == 100
    measured = seen[1 + 2 * runner.WARM_UP_ACTS :]  # one act is made first, to count its statements
    assert measured == (["case"] * runner.ACTS_PER_TURN + ["floor"] * runner.ACTS_PER_TURN) * 2


def test_an_act_that_fails_fails_the_case_whichever_client_it_was():
    def fails():
        raise AssertionError("404")

    with pytest.raises(AssertionError, match="404"):
        runner.time_acts([fails, lambda: None], 10)


def test_beside_the_wall_stands_what_the_processor_did_and_so_did_the_programs_that_were_started():
    def work():
        ends = time.process_time() + 0.05
        while time.process_time() < ends:
            pass

    def have_it_done():
        subprocess.run([sys.executable, "-S", "-c", "sum(range(3_000_000))"], check=True)

    assert runner.time_client(lambda: time.sleep(0.05), 3).processor < 0.05
    assert runner.time_client(work, 3).processor >= 0.1
    assert runner.time_client(have_it_done, 2).processor >= 0.04
    assert os.getpid() in runner.Tree().pids


@pytest.mark.django_db
def test_the_statements_of_an_act_are_counted_its_own_and_those_of_the_web_server_and_no_savepoint():
    def act():
        for _ in range(3):
            connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SAVEPOINT one")
        runner.told_by_server("4")
        runner.told_by_server(None)

    assert runner.statements_in(act) == 7
