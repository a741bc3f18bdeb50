"""The right to be the one server process on a database file. It ends with its process, however that ends."""

import errno
import os
import struct
import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import TypeAlias

if sys.platform != "win32":
    import fcntl

FileIdentity: TypeAlias = tuple[int, int]
"""Device and inode of a file: the same under every name."""

LOCKED_BYTE = 1 << 62
"""The byte of the file that is locked: far behind its end, and behind those that SQLite locks."""


def identify(path: Path) -> FileIdentity:
    """The identity of the file under a path. Raises OSError."""
    status = path.stat()
    return status.st_dev, status.st_ino


class OpenFiles:
    """The database files that this process has open, and descriptors of them that must stay open as long.

    Closing any descriptor of a file drops the POSIX locks that this process has on it, and so those of SQLite.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._stores: defaultdict[FileIdentity, int] = defaultdict(int)
        self._descriptors: defaultdict[FileIdentity, list[int]] = defaultdict(list)

    def enter(self, identity: FileIdentity) -> None:
        """Count one more store on a file."""
        with self._guard:
            self._stores[identity] += 1

    def leave(self, identity: FileIdentity) -> None:
        """Count one store less."""
        with self._guard:
            self._stores[identity] -= 1
            self._close_unused(identity)

    def close(self, identity: FileIdentity, descriptor: int) -> None:
        """Close a descriptor of the file, as soon as no store is on it."""
        with self._guard:
            self._descriptors[identity].append(descriptor)
            self._close_unused(identity)

    def _close_unused(self, identity: FileIdentity) -> None:
        if self._stores[identity] == 0:
            del self._stores[identity]
            for descriptor in self._descriptors.pop(identity, ()):
                os.close(descriptor)


open_files = OpenFiles()


class ServerLock:
    """A lock on the file itself, so that it is the same under every link, and on the file `PATH.lock`.

    The second one is what servers of version 0.1.0 look at, and all that there is without locks of open file
    descriptions (Linux has them).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._named: int | None = None
        self._file: int | None = None
        self._identity: FileIdentity = (0, 0)

    def acquire(self) -> bool:
        """Take the lock; False if another server has it. Raises OSError."""
        if sys.platform == "win32":
            return True
        path = self._path
        self._named = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._named, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if hasattr(fcntl, "F_OFD_SETLK"):
                self._identity = identify(path)
                self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
                fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, _request(fcntl.F_WRLCK))
        except OSError as error:
            self.release()
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                return False
            raise
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        if self._named is not None:
            os.close(self._named)
            self._named = None
        if self._file is not None and sys.platform != "win32":
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, _request(fcntl.F_UNLCK))
            open_files.close(self._identity, self._file)
            self._file = None


def _request(kind: int) -> bytes:
    """A `struct flock` for the one byte."""
    return struct.pack("hhqqi", kind, os.SEEK_SET, LOCKED_BYTE, 1, 0)
