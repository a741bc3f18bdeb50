"""Runs that end without a leg of this process at work: cancelled while they wait, or orphaned by one that died."""

import asyncio
import json
from collections.abc import Mapping, Sequence

from threads_server.clock import new_id, now
from threads_server.encoding import Json, encode
from threads_server.errors import HTTPError
from threads_server.http.idempotency import replay_headers
from threads_server.http.responses import Response
from threads_server.runs.events import RunEvents
from threads_server.runs.history import Message, answered_files
from threads_server.runs.live_runs import REMOTE_POLL_INTERVAL_SECONDS, Stop
from threads_server.runs.message_json import Reply, ToolOutput, output_text
from threads_server.runs.run_segment import RunContext
from threads_server.runs.states import RunState
from threads_server.store import StoreUnavailable, processes
from threads_server.store import runs as kept
from threads_server.store.idempotency_keys import IdempotencyRequest, Replay
from threads_server.store.runs import LOST_EVENTS, Ending, RunRow
from threads_server.store.threads import NewMessage

ORPHANED = "The server was stopped during the run"
MAX_POLLS = 25  # times to see whether a run that nobody here works on still ends by itself before it is ended from here


async def cancel(
    context: RunContext, account: str, thread_id: str, run_id: str, claim: IdempotencyRequest | None
) -> Response:
    """Cancels a run whatever its state; gives the answer to the request. Raises HTTPError and StoreUnavailable."""

    def answer(cancelled: bool) -> str:
        return encode({"thread_id": thread_id, "run_id": run_id, "cancelled": cancelled})

    look = 0
    asked = False
    while True:
        live = context.runs.get(run_id)
        try:
            state = await context.store.write(
                kept.cancel,
                *(account, thread_id, run_id),
                claim=claim,
                answer=answer,
                ending=_cancelled,
                in_progress=live is None and look >= MAX_POLLS,
                now=now(),
            )
        except Replay as already:
            headers = {} if asked else replay_headers(None)
            return Response((already.stored.body or "").encode(), headers=headers)
        if state is not RunState.IN_PROGRESS:
            context.lines.move((account, thread_id))
            return Response(answer(state is RunState.CANCELLED).encode())
        live = context.runs.get(run_id)
        if live is None:  # another process works on it, or it has ended this moment
            if look == 0 and context.store.shared:
                await context.store.write(processes.ask_to_cancel, run_id)
            look += 1
            await asyncio.sleep(REMOTE_POLL_INTERVAL_SECONDS)
            continue
        if claim is not None and not asked:
            live.cancels.append((claim, answer))
        asked = True
        live.stop(Stop.CANCELLED)
        try:
            await asyncio.shield(live.outcome)
        except (HTTPError, StoreUnavailable):
            if isinstance(live.outcome.exception(), StoreUnavailable):
                raise
        await asyncio.sleep(0)


async def end_orphans(context: RunContext, owner: str | None = None) -> None:
    """Ends as failed every run that is under way by the store, when no process is at work on any: or, with `owner`,
    those of that process."""
    for run_id, leg in await context.store.read(kept.under_way, owner):
        await end_orphan(context, run_id, leg)


async def end_orphan(context: RunContext, run_id: str, leg: int) -> None:
    """Ends a leg of a run as failed, if it is under way by the store; nobody may be at work on it."""
    await context.store.write(kept.end_orphan, run_id, leg, _orphaned, now())


def _cancelled(run: RunRow, log: Sequence[str], last: Message) -> Ending:
    """How a run ends that is cancelled from here: every tool call that waits is answered, so that the next turn finds
    a history that a model takes."""
    reason = "The run was cancelled"
    moment = now()
    reply = _reply(run, log, last)
    unanswered = [
        NewMessage(
            output_text(run.run_id, call, ToolOutput(call["id"], "Cancelled", new_id()), RunState.CANCELLED, moment)
        )
        for call in run.awaited
    ]
    events = RunEvents(run.thread.thread_id, run.run_id)
    return Ending(
        state=RunState.CANCELLED,
        messages=[*unanswered, NewMessage(reply.message(RunState.CANCELLED, {}))],
        first_event=run.last_event + (1 if run.awaited else LOST_EVENTS),
        lines=[events.cancelled()],
        answer=reply.turn(RunState.CANCELLED, reason),
    )


def _orphaned(run: RunRow, log: Sequence[str], last: Message) -> Ending:
    reply = _reply(run, log, last)
    events = RunEvents(run.thread.thread_id, run.run_id)
    metadata: Mapping[str, Json] = {"error": ORPHANED}
    return Ending(
        state=RunState.FAILED,
        messages=[NewMessage(reply.message(RunState.FAILED, metadata))],
        first_event=run.last_event + LOST_EVENTS,
        lines=[events.failed(ORPHANED)],
        answer=reply.turn(RunState.FAILED, ORPHANED),
    )


def _reply(run: RunRow, log: Sequence[str], last: Message) -> Reply:
    """What the run's last leg had said, as far as its events were written."""
    thread = run.thread
    reply = Reply(thread.thread_id, thread.assistant_id, run.run_id, attachments=answered_files(last))
    if run.state is RunState.IN_PROGRESS:
        said: list[str] = []
        for line in reversed(log):
            fields = json.loads(line)
            if fields["type"] == "tool_submit_required":
                break
            if fields["type"] == "content_streaming":
                said.append(fields["content"])
        reply.content = "".join(reversed(said))
    return reply
