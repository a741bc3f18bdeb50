"""The writing of a live run's events to the log of the store."""

import asyncio

from threads_server.runs.live_runs import LiveRun, Stop
from threads_server.store import Store, StoreUnavailable, event_log

UNLOGGED_BYTES = 1024 * 1024
"""Events of a run that are not in the log; then its responder waits for the log."""


class LogWriter:
    """Periodic writer of a live run's events to the store, so that a crash loses few."""

    def __init__(self, store: Store, live: LiveRun) -> None:
        self._store = store
        self._live = live
        self._writing: asyncio.Task[None] | None = None
        self.written = 0
        """How many of the segment's events are in the store."""

    def start_writing(self) -> None:
        """Begin to write what is not written yet, unless a write is under way."""
        if self._writing is None and self._live.first + self.written <= self._live.last:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    def unwritten(self) -> list[str]:
        """The segment's events that are not in the store."""
        return self._live.lines[self.written - self._live.dropped :]

    def is_behind(self) -> bool:
        """Whether so much is not written yet that the responder has to wait."""
        return self._live.lines_size > UNLOGGED_BYTES  # what was written is dropped then

    async def catch_up(self) -> None:
        """Write what is not written yet."""
        self.start_writing()
        await self.settle()

    async def _write(self) -> None:
        live, first = self._live, self.written
        lines = self.unwritten()
        try:
            if await self._store.write(event_log.append, live.run_id, live.segment, live.first + first, lines):
                self.written += len(lines)
                live.drop_logged(self.written)
            else:
                live.stop(Stop.ENDED_ELSEWHERE)
        except StoreUnavailable:
            pass  # written with the next ones
        finally:
            self._writing = None

    async def settle(self) -> None:
        """Wait for a write that is under way."""
        if self._writing is not None:
            await asyncio.shield(self._writing)  # a run that is cancelled meanwhile does not break it off
