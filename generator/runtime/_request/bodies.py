"""Request bodies, in the media types of the document."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from .._event_loops import async_blocking
from .._json_types import is_mapping, is_sequence
from .._models.encoding import check_text, encode_json, plain
from .._network.transport import AsyncByteStream, ByteStream
from .._unset import UNSET, Unset
from .files import FilePart, Files, file_parts
from .operation import Operation
from .urls import encode_pairs

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


IN_MEMORY_BYTES = 1024 * 1024
"""Size up to which a multipart body of contents in memory is put together, so that hooks can read it."""


class Body:
    """A request's body, encoded once: every attempt of a call sends the same bytes."""

    __slots__ = ("content", "content_type")

    def __init__(self, content: bytes | Multipart, content_type: str | None) -> None:
        self.content: bytes | Multipart = content
        self.content_type: str | None = content_type

    @property
    def size(self) -> int:
        """Bytes; of files, known once they were prepared."""
        return self.content.size if isinstance(self.content, Multipart) else len(self.content)

    def __repr__(self) -> str:
        return f"<{self.content_type} body>"


class Multipart(ByteStream, AsyncByteStream):
    """A multipart body with files, sent piece by piece. In the async client they are read in a thread."""

    def __init__(self, blocks: list[tuple[bytes, FilePart | None]]) -> None:
        self._blocks: list[tuple[bytes, FilePart | None]] = blocks
        self.size: int = -1

    def prepare(self) -> None:
        """Find out the size. May block. Raises `OSError` or `TypeError` for a file that cannot be read."""
        self.size = 0
        for head, file in self._blocks:
            self.size += len(head)
            if file is not None:
                file.prepare()
                self.size += file.size

    def __iter__(self) -> Iterator[bytes]:
        for head, file in self._blocks:
            yield head
            if file is not None:
                yield from file.pieces()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for head, file in self._blocks:
            yield head
            if file is None:
                continue
            pieces = file.pieces()
            if file.content is not None:
                for piece in pieces:
                    yield piece
                continue
            try:
                while piece := await async_blocking(partial(next, pieces, b"")):
                    yield piece
            finally:
                with suppress(ValueError):  # a read that was given up still runs in its thread
                    pieces.close()


EMPTY = Body(b"", None)


def encode_body(
    operation: Operation[Any],
    media: str | Unset,
    fields: object,
    files: Mapping[str, Files | Unset] | None,
) -> Body:
    """`fields` as `media`, or as the operation's usual media type, or as multipart if there are files. UNSET is left
    out.

    Raises `ValueError` for a media type that the operation does not take, and for what JSON or UTF-8 cannot carry
    (NaN, a lone surrogate); `TypeError` for what is no JSON value. Both name the field.
    """
    parts = _parts(files)
    for name, part in parts:
        if name in operation.file_types:
            part.adopt_type(operation.file_types[name])
    usual = MULTIPART if parts else operation.media[0]
    chosen = usual if isinstance(media, Unset) else media
    if chosen not in operation.media:
        raise ValueError(f"{operation.id} takes {' or '.join(operation.media)}, not {chosen}")
    if parts and chosen != MULTIPART:
        raise ValueError(f"files go out as {MULTIPART}, not as {chosen}")
    if operation.whole or not is_mapping(fields):
        return EMPTY if fields is UNSET else _encode_whole(chosen, fields)
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if operation.required and not given and not parts:
        return EMPTY
    lost = sorted(operation.required - given.keys() - {name for name, _ in parts})
    if lost:
        raise ValueError(f"a body of {operation.id} needs {', '.join(lost)}")
    return _encode(chosen, given, parts, operation.json_fields, operation.json_parts)


