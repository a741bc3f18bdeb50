"""JSON as the server writes it, compact, and UTF-8 in bodies but ASCII in events; and texts for a terminal."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

_body = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_event = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False)
_canonical = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False)


def encode(value: Json) -> str:
    """A value as the text of a JSON body."""
    return _body.encode(value)


def encode_event(value: Json) -> str:
    """A value as one line of ASCII: what a server-sent event may carry (docs/hosted-api.md §7.4)."""
    return _event.encode(value)


def encode_canonical(value: Json) -> str:
    """A value as the one text that stands for it, whatever the order of its keys: for fingerprints."""
    return _canonical.encode(value)


def counted(number: int, noun: str) -> str:
    """A number of things: `1 thread`, `2 threads`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """A text of strangers for a terminal: what could be a command to it is escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def replace_surrogates(text: str) -> str:
    """Replace each lone surrogate, which UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
