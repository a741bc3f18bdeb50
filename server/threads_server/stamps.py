"""Ids and times, as they are kept and as they are sent."""

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last = 0


def now() -> int:
    """The wall clock, in milliseconds since 1970 (the store keeps times as this number)."""
    return time.time_ns() // 1_000_000


def written(milliseconds: int) -> str:
    """A time as the wire writes it: ISO 8601, UTC, three decimals and `Z` (docs/hosted-api.md §1, Ids, dates)."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def new_id() -> str:
    """A new UUID (version 7): each id of this process is greater than the one before it.

    Ids that grow keep the indexes of the store append-only, and break a tie between two threads of the same
    millisecond in the order in which they were made.
    """
    global _last
    with _lock:
        # 48 bits of time, then 12 + 62 bits that start at random in each millisecond and are counted up within it
        fresh = (now() << 74) | (int.from_bytes(os.urandom(9), "big") & ((1 << 73) - 1))
        _last = fresh if fresh > _last else _last + 1
        value = _last
    time_part, count = value >> 74, value & ((1 << 74) - 1)
    return str(
        UUID(int=(time_part << 80) | (0x7 << 76) | ((count >> 62) << 64) | (0b10 << 62) | (count & ((1 << 62) - 1)))
    )
