"""Run and measure the cases.

A case has two actions: the one that is measured, and its floor, which is the least work that could do the same job.
Both run in closed loops (each action starts when the previous one ends) in a separate process, after a warm-up. They
take turns in blocks, so that other load on the machine affects both of them equally. The figure is the median of five
rounds, and `n` is the number of actions in all rounds. An action can prepare something before it is timed. If an
action must be rehearsed so that its statements are known, the preparation is slow. The floor then runs only once for
several actions of the case.

Elapsed time is shown together with the processor time of the generator, the web server and the database. On a machine
with other load, processor time is the more reliable figure. `queries` is the number of statements in one action.
"""

import math
import multiprocessing
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

DEFAULT_ROUNDS = 5
# This environment variable says how many actions to run instead of 1,000, to try out a case quickly.
ACTS = "BENCH_ACTS"
# the minimum number of actions in all rounds together
MIN_ACTS = max(DEFAULT_ROUNDS, int(os.environ.get(ACTS, "1000")))
WARM_UP_ACTS = MIN_ACTS // 5
ACTS_PER_ROUND = MIN_ACTS // DEFAULT_ROUNDS
ACTS_PER_TURN = 50  # how many actions of the case run before it is the floor's turn
# These statements are not counted.
SAVEPOINT_STATEMENTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
ACTS_PER_FLOOR = 5  # how many actions of a case run for each action of its floor, if the floor must be rehearsed
TICKS = os.sysconf("SC_CLK_TCK")  # per second
TREE = "BENCH_TREE"  # This environment variable contains the id of the process that started all measured processes.
QUERIES = "X-Bench-Queries"  # In this response header, the measured web server reports the number of statements.

BenchAct = Callable[[], object]


def do_nothing() -> None:
    """Prepare nothing."""


class CaseAndFloor(NamedTuple):
    """The action that is measured, and its floor, which is the least work that could do the same job.

    Each call runs one action, and must raise an exception if the action fails.
    """

    case: BenchAct
    floor: BenchAct
    before_case: BenchAct = do_nothing  # This prepares the next action and is not timed.
    before_floor: BenchAct = do_nothing


@dataclass(frozen=True)
class BenchFigure:
    """The result of measuring a case.

    Times are in milliseconds, measured at the client. `ratio` is the median of the case divided by the median of its
    floor.
    """

    case: str
    n: int
    per_second: float
    p50_ms: float
    p95_ms: float
    floor_ms: float
    ratio: float
    cpu_ms: float | None = None
    floor_cpu_ms: float | None = None
    queries: int | None = None


@dataclass(frozen=True)
class BenchCase:
    name: str
    make: Callable[..., Any]
    n: int
    clients: int
    rounds: int
    whole: bool
    spare: int = 1  # how many actions of the case run for each action of its floor


BENCH_CASES: dict[str, BenchCase] = {}


def bench_case(
    name: str, *, n: int = ACTS_PER_ROUND, clients: int = 1, rounds: int = DEFAULT_ROUNDS, spare: int = 1
) -> Callable[[Callable[[], CaseAndFloor]], BenchCase]:
    """Register a case: a function that prepares data and returns the actions of the case.

    It is called once for each client.
    """

    def register(make: Callable[[], CaseAndFloor]) -> BenchCase:
        BENCH_CASES[name] = BenchCase(name, make, n, clients, rounds, whole=False, spare=spare)
        return BENCH_CASES[name]

    return register


def whole_bench_case(name: str) -> Callable[[Callable[[], BenchFigure]], BenchCase]:
    """Register a case that does not run in a loop, such as a surge: a function that itself returns the figure."""

    def register(make: Callable[[], BenchFigure]) -> BenchCase:
        BENCH_CASES[name] = BenchCase(name, make, 0, 0, 0, whole=True)
        return BENCH_CASES[name]

    return register


