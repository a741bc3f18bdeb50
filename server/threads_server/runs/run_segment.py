"""A segment of a run: ask the responder, turn its output into events, write the end."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from threads_server.clock import now
from threads_server.encoding import Json, replace_surrogates
from threads_server.ids import new_id
from threads_server.responders import (
    Conversation,
    FinishReason,
    ModelUsage,
    ReasoningDelta,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.runs.cancellation import STOP_ENDS
from threads_server.runs.history_reader import read_history
from threads_server.runs.live_runs import LiveRun, Outcome, Stop, thread_not_found
from threads_server.runs.log_writer import LogWriter
from threads_server.runs.message_json import Model, Reply
from threads_server.runs.run_context import RunContext
from threads_server.runs.run_report import RunReport
from threads_server.runs.states import RunState
from threads_server.runs.turn_settings import TurnSettings
from threads_server.runs.unsupported_fields import with_unsupported
from threads_server.runs.watchdog import Watchdog
from threads_server.store import StoreUnavailable, assistants, runs, threads
from threads_server.store.history import Message, answered_files
from threads_server.store.recent_history import find_reply
from threads_server.store.runs import Ending
from threads_server.store.threads import NewMessage, ThreadRow

FAIL_WAITERS_AFTER = 3
"""After this many failed writes of the run's end, waiting callers get 503; writing goes on."""

END_RETRY_SECONDS = (0.1, 2.0)
"""The first and the longest pause between two attempts to write an end."""

REASONING_BATCH_DIVISOR = 32
"""Reasoning is held back until it is 1/32 of the reasoning sent so far."""

OPENING_PASSES = 2
"""Passes of the event loop until a stream's first events, once emitted, are sent. Work begins after them."""

REPLY_COPIES = 4
"""Copies of a reply at its end: its text, message, response and last event."""

YIELD_EVERY = 256
"""Deltas after which the event loop gets a turn, for responders that never wait."""

log = logging.getLogger("threads_server")


