"""Work that a server repeats for as long as it runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NoReturn, TypeAlias

Step: TypeAlias = Callable[[], Awaitable[object]]

log = logging.getLogger("threads_server")


async def repeat(work: Step, pause: Step, failure: str) -> NoReturn:
    """Work and pause in turn. An unexpected error is logged as `failure`, and the next turn comes all the same."""
    while True:
        try:
            await work()
        except Exception:
            log.exception(failure)
        await pause()


def every(seconds: float) -> Step:
    """A pause of so many seconds."""
    return partial(asyncio.sleep, seconds)
