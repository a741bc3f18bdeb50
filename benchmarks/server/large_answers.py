"""The memory that 20 readers of an answer of 47 MB cost at once, in sizes of one answer."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import filled, load
from benchmarks.server.wire import Connection
from benchmarks.table import Row

NAME = "GET of 47 MB, 20 at once: peak memory / size of one answer"
REACH = "<= 4"
READERS = 20
MEGABYTES = 47
MAX_PAUSE_SECONDS = 2.0
"""Until a reader that was told to come again does so."""


def rows() -> Iterator[Row]:
    """One row; each round has a server of its own, since memory that was given back may be kept by the process."""
    seen = [_round() for _ in range(load.ROUNDS)]
    grown, size = (statistics.median(column) for column in zip(*seen, strict=True))
    yield Row(NAME, grown / size, REACH, f"+{grown / 1e6:.0f} MB for answers of {size / 1e6:.0f} MB")


def _round() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "threads.db")
        filled.fill(database, 1, MEGABYTES - 1)
        _lengthen(database)
        with load.served(load.ours(database), "/api/health", **load.environment()) as url:
            pid = load.pid_of(url)
            asyncio.run(_read(url, "/threads?include_messages=false"))
            before = _memory(pid, "VmRSS")
            size = asyncio.run(_read_all(url))
            return _memory(pid, "VmHWM") - before, size


def _lengthen(database: str) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE messages SET body = ?", (filled.message("user", "x" * 1_000_000),))


async def _read(url: str, path: str) -> int:
    connection = await Connection.open(url)
    while (answer := await connection.ask("GET", path)).status in (429, 503):  # noqa: ASYNC110 - the server says when
        await asyncio.sleep(random.uniform(1, MAX_PAUSE_SECONDS))
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status}")
    return answer.size


async def _read_all(url: str) -> int:
    path = f"/threads/{filled.thread_id(1)}"
    return max(await asyncio.gather(*[_read(url, path) for _ in range(READERS)]))


def _memory(pid: int, field: str) -> float:
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
