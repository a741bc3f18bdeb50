"""Queues of requests that wait for the same thing, first come, first served."""

import asyncio
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Ticket:
    """A place in a queue."""

    def __init__(self, queue: "deque[Ticket]") -> None:
        self._queue = queue
        self._notified = asyncio.Event()

    @property
    def first(self) -> bool:
        """Whether this ticket is next."""
        return self._queue[0] is self

    def notify(self) -> None:
        """Wake the holder, who is first or has just become it."""
        self._notified.set()

    async def wait(self, seconds: float) -> None:
        """Wait for a notification, for this long at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._notified.wait()
        except TimeoutError:
            pass
        self._notified.clear()


class WaitQueues:
    """One queue per name."""

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[Ticket]] = {}

    def __len__(self) -> int:
        """Number of tickets in all queues."""
        return sum(map(len, self._queues.values()))

    @contextmanager
    def enter(self, name: Hashable) -> Iterator[Ticket]:
        """Join the end of a queue; leaving it notifies the next one if the first has left."""
        queue = self._queues.setdefault(name, deque())
        ticket = Ticket(queue)
        queue.append(ticket)
        try:
            yield ticket
        finally:
            was_first = ticket.first
            queue.remove(ticket)
            if not queue:
                del self._queues[name]
            elif was_first:
                queue[0].notify()

    def notify(self, name: Hashable) -> None:
        """Wake the first of a queue, if there is one."""
        if queue := self._queues.get(name):
            queue[0].notify()

    def notify_all(self) -> None:
        """Wake the holders of all tickets."""
        for queue in self._queues.values():
            for ticket in queue:
                ticket.notify()

    def is_waiting(self, name: Hashable) -> bool:
        """Whether the queue has a ticket in it."""
        return name in self._queues

    def waiting(self, name: Hashable) -> int:
        """Number of tickets in the queue."""
        return len(self._queues.get(name, ()))
