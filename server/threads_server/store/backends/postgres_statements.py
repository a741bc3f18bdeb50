"""Transactions in fewer statements: each costs a round trip to PostgreSQL."""

from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

from threads_server.store.transaction import LATER, Row, Statement, Transaction, Value

T = TypeVar("T")

MAX_JOINED = 8
"""No more statements are sent as one, so that there are few different ones to prepare."""


def joined(transaction: Transaction[T]) -> Transaction[T]:
    """The same transaction, with each statement of `later` sent together with those after it."""
    earlier: list[Statement] = []
    try:
        sql, parameters = next(transaction)
        while True:
            rows: list[Row] = []
            if sql.startswith(LATER) and len(earlier) < MAX_JOINED - 1:
                earlier.append((sql, parameters))
            else:
                rows = yield _join(earlier, sql, parameters)
                earlier = []
            sql, parameters = transaction.send(rows)
    except StopIteration as end:
        result: T = end.value
    if earlier:
        yield _join(earlier[:-1], *earlier[-1])
    return result


def _join(earlier: Sequence[Statement], sql: str, parameters: tuple[Value, ...]) -> Statement:
    """One statement that does what all do; its rows are those of the last one."""
    if not earlier:
        return sql, parameters
    steps = ", ".join(f"step{number} AS ({text})" for number, (text, _) in enumerate(earlier))
    return f"WITH {steps} {sql}", (*chain.from_iterable(values for _, values in earlier), *parameters)
