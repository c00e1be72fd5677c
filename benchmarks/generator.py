"""What runs in the generator's process: the web server and the database never share one with it."""

from benchmarks import frame


def names() -> list[str]:
    """Name every case, in the order in which they are written."""
    from benchmarks import cases  # noqa: F401, PLC0415

    return list(frame.CASES)


def measured(name: str) -> frame.Row:
    names()
    return frame.measure(name)


def prepare() -> None:
    """Fill the empty database with the demonstration, on which the cases build."""
    from calloff.cli import demo  # noqa: PLC0415
    from calloff.kernel import clock  # noqa: PLC0415

    at = clock.now()
    demo.load(at.date(), at)
