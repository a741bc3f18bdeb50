"""Runs under way in this process, and the events of every run.

A run belongs to one task (turns.py), which alone writes its end. Whoever follows a run reads its events; leaving ends
the reading, never the run.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum, auto

from threads_server.errors import HTTPError
from threads_server.runs.events import NumberedEvent, RunEvents, ends_stream, event
from threads_server.runs.states import RunState
from threads_server.store import Store, StoreUnavailable, event_log
from threads_server.store import runs as kept
from threads_server.store.idempotency_keys import IdempotencyRequest

REMOTE_POLL_INTERVAL_SECONDS = 0.2  # seconds between two looks at a run that another server process works on

log = logging.getLogger("threads_server")


class Stop(Enum):
    """Why a run is stopped from outside."""

    CANCELLED = auto()
    DELETED = auto()
    ENDED_ELSEWHERE = auto()
    SILENT = auto()
    CLOSING = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a leg of a run ended: the state it left, the answer of the turn as JSON, and the thread's version."""

    state: RunState
    answer: str
    version: int


class LiveRun:
    """One leg of a run that this process works on."""

    def __init__(self, run_id: str, thread_id: str, leg: int, first: int) -> None:
        self.run_id = run_id
        self.thread_id = thread_id
        self.leg = leg
        self.first = first
        """The number of the leg's first event."""
        self.events = RunEvents(thread_id, run_id)
        self.lines: list[str] = []
        """The leg's events, as they are kept (events.py)."""
        self.over = False
        self.cancels: list[tuple[IdempotencyRequest, Callable[[bool], str]]] = []
        self.stopped: Stop | None = None
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self.responding = False
        """Whether its task waits for the responder, and so may be interrupted."""
        self._followers: set[asyncio.Event] = set()

    def emit(self, *lines: str) -> None:
        """Adds events; everyone who follows sees them."""
        self.lines.extend(lines)
        for follower in self._followers:
            follower.set()

    def close(self) -> None:
        """No event comes after this."""
        self.over = True
        for follower in self._followers:
            follower.set()

    def stop(self, why: Stop) -> None:
        """Stops the responder, if it is still at work; the run's task then ends the run."""
        if self.stopped is None:
            self.stopped = why
            if self.responding and self.task is not None:
                self.task.cancel()

    async def follow(self, after: int) -> AsyncIterator[list[NumberedEvent]]:
        """The events of this leg numbered higher than `after`, in batches as they come, until the leg is over."""
        at = max(0, after + 1 - self.first)
        news = asyncio.Event()
        self._followers.add(news)
        try:
            while True:
                if at < len(self.lines):
                    lines = self.lines[at:]
                    at, first = len(self.lines), self.first + at
                    yield self.events.whole(lines, first)
                elif self.over:
                    return
                else:
                    news.clear()
                    await news.wait()
        finally:
            self._followers.discard(news)


class Runs:
    """The runs of this process by id, and the way to any run's events."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._live: dict[str, LiveRun] = {}

    def add(self, live: LiveRun) -> None:
        self._live[live.run_id] = live

    def remove(self, live: LiveRun) -> None:
        if self._live.get(live.run_id) is live:
            del self._live[live.run_id]

    def get(self, run_id: str) -> LiveRun | None:
        return self._live.get(run_id)

    def responding(self) -> list[LiveRun]:
        """The runs whose rows are there, and whose responder is at work."""
        return [live for live in self._live.values() if live.responding]

    def of_thread(self, thread_id: str) -> list[LiveRun]:
        return [live for live in self._live.values() if live.thread_id == thread_id]

    async def stop_all(self) -> None:
        """Ends every run of this process, as failed, and waits until that is written."""
        tasks = []
        for live in list(self._live.values()):
            live.stop(Stop.CLOSING)
            if live.task is not None:
                tasks.append(live.task)
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    async def follow(self, run_id: str, after: int, *, one_segment: bool = False) -> AsyncIterator[list[NumberedEvent]]:
        """The events of a run numbered higher than `after`, from the log and then as they come.

        Ends when the run is over or waits for tools; with `one_segment` already where a leg ends that has ended before.
        """
        while True:
            live = self._live.get(run_id)
            if live is not None and after + 1 >= live.first:
                async for batch in live.follow(after):
                    after = batch[-1][0]
                    yield batch
                    if one_segment and ends_stream(batch[-1][1]):
                        return
                if self._live.get(run_id) in (None, live):
                    return
                continue
            # asked before the log is read: what the log lacks then was not written when this state was
            state = await self._store.read(kept.state_of, run_id)
            logged = await self._store.read_large(event_log.numbered_events, run_id, after)
            if one_segment:
                logged = _first_leg(logged)
            if logged:
                after = logged[-1][0]
                yield logged
                if one_segment and ends_stream(logged[-1][1]):
                    return
            if live is not None:
                after = max(after, live.first - 1)
            else:
                if state is None:  # it was deleted, and the process that worked on it is another one
                    yield [(after + 1, event("run_cancelled", {"run_id": run_id}))]
                if state is not RunState.IN_PROGRESS:
                    return
                await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)


def _first_leg(events: list[NumberedEvent]) -> list[NumberedEvent]:
    """The events up to the first one that ends a stream."""
    for place, (_, line) in enumerate(events, 1):
        if ends_stream(line):
            return events[:place]
    return events


class EventLog:
    """Writes the events of a live run to the store now and then, so that little is lost with the process."""

    def __init__(self, store: Store, live: LiveRun) -> None:
        self._store = store
        self._live = live
        self._writing: asyncio.Task[None] | None = None
        self.format_timestamp = 0
        """How many of the leg's events are in the store."""

    def write_news(self) -> None:
        """Begins to write what is not written yet."""
        if self._writing is None and self.format_timestamp < len(self._live.lines):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        live, first = self._live, self.format_timestamp
        lines = live.lines[first:]
        try:
            if await self._store.write(event_log.append, live.run_id, live.leg, live.first + first, lines):
                self.format_timestamp += len(lines)
            else:
                live.stop(Stop.ENDED_ELSEWHERE)
        except StoreUnavailable:
            pass  # they are kept in memory and written with the next ones
        finally:
            self._writing = None

    async def settle(self) -> None:
        """Waits for a write that has begun."""
        if self._writing is not None:
            await self._writing


def gone() -> HTTPError:
    """What is answered when a thread was deleted under a turn."""
    return HTTPError(404, "Thread not found")
