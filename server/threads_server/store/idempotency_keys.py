"""Responses stored under an Idempotency-Key, in the transaction of the request itself."""

from dataclasses import dataclass
from typing import TypeVar

from threads_server.errors import HTTPError
from threads_server.settings import IDEMPOTENCY_KEY_RETENTION_HOURS, MILLISECONDS_PER_HOUR
from threads_server.store.transaction import Transaction, every, one

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IdempotencyRequest:
    """A request under an `Idempotency-Key`. `fingerprint` is a digest of what it asks for."""

    account: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response of an earlier request under the same key.

    It is `body`, or when `streamed` the events of `run_id` from `first_event` on. `body` is None until the run ends.
    `version` is the thread's version sent with it.
    """

    streamed: bool
    run_id: str | None
    first_event: int | None
    version: int | None
    body: str | None


class Replay(Exception):
    """Roll back a transaction whose key has a stored response."""

    def __init__(self, request: IdempotencyRequest, stored: StoredResponse) -> None:
        super().__init__(request, stored)
        self.request = request
        self.stored = stored


# the thread and the assistant of the response still exist
_LIVE = (
    "(thread IS NULL OR EXISTS (SELECT 1 FROM threads JOIN assistants ON assistants.assistant_id = threads.assistant_id"
    " WHERE threads.thread = keys.thread AND assistants.account_id = keys.account_id))"
    " AND (assistant_id IS NULL OR EXISTS (SELECT 1 FROM assistants"
    " WHERE assistants.assistant_id = keys.assistant_id AND assistants.account_id = keys.account_id))"
)
_COLUMNS = "fingerprint, created_at, streamed, run_id, first_event, version, body"


def expired_before(now: int) -> int:
    """Latest creation time of a response that is expired at `now`."""
    return now - IDEMPOTENCY_KEY_RETENTION_HOURS * MILLISECONDS_PER_HOUR


def find_response(request: IdempotencyRequest, now: int) -> Transaction[StoredResponse | None]:
    """Find the response under the key. Raises a 409 HTTPError if the key was used for another request."""
    row = yield from one(
        f"SELECT {_COLUMNS} FROM idempotency_keys AS keys WHERE account_id = ? AND idempotency_key = ? AND {_LIVE}",
        request.account,
        request.key,
    )
    if row is None:
        return None
    fingerprint, created_at, streamed, run_id, first_event, version, body = row
    if created_at <= expired_before(now):
        return None
    if bytes(fingerprint) != request.fingerprint:
        raise HTTPError(409, "This Idempotency-Key was used for another request")
    return StoredResponse(bool(streamed), run_id, first_event, version, body)


def raise_replay(request: IdempotencyRequest | None, now: int) -> Transaction[None]:
    """Raise Replay if there is a response under the key, or the 409 HTTPError of `find_response`."""
    if request is not None and (stored := (yield from find_response(request, now))):
        raise Replay(request, stored)


def check_replay(request: IdempotencyRequest | None, now: int, steps: Transaction[T]) -> Transaction[T]:
    """Run the steps before `store_response`. If they raise HTTPError and the key has a response, raise Replay instead.

    What the first request found may have been deleted since.
    """
    try:
        return (yield from steps)
    except HTTPError:
        yield from raise_replay(request, now)
        raise


def store_response(
    request: IdempotencyRequest,
    now: int,
    *,
    thread: int | None = None,
    assistant_id: str | None = None,
    streamed: bool = False,
    run_id: str | None = None,
    first_event: int | None = None,
    version: int | None = None,
    body: str | None = None,
) -> Transaction[None]:
    """Store a response, or the run that will give it, under the key.

    It is deleted with `thread` or `assistant_id`. Raises Replay, and a 409 HTTPError if the key was used for another
    request.
    """
    while True:
        inserted = yield from one(
            f"INSERT INTO idempotency_keys (account_id, idempotency_key, thread, assistant_id, {_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            *(request.account, request.key, thread, assistant_id, request.fingerprint, now),
            *(int(streamed), run_id, first_event, version, body),
        )
        if inserted is not None:
            return
        yield from raise_replay(request, now)
        yield from one(
            "DELETE FROM idempotency_keys WHERE account_id = ? AND idempotency_key = ?", request.account, request.key
        )


def complete_response(account: str, key: str, run_id: str, version: int | None, body: str) -> Transaction[None]:
    """Complete the response of a run under its key, unless the key has expired and another request has it now."""
    yield from one(
        "UPDATE idempotency_keys SET version = ?, body = ? WHERE account_id = ? AND idempotency_key = ? AND run_id = ?",
        *(version, body, account, key, run_id),
    )


def delete_expired(before: int, limit: int) -> Transaction[bool]:
    """Delete at most `limit` responses stored at `before` or earlier; whether there may be more."""
    rows = yield from every(
        "DELETE FROM idempotency_keys WHERE (account_id, idempotency_key) IN"
        " (SELECT account_id, idempotency_key FROM idempotency_keys WHERE created_at <= ? LIMIT ?) RETURNING 1",
        *(before, limit),
    )
    return len(rows) == limit
