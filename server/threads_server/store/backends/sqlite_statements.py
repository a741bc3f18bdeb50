"""Transactions driven on an SQLite connection, and their statements in its dialect."""

import sqlite3
from typing import TypeVar

from threads_server.store.transaction import LATER, LOCKS, PAGE, PAGE_BYTES, SMALL_MESSAGES, Row, Transaction

T = TypeVar("T")

_translations: dict[str, str] = {}


def run(connection: sqlite3.Connection, transaction: Transaction[T]) -> T:
    """Run the statements of a transaction; its result. Raises sqlite3.Error, and what the transaction raises."""
    execute = connection.execute
    try:
        sql, parameters = next(transaction)
        while True:
            translated = _translations.get(sql)
            if translated is None:
                translated = _translate(sql)
            if translated.startswith(PAGE):
                rows = _page(execute(translated, parameters))
            else:
                rows = execute(translated, parameters).fetchall() if translated else []
            sql, parameters = transaction.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result


def _page(cursor: sqlite3.Cursor) -> list[Row]:
    rows: list[Row] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += len(row[-1])
        if size >= PAGE_BYTES:
            break
    cursor.close()
    return rows


def _translate(sql: str) -> str:
    # there is one writer at a time: everything is locked already
    translated = "" if sql.startswith(LOCKS) else sql.removeprefix(LATER)
    translated = translated.replace(" FOR UPDATE", "").replace(" SKIP LOCKED", "")
    translated = translated.replace("thread SERIAL", "thread INTEGER PRIMARY KEY").replace("BYTES", "BLOB")
    translated = translated.replace(f" AND {SMALL_MESSAGES}", "")  # SqliteStore.read_small bounds what is read
    translated = translated.replace("octet_length(body)", "length(CAST(body AS BLOB))")  # SQLite 3.43 has it as well
    _translations[sql] = translated
    return translated
