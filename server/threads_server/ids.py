"""Ids of everything that the server makes."""

import os
import random
import threading

from threads_server.clock import now

_lock = threading.Lock()
_random = random.Random()
_last = (0, 0)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)  # two processes in the same state would make the same ids


def seed(number: int | None) -> None:
    """Begin the sequence of ids that belongs to a number, or for None a random one; for tests."""
    global _last
    with _lock:
        _random.seed(number)
        if number is not None:
            _last = (0, 0)


def new_id() -> str:
    """A new UUID (version 7): each id of this process is greater than the one before it. It can be guessed.

    Growing ids keep the indexes of the store append-only, and order two threads of the same millisecond by creation.
    """
    global _last
    with _lock:
        moment, count = now(), _random.getrandbits(73)
        if moment <= _last[0]:
            moment, count = _last[0], _last[1] + 1
        _last = (moment, count)
    # 48 bits of time, 4 of the version, 12 of the count, 2 of the variant, 62 of the count
    digits = f"{moment:012x}7{count >> 62:03x}{(count & (1 << 62) - 1) | 1 << 63:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
