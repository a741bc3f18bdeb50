"""A thread of 100,000 messages against one of 10: a message that is only stored, and a turn."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import filled, load, wire
from benchmarks.table import Row

MESSAGES = 100_000
APPENDS, TURNS = 200, 5


def rows() -> Iterator[Row]:
    """Two rows."""
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "threads.db")
        filled.fill(database, 2, 10)
        filled.append(database, "1 AND 1", 10, MESSAGES - 10)
        with load.served(load.ours(database), "/api/health", **load.environment()) as url:
            yield _row(url, "append", "<= 1.10", {"content": "more", "send_to_llm": False}, APPENDS)
            yield _row(url, "turn", "<= 3", {"content": "/say x"}, TURNS)


def _row(url: str, name: str, reach: str, body: object, calls: int) -> Row:
    paths = [f"/threads/{filled.thread_id(number)}/messages" for number in (1, 2)]
    seen = [[wire.median(url, "POST", path, body, calls=calls) for path in paths] for _ in range(load.ROUNDS + 1)][1:]
    long, short = (statistics.median(column) for column in zip(*seen, strict=True))
    figures = f"{long * 1e3:.2f} and {short * 1e3:.2f} ms"
    return Row(f"{name} at {MESSAGES:,} messages / at 10", long / short, reach, figures)
