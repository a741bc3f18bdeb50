"""One leg of a run: the responder is asked, its pieces become events, and the end is written."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threads_server.clock import new_id, now
from threads_server.encoding import Json
from threads_server.responders import (
    Conversation,
    FinishReason,
    ModelUsage,
    ReasoningDelta,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.runs.history import History, answered_files
from threads_server.runs.live_runs import EventLog, LiveRun, Outcome, Runs, Stop, gone
from threads_server.runs.message_json import Model, Reply
from threads_server.runs.states import RunState
from threads_server.runs.unsupported_fields import with_unsupported
from threads_server.runs.wait_queues import WaitQueues
from threads_server.store import Store, StoreUnavailable, assistants, threads
from threads_server.store import runs as kept
from threads_server.store.runs import Ending
from threads_server.store.threads import NewMessage, ThreadRow

LARGE_THREAD = 500  # messages; the history of a longer thread is read aside
FAIL_WAITERS_AFTER = 3  # attempts to write an end, after which those who wait for it are told that the store is away
REASONING_BATCH_DIVISOR = 32  # a part of all thoughts so far that is sent at once, one in so many
LOG_INTERVAL_SECONDS = 0.25  # seconds between two writes of a run's events while it goes on; its end writes the rest
YIELD_EVERY = 256  # pieces after which a responder that never waits lets others go on

log = logging.getLogger("threads_server")


@dataclass(slots=True)
class RunContext:
    """What every leg works with."""

    store: Store
    responder: Responder
    runs: Runs
    lines: WaitQueues
    silence: float
    """Seconds without a sign after which the responder is given up."""


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What a turn asks of the responder, for this turn only; kept with its run."""

    system_prompt: str | None = None
    model_name: str | None = None
    json_output: bool = False
    thinking: dict[str, Any] | None = None


