"""Operations of runs."""

from threads_server.clock import now
from threads_server.http.idempotency import idempotency_request
from threads_server.http.responses import EventStream, Response
from threads_server.openapi import ValidatedRequest
from threads_server.operations.services import Services
from threads_server.runs.cancellation import cancel
from threads_server.runs.turns import SubmitToolOutputs
from threads_server.runs.unsupported_fields import unsupported
from threads_server.store import runs as kept

LAST_NUMBER = 2**62  # a greater one than any event has, that every database can hold


async def submit_tool_outputs(call: ValidatedRequest, services: Services) -> Response | EventStream:
    return await _submit(call, services, call.path["thread_id"], call.path["run_id"], streamed=call.query["stream"])


async def submit_latest_tool_outputs(call: ValidatedRequest, services: Services) -> Response | EventStream:
    thread_id: str = call.body["thread_id"]
    return await _submit(call, services, thread_id.lower(), None, streamed=bool(call.body.get("stream")))


async def _submit(
    call: ValidatedRequest, services: Services, thread_id: str, run_id: str | None, *, streamed: bool
) -> Response | EventStream:
    return await services.turns.submit(
        SubmitToolOutputs(
            account=call.account,
            thread_id=thread_id,
            run_id=run_id,
            outputs=[(output["tool_call_id"], output["output"]) for output in call.body["tool_outputs"]],
            tools=call.body.get("tools"),
            thinking=call.body.get("thinking"),
            streamed=streamed,
            unsupported=unsupported(call.body, call.files, services.context.responder.unsupported),
            claim=idempotency_request(call),
        )
    )


async def cancel_run(call: ValidatedRequest, services: Services) -> Response:
    return await cancel(
        services.context, call.account, call.path["thread_id"], call.path["run_id"], idempotency_request(call)
    )


async def stream_run_events(call: ValidatedRequest, services: Services) -> EventStream:
    run_id = call.path["run_id"]
    await services.store.read(kept.check_log, call.account, call.path["thread_id"], run_id, now())
    after = min(int(call.headers.get("last-event-id", 0)), LAST_NUMBER)
    return EventStream(services.context.runs.follow(run_id, after))
