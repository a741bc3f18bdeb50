"""Request bodies, in the media types of the document."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ._files import Files, Part, read_files
from ._operation import Operation
from ._unset import UNSET, Unset
from ._urls import encode_pairs
from ._values import check_text, encode_json, plain

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Body:
    """A request's body, encoded once: every attempt of a call sends the same bytes."""

    __slots__ = ("content", "content_type")

    def __init__(self, content: bytes, content_type: str | None) -> None:
        self.content: bytes = content
        self.content_type: str | None = content_type


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
    usual = MULTIPART if parts else operation.media[0]
    chosen = usual if isinstance(media, Unset) else media
    if chosen not in operation.media:
        raise ValueError(f"{operation.id} takes {' or '.join(operation.media)}, not {chosen}")
    if parts and chosen != MULTIPART:
        raise ValueError(f"files go out as {MULTIPART}, not as {chosen}")
    if operation.whole or not isinstance(fields, Mapping):
        return EMPTY if fields is UNSET else _encode_whole(chosen, fields)
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if operation.required and not given and not parts:
        return EMPTY
    lost = sorted(operation.required - given.keys())
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


def _parts(files: Mapping[str, Files | Unset] | None) -> list[tuple[str, Part]]:
    return [
        (name, part)
        for name, value in (files or {}).items()
        if not isinstance(value, Unset)
        for part in read_files(name, value)
    ]


def _encode(
    media: str,
    fields: Mapping[str, object],
    parts: list[tuple[str, Part]],
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
    return list(value) if isinstance(value, (list, tuple)) else [value]


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
        if name in json_fields or isinstance(value, Mapping):
            pairs.append((name, encode_json(value, name).decode("utf-8")))
        elif isinstance(value, (list, tuple)):
            pairs.extend((name, plain(name, item)) for item in value)
        else:
            pairs.append((name, plain(name, value)))
    return pairs


def _multipart(
    fields: list[tuple[str, str]], files: list[tuple[str, Part]], json_parts: Iterable[tuple[str, bytes]] = ()
) -> Body:
    blocks: list[tuple[str, str | None, bytes]] = [
        (f'form-data; name="{_quoted(name)}"', None, text.encode("utf-8")) for name, text in fields
    ]
    blocks += [(f'form-data; name="{_quoted(name)}"', JSON, content) for name, content in json_parts]
    blocks += [
        (f'form-data; name="{_quoted(name)}"; filename="{_quoted(part.name)}"', part.content_type, part.content)
        for name, part in files
    ]
    boundary = os.urandom(16).hex()
    while any(boundary.encode("ascii") in content for _, _, content in blocks):
        boundary = os.urandom(16).hex()
    pieces: list[bytes] = []
    for disposition, content_type, content in blocks:
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        if content_type is not None:
            head += f"Content-Type: {content_type}\r\n"
        pieces += [head.encode("utf-8"), b"\r\n", content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    return Body(b"".join(pieces), f"{MULTIPART}; boundary={boundary}")


def _quoted(name: str) -> str:
    """A name inside a part's head, escaped as browsers do (HTML Standard, multipart form data)."""
    return name.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "%0D%0A").replace('"', "%22")
