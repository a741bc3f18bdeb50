"""Changes that PostgreSQL gets as one statement: of two of the same row only one would be done."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar
from unittest.mock import patch

from threads_server.store.backends import postgres
from threads_server.store.backends.postgres_statements import joined
from threads_server.store.transaction import Transaction

T = TypeVar("T")

_CHANGE = re.compile(r"\b(?:(?<!FOR )(?<!DO )UPDATE|DELETE FROM) (\w+)")


@contextmanager
def watched() -> Iterator[None]:
    """Let a transaction fail that sends a change of rows with another change of their table."""
    with patch.object(postgres, "joined", _watched):
        yield


def _watched(transaction: Transaction[T]) -> Transaction[T]:
    steps = joined(transaction)
    try:
        statement = next(steps)
        while True:
            _check(statement[0])
            statement = steps.send((yield statement))
    except StopIteration as end:
        result: T = end.value
        return result


@cache
def _check(sql: str) -> None:
    twice = [table for table, count in Counter(_CHANGE.findall(sql)).items() if count > 1]
    assert not twice, f"several changes of {twice} in one statement: {sql}"
