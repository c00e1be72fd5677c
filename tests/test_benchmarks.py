"""The frame in which figures are taken: not the figures."""

import pytest

from benchmarks import frame


def test_a_figure_is_made_of_what_was_taken():
    row = frame.row("x", [0.001] * 19 + [0.1], [0.0005] * 20, elapsed=0.2)
    assert (row.n, row.per_second, row.p50_ms, row.p95_ms, row.floor_ms, row.ratio) == (20, 100.0, 1.0, 1.0, 0.5, 2.0)


def test_the_median_of_five_rounds_is_no_average():
    rounds = [frame.row("x", [seconds], [0.001], elapsed=seconds) for seconds in (0.001, 0.002, 0.003, 0.004, 9)]
    assert frame.median(rounds).p50_ms == 3.0


def test_case_and_floor_take_turns_and_are_warmed_up(monkeypatch):
    seen = []
    monkeypatch.setattr(frame, "CASES", {})

    @frame.case("turns", n=100, rounds=1)
    def turns():
        return frame.Acts(lambda: seen.append("case"), lambda: seen.append("floor"))

    assert frame.measure("turns").n == 100
    measured = seen[2 * frame.WARM_UP :]
    assert measured == (["case"] * frame.BLOCK + ["floor"] * frame.BLOCK) * 2


def test_an_act_that_fails_fails_the_case_whichever_client_it_was():
    def fails():
        raise AssertionError("404")

    with pytest.raises(AssertionError, match="404"):
        frame.loop([fails, lambda: None], 10)
