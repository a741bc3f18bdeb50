"""Runs that failed: each call raises, and can be told not to."""

from typing import Any

import pytest

from backboard_threads import RunFailedError
from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import MOMENT, THREAD_ID, TURN, Variant

FAILED = {**TURN, "status": "FAILED", "message": "no such model", "content": "so f", "run_id": "run-1"}
OUTPUTS = {"tool_outputs": [{"tool_call_id": "c", "output": "x"}]}
CALLS = {
    "send": lambda client, **options: client.messages.send(THREAD_ID, content="x", **options),
    "chat": lambda client, **options: client.messages.chat(content="x", **options),
    "submit": lambda client, **options: client.runs.submit_tool_outputs(THREAD_ID, "run-1", **OUTPUTS, **options),
    "submit latest": lambda client, **options: client.runs.submit_latest_tool_outputs(
        thread_id=THREAD_ID, **OUTPUTS, **options
    ),
}


def answer(name: str, turn: dict[str, Any]) -> Any:
    if "submit" in name:
        turn = {"message": "m", "timestamp": MOMENT, "run_id": "run-1", **turn}
    return reply(200, turn, {"X-Request-ID": "req-1"})


@pytest.mark.parametrize("name", CALLS)
async def test_failed_run_raises_with_its_turn(variant: Variant, server: Server, name: str) -> None:
    server.answer(answer(name, FAILED))
    with pytest.raises(RunFailedError, match="no such model") as caught:
        await variant.do(CALLS[name](variant.client(server)))
    error = caught.value
    assert error.turn.status == "FAILED"
    assert (error.run_id, error.thread_id, error.partial_text) == ("run-1", THREAD_ID, "so f")
    assert error.request_id == "req-1"
    assert error.event is None
    assert error.request.headers["x-api-key"] == "[redacted]"
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_failed_run_is_returned_on_request(variant: Variant, server: Server, name: str) -> None:
    server.answer(answer(name, FAILED))
    call = CALLS[name]
    assert (await variant.do(call(variant.client(server), raise_on_failed_run=False))).status == "FAILED"
    client = variant.client(server, raise_on_failed_run=False)
    assert (await variant.do(call(client))).status == "FAILED"
    assert (await variant.do(call(client.with_options(timeout=5)))).status == "FAILED"
    for raising in (
        lambda: call(client, raise_on_failed_run=True),
        lambda: call(client.with_options(raise_on_failed_run=True)),
    ):
        with pytest.raises(RunFailedError):
            await variant.do(raising())


@pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED", "REQUIRES_ACTION", "IN_PROGRESS", "ODD", None])
async def test_other_run_status_does_not_raise(variant: Variant, server: Server, status: str | None) -> None:
    server.answer(answer("send", {**FAILED, "status": status}))
    turn = await variant.do(variant.client(server).messages.send(THREAD_ID, content="x"))
    assert turn.status == status
