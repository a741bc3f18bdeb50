"""Answers kept under an Idempotency-Key: claimed in the transaction of the request itself."""

from dataclasses import dataclass
from typing import TypeVar

from threads_server.errors import HTTPError
from threads_server.settings import IDEMPOTENCY_KEY_RETENTION_HOURS, MILLISECONDS_PER_HOUR
from threads_server.store.transaction import Transaction, every, one

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IdempotencyRequest:
    """A request under a key: whose it is, and a digest of what it asks for."""

    account: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The answer of an earlier request under the same key.

    It is `body`, or the events of `run_id` from `first_event` on when it was streamed; without either, the run is still
    under way. `version` is the thread's version that came with it.
    """

    streamed: bool
    run_id: str | None
    first_event: int | None
    version: int | None
    body: str | None


class Replay(Exception):
    """Ends a transaction whose key has an answer, so that nothing else of it is kept."""

    def __init__(self, claim: IdempotencyRequest, kept: StoredResponse) -> None:
        super().__init__(claim, kept)
        self.claim = claim
        self.kept = kept


_COLUMNS = "fingerprint, created_at, streamed, run_id, first_event, version, body"


def _too_old(now: int) -> int:
    """The moment up to which a key must have been claimed to be no longer kept."""
    return now - IDEMPOTENCY_KEY_RETENTION_HOURS * MILLISECONDS_PER_HOUR


def find_answer(claim: IdempotencyRequest, now: int) -> Transaction[StoredResponse | None]:
    """The answer under the key, if there is one. Raises a 409 HTTPError when the key was used for something else."""
    row = yield from one(
        f"SELECT {_COLUMNS} FROM idempotency_keys WHERE account_id = ? AND idempotency_key = ?",
        claim.account,
        claim.key,
    )
    if row is None:
        return None
    fingerprint, created_at, streamed, run_id, first_event, version, body = row
    if created_at <= _too_old(now):
        return None
    if bytes(fingerprint) != claim.fingerprint:
        raise HTTPError(409, "This Idempotency-Key was used for another request")
    return StoredResponse(bool(streamed), run_id, first_event, version, body)


def raise_kept(claim: IdempotencyRequest | None, now: int) -> Transaction[None]:
    """Raises Replay if there is an answer under the key, and the 409 HTTPError of `find_answer`."""
    if claim is not None and (kept := (yield from find_answer(claim, now))):
        raise Replay(claim, kept)


def check_replay(claim: IdempotencyRequest | None, now: int, steps: Transaction[T]) -> Transaction[T]:
    """What `steps` give, which must come before the key is claimed. When they refuse, what the key has comes first:
    what it was used for may be gone meanwhile.

    Raises Replay, and the HTTPError of `steps` or a 409 one.
    """
    try:
        return (yield from steps)
    except HTTPError:
        yield from raise_kept(claim, now)
        raise


def claim_answer(
    claim: IdempotencyRequest,
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
    """Keeps an answer, or the run that will bring it, under the key.

    It goes with the thread or the assistant that it is about. Raises Replay when the key has an answer, and a 409
    HTTPError when that answer is to another request.
    """
    while True:
        made = yield from one(
            f"INSERT INTO idempotency_keys (account_id, idempotency_key, thread, assistant_id, {_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            *(claim.account, claim.key, thread, assistant_id, claim.fingerprint, now),
            *(int(streamed), run_id, first_event, version, body),
        )
        if made is not None:
            return
        yield from raise_kept(claim, now)
        yield from one(
            "DELETE FROM idempotency_keys WHERE account_id = ? AND idempotency_key = ?", claim.account, claim.key
        )


def complete_answer(account: str, key: str, version: int | None, body: str) -> Transaction[None]:
    """Puts the answer under a key that was claimed by a run."""
    yield from one(
        "UPDATE idempotency_keys SET version = ?, body = ? WHERE account_id = ? AND idempotency_key = ?",
        *(version, body, account, key),
    )


def forget_old(now: int) -> Transaction[None]:
    """Deletes the keys that are older than they are kept."""
    yield from every("DELETE FROM idempotency_keys WHERE created_at <= ?", _too_old(now))
