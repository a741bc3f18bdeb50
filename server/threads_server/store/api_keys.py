"""API keys, as digests, and the account each one opens."""

from collections.abc import Mapping
from dataclasses import dataclass

from threads_server.clock import format_timestamp
from threads_server.store.transaction import Transaction, every, one


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it may be shown: never the key itself.

    Times are ISO 8601; `revoked_at` is None while it is in use, `used_at` before its first use.
    """

    name: str
    account: str
    created_at: str
    revoked_at: str | None
    used_at: str | None


def find_key(digest: bytes) -> Transaction[str | None]:
    rows = yield "SELECT account_id FROM api_keys WHERE digest = ? AND revoked_at IS NULL", (digest,)
    return rows[0][0] if rows else None


def add_key(name: str, digest: bytes, account: str, now: int) -> Transaction[str]:
    taken = yield from one("SELECT 1 FROM api_keys WHERE digest = ? OR (name = ? AND revoked_at IS NULL)", digest, name)
    if taken:
        raise ValueError(f"a key named {name!r} is in use; revoke it first, or choose another name")
    yield from one(
        "INSERT INTO api_keys (digest, name, account_id, created_at) VALUES (?, ?, ?, ?)", digest, name, account, now
    )
    return account


def list_keys() -> Transaction[list[KeyRow]]:
    rows = yield from every(
        "SELECT name, account_id, created_at, revoked_at, used_at FROM api_keys ORDER BY created_at, name"
    )
    return [
        KeyRow(
            name,
            account,
            format_timestamp(created),
            None if revoked is None else format_timestamp(revoked),
            None if used is None else format_timestamp(used),
        )
        for name, account, created, revoked, used in rows
    ]


def rotate_key(name: str, digest: bytes, now: int) -> Transaction[str | None]:
    account = yield from revoke_key(name, now)
    if account is not None:
        yield from add_key(name, digest, account, now)
    return account


def revoke_key(name: str, now: int) -> Transaction[str | None]:
    row = yield from one(
        "UPDATE api_keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL RETURNING account_id", now, name
    )
    return row[0] if row else None


def note_uses(uses: Mapping[bytes, int]) -> Transaction[None]:
    for digest, moment in sorted(uses.items()):  # in one order, so that two processes do not wait for each other
        yield from one(
            "UPDATE api_keys SET used_at = ? WHERE digest = ? AND (used_at IS NULL OR used_at < ?)",
            *(moment, digest, moment),
        )


def has_keys(*, revoked: bool = False) -> Transaction[bool]:
    in_use = "" if revoked else " WHERE revoked_at IS NULL"
    return (yield from one(f"SELECT 1 FROM api_keys{in_use} LIMIT 1")) is not None
