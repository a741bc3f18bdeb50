"""`python -m benchmarks.deletion`: an assistant of 100,000 threads is deleted (300,000 on PostgreSQL).

Prints a table for docs/scale.md: the time of the call, how long the server clears afterwards, and the longest that a
small GET and a small POST of another account took meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing

import asyncpg
import httpx

from benchmarks.server import filled, load
from benchmarks.server.postgres import new_database
from benchmarks.table import machine

THREADS = {"sqlite": 100_000, "postgres": 300_000}
MESSAGES = 20
PAUSE_SECONDS = 0.05
"""Between two probes."""


def main() -> None:
    """Measure the chosen stores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deletion", description=__doc__)
    parser.add_argument("stores", nargs="*", choices=[*THREADS, []], help="stores (default: both)")
    parser.add_argument("--threads", type=int, help="of the assistant (default: 100,000 and 300,000)")
    parser.add_argument("--messages", type=int, default=MESSAGES, help=f"of each thread (default: {MESSAGES})")
    options = parser.parse_args()
    print(f"{machine()}\n")
    print(
        "| deletion of an assistant | the call | until everything is cleared | longest GET | longest POST of others |"
    )
    print("|---|---|---|---|---|", flush=True)
    for store in options.stores or THREADS:
        print(_measured(store, options.threads or THREADS[store], options.messages), flush=True)


def _measured(store: str, threads: int, messages: int) -> str:
    with ExitStack() as stack:
        _, database = stack.enter_context(new_database(store))
        filled.fill(database, threads, messages)
        create = [sys.executable, "-m", "threads_server", "keys", "create", "other", "--database", database]
        other = subprocess.run(create, check=True, capture_output=True, text=True).stdout.strip()
        command = load.ours(database)
        url = stack.enter_context(load.served(command, "/api/health", pinned=False, **load.environment()))
        mine, theirs = (
            stack.enter_context(httpx.Client(base_url=f"{url}/api", headers={"X-API-Key": key}, timeout=120))
            for key in (load.KEY, other)
        )
        assistant = mine.get("/assistants").json()[0]["assistant_id"]
        begun = time.perf_counter()
        mine.delete(f"/assistants/{assistant}").raise_for_status()
        called = time.perf_counter() - begun
        waits = {"GET": 0.0, "POST": 0.0}
        looked = time.perf_counter()
        while time.perf_counter() < looked + 1 or not _is_cleared(database):
            if time.perf_counter() >= looked + 1:
                looked = time.perf_counter()
            for method, path, body in (("GET", "/threads?limit=1", None), ("POST", "/assistants", {"name": "x"})):
                asked = time.perf_counter()
                theirs.request(method, path, json=body).raise_for_status()
                waits[method] = max(waits[method], time.perf_counter() - asked)
            time.sleep(PAUSE_SECONDS)
        cleared = time.perf_counter() - begun
    name = f"{threads:,} threads of {messages} messages, {store}"
    longest = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in waits.values())
    return f"| {name} | {called * 1000:.0f} ms | {cleared:.0f} s | {longest} |"


def _is_cleared(database: str) -> bool:
    """Whether no row of a deleted thread or assistant is left."""
    left = [
        f"SELECT 1 FROM {table} WHERE account_id = '' AND {key} <> '' LIMIT 1"
        for table, key in (("threads", "thread_id"), ("assistants", "assistant_id"))
    ]

    async def ask() -> bool:
        connection = await asyncpg.connect(database, server_settings={"search_path": "backboard_threads"})
        try:
            return not any([await connection.fetch(sql) for sql in left])
        finally:
            await connection.close()

    if database.startswith("postgresql://"):
        return asyncio.run(ask())
    with closing(sqlite3.connect(database)) as connection:
        return not any(connection.execute(sql).fetchone() for sql in left)


if __name__ == "__main__":
    main()
