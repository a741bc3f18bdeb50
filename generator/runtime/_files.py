"""Files to send: what `files=` and its like take, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import IO, Any, TypeAlias

from ._auth import check_header
from ._values import check_text

File: TypeAlias = str | os.PathLike[str] | IO[bytes] | tuple[str, bytes] | tuple[str, bytes, str]
"""A path, a file opened in binary mode, `(name, bytes)`, or `(name, bytes, content type)`."""

Files: TypeAlias = File | Sequence[File]
"""One file or several."""


class Part:
    """A file, read: every attempt of a call sends these bytes."""

    __slots__ = ("content", "content_type", "name")

    def __init__(self, name: str, content: bytes, content_type: str) -> None:
        self.name = name
        self.content = content
        self.content_type = content_type


def read_files(place: str, files: Files) -> list[Part]:
    """Each of `files`, the value of the argument `place`, read to its end from where it stands.

    Raises `OSError` for a path that cannot be read, `TypeError` for what is no file (bytes need a name, text a binary
    mode), `ValueError` for a name or a content type that cannot be sent.
    """
    if isinstance(files, (list, tuple)) and not _is_pair(files):
        return [_read(f"{place}[{number}]", file) for number, file in enumerate(files)]
    return [_read(place, files)]


def _is_pair(value: Sequence[Any]) -> bool:
    return isinstance(value, tuple) and len(value) in (2, 3) and isinstance(value[1], (bytes, bytearray, memoryview))


def _read(place: str, file: Any) -> Part:
    part = _part(place, file)
    check_text(f"the file name of {place}", part.name)
    return part


def _part(place: str, file: Any) -> Part:
    if isinstance(file, tuple) and _is_pair(file):
        name, content = str(file[0]), bytes(file[1])
        return Part(name, content, check_header("Content-Type", file[2]) if len(file) == 3 else _content_type(name))
    if isinstance(file, (str, os.PathLike)):
        path = Path(file)
        return Part(path.name, path.read_bytes(), _content_type(path.name))
    if not isinstance(file, tuple) and hasattr(file, "read"):
        content = file.read()
        if not isinstance(content, bytes):
            raise TypeError(f"{place} must be opened in binary mode: open(path, 'rb')")
        title = getattr(file, "name", None)
        name = Path(title).name if isinstance(title, str) else "file"
        return Part(name, content, _content_type(name))
    raise TypeError(f"{place} must be a path, an open file or (name, bytes), not {type(file).__name__}")


def _content_type(name: str) -> str:
    return guess_type(name)[0] or "application/octet-stream"
