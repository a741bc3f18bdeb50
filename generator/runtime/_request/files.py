"""Files to send: what `files=` and its like take, and how they are read."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Generator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from mimetypes import guess_type
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeGuard, cast

from .._json_types import is_sequence
from .._models.encoding import check_text
from .auth import check_header

Content: TypeAlias = bytes | IO[bytes] | os.PathLike[str]
File: TypeAlias = str | os.PathLike[str] | IO[bytes] | tuple[str, Content] | tuple[str, Content, str]
"""A path, a file opened in binary mode, `(name, content)`, or `(name, content, content type)`.

The content of a named file is bytes, a file opened in binary mode, or a `Path`.
"""

Files: TypeAlias = File | Sequence[File]
"""One file or several."""

PIECE_BYTES = 1024 * 1024
"""How much of a file is read and sent at a time: in the async client each read is a change of threads."""


class FilePart:
    """A file to send. Every attempt of a call reads it again from where it stood."""

    __slots__ = ("_is_guessed", "_place", "_source", "_start", "content_type", "name", "size")

    def __init__(self, place: str, name: str, source: Any, content_type: str | None = None) -> None:
        check_text(f"the file name of {place}", name)
        if isinstance(source, io.TextIOBase):
            raise TypeError(f"{place} must be opened in binary mode: open(path, 'rb')")
        self._place = place
        self._source: Any = source
        if isinstance(source, (bytearray, memoryview)):
            self._source = bytes(self._source)
        self._start = 0
        self._is_guessed: bool = content_type is None
        self.name = name
        self.content_type = (
            guess_type(name)[0] or "application/octet-stream"
            if content_type is None
            else check_header("Content-Type", content_type)
        )
        self.size = -1 if self.content is None else len(self.content)

    def adopt_type(self, documented: str) -> None:
        """Take the first of the documented content types, unless the caller gave one or the name's is among them."""
        types = [one.strip() for one in documented.split(",")]
        if self._is_guessed and not any(fnmatchcase(self.content_type, one) for one in types):
            self.content_type = next((one for one in types if "*" not in one), self.content_type)

    @property
    def content(self) -> bytes | None:
        """The content, if it is in memory."""
        return self._source if isinstance(self._source, bytes) else None

    def prepare(self) -> None:
        """Find out the size; a file that cannot seek to its end is read into memory. May block.

        Raises `OSError` for a path that cannot be read, `TypeError` for a file that does not give bytes.
        """
        source = self._source
        if isinstance(source, bytes):
            return
        if isinstance(source, Path):
            with source.open("rb") as file:
                self._measure(file)
        else:
            self._measure(source)

    def _measure(self, file: Any) -> None:
        if _can_seek(file):
            self._start = file.tell()
            with suppress(OSError):  # a pipe's path, or a file of /proc
                file.seek(0, io.SEEK_END)
                self.size = file.tell() - self._start
                file.seek(self._start)
                return
        self._source = self._checked(file.read())
        self.size = len(self._source)

    def pieces(self) -> Generator[bytes, None, None]:
        """The content from its beginning, `prepare`d before: as many bytes as there were then.

        Raises `OSError` if the file has become shorter, `TypeError` if it does not give bytes.
        """
        source = self._source
        if isinstance(source, bytes):
            for start in range(0, len(source), PIECE_BYTES):
                yield source[start : start + PIECE_BYTES]
        elif isinstance(source, Path):
            with source.open("rb") as file:
                yield from self._read(file)
        else:
            source.seek(self._start)
            yield from self._read(source)

    def _read(self, file: Any) -> Generator[bytes, None, None]:
        left = self.size
        while left > 0:
            piece = self._checked(file.read(min(left, PIECE_BYTES)))
            if not piece:
                raise OSError(f"{self._place} became shorter while it was sent")
            left -= len(piece)
            yield piece

    def _checked(self, content: object) -> bytes:
        if not isinstance(content, bytes):
            raise TypeError(f"{self._place} must be opened in binary mode: open(path, 'rb')")
        return content


def file_parts(place: str, files: Files) -> list[FilePart]:
    """Each of `files`, the value of the argument `place`. Nothing is read yet.

    Raises `TypeError` for what is no file (bytes need a name, text a binary mode), `ValueError` for a name or a content
    type that cannot be sent.
    """
    if is_sequence(files) and not _is_named(files):
        return [_part(f"{place}[{number}]", file) for number, file in enumerate(files)]
    return [_part(place, files)]


def _is_named(value: object) -> TypeGuard[tuple[Any, ...]]:
    """Whether `value` is one file with its name, not several files: a tuple that begins with a text."""
    return is_sequence(value) and isinstance(value, tuple) and len(value) in (2, 3) and isinstance(value[0], str)


def _part(place: str, file: Any) -> FilePart:
    if _is_named(file):
        content = file[1]
        if isinstance(content, str):
            raise TypeError(
                f"{place} must be (name, bytes), (name, open file) or (name, Path), not (name, text); "
                "several paths go into a list"
            )
        if isinstance(content, (bytes, bytearray, memoryview)):
            return FilePart(place, *file)
        return FilePart(place, file[0], _source(place, content)[1], *file[2:])
    if isinstance(file, tuple):
        raise TypeError(f"{place} must be (name, content) or (name, content, content type)")
    name, source, content_type = _source(place, file)
    return FilePart(place, name, source, content_type)


def _source(place: str, file: Any) -> tuple[str, Any, str | None]:
    """Name, readable content and content type of a path or an open file."""
    if isinstance(file, (str, os.PathLike)):
        path = Path(cast("str | os.PathLike[str]", file))
        return path.name, path, None
    read = getattr(file, "read", None)
    if read is None:
        raise TypeError(f"{place} must be a path, an open file or (name, bytes), not {type(file).__name__}")
    name, content_type = getattr(file, "filename", None) or getattr(file, "name", None), None
    if inspect.iscoroutinefunction(read):
        # Starlette's UploadFile and anyio's AsyncFile have the real file inside; its reads happen in a thread.
        inner = getattr(file, "file", None) or getattr(file, "wrapped", None)
        if inner is None or inspect.iscoroutinefunction(getattr(inner, "read", None)):
            raise TypeError(f"{place} has an async `read`: pass a file opened by open(path, 'rb')")
        content_type = getattr(file, "content_type", None)
        file = inner
    return Path(name).name if isinstance(name, str) and name else "file", file, content_type


def _can_seek(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    if seekable is None:
        return hasattr(file, "seek") and hasattr(file, "tell")
    return bool(seekable())
