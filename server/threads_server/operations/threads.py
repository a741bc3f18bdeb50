"""Operations of threads."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from threads_server.clock import format_timestamp, now
from threads_server.encoding import encode
from threads_server.http.etags import matches_weakly, precondition, tag
from threads_server.http.idempotency import idempotency_request, replay_headers
from threads_server.http.responses import Response
from threads_server.ids import new_id
from threads_server.openapi import ValidatedRequest
from threads_server.operations.large_responses import respond, respond_with_list
from threads_server.operations.services import Services
from threads_server.operations.thread_json import (
    closing,
    light_thread_json,
    listed_thread_json,
    new_thread_json,
    opening,
    thread_json,
)
from threads_server.runs.history_reader import LARGE_THREAD
from threads_server.store import ResultTooLarge, threads
from threads_server.store.idempotency_keys import Replay
from threads_server.store.threads import ThreadHead
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
    if not query["include_messages"]:
        bodies = [light_thread_json(row) for row in await store.read(threads.light_page, *page)]
        return Response(f"[{','.join(bodies)}]".encode())

    async def listed() -> AsyncIterator[str]:
        async with request.budget.large_read():
            heads, texts = await store.read_snapshot(threads.head_page, *page)
        return _listed(request, services, heads, texts)

    return await respond_with_list(listed)


async def _listed(
    request: ValidatedRequest, services: Services, heads: Sequence[ThreadHead], texts: dict[int, list[str]] | None
) -> AsyncIterator[str]:
    if texts is not None:
        yield f"[{','.join(listed_thread_json(head, texts[head.thread]) for head in heads)}]"
        return
    yield "["
    for index, head in enumerate(heads):
        if index:
            yield ","
        async for text in _pages(request, services, head):
            yield text
    yield "]"


async def _pages(request: ValidatedRequest, services: Services, head: ThreadHead) -> AsyncIterator[str]:
    """The JSON of a thread, read a page at a time."""
    yield opening(head)
    version = count = 0
    while count < head.message_count:
        async with request.budget.large_read():
            rows = await services.store.read_large(threads.message_page, request.account, head, version)
        version, texts = rows[-1][0], [body for _, body in rows]
        text = ",".join(texts if count == 0 else ["", *texts])
        count += len(rows)
        del rows, texts
        yield text
    yield closing(head)


async def get_thread(request: ValidatedRequest, services: Services) -> Response:
    store, thread_id = services.store, request.path["thread_id"]
    known = request.headers.get("if-none-match")
    if known is not None:
        version, _ = await store.read(threads.size_of, request.account, thread_id)
        if matches_weakly(known, version):
            return Response(b"", 304, {"ETag": tag(version)})
    with suppress(ResultTooLarge):
        version, row = await store.read_small(threads.whole, request.account, thread_id, LARGE_THREAD)
        if row is not None:
            return Response(thread_json(row).encode(), headers={"ETag": tag(version)})
    head = await store.read(threads.head, request.account, thread_id)
    return await respond(_pages(request, services, head), {"ETag": tag(head.version)})


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
