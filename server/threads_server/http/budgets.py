"""Bounds of what requests in flight hold, for each account and for the whole process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from threads_server.budget import RETRY_AFTER, Budget
from threads_server.errors import HTTPError
from threads_server.http.loop_turns import LoopTurns
from threads_server.permits import Permits

MIB = 1024 * 1024

UPLOAD_BYTES = 512 * MIB, 2048 * MIB
"""Received bytes of bodies on disk, per account and per process."""
BODY_BYTES = 192 * MIB, 512 * MIB
"""Bytes of large bodies in memory, per account and per process."""
RESPONSE_BYTES = 64 * MIB, 256 * MIB
"""Unsent bytes of large responses, per account and per process."""
OPEN_STREAMS = 400, 800
"""Event streams, per account and per process."""

LARGE_READS = 2
"""Concurrent reads of large results, a page each, one of an account; further ones wait."""
LARGE_BODIES = 2
"""Large bodies decoded concurrently, one of an account; further ones wait after they were received."""
PERMIT_WAIT_SECONDS = 10.0

MEMORY_BODY_BYTES = 16 * MIB
"""Bodies of an account that may be in memory while they are received; further ones go to disk from the start."""

LARGE_RESPONSE_BYTES = 64 * 1024
"""Smaller responses are not counted."""


class Budgets:
    """The budgets of one process."""

    def __init__(self) -> None:
        self.uploads = Budget("bytes of uploads", *UPLOAD_BYTES)
        self.bodies = Budget("bytes of large bodies", *BODY_BYTES)
        self.responses = Budget("bytes of responses", *RESPONSE_BYTES)
        self.streams = Budget("event streams", *OPEN_STREAMS)
        self.large_reads = Permits(LARGE_READS)
        self.large_bodies = Permits(LARGE_BODIES)
        self.turns = LoopTurns()


class RequestBudget:
    """The amounts that one request has taken of the budgets; `release` returns them at its end."""

    __slots__ = ("_account", "_budgets", "_expected", "_releases")

    def __init__(self, budgets: Budgets, account: str) -> None:
        self._budgets = budgets
        self._account = account
        self._expected = 0
        self._releases: list[Callable[[], None]] | None = None  # most requests take nothing

    def receive(self, size: int) -> bool:
        """Reserve disk for received bytes of the body; return whether they may be kept in memory.

        Raises HTTPError 429 or 503.
        """
        self._budgets.uploads.check(self._account, size)
        self._take(self._budgets.uploads, size)
        return self._budgets.uploads.used(self._account) <= MEMORY_BODY_BYTES

    async def turn(self, size: int) -> None:
        """Wait for the account's turn at the event loop; `size` is that of a body that is decoded there."""
        await self._budgets.turns.enter(self._account, size)

    def load(self, size: int) -> None:
        """Reserve memory for a large body. Raises HTTPError 429 or 503."""
        self._budgets.bodies.check(self._account, size)
        self._take(self._budgets.bodies, size)

    def check_responses(self) -> None:
        """Raise HTTPError 429 or 503 while earlier responses leave no room for another."""
        self._budgets.responses.check(self._account)

    def large_read(self) -> AbstractAsyncContextManager[None]:
        """Hold a permit to read a large result. Raises HTTPError 503 if none is free in time."""
        return self._hold(self._budgets.large_reads, "large reads")

    def large_body(self) -> AbstractAsyncContextManager[None]:
        """Hold a permit to decode or to digest a large body. Raises HTTPError 503 if none is free in time."""
        return self._hold(self._budgets.large_bodies, "large bodies")

    @asynccontextmanager
    async def _hold(self, permits: Permits, noun: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(PERMIT_WAIT_SECONDS):
                    await stack.enter_async_context(permits.hold(self._account))
            except TimeoutError:
                raise HTTPError(503, f"Too many {noun} are under way", RETRY_AFTER) from None
            yield

    def expect_response(self, size: int) -> None:
        """Count the response before the request takes effect. Raises HTTPError 429 or 503."""
        self.respond(size, refusable=True)
        self._expected = size

    def respond(self, size: int, *, refusable: bool) -> None:
        """Count a response, unless it is small or expected. Raises HTTPError 429 or 503 if it may be refused."""
        size -= self._expected
        if size > LARGE_RESPONSE_BYTES:
            if refusable:
                self._budgets.responses.check(self._account, size)
            self._take(self._budgets.responses, size)

    def open_stream(self) -> None:
        """Count an event stream, before anything is done for it. Raises HTTPError 429 or 503."""
        self._budgets.streams.check(self._account, 1)
        self._take(self._budgets.streams, 1)

    def release(self) -> None:
        """Return everything that was taken."""
        for release in self._releases or ():
            release()
        self._releases = None

    def _take(self, budget: Budget, amount: int) -> None:
        budget.take(self._account, amount)
        if self._releases is None:
            self._releases = []
        self._releases.append(lambda: budget.give_back(self._account, amount))
