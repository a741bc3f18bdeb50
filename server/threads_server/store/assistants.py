"""Transactions of assistants."""

from collections.abc import Callable
from dataclasses import dataclass

from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.store.idempotency_keys import IdempotencyRequest, check_replay, store_response
from threads_server.store.transaction import PAGE_BYTES, Transaction, every, one, page


@dataclass(frozen=True, slots=True)
class AssistantRow:
    """An assistant. `body` is its JSON."""

    assistant_id: str
    account: str
    name: str
    created_at: int
    body: str


def not_found() -> HTTPError:
    return HTTPError(404, "Assistant not found")


def insert(row: AssistantRow, *, is_default: bool = False) -> Transaction[None]:
    yield from one(
        "INSERT INTO assistants (assistant_id, account_id, name, created_at, is_default, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(row.assistant_id, row.account, row.name, row.created_at, int(is_default), row.body),
    )


def create(row: AssistantRow, request: IdempotencyRequest | None, response: str) -> Transaction[None]:
    """Store a new assistant and, under a key, its response. Raises Replay and a 409 HTTPError."""
    yield from insert(row)
    if request is not None:
        yield from store_response(request, row.created_at, assistant_id=row.assistant_id, body=response)


def get(account: str, assistant_id: str) -> Transaction[str]:
    """The assistant as JSON. Raises a 404 HTTPError."""
    row = yield from one("SELECT body FROM assistants WHERE assistant_id = ? AND account_id = ?", assistant_id, account)
    if row is None:
        raise not_found()
    body: str = row[0]
    return body


def size_of(account: str, assistant_id: str) -> Transaction[int]:
    """Bytes of an assistant's JSON. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT octet_length(body) FROM assistants WHERE assistant_id = ? AND account_id = ?", assistant_id, account
    )
    if row is None:
        raise not_found()
    size: int = row[0]
    return size


def get_to_clone(account: str, assistant_id: str, request: IdempotencyRequest | None, now: int) -> Transaction[str]:
    """The JSON of an assistant to clone. Raises Replay if the clone is stored already, a 404 and a 409 HTTPError."""
    return (yield from check_replay(request, now, get(account, assistant_id)))


def list_page(account: str, name: str | None, skip: int, limit: int) -> Transaction[list[str] | None]:
    """A page of the account's assistants as JSON, newest first; None if it has more than PAGE_BYTES."""
    selected, parameters = _selection("assistant_id, body", account, name, skip, limit)
    bodies = [body for _, body in (yield from page(selected, *parameters))]
    return None if sum(len(body.encode()) for body in bodies) >= PAGE_BYTES else bodies


def id_page(account: str, name: str | None, skip: int, limit: int) -> Transaction[list[str]]:
    """The ids of a page of the account's assistants, newest first."""
    selected, parameters = _selection("assistant_id", account, name, skip, limit)
    return [assistant_id for (assistant_id,) in (yield from every(selected, *parameters))]


def _selection(
    columns: str, account: str, name: str | None, skip: int, limit: int
) -> tuple[str, tuple[str | int, ...]]:
    where, values = ("account_id = ?", (account,)) if name is None else ("account_id = ? AND name = ?", (account, name))
    return (
        f"SELECT {columns} FROM assistants WHERE {where} ORDER BY created_at DESC, assistant_id DESC LIMIT ? OFFSET ?",
        (*values, limit, skip),
    )


def update(account: str, assistant_id: str, change: Callable[[str], tuple[str, str]]) -> Transaction[str]:
    """Replace name and JSON of an assistant; `change` makes them of the JSON. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT body FROM assistants WHERE assistant_id = ? AND account_id = ? FOR UPDATE", assistant_id, account
    )
    if row is None:
        raise not_found()
    name, body = change(row[0])
    yield from one("UPDATE assistants SET name = ?, body = ? WHERE assistant_id = ?", name, body, assistant_id)
    return body


def delete(account: str, assistant_id: str) -> Transaction[list[str]]:
    """Delete an assistant, and by that its threads; the ids of those with a run in progress. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT 1 FROM assistants WHERE assistant_id = ? AND account_id = ? FOR UPDATE", assistant_id, account
    )
    if row is None:
        raise not_found()
    # in this order: the runs in progress are few, and the threads may be many
    runs = yield from every(
        "SELECT run_id, thread_id FROM runs CROSS JOIN threads"
        " WHERE runs.status = 'IN_PROGRESS' AND threads.thread = runs.thread AND threads.assistant_id = ?",
        assistant_id,
    )
    for run_id, _ in runs:
        yield from one("UPDATE runs SET status = ? WHERE run_id = ?", RunState.CANCELLED, run_id)
    yield from one(
        "UPDATE assistants SET account_id = '', name = '', is_default = 0, body = '{}' WHERE assistant_id = ?",
        assistant_id,
    )
    return [thread_id for _, thread_id in runs]


def default_of(account: str) -> Transaction[str | None]:
    """The id of the account's default assistant, if it has one."""
    row = yield from one("SELECT assistant_id FROM assistants WHERE account_id = ? AND is_default = 1", account)
    return None if row is None else str(row[0])
