"""Imports in any number of transactions.

Imported rows are staged: assistants under a temporary account, so the threads are invisible (`threads.LIVE`) until the
last transaction reassigns them. Threads of assistants that the account already has are staged under a placeholder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from threads_server.runs.states import RunState
from threads_server.store import assistants
from threads_server.store.assistants import AssistantRow
from threads_server.store.exports import ExportedFile, ExportedRun
from threads_server.store.transaction import Transaction, every, later, one

STAGING = "\x01import-"
"""Prefix of a temporary account's name, before the import's start in milliseconds and a UUID; no key can have it."""
MAX_MILLISECONDS = 24 * 60 * 60 * 1000
"""Longest duration of an import: staged rows of an earlier one are deleted."""


class IdTaken(Exception):
    """An id that is in use: `of` ends the message, `deleted` means that clearing will free the id."""

    def __init__(self, kind: str, identifier: str, of: str, *, deleted: bool = False) -> None:
        super().__init__(f"{kind} {identifier} {of}")
        self.deleted = deleted


@dataclass(frozen=True, slots=True)
class StagedThread:
    """A thread without its messages. `metadata` is JSON, `preview` the beginning of the first message of a user."""

    thread_id: str
    assistant_id: str
    created_at: int
    updated_at: int
    version: int
    message_count: int
    preview: str | None
    title: str | None
    metadata: str
    active_run: str | None


def stage_assistant(account: str, row: AssistantRow, *, is_default: bool) -> Transaction[bool]:
    """Add an assistant; False if the account or the import has it. Raises IdTaken."""
    found = yield from one("SELECT account_id FROM assistants WHERE assistant_id = ?", row.assistant_id)
    if found is None:
        if is_default:
            is_default = (yield from assistants.default_of(row.account)) is None
        yield from assistants.insert(row, is_default=is_default)
        return True
    if found[0] not in (account, row.account):
        raise _taken("assistant", row.assistant_id, found[0])
    return False


def stage_thread(account: str, staging: str, row: StagedThread) -> Transaction[int | None]:
    """Add a thread; its number, or None if the account or the import has it. Raises IdTaken."""
    found = yield from one(
        "SELECT threads.account_id, assistants.account_id FROM threads"
        " JOIN assistants ON assistants.assistant_id = threads.assistant_id WHERE thread_id = ?",
        row.thread_id,
    )
    if found is not None:
        if found[0] == account and found[1] in (account, staging):
            return None
        raise _taken("thread", row.thread_id, found[1])
    made = yield from one(
        "INSERT INTO threads (thread_id, account_id, assistant_id, created_at, updated_at, version, message_count,"
        " first_user_message, title, metadata, active_run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING thread",
        *(row.thread_id, account, row.assistant_id, row.created_at, row.updated_at, row.version, row.message_count),
        *(row.preview, row.title, row.metadata, row.active_run),
    )
    assert made is not None
    number: int = made[0]
    return number


def stage_messages(thread: int, messages: Sequence[tuple[int, str]]) -> Transaction[None]:
    """Add messages: versions and JSON."""
    for version, body in messages:
        yield from later("INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", thread, version, body)


def stage_file(thread: int, file: ExportedFile) -> Transaction[None]:
    """Add a file. Raises IdTaken."""
    made = yield from one(
        "INSERT INTO files (document_id, thread, version, filename, content_type, content) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        *(file.document_id, thread, file.version, file.filename, file.content_type, file.content),
    )
    if made is None:
        yield from _raise_taken("file", file.document_id, "files", "document_id")


def stage_run(thread: int, run: ExportedRun) -> Transaction[None]:
    """Add a run that waits for tool outputs. Raises IdTaken."""
    made = yield from one(
        "INSERT INTO runs (run_id, thread, status, leg, owner, settings, awaited, asked_at, last_event, started_at,"
        " has_log) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING 1",
        *(run.run_id, thread, RunState.REQUIRES_ACTION, run.leg, run.settings),
        *(run.awaited, run.asked_at, run.last_event, run.started_at),
    )
    if made is None:
        yield from _raise_taken("run", run.run_id, "runs", "run_id")


def publish(account: str, staging: str, placeholders: Mapping[str, str]) -> Transaction[None]:
    """Give everything to the account. Raises IdTaken for an assistant of `placeholders` that is deleted meanwhile."""
    default = yield from assistants.default_of(account)
    if default is not None:
        yield from one("UPDATE assistants SET is_default = 0 WHERE account_id = ?", staging)
    for assistant_id, placeholder in placeholders.items():
        row = yield from one(
            "SELECT 1 FROM assistants WHERE assistant_id = ? AND account_id = ? FOR UPDATE", assistant_id, account
        )
        if row is None:
            raise IdTaken("assistant", assistant_id, "was deleted meanwhile")
        yield from every("UPDATE threads SET assistant_id = ? WHERE assistant_id = ?", assistant_id, placeholder)
        yield from one("DELETE FROM assistants WHERE assistant_id = ?", placeholder)
    yield from one("UPDATE assistants SET account_id = ? WHERE account_id = ?", account, staging)


def _taken(kind: str, identifier: str, account: str) -> IdTaken:
    return IdTaken(kind, identifier, "belongs to another account of this database", deleted=account == "")


def _raise_taken(kind: str, identifier: str, table: str, column: str) -> Transaction[None]:
    row = yield from one(
        f"SELECT assistants.account_id FROM {table} JOIN threads ON threads.thread = {table}.thread"
        f" JOIN assistants ON assistants.assistant_id = threads.assistant_id WHERE {column} = ?",
        identifier,
    )
    deleted = row is not None and row[0] == ""
    raise IdTaken(kind, identifier, "is in the database already, under another thread", deleted=deleted)


_DELETE = "UPDATE assistants SET account_id = '', name = '', is_default = 0, body = '{}' WHERE account_id"


def give_up(staging: str) -> Transaction[None]:
    """Delete the rows of an import."""
    yield from one(f"{_DELETE} = ?", staging)


def give_up_old(before: int) -> Transaction[None]:
    """Delete the rows of all imports that began before a time."""
    yield from one(f"{_DELETE} >= ? AND account_id < ?", STAGING, f"{STAGING}{before:015}")
