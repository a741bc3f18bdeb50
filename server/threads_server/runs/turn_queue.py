"""The order of the messages to a thread: one turn at a time, the others wait for a limited time."""

import asyncio

from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.runs.wait_queues import WaitQueues
from threads_server.store import Store, idempotency_keys
from threads_server.store.threads import ThreadRow
from threads_server.store.turns import NewTurn, ThreadBusy, begin_turn, holder_of

RETRY_INTERVAL_SECONDS = 0.25
"""How often the first message in a queue tries again unasked, since a run may end in another process."""


class TurnQueue:
    """Queue of turns: in this process first come, first served for each thread.

    Processes that share a database keep no order among themselves: the first message of each one tries again every
    `retry_interval` seconds.
    """

    def __init__(
        self, store: Store, queues: WaitQueues, busy_wait: float, retry_interval: float = RETRY_INTERVAL_SECONDS
    ) -> None:
        """`busy_wait` is how many seconds a message waits for its thread."""
        self.busy_wait = busy_wait
        self.retry_interval = retry_interval
        self._store = store
        self._queues = queues
        self._closed = False

    def close(self) -> None:
        """Refuse the messages that wait, and those that come from now on, with 503."""
        self._closed = True
        self._queues.notify_all()

    async def begin(self, turn: NewTurn) -> ThreadRow:
        """Store the message once its thread is free; gives the thread after it.

        Raises Replay, StoreUnavailable and HTTPError: 409 names the run that holds the thread, at once when that run
        waits for tool outputs; 503 when the server stops.
        """
        self.check_open()
        if turn.thread_id is None or self.busy_wait <= 0:
            try:
                return await self._store.write(begin_turn, turn)
            except ThreadBusy as busy:
                raise _conflict(busy) from None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.busy_wait
        with self._queues.enter((turn.account, turn.thread_id)) as ticket:
            while True:
                self.check_open()
                late = loop.time() >= deadline
                if ticket.first:
                    try:
                        return await self._store.write(begin_turn, turn)
                    except ThreadBusy as busy:
                        if late or busy.awaited:
                            raise _conflict(busy) from None
                else:
                    await self._check_replay(turn)  # its key may have been used by one in front
                    if late:
                        holder = await self._store.read(holder_of, turn.account, turn.thread_id)
                        raise _conflict(ThreadBusy(holder))
                await ticket.wait(min(self.retry_interval, deadline - loop.time()))

    def check_open(self) -> None:
        """Raise a 503 HTTPError if the server stops."""
        if self._closed:
            raise HTTPError(503, "The server is stopping", {"Retry-After": "1"})

    async def _check_replay(self, turn: NewTurn) -> None:
        if turn.idempotency is not None:
            await self._store.read(idempotency_keys.raise_replay, turn.idempotency, now())


def _conflict(busy: ThreadBusy) -> HTTPError:
    if busy.awaited:
        awaited = ", ".join(busy.awaited)
        return HTTPError(409, f"Run {busy.run_id} waits for the outputs of tool calls: {awaited}")
    return HTTPError(409, f"The thread is busy with run {busy.run_id}" if busy.run_id else "The thread is busy")