def measure(name: str) -> BenchFigure:
    """Measure a case in this process, which was started only for that case."""
    chosen = BENCH_CASES[name]
    if chosen.whole:
        row: BenchFigure = chosen.make()
        return replace(row, case=name)
    clients: list[CaseAndFloor] = [chosen.make() for _ in range(chosen.clients)]
    clients[0].before_case()
    queries = statements_in(clients[0].case)
    time_acts([acts.case for acts in clients], WARM_UP_ACTS, [acts.before_case for acts in clients])
    time_acts([acts.floor for acts in clients], WARM_UP_ACTS // chosen.spare, [acts.before_floor for acts in clients])
    figure = median_figure([one_round(name, clients, chosen.n, chosen.spare) for _ in range(chosen.rounds)])
    return replace(figure, queries=queries)


class Taken(NamedTuple):
    """How long actions took, in seconds: the elapsed time of each action, and the processor time of all of them
    together.
    """

    wall: list[float]
    processor: float = 0.0

    def __add__(self, other: object) -> "Taken":
        assert isinstance(other, Taken)
        return Taken(self.wall + other.wall, self.processor + other.processor)


def one_round(name: str, clients: Sequence[CaseAndFloor], n: int, spare: int = 1) -> BenchFigure:
    """Run the case and its floor in turn until the case has run n times.

    The floor runs once for every `spare` runs of the case.
    """
    took, floor = Taken([]), Taken([])
    while len(took.wall) < n:
        block = min(ACTS_PER_TURN * len(clients), n - len(took.wall))
        took += time_acts([acts.case for acts in clients], block, [acts.before_case for acts in clients])
        floor += time_acts(
            [acts.floor for acts in clients], max(1, block // spare), [acts.before_floor for acts in clients]
        )
    made = make_figure(
        name, took.wall, floor.wall, sum(took.wall) / len(clients)
    )  # The loops are closed, so each client is always busy.
    return replace(
        made, cpu_ms=round(took.processor / len(took.wall) * 1000, 2),
        floor_cpu_ms=round(floor.processor / len(floor.wall) * 1000, 2),
    )  # fmt: skip


def make_figure(name: str, took: Sequence[float], floor: Sequence[float], elapsed: float) -> BenchFigure:
    """Make a figure from the durations of actions, in seconds."""
    p50, floor_p50 = statistics.median(took), statistics.median(floor)
    return BenchFigure(
        case=name,
        n=len(took),
        per_second=round(len(took) / elapsed, 1),
        p50_ms=round(p50 * 1000, 3),
        p95_ms=round(percentile(took, 95) * 1000, 3),
        floor_ms=round(floor_p50 * 1000, 3),
        ratio=round(p50 / floor_p50, 2),
    )


def time_acts(acts: Sequence[BenchAct], n: int, before: Sequence[BenchAct] = ()) -> Taken:
    """Run n actions, divided among the clients with one thread for each, and return how long they took.

    If there are several clients, the processor time includes the preparation of each action.
    """
    before = before or [do_nothing] * len(acts)
    if len(acts) == 1:
        return time_client(acts[0], n, before[0])
    walls: list[list[float]] = [[] for _ in acts]
    problems: list[BaseException] = []

    def client(number: int) -> None:
        try:
            share = n // len(acts) + (number < n % len(acts))
            walls[number] = time_client(acts[number], share, before[number]).wall
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(acts))]
    tree = Tree()
    began = tree.seconds()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return Taken([seconds for wall in walls for seconds in wall], tree.seconds() - began)


def time_client(act: BenchAct, n: int, before: BenchAct = do_nothing) -> Taken:
    took, processor, tree = [], 0.0, Tree()
    for _ in range(n):
        before()
        spent = tree.seconds()
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
        processor += tree.seconds() - spent
    return Taken(took, processor)


class Tree:
    """The measured processes: the command and all processes that it has started, including those of the database."""

    def __init__(self) -> None:
        self.read: dict[int, float] = {}
        root = int(os.environ.get(TREE) or os.getpid())
        parents = {pid: parent for pid in _pids() if (parent := _parent_of(pid))}
        self.pids = [pid for pid in {root, *parents} if pid == root or root in _ancestors(pid, parents)]

    def seconds(self) -> float:
        """Return the processor time that these processes have used so far, in seconds.

        This includes child processes that have ended.
        """
        for pid in self.pids:
            if fields := _fields_of(pid):
                # These fields are utime, stime, cutime and cstime (see proc(5)).
                self.read[pid] = sum(map(int, fields[11:15])) / TICKS
        return sum(self.read.values())


def _pids() -> list[int]:
    return [int(process.name) for process in Path("/proc").glob("[0-9]*")]


