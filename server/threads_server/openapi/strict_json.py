"""Strict JSON decoding: texts that RFC 8259 lets readers interpret differently are refused."""

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJson(Exception):
    """The text is not JSON or is ambiguous. The message completes "is not JSON: …"."""


def decode_json(text: bytes | str, levels: int, values: int | None = None) -> Any:
    """Decode a JSON text in UTF-8; a leading byte order mark is skipped.

    Raises NotJson for: other encodings, syntax errors, NaN and infinities (also a number too large for a
    double), a name that comes twice in one object, half a surrogate pair, nesting deeper than `levels`, and more than
    `values` values, if given. The last two are found before anything is decoded: that is one step which no other thread
    interrupts, and 4 MB of empty arrays take it 0.8 s.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise NotJson(f"the text is not UTF-8 (byte {error.start})") from None
    opened = text.count("[") + text.count("{")
    too_many = values is not None and opened + text.count(",") > values
    if opened > levels or too_many:
        _check_structure(text, levels, values if too_many else None)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise NotJson(f"nested deeper than {levels} levels") from None
    except ValueError:
        raise NotJson("a number is too long") from None
    if _LONE_SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotJson("half a surrogate pair stands alone in a text") from None
    return value


_STRING = re.compile(rb'"[^"]*+"?')
_SIGNS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""An opening bracket is 1 and a closing one -1, as signed bytes."""
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SLICE = 64 * 1024
"""Brackets counted in one go, so that other threads run in between."""


def _check_structure(text: str, levels: int, values: int | None) -> None:
    """Raise NotJson for a text that nests deeper than `levels`, or has more than `values` values.

    A fixed number of passes over the text: escaped characters go first, so that a quote always begins or ends a string.
    """
    data = text.encode("utf-8", "surrogatepass").replace(rb"\\", b"").replace(rb"\"", b"")
    if values is not None and data.count(b'"') > 4 * values:  # a value and its name are two strings at most
        raise NotJson(f"it has more than {values} values")
    data = _STRING.sub(b"", data)
    if values is not None and data.count(b",") + data.count(b"[") + data.count(b"{") > values:
        raise NotJson(f"it has more than {values} values")
    signs = memoryview(data.translate(_SIGNS, _NO_BRACKETS)).cast("b")
    depth = 0
    for start in range(0, len(signs), _SLICE):
        depths = list(accumulate(signs[start : start + _SLICE], initial=depth))
        if max(depths) > levels:
            raise NotJson(f"nested deeper than {levels} levels")
        depth = depths[-1]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NotJson(f"the name {json.dumps(name[:100])} comes twice in one object")
            seen.add(name)
    return value


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise NotJson("a number is too large")
    return value


def _no_constant(text: str) -> NoReturn:
    raise NotJson(f"{text} is no JSON number")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant)
