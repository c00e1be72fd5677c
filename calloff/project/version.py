"""The version of Calloff, its commit, and a digest of the running code."""

import hashlib
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGEST_LENGTH = 12  # how many characters of a commit or a digest we show


def version_line() -> str:
    """Return one line for an operator, for example “Calloff 1.0, commit 133f7124a0c1, code 9f2d…”.

    It needs no database.
    """
    commit = commit_of(ROOT)
    at = f", commit {commit[:DIGEST_LENGTH]}" if commit else ""
    libraries = f"Python {platform.python_version()}, Django {version('django')}"
    return f"Calloff {version('calloff')}{at}, code {code_digest(ROOT / 'calloff')} ({libraries})"


def commit_of(root: Path) -> str:
    """Return the commit, read from git's own files, or "" if the code came without them.

    Git itself is not run, because it would check who owns the folder.
    """
    place = root / ".git"
    with suppress(OSError, ValueError, IndexError):
        if place.is_file():  # The folder is a linked work tree of another repository.
            place = root / place.read_text().split("gitdir:")[1].strip()
        head = (place / "HEAD").read_text().strip()
        if not head.startswith("ref:"):
            return head
        name = head.split()[1]
        common = place / "commondir"
        shared = place / common.read_text().strip() if common.exists() else place
        for file in (place / name, shared / name):
            if file.exists():
                return file.read_text().strip()
        for line in (shared / "packed-refs").read_text().splitlines():
            if line.endswith(f" {name}"):
                return line.split()[0]
    return ""


def code_digest(package: Path) -> str:
    """Return a digest of all code and templates. The same code always has the same digest."""
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".html"} and path.is_file():
            whole.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:DIGEST_LENGTH]
