"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path


class PartialFile:
    """A file under way, beside the one whose place it takes once it is finished.

    Each step may be given up while it runs in a thread; `discard` counts for a step that goes on there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._target = Path(path)
        self._path = self._target.with_name(f".{self._target.name}.{os.urandom(6).hex()}.part")
        self._file: BufferedWriter | None = None
        self._is_discarded = False

    def open(self) -> None:
        self._file = self._path.open("xb")
        if self._is_discarded:
            self.discard()

    def write(self, content: bytes | bytearray) -> None:
        assert self._file is not None
        self._file.write(content)

    def finish(self, content: bytes | bytearray) -> None:
        """Write the end, and take the place of the target, once all is on disk."""
        assert self._file is not None
        self._file.write(content)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(self._target)

    def discard(self) -> None:
        """Remove the file, unless it was finished."""
        self._is_discarded = True
        if self._file is not None:
            with suppress(OSError, ValueError):  # a write that was given up may still run in its thread
                self._file.close()
        self._path.unlink(missing_ok=True)
