"""Whose turn it is: messages that wait for a busy thread, first come, first served, and for a limited time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import replace

from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.runs.wait_queues import WaitQueues
from threads_server.store import Store, StoreUnavailable, idempotency_keys
from threads_server.store.threads import ThreadRow
from threads_server.store.turns import BEHIND_ALL, Attempt, NewTurn, ThreadBusy, holder_of, leave_place, take_place

LOOK_AGAIN = 0.25  # seconds after which the first in a line tries again unasked, as a run may end in another process
PASSED_OVER = 2.0  # seconds that one in front may leave a free thread alone: whoever that was, its process is gone

Begin = Callable[[NewTurn], Awaitable[ThreadRow]]


class TurnQueue:
    """The order of the messages to each thread.

    A line in this process, and, if others share the store, a place in the line of all of them for each one in it.
    """

    def __init__(self, store: Store, lines: WaitQueues, owner: str, busy_wait: float) -> None:
        """`owner` names this process; `busy_wait` is how many seconds a message waits for its thread."""
        self._store = store
        self._lines = lines
        self._owner = owner
        self._busy_wait = busy_wait
        self._taking = asyncio.Lock()
        self._last: dict[Hashable, Attempt] = {}
        """The last one to come to each thread, of those who are still here."""
        self._leaving: set[asyncio.Task[None]] = set()

    async def begin(self, turn: NewTurn, attempt: Begin) -> ThreadRow:
        """Tries to begin a turn until its thread is free.

        Raises a 409 HTTPError that names the run which holds the thread: at once when that run waits for tool outputs.
        """
        name = (turn.account, turn.thread_id)
        if self._busy_wait <= 0:  # nobody waits, and so nobody comes before another
            return await self._begin(turn, attempt)
        behind, self._last[name] = self._last.get(name), turn.attempt
        try:
            return await self._begin(replace(turn, behind=behind), attempt)
        finally:
            try:
                if behind is not None:  # or whoever comes after this one would be seated before those in front of it
                    await behind.seated.wait()
            finally:
                turn.attempt.seated.set()
                if self._last.get(name) is turn.attempt:
                    del self._last[name]

    async def _begin(self, turn: NewTurn, attempt: Begin) -> ThreadRow:
        lines, name = self._lines, (turn.account, turn.thread_id)
        if not lines.anyone_at(name):
            try:
                return await attempt(replace(turn, place=BEHIND_ALL) if self._store.shared else turn)
            except ThreadBusy as busy:
                if busy.awaited or self._busy_wait <= 0:
                    raise _refused(busy) from None
        else:
            await self._look_up(turn)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._busy_wait
        if turn.behind is not None:
            await turn.behind.seated.wait()
        async with lines.place_at(name) as place, self._among_processes(turn) as placed:
            turn.attempt.seated.set()
            placed = replace(placed, behind=None)
            free_since = None
            while True:
                try:
                    async with asyncio.timeout(min(LOOK_AGAIN, deadline - loop.time())):
                        await place.wait()
                except TimeoutError:
                    pass
                place.clear()
                moment = loop.time()
                if lines.is_first(name, place):
                    passed_over = free_since is not None and moment - free_since >= PASSED_OVER
                    try:
                        return await attempt(replace(placed, place=0) if passed_over else placed)
                    except ThreadBusy as busy:
                        if busy.awaited or moment >= deadline:
                            raise _refused(busy) from None
                        free_since = None if busy.run_id is not None else free_since or moment
                    continue
                await self._look_up(turn)  # another one under the key may have been in front
                if moment >= deadline:
                    raise _refused(ThreadBusy(await self._store.read(holder_of, turn.account, turn.thread_id or "")))

    async def _look_up(self, turn: NewTurn) -> None:
        """Raises Replay if the key has an answer, or a run that will bring it, and a 409 HTTPError."""
        if turn.claim is not None:
            await self._store.read(idempotency_keys.raise_replay, turn.claim, now())

    @asynccontextmanager
    async def _among_processes(self, turn: NewTurn) -> AsyncIterator[NewTurn]:
        """The turn with its place in the line of all processes."""
        if not self._store.shared or turn.thread_id is None:
            yield turn
            return
        async with self._taking:  # or two of this process might change places
            thread, place = await self._store.write(take_place, turn.account, turn.thread_id, self._owner)
        try:
            yield replace(turn, place=place)
        finally:
            task = asyncio.get_running_loop().create_task(self._leave(thread, place))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, thread: int, place: int) -> None:
        while True:
            try:
                return await self._store.write(leave_place, thread, place)
            except StoreUnavailable:
                await asyncio.sleep(LOOK_AGAIN)


def _refused(busy: ThreadBusy) -> HTTPError:
    if busy.awaited:
        awaited = ", ".join(busy.awaited)
        return HTTPError(409, f"Run {busy.run_id} waits for the outputs of tool calls: {awaited}")
    return HTTPError(409, f"The thread is busy with run {busy.run_id}" if busy.run_id else "The thread is busy")