class RunSegment:
    """One stretch of a run: from start or tool outputs to its end or the next tool calls.

    It is one task of this process.
    """

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
        """`tools` replace the assistant's. A completed run has `message` in its response; the response to any run
        also names the fields in `unsupported`."""
        self._context = context
        self._live = live
        self._account = account
        self._thread = thread
        self._settings = settings
        self._tools = tools
        self._message = message
        self._unsupported = unsupported
        self._streamed = streamed
        self._events = live.events
        self._log = LogWriter(context.store, live)
        self._reply = Reply(thread.thread_id, thread.assistant_id, live.run_id)
        self._deltas: list[str] = []
        self._reasoning_held = ""
        self._reasoning_open = False
        self._finish_reason = ""
        self._started = monotonic()
        self._first_piece: float | None = None
        self._history: Sequence[Message] = ()
        self._pending: list[str] = []
        """Events that are not emitted yet."""

    def start(self, *opening: str) -> None:
        """Start the task, with these events first."""
        self._pending += opening
        self._emit()
        self._live.task = asyncio.get_running_loop().create_task(self._work())

    def _emit(self) -> None:
        if self._pending:
            self._live.emit(*self._pending)
            self._pending = []

    async def _work(self) -> None:
        live = self._live
        try:
            for _ in range(OPENING_PASSES if self._streamed else 0):
                await asyncio.sleep(0)
            state, reason = await self._respond()
            self._end_reasoning()
            self._emit()
            self._reply.content = "".join(self._deltas)
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
            self._context.queues.notify((self._account, live.thread_id))

    async def _respond(self) -> tuple[RunState, str]:
        """Handle the responder's output; return the state that follows, and why."""
        live = self._live
        watchdog = Watchdog(live, self._log, self._context.run_timeout, self._context.log_interval)
        live.responding = True
        try:
            if live.stopped is not None:
                return STOP_ENDS[live.stopped]
            conversation = await self._conversation()
            taken = 0
            async for batch in self._context.responder.answer(conversation):
                if batch:
                    watchdog.reset()
                    if self._first_piece is None:
                        self._first_piece = monotonic() - self._started
                self._handle_batch(batch)
                self._emit()
                taken += len(batch) or 1
                if taken >= YIELD_EVERY or self._log.is_behind():
                    taken = 0
                    await asyncio.sleep(0)
                    if self._log.is_behind():
                        await self._log.catch_up()
                    await self._context.runs.wait_for_room(live)
            return (RunState.REQUIRES_ACTION, "") if self._reply.tool_calls else (RunState.COMPLETED, "")
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            state, reason = STOP_ENDS[live.stopped or Stop.CLOSING]
            if live.stopped is Stop.SILENT:
                self._log_failure(reason)
            return state, reason
        except ResponderFailed as failure:
            detail = failure.detail or ""
            words = str(failure) if detail in str(failure) else f"{failure}: {detail}"
            self._log_failure(words, "" if failure.status is None else f" (status {failure.status})")
            return RunState.FAILED, replace_surrogates(str(failure))
        except StoreUnavailable as failure:
            return RunState.FAILED, f"The history could not be read: {failure}"
        except Exception:
            log.exception("run %s: the responder broke", live.run_id)
            return RunState.FAILED, "The responder broke; the server's log says where"
        finally:
            live.responding = False
            watchdog.stop()

    def _log_failure(self, words: str, status: str = "") -> None:
        line = " ".join(replace_surrogates(words).split())
        log.warning("run %s of thread %s failed%s: %s", self._live.run_id, self._live.thread_id, status, line)

    async def _conversation(self) -> Conversation:
        store, thread, settings = self._context.store, self._thread, self._settings
        self._history, recent = await read_history(self._context, self._live, thread, settings.model_name)
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
            omitted_messages=recent.omitted if recent else 0,
            first_user_message=recent.first_user_message if recent and recent.omitted else None,
        )

    def _handle_batch(self, batch: Sequence[ResponderEvent]) -> None:
        texts: list[str] = []
        for event in batch:
            if isinstance(event, TextDelta):
                texts.append(event.text)
            else:
                self._add_text(texts)
                texts = []
                self._handle_event(event)
        self._add_text(texts)

    def _add_text(self, texts: list[str]) -> None:
        """Handle text deltas in a row together: nearly all events of a stream are such."""
        if not texts:
            return
        self._end_reasoning()
        if not all(map(str.isascii, texts)):
            texts = [replace_surrogates(text) for text in texts]
        text = "".join(texts)
        self._deltas.append(text)
        self._live.grow(REPLY_COPIES * len(text))
        self._pending += self._events.contents(texts)

    def _handle_event(self, event: ResponderEvent) -> None:
        reply, events = self._reply, self._events
        if isinstance(event, ReasoningDelta):
            self._reasoning_held += replace_surrogates(event.text)
            # each event repeats all reasoning so far: parts that grow with it keep the size of the stream linear
            if len(self._reasoning_held) * REASONING_BATCH_DIVISOR >= len(reply.reasoning):
                self._flush_reasoning()
        elif isinstance(event, ToolCallRequested):
            self._end_reasoning()
            if len(reply.tool_calls) >= self._context.max_tool_calls:
                raise ResponderFailed(f"The answer asks for more than {self._context.max_tool_calls} tool calls")
            call = json.loads(replace_surrogates(json.dumps(event.call, ensure_ascii=False)))
            if not call["id"] or any(call["id"] == other["id"] for other in reply.tool_calls):
                call = {**call, "id": f"call_{new_id()}"}  # the id by which an output names its call
            reply.tool_calls.append(call)
            self._pending += events.tool_call(call)
        elif isinstance(event, ModelUsage):
            name = replace_surrogates(event.model_name)
            reply.model = Model(event.model_provider, name, event.tokens, context_usage=event.context_usage)
        elif isinstance(event, FinishReason):
            self._finish_reason = replace_surrogates(event.reason)

    def _flush_reasoning(self) -> None:
        held, self._reasoning_held = self._reasoning_held, ""
        self._reply.reasoning += held
        self._live.grow(REPLY_COPIES * len(held))
        self._reasoning_open = True
        self._pending.append(self._events.reasoning(held, self._reply.reasoning))

    def _end_reasoning(self) -> None:
        if self._reasoning_held:
            self._flush_reasoning()
        if self._reasoning_open:
            self._reasoning_open = False
            self._pending.append(self._events.reasoning_ended())

    async def _end(self, state: RunState, reason: str) -> None:
        live, reply = self._live, self._reply
        if state is not RunState.REQUIRES_ACTION:
            reply.tool_calls = []  # an interrupted answer's calls will get no outputs
        sentence = reason or ("Tool outputs are required" if reply.tool_calls else self._message)
        if state is RunState.COMPLETED and self._finish_reason:
            sentence = f"{sentence}. The answer ended early: {self._finish_reason}"
        sentence = with_unsupported(sentence, self._unsupported)
        last = self._last_event(state, sentence)
        answer = "" if self._streamed else reply.turn(state, sentence)  # a stream is replayed from the log
        message = reply.message(state, self._metadata(state, reason))
        ending = Ending(
            state=state,
            messages=[NewMessage(message)],
            first_event=live.first + self._log.written,
            lines=[*self._log.unwritten(), last],
            answer=answer,
            awaited=reply.tool_calls,
        )
        version = await self._write(ending)
        if version is None:
            await self._superseded()
            return
        live.emit(last)
        live.drop_logged(live.last + 1 - live.first)
        if not live.outcome.done():
            live.outcome.set_result(Outcome(state, answer, version))
        self._report(state, reason or self._finish_reason)

    def _report(self, state: RunState | None, cause: str) -> None:
        live, model = self._live, self._reply.model
        self._context.report(
            RunReport(
                *(live.run_id, live.thread_id, state, cause, monotonic() - self._started, self._first_piece),
                *(model.name, model.tokens),
            )
        )

    async def _write(self, ending: Ending) -> int | None:
        """Write the end, however long the store is away; the thread's version, None if someone else ended the run."""
        live, attempt, (pause, longest) = self._live, 0, END_RETRY_SECONDS
        while True:
            try:
                version = await self._context.store.write(
                    runs.end_segment, live.run_id, live.segment, ending, list(live.cancels), now()
                )
                if version is None and await self._is_stored():  # the commit was not confirmed
                    version = self._thread.version + len(ending.messages)
                return version
            except StoreUnavailable as error:
                attempt += 1
                if attempt == FAIL_WAITERS_AFTER:
                    self._fail_waiters(error)
                    live.close()
                if live.stopped is Stop.CLOSING:
                    raise
            await asyncio.sleep(pause)
            pause = min(longest, pause * 2)

    async def _is_stored(self) -> bool:
        """Whether the thread has this segment's own reply."""
        stored = await self._context.store.read_large(find_reply, self._thread.thread, self._live.run_id)
        return stored is not None and stored["message_id"] == self._reply.message_id

    async def _end_broken(self, error: Exception) -> None:
        """End the run as failed without its reply, which could not be written, so that its thread is free."""
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
            self._live.outcome.exception()  # mark it as retrieved

    async def _superseded(self) -> None:
        """The run was ended or deleted by someone else: answer callers from the stored state."""
        live, reply, store = self._live, self._reply, self._context.store
        state = await store.read(runs.state_of, live.run_id)
        if state is None:
            live.emit(self._events.cancelled())
            self._fail_waiters(thread_not_found())
            self._report(None, "The thread was deleted")
            return
        _, reason = STOP_ENDS[Stop.CANCELLED if state is RunState.CANCELLED else Stop.ENDED_ELSEWHERE]
        message = await store.read_large(find_reply, self._thread.thread, live.run_id)
        if message is not None:
            reply.message_id, reply.content = message["message_id"], message["content"]
        version, _ = await store.read(threads.size_of, self._account, live.thread_id)
        live.emit(self._last_event(state, reason))
        if not live.outcome.done():
            live.outcome.set_result(Outcome(state, reply.turn(state, reason), version))
        self._report(state, reason)

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
        if self._streamed or self._live.segment == 1:
            return finish
        # for a reply to tool outputs, if it is not streamed (docs/hosted-api.md §2)
        calls = [
            call
            for message in self._history
            if (message["metadata_"] or {}).get("run_id") == self._live.run_id
            for call in message["metadata_"].get("tool_calls", ())
        ]
        return {"all_run_tool_calls": calls, **finish} if calls else finish
