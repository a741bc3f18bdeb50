"""POST of a message under a key, against SQLite's own rate of single commits, also when a sync takes long."""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.server import load, stored
from benchmarks.table import Row

NAME = "POST message (`send_to_llm=false`, keyed) at 64 clients / SQLite's own rate of single commits"

_SCRIPT = """
local ids, key, run, number = {}, nil, nil, 0
function init(arguments)
  key, run = arguments[1], arguments[3]
  for line in io.lines(arguments[2]) do ids[#ids + 1] = line end
end
function request()
  number = number + 1
  local headers = {["X-API-Key"] = key, ["Content-Type"] = "application/x-www-form-urlencoded",
                   ["Idempotency-Key"] = run .. "-" .. number}
  local path = "/api/threads/" .. ids[(number * 7919) % #ids + 1] .. "/messages"
  return wrk.format("POST", path, headers, "content=My+name+is+Ada+and+I+live+in+Porto.&send_to_llm=false")
end
"""


def rows() -> Iterator[Row]:
    """Two rows: the machine's own syncs, and a millisecond added to each."""
    with tempfile.TemporaryDirectory() as folder:
        yield _row(Path(folder), NAME, {})
    with tempfile.TemporaryDirectory() as folder:
        name = "the same, with 1 ms added to every sync"
        yield _row(Path(folder), name, load.slow_sync(Path(folder)))


def _row(folder: Path, name: str, environment: Mapping[str, str]) -> Row:
    database, alone, ids = (folder / name for name in ("threads.db", "alone.db", "ids"))
    ids.write_text("\n".join(stored.fill(database)))
    stored.fill(alone)
    posts, commits = [], []
    with load.served(load.ours(database), "/api/health", **load.environment(**environment)) as url:
        for number in range(load.ROUNDS):
            posts.append(load.per_second(url, _SCRIPT, load.KEY, str(ids), f"round-{number}"))
            commits.append(_single_commits(alone, environment))
    mine, other = statistics.median(posts), statistics.median(commits)
    return Row(name, mine / other, "", f"{mine:,.0f} requests/s, {other:,.0f} commits/s")


def _single_commits(database: Path, environment: Mapping[str, str]) -> float:
    """Appends per second, each its own commit, that SQLite does in a separate process on the same core."""
    command = [sys.executable, "-m", "benchmarks.server.writing", str(database)]
    done = subprocess.run(
        ["taskset", "-c", str(load.cores()[0]), *command],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def append_alone(database: str) -> float:
    """Append messages to random threads of a filled database for a second; return the rate."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    threads = [row[0] for row in connection.execute("SELECT thread FROM threads")]
    done, begun = 0, time.perf_counter()
    while (taken := time.perf_counter() - begun) < 1:
        connection.execute("BEGIN IMMEDIATE")
        sql = "UPDATE threads SET version = version + 1 WHERE thread = ? RETURNING thread, version"
        at = connection.execute(sql, (random.choice(threads),)).fetchone()
        connection.execute("INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", (*at, "x" * 225))
        connection.execute("COMMIT")
        done += 1
    return done / taken


if __name__ == "__main__":
    print(append_alone(sys.argv[1]))
