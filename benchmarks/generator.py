"""Functions that run in the process of the generator, which is separate from the web server and the database."""

from benchmarks import runner


def names() -> list[str]:
    """Return the names of all cases in the order in which they are defined."""
    from benchmarks import cases, directory_search, services, signed_in_pages, signed_in_writes  # noqa: F401, PLC0415

    return list(runner.BENCH_CASES)


def measure_apart(name: str) -> runner.BenchFigure:
    names()
    return runner.measure(name)


def write_plans() -> str:
    from benchmarks import query_plans as there  # noqa: PLC0415

    return there.plans_page()


def prepare_database() -> None:
    """Mark the empty database as a demonstration, so that Calloff serves invented data.

    Each case adds its own records.
    """
    from calloff.cli.demo import marker  # noqa: PLC0415
    from calloff.kernel import clock  # noqa: PLC0415

    at = clock.now()
    marker.mark_database(at.date(), at)
