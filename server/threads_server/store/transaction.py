"""Transactions as generators: SQL out, rows in, whatever database drives them."""

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Value: TypeAlias = str | int | float | bytes | None
Row: TypeAlias = tuple[Any, ...]  # what a column holds is known to the statement that names it, not to the type checker
Statement: TypeAlias = tuple[str, tuple[Value, ...]]
Transaction: TypeAlias = Generator[Statement, list[Row], T]


PAGE = "/* page */ "
"""The beginning of a statement whose rows are read only until their `body`, the last column, has PAGE_BYTES."""
PAGE_BYTES = 1_000_000

SMALL_MESSAGES = (
    "(SELECT coalesce(sum(octet_length(body)), 0) FROM messages"
    f" WHERE messages.thread = threads.thread) <= {PAGE_BYTES}"
)
"""The condition that the messages of a thread are small; a database that bounds what it reads leaves it out."""

LOCKS = "/* locks */ "
"""The beginning of a statement that only locks rows: a database with one writer at a time leaves it out."""

LATER = "/* later */ "
"""The beginning of a statement whose rows nobody needs."""


def lock(sql: str, *parameters: Value) -> Transaction[None]:
    """Lock the rows of a `SELECT … FOR UPDATE` until the transaction ends."""
    yield LOCKS + sql, parameters


def later(sql: str, *parameters: Value) -> Transaction[None]:
    """Change rows that the rest of the transaction does not look at: it may be done together with what follows."""
    yield LATER + sql, parameters


def one(sql: str, *parameters: Value) -> Transaction[Row | None]:
    """Run a statement; its first row, or None."""
    rows = yield sql, parameters
    return rows[0] if rows else None


def page(sql: str, *parameters: Value) -> Transaction[list[Row]]:
    """Run a statement that selects columns by name; its rows up to the one with which `body` has about PAGE_BYTES.

    So little is read of a result of any size. `body` is the last column, and a text.
    """
    return (yield PAGE + sql, parameters)


def every(sql: str, *parameters: Value) -> Transaction[list[Row]]:
    """Run a statement; all its rows."""
    return (yield sql, parameters)
