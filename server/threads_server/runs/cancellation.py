"""Runs that end without a segment at work in this process: cancelled while they wait, or orphaned by a process."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from threads_server.clock import now
from threads_server.encoding import Json, encode
from threads_server.errors import HTTPError
from threads_server.ids import new_id
from threads_server.runs.events import RunEvents
from threads_server.runs.live_runs import REMOTE_POLL_INTERVAL_SECONDS, Stop
from threads_server.runs.message_json import Reply, output_text
from threads_server.runs.run_context import RunContext
from threads_server.runs.run_report import RunReport
from threads_server.runs.states import RunState
from threads_server.store import StoreUnavailable, processes, runs
from threads_server.store.history import Message, answered_files
from threads_server.store.idempotency_keys import IdempotencyRequest, Replay
from threads_server.store.runs import LOST_EVENTS, Ending, RunRow
from threads_server.store.threads import NewMessage

STOPPED = "The server was stopped during the run"
ABANDONED = "The server could not write to its database during the run"
"""For a run of a process that goes on: the commit that began it was not confirmed, or its end could not be written."""

STOP_ENDS = {
    Stop.CANCELLED: (RunState.CANCELLED, "The run was cancelled"),
    Stop.DELETED: (RunState.CANCELLED, "The thread was deleted"),
    Stop.ENDED_ELSEWHERE: (RunState.FAILED, "The run was ended by another server process"),
    Stop.SILENT: (RunState.FAILED, "The responder gave no sign for too long"),
    Stop.CLOSING: (RunState.FAILED, STOPPED),
}
"""State and reason of a run that was stopped."""

MAX_POLLS = 25
"""How often a run that another process works on is read before it is cancelled without that process."""


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The response to a request to cancel, as JSON. `replayed`: under an Idempotency-Key used before."""

    body: str
    replayed: bool = False


async def cancel(
    context: RunContext, account: str, thread_id: str, run_id: str, idempotency: IdempotencyRequest | None
) -> CancelResult:
    """Cancel a run in any state. Raises HTTPError and StoreUnavailable."""

    def answer(cancelled: bool) -> str:
        return encode({"thread_id": thread_id, "run_id": run_id, "cancelled": cancelled})

    ended = False

    def ending(run: RunRow, log: Sequence[str], last: Message) -> Ending:
        nonlocal ended
        ended = True
        return _cancelled(run, log, last)

    polls = 0
    asked = False
    while True:
        live = context.runs.get(run_id)
        try:
            state = await context.store.write(
                runs.cancel,
                *(account, thread_id, run_id),
                idempotency=idempotency,
                answer=answer,
                ending=ending,
                in_progress=live is None and polls >= MAX_POLLS,
                now=now(),
            )
        except Replay as replay:
            return CancelResult(replay.stored.body or "", replayed=not asked)
        if state is not RunState.IN_PROGRESS:
            context.queues.notify((account, thread_id))
            if ended:
                context.report(RunReport(run_id, thread_id, state, "The run was cancelled"))
            return CancelResult(answer(state is RunState.CANCELLED))
        live = context.runs.get(run_id)
        if live is None:  # another process works on it, or it has ended this moment
            if polls == 0 and context.store.shared:
                await context.store.write(processes.request_cancel, run_id)
            polls += 1
            await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)
            continue
        if idempotency is not None and not asked:
            live.cancels.append((idempotency, answer))
        asked = True
        live.stop(Stop.CANCELLED)
        try:
            await asyncio.shield(live.outcome)
        except (HTTPError, StoreUnavailable):
            if isinstance(live.outcome.exception(), StoreUnavailable):
                raise
        await asyncio.sleep(0)


async def end_orphans(context: RunContext, owner: str | None = None) -> None:
    """End as failed every run in progress, when no process works on any; or, with `owner`, those of that process."""
    for run_id, segment in await context.store.read(runs.in_progress, owner):
        await end_orphan(context, run_id, segment)


async def end_orphan(context: RunContext, run_id: str, segment: int, reason: str = STOPPED) -> None:
    """End a segment as failed, if it is in progress. No task may be at work on it."""
    thread_id = await context.store.write(runs.end_orphan, run_id, segment, partial(_orphaned, reason=reason), now())
    if thread_id is not None:
        context.report(RunReport(run_id, thread_id, RunState.FAILED, reason))


def _cancelled(run: RunRow, log: Sequence[str], last: Message) -> Ending:
    """The end of a run that is cancelled here. Every waiting tool call gets an output, as models require."""
    moment = now()
    reply = _reply(run, log, last)
    unanswered = [
        NewMessage(output_text(run.run_id, call, new_id(), "Cancelled", RunState.CANCELLED, moment))
        for call in run.awaited
    ]
    events = RunEvents(run.thread.thread_id, run.run_id)
    return Ending(
        state=RunState.CANCELLED,
        messages=[*unanswered, NewMessage(reply.message(RunState.CANCELLED, {}))],
        first_event=run.last_event + (1 if run.awaited else LOST_EVENTS),
        lines=[events.cancelled()],
        answer=reply.turn(RunState.CANCELLED, "The run was cancelled"),
    )


def _orphaned(run: RunRow, log: Sequence[str], last: Message, *, reason: str) -> Ending:
    reply = _reply(run, log, last)
    events = RunEvents(run.thread.thread_id, run.run_id)
    metadata: Mapping[str, Json] = {"error": reason}
    return Ending(
        state=RunState.FAILED,
        messages=[NewMessage(reply.message(RunState.FAILED, metadata))],
        first_event=run.last_event + LOST_EVENTS,
        lines=[events.failed(reason)],
        answer=reply.turn(RunState.FAILED, reason),
    )


def _reply(run: RunRow, log: Sequence[str], last: Message) -> Reply:
    """The reply of the run's last segment, as far as its events were written."""
    thread = run.thread
    reply = Reply(thread.thread_id, thread.assistant_id, run.run_id, attachments=answered_files(last))
    if run.state is RunState.IN_PROGRESS:
        deltas: list[str] = []
        for line in reversed(log):
            if line.startswith('"'):  # the short form of content_streaming (events.py)
                deltas.append(json.loads(line))
                continue
            fields = json.loads(line)
            if fields["type"] == "tool_submit_required":
                break
            if fields["type"] == "content_streaming":  # in a log of version 0.1
                deltas.append(fields["content"])
        reply.content = "".join(reversed(deltas))
    return reply
