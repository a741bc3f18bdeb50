"""Memory that a client keeps of each event loop that it was used in and that has closed.

Caches of asyncio, reprlib and re fill meanwhile: a loop that does nothing keeps 0.05 kB.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator

from backboard_threads import AsyncBackboard
from benchmarks.client.canned import TWENTY, serving
from benchmarks.table import Row

WARM_UP, LOOPS = 20, 200


def rows() -> Iterator[Row]:
    """One client, a call in each of many loops."""
    with serving() as address:
        client = AsyncBackboard(api_key="key-0123456789", base_url=address)
        _use(client, WARM_UP)
        tracemalloc.start()
        _use(client, 1)
        before = tracemalloc.get_traced_memory()[0]
        _use(client, LOOPS)
        kept = (tracemalloc.get_traced_memory()[0] - before) / LOOPS / 1000
        tracemalloc.stop()
    yield Row("memory kept of a closed event loop / 1 kB", kept, "<= 1.00", f"{kept:.3f} kB, {LOOPS} loops")


def _use(client: AsyncBackboard, loops: int) -> None:
    for _ in range(loops):
        asyncio.run(_get(client))
    gc.collect()


async def _get(client: AsyncBackboard) -> None:
    await client.threads.get(TWENTY)
