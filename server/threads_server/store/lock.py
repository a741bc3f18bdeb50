"""A lock on a file that ends with the process that holds it, however it ends."""

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class FileLock:
    """A lock between processes (POSIX). The file stays behind; only the lock on it means anything."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Takes the lock; False when another process has it. Raises OSError when the file cannot be made."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if sys.platform != "win32":
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.release()
                return False
        return True

    def release(self) -> None:
        """Lets go of the lock; nothing happens when it was not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
