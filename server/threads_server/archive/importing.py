"""An archive taken into an account: all of it, or nothing."""

import hashlib
import logging
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from threads_server.archive.errors import BadArchive
from threads_server.archive.new_ids import NewIds
from threads_server.archive.records import RecordReader, milliseconds
from threads_server.clock import now
from threads_server.encoding import counted, encode
from threads_server.ids import new_id
from threads_server.store import Store, StoreUnavailable, imports, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.clearing import clear_deleted
from threads_server.store.exports import ExportedFile, ExportedRun
from threads_server.store.imports import STAGING, IdTaken, StagedThread
from threads_server.store.transaction import Transaction, one

MAX_MESSAGES = 200
"""Messages that one transaction adds."""
MAX_CHARACTERS = 1_000_000
"""Characters of messages after which no more are added in one transaction."""

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("threads_server")


async def import_account(store: Store, account: str, lines: Iterable[bytes], *, keep_ids: bool = False) -> Counter[str]:
    """Take an archive into an account; how many assistants and threads were not there before.

    Something whose id the account has stays as it is. An archive of another account gets new ids, unless they are to
    be kept; then it is an error if another account of the database has one. Nothing is imported if the archive is cut
    short or damaged, or has a line that is wrong. Raises BadArchive, StoreUnavailable.
    """
    task = _Import(store, account, keep_ids=keep_ids)
    try:
        return await task.run(lines)
    except BaseException:
        with suppress(StoreUnavailable):  # then a server removes it later
            await store.write(imports.give_up, task.staging)
            await clear_deleted(store)
        raise


def check_archive(lines: Iterable[bytes]) -> None:
    """Check that an archive can be taken into an empty database, before there is one. Raises BadArchive."""
    archive = _Archive(lines)
    seen: set[str] = set()
    for record in archive.records():
        if record["kind"] == "assistant":
            seen.add(record["assistant"]["assistant_id"])
        if record["kind"] != "thread" or record["thread_id"] in seen:
            continue
        if record["assistant_id"] not in seen:
            raise BadArchive(f"line {archive.number}: the account has no assistant {record['assistant_id']}")
        seen.add(record["thread_id"])
        ids = [file["document_id"] for file in record["files"]]
        for identifier in ids if record["run"] is None else [*ids, record["run"]["run_id"]]:
            if identifier in seen:
                raise BadArchive(f"line {archive.number}: {identifier} is the id of something else as well")
            seen.add(identifier)


