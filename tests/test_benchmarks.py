"""Tests for the benchmark runner, but not for the figures of the benchmarks."""

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from benchmarks import against, runner

pytestmark = pytest.mark.slow


def test_a_benchmark_figure_is_calculated_from_its_measurements():
    row = runner.make_figure("x", [0.001] * 19 + [0.1], [0.0005] * 20, elapsed=0.2)
    assert (row.n, row.per_second, row.p50_ms, row.p95_ms, row.floor_ms, row.ratio) == (20, 100.0, 1.0, 1.0, 0.5, 2.0)


def test_five_rounds_are_reported_by_their_median_and_not_their_mean():
    rounds = [
        runner.make_figure("x", [seconds], [0.001], elapsed=seconds) for seconds in (0.001, 0.002, 0.003, 0.004, 9)
    ]
    assert runner.median_figure(rounds).p50_ms == 3.0


def test_after_warming_up_the_case_and_its_baseline_are_measured_in_turn(monkeypatch):
    seen = []
    monkeypatch.setattr(runner, "BENCH_CASES", {})

    @runner.bench_case("turns", n=100, rounds=1)
    def turns():
        return runner.CaseAndFloor(lambda: seen.append("case"), lambda: seen.append("floor"))

    assert runner.measure("turns").n == 100
    # One more action runs first, so that its statements can be counted.
    measured = seen[1 + 2 * runner.WARM_UP_ACTS :]
    assert measured == (["case"] * runner.ACTS_PER_TURN + ["floor"] * runner.ACTS_PER_TURN) * 2


def test_a_case_fails_if_the_action_fails_for_any_client():
    def fails():
        raise AssertionError("404")

    with pytest.raises(AssertionError, match="404"):
        runner.time_acts([fails, lambda: None], 10)


def test_processor_time_is_shown_together_with_elapsed_time():
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
def test_the_database_statements_of_an_action_are_counted_without_savepoints():
    def act():
        for _ in range(3):
            connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SAVEPOINT one")
        runner.told_by_server("4")
        runner.told_by_server(None)

    assert runner.statements_in(act) == 7


def test_two_versions_are_compared_by_their_lowest_figures():
    before, after = {}, {}
    for cpu in (9.0, 8.0):
        against.keep_lowest(before, [{"case": "x", "queries": 30, "cpu_ms": cpu, "p50_ms": 12.0}])
    against.keep_lowest(after, [{"case": "x", "queries": 18, "cpu_ms": 4.0, "p50_ms": 7.0}])
    against.keep_lowest(after, [{"case": "new", "queries": None, "cpu_ms": None, "p50_ms": 7.0}])
    _, _, first, second = against.comparison_table("main", before, after).splitlines()
    assert first.split() == ["x", "30", "18", "8", "4", "12", "7", "0.50"]
    assert second.split() == ["new", "-", "-", "-", "-", "-", "7", "-"]
