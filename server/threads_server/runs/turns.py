"""A turn: user message -> run -> reply, whole or streamed, and everything that can come between."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from threads_server.clock import new_id, now
from threads_server.encoding import Json, encode
from threads_server.http.etags import tag
from threads_server.http.idempotency import REPLAYED, replay_headers
from threads_server.http.responses import Event, EventStream, Response
from threads_server.openapi import Upload
from threads_server.operations.assistant_json import DEFAULT_NAME, new_assistant
from threads_server.runs.live_runs import REMOTE_POLL_INTERVAL_SECONDS, LiveRun, Stop, gone
from threads_server.runs.message_json import ToolOutput, UserMessage
from threads_server.runs.run_segment import RunContext, RunSegment, TurnSettings
from threads_server.runs.turn_queue import TurnQueue
from threads_server.runs.unsupported_fields import with_unsupported
from threads_server.store import idempotency_keys
from threads_server.store import runs as kept
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import IdempotencyRequest, Replay
from threads_server.store.threads import NewMessage, ThreadRow, preview
from threads_server.store.turns import FileRow, NewRun, NewTurn, begin_turn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message to be sent. `files` are listed as its attachments; `unsupported` names what this server does not do."""

    account: str
    thread_id: str | None
    assistant_id: str | None
    content: str
    files: Sequence[Upload]
    metadata: dict[str, Any] | None
    streamed: bool
    send_to_llm: bool
    settings: TurnSettings
    tools: Sequence[dict[str, Any]] | None
    unsupported: list[str]
    claim: IdempotencyRequest | None
    if_match: str | None


@dataclass(frozen=True, slots=True)
class SubmitToolOutputs:
    """Tool outputs to be submitted, to the run that waits if none is named; `unsupported` is as in Sending."""

    account: str
    thread_id: str
    run_id: str | None
    outputs: Sequence[tuple[str, str]]
    tools: Sequence[dict[str, Any]] | None
    thinking: dict[str, Any] | None
    streamed: bool
    unsupported: list[str]
    claim: IdempotencyRequest | None


