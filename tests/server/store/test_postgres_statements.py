"""Statements that PostgreSQL gets together: in fewer round trips, with the same result."""

import pytest

from threads_server.store.backends.postgres_statements import MAX_JOINED, joined
from threads_server.store.transaction import Row, Statement, Transaction, later, one


def sent(transaction: Transaction[str]) -> tuple[list[Statement], str]:
    """The statements of a transaction, each of which gets its number as its row, and its result."""
    statements: list[Statement] = []
    rows: list[Row] | None = None
    while True:
        try:
            statement = next(transaction) if rows is None else transaction.send(rows)
        except StopIteration as end:
            return statements, str(end.value)
        statements.append(statement)
        rows = [(len(statements),)]


def changes(count: int, *, then: bool) -> Transaction[str]:
    for number in range(count):
        yield from later("INSERT INTO a VALUES (?, ?)", number, "x")
    row = (yield from one("SELECT b WHERE c = ?", 9)) if then else None
    return f"result {row}"


def test_later_statements_are_sent_with_the_next_one() -> None:
    [(sql, parameters)], result = sent(joined(changes(2, then=True)))
    insert = "/* later */ INSERT INTO a VALUES (?, ?)"
    assert sql == f"WITH step0 AS ({insert}), step1 AS ({insert}) SELECT b WHERE c = ?"
    assert parameters == (0, "x", 1, "x", 9)
    assert result == "result (1,)"


def test_later_statements_at_the_end_are_sent_before_the_commit() -> None:
    [(sql, parameters)], result = sent(joined(changes(2, then=False)))
    assert sql.count("INSERT") == 2
    assert parameters == (0, "x", 1, "x")
    assert result == "result None"


@pytest.mark.parametrize("count", [0, 1, MAX_JOINED, MAX_JOINED + 1, 3 * MAX_JOINED])
@pytest.mark.parametrize("then", [False, True])
def test_statements_sent_together_are_bounded_and_none_is_lost(count: int, then: bool) -> None:
    statements, _ = sent(joined(changes(count, then=then)))
    assert max([sql.count("INSERT") + sql.count("SELECT") for sql, _ in statements], default=0) <= MAX_JOINED
    numbers = [value for _, parameters in statements for value in parameters if isinstance(value, int)]
    assert numbers == [*range(count), *([9] if then else [])]


def test_refused_transaction_sends_nothing_more() -> None:
    def refused() -> Transaction[str]:
        yield from later("INSERT INTO a VALUES (?)", 1)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        sent(joined(refused()))
