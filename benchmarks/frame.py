"""How a figure is taken.

A case is two acts: what is measured, and its floor, which is the least that the machine could do for the same end.
Both run in a closed loop (the next begins when the last has ended) in a process of their own, warmed up first, in
blocks that take turns, so that whatever else the machine does falls on both. The figure is the median of five rounds;
`n` counts the acts of all rounds together. What an act needs to have ready may be made before each, unmeasured; where
that is dear (an act is rehearsed to know its statements), the floor has one act for several of the case.
"""

import math
import multiprocessing
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

ROUNDS = 5
WARM_UP = 200
LEAST = 1000  # acts in all rounds together
ROUND = LEAST // ROUNDS
BLOCK = 50  # acts before the floor has its turn
REHEARSED = 5  # acts of a case for one of its floor, where each of these must be rehearsed

Act = Callable[[], object]


def nothing() -> None:
    """Make nothing ready."""


class Acts(NamedTuple):
    """What is measured, and the least that would do. Each call is one act; a failure must raise."""

    case: Act
    floor: Act
    before_case: Act = nothing  # makes one act ready, unmeasured
    before_floor: Act = nothing


@dataclass(frozen=True)
class Row:
    """One figure. Times are in milliseconds at the client; `ratio` compares the medians of case and floor."""

    case: str
    n: int
    per_second: float
    p50_ms: float
    p95_ms: float
    floor_ms: float
    ratio: float


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[..., Any]
    n: int
    clients: int
    rounds: int
    whole: bool
    spare: int = 1  # acts of the case for each of its floor


CASES: dict[str, Case] = {}


def case(
    name: str, *, n: int = ROUND, clients: int = 1, rounds: int = ROUNDS, spare: int = 1
) -> Callable[[Callable[[], Acts]], Case]:
    """Register a case: a function that makes ready and returns its Acts, called once for each client."""

    def register(make: Callable[[], Acts]) -> Case:
        CASES[name] = Case(name, make, n, clients, rounds, whole=False, spare=spare)
        return CASES[name]

    return register


def whole(name: str) -> Callable[[Callable[[], Row]], Case]:
    """Register a case that no loop can take, such as a surge: a function that returns its own Row."""

    def register(make: Callable[[], Row]) -> Case:
        CASES[name] = Case(name, make, 0, 0, 0, whole=True)
        return CASES[name]

    return register


def measure(name: str) -> Row:
    """Take one figure, here: the caller has given us a process of our own."""
    chosen = CASES[name]
    if chosen.whole:
        row: Row = chosen.make()
        return replace(row, case=name)
    clients: list[Acts] = [chosen.make() for _ in range(chosen.clients)]
    loop([acts.case for acts in clients], WARM_UP, [acts.before_case for acts in clients])
    loop([acts.floor for acts in clients], WARM_UP // chosen.spare, [acts.before_floor for acts in clients])
    return median([one_round(name, clients, chosen.n, chosen.spare) for _ in range(chosen.rounds)])


def one_round(name: str, clients: Sequence[Acts], n: int, spare: int = 1) -> Row:
    """Let case and floor take turns until the case has had n acts, and the floor one for each `spare` of them."""
    took: list[float] = []
    floor: list[float] = []
    while len(took) < n:
        block = min(BLOCK * len(clients), n - len(took))
        took += loop([acts.case for acts in clients], block, [acts.before_case for acts in clients])
        floor += loop([acts.floor for acts in clients], max(1, block // spare), [acts.before_floor for acts in clients])
    return row(name, took, floor, sum(took) / len(clients))  # the loops are closed: clients wait for nothing else


def row(name: str, took: Sequence[float], floor: Sequence[float], elapsed: float) -> Row:
    """Make a figure of the durations of acts, all in seconds."""
    p50, floor_p50 = statistics.median(took), statistics.median(floor)
    return Row(
        case=name,
        n=len(took),
        per_second=round(len(took) / elapsed, 1),
        p50_ms=round(p50 * 1000, 3),
        p95_ms=round(percentile(took, 95) * 1000, 3),
        floor_ms=round(floor_p50 * 1000, 3),
        ratio=round(p50 / floor_p50, 2),
    )


def loop(acts: Sequence[Act], n: int, before: Sequence[Act] = ()) -> list[float]:
    """Run n acts among the clients, each in a thread of its own, and return how long each act took, in seconds."""
    before = before or [nothing] * len(acts)
    if len(acts) == 1:
        return timed(acts[0], n, before[0])
    found: list[list[float]] = [[] for _ in acts]
    problems: list[BaseException] = []

    def client(number: int) -> None:
        try:
            found[number] = timed(acts[number], n // len(acts) + (number < n % len(acts)), before[number])
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return [seconds for one in found for seconds in one]


def timed(act: Act, n: int, before: Act = nothing) -> list[float]:
    took = []
    for _ in range(n):
        before()
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return took


def percentile(durations: Sequence[float], percent: int) -> float:
    """Return the nearest rank: a duration that was really taken."""
    return sorted(durations)[max(0, math.ceil(len(durations) * percent / 100) - 1)]


def median(rounds: Sequence[Row]) -> Row:
    """Take of each column its median over the rounds; n is that of all of them."""
    columns = ("per_second", "p50_ms", "p95_ms", "floor_ms", "ratio")
    middle = {column: round(statistics.median(getattr(one, column) for one in rounds), 3) for column in columns}
    return replace(rounds[0], n=sum(one.n for one in rounds), **middle)


def flatness(rows: Sequence[Row]) -> list[str]:
    """Say for each case that was taken in several sizes (`name.100`) how much more each takes than the size before it.

    Compared both as they are and over their floors, which felt the same load of the machine.
    """
    sizes: dict[str, list[tuple[int, Row]]] = {}
    for one in rows:
        name, _, size = one.case.rpartition(".")
        if size.isdigit():
            sizes.setdefault(name, []).append((int(size), one))
    return [
        f"{name}: {more:,} takes {last.p50_ms / first.p50_ms:.2f} times as long as {fewer:,}"
        f" ({last.ratio / first.ratio:.2f} times over its floor)"
        for name, several in sizes.items()
        for (fewer, first), (more, last) in pairwise(sorted(several, key=_size))
    ]


def _size(one: tuple[int, Row]) -> int:
    return one[0]


def together(act: Callable[[Any], Any], items: Iterable[Any], *, processes: int) -> list[Any]:
    """Run an act on each item from several processes at once, as a crowd would. Each process sets Django up first."""
    crowd = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_set_up)
    with crowd, _ended_with_us():
        return list(crowd.map(act, items))


def in_its_own_process(act: Callable[..., Any], *words: Any) -> Any:
    """Run a function with Django set up in a fresh process, and return what it returns."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_set_up) as process, _ended_with_us():
        return process.submit(act, *words).result()


@contextmanager
def _ended_with_us() -> Iterator[None]:
    """End the processes that we started where we are told to stop: a pool would wait for all that they still do."""
    try:
        yield
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()
        raise


def unwind(*_: object) -> NoReturn:
    """Hear a signal: end as Ctrl-C does, stopping on the way what was started; told again, go on with that."""
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def as_json(found: Sequence[Row], surroundings: dict[str, str]) -> list[dict[str, Any]]:
    return [asdict(one) | surroundings for one in found]


def _set_up() -> None:
    import django  # noqa: PLC0415

    signal.signal(signal.SIGTERM, unwind)  # so that this process, too, ends those that it has started
    django.setup()
