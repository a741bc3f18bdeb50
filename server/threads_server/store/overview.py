"""The threads of all accounts, for the operator."""

from dataclasses import dataclass

from threads_server.clock import format_timestamp
from threads_server.store.threads import LIVE
from threads_server.store.transaction import Transaction, every, one


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """A thread as `threads-server threads list` shows it. Times are ISO 8601."""

    thread_id: str
    account: str
    assistant_id: str
    created_at: str
    updated_at: str
    message_count: int
    busy: bool
    first_user_message: str | None


def list_threads(account: str | None, limit: int) -> Transaction[list[ThreadSummary]]:
    """The newest threads, of one account or of all."""
    rows = yield from every(
        "SELECT thread_id, account_id, assistant_id, created_at, updated_at, message_count, active_run,"
        f" first_user_message FROM threads WHERE account_id <> '' AND {LIVE} AND account_id = COALESCE(?, account_id)"
        " ORDER BY created_at DESC, thread_id DESC LIMIT ?",
        *(account, limit),
    )
    return [
        ThreadSummary(
            *(thread_id, account_id, assistant_id, format_timestamp(created), format_timestamp(updated)),
            *(count, run is not None, first),
        )
        for thread_id, account_id, assistant_id, created, updated, count, run, first in rows
    ]


def find_account(thread_id: str) -> Transaction[str | None]:
    """The account of a thread; None if there is no such thread."""
    row = yield from one(f"SELECT account_id FROM threads WHERE thread_id = ? AND {LIVE}", thread_id)
    return row[0] if row else None
