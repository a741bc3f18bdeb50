"""Decoding of the two form encodings: `application/x-www-form-urlencoded` and `multipart/form-data`."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it warns of what is answered with 400 here


class BrokenForm(Exception):
    """The body is not a form in its declared encoding; the message is a sentence for the client."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body. `filename` is None for text fields."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None

    def text(self) -> str:
        """Decode the field. Raises BrokenForm if it is not UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            raise BrokenForm(f"The field {self.name!r} is not UTF-8") from None


def decode_urlencoded(body: bytes, max_fields: int) -> list[tuple[str, str]]:
    """Decode a urlencoded body. Raises BrokenForm unless it is UTF-8 with at most `max_fields` fields."""
    if body.count(b"&") >= max_fields:
        raise BrokenForm(f"The form has more than {max_fields} fields")
    try:
        pairs = [pair.partition("=") for pair in body.decode().split("&") if pair]
        return [(_unquoted(name), _unquoted(text)) for name, _, text in pairs]
    except UnicodeDecodeError:
        raise BrokenForm("The form is not UTF-8") from None


def _unquoted(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return b"".join(unquote_to_bytes(piece[0]) for piece in _UNQUOTED_AT_ONCE.finditer(text)).decode()


_UNQUOTED_AT_ONCE = re.compile(r"(?:%[0-9A-Fa-f]{2}|.){1,16384}+", re.DOTALL)
"""Escapes that are decoded at once, each an object of its own meanwhile: 4 MB of them took 300 MB."""


def decode_multipart(pieces: Iterable[bytes], boundary: bytes | None, max_fields: int) -> list[Part]:
    """Decode a multipart body that comes in pieces.

    Raises BrokenForm for: no boundary, a part without a name or end, malformed headers, a transfer encoding other than
    the identity, text in a character set other than UTF-8, more than `max_fields` parts.
    """
    if not boundary:
        raise BrokenForm("The multipart body has no boundary in its content type")
    reader = _PartCollector(max_fields)
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        for piece in pieces:
            parser.write(piece)
    except FormParserError as error:
        raise BrokenForm(f"The multipart body is broken: {error}") from None
    if not reader.ended:
        raise BrokenForm("The multipart body is cut off: its last boundary is missing")
    return reader.parts


class _PartCollector:
    """Callbacks of the multipart parser, which collect its parts."""

    def __init__(self, max_fields: int) -> None:
        self.parts: list[Part] = []
        self._max_fields = max_fields
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._data = BytesIO()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) == self._max_fields:
            raise BrokenForm(f"The form has more than {self._max_fields} fields")
        self._headers, self._data = {}, BytesIO()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.write(memoryview(data)[start:end])

    def _end(self) -> None:
        self.parts.append(_part(self._headers, self._data.getvalue()))

    def _finish(self) -> None:
        self.ended = True


def _part(headers: dict[bytes, bytes], data: bytes) -> Part:
    kind, options = parse_header(headers.get(b"content-disposition", b""))
    name = options.get("name")
    if kind != "form-data" or name is None:
        raise BrokenForm("A part of the multipart body has no name")
    if headers.get(b"content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
        raise BrokenForm(f"The part {name!r} has a transfer encoding, which is not supported")
    content_type = headers.get(b"content-type")
    filename = options.get("filename")
    if content_type is not None and filename is None:
        charset = parse_header(content_type)[1].get("charset", "utf-8").lower()
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise BrokenForm(f"The part {name!r} is in the character set {charset}; only UTF-8 is read")
    return Part(name, data, filename, content_type.decode("latin-1") if content_type is not None else None)


_OPTION = re.compile(r""";\s*+([\w!#$%&'*+.^`|~-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s;"]*+))""", re.DOTALL)
_EXTENDED = re.compile(r"([\w-]+)'[^']*'(.*)", re.DOTALL)


def parse_header(header: bytes) -> tuple[str, dict[str, str]]:
    """Parse a header such as `form-data; name="files"` into its first word in lower case and its options.

    Non-ASCII is read as UTF-8. In quoted values, `\\"` and `\\\\` and the browsers' `%22`, `%0D`, `%0A` are undone; the
    older `name*=utf-8''…` form (RFC 5987) is read too, and wins.
    """
    text = header.decode("utf-8", "replace")
    options: dict[str, str] = {}
    extended: dict[str, str] = {}
    for name, quoted, bare in _OPTION.findall(text):
        if name.endswith("*"):
            match = _EXTENDED.fullmatch(quoted or bare)
            if match and match[1].lower() == "utf-8":
                extended[name[:-1].lower()] = unquote(match[2])
        else:
            value = re.sub(r'\\(["\\])', r"\1", quoted).replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
            options[name.lower()] = value or bare
    return text.partition(";")[0].strip().lower(), options | extended
