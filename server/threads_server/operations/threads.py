"""Operations of threads."""

import asyncio

from threads_server.clock import format_timestamp, now
from threads_server.encoding import encode
from threads_server.http.etags import matches_weakly, precondition, tag
from threads_server.http.idempotency import idempotency_request, replay_headers
from threads_server.http.responses import Response
from threads_server.ids import new_id
from threads_server.openapi import ValidatedRequest
from threads_server.operations.large_threads import LARGE_BYTES
from threads_server.operations.services import Services
from threads_server.operations.thread_json import light_thread_json, new_thread_json, thread_json, thread_pieces
from threads_server.runs.run_segment import LARGE_THREAD
from threads_server.store import threads
from threads_server.store.idempotency_keys import Replay
from threads_server.store.usage import Usage


async def create_thread(request: ValidatedRequest, services: Services) -> Response:
    assistant_id, thread_id, moment = request.path["assistant_id"], new_id(), now()
    answer = new_thread_json(thread_id, assistant_id, moment)
    idempotency = await idempotency_request(request)
    if services.quotas is not None:
        await services.quotas.check(request.account, Usage(threads=1), idempotency)
    try:
        await services.store.write(
            threads.create,
            request.account,
            thread_id,
            assistant_id,
            moment,
            idempotency,
            answer,
        )
    except Replay as replay:
        return Response((replay.stored.body or "").encode(), headers=replay_headers(None))
    return Response(answer.encode())


async def list_threads(request: ValidatedRequest, services: Services) -> Response:
    return await _list(request, services, None)


async def list_assistant_threads(request: ValidatedRequest, services: Services) -> Response:
    return await _list(request, services, request.path["assistant_id"])


async def _list(request: ValidatedRequest, services: Services, assistant_id: str | None) -> Response:
    query, store = request.query, services.store
    page = (request.account, assistant_id, query["skip"], query["limit"])
    if query["include_messages"]:
        await request.budget.begin_large_read()
        bodies = [thread_json(row) for row in await store.read_large(threads.whole_page, *page)]
    else:
        bodies = [light_thread_json(row) for row in await store.read(threads.light_page, *page)]
    return Response(f"[{','.join(bodies)}]".encode())


async def get_thread(request: ValidatedRequest, services: Services) -> Response:
    store, thread_id = services.store, request.path["thread_id"]
    known = request.headers.get("if-none-match")
    if known is not None:
        version, _ = await store.read(threads.size_of, request.account, thread_id)
        if matches_weakly(known, version):
            return Response(b"", 304, {"ETag": tag(version)})
    size = services.large_threads.get(thread_id)
    if size is None:
        version, row = await store.read(threads.whole, request.account, thread_id, LARGE_THREAD)
        if row is not None:
            size = len(row.messages or "")
            if size < LARGE_BYTES:
                return Response(thread_json(row).encode(), headers={"ETag": tag(version)})
            services.large_threads.note(thread_id, size)
            del row
    await request.budget.begin_large_read(size or 0)
    version, head, texts = await store.read_snapshot(threads.whole_in_pieces, request.account, thread_id)
    pieces = await asyncio.to_thread(thread_pieces, head, texts)
    response = Response(pieces.popleft(), headers={"ETag": tag(version)}, pieces=pieces)
    services.large_threads.note(thread_id, response.size)
    return response


async def delete_thread(request: ValidatedRequest, services: Services) -> Response:
    thread_id = request.path["thread_id"]
    await services.store.write(
        threads.delete, request.account, thread_id, precondition(request.headers.get("if-match"))
    )
    services.turns.thread_deleted(request.account, thread_id)
    if services.quotas is not None:
        services.quotas.deleted(request.account)
    services.sweeper.notify()
    return Response(
        encode({"message": "Thread deleted", "thread_id": thread_id, "deleted_at": format_timestamp(now())}).encode()
    )
