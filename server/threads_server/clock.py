"""The wall clock, and times as they are sent."""

import time
from datetime import UTC, datetime
from functools import lru_cache

_fixed: int | None = None
_offset = 0


def wall_clock() -> int:
    """Milliseconds since 1970. Everything else reads the time through `now`: tests replace this one function."""
    return time.time_ns() // 1_000_000


def now() -> int:
    """The time in milliseconds since 1970, as the store keeps it."""
    return (wall_clock() if _fixed is None else _fixed) + _offset


def advance(milliseconds: int) -> None:
    """Move the time of this process, for tests (threads_server.testing)."""
    global _offset
    _offset += milliseconds


def fix(milliseconds: int | None) -> None:
    """Stop the time of this process at a moment, or for None let it go on, without what it was advanced by."""
    global _fixed, _offset
    _fixed, _offset = milliseconds, 0


def format_timestamp(milliseconds: int) -> str:
    """A time as it is sent: ISO 8601, UTC, three decimals and `Z` (docs/hosted-api.md §1, Ids, dates)."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=16)  # most times are of the current second
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
