"""A turn: user message -> run -> reply, whole or streamed (docs/architecture.md)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.ids import new_id
from threads_server.runs.live_runs import REMOTE_POLL_INTERVAL_SECONDS, LiveRun, Stop, thread_not_found
from threads_server.runs.message_json import UserMessage, attachment
from threads_server.runs.run_context import RunContext
from threads_server.runs.run_segment import RunSegment
from threads_server.runs.tool_outputs import ToolOutput, output_messages
from threads_server.runs.turn_queue import TurnQueue
from threads_server.runs.turn_settings import TurnSettings, next_settings, settings_json
from threads_server.runs.unsupported_fields import with_unsupported
from threads_server.store import idempotency_keys, runs
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import IdempotencyRequest, Replay
from threads_server.store.threads import NewMessage, preview
from threads_server.store.turns import FileRow, NewRun, NewTurn

T = TypeVar("T")


@dataclass(slots=True)
class SendMessage:
    """A message to send. Not frozen: it has many fields, and one is made for each message.

    `fresh_assistant` becomes the account's default assistant if the message names neither thread nor assistant and
    there is no default yet. `files` are listed as its attachments; `unsupported` are the fields without effect.
    `check_version` raises unless the thread has the version that the caller expects.
    """

    account: str
    thread_id: str | None
    assistant_id: str | None
    fresh_assistant: AssistantRow | None
    content: str
    files: Sequence[FileRow]
    metadata: dict[str, Any] | None
    streamed: bool
    send_to_llm: bool
    settings: TurnSettings
    tools: Sequence[dict[str, Any]] | None
    unsupported: list[str]
    idempotency: IdempotencyRequest | None
    check_version: Callable[[int], None] | None


@dataclass(frozen=True, slots=True)
class SubmitToolOutputs:
    """Tool outputs to submit, to the thread's waiting run if none is named; `unsupported` as in SendMessage."""

    account: str
    thread_id: str
    run_id: str | None
    outputs: Sequence[tuple[str, str]]
    tools: Sequence[dict[str, Any]] | None
    thinking: dict[str, Any] | None
    streamed: bool
    unsupported: list[str]
    idempotency: IdempotencyRequest | None


@dataclass(frozen=True, slots=True)
class TurnBody:
    """A finished turn as JSON, and the thread's version after it. `replayed`: under an Idempotency-Key used before."""

    body: str
    version: int | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class TurnEvents:
    """The events of a streamed turn, in batches, each event with its number if it has one."""

    events: AsyncIterator[Sequence[tuple[int | None, str]]]
    replayed: bool = False


TurnResult: TypeAlias = TurnBody | TurnEvents


