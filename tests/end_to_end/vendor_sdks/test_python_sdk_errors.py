"""Errors of the server as the vendor's published Python SDK raises them (docs/hosted-api.md §1 Errors, §7.3)."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.client.vendor_sdk import CALL_WEATHER, backboard, collect, exceptions, outputs_for
from threads_server.testing import LocalServer


async def test_failed_run(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    reply = await client.add_message(thread_id, "/fail out of order")
    assert reply.status == "FAILED"
    assert "out of order" in reply.messages[-1]["message"]
    with pytest.raises(exceptions.BackboardAPIError, match="out of order"):
        await collect(await client.add_message(thread_id, "/fail out of order", stream=True))


async def test_wrong_key(server: LocalServer) -> None:
    async with backboard.BackboardClient(api_key="wrong", base_url=server.url) as stranger:
        with pytest.raises(exceptions.BackboardAPIError, match="Invalid or missing API key") as caught:
            await stranger.list_threads()
        assert caught.value.status_code == 401
        with pytest.raises(exceptions.BackboardAPIError) as caught:
            await collect(await stranger.send_message("hello", stream=True))
        assert caught.value.status_code == 401


UNKNOWN: list[tuple[str, Callable[[backboard.BackboardClient], Any]]] = [
    ("Assistant not found", lambda client: client.get_assistant(uuid.uuid4())),
    ("Assistant not found", lambda client: client.update_assistant(uuid.uuid4(), name="x")),
    ("Assistant not found", lambda client: client.delete_assistant(uuid.uuid4())),
    ("Assistant not found", lambda client: client.clone_assistant(uuid.uuid4())),
    ("Assistant not found", lambda client: client.create_thread(uuid.uuid4())),
    ("Assistant not found", lambda client: client.list_threads_for_assistant(uuid.uuid4())),
    ("Assistant not found", lambda client: client.send_message("x", assistant_id=uuid.uuid4())),
    ("Thread not found", lambda client: client.get_thread(uuid.uuid4())),
    ("Thread not found", lambda client: client.add_message(uuid.uuid4(), "x")),
    ("Thread not found", lambda client: client.send_message("x", thread_id=uuid.uuid4())),
    ("(Thread|Run) not found", lambda client: client.cancel_run(uuid.uuid4(), "run_1")),
    (
        "(Thread|Run) not found",
        lambda client: client.submit_tool_outputs(uuid.uuid4(), "run_1", outputs_for(["call_1"])),
    ),
    ("Thread not found", lambda client: client.submit_tool_outputs_simple(uuid.uuid4(), outputs_for(["call_1"]))),
]


@pytest.mark.parametrize(("detail", "call"), UNKNOWN)
async def test_unknown_ids(
    client: backboard.BackboardClient, detail: str, call: Callable[[backboard.BackboardClient], Any]
) -> None:
    with pytest.raises(exceptions.BackboardNotFoundError, match=detail) as caught:
        await call(client)
    assert caught.value.status_code == 404


async def test_unknown_run(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    with pytest.raises(exceptions.BackboardNotFoundError, match="Run not found"):
        await client.submit_tool_outputs(thread_id, "run_unknown", outputs_for(["call_1"]))
    with pytest.raises(exceptions.BackboardNotFoundError, match="Run not found"):
        await client.cancel_run(thread_id, "run_unknown")


async def test_unknown_thread_while_streaming(client: backboard.BackboardClient) -> None:
    with pytest.raises(exceptions.BackboardNotFoundError):
        await collect(await client.add_message(uuid.uuid4(), "x", stream=True))


async def test_invalid_request_raises_a_422(client: backboard.BackboardClient) -> None:
    for call in (client.get_thread("not-a-uuid"), client.create_assistant(""), client.send_message("")):
        with pytest.raises(exceptions.BackboardAPIError) as caught:
            await call
        assert caught.value.status_code == 422
        assert "loc" in str(caught.value)


async def test_outputs_that_do_not_match_the_round(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    waiting = await client.add_message(thread_id, CALL_WEATHER)
    assert waiting.run_id is not None
    with pytest.raises(exceptions.BackboardValidationError) as caught:
        await client.submit_tool_outputs(thread_id, waiting.run_id, outputs_for(["call_unknown"]))
    assert caught.value.status_code == 400


async def test_message_while_a_run_waits_for_tools(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    await client.add_message(thread_id, CALL_WEATHER)
    with pytest.raises(exceptions.BackboardAPIError) as caught:
        await client.add_message(thread_id, "and now?")
    assert caught.value.status_code == 409