class Turns:
    """The turns of this process."""

    def __init__(
        self, context: RunContext, owner: str, busy_wait: float, assistant_defaults: Mapping[str, Any]
    ) -> None:
        """`owner` names this process in its runs; `busy_wait` is how many seconds a message waits for its thread."""
        self._context = context
        self._owner = owner
        self._order = TurnQueue(context.store, context.lines, owner, busy_wait)
        self._assistant_defaults = assistant_defaults
        self._beginning: set[asyncio.Task[Any]] = set()

    async def send(self, sending: SendMessage) -> Response | EventStream:
        """Stores a message and, unless told otherwise, has it answered. Raises HTTPError and StoreUnavailable."""
        try:
            return await self._send(sending)
        except Replay as already:
            return await self._replay(already)

    async def submit(self, outputs: SubmitToolOutputs) -> Response | EventStream:
        """Gives a run the outputs it waits for and lets it go on. Raises HTTPError and StoreUnavailable."""
        try:
            return await self._submit(outputs)
        except Replay as already:
            return await self._replay(already)

    async def _replay(self, already: Replay) -> Response | EventStream:
        """Answers with what the key began before: finished, or joined while it is under way."""
        found = already.stored
        if found.streamed:
            if found.run_id is None or found.first_event is None:  # the message was only stored
                return EventStream(_stored_events(found.body or ""), REPLAYED)
            events = self._context.runs.follow(found.run_id, found.first_event - 1, one_segment=True)
            return EventStream(events, REPLAYED)
        while found.body is None:
            live = self._context.runs.get(found.run_id or "")
            if live is not None and live.first == found.first_event:
                outcome = await asyncio.shield(live.outcome)
                return Response(outcome.answer.encode(), headers=replay_headers(outcome.version))
            await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)
            again = await self._context.store.read(idempotency_keys.find_response, already.request, now())
            if again is None:
                raise gone()
            found = again
        return Response(found.body.encode(), headers=replay_headers(found.version))

    async def _send(self, sending: SendMessage) -> Response | EventStream:
        files = [FileRow(new_id(), file.filename, file.content_type, file.data) for file in sending.files]
        said = UserMessage(
            sending.content,
            sending.metadata,
            [_attachment(file) for file in files],
            with_unsupported("Message added", sending.unsupported),
            created_at=now(),
        )
        turn = NewTurn(
            account=sending.account,
            thread_id=sending.thread_id,
            assistant_id=sending.assistant_id,
            fresh_thread_id=new_id() if sending.thread_id is None else sending.thread_id,
            fresh_assistant=self._default_assistant(sending),
            message=NewMessage(said.text(), preview(said.content)),
            files=files,
            run=NewRun(f"run_{new_id()}", self._owner, _settings_text(sending.settings))
            if sending.send_to_llm
            else None,
            stored_answer=said.events if sending.streamed else said.turn,
            claim=sending.claim,
            streamed=sending.streamed,
            if_match=sending.if_match,
            now=said.created_at,
        )
        if turn.run is None:
            thread = await self._order.begin(turn, lambda turn: self._context.store.write(begin_turn, turn))
            if sending.streamed:
                return EventStream(_stored_events(said.events(thread.thread_id, thread.assistant_id)))
            answer = said.turn(thread.thread_id, thread.assistant_id)
            return Response(answer.encode(), headers={"ETag": tag(thread.version)})

        live = LiveRun(turn.run.run_id, turn.fresh_thread_id, 1, 1)

        async def begin(turn: NewTurn) -> ThreadRow:
            thread = await self._context.store.write(begin_turn, turn)
            self._context.runs.add(live)  # again, if the caller has left meanwhile: it must be found to be cancelled
            leg = RunSegment(
                *(self._context, live, sending.account, thread, sending.settings, sending.tools),
                message="Message added",
                unsupported=sending.unsupported,
                streamed=sending.streamed,
            )
            unsupported = said.message if sending.unsupported else None
            leg.start(
                live.events.user_message(thread.assistant_id, said.message_id, said.content, unsupported),
                live.events.started(),
            )
            return thread

        await self._live(live, lambda: self._order.begin(turn, lambda turn: self._through(begin(turn))))
        return await self._answer(live, streamed=sending.streamed)

    def _default_assistant(self, sending: SendMessage) -> AssistantRow | None:
        """The assistant that a message without a thread and an assistant makes, if its account has no default yet."""
        if sending.thread_id is not None or sending.assistant_id is not None:
            return None
        return new_assistant(sending.account, {**self._assistant_defaults, "name": DEFAULT_NAME})

    async def _submit(self, outputs: SubmitToolOutputs) -> Response | EventStream:
        given = [ToolOutput(call_id, output, new_id()) for call_id, output in outputs.outputs]
        store = self._context.store

        async def begin() -> LiveRun:
            run = await store.write(
                kept.begin_segment,
                *(outputs.account, outputs.thread_id, outputs.run_id, given),
                claim=outputs.claim,
                streamed=outputs.streamed,
                owner=self._owner,
                now=now(),
            )
            live = LiveRun(run.run_id, outputs.thread_id, run.leg, run.last_event + 1)
            self._context.runs.add(live)
            settings = TurnSettings(**{**json.loads(run.settings), "thinking": outputs.thinking})
            leg = RunSegment(
                *(self._context, live, outputs.account, run.thread, settings, outputs.tools),
                message="Tool outputs submitted",
                unsupported=outputs.unsupported,
                streamed=outputs.streamed,
            )
            leg.start()
            return live

        live = await self._through(begin())
        return await self._answer(live, streamed=outputs.streamed)

    async def _live(self, live: LiveRun, begin: Callable[[], Awaitable[ThreadRow]]) -> None:
        """Begins a run that can be found by others from the moment its row is there."""
        self._context.runs.add(live)
        try:
            await begin()
        except BaseException:
            if live.task is None:
                self._context.runs.remove(live)
            raise

    async def _answer(self, live: LiveRun, *, streamed: bool) -> Response | EventStream:
        if streamed:
            return EventStream(live.follow(0))
        outcome = await asyncio.shield(live.outcome)
        return Response(outcome.answer.encode(), headers={"ETag": tag(outcome.version)})

    async def _through(self, begin: Coroutine[Any, Any, T]) -> T:
        """Does something whole even if its caller is cancelled: what the store has begun must have its task."""
        task = asyncio.get_running_loop().create_task(begin)
        self._beginning.add(task)  # the loop itself would not keep it
        task.add_done_callback(self._begun)
        try:
            return await asyncio.shield(task)
        finally:
            del task  # with it, its error would hold this frame, and this frame the error

    def _begun(self, task: "asyncio.Task[Any]") -> None:
        self._beginning.discard(task)
        if not task.cancelled():
            task.exception()  # it counts as seen: whoever waited for it may be gone

    def deleted(self, account: str, thread_id: str) -> None:
        """A thread is gone: its run in this process stops, and those in line for it learn of it."""
        for live in self._context.runs.of_thread(thread_id):
            live.stop(Stop.DELETED)
        self._context.lines.move((account, thread_id))


def _settings_text(settings: TurnSettings) -> str:
    return "{}" if settings == TurnSettings() else encode(asdict(settings))


def _attachment(file: FileRow) -> Json:
    return {
        "document_id": file.document_id,
        "filename": file.filename,
        "status": "indexed",
        "file_size_bytes": len(file.content),
        "summary": None,
    }


async def _stored_events(lines: str) -> AsyncIterator[list[Event]]:
    yield [(None, line) for line in lines.split("\n")]
