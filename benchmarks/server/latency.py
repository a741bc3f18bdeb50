"""The first event of a stream at its slowest, against an ordinary turn that is not streamed."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import filled, load
from benchmarks.server.wire import Connection, Timed
from benchmarks.table import Row

NAME = "p99 of a stream's first event / p50 of an unstreamed turn, 64 clients"
REACH = "<= 1.00"
TURNS = 40
"""Turns of each client and round."""
CONTENT = "/say " + "word " * 100


def rows() -> Iterator[Row]:
    """One row."""
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "threads.db")
        filled.fill(database, load.CLIENTS, 20)
        with load.served(load.ours(database), "/api/health", **load.environment()) as url:
            seen = [asyncio.run(_round(url)) for _ in range(load.ROUNDS + 1)][1:]
    first, turn = (statistics.median(column) for column in zip(*seen, strict=True))
    yield Row(NAME, first / turn, REACH, f"{first * 1e3:.1f} and {turn * 1e3:.1f} ms")


async def _round(url: str) -> tuple[float, float]:
    os.sched_setaffinity(0, {load.cores()[1]})
    whole = await _all(url, streamed=False)
    streamed = await _all(url, streamed=True)
    firsts = sorted(one.first for one in streamed)
    return firsts[len(firsts) * 99 // 100], statistics.median(one.whole for one in whole)


async def _all(url: str, *, streamed: bool) -> list[Timed]:
    async def client(number: int) -> list[Timed]:
        connection = await Connection.open(url)
        path, body = f"/threads/{filled.thread_id(number)}/messages", {"content": CONTENT, "stream": streamed}
        taken = [await connection.ask("POST", path, body) for _ in range(TURNS)]
        connection.close()
        return taken

    clients = await asyncio.gather(*[client(number + 1) for number in range(load.CLIENTS)])
    return [one for taken in clients for one in taken]
