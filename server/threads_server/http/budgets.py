"""Bounds of what requests in flight hold, for each account and for the whole process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from threads_server.budget import RETRY_AFTER, Budget
from threads_server.errors import HTTPError
from threads_server.http.loop_turns import LoopTurns

MIB = 1024 * 1024

UPLOAD_BYTES = 512 * MIB, 2048 * MIB
"""Received bytes of bodies on disk, per account and per process."""
BODY_BYTES = 192 * MIB, 512 * MIB
"""Bytes of large bodies in memory, per account and per process."""
RESPONSE_BYTES = 64 * MIB, 256 * MIB
"""Unsent bytes of large responses, per account and per process."""
OPEN_STREAMS = 400, 800
"""Event streams, per account and per process."""

LARGE_READS = 1, 2
"""Concurrent reads of large results, a page each, per account and per process; further ones wait."""
LARGE_BODIES = 1, 2
"""Large bodies decoded concurrently, per account and per process; further ones wait after they were received."""
SLOT_WAIT_SECONDS = 10.0

MEMORY_BODY_BYTES = 16 * MIB
"""Bodies of an account that may be in memory while they are received; further ones go to disk from the start."""

LARGE_RESPONSE_BYTES = 64 * 1024
"""Smaller responses are not counted."""


class Slots:
    """Limit of concurrent work of one kind, per account and per process."""

    def __init__(self, noun: str, per_account: int, per_process: int) -> None:
        self._noun = noun
        self._per_account = per_account
        self._process = asyncio.Semaphore(per_process)
        self._accounts: dict[str, asyncio.Semaphore] = {}  # as many as there are accounts

    @asynccontextmanager
    async def hold(self, account: str) -> AsyncIterator[None]:
        """Hold a slot, once one is free. Raises HTTPError 503 after SLOT_WAIT_SECONDS."""
        own = self._accounts.setdefault(account, asyncio.Semaphore(self._per_account))
        try:
            async with asyncio.timeout(SLOT_WAIT_SECONDS):
                await own.acquire()
                try:
                    await self._process.acquire()
                except BaseException:
                    own.release()
                    raise
        except TimeoutError:
            raise HTTPError(503, f"Too many {self._noun} are under way", RETRY_AFTER) from None
        try:
            yield
        finally:
            self._process.release()
            own.release()


class Budgets:
    """The budgets of one process."""

    def __init__(self) -> None:
        self.uploads = Budget("bytes of uploads", *UPLOAD_BYTES)
        self.bodies = Budget("bytes of large bodies", *BODY_BYTES)
        self.responses = Budget("bytes of responses", *RESPONSE_BYTES)
        self.streams = Budget("event streams", *OPEN_STREAMS)
        self.large_reads = Slots("large reads", *LARGE_READS)
        self.large_bodies = Slots("large bodies", *LARGE_BODIES)
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
        """Hold a slot to read a large result. Raises HTTPError 503 if none is free in time."""
        return self._budgets.large_reads.hold(self._account)

    def large_body(self) -> AbstractAsyncContextManager[None]:
        """Hold a slot to decode or to digest a large body. Raises HTTPError 503 if none is free in time."""
        return self._budgets.large_bodies.hold(self._account)

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