def _fields_of(pid: int) -> list[str]:
    """Return the fields that the system reports about a process, starting with its state.

    The result is empty if the process has already ended.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent_of(pid: int) -> int:
    fields = _fields_of(pid)
    return int(fields[1]) if fields else 0


def _ancestors(pid: int, parents: Mapping[int, int]) -> set[int]:
    ancestors: set[int] = set()
    while (pid := parents.get(pid, 0)) and pid not in ancestors:
        ancestors.add(pid)
    return ancestors


_by_the_server = 0  # the number of statements that the web server has reported


def told_by_server(statements: str | None) -> None:
    """Count the statements that the web server has reported for a response."""
    global _by_the_server  # noqa: PLW0603  (a module global, because each process counts its own statements)
    _by_the_server += int(statements or 0)


def statements_in(act: BenchAct) -> int:
    """Run an action once and return how many statements it took, in this process and in the web server."""
    from django.db import connection  # noqa: PLC0415

    sent, before = 0, _by_the_server

    def listen(execute: Any, query: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal sent
        sent += not query.startswith(SAVEPOINT_STATEMENTS)
        return execute(query, parameters, many, context)

    with connection.execute_wrapper(listen):
        act()
    return sent + _by_the_server - before


def percentile(durations: Sequence[float], percent: int) -> float:
    """Return a percentile by the nearest-rank method, so that the result is one of the durations."""
    return sorted(durations)[max(0, math.ceil(len(durations) * percent / 100) - 1)]


def median_figure(rounds: Sequence[BenchFigure]) -> BenchFigure:
    """Return the median of each column over all rounds, with the `n` of all rounds together."""
    columns = ["per_second", "p50_ms", "p95_ms", "floor_ms", "ratio"]
    columns += [name for name in ("cpu_ms", "floor_cpu_ms") if getattr(rounds[0], name) is not None]
    middle = {column: round(statistics.median(getattr(figure, column) for figure in rounds), 3) for column in columns}
    return replace(rounds[0], n=sum(figure.n for figure in rounds), **middle)


def flatness(rows: Sequence[BenchFigure]) -> list[str]:
    """Return sentences that compare each case with itself at a larger size (`name.100`).

    They compare both the times and the ratios to the floors, which were measured under the same load.
    """
    sizes: dict[str, list[tuple[int, BenchFigure]]] = {}
    for figure in rows:
        name, _, size = figure.case.rpartition(".")
        if size.isdigit():
            sizes.setdefault(name, []).append((int(size), figure))
    return [
        f"{name}: {more:,} takes {last.p50_ms / first.p50_ms:.2f} times as long as {fewer:,}"
        f" ({last.ratio / first.ratio:.2f} times over its floor)"
        for name, figures in sizes.items()
        for (fewer, first), (more, last) in pairwise(sorted(figures, key=_size))
    ]


def _size(sized: tuple[int, BenchFigure]) -> int:
    return sized[0]


def run_in_processes(act: Callable[[Any], Any], items: Iterable[Any], *, processes: int) -> list[Any]:
    """Run an action for each item, in several processes at the same time.

    Each process sets up Django first.
    """
    crowd = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_set_up)
    with crowd, _ended_with_us():
        return list(crowd.map(act, items))


def in_its_own_process(act: Callable[..., Any], *words: Any) -> Any:
    """Run a function in a new process in which Django is set up, and return the result."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_set_up) as process, _ended_with_us():
        return process.submit(act, *words).result()


@contextmanager
def _ended_with_us() -> Iterator[None]:
    """End our child processes if this process is told to stop.

    Otherwise, a pool would wait until they had finished.
    """
    try:
        yield
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()
        raise


def stop_on_signal(*_: object) -> NoReturn:
    """Handle a signal in the same way as Ctrl-C, so that all processes that we have started are stopped.

    Further signals are ignored.
    """
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def figures_as_json(figures: Sequence[BenchFigure], surroundings: dict[str, str]) -> list[dict[str, Any]]:
    return [asdict(figure) | surroundings for figure in figures]


def _set_up() -> None:
    import django  # noqa: PLC0415

    signal.signal(signal.SIGTERM, stop_on_signal)  # This process then also stops the processes that it has started.
    django.setup()
