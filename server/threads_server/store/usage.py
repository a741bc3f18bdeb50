"""Transactions that add up what an account stores, in pieces of bounded size."""

from typing import NamedTuple

from threads_server.store import Store
from threads_server.store.imports import STAGING
from threads_server.store.threads import LIVE
from threads_server.store.transaction import Transaction, one

PIECE_THREADS = 500
"""Threads that one transaction adds up."""

_Place = tuple[int, str]
_START: _Place = (-1, "")
_OF_PIECE = f"account_id = ? AND (created_at, thread_id) > (?, ?) AND {LIVE}"


class Usage(NamedTuple):
    """Stored threads, messages, and bytes of messages and files."""

    threads: int = 0
    messages: int = 0
    bytes: int = 0

    def __add__(self, other: object) -> "Usage":
        assert isinstance(other, Usage)
        return Usage(self.threads + other.threads, self.messages + other.messages, self.bytes + other.bytes)


def _piece(account: str, after: _Place) -> Transaction[tuple[Usage, _Place | None]]:
    """The next PIECE_THREADS threads of an account, and where they end; None after the last."""
    last = yield from one(
        f"SELECT created_at, thread_id FROM threads WHERE {_OF_PIECE} ORDER BY created_at, thread_id LIMIT 1 OFFSET ?",
        *(account, *after, PIECE_THREADS - 1),
    )
    upto = "" if last is None else " AND (created_at, thread_id) <= (?, ?)"
    row = yield from one(
        "SELECT count(*), CAST(coalesce(sum(message_count), 0) AS BIGINT), CAST(coalesce(sum("
        "(SELECT coalesce(sum(octet_length(body)), 0) FROM messages WHERE messages.thread = threads.thread)"
        " + (SELECT coalesce(sum(length(content)), 0) FROM files WHERE files.thread = threads.thread)"
        f"), 0) AS BIGINT) FROM threads WHERE {_OF_PIECE}{upto}",
        *(account, *after, *(last or ())),
    )
    assert row is not None
    return Usage(*row), None if last is None else (last[0], last[1])


async def measure(store: Store, account: str) -> Usage:
    """Add up what an account stores. Raises StoreUnavailable."""
    total, place = Usage(), _START
    while True:
        piece, end = await store.read_large(_piece, account, place)
        total += piece
        if end is None:
            return total
        place = end


def account_after(account: str) -> Transaction[str | None]:
    """The next account that has an assistant, in their order; None after the last."""
    row = yield from one(
        "SELECT min(account_id) FROM assistants WHERE account_id > ? AND NOT (account_id >= ? AND account_id < ?)",
        *(account, STAGING, f"{STAGING[:-1]}."),
    )
    assert row is not None
    found: str | None = row[0]
    return found
