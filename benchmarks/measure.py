"""CPU time of several ways to do the same, in turns, so that what the machine does besides falls on all alike."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Measured(NamedTuple):
    """Microseconds of CPU for one call of each way, the median of the rounds."""

    micros: dict[str, float]

    def ratio(self, one: str, other: str) -> float:
        """How much `one` costs for each unit that `other` costs."""
        return self.micros[one] / self.micros[other]

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.3g} us" for name, value in self.micros.items())


def in_turns(ways: dict[str, Callable[[], object]], *, calls: int, rounds: int) -> Measured:
    """Measure each way for `calls` calls in each of `rounds` rounds, after a round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            gc.collect()
            begun = time.process_time()
            for _ in range(calls):
                way()
            if turn:
                taken[name].append((time.process_time() - begun) / calls * 1e6)
    return Measured({name: statistics.median(values) for name, values in taken.items()})


async def in_turns_async(
    ways: dict[str, Callable[[], Awaitable[object]]], *, calls: int, at_a_time: int, rounds: int
) -> Measured:
    """The same for ways that are awaited, so many at a time."""
    import asyncio

    async def work(way: Callable[[], Awaitable[object]], count: int) -> None:
        for _ in range(count):
            await way()

    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            gc.collect()
            begun = time.process_time()
            await asyncio.gather(*[work(way, calls // at_a_time) for _ in range(at_a_time)])
            if turn:
                taken[name].append((time.process_time() - begun) / (calls // at_a_time * at_a_time) * 1e6)
    return Measured({name: statistics.median(values) for name, values in taken.items()})


def take_core(number: int) -> None:
    """Keep this process on one core, where there are several and the system can."""
    if hasattr(os, "sched_setaffinity") and len(cores := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(0, {cores[number % len(cores)]})
