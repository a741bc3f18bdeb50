"""Everything of an account as lines of JSON, and back: for a move to another database, and for keeping.

One line for each assistant, then one for each thread, whole: its history, its files, and its run if that waits for tool
outputs. Ids, times and the order of messages stay. Keys, event logs and answers kept for a repeated request do not
travel; a run that is under way does not either, but the message that it works on does.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from threads_server.clock import format_timestamp
from threads_server.encoding import encode
from threads_server.openapi import Contract
from threads_server.openapi.schemas import compile_schema
from threads_server.openapi.strict_json import NotJson, decode_json
from threads_server.openapi.validation_errors import find_errors
from threads_server.runs.states import RunState
from threads_server.store import Store, assistants, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.transaction import Row, Transaction, every, one

PAGE = 1000  # ids that are read at a time
LINE_LEVELS = 3  # arrays and objects around what is the top of a request's body
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class BadArchive(Exception):
    """A line that cannot be taken in; the text names it and says why. The lines before it are in the database."""


async def export_account(store: Store, account: str) -> AsyncIterator[str]:
    """The lines of an account. Each thread is as it was at one moment; one that is made meanwhile may be missing."""
    after = ""
    while found := await store.read_large(_assistants_after, account, after):
        for _, is_default, body in found:
            yield encode({"kind": "assistant", "is_default": bool(is_default), "assistant": json.loads(body)})
        after = found[-1][0]
    after = ""
    while thread_ids := await store.read_large(_threads_after, account, after):
        for thread_id in thread_ids:
            line = await store.write(_export_thread, account, thread_id)
            if line is not None:
                yield line
        after = thread_ids[-1]


async def import_account(store: Store, account: str, lines: Iterable[bytes]) -> Counter[str]:
    """Takes lines into an account; gives how many of each kind were not there before.

    What is there already stays as it is, so that the same archive can be taken in again. Raises BadArchive for a line
    that is none, that the document would not let the server send, or whose ids another account has.
    """
    form = _Form()
    added: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = form.read(line)
            take_in = _import_assistant if record["kind"] == "assistant" else _import_thread
            added[record["kind"]] += await store.write(take_in, account, record)
        except BadArchive as error:
            raise BadArchive(f"line {number}: {error}") from error
    return added


def _assistants_after(account: str, after: str) -> Transaction[list[tuple[str, int, str]]]:
    rows = yield from every(
        "SELECT assistant_id, is_default, body FROM assistants WHERE account_id = ? AND assistant_id > ?"
        " ORDER BY assistant_id LIMIT ?",
        *(account, after, PAGE),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _threads_after(account: str, after: str) -> Transaction[list[str]]:
    rows = yield from every(
        f"SELECT thread_id FROM threads WHERE account_id = ? AND thread_id > ? AND {threads.LIVE}"
        " ORDER BY thread_id LIMIT ?",
        *(account, after, PAGE),
    )
    return [row[0] for row in rows]


def _export_thread(account: str, thread_id: str) -> Transaction[str | None]:
    row = yield from one(
        "SELECT thread, assistant_id, created_at, updated_at, version, title, metadata, active_run FROM threads"
        f" WHERE thread_id = ? AND account_id = ? AND {threads.LIVE} FOR UPDATE",
        *(thread_id, account),
    )
    if row is None:
        return None  # deleted since the ids were read
    thread, assistant_id, created_at, updated_at, version, title, metadata, active_run = row
    messages = yield from every("SELECT version, body FROM messages WHERE thread = ? ORDER BY version", thread)
    files = yield from every(
        "SELECT version, document_id, filename, content_type, content FROM files WHERE thread = ?"
        " ORDER BY version, document_id",
        thread,
    )
    waiting = yield from every(
        "SELECT run_id, leg, settings, awaited, asked_at, last_event, started_at FROM runs"
        " WHERE run_id = ? AND status = ?",
        *(active_run, RunState.REQUIRES_ACTION),
    )
    return encode(
        {
            "kind": "thread",
            "thread_id": thread_id,
            "assistant_id": assistant_id,
            "created_at": format_timestamp(created_at),
            "updated_at": format_timestamp(updated_at),
            "version": version,
            "title": title,
            "metadata_": json.loads(metadata),
            "messages": [{"version": number, "message": json.loads(body)} for number, body in messages],
            "files": [
                {
                    "version": number,
                    "document_id": document_id,
                    "filename": filename,
                    "content_type": content_type,
                    "content": b64encode(content).decode(),
                }
                for number, document_id, filename, content_type, content in files
            ],
            "run": next(
                (
                    {
                        "run_id": run_id,
                        "leg": leg,
                        "settings": json.loads(settings),
                        "awaited": json.loads(awaited),
                        "asked_at": asked_at,
                        "last_event": last_event,
                        "started_at": format_timestamp(started_at),
                    }
                    for run_id, leg, settings, awaited, asked_at, last_event, started_at in waiting
                ),
                None,
            ),
        }
    )


def _import_assistant(account: str, record: dict[str, Any]) -> Transaction[int]:
    body = record["assistant"]
    owner = yield from one("SELECT account_id FROM assistants WHERE assistant_id = ?", body["assistant_id"])
    if owner is not None:
        _check_owner(owner[0], account, "assistant", body["assistant_id"])
        return 0
    default = yield from assistants.default_of(account)
    row = AssistantRow(body["assistant_id"], account, body["name"], _milliseconds(body["created_at"]), encode(body))
    yield from assistants.insert(row, is_default=record["is_default"] and default is None)
    return 1


def _import_thread(account: str, record: dict[str, Any]) -> Transaction[int]:
    owner = yield from one("SELECT account_id FROM threads WHERE thread_id = ?", record["thread_id"])
    if owner is not None:
        _check_owner(owner[0], account, "thread", record["thread_id"])
        return 0
    parent = yield from one(
        "SELECT 1 FROM assistants WHERE assistant_id = ? AND account_id = ?", record["assistant_id"], account
    )
    if parent is None:
        raise BadArchive(f"the account has no assistant {record['assistant_id']}")
    created_at = _milliseconds(record["created_at"])
    row = yield from threads.insert(account, record["thread_id"], record["assistant_id"], created_at)
    shown = None
    for entry in record["messages"]:
        message = entry["message"]
        if message["role"] == "user":
            shown = shown or threads.preview(message.get("content") or "")
        yield from one(
            "INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)",
            *(row.thread, entry["version"], encode(message)),
        )
    for file in record["files"]:
        kept = yield from one(
            "INSERT INTO files (document_id, thread, version, filename, content_type, content)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            *(file["document_id"], row.thread, file["version"], file["filename"], file["content_type"]),
            b64decode(file["content"]),
        )
        _check_kept(kept, "file", file["document_id"])
    run = record["run"]
    if run is not None:
        kept = yield from one(
            "INSERT INTO runs (run_id, thread, status, leg, owner, settings, awaited, asked_at, last_event, started_at,"
            " has_log) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING 1",
            *(run["run_id"], row.thread, RunState.REQUIRES_ACTION, run["leg"], encode(run["settings"])),
            *(encode(run["awaited"]), run["asked_at"], run["last_event"], _milliseconds(run["started_at"])),
        )
        _check_kept(kept, "run", run["run_id"])
    yield from one(
        "UPDATE threads SET updated_at = ?, version = ?, message_count = ?, first_user_message = ?, title = ?,"
        " metadata = ?, active_run = ? WHERE thread = ?",
        *(_milliseconds(record["updated_at"]), record["version"], len(record["messages"])),
        *(shown, record["title"], encode(record["metadata_"])),
        *(None if run is None else run["run_id"], row.thread),
    )
    return 1


def _check_owner(owner: str, account: str, kind: str, identifier: str) -> None:
    if owner != account:
        raise BadArchive(f"{kind} {identifier} belongs to another account of this database")


def _check_kept(kept: Row | None, kind: str, identifier: str) -> None:
    if kept is None:
        raise BadArchive(f"{kind} {identifier} is in the database already, under another thread")


def _milliseconds(timestamp: str) -> int:
    return round(datetime.fromisoformat(timestamp).timestamp() * 1000)


class _Form:
    """What a line must look like: this module's own form around the document's Assistant and Message."""

    def __init__(self) -> None:
        def text(**more: Any) -> dict[str, Any]:
            return {"type": "string", **more}

        def record(optional: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
            return {"type": "object", "required": list(fields), "properties": {**fields, **(optional or {})}}

        number = {"type": "integer", "minimum": 1}
        uuid, moment = text(format="uuid"), text(format="date-time")
        message = record(version=number, message={"$ref": "#/components/schemas/Message"})
        file = record(
            version=number, document_id=uuid, filename=text(), content_type=text(), content=text(pattern=_BASE64)
        )
        run = record(
            run_id={"$ref": "#/components/schemas/RunId"},
            leg=number,
            settings={"type": "object"},
            awaited={"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/ToolCall"}},
            asked_at=number,
            last_event={"type": "integer", "minimum": 0},
            started_at=moment,
        )
        document = Contract.read().document
        self._levels = document.limits.json_levels + LINE_LEVELS
        self._kinds = {
            "assistant": compile_schema(
                document,
                record(is_default={"type": "boolean"}, assistant={"$ref": "#/components/schemas/Assistant"}),
            ),
            "thread": compile_schema(
                document,
                record(
                    thread_id=uuid,
                    assistant_id=uuid,
                    created_at=moment,
                    updated_at=moment,
                    version=number,
                    title={"type": ["string", "null"]},
                    metadata_={"type": "object"},
                    messages={"type": "array", "items": message},
                    files={"type": "array", "items": file},
                    run={"oneOf": [run, {"type": "null"}]},
                ),
            ),
        }

    def read(self, line: bytes) -> dict[str, Any]:
        """The record on a line. Raises BadArchive."""
        try:
            record = decode_json(line, self._levels)
        except NotJson as error:
            raise BadArchive(f"it is not JSON: {error}") from error
        kind = record.get("kind") if isinstance(record, dict) else None
        validator = self._kinds.get(kind) if isinstance(kind, str) else None
        if validator is None:
            raise BadArchive("it is neither an assistant nor a thread")
        for fault in find_errors(validator, record, max_nodes=0):
            raise BadArchive(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        assert isinstance(record, dict)
        versions = [entry["version"] for entry in record.get("messages", [])]
        if versions != sorted(set(versions)) or (versions and versions[-1] > record["version"]):
            raise BadArchive("the versions of its messages do not grow up to the thread's")
        return record
