"""Parsing of JSON."""

from __future__ import annotations

import json
from typing import Any


def loads(content: bytes | str) -> Any:
    """The value that `content` is the JSON of. Raises `ValueError` or `RecursionError`."""
    return json.loads(content)