def _encode_whole(media: str, value: object) -> Body:
    """A body that is one value: text, bytes or JSON, as the media type says."""
    if media.startswith("text/"):
        if not isinstance(value, str):
            raise TypeError(f"body must be a text, not {type(value).__name__}")
        return Body(check_text("body", value).encode("utf-8"), f"{media}; charset=utf-8")
    if media.partition(";")[0].endswith("json"):
        return Body(encode_json(value, "body"), media)
    if not isinstance(value, (bytes, bytearray)):
        raise TypeError(f"body must be bytes, not {type(value).__name__}")
    return Body(bytes(value), media)


def _parts(files: Mapping[str, Files | Unset] | None) -> list[tuple[str, FilePart]]:
    return [
        (name, part)
        for name, value in (files or {}).items()
        if not isinstance(value, Unset)
        for part in file_parts(name, value)
    ]


def _encode(
    media: str,
    fields: Mapping[str, object],
    parts: list[tuple[str, FilePart]],
    json_fields: frozenset[str],
    json_parts: frozenset[str] = frozenset(),
) -> Body:
    if media not in (FORM, MULTIPART):
        return Body(encode_json(fields), media)
    texts = _texts({name: value for name, value in fields.items() if name not in json_parts}, json_fields)
    if media == FORM:
        return Body(encode_pairs(texts).encode("ascii"), FORM)
    blocks = [
        (name, encode_json(item, name))
        for name in fields
        if name in json_parts and fields[name] is not None
        for item in _items(fields[name])
    ]
    return _multipart(texts, parts, blocks)


def _items(value: object) -> list[object]:
    return list(value) if is_sequence(value) else [value]


def encode_free(value: object, form: Mapping[str, object] | None, files: Mapping[str, Files | Unset] | None) -> Body:
    """A body that the document does not describe: any JSON value, or a form, with its mappings as JSON text."""
    if value is not UNSET:
        if form is not None or files is not None:
            raise TypeError("a body is JSON or a form, not both")
        return Body(encode_json(value, "json"), JSON)
    if form is None and files is None:
        return EMPTY
    parts = _parts(files)
    return _encode(MULTIPART if parts else FORM, form or {}, parts, frozenset())


def _texts(fields: Mapping[str, object], json_fields: frozenset[str]) -> list[tuple[str, str]]:
    """A form's fields. Null is left out: a form has no spelling for it."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if value is None:
            continue
        check_text("the name of a field", name)
        if name in json_fields or is_mapping(value):
            pairs.append((name, encode_json(value, name).decode("utf-8")))
        elif is_sequence(value):
            pairs.extend((name, plain(name, item)) for item in value)
        else:
            pairs.append((name, plain(name, value)))
    return pairs


def _multipart(
    fields: list[tuple[str, str]], files: list[tuple[str, FilePart]], json_parts: Iterable[tuple[str, bytes]] = ()
) -> Body:
    boundary = os.urandom(16).hex()
    opening = f"--{boundary}\r\nContent-Disposition: form-data; name="
    head = "".join(f'{opening}"{_quoted(name)}"\r\n\r\n{text}\r\n' for name, text in fields)
    for name, content in json_parts:
        head += f'{opening}"{_quoted(name)}"\r\nContent-Type: {JSON}\r\n\r\n{content.decode("utf-8")}\r\n'
    blocks: list[tuple[bytes, FilePart | None]] = []
    for name, file in files:
        head += f'{opening}"{_quoted(name)}"; filename="{_quoted(file.name)}"\r\n'
        head += f"Content-Type: {file.content_type}\r\n\r\n"
        blocks.append((head.encode("utf-8"), file))
        head = "\r\n"
    blocks.append((f"{head}--{boundary}--\r\n".encode(), None))
    content_type = f"{MULTIPART}; boundary={boundary}"
    body = Multipart(blocks)
    if all(file.content is not None for _, file in files) and sum(file.size for _, file in files) <= IN_MEMORY_BYTES:
        return Body(b"".join(body), content_type)
    return Body(body, content_type)


def _quoted(name: str) -> str:
    """A name inside a part's head, escaped as browsers do (HTML Standard, multipart form data)."""
    return name.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "%0D%0A").replace('"', "%22")
