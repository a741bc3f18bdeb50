"""Simulated time: an event loop and `time.monotonic` whose clock jumps to the next timer once nothing is ready."""

import asyncio
import selectors
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


class VirtualClock:
    """Seconds that pass only by waiting."""

    def __init__(self) -> None:
        self.now = 1000.0

    def advance(self, seconds: float) -> None:
        self.now += max(0.0, seconds)


class _Selector(selectors.SelectSelector):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> "list[tuple[selectors.SelectorKey, int]]":
        if timeout is None:
            raise RuntimeError("nothing is ready, and no timer is set: this would hang")
        self._clock.advance(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Selector(clock))
        self._virtual_clock = clock

    def time(self) -> float:
        return self._virtual_clock.now


@contextmanager
def virtual_time() -> Iterator[VirtualClock]:
    """Let `time.monotonic` and `time.sleep` be those of a virtual clock."""
    clock = VirtualClock()
    with patch("time.monotonic", lambda: clock.now), patch("time.sleep", clock.advance):
        yield clock


def run_in_virtual_time(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop whose time passes only by waiting."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(VirtualClock())) as runner:
        runner.run(work)
