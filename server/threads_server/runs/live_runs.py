"""The runs that this process works on, and the way to the events of any run.

A run segment belongs to one task (run_segment.py), which alone writes its end. A reader of events who leaves ends the
reading, never the run.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from threads_server.budget import Budget
from threads_server.errors import HTTPError
from threads_server.permits import Permits
from threads_server.runs.events import NumberedEvent, RunEvents, ends_stream, event
from threads_server.runs.states import RunState
from threads_server.store import Store, StoreUnavailable, event_log, runs
from threads_server.store.idempotency_keys import IdempotencyRequest

REMOTE_POLL_INTERVAL_SECONDS = 0.2
"""How often a run is read that another server process works on."""

BATCH_EVENTS = 256
BATCH_CHARACTERS = 64_000
"""Bounds of a batch, in events and in characters as stored. After each batch other tasks run."""

RUNS_AT_WORK = 400, 800
"""Runs that a responder works on or that wait for their thread, per account and per process. A client that leaves ends
no run, so that the bound of open streams does not bound them."""
REQUEST_BYTES = 16 * 1024 * 1024, 128 * 1024 * 1024
"""Texts of the requests that began them, per account and per process. A run has up to nine copies in memory."""
LIVE_BYTES = 64 * 1024 * 1024, 256 * 1024 * 1024
"""What these runs have in memory of histories, events and replies, per account and per process. Beyond it only the
oldest run of an account goes on."""
LARGE_HISTORIES = 2
"""Concurrent reads of histories that may be large, one of an account; further ones wait."""
LINE_BYTES = 64
"""Estimated memory of an event beside its characters."""
KEPT_BYTES = 256 * 1024
"""Events in memory of which those in the log are let go: readers behind them go on with the log."""
ROOM_POLL_SECONDS = 0.05

CLOSE_SECONDS = 5.0
"""How long the ends of all runs may take when the server stops."""


class Stop(Enum):
    """Why a run is stopped from outside."""

    CANCELLED = auto()
    DELETED = auto()
    ENDED_ELSEWHERE = auto()
    SILENT = auto()
    CLOSING = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a segment: the state that follows, the turn's response as JSON, and the thread's version."""

    state: RunState
    answer: str
    version: int


class LiveRun:
    """A run segment that this process works on."""

    def __init__(
        self, account: str, run_id: str, thread_id: str, segment: int, first: int, request_size: int = 0
    ) -> None:
        """`segment` counts the run's segments; `first` is the number of this one's first event.

        `request_size` is that of the texts that begin the segment, which are in memory until its end.
        """
        self.account = account
        self.request_size = request_size
        self.run_id = run_id
        self.thread_id = thread_id
        self.segment = segment
        self.first = first
        self.events = RunEvents(thread_id, run_id)
        self.lines: list[str] = []
        """The segment's events as they are stored, but those that were dropped."""
        self.dropped = 0
        """How many of the segment's first events are in the log alone."""
        self.lines_size = 0
        """Bytes of memory that `lines` take, about."""
        self.size = 0
        """Bytes of memory that the segment takes, about."""
        self.memory: Budget | None = None
        """The budget that `size` is taken of, while the run is at work."""
        self.over = False
        """Whether no event follows: its end is stored, or could not be for too long."""
        self.cancels: list[tuple[IdempotencyRequest, Callable[[bool], str]]] = []
        """The requests to cancel it that came under a key, with what each answers."""
        self.stopped: Stop | None = None
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self.responding = False
        """Whether its task waits for the responder, and so may be interrupted."""
        self._readers: set[asyncio.Event] = set()

    @property
    def last(self) -> int:
        """The number of the newest event."""
        return self.first + self.dropped + len(self.lines) - 1

    def emit(self, *lines: str) -> None:
        """Add events."""
        self.lines.extend(lines)
        size = _size(lines)
        self.lines_size += size
        self.grow(size)
        self._wake_readers()

    def grow(self, size: int) -> None:
        """Count memory that the segment takes until its end."""
        self.size += size
        if self.memory is not None:
            self.memory.take(self.account, size)

    def drop_logged(self, logged: int) -> None:
        """Let go of the first events, of which so many are in the log, if all of them take much memory."""
        if self.lines_size <= KEPT_BYTES:
            return
        count = logged - self.dropped
        size = _size(self.lines[:count])
        del self.lines[:count]
        self.dropped = logged
        self.lines_size -= size
        self.size -= size
        if self.memory is not None:
            self.memory.give_back(self.account, size)

    def close(self) -> None:
        """Say that no event follows."""
        self.over = True
        self._wake_readers()

    def has_next(self, after: int) -> bool:
        """Whether the event after that number is in memory, or will be."""
        return after + 1 >= self.first + self.dropped

    def _wake_readers(self) -> None:
        for reader in self._readers:
            reader.set()

    def stop(self, why: Stop) -> None:
        """Stop the responder, if it is still at work; the run's task then ends the run."""
        if self.stopped is None:
            self.stopped = why
            if self.responding and self.task is not None:
                self.task.cancel()

    async def follow(self, after: int) -> AsyncGenerator[list[NumberedEvent], None]:
        """The segment's events numbered higher than `after`, in batches as they come, until it is over.

        Ends before the next one if that was dropped.
        """
        after = max(after, self.first - 1)
        more = asyncio.Event()
        self._readers.add(more)
        try:
            while self.has_next(after):
                start = after + 1 - self.first - self.dropped
                if start < len(self.lines):
                    batch = self.events.expand(self.lines[start : _batch_end(self.lines, start)], after + 1)
                    after = batch[-1][0]
                    yield batch
                    if after < self.last:
                        await asyncio.sleep(0)
                elif self.over:
                    return
                else:
                    more.clear()
                    await more.wait()
        finally:
            self._readers.discard(more)


