"""The heartbeat of a server process.

With each heartbeat a process compares its runs in the store with those that it works on: one that no task has worked on
for HEARTBEAT_TIMEOUT_SECONDS, since the commit that began it was not confirmed or its end could not be written, is
ended as failed. On a database that others share it also learns which of its runs they have cancelled, ended or deleted,
and it is seen by them: a process without a heartbeat for the timeout is gone, and the first to notice ends its runs as
failed, at most the timeout and two intervals after its end. Heartbeats are counted, and timed by the clock of the
process that waits for them: the clocks of the machines need not agree.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from threads_server.runs.cancellation import ABANDONED, end_orphan, end_orphans
from threads_server.runs.live_runs import Stop
from threads_server.runs.run_context import RunContext
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable, processes

HEARTBEAT_INTERVAL_SECONDS = 0.5

TAKEOVER_SECONDS = 3.0
"""Time to notice that a process is gone (two intervals), and to end its runs."""

HEARTBEAT_TIMEOUT_SECONDS = Settings().busy_wait - TAKEOVER_SECONDS
"""Time without a heartbeat after which a process counts as gone: short enough that a message waiting for the thread of
a killed process is answered before its default wait ends."""

log = logging.getLogger("threads_server")


class FailureDetector:
    """Detector of the other processes that have sent no heartbeat for too long."""

    def __init__(self, timeout: float, clock: Callable[[], float]) -> None:
        self._timeout = timeout
        self._clock = clock
        self._checked_at = clock()
        self._others: dict[str, tuple[int | None, float]] = {}
        """The last heartbeat of each, and when it was first seen."""

    def gone(self, beats: Mapping[str, int | None]) -> list[str]:
        """Return the processes that are gone, from the last heartbeat of each."""
        moment = self._clock()
        if moment - self._checked_at > self._timeout / 2:
            self._others.clear()  # it was this process, or the database, that was away
        self._checked_at = moment
        before, self._others = self._others, {}
        for other, beat in beats.items():
            known = before.get(other)
            self._others[other] = known if known is not None and known[0] == beat else (beat, moment)
        return [other for other, (_, since) in self._others.items() if moment - since >= self._timeout]


class Heartbeat:
    """The heartbeat of this process, named `owner` in its runs."""

    def __init__(
        self,
        context: RunContext,
        owner: str,
        timeout: float = HEARTBEAT_TIMEOUT_SECONDS,
        interval: float = HEARTBEAT_INTERVAL_SECONDS,
    ) -> None:
        self.owner = owner
        self.timeout = timeout
        self.interval = interval
        self._context = context
        self._clock = asyncio.get_running_loop().time
        self._detector = FailureDetector(timeout, self._clock)
        self._without_task: dict[tuple[str, int], float] = {}
        """This process's segments in progress that no task works on, and when each was first seen."""
        self._task: asyncio.Task[None] | None = None

    async def register(self) -> None:
        """Send the first heartbeat, before the first run. Raises StoreUnavailable."""
        await self.beat()
        self._task = asyncio.get_running_loop().create_task(self._repeat())

    async def deregister(self) -> None:
        """Stop after the last run, and tell the other processes."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._context.store.shared:
            with suppress(StoreUnavailable):  # then the others notice after the timeout
                await self._context.store.write(processes.deregister, self.owner)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self.interval)
            try:
                await self.beat()
            except StoreUnavailable:
                pass  # requests fail with it, and log it
            except Exception:
                log.exception("the heartbeat of this process")

    async def beat(self) -> None:
        """Send a heartbeat, and act on its report."""
        store = self._context.store
        at_work = self._context.runs.responding()
        if store.shared:
            report = await store.write(processes.heartbeat, self.owner)
        else:
            report = await store.read(processes.report_alone, self.owner)
        for live in at_work:
            if not live.responding:
                continue  # it has come to its end meanwhile
            if live.run_id in report.cancelled:
                live.stop(Stop.CANCELLED)
            elif (live.run_id, live.segment) not in report.runs:
                live.stop(Stop.ENDED_ELSEWHERE)
        for run_id, segment in self._abandoned(report.runs):
            await end_orphan(self._context, run_id, segment, ABANDONED)
        for other in self._detector.gone(report.beats):
            log.warning("another server process is gone; its runs are ended")
            await end_orphans(self._context, other)
            await store.write(processes.deregister, other)

    def _abandoned(self, segments: frozenset[tuple[str, int]]) -> list[tuple[str, int]]:
        """This process's segments that no task has worked on for too long."""
        moment, runs = self._clock(), self._context.runs
        without_task = [
            (run_id, segment)
            for run_id, segment in segments
            if (live := runs.get(run_id)) is None or live.segment != segment
        ]
        self._without_task = {one: self._without_task.get(one, moment) for one in without_task}
        return [one for one, since in self._without_task.items() if moment - since >= self.timeout]
