"""The file of an SQLite database: found, locked, checked, migrated and watched."""

import logging
import os
import pwd
import sqlite3
import stat
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from threads_server.store import StoreMissing, StoreOpenError
from threads_server.store.backends.lock import FileIdentity, ServerLock, identify, open_files
from threads_server.store.backends.schema import MIGRATIONS, UPGRADED, check_version
from threads_server.store.backends.sqlite_statements import run
from threads_server.store.transaction import one

APPLICATION_ID = 0x42425448
"""`BBTH` in the file's header: one of our databases."""
BUSY_TIMEOUT_MILLISECONDS = 5_000
"""How long another process (`keys` beside the server) may hold the file before a request gets 503."""
BUSY_RETRY_SECONDS = 0.01
"""How often a lock is tried for which SQLite does not wait by itself."""
CHECK_INTERVAL_SECONDS = 0.25
"""How often it is checked that the file is still the one that was opened."""
LOG_SUFFIXES = ("-wal", "-shm")
"""Files beside an open database: acknowledged writes, and their index that all processes share."""
CHECKPOINT_PAGES = 8_000
MODE = 0o600

log = logging.getLogger("threads_server")


class DatabaseFile:
    """An open database file. Made with `open`."""

    def __init__(self, path: Path, *, serving: bool, any_version: bool) -> None:
        self._shown = path
        self._older = serving or any_version
        self._path = path.resolve()
        self._lock = ServerLock(self._path) if serving else None
        self._identity: FileIdentity = (0, 0)
        self._watched: dict[str, FileIdentity] = {}  # by what follows the path in their names
        self._next_check = 0.0
        self._present = True
        self.read_only = False
        """Whether it can only be read: the disk had no room for what SQLite writes beside it."""

    @classmethod
    def open(cls, path: Path, *, serving: bool, any_version: bool) -> tuple["DatabaseFile", sqlite3.Connection]:
        """Open a file, made if there is none, and a connection that writes. Raises StoreOpenError."""
        _check_path(path)
        file = cls(path, serving=serving, any_version=any_version)
        try:
            file._make(warn=serving)
            if file._lock is not None and not file._lock.acquire():
                raise StoreOpenError(f"{path} is in use by another server; SQLite takes one writing server at a time")
            try:
                writer = file._open_writer()
                file._watch()
                return file, writer
            except BaseException:
                if file._lock is not None:
                    file._lock.release()
                raise
        except (sqlite3.Error, OSError) as error:
            raise StoreOpenError(f"{path} cannot be used as a database: {error}") from error

    def _make(self, *, warn: bool) -> None:
        """Create the file for its owner alone, or warn of one that others may read."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), MODE)
        except FileExistsError:
            status = self._path.stat()
            if status.st_nlink > 1:
                raise StoreOpenError(
                    f"{self._shown} has {status.st_nlink} names (hard links), and SQLite keeps its log beside only "
                    "one of them; remove the others"
                ) from None
            mode = stat.S_IMODE(status.st_mode)
            if warn and mode & 0o077 and os.name == "posix":
                log.warning("%s is open to other users (mode %04o); chmod 600 it", self._shown, mode)
        else:
            try:
                if hasattr(os, "fchmod"):
                    os.fchmod(descriptor, MODE)  # whatever the umask has left of it
            finally:
                os.close(descriptor)
        self._identity = identify(self._path)

    def _open_writer(self) -> sqlite3.Connection:
        open_files.enter(self._identity)
        try:
            writer = connect(self._path)
            try:
                check_ownership(self._shown, writer, older=self._older)
                _use_write_ahead_log(writer)
                writer.execute("PRAGMA synchronous = FULL")
                writer.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                if self._lock is not None or _version(writer) == 0:
                    migrate(self._shown, writer, older=self._older)
            except sqlite3.OperationalError as error:
                writer.close()
                if not self._may_be_read(error):
                    raise
                self.read_only = True
                writer = self.connect_reader()
                check_ownership(self._shown, writer, older=False)
                if self._lock is not None:
                    log.error(
                        "%s is open for reading only: the disk is full; restart the server when there is room",
                        self._shown,
                    )
            except BaseException:
                writer.close()
                raise
        except BaseException:
            open_files.leave(self._identity)
            raise
        return writer

    def _watch(self) -> None:
        """Note which files `is_present` is to find."""
        self._watched[""] = self._identity
        for suffix in () if self.read_only else LOG_SUFFIXES:
            with suppress(OSError):
                self._watched[suffix] = identify(self._beside(suffix))

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(f"{self._path.name}{suffix}")

    def _may_be_read(self, error: sqlite3.OperationalError) -> bool:
        """Whether only room is missing, and everything is in the file itself and up to date."""
        log_file = self._beside("-wal")
        if error.sqlite_errorcode not in (
            sqlite3.SQLITE_IOERR_SHMSIZE,
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR_WRITE,
        ):
            return False
        if log_file.exists() and log_file.stat().st_size:
            return False
        with closing(sqlite3.connect(self._uri, uri=True)) as reader:
            return _version(reader) == len(MIGRATIONS)

    @property
    def _uri(self) -> str:
        # nobody writes: this server has the lock, and without room no other process can
        return f"file:{quote(str(self._path))}?immutable=1"

    def connect_reader(self) -> sqlite3.Connection:
        """Make a connection that only reads. Raises sqlite3.Error."""
        return connect(self._uri if self.read_only else self._path, read_only=True)

    def is_present(self) -> bool:
        """Whether the paths still lead to the files that were opened; looked up every CHECK_INTERVAL_SECONDS."""
        moment = time.monotonic()
        if moment >= self._next_check:
            self._next_check = moment + CHECK_INTERVAL_SECONDS
            missing = next((suffix for suffix in self._watched if not self._is_same(suffix)), None)
            if (missing is None) != self._present:
                self._present = missing is None
                if missing is None:
                    log.warning("the database file %s is back", self._shown)
                else:
                    path = f"{self._shown}{missing}"
                    log.error("the database file %s was deleted or replaced; nothing is read or written", path)
        return self._present

    def _is_same(self, suffix: str) -> bool:
        try:
            return identify(self._beside(suffix)) == self._watched[suffix]
        except OSError:
            return False

    def close(self) -> None:
        """Give the lock back, after the last connection was closed."""
        if self._lock is not None:
            self._lock.release()
        open_files.leave(self._identity)


def check_presence(path: Path) -> None:
    """Raise StoreMissing unless there is a file that is more than a name."""
    if not path.exists():
        raise StoreMissing(f"{path} is not there")
    if path.is_file() and path.stat().st_size == 0:
        raise StoreMissing(f"{path} is empty")


def _check_path(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreOpenError(f"{path}: the folder {path.parent} is not there")
    if path.is_dir():
        raise StoreOpenError(f"{path} is a folder, not a database")
    if path.is_symlink() and not path.exists():
        raise StoreOpenError(f"{path} is a symbolic link to a file that is not there")
    if path.exists() and not path.is_file():
        raise StoreOpenError(f"{path} is not a file, and so no database")
    folder = path.resolve().parent
    for needed in (path, folder):  # SQLite keeps more files beside its own
        if needed.exists() and not os.access(needed, os.W_OK):
            owner, reader = _user(needed.stat().st_uid), _user(os.geteuid())
            whose = f" for {reader}; it belongs to {owner}" if owner != reader else ""
            raise StoreOpenError(f"{path} cannot be used as a database: {needed} is read-only{whose}")


def _user(number: int) -> str:
    """Name of a user, or the number where it has no name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def connect(path: Path | str, *, read_only: bool = False) -> sqlite3.Connection:
    """Make a connection to a path or a `file:` URI. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_MILLISECONDS / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        uri=isinstance(path, str),
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def check_ownership(path: Path, connection: sqlite3.Connection, *, older: bool) -> None:
    """Raise StoreOpenError, with the file as it was, unless it is empty or a database that this version knows.

    `older`: it may be one that this version has to upgrade.
    """
    # in this order: another process may make the tables, and set the application id, between the two
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise StoreOpenError(f"{path} is a database of another application")
    check_version(str(path), _version(connection), len(MIGRATIONS), older=older)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log, and wait for others who are just about that as well.

    SQLite itself gives up at once when another connection has begun to write: this statement reads before it writes,
    and two that read, and wait to write, would wait for each other.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(BUSY_RETRY_SECONDS)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(path: Path, writer: sqlite3.Connection, *, older: bool) -> None:
    """Make or update the tables, all or nothing: closing the connection after an error undoes what was done.

    Nothing is written if they are current, so that a full disk does not keep a server from starting.
    """
    application: int = writer.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID and _version(writer) == len(MIGRATIONS):
        return
    writer.execute("BEGIN IMMEDIATE")
    check_ownership(path, writer, older=older)  # again: another process may have been first
    version = _version(writer)
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            run(writer, one(statement))
    writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    writer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    writer.execute("COMMIT")
    if 0 < version < len(MIGRATIONS):
        log.warning(UPGRADED, path, version, len(MIGRATIONS))
