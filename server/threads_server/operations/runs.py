"""Operations of runs."""

from threads_server.clock import now
from threads_server.http.idempotency import claim_of
from threads_server.http.responses import Answer, EventStream
from threads_server.openapi import Call
from threads_server.operations.services import Services
from threads_server.runs.cancellation import cancel
from threads_server.runs.turns import Outputs
from threads_server.runs.unsupported_fields import not_done
from threads_server.store import runs as kept

LAST_NUMBER = 2**62  # a greater one than any event has, that every database can hold


async def submit_tool_outputs(call: Call, services: Services) -> Answer | EventStream:
    return await _submit(call, services, call.path["thread_id"], call.path["run_id"], streamed=call.query["stream"])


async def submit_latest_tool_outputs(call: Call, services: Services) -> Answer | EventStream:
    thread_id: str = call.body["thread_id"]
    return await _submit(call, services, thread_id.lower(), None, streamed=bool(call.body.get("stream")))


async def _submit(
    call: Call, services: Services, thread_id: str, run_id: str | None, *, streamed: bool
) -> Answer | EventStream:
    return await services.turns.submit(
        Outputs(
            account=call.account,
            thread_id=thread_id,
            run_id=run_id,
            outputs=[(output["tool_call_id"], output["output"]) for output in call.body["tool_outputs"]],
            tools=call.body.get("tools"),
            thinking=call.body.get("thinking"),
            streamed=streamed,
            not_done=not_done(call.body, call.files, services.desk.responder.not_done),
            claim=claim_of(call),
        )
    )


async def cancel_run(call: Call, services: Services) -> Answer:
    return await cancel(services.desk, call.account, call.path["thread_id"], call.path["run_id"], claim_of(call))


async def stream_run_events(call: Call, services: Services) -> EventStream:
    run_id = call.path["run_id"]
    await services.store.read(kept.check_log, call.account, call.path["thread_id"], run_id, now())
    after = min(int(call.headers.get("last-event-id", 0)), LAST_NUMBER)
    return EventStream(services.desk.runs.follow(run_id, after))
