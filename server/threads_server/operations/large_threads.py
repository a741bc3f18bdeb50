"""The threads whose whole answer is large, as far as this process has seen them.

A thread of few messages can have 1 MB in each. That costs a read to find out, once: from then on its reads wait for
each other, and one for whose answer there is no room is refused before it is made.
"""

from collections import OrderedDict

LARGE_BYTES = 1024 * 1024
"""An answer of this size is read off the event loop."""
MAX_THREADS = 10_000
"""Threads that are remembered; the one that was not read for longest is forgotten first."""


class LargeThreads:
    """Sizes of large answers, by the ids of their threads."""

    def __init__(self) -> None:
        self._sizes: OrderedDict[str, int] = OrderedDict()

    def get(self, thread_id: str) -> int | None:
        """The size of the last answer; None for one that is not known to be large."""
        return self._sizes.get(thread_id)

    def note(self, thread_id: str, size: int) -> None:
        """Remember the size of an answer, if it is large."""
        if size < LARGE_BYTES:
            return
        self._sizes[thread_id] = size
        self._sizes.move_to_end(thread_id)
        if len(self._sizes) > MAX_THREADS:
            self._sizes.popitem(last=False)
