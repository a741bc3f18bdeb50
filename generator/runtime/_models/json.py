"""Parsing of JSON: by msgspec if it is installed (`backboard-threads[fast]`), with the results and errors of `json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any


def loads(content: bytes | str) -> Any:
    """The value that `content` is the JSON of. Raises `ValueError` or `RecursionError`, as `json.loads` does."""
    decode = _fast_decoder()
    if decode is not None:
        try:
            return decode(content)
        except Exception:
            # What msgspec refuses and json takes (NaN, half a surrogate pair, UTF-16), and what both refuse: the error
            # is json's either way.
            pass
    return json.loads(content)


@cache
def _fast_decoder() -> Callable[[bytes | str], Any] | None:
    """msgspec's decoder; None where it is not installed."""
    try:
        from msgspec.json import Decoder
    except ImportError:
        return None
    return Decoder().decode
