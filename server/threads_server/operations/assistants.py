"""Operations of assistants."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from threads_server.clock import format_timestamp, now
from threads_server.encoding import encode
from threads_server.http.idempotency import idempotency_request, replay_headers
from threads_server.http.responses import Response
from threads_server.openapi import ValidatedRequest
from threads_server.operations.assistant_json import changed_assistant, cloned_assistant, new_assistant
from threads_server.operations.large_responses import respond_with_list
from threads_server.operations.services import Services
from threads_server.store import ResultTooLarge, Store, assistants
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import Replay


async def create_assistant(request: ValidatedRequest, services: Services) -> Response:
    row = new_assistant(request.account, {**services.create_assistant.defaults, **_given(request.body)})
    return await _create(request, services, row, row.body)


async def list_assistants(request: ValidatedRequest, services: Services) -> Response:
    query, store = request.query, services.store
    page = (request.account, query.get("name"), query["skip"], query["limit"])
    with suppress(ResultTooLarge):
        bodies = await store.read_small(assistants.list_page, *page)
        if bodies is not None:
            return Response(f"[{','.join(bodies)}]".encode())

    async def listed() -> AsyncIterator[str]:
        return _listed(request, store, await store.read(assistants.id_page, *page))

    return await respond_with_list(listed)


async def _listed(request: ValidatedRequest, store: Store, assistant_ids: list[str]) -> AsyncIterator[str]:
    separator = "["
    for assistant_id in assistant_ids:
        async with request.budget.large_read():
            body = await store.read_large(assistants.get, request.account, assistant_id)
        yield f"{separator}{body}"
        separator = ","
    yield "]" if separator == "," else "[]"


async def get_assistant(request: ValidatedRequest, services: Services) -> Response:
    body = await services.store.read(assistants.get, request.account, request.path["assistant_id"])
    return Response(body.encode())


async def update_assistant(request: ValidatedRequest, services: Services) -> Response:
    change = partial(changed_assistant, given=request.body)
    size = await services.store.read(assistants.size_of, request.account, request.path["assistant_id"])
    request.budget.expect_response(size + request.body_size)
    body = await services.store.write(assistants.update, request.account, request.path["assistant_id"], change)
    return Response(body.encode())


async def delete_assistant(request: ValidatedRequest, services: Services) -> Response:
    assistant_id = request.path["assistant_id"]
    for thread_id in await services.store.write(assistants.delete, request.account, assistant_id):
        services.turns.thread_deleted(request.account, thread_id)
    services.sweeper.notify()
    if services.quotas is not None:
        services.quotas.deleted(request.account)
    return Response(
        encode(
            {"message": "Assistant deleted", "assistant_id": assistant_id, "deleted_at": format_timestamp(now())}
        ).encode()
    )


async def clone_assistant(request: ValidatedRequest, services: Services) -> Response:
    try:
        source = await services.store.read(
            assistants.get_to_clone,
            request.account,
            request.path["assistant_id"],
            await idempotency_request(request),
            now(),
        )
    except Replay as replay:
        return _replayed(replay)
    request.budget.expect_response(len(source.encode()) + request.body_size)
    row = cloned_assistant(request.account, source, request.body, services.create_assistant.longest["name"])
    return await _create(request, services, row, f'{{"assistant":{row.body},"documents_cloned":0,"memories_cloned":0}}')


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are set: null is the same as leaving one out."""
    return {name: value for name, value in body.items() if value is not None}


async def _create(request: ValidatedRequest, services: Services, row: AssistantRow, answer: str) -> Response:
    try:
        await services.store.write(assistants.create, row, await idempotency_request(request), answer)
    except Replay as replay:
        return _replayed(replay)
    return Response(answer.encode())


def _replayed(replay: Replay) -> Response:
    return Response((replay.stored.body or "").encode(), headers=replay_headers(None))
