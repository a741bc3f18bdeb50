"""Operations of threads."""

from threads_server.clock import new_id, now, written
from threads_server.encoding import encode
from threads_server.http.etags import matches_weakly, tag
from threads_server.http.idempotency import claim_of, replay_headers
from threads_server.http.responses import Answer
from threads_server.openapi import Call
from threads_server.operations.services import Services
from threads_server.runs.run_segment import LARGE_THREAD
from threads_server.store import threads as kept
from threads_server.store.idempotency_keys import AlreadyKept


async def create_thread(call: Call, services: Services) -> Answer:
    assistant_id, thread_id, moment = call.path["assistant_id"], new_id(), now()
    answer = kept.thread_text(thread_id, assistant_id, moment, "{}", None)
    try:
        await services.store.write(kept.create, call.account, thread_id, assistant_id, moment, claim_of(call), answer)
    except AlreadyKept as already:
        return Answer((already.kept.body or "").encode(), headers=replay_headers(None))
    return Answer(answer.encode())


async def list_threads(call: Call, services: Services) -> Answer:
    return await _list(call, services, None)


async def list_assistant_threads(call: Call, services: Services) -> Answer:
    return await _list(call, services, call.path["assistant_id"])


async def _list(call: Call, services: Services, assistant_id: str | None) -> Answer:
    query, store = call.query, services.store
    whole: bool = query["include_messages"]
    read = store.read_large if whole else store.read
    page = await read(kept.list_page, call.account, assistant_id, query["skip"], query["limit"], include_messages=whole)
    return Answer(f"[{','.join(page)}]".encode())


async def get_thread(call: Call, services: Services) -> Answer:
    store, thread_id = services.store, call.path["thread_id"]
    known = call.headers.get("if-none-match")
    if known is not None:
        version, _ = await store.read(kept.size_of, call.account, thread_id)
        if matches_weakly(known, version):
            return Answer(b"", 304, {"ETag": tag(version)})
    version, body = await store.read(kept.whole, call.account, thread_id, LARGE_THREAD)
    if body is None:
        version, body = await store.read_large(kept.whole, call.account, thread_id)
    return Answer((body or "").encode(), headers={"ETag": tag(version)})


async def delete_thread(call: Call, services: Services) -> Answer:
    thread_id = call.path["thread_id"]
    await services.store.write(kept.delete, call.account, thread_id, call.headers.get("if-match"))
    services.turns.deleted(call.account, thread_id)
    return Answer(encode({"message": "Thread deleted", "thread_id": thread_id, "deleted_at": written(now())}).encode())