class Runs:
    """The runs of this process by id, and the events of every run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._live: dict[str, LiveRun] = {}
        self._at_work = Budget("runs", *RUNS_AT_WORK)
        self._requests = Budget("bytes of messages", *REQUEST_BYTES)
        self._memory = Budget("bytes of runs", *LIVE_BYTES)
        self._large_reads = Permits(LARGE_HISTORIES)
        self._closing = False

    def __len__(self) -> int:
        return len(self._live)

    def check_room(self, account: str, request_size: int) -> None:
        """Raise HTTPError 429 or 503 if no further run of an account may begin."""
        self._at_work.check(account, 1)
        self._requests.check(account, request_size)

    def add(self, live: LiveRun) -> None:
        self.remove(self._live.get(live.run_id, live))  # its segment before, whose end is written
        self._at_work.take(live.account, 1)
        self._requests.take(live.account, live.request_size)
        self._memory.take(live.account, live.size)
        live.memory = self._memory
        self._live[live.run_id] = live
        if self._closing:
            live.stop(Stop.CLOSING)

    @contextmanager
    def starting(self, live: LiveRun) -> Iterator[None]:
        """Make a run findable while its row is written; without the row it is removed again."""
        self.add(live)
        try:
            yield
        except BaseException:
            self.remove(live)
            raise

    def remove(self, live: LiveRun) -> None:
        if self._live.get(live.run_id) is live:
            del self._live[live.run_id]
            self._at_work.give_back(live.account, 1)
            self._requests.give_back(live.account, live.request_size)
            self._memory.give_back(live.account, live.size)
            live.memory = None

    async def wait_for_room(self, live: LiveRun) -> None:
        """Wait while runs have too much in memory, unless this one is the oldest of its account's."""
        while not self._has_room(live):  # noqa: ASYNC110 - what makes room is in many places
            await asyncio.sleep(ROOM_POLL_SECONDS)

    @asynccontextmanager
    async def large_read(self, live: LiveRun) -> AsyncIterator[None]:
        """Wait for room to read what may be large, one run of an account at a time: each is counted before the next."""
        while True:
            await self.wait_for_room(live)
            async with self._large_reads.hold(live.account):
                if self._has_room(live):
                    yield
                    return

    def _has_room(self, live: LiveRun) -> bool:
        try:
            self._memory.check(live.account)
        except HTTPError:  # those that wait for their thread may wait for this one
            begun = (one for one in self._live.values() if one.account == live.account and one.task is not None)
            return next(begun, live) is live
        return True

    def get(self, run_id: str) -> LiveRun | None:
        return self._live.get(run_id)

    def responding(self) -> list[LiveRun]:
        """The runs whose rows are written and whose responder is at work."""
        return [live for live in self._live.values() if live.responding]

    def of_thread(self, thread_id: str) -> list[LiveRun]:
        return [live for live in self._live.values() if live.thread_id == thread_id]

    async def stop_all(self) -> None:
        """End every run of this process as failed, also those that begin later, and wait until that is written."""
        self._closing = True
        tasks = []
        for live in list(self._live.values()):
            live.stop(Stop.CLOSING)
            if live.task is not None:
                tasks.append(live.task)
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)

    async def follow_segment(self, live: LiveRun) -> AsyncIterator[list[NumberedEvent]]:
        """The events of a segment as they come, in bounded batches: from memory, and from the log what was dropped."""
        after = live.first - 1
        async with aclosing(live.follow(after)) as batches:
            async for batch in batches:
                after = batch[-1][0]
                yield batch
        if not live.has_next(after):
            async with aclosing(self._follow_segments(live.run_id, after, one_segment=True)) as rest:
                async for batch in rest:
                    yield batch

    def follow(self, run_id: str, after: int, *, one_segment: bool = False) -> AsyncIterator[list[NumberedEvent]]:
        """The events of a run numbered higher than `after`, from the log and then as they come, in bounded batches.

        Ends when the run is over or waits for tools; with `one_segment` at the first end of a segment. Raises
        StoreUnavailable if the end could not be stored so far, and so cannot be sent.
        """
        live = self._live.get(run_id)
        if live is not None and live.over:
            raise StoreUnavailable(f"The end of run {run_id} could not be stored yet")
        return self._follow_segments(run_id, after, one_segment=one_segment)

    async def _follow_segments(
        self, run_id: str, after: int, *, one_segment: bool
    ) -> AsyncGenerator[list[NumberedEvent], None]:
        async with aclosing(self._follow(run_id, after)) as batches:
            async for batch in batches:
                if one_segment:
                    for count, (_, line) in enumerate(batch, 1):
                        if ends_stream(line):
                            yield batch[:count]
                            return
                yield batch

    async def _follow(self, run_id: str, after: int) -> AsyncGenerator[list[NumberedEvent], None]:
        while True:
            live = self._live.get(run_id)
            if live is not None and live.has_next(after):
                async with aclosing(live.follow(after)) as batches:
                    async for batch in batches:
                        after = batch[-1][0]
                        yield batch
                if live.has_next(after) and self._live.get(run_id) in (None, live):
                    return
                continue
            # read before the log: what the log lacks then was not written when the run had this state
            state = await self._store.read(runs.state_of, run_id)
            page = await self._store.read_large(event_log.read_page, run_id, after)
            for thread_id, first, lines in page:
                events = RunEvents(thread_id, run_id)
                position = 0
                while position < len(lines):
                    start, position = position, _batch_end(lines, position)
                    yield events.expand(lines[start:position], first + start)
                    await asyncio.sleep(0)
                after = first + len(lines) - 1
            if page:
                continue
            if live is not None:
                after = max(after, live.first + live.dropped - 1)  # a gap, or the thread was deleted
            elif state is RunState.IN_PROGRESS:
                await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)
            else:
                if state is None:  # deleted, and another process worked on it
                    yield [(after + 1, event("run_cancelled", {"run_id": run_id}))]
                return


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + LINE_BYTES * len(lines)


def _batch_end(lines: Sequence[str], start: int) -> int:
    """Where the batch ends that begins at `start`."""
    end = min(len(lines), start + BATCH_EVENTS)
    if sum(map(len, lines[start:end])) < BATCH_CHARACTERS:
        return end
    characters = 0
    for position in range(start, end):
        characters += len(lines[position])
        if characters >= BATCH_CHARACTERS:
            return position + 1
    return end


def thread_not_found() -> HTTPError:
    """The answer to a turn whose thread was deleted meanwhile."""
    return HTTPError(404, "Thread not found")
