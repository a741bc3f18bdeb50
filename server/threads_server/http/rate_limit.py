"""A limit of requests per second and key."""

import math
from collections.abc import Hashable
from time import monotonic


class RateTooLow(Exception):
    """At such a rate the wait would be longer than an answer can say."""


class RateLimit:
    """A bucket of tokens for each key: `rate` of them come back each second, and one second's worth can be saved up.

    Each server process counts for itself. Unknown keys never get here, so there are at most as many buckets as keys.

    Raises RateTooLow for a rate at which someone would have to wait for more than `longest_wait` seconds.
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
        """0 if the request may pass; else the whole seconds (at least 1) after which another attempt makes sense."""
        now = monotonic()
        tokens, then = self._buckets.get(key, (self._size, now))
        tokens = min(self._size, tokens + (now - then) * self._rate)
        if tokens >= 1:
            self._buckets[key] = tokens - 1, now
            return 0
        self._buckets[key] = tokens, now
        return math.ceil((1 - tokens) / self._rate)
