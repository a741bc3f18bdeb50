"""What waiting means in each half of the client: the pairs that cannot be derived from one another.

`_async` uses the first of each pair, the derived `_sync` the second (`generator/unasync.py` knows the names).
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable


async def async_pause(seconds: float) -> None:
    """Wait, under asyncio or trio."""
    import anyio  # httpx's own dependency, loaded with its first async request

    await anyio.sleep(seconds)


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def running_loop() -> object:
    """The event loop that the caller runs in: connections made in one are of no use in another."""
    import asyncio  # 13 ms that the sync half has no use for

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio = sys.modules.get("trio")
        if trio is None:
            raise
        token: object = trio.lowlevel.current_trio_token()
        return token


def no_loop() -> object:
    """Where no event loop is, every thread can use every connection."""
    return None


def is_over(loop: object) -> bool:
    """Whether the event loop is closed."""
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())


async def close_with_loop(close: Callable[[], Awaitable[None]], keepers: dict[object, object], loop: object) -> None:
    """Have `close` run when `loop`, which runs, shuts down; for as long as `keepers` has an entry for it.

    A loop closes the asynchronous generators left in it (`asyncio.run`, `loop.shutdown_asyncgens`, trio): so a client
    that is used in several event loops, and closed in none, leaves no socket behind in any.
    """
    keeper = _keeper(close)
    await anext(keeper)
    keepers[loop] = keeper


async def _keeper(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await close()


def close_with_process(close: Callable[[], None], keepers: dict[object, object], loop: object) -> None:
    """Sockets that no loop watches close with their process."""
