"""Rate limit per key."""

import math
from collections.abc import Hashable
from time import monotonic


class RateTooLow(Exception):
    """The rate means a wait that is longer than `Retry-After` may be."""


class RateLimit:
    """Token buckets, one per key: `rate` tokens per second, and one second's worth as burst.

    Each process counts for itself. Only valid keys have buckets.

    Raises RateTooLow for a rate that can mean a wait of more than `longest_wait` seconds.
    """

    def __init__(self, rate: float, longest_wait: float) -> None:
        if 1 / rate > longest_wait:
            raise RateTooLow(
                f"a rate limit of {rate:g} requests per second means a wait of more than {longest_wait:.0f} seconds, "
                "which Retry-After cannot say; use 0 for no limit"
            )
        self._rate = rate
        self._size = max(1.0, rate)
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> int:
        """Take a token: 0 if the request may pass, else the whole seconds (at least 1) until the next."""
        now = monotonic()
        tokens, then = self._buckets.get(key, (self._size, now))
        tokens = min(self._size, tokens + (now - then) * self._rate)
        if tokens >= 1:
            self._buckets[key] = tokens - 1, now
            return 0
        self._buckets[key] = tokens, now
        return math.ceil((1 - tokens) / self._rate)
