"""Isolation of accounts: another account's objects answer exactly like missing ones, on every operation."""

from typing import Any

import httpx
import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, waiting_run
from tests.support.server.threads_api import Api, another_account, contract
from threads_server.http.authentication import digest

NOBODY = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"
OUTPUTS = [{"tool_call_id": "call_1", "output": "x"}]

BODIES: dict[str, list[dict[str, Any]]] = {
    "createThread": [{}],
    "updateAssistant": [{"name": "Taken"}],
    "cloneAssistant": [{}],
    "sendMessage": [{"content": "x"}, {"content": "x", "stream": True}, {"content": "x", "send_to_llm": False}],
    "submitToolOutputs": [{"tool_outputs": OUTPUTS}],
}
"""For the operations with an id in the path, the bodies to try them with."""


@pytest.mark.parametrize("idle", [False, True])
@BOTH_DATABASES
async def test_operation_with_an_id_of_another_account_is_404(api: Api, idle: bool) -> None:
    thread_id, run_id = await waiting_run(api)
    if idle:
        await api.outputs(thread_id, run_id, {"call_1": "x"})
    thread = await api.get(thread_id)
    theirs = {"assistant_id": thread["assistant_id"], "thread_id": thread_id, "run_id": run_id}
    nobodys = {"assistant_id": NOBODY, "thread_id": NOBODY, "run_id": "run_of_nobody"}
    tried = 0
    async with another_account(api) as other:
        for endpoint in contract().endpoints.values():
            operation = endpoint.operation
            if "{" not in operation.path:
                continue
            for body in BODIES.get(operation.id, [{}]):
                answers = [
                    await _ask(other, operation.method, operation.path.format(**ids), body) for ids in (theirs, nobodys)
                ]
                assert answers[0].status_code == answers[1].status_code == 404, operation.id
                assert answers[0].content == answers[1].content, operation.id
                tried += 1
    assert tried >= 12
    assert await api.get(thread_id) == thread


async def _ask(api: Api, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    return await api.http.request(method, path, json=body if method in ("POST", "PUT") else None)


@pytest.mark.parametrize("version", ["*", '"3"', '"4"'])
async def test_if_match_on_a_thread_of_another_account_is_404(api: Api, version: str) -> None:
    thread_id, _ = await waiting_run(api)
    async with another_account(api) as other:
        for method, header in [("GET", "If-None-Match"), ("DELETE", "If-Match"), ("POST", "If-Match")]:
            answers = [
                await other.http.request(
                    method,
                    f"/threads/{thread}" + ("/messages" if method == "POST" else ""),
                    headers={header: version},
                    json={"content": "x"} if method == "POST" else None,
                )
                for thread in (thread_id, NOBODY)
            ]
            assert [(answer.status_code, answer.content) for answer in answers] == [
                (404, b'{"detail": "Thread not found"}')
            ] * 2
            assert not any("etag" in answer.headers for answer in answers)


@pytest.mark.parametrize("idle", [False, True])
async def test_ids_of_another_account_in_a_body_are_404(api: Api, idle: bool) -> None:
    thread_id, run_id = await waiting_run(api)
    if idle:
        await api.outputs(thread_id, run_id, {"call_1": "x"})
    thread = await api.get(thread_id)
    async with another_account(api) as other:
        for path, body in [
            ("/threads/messages", {"content": "x", "thread_id": thread_id}),
            ("/threads/messages", {"content": "x", "assistant_id": thread["assistant_id"]}),
            ("/threads/tool-outputs", {"thread_id": thread_id, "tool_outputs": OUTPUTS}),
        ]:
            nobodys = {name: NOBODY if name.endswith("_id") else value for name, value in body.items()}
            answer, unknown = await other.post(path, body), await other.post(path, nobodys)
            assert (answer.status_code, answer.content) == (404, unknown.content)
    assert await api.get(thread_id) == thread


@BOTH_DATABASES
async def test_each_account_has_its_own_default_assistant(api: Api) -> None:
    first = (await api.post("/threads/messages", {"content": "x"})).json()
    async with another_account(api) as other:
        second = (await other.post("/threads/messages", {"content": "x"})).json()
    assert first["assistant_id"] != second["assistant_id"]


async def test_two_keys_of_one_account_share_it(api: Api) -> None:
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    await api.services.store.add_key("second", digest(b"second"), "default")
    async with api.client("second") as http:
        assert (await http.get(f"/threads/{thread_id}")).status_code == 200
        await api.services.store.revoke_key("second")
        assert (await http.get(f"/threads/{thread_id}")).status_code == 401
