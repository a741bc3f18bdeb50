"""The httpx client that requests go through: the caller's, or one of ours for each event loop."""

from __future__ import annotations

import os
from functools import partial

from .._errors import APIConnectionError
from .._event_loops import close_with_loop, is_over, running_loop
from .._network.settings import Network, UnusableEnvironment
from .._network.transport import AsyncBaseTransport, AsyncHTTPClient, keep_no_cookies


def check_http_client(value: object) -> None:
    """Raise `TypeError` for what requests cannot go through."""
    if value is not None and not isinstance(value, (AsyncHTTPClient, AsyncBaseTransport)):
        raise TypeError(f"http_client must be an httpx.AsyncClient or transport, not {type(value).__name__}")


class AsyncHTTPClients:
    """The httpx clients of a client and of its copies: one for each event loop, none inherited by a forked process."""

    def __init__(self, network: Network, given: AsyncHTTPClient | AsyncBaseTransport | None) -> None:
        self._network: Network = network
        self.given: AsyncHTTPClient | None = given if isinstance(given, AsyncHTTPClient) else None
        # Around a transport it is not closed with this client: that would close the transport, which is its giver's.
        self._user_client = (
            AsyncHTTPClient(transport=given, trust_env=False) if isinstance(given, AsyncBaseTransport) else given
        )
        self.is_given: bool = given is not None
        self._is_closed = False
        self._pid = os.getpid()
        self._by_loop: dict[object, tuple[AsyncHTTPClient, object]] = {}
        self._inherited: list[object] = []
        self._current: tuple[object, int, AsyncHTTPClient] | None = None
        self._first_loop: object = None

    async def current(self) -> AsyncHTTPClient:
        """The client for here and now. Raises `RuntimeError` after `aclose`."""
        loop, pid, current = running_loop(), os.getpid(), self._current
        if current is not None and current[0] is loop and current[1] == pid:
            return current[2]
        if self._is_closed:
            raise RuntimeError("this client is closed")
        if self._user_client is not None:
            self._first_loop = self._first_loop or loop
            return self._user_client
        if self._pid != pid:
            # The sockets are the parent's: kept, since Python warns of sockets that are dropped unclosed.
            self._inherited.append(self._by_loop)
            self._by_loop, self._pid = {}, pid
        entry = self._by_loop.get(loop)
        client = await self._open(loop) if entry is None else entry[0]
        self._current = (loop, pid, client)
        return client

    def is_foreign(self) -> bool:
        """Whether the given client was first used in another event loop than the running one."""
        return self.is_given and self._first_loop is not running_loop()

    async def _open(self, loop: object) -> AsyncHTTPClient:
        from .connection_pool import AsyncConnectionPool

        for other in [other for other in list(self._by_loop) if is_over(other)]:  # threads add to it
            self._by_loop.pop(other, None)
        try:
            pool = AsyncConnectionPool(self._network)
        except UnusableEnvironment as error:
            raise APIConnectionError(f"no connection can be made: {error}") from None
        client = AsyncHTTPClient(transport=pool, trust_env=False)
        keep_no_cookies(client)
        entry = self._by_loop.setdefault(loop, (client, None))
        if entry[0] is client:
            self._by_loop[loop] = (client, await close_with_loop(partial(self._close, loop)))
        if self._is_closed:  # meanwhile, in another thread
            await self._close(loop)
            raise RuntimeError("this client is closed")
        return entry[0]

    async def aclose(self) -> None:
        """Close the connections made in this event loop; those of another close with it."""
        self._is_closed = True
        await self._close(running_loop())

    async def _close(self, loop: object) -> None:
        self._current = None
        entry = self._by_loop.pop(loop, None)
        if entry is not None:
            await entry[0].aclose()
