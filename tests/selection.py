"""The test files that a change affects, for `python3 run.py test --changed`.

The selection follows imports and other connections: a room has a folder of tests, a URL connects a test with a view,
and tests open some files. See docs/adr/0059-tests-by-marker-and-by-change.md.
"""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("calloff", "tests", "tools", "benchmarks")

# A change to any of these files can affect any test.
EVERYTHING = (
    "tests/conftest.py",
    "tests/settings.py",
    "tests/privileges.py",
    "tests/emptying.py",
    "pyproject.toml",
    "requirements.lock",
)

# Modules that tests reach through a URL, the name of a command or a server, rather than through an import.
EDGES = {
    "calloff.web.public": ("tests/web/public",),
    "calloff.web.provider": ("tests/web/provider",),
    "calloff.web.buyer": ("tests/web/buyer",),
    "calloff.web.authority": ("tests/web/authority",),
    "calloff.web.account": ("tests/web/account", "tests/accounts"),
    "calloff.web": ("tests/web",),
    "calloff.api": ("tests/api",),
    "calloff.oruk": ("tests/oruk",),
    "calloff.cli": ("tests/cli", "tests/deploy"),
    "calloff.project": ("tests/project", "tests/cli"),
}
PAGES = ("tests/journeys", "tests/malicious_input")  # These tests open every page.
# Files that tests open rather than import, with these tests. The longest prefix that matches applies.
READ = {
    "calloff/web/pages/public": ("tests/web/public", "tests/web/test_", *PAGES),
    "calloff/web/pages/provider": ("tests/web/provider", "tests/web/test_", *PAGES),
    "calloff/web/pages/buyer": ("tests/web/buyer", "tests/web/test_", *PAGES),
    "calloff/web/pages/authority": ("tests/web/authority", "tests/web/test_", *PAGES),
    "calloff/web/pages/account": ("tests/web/account", "tests/web/test_", *PAGES),
    "calloff/web": ("tests/web", *PAGES),
    "packs": ("tests/markets", "tests/cli", "tests/journeys"),
    "docs": ("tests/cli/test_commands.py", "tests/project/test_data_map.py"),
    "deploy": ("tests/deploy", "tests/cli/test_commands.py", "tests/web/test_proxy.py"),
    "README.md": ("tests/cli/test_commands.py",),
    "run.py": ("tests/cli/test_commands.py", "tests/test_stopping.py", "tests/tools"),
    ".ci": ("tests/deploy",),
    ".github": (),
}
ALWAYS = "tests/architecture"  # These tests check the whole program by its names.


class NoRepository(Exception):
    """Raised if the changes cannot be found because git is not available. The message says why."""


def changed_files(base: str = "") -> set[str]:
    """Return the paths that differ from `base`, whether the differences have been committed or not.

    The default is the commit at which this branch left main.
    """
    base = base or _git("merge-base", "HEAD", _main_branch()).strip()
    names = _git("diff", "--name-only", "--no-renames", base) + _git("ls-files", "--others", "--exclude-standard")
    return set(names.splitlines())


def touched_test_files(changed: Iterable[str]) -> set[str] | None:
    """Return the test files that a change to these paths affects, or None if it affects all test files."""
    touched: set[str] = set()
    for path in changed:
        if path in EVERYTHING or "/migrations/" in path:
            return None
        module = module_of(path)
        if path.startswith("calloff/"):
            touched |= _in_folders((f"tests/{path.split('/')[1]}",) if not path.startswith("calloff/web/") else ())
        if module in _graph().modules:
            touched |= _touched_by({module} | _graph().find_downstream_modules(module))
        # The file was removed or renamed.
        elif module and (package := module.rpartition(".")[0]) in _graph().modules:
            touched |= _touched_by({module} | _graph().find_downstream_modules(package, as_package=True))
        else:
            touched |= _in_folders(_readers_of(path))
    return touched | _in_folders((ALWAYS,))


def module_of(path: str) -> str:
    """Return the dotted name of a Python file, or an empty string for any other file."""
    if not path.endswith(".py") or "/" not in path:
        return ""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def test_files() -> set[str]:
    """Return all test files as paths relative to the root."""
    return {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}


def _touched_by(reached: set[str]) -> set[str]:
    """Return the tests among these modules, and the tests that reach one of the modules without an import."""
    folders: set[str] = set()
    for module in reached - {"calloff.project.urls"}:  # This module imports every view, and has no tests of its own.
        if edge := _edge_of(module):
            folders.update(EDGES[edge])
            folders.update(PAGES if edge.startswith("calloff.web") else ())
    return {f"{module.replace('.', '/')}.py" for module in reached} & test_files() | _in_folders(folders)


def _edge_of(module: str) -> str:
    """Return the key in EDGES for a module: the longest that matches its name, or an empty string."""
    names = [edge for edge in EDGES if module == edge or module.startswith(f"{edge}.")]
    return max(names, key=len, default="")


def _readers_of(path: str) -> tuple[str, ...]:
    prefixes = [prefix for prefix in READ if path == prefix or path.startswith(f"{prefix}/")]
    return READ[max(prefixes, key=len)] if prefixes else ()


def _in_folders(prefixes: Iterable[str]) -> set[str]:
    wanted = tuple(prefix if prefix.endswith((".py", "_")) else f"{prefix}/" for prefix in prefixes)
    return {path for path in test_files() if wanted and path.startswith(wanted)}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=str(ROOT / "var" / "imports"))


def _main_branch() -> str:
    for name in ("origin/main", "main"):
        if _git("rev-parse", "--verify", "--quiet", name, check=False):
            return name
    return "HEAD"


def _git(*words: str, check: bool = True) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise NoRepository(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout
