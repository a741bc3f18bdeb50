"""Ids and times, as they are kept and as they are sent."""

import os
import random
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache

_lock = threading.Lock()
_dice = random.Random()
_last = (0, 0)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_dice.seed)  # two processes that make ids alike would make the same ones


def now() -> int:
    """The wall clock, in milliseconds since 1970 (the store keeps times as this number)."""
    return time.time_ns() // 1_000_000


def format_timestamp(milliseconds: int) -> str:
    """A time as the wire writes it: ISO 8601, UTC, three decimals and `Z` (docs/hosted-api.md §1, Ids, dates)."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=16)  # most are of this second
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def new_id() -> str:
    """A new UUID (version 7): each id of this process is greater than the one before it. No secret: it can be guessed.

    Ids that grow keep the indexes of the store append-only, and break a tie between two threads of the same
    millisecond in the order in which they were made.
    """
    global _last
    with _lock:
        moment, count = now(), _dice.getrandbits(73)
        if moment <= _last[0]:
            moment, count = _last[0], _last[1] + 1
        _last = (moment, count)
    # 48 bits of time, 4 of the version, 12 of the count, 2 of the variant, 62 of the count
    digits = f"{moment:012x}7{count >> 62:03x}{(count & (1 << 62) - 1) | 1 << 63:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
