"""Permits to use what there is little of, such as connections: accounts take turns, and none takes all of them."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

RESERVED_DIVISOR = 4
"""One account leaves a quarter of the permits to others, at least one."""


class Permits:
    """So many permits. One account's requests get them in their order, accounts in rotation."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.waiting = 0
        """Requests that wait for a permit."""
        self._taken: Counter[str] = Counter()
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    async def acquire(self, account: str) -> None:
        """Wait for a permit."""
        if account not in self._queues and self._is_free(account):
            self._taken[account] += 1
            return
        permit: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(account, deque()).append(permit)
        self.waiting += 1
        try:
            await permit
        except asyncio.CancelledError:
            if not permit.cancelled():  # it was given in the same moment
                self.release(account)
            raise
        finally:
            self.waiting -= 1

    @asynccontextmanager
    async def hold(self, account: str) -> AsyncIterator[None]:
        """Hold a permit, once there is one."""
        await self.acquire(account)
        try:
            yield
        finally:
            self.release(account)

    def release(self, account: str) -> None:
        """Give a permit back."""
        self._taken[account] -= 1
        if not self._taken[account]:
            del self._taken[account]
        self._grant()

    def resize(self, size: int) -> None:
        """Change the number of permits; those that are taken stay so."""
        self.size = size
        self._grant()

    def _is_free(self, account: str) -> bool:
        most = max(1, self.size - max(1, self.size // RESERVED_DIVISOR))
        return self._taken.total() < self.size and self._taken[account] < most

    def _grant(self) -> None:
        """Give free permits to accounts in turn."""
        while (account := next(filter(self._is_free, self._queues), None)) is not None:
            queue = self._queues.pop(account)
            permit = queue.popleft()
            if queue:
                self._queues[account] = queue  # behind the others
            if not permit.cancelled():
                permit.set_result(None)
                self._taken[account] += 1
