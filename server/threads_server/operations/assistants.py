"""Operations of assistants."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from threads_server.clock import now, written
from threads_server.encoding import encode
from threads_server.http.idempotency import claim_of, replay_headers
from threads_server.http.responses import Answer
from threads_server.openapi import Call
from threads_server.operations.assistant_json import changed_assistant, cloned_assistant, new_assistant
from threads_server.operations.services import Services
from threads_server.store import assistants as kept
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import AlreadyKept


async def create_assistant(call: Call, services: Services) -> Answer:
    row = new_assistant(call.account, {**services.create_assistant.defaults, **_given(call.body)})
    return await _create(call, services, row, row.body)


async def list_assistants(call: Call, services: Services) -> Answer:
    query = call.query
    bodies = await services.store.read(kept.list_page, call.account, query.get("name"), query["skip"], query["limit"])
    return Answer(f"[{','.join(bodies)}]".encode())


async def get_assistant(call: Call, services: Services) -> Answer:
    body = await services.store.read(kept.get, call.account, call.path["assistant_id"])
    return Answer(body.encode())


async def update_assistant(call: Call, services: Services) -> Answer:
    change = partial(changed_assistant, given=call.body)
    body = await services.store.write(kept.change, call.account, call.path["assistant_id"], change)
    return Answer(body.encode())


async def delete_assistant(call: Call, services: Services) -> Answer:
    assistant_id = call.path["assistant_id"]
    for thread_id in await services.store.write(kept.delete, call.account, assistant_id):
        services.turns.deleted(call.account, thread_id)
    return Answer(
        encode({"message": "Assistant deleted", "assistant_id": assistant_id, "deleted_at": written(now())}).encode()
    )


async def clone_assistant(call: Call, services: Services) -> Answer:
    try:
        source = await services.store.read(
            kept.get_to_clone, call.account, call.path["assistant_id"], claim_of(call), now()
        )
    except AlreadyKept as already:
        return _replayed(already)
    row = cloned_assistant(call.account, source, call.body, services.create_assistant.longest["name"])
    return await _create(call, services, row, f'{{"assistant":{row.body},"documents_cloned":0,"memories_cloned":0}}')


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are set: null is the same as leaving one out."""
    return {name: value for name, value in body.items() if value is not None}


async def _create(call: Call, services: Services, row: AssistantRow, answer: str) -> Answer:
    try:
        await services.store.write(kept.create, row, claim_of(call), answer)
    except AlreadyKept as already:
        return _replayed(already)
    return Answer(answer.encode())


def _replayed(already: AlreadyKept) -> Answer:
    return Answer((already.kept.body or "").encode(), headers=replay_headers(None))
