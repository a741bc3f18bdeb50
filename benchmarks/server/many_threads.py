"""The first light page of an account with 1,000,000 threads, against one with 1,000."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.server import filled, load, wire
from benchmarks.table import Row

THREADS = 1_000_000, 1_000
NAME = "light first page among 1,000,000 threads / among 1,000"
REACH = "<= 1.10"


def rows() -> Iterator[Row]:
    """One row."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = []
        for threads in THREADS:
            database = folder / f"{threads}.db"
            filled.fill(str(database), threads, 1)
            served = load.served(load.ours(database), "/api/health", **load.environment())
            urls.append(stack.enter_context(served))
        path = "/threads?include_messages=false&limit=100"
        seen = [[wire.median(url, "GET", path, calls=200) for url in urls] for _ in range(load.ROUNDS + 1)][1:]
    many, few = (statistics.median(column) for column in zip(*seen, strict=True))
    yield Row(NAME, many / few, REACH, f"{many * 1e3:.2f} and {few * 1e3:.2f} ms")
