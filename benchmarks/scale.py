"""`python -m benchmarks.scale`: one account with 1,000,000 threads, one of them with 100,000 messages, on both stores.

Prints a table for docs/scale.md. Times are of one client and an idle server: medians, or single times of
what takes long.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.server import filled, load, wire
from benchmarks.server.postgres import new_database
from benchmarks.table import machine

Row = tuple[str, Callable[[], str]]


def main() -> None:
    """Measure the chosen stores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("stores", nargs="*", choices=["sqlite", "postgres", []], help="stores (default: both)")
    parser.add_argument("--threads", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=100_000, help="messages of the long thread")
    options = parser.parse_args()
    stores = options.stores or ["sqlite", "postgres"]
    columns = [dict(_measured(store, options.threads, options.messages)) for store in stores]
    print(f"\n{machine()}\n")
    print(f"| {options.threads:,} threads, one of {options.messages:,} messages | {' | '.join(stores)} |")
    print("|---|" + "---|" * len(stores))
    for name in dict.fromkeys(name for column in columns for name in column):
        print(f"| {name} | {' | '.join(column.get(name, '') for column in columns)} |")


def _measured(store: str, threads: int, messages: int) -> Iterator[tuple[str, str]]:
    with ExitStack() as stack:
        folder, database = stack.enter_context(new_database(store))
        print(f"{store}: filling ...", file=sys.stderr, flush=True)
        filled.fill(database, threads, 2)
        filled.append(database, "1 AND 1", 2, messages - 2)
        command = load.ours(database)
        begun = time.perf_counter()
        url = stack.enter_context(load.served(command, "/api/health", pinned=False, **load.environment()))
        yield "start of the server", _seconds(time.perf_counter() - begun)
        for name, work in _rows(url, database, folder / "copy.db"):
            print(f"{store}: {name} ...", file=sys.stderr, flush=True)
            yield name, work()


def _rows(url: str, database: str, copy: Path) -> Iterator[Row]:
    long, short = filled.thread_id(1), filled.thread_id(2)

    def median(method: str, path: str, body: object = None, calls: int = 50) -> Callable[[], str]:
        return lambda: _seconds(wire.median(url, method, path, body, calls=calls))

    def command(*arguments: str) -> Callable[[], str]:
        def run() -> str:
            begun = time.perf_counter()
            program = [sys.executable, "-m", "threads_server", *arguments, "--database", database]
            subprocess.run(program, check=True, capture_output=True)
            return _seconds(time.perf_counter() - begun)

        return run

    light = "/threads?include_messages=false&limit=100"
    stored = {"content": "more", "send_to_llm": False}
    yield "first light page of 100", median("GET", light)
    yield "light page of 100 after 10,000", median("GET", f"{light}&skip=10000", calls=5)
    yield "whole page of 100, the newest", median("GET", "/threads?limit=100", calls=10)
    yield "GET of a short thread", median("GET", f"/threads/{short}")
    yield "a message stored in a short thread", median("POST", f"/threads/{short}/messages", stored)
    yield "a turn in a short thread", median("POST", f"/threads/{short}/messages", {"content": "/say x"})
    yield "a message stored in the long thread", median("POST", f"/threads/{long}/messages", stored)
    yield "a turn in the long thread", median("POST", f"/threads/{long}/messages", {"content": "/say x"}, 5)
    yield "GET of the long thread", median("GET", f"/threads/{long}", calls=3)
    yield "`check`", command("check")
    yield "`stats`", command("stats")
    if not database.startswith("postgresql://"):
        yield "`backup`", command("backup", str(copy))
        yield "size of the database", lambda: f"{Path(database).stat().st_size / 1e6:,.0f} MB"
    yield "deletion of the long thread", median("DELETE", f"/threads/{long}", calls=1)
    yield "memory of the server at its most", lambda: _memory(load.pid_of(url))


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def _memory(pid: int) -> str:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return f"{int(found[1]) / 1024:,.0f} MiB"


if __name__ == "__main__":
    main()
