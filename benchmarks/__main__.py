"""Run the benchmarks on a separate database server, in a new folder, with each write flushed to disk."""

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks import against, generator, runner
from calloff.cli.processes import command_line, free_port, run_web_server
from calloff.cli.terminal_tables import format_table
from calloff.project.cli import URL_VARIABLES
from calloff.project.embedded_postgres import EmbeddedPostgres

DURABILITY_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "server_version")


def main(words: Sequence[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="a name or the beginning of one; all, if none is named"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    parser.add_argument(
        "--plans", type=Path, metavar="FILE", help="write how the database goes about the slowest searches, as well"
    )
    parser.add_argument(
        "--acts", type=int, metavar="N", help="acts of each case; 1000 if not given. A few tell only whether it works"
    )
    parser.add_argument(
        "--against", metavar="REF", help="measure that version of Calloff as well, and show both side by side"
    )
    asked = parser.parse_args(words)
    if asked.acts:
        os.environ[runner.ACTS] = str(asked.acts)
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_stop, runner.stop_on_signal)
    try:
        if asked.against:
            return against.compare(asked.against, asked.cases, asked.json)
        return measure(parser, asked.cases, asked.json, asked.plans)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def measure(parser: argparse.ArgumentParser, cases: Sequence[str], file: Path | None, plans: Path | None) -> int:
    with run_servers() as recorded:
        every = runner.in_its_own_process(generator.names)
        chosen = [name for name in every if not cases or name.startswith(tuple(cases))]
        if not chosen:
            parser.error(f"There is no such case. There are: {', '.join(every)}")
        print(f"Recorded: {', '.join(f'{name} {value}' for name, value in recorded.items())}", flush=True)
        rows: list[runner.BenchFigure] = []
        failed: list[str] = []
        try:
            for name in chosen:
                print(f"{name} ...", file=sys.stderr, flush=True)
                try:
                    rows.append(runner.in_its_own_process(generator.measure_apart, name))
                except Exception:
                    traceback.print_exc()
                    failed.append(name)
                    continue
                # Other processes on this machine affect the figures.
                load = f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()}"
                print(f"{name}: {rows[-1]} {load}", file=sys.stderr, flush=True)
        finally:  # If the run is stopped, the figures that have been measured so far are printed.
            print_figures(rows, file, recorded)
        if failed:
            print(f"{len(failed)} of {len(chosen)} cases failed: {', '.join(failed)}", file=sys.stderr)
        if plans:
            plans.write_text(runner.in_its_own_process(generator.write_plans))
    return 1 if failed else 0


def print_figures(rows: Sequence[runner.BenchFigure], file: Path | None, recorded: dict[str, str]) -> None:
    columns = list(runner.BenchFigure.__dataclass_fields__)
    print(format_table(columns, [[getattr(row, column) for column in columns] for row in rows]))
    for words in runner.flatness(rows):
        print(words)
    if file:
        file.write_text(json.dumps(runner.figures_as_json(rows, recorded), indent=2) + "\n")


@contextmanager
def run_servers() -> Iterator[dict[str, str]]:
    """Run a separate database server and web server during the measurement.

    Yield the facts about this run that affect the results.
    """
    home = Path(tempfile.mkdtemp(prefix="calloff-bench-"))
    home.chmod(0o711)  # If we are root, the server runs under another account.
    server = EmbeddedPostgres(home / "server")
    try:
        with server:
            os.environ |= dict(
                zip(URL_VARIABLES.values(), (server.url, server.owner_url, server.disposal_url), strict=True)
            )
            port = free_port()
            os.environ |= {
                runner.TREE: str(os.getpid()),
                "CALLOFF_HOME": str(home),
                "CALLOFF_SECRET_KEY": secrets.token_urlsafe(50),
                "CALLOFF_DEMONSTRATION": "1",
                "CALLOFF_PLAIN_HTTP": "1",
                "CALLOFF_ADDRESS": f"http://127.0.0.1:{port}",
                "BENCH_ADDRESS": f"http://127.0.0.1:{port}",
            }
            subprocess.run(command_line("migrate", "--verbosity", "0"), check=True)
            runner.in_its_own_process(generator.prepare_database)
            with run_web_server(port):
                yield server_facts(server)
    finally:
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def server_facts(server: EmbeddedPostgres) -> dict[str, str]:
    """Return the facts that affect the results: the durability settings of the server, and the number of
    processors.
    """
    with psycopg.connect(server.url) as there:
        return {name: str(there.execute(f"SHOW {name}").fetchone()[0]) for name in DURABILITY_SETTINGS} | {  # type: ignore[index]
            "processors": str(os.cpu_count())
        }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
