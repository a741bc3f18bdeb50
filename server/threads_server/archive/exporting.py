"""The lines of an account."""

import hashlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator

from threads_server.archive.records import FORMAT_VERSION
from threads_server.clock import format_timestamp
from threads_server.encoding import Json, encode
from threads_server.store import Store, exports
from threads_server.store.exports import ExportedRun, ExportedThread


async def export_account(store: Store, account: str) -> AsyncIterator[str]:
    """The lines of an account, read without locks. Each thread is as it was at one moment.

    Assistants and threads that are made meanwhile may be missing. Raises StoreUnavailable.
    """
    digest = hashlib.sha256()

    def line(record: Json) -> str:
        text = encode(record)
        digest.update(text.encode() + b"\n")
        return text

    yield line({"kind": "archive", "version": FORMAT_VERSION, "account": account})
    assistant_ids: set[str] = set()
    after, threads = "", 0
    while found := await store.read_large(exports.assistants_after, account, after):
        for assistant_id, is_default, body in found:
            assistant_ids.add(assistant_id)
            yield line({"kind": "assistant", "is_default": is_default, "assistant": json.loads(body)})
        after = found[-1][0]
    after = ""
    while thread_ids := await store.read_large(exports.threads_after, account, after):
        for thread_id in thread_ids:
            thread = await store.read_snapshot(exports.thread, account, thread_id)
            # deleted since the ids were read, or of an assistant that is newer than the list of them
            if thread is None or thread.assistant_id not in assistant_ids:
                continue
            threads += 1
            yield line(thread_record(thread))
        after = thread_ids[-1]
    yield encode({"kind": "end", "assistants": len(assistant_ids), "threads": threads, "sha256": digest.hexdigest()})


def thread_record(thread: ExportedThread) -> dict[str, Json]:
    """The record of a thread."""
    return {
        "kind": "thread",
        "thread_id": thread.thread_id,
        "assistant_id": thread.assistant_id,
        "created_at": format_timestamp(thread.created_at),
        "updated_at": format_timestamp(thread.updated_at),
        "version": thread.version,
        "title": thread.title,
        "metadata_": json.loads(thread.metadata),
        "messages": [{"version": version, "message": json.loads(body)} for version, body in thread.messages],
        "files": [
            {
                "version": file.version,
                "document_id": file.document_id,
                "filename": file.filename,
                "content_type": file.content_type,
                "content": b64encode(file.content).decode(),
            }
            for file in thread.files
        ],
        "run": None if thread.run is None else _run(thread.run),
    }


def _run(run: ExportedRun) -> Json:
    return {
        "run_id": run.run_id,
        "leg": run.leg,
        "settings": json.loads(run.settings),
        "awaited": json.loads(run.awaited),
        "asked_at": run.asked_at,
        "last_event": run.last_event,
        "started_at": format_timestamp(run.started_at),
    }
