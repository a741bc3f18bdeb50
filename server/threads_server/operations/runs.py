"""Operations of runs."""

from threads_server.clock import now
from threads_server.http.idempotency import REPLAYED, idempotency_request
from threads_server.http.responses import EventStream, Response
from threads_server.openapi import ValidatedRequest
from threads_server.operations.services import Services
from threads_server.operations.turn_response import turn_response
from threads_server.runs.cancellation import cancel
from threads_server.runs.turns import SubmitToolOutputs
from threads_server.runs.unsupported_fields import unsupported
from threads_server.store import runs

MAX_EVENT_NUMBER = 2**62
"""Greater than the number of any event, and one that every database can hold."""


async def submit_tool_outputs(request: ValidatedRequest, services: Services) -> Response | EventStream:
    path = request.path
    return await _submit(request, services, path["thread_id"], path["run_id"], streamed=request.query["stream"])


async def submit_latest_tool_outputs(request: ValidatedRequest, services: Services) -> Response | EventStream:
    thread_id: str = request.body["thread_id"]
    return await _submit(request, services, thread_id.lower(), None, streamed=bool(request.body.get("stream")))


async def _submit(
    request: ValidatedRequest, services: Services, thread_id: str, run_id: str | None, *, streamed: bool
) -> Response | EventStream:
    body = request.body
    outputs = SubmitToolOutputs(
        account=request.account,
        thread_id=thread_id,
        run_id=run_id,
        outputs=[(output["tool_call_id"], output["output"]) for output in body["tool_outputs"]],
        tools=body.get("tools"),
        thinking=body.get("thinking"),
        streamed=streamed,
        unsupported=unsupported(body, request.files, services.context.responder.unsupported),
        idempotency=await idempotency_request(request),
    )
    return turn_response(await services.turns.submit(outputs))


async def cancel_run(request: ValidatedRequest, services: Services) -> Response:
    path = request.path
    result = await cancel(
        services.context, request.account, path["thread_id"], path["run_id"], await idempotency_request(request)
    )
    return Response(result.body.encode(), headers=REPLAYED if result.replayed else {})


async def stream_run_events(request: ValidatedRequest, services: Services) -> EventStream:
    thread_id, run_id = request.path["thread_id"], request.path["run_id"]
    await services.store.read(runs.check_log, request.account, thread_id, run_id, now())
    after = min(int(request.headers.get("last-event-id", 0)), MAX_EVENT_NUMBER)
    return EventStream(services.context.runs.follow(run_id, after))
