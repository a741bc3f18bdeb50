"""Request bodies, in the media types of the document."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from .decoding import datetime_to_json
from .files import Files, Part, read_files
from .unset import UNSET, Unset
from .urls import encode_pairs, plain

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Body(NamedTuple):
    """A request's body, encoded once: every attempt of a call sends the same bytes."""

    content: bytes
    content_type: str | None


EMPTY = Body(b"", None)


def encode_body(
    media: tuple[str, ...],
    fields: Mapping[str, object],
    files: Mapping[str, Files | Unset] | None,
    json_fields: frozenset[str],
) -> Body:
    """`fields` in the first of the `media` types, or as multipart if there are files. What is UNSET is left out.

    Raises `ValueError` for what JSON or UTF-8 cannot carry (NaN, a lone surrogate), `TypeError` for what is no JSON
    value.
    """
    given = {name: value for name, value in fields.items() if value is not UNSET}
    parts = [
        (name, part)
        for name, value in (files or {}).items()
        if not isinstance(value, Unset)
        for part in read_files(value)
    ]
    if parts:
        if MULTIPART not in media:
            raise TypeError("this operation takes no files")
        return _multipart(_texts(given, json_fields), parts)
    if media[0] == JSON:
        return Body(encode_json(given).encode("utf-8"), JSON)
    if media[0] == FORM:
        return Body(encode_pairs(_texts(given, json_fields)).encode("ascii"), FORM)
    return _multipart(_texts(given, json_fields), [])


def encode_free(value: object, form: Mapping[str, object] | None, files: Mapping[str, Files | Unset] | None) -> Body:
    """A body that the document does not describe: any JSON value, or a form, with its mappings as JSON text."""
    if value is not UNSET:
        if form is not None or files is not None:
            raise TypeError("a body is JSON or a form, not both")
        return Body(encode_json(value).encode("utf-8"), JSON)
    if form is None and files is None:
        return EMPTY
    return encode_body((FORM, MULTIPART), form or {}, files, frozenset())


def encode_json(value: object) -> str:
    """`value` as JSON text, models and date-times included."""
    return json.dumps(value, default=_json_value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json_value(value: Any) -> object:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, datetime):
        return datetime_to_json(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON: {value!r}")


def _texts(fields: Mapping[str, object], json_fields: frozenset[str]) -> list[tuple[str, str]]:
    """A form's fields. Null is left out: a form has no spelling for it."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if value is None:
            continue
        if name in json_fields or isinstance(value, Mapping):
            pairs.append((name, encode_json(value)))
        elif isinstance(value, (list, tuple)):
            pairs.extend((name, plain(item)) for item in value)
        else:
            pairs.append((name, plain(value)))
    return pairs


def _multipart(fields: list[tuple[str, str]], files: list[tuple[str, Part]]) -> Body:
    blocks: list[tuple[str, str | None, bytes]] = [
        (f'form-data; name="{_quoted(name)}"', None, text.encode("utf-8")) for name, text in fields
    ]
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