class RunSegment:
    """A stretch of a run between two rounds of tools, as one task of this process."""

    def __init__(
        self,
        context: RunContext,
        live: LiveRun,
        account: str,
        thread: ThreadRow,
        settings: TurnSettings,
        tools: Sequence[dict[str, Any]] | None,
        *,
        message: str,
        unsupported: list[str],
        streamed: bool,
    ) -> None:
        """`tools` are used instead of the assistant's; `message` is what the answer says when all went well, and
        `unsupported` what it says besides in any case."""
        self._context = context
        self._live = live
        self._account = account
        self._thread = thread
        self._settings = settings
        self._tools = tools
        self._message = message
        self._not_done = unsupported
        self._streamed = streamed
        self._events = live.events
        self._log = EventLog(context.store, live)
        self._reply = Reply(thread.thread_id, thread.assistant_id, live.run_id)
        self._said: list[str] = []
        self._held = ""
        self._thinking = False
        self._finish_reason = ""
        self._history = History()
        self._untold: list[str] = []
        """Events that are not emitted yet."""

    def start(self, *opening: str) -> None:
        """Begins the work, with these events first."""
        self._untold += opening
        self._emit()
        self._live.task = asyncio.get_running_loop().create_task(self._work())

    def _emit(self) -> None:
        if self._untold:
            self._live.emit(*self._untold)
            self._untold = []

    async def _work(self) -> None:
        live = self._live
        try:
            state, reason = await self._respond()
            self._end_thinking()
            self._emit()
            self._reply.content = "".join(self._said)
            await self._log.settle()
            if live.stopped in (Stop.DELETED, Stop.ENDED_ELSEWHERE):
                await self._superseded()
            else:
                await self._end(state, reason)
        except Exception as error:
            log.exception("run %s could not be ended", live.run_id)
            await self._end_broken(error)
        finally:
            self._context.runs.remove(live)
            live.close()
            self._context.lines.move((self._account, live.thread_id))

    async def _respond(self) -> tuple[RunState, str]:
        """Takes the responder's pieces; gives the state that follows, and why."""
        live = self._live
        watch = _Watch(live, self._log, self._context.silence)
        live.responding = True
        try:
            if live.stopped is not None:
                return _STOPPED[live.stopped]
            conversation = await self._conversation()
            taken = 0
            async for pieces in self._context.responder.answer(conversation):
                if pieces:
                    watch.saw()
                for piece in pieces:
                    self._take(piece)
                self._emit()
                taken += len(pieces) or 1
                if taken >= YIELD_EVERY:
                    taken = 0
                    await asyncio.sleep(0)
            return (RunState.REQUIRES_ACTION, "") if self._reply.tool_calls else (RunState.COMPLETED, "")
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            return _STOPPED[live.stopped or Stop.CLOSING]
        except ResponderFailed as failure:
            if failure.detail is not None:
                status = "" if failure.status is None else f" (status {failure.status})"
                words = " ".join(failure.detail.split())
                log.warning("run %s of thread %s failed: %s%s: %s", live.run_id, live.thread_id, failure, status, words)
            return RunState.FAILED, _sendable(str(failure))
        except StoreUnavailable as failure:
            return RunState.FAILED, f"The history could not be read: {failure}"
        except Exception:
            log.exception("run %s: the responder broke", live.run_id)
            return RunState.FAILED, "The responder broke; the server's log says where"
        finally:
            live.responding = False
            watch.end()

    async def _conversation(self) -> Conversation:
        store, thread, settings = self._context.store, self._thread, self._settings
        read = store.read if thread.version < LARGE_THREAD else store.read_large
        self._history = await read(threads.history, thread.thread)
        assistant = json.loads(await store.read(assistants.get, self._account, thread.assistant_id))
        self._reply.attachments = answered_files(self._history[-1])
        return Conversation(
            messages=self._history,
            system_prompt=settings.system_prompt or assistant["system_prompt"] or assistant["description"],
            tools=self._tools if self._tools is not None else assistant["tools"] or (),
            model_name=settings.model_name,
            json_output=settings.json_output,
            thinking=settings.thinking,
            streamed=self._streamed,
        )

    def _take(self, piece: ResponderEvent) -> None:
        reply, events = self._reply, self._events
        if isinstance(piece, TextDelta):
            self._end_thinking()
            text = _sendable(piece.text)
            self._said.append(text)
            self._untold.append(events.content(text))
        elif isinstance(piece, ReasoningDelta):
            self._held += _sendable(piece.text)
            # each event repeats all thoughts so far: it takes more of them the more there are, or a long stream of
            # thoughts would grow with the square of its length
            if len(self._held) * REASONING_BATCH_DIVISOR >= len(reply.reasoning):
                self._tell_thoughts()
        elif isinstance(piece, ToolCallRequested):
            self._end_thinking()
            call = json.loads(_sendable(json.dumps(piece.call, ensure_ascii=False)))
            if not call["id"] or any(call["id"] == other["id"] for other in reply.tool_calls):
                call = {**call, "id": f"call_{new_id()}"}  # outputs are told apart by it
            reply.tool_calls.append(call)
            self._untold += events.tool_call(call)
        elif isinstance(piece, ModelUsage):
            reply.model = Model(
                piece.model_provider, _sendable(piece.model_name), piece.tokens, context_usage=piece.context_usage
            )
        elif isinstance(piece, FinishReason):
            self._finish_reason = _sendable(piece.reason)

    def _tell_thoughts(self) -> None:
        held, self._held = self._held, ""
        self._reply.reasoning += held
        self._thinking = True
        self._untold.append(self._events.reasoning(held, self._reply.reasoning))

    def _end_thinking(self) -> None:
        if self._held:
            self._tell_thoughts()
        if self._thinking:
            self._thinking = False
            self._untold.append(self._events.reasoning_ended())

    async def _end(self, state: RunState, reason: str) -> None:
        live, reply = self._live, self._reply
        if state is not RunState.REQUIRES_ACTION:
            reply.tool_calls = []  # those of an answer that was broken off are never awaited
        said = reason or ("Tool outputs are required" if reply.tool_calls else self._message)
        if state is RunState.COMPLETED and self._finish_reason:
            said = f"{said}. The answer ended early: {self._finish_reason}"
        said = with_unsupported(said, self._not_done)
        last = self._last_event(state, said)
        answer = "" if self._streamed else reply.turn(state, said)  # what was streamed is read in the log
        message = reply.message(state, self._metadata(state, reason))
        first = self._log.format_timestamp
        ending = Ending(
            state=state,
            messages=[NewMessage(message)],
            first_event=live.first + first,
            lines=[*live.lines[first:], last],
            answer=answer,
            awaited=reply.tool_calls,
        )
        version = await self._write(ending)
        if version is None:
            await self._superseded()
            return
        live.emit(last)
        if not live.outcome.done():
            live.outcome.set_result(Outcome(state, answer, version))

    async def _write(self, ending: Ending) -> int | None:
        """Writes the end however long it takes: a run must not stay under way because the store was away."""
        live, attempt, pause = self._live, 0, 0.1
        while True:
            try:
                return await self._context.store.write(
                    kept.end_segment, live.run_id, live.leg, ending, list(live.cancels), now()
                )
            except StoreUnavailable as error:
                attempt += 1
                if attempt == FAIL_WAITERS_AFTER:
                    self._fail_waiters(error)
                    live.close()
                if live.stopped is Stop.CLOSING:
                    raise
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 2)

    async def _end_broken(self, error: Exception) -> None:
        """Ends the run without what could not be written, since it must not hold its thread for ever."""
        files = self._reply.attachments
        self._reply = Reply(self._thread.thread_id, self._thread.assistant_id, self._live.run_id, attachments=files)
        try:
            await self._end(RunState.FAILED, "The answer could not be stored; the server's log says why")
        except Exception:
            log.exception("run %s could not be ended as failed either", self._live.run_id)
            self._fail_waiters(error)

    def _fail_waiters(self, error: Exception) -> None:
        if not self._live.outcome.done():
            self._live.outcome.set_exception(error)
            self._live.outcome.exception()  # it counts as seen, whoever waits

    async def _superseded(self) -> None:
        """The run was deleted under this leg, or ended by another process: those who wait are told."""
        live, reply, store = self._live, self._reply, self._context.store
        state = await store.read(kept.state_of, live.run_id)
        if state is None:
            live.emit(self._events.cancelled())
            self._fail_waiters(gone())
            return
        _, reason = _STOPPED[Stop.CANCELLED if state is RunState.CANCELLED else Stop.ENDED_ELSEWHERE]
        for message in await store.read_large(threads.history, self._thread.thread):
            if message["role"] == "assistant" and (message["metadata_"] or {}).get("run_id") == live.run_id:
                reply.message_id, reply.content = message["message_id"], message["content"]
        version, _ = await store.read(threads.size_of, self._account, live.thread_id)
        live.emit(self._last_event(state, reason))
        if not live.outcome.done():
            live.outcome.set_result(Outcome(state, reply.turn(state, reason), version))

    def _last_event(self, state: RunState, message: str) -> str:
        reply, events = self._reply, self._events
        costs: dict[str, Json] = dict(reply.model.tokens)
        if state is RunState.REQUIRES_ACTION:
            return events.tools_required(reply.tool_calls, costs)
        if state is RunState.COMPLETED:
            costs |= {"model_provider": reply.model.provider, "model_name": reply.model.name}
            if reply.model.context_usage is not None:
                costs["context_usage"] = reply.model.context_usage
            return events.ended(reply.content, reply.message_id, message, costs)
        return events.cancelled() if state is RunState.CANCELLED else events.failed(message)

    def _metadata(self, state: RunState, reason: str) -> Mapping[str, Json]:
        if state is RunState.FAILED:
            return {"error": reason}
        if state is not RunState.COMPLETED:
            return {}
        finish: dict[str, Json] = {"finish_reason": self._finish_reason} if self._finish_reason else {}
        if self._streamed or self._live.leg == 1:
            return finish
        # kept on an answer to tool outputs that were not streamed (docs/hosted-api.md §2)
        calls = [
            call
            for message in self._history
            if (message["metadata_"] or {}).get("run_id") == self._live.run_id
            for call in message["metadata_"].get("tool_calls", ())
        ]
        return {"all_run_tool_calls": calls, **finish} if calls else finish