class _Archive:
    """The lines of an archive as they are read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self._reader = RecordReader()
        self.number = 0
        """The number of the line that was read last."""
        self.read: Counter[str] = Counter()
        """How many records of each kind were read."""

    @property
    def has_end(self) -> bool:
        """Whether the line with counts and digest was read."""
        return self.read["end"] > 0

    def records(self) -> Iterator[dict[str, Any]]:
        """The records but for the last one, which has to fit what was read. Raises BadArchive."""
        digest = hashlib.sha256()
        for line in self._lines:
            self.number += 1
            if not line.strip():
                continue
            try:
                record = self._reader.read(line)
                self._check_place(record, digest.hexdigest())
            except BadArchive as error:
                raise BadArchive(f"line {self.number}: {error}") from error
            self.read[record["kind"]] += 1
            digest.update(line.rstrip(b"\r\n") + b"\n")
            if record["kind"] != "end":
                yield record
        if not self.read:
            raise BadArchive("it is empty")
        if self.read["archive"] and not self.has_end:
            raise BadArchive(f"line {self.number}: the archive is cut short: its last line is missing")

    def _check_place(self, record: dict[str, Any], digest: str) -> None:
        if self.has_end:
            raise BadArchive("it comes after the last one")
        if record["kind"] == "archive" and self.read:
            raise BadArchive("it is not the first one")
        if record["kind"] != "end":
            return
        for kind in ("assistant", "thread"):
            if record[f"{kind}s"] != self.read[kind]:
                raise BadArchive(f"{kind}s: there are {self.read[kind]}, and not {record[f'{kind}s']}")
        if record["sha256"] != digest:
            raise BadArchive("sha256: the archive was changed or damaged")


class _Import:
    def __init__(self, store: Store, account: str, *, keep_ids: bool) -> None:
        self.staging = f"{STAGING}{now():015}-{new_id()}"
        self._store = store
        self._account = account
        self._keep_ids = keep_ids
        self._new_ids: NewIds | None = None
        self._assistants: set[str] = set()
        """The assistants of the import that were not there before."""
        self._placeholders: dict[str, str] = {}
        """For assistants of the account, the assistants that have their threads until the end."""
        self._added: Counter[str] = Counter()

    async def run(self, lines: Iterable[bytes]) -> Counter[str]:
        archive = _Archive(lines)
        for record in archive.records():
            try:
                if record["kind"] != "archive":
                    await self._add(record)
                elif record["account"] != self._account and not self._keep_ids:
                    self._new_ids = NewIds()
            except (BadArchive, IdTaken) as error:
                raise BadArchive(f"line {archive.number}: {error}") from error
        if not archive.has_end:
            log.warning("the archive has no counts and no digest, as version 0.1.0 wrote it: it may be cut short")
        try:
            await self._store.write(imports.publish, self._account, self.staging, self._placeholders)
        except IdTaken as error:
            raise BadArchive(str(error)) from error
        present = archive.read["thread"] - self._added["thread"]
        if present:
            log.warning(
                "already in the account, and left as it is there, without what is newer in the archive: %s",
                counted(present, "thread"),
            )
        return self._added

    async def _add(self, record: dict[str, Any]) -> None:
        if self._new_ids is not None:
            record = self._new_ids.replace(record)
        added = await (self._add_assistant(record) if record["kind"] == "assistant" else self._add_thread(record))
        self._added[record["kind"]] += added

    async def _write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a transaction, and again when what was deleted no longer has an id that it needs."""
        try:
            return await self._store.write(transaction, *args, **kwargs)
        except IdTaken as error:
            if not error.deleted:
                raise
        await clear_deleted(self._store)
        return await self._store.write(transaction, *args, **kwargs)

    async def _add_assistant(self, record: dict[str, Any]) -> bool:
        body = record["assistant"]
        row = AssistantRow(
            body["assistant_id"], self.staging, body["name"], milliseconds(body["created_at"]), encode(body)
        )
        added = await self._write(imports.stage_assistant, self._account, row, is_default=record["is_default"])
        if added:
            self._assistants.add(row.assistant_id)
        return added

    async def _add_thread(self, record: dict[str, Any]) -> bool:
        messages, run = record["messages"], record["run"]
        row = StagedThread(
            thread_id=record["thread_id"],
            assistant_id=await self._parent(record["assistant_id"]),
            created_at=milliseconds(record["created_at"]),
            updated_at=milliseconds(record["updated_at"]),
            version=record["version"],
            message_count=len(messages),
            preview=_preview(messages),
            title=record["title"],
            metadata=encode(record["metadata_"]),
            active_run=None if run is None else run["run_id"],
        )
        thread = await self._write(imports.stage_thread, self._account, self.staging, row)
        if thread is None:
            return False
        for piece in _pieces(messages):
            await self._store.write(imports.stage_messages, thread, piece)
        for file in record["files"]:
            content = b64decode(file["content"])
            staged = ExportedFile(file["version"], file["document_id"], file["filename"], file["content_type"], content)
            await self._write(imports.stage_file, thread, staged)
        if run is not None:
            awaiting = ExportedRun(
                run_id=run["run_id"],
                leg=run["leg"],
                settings=encode(run["settings"]),
                awaited=encode(run["awaited"]),
                asked_at=run["asked_at"],
                last_event=run["last_event"],
                started_at=milliseconds(run["started_at"]),
            )
            await self._write(imports.stage_run, thread, awaiting)
        return True

    async def _parent(self, assistant_id: str) -> str:
        """The assistant of the import that a thread belongs to."""
        if assistant_id in self._assistants:
            return assistant_id
        if assistant_id not in self._placeholders:
            found = await self._store.read(
                one, "SELECT 1 FROM assistants WHERE assistant_id = ? AND account_id = ?", assistant_id, self._account
            )
            if found is None:
                raise BadArchive(f"the account has no assistant {assistant_id}")
            row = AssistantRow(new_id(), self.staging, "", 0, "{}")
            await self._store.write(imports.stage_assistant, self._account, row, is_default=False)
            self._placeholders[assistant_id] = row.assistant_id
        return self._placeholders[assistant_id]


def _preview(messages: Sequence[dict[str, Any]]) -> str | None:
    for entry in messages:
        if entry["message"]["role"] == "user" and (preview := threads.preview(entry["message"]["content"])):
            return preview
    return None


def _pieces(messages: Sequence[dict[str, Any]]) -> Iterator[list[tuple[int, str]]]:
    piece: list[tuple[int, str]] = []
    characters = 0
    for entry in messages:
        body = encode(entry["message"])
        piece.append((entry["version"], body))
        characters += len(body)
        if len(piece) >= MAX_MESSAGES or characters >= MAX_CHARACTERS:
            yield piece
            piece, characters = [], 0
    if piece:
        yield piece
