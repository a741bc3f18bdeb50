"""The presence of a server process on a database that it shares with others.

Every BEAT seconds it gives a sign of life, and hears which of its runs were cancelled, ended or deleted by others. A
process that gives no sign for GONE_AFTER seconds is gone, and its runs are ended as failed by whoever notices; that is
at most GONE_AFTER and two BEATs after its end. Signs are counted, and waited for by the clock of the one who waits:
the clocks of the machines need not agree.
"""

import asyncio
import logging
from contextlib import suppress

from threads_server.runs.cancellation import end_orphan, end_orphans
from threads_server.runs.live_runs import Stop
from threads_server.runs.run_segment import RunContext
from threads_server.store import StoreUnavailable, processes

HEARTBEAT_INTERVAL_SECONDS = 0.5
HEARTBEAT_TIMEOUT_SECONDS = 10.0

log = logging.getLogger("threads_server")


class Heartbeat:
    """The presence of this process, which is called `owner` in its runs."""

    def __init__(self, context: RunContext, owner: str) -> None:
        self._context = context
        self._owner = owner
        self._clock = asyncio.get_running_loop().time
        self._heard_at = self._clock()
        self._others: dict[str, tuple[int | None, float]] = {}
        """The last sign of each of the others, and when it was first heard."""
        self._adrift: dict[tuple[str, int], float] = {}
        """The legs of this process by the store that nobody here works on, and when each was first heard of."""
        self._beating: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Gives the first sign, before the first run. Raises StoreUnavailable."""
        await self._beat()
        self._beating = asyncio.get_running_loop().create_task(self._beat_on())

    async def end(self) -> None:
        """Takes leave, after the last run."""
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
        with suppress(StoreUnavailable):  # then the others find out for themselves
            await self._context.store.write(processes.leave, self._owner)

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL_SECONDS)
            try:
                await self._beat()
            except StoreUnavailable:
                pass  # whoever asks for something is told, and that is logged
            except Exception:
                log.exception("the presence of this process")

    async def _beat(self) -> None:
        store = self._context.store
        at_work = self._context.runs.responding()
        news = await store.write(processes.beat, self._owner)
        for live in at_work:
            if not live.responding:
                continue  # it has come to its end meanwhile
            if live.run_id in news.cancelled:
                live.stop(Stop.CANCELLED)
            elif (live.run_id, live.leg) not in news.runs:
                live.stop(Stop.ENDED_ELSEWHERE)
        for run_id, leg in self._abandoned(news.runs):
            await end_orphan(self._context, run_id, leg)
        for other in self._gone(news.beats):
            log.warning("another server process is gone; its runs are ended")
            await end_orphans(self._context, other)
            await store.write(processes.leave, other)

    def _abandoned(self, legs: frozenset[tuple[str, int]]) -> list[tuple[str, int]]:
        """Those of our legs that nobody has worked on for too long: the commit that began them was done, but never
        confirmed."""
        moment, runs = self._clock(), self._context.runs
        adrift = [(run_id, leg) for run_id, leg in legs if (live := runs.get(run_id)) is None or live.leg != leg]
        self._adrift = {one: self._adrift.get(one, moment) for one in adrift}
        return [one for one, since in self._adrift.items() if moment - since >= HEARTBEAT_TIMEOUT_SECONDS]

    def _gone(self, beats: dict[str, int | None]) -> list[str]:
        """Those who have given no sign for too long."""
        moment = self._clock()
        if moment - self._heard_at > HEARTBEAT_TIMEOUT_SECONDS / 2:
            self._others.clear()  # it was this process, or the database, that was away
        self._heard_at = moment
        before, self._others = self._others, {}
        for other, sign in beats.items():
            known = before.get(other)
            self._others[other] = known if known is not None and known[0] == sign else (sign, moment)
        return [other for other, (_, since) in self._others.items() if moment - since >= HEARTBEAT_TIMEOUT_SECONDS]