_STOPPED = {
    Stop.CANCELLED: (RunState.CANCELLED, "The run was cancelled"),
    Stop.DELETED: (RunState.CANCELLED, "The thread was deleted"),
    Stop.ENDED_ELSEWHERE: (RunState.FAILED, "The run was ended by another server process"),
    Stop.SILENT: (RunState.FAILED, "The responder gave no sign for too long"),
    Stop.CLOSING: (RunState.FAILED, "The server was stopped during the run"),
}


class _Watch:
    """Looks after a run while its responder is at work: writes its events to the log, and stops it when the responder
    is silent for too long."""

    def __init__(self, live: LiveRun, log: EventLog, silence: float) -> None:
        self._live = live
        self._log = log
        self._silence = silence
        self._loop = asyncio.get_running_loop()
        self._seen = self._loop.time()
        self._timer = self._loop.call_later(min(silence, LOG_INTERVAL_SECONDS), self._look)

    def saw(self) -> None:
        self._seen = self._loop.time()

    def _look(self) -> None:
        left = self._seen + self._silence - self._loop.time()
        if left <= 0:
            self._live.stop(Stop.SILENT)
        else:
            self._log.write_news()
            self._timer = self._loop.call_later(min(left, LOG_INTERVAL_SECONDS), self._look)

    def end(self) -> None:
        self._timer.cancel()


def _sendable(text: str) -> str:
    """The text with every lone surrogate, which UTF-8 cannot hold, replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
