"""The command `backup`: a copy of an SQLite database that is in use, verified before it gets its name."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from threads_server.store import StoreOpenError
from threads_server.store.backends.sqlite_file import MODE, check_ownership, connect


class BackupFailed(Exception):
    """A backup that was not made; the text says why, in one line."""


def backup(database: Path, target: Path) -> dict[str, int]:
    """Copy a database, as it is at one moment, into one new file; return the number of rows of each table.

    Writers are not blocked. The copy is checked and synced before it is renamed to `target`.
    Raises BackupFailed.
    """
    if not database.is_file():
        raise BackupFailed(f"{database} is not there")
    if target.exists():
        raise BackupFailed(f"{target} is there already; choose another name")
    if not target.parent.is_dir():
        raise BackupFailed(f"{target}: the folder {target.parent} is not there")
    part = target.with_name(f"{target.name}.part")
    try:
        with _made(part):
            with closing(connect(database, read_only=True)) as source:
                check_ownership(database, source, older=True)
                source.execute("BEGIN")  # one snapshot for rows and copy; a write-ahead log holds up no writer
                rows = _rows(source)
                with closing(sqlite3.connect(part)) as copy:
                    source.backup(copy)
            with closing(sqlite3.connect(part)) as copy:
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
                _verify(copy, rows)
            _sync(part)
            part.rename(target)
            _sync(target.parent)
    except (sqlite3.Error, OSError, StoreOpenError) as error:
        raise BackupFailed(f"{database} cannot be copied to {target}: {error}") from error
    return rows


@contextmanager
def _made(part: Path) -> Iterator[None]:
    """Make the file, for its owner alone; remove it if the backup fails."""
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, MODE))
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}


def _verify(copy: sqlite3.Connection, rows: dict[str, int]) -> None:
    damage = [text for (text,) in copy.execute("PRAGMA integrity_check") if text != "ok"]
    damage += [f"a row of {row[0]} refers to nothing" for row in copy.execute("PRAGMA foreign_key_check")]
    if _rows(copy) != rows:
        damage.append("the counts of rows differ from the database")
    if damage:
        raise BackupFailed(f"the copy is damaged and was removed: {damage[0]}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