class Turns:
    """The turns of this process."""

    def __init__(self, context: RunContext, owner: str, busy_wait: float) -> None:
        """`owner` names this process in its runs; `busy_wait` is how many seconds a message waits for its thread."""
        self._context = context
        self._owner = owner
        self.queue = TurnQueue(context.store, context.queues, busy_wait)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def send(self, message: SendMessage) -> TurnResult:
        """Store a message and, unless told otherwise, have it answered. Raises HTTPError and StoreUnavailable."""
        try:
            if not message.send_to_llm:
                return await self._complete(self._store_message(message))
            live = await self._complete(self._begin_run(message))
        except Replay as replay:
            return await self._replay(replay)
        return await self._answer(live, streamed=message.streamed)

    async def submit(self, outputs: SubmitToolOutputs) -> TurnResult:
        """Give a run the outputs it waits for and let it go on. Raises HTTPError and StoreUnavailable."""
        try:
            live = await self._complete(self._continue_run(outputs))
        except Replay as replay:
            return await self._replay(replay)
        return await self._answer(live, streamed=outputs.streamed)

    def thread_deleted(self, account: str, thread_id: str) -> None:
        """Stop the run of a thread that was deleted, and wake the messages that wait for it."""
        for live in self._context.runs.of_thread(thread_id):
            live.stop(Stop.DELETED)
        self._context.queues.notify((account, thread_id))

    async def close(self) -> None:
        """Refuse the messages that wait for a thread, and end every run of this process as failed."""
        self.queue.close()
        await self._context.runs.stop_all()

    async def _store_message(self, message: SendMessage) -> TurnResult:
        user_message, turn = _new_turn(message, run=None)
        thread = await self.queue.begin(turn)
        if message.streamed:
            return TurnEvents(_unnumbered(user_message.events(thread.thread_id, thread.assistant_id)))
        return TurnBody(user_message.turn(thread.thread_id, thread.assistant_id), thread.version)

    async def _begin_run(self, message: SendMessage) -> LiveRun:
        run = NewRun(f"run_{new_id()}", self._owner, settings_json(message.settings))
        user_message, turn = _new_turn(message, run)
        live = LiveRun(
            *(message.account, run.run_id, turn.fresh_thread_id),
            segment=1,
            first=1,
            request_size=len(message.content),
        )
        await self._check_room(message.account, live.request_size, message.idempotency)
        with self._context.runs.starting(live):
            thread = await self.queue.begin(turn)
            segment = RunSegment(
                *(self._context, live, message.account, thread, message.settings, message.tools),
                message="Message added",
                unsupported=message.unsupported,
                streamed=message.streamed,
            )
            notice = user_message.message if message.unsupported else None
            segment.start(
                live.events.user_message(thread.assistant_id, user_message.message_id, user_message.content, notice),
                live.events.started(),
            )
        return live

    async def _continue_run(self, outputs: SubmitToolOutputs) -> LiveRun:
        self.queue.check_open()
        size = sum(len(output) for _, output in outputs.outputs)
        await self._check_room(outputs.account, size, outputs.idempotency)
        moment = now()
        given = [ToolOutput(call_id, output, new_id()) for call_id, output in outputs.outputs]
        run = await self._context.store.write(
            runs.begin_segment,
            *(outputs.account, outputs.thread_id, outputs.run_id),
            partial(output_messages, outputs=given, created_at=moment),
            idempotency=outputs.idempotency,
            streamed=outputs.streamed,
            owner=self._owner,
            now=moment,
        )
        live = LiveRun(outputs.account, run.run_id, outputs.thread_id, run.segment, run.last_event + 1, size)
        self._context.runs.add(live)
        segment = RunSegment(
            *(self._context, live, outputs.account, run.thread, next_settings(run.settings, outputs.thinking)),
            outputs.tools,
            message="Tool outputs submitted",
            unsupported=outputs.unsupported,
            streamed=outputs.streamed,
        )
        segment.start()
        return live

    async def _check_room(self, account: str, size: int, idempotency: IdempotencyRequest | None) -> None:
        """Raise HTTPError 429 or 503 for a run too many; but Replay, which needs no room, under a used key."""
        try:
            self._context.runs.check_room(account, size)
        except HTTPError:
            if idempotency is not None:
                await self._context.store.read(idempotency_keys.raise_replay, idempotency, now())
            raise

    async def _answer(self, live: LiveRun, *, streamed: bool) -> TurnResult:
        if streamed:
            return TurnEvents(self._context.runs.follow_segment(live))
        outcome = await asyncio.shield(live.outcome)
        return TurnBody(outcome.answer, outcome.version)

    async def _replay(self, replay: Replay) -> TurnResult:
        """Answer with what the key began before: finished, or joined while it is under way."""
        stored = replay.stored
        if stored.streamed:
            if stored.run_id is None or stored.first_event is None:  # the message was only stored
                return TurnEvents(_unnumbered(stored.body or ""), replayed=True)
            events = self._context.runs.follow(stored.run_id, stored.first_event - 1, one_segment=True)
            return TurnEvents(events, replayed=True)
        while stored.body is None:
            live = self._context.runs.get(stored.run_id or "")
            if live is not None and live.first == stored.first_event:
                outcome = await asyncio.shield(live.outcome)
                return TurnBody(outcome.answer, outcome.version, replayed=True)
            await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)
            found = await self._context.store.read(idempotency_keys.find_response, replay.request, now())
            if found is None:
                raise thread_not_found()
            stored = found
        return TurnBody(stored.body, stored.version, replayed=True)

    async def _complete(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work to its end even if the caller is cancelled: a run that the store has begun needs its task."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._completed)
        try:
            return await asyncio.shield(task)
        finally:
            del task  # its error would hold this frame, and this frame the error

    def _completed(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # mark it as retrieved: the caller may be gone


def _new_turn(message: SendMessage, run: NewRun | None) -> tuple[UserMessage, NewTurn]:
    user_message = UserMessage(
        message.content,
        message.metadata,
        [attachment(file) for file in message.files],
        with_unsupported("Message added", message.unsupported),
        created_at=now(),
    )
    turn = NewTurn(
        account=message.account,
        thread_id=message.thread_id,
        assistant_id=message.assistant_id,
        fresh_thread_id=message.thread_id or new_id(),
        fresh_assistant=message.fresh_assistant,
        message=NewMessage(user_message.text(), preview(message.content)),
        files=message.files,
        run=run,
        stored_response=user_message.events if message.streamed else user_message.turn,
        idempotency=message.idempotency,
        streamed=message.streamed,
        check_version=message.check_version,
        now=user_message.created_at,
    )
    return user_message, turn


async def _unnumbered(lines: str) -> AsyncIterator[list[tuple[None, str]]]:
    yield [(None, line) for line in lines.split("\n")]
