"""The tables in PostgreSQL, and what its dialect has in place of the statements' words.

Everything is in the schema `backboard_threads`, so that the database may have other tables as well. Statements name it,
so that they mean the same tables whatever a connection pooler does with a session's search path.
"""

import itertools
import logging
import re
from typing import Any

import asyncpg

from threads_server.store import StoreMissing, StoreOpenError
from threads_server.store.backends.schema import MIGRATIONS, UPGRADED, check_version
from threads_server.store.transaction import PAGE, PAGE_BYTES, Value

SCHEMA = "backboard_threads"
MIGRATION_LOCK = 0x4242544800000001
"""The advisory lock of the process that makes or changes the tables."""

TABLES = frozenset(re.findall(r"CREATE TABLE (\w+)", " ".join(itertools.chain.from_iterable(MIGRATIONS))))
_TABLE = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE)(\s+)({'|'.join(sorted(TABLES))})\b")
_ESCAPE = "\ue000"  # of the private use area: hardly ever there, and distinct from what stands for U+0000 if it is
_translations: dict[str, str] = {}

log = logging.getLogger("threads_server")


def translate(sql: str) -> str:
    """A statement in PostgreSQL's dialect, with the schema of its tables."""
    found = _translations.get(sql)
    if found is None:
        numbers = itertools.count(1)
        statement = _page(sql) if sql.startswith(PAGE) else sql
        found = re.sub(r"\?", lambda _: f"${next(numbers)}", statement).replace("group_concat(", "string_agg(")
        found = _TABLE.sub(rf"\1\2{SCHEMA}.\3", found)
        _translations[sql] = found
    return found


def _page(sql: str) -> str:
    """A statement for the first rows of another; the size of a text is known here without reading it."""
    columns = sql.removeprefix(f"{PAGE}SELECT ").partition(" FROM ")[0]
    size = "sum(octet_length(body)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(body)"
    return f"SELECT {columns} FROM (SELECT *, {size} AS before FROM ({sql}) AS r) AS sized WHERE before < {PAGE_BYTES}"


def _translate_definition(sql: str) -> str:
    # collation "C": ids are compared byte by byte, and an upgrade of the system's collations cannot spoil an index
    return (
        sql.replace("thread SERIAL", "thread BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        .replace("BYTES", "BYTEA")
        .replace(" TEXT", ' TEXT COLLATE "C"')
        .replace(" INTEGER", " BIGINT")
    )


def without_nul(value: Value) -> Value:
    """A value as PostgreSQL can store it: its texts have no U+0000."""
    if isinstance(value, str) and ("\0" in value or _ESCAPE in value):
        return value.replace(_ESCAPE, f"{_ESCAPE}e").replace("\0", f"{_ESCAPE}0")
    return value


def with_nul(value: Any) -> Any:
    """The inverse of `without_nul`."""
    if isinstance(value, str) and _ESCAPE in value:
        return value.replace(f"{_ESCAPE}0", "\0").replace(f"{_ESCAPE}e", _ESCAPE)
    return value


async def prepare(
    shown: str, connection: "asyncpg.Connection[asyncpg.Record]", *, serving: bool, create: bool, any_version: bool
) -> None:
    """Make or upgrade the tables, one process at a time. Raises StoreOpenError, asyncpg's errors and OSError."""
    older = serving or any_version
    async with connection.transaction():
        encoding = await connection.fetchval("SHOW server_encoding")
        if encoding != "UTF8":
            raise StoreOpenError(f"{shown} cannot keep every text: its encoding is {encoding}, not UTF8")
        version = await _version(shown, connection, older=older)
        if version == len(MIGRATIONS) or (version and not serving):
            return
        if not create and version == 0:
            raise StoreMissing(f"{shown} has no tables of this server")
        await connection.execute("SET LOCAL lock_timeout = 0")
        await connection.execute(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        version = await _version(shown, connection, older=older)  # again: another process may have been first
        if version == 0:
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        await connection.execute(f"SET LOCAL search_path = {SCHEMA}")
        if version == 0:
            await connection.execute("CREATE TABLE schema_version (version BIGINT NOT NULL)")
            await connection.execute("INSERT INTO schema_version VALUES (0)")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                await connection.execute(_translate_definition(statement))
        await connection.execute("UPDATE schema_version SET version = $1", len(MIGRATIONS))
    if 0 < version < len(MIGRATIONS):
        log.warning(UPGRADED, shown, version, len(MIGRATIONS))


async def _version(shown: str, connection: "asyncpg.Connection[asyncpg.Record]", *, older: bool) -> int:
    """The version of the tables, 0 if there are none. Raises StoreOpenError if they are not ours, as check_version."""
    tables = await _tables(connection)
    if not tables:
        return 0
    if "schema_version" not in tables:
        raise StoreOpenError(f"{shown} has a schema {SCHEMA} of another application")
    version: int = await connection.fetchval(f"SELECT version FROM {SCHEMA}.schema_version")
    check_version(shown, version, len(MIGRATIONS), older=older)
    made = {
        name for statements in MIGRATIONS[:version] for name in re.findall(r"CREATE TABLE (\w+)", " ".join(statements))
    }
    # again: another process may have committed a migration between the two
    if missing := sorted(made - await _tables(connection)):
        raise StoreOpenError(f"{shown} lacks the table {SCHEMA}.{missing[0]}")
    return version


async def _tables(connection: "asyncpg.Connection[asyncpg.Record]") -> set[str]:
    # from the catalogue itself: `to_regclass` remembers that a table was not there
    rows = await connection.fetch(f"SELECT tablename FROM pg_tables WHERE schemaname = '{SCHEMA}'")
    return {row[0] for row in rows}
