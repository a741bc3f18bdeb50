"""Accounts take turns at the event loop: of many requests that come at once only some begin in each pass."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.server.small_document import KEY, ROOMY, SmallServices, client_of, small_app
from threads_server.http.authentication import digest
from threads_server.http.loop_turns import WORK_PER_PASS, LoopTurns
from threads_server.http.responses import Response
from threads_server.openapi import ValidatedRequest
from threads_server.openapi.request_body import JsonDecoder


@pytest.mark.parametrize("kibibytes", [0, 3])
async def test_account_with_many_requests_begins_some_in_each_pass(kibibytes: int) -> None:
    turns, order = LoopTurns(), []

    async def begin(account: str, number: int) -> None:
        await turns.enter(account, kibibytes * 1024)
        order.append((account, number))

    in_a_pass = WORK_PER_PASS // (1 + kibibytes)
    requests = [asyncio.create_task(begin("a", number)) for number in range(3 * in_a_pass)]
    await asyncio.sleep(0)
    assert order == [("a", number) for number in range(in_a_pass)]
    requests.append(asyncio.create_task(begin("b", 0)))
    requests.append(asyncio.create_task(begin("a", 3 * in_a_pass)))
    await asyncio.gather(*requests)
    assert order.index(("b", 0)) <= 2 * in_a_pass
    assert [number for account, number in order if account == "a"] == list(range(3 * in_a_pass + 1))
    order.clear()
    await begin("a", 0)  # nothing is left of it
    assert order == [("a", 0)]


async def test_request_that_is_cancelled_while_it_waits_takes_no_turn() -> None:
    turns = LoopTurns()
    requests = [asyncio.create_task(turns.enter("a")) for _ in range(2 * WORK_PER_PASS)]
    await asyncio.sleep(0)
    for request in requests[WORK_PER_PASS:-1]:
        request.cancel()
    async with asyncio.timeout(600):
        await requests[-1]
    await asyncio.gather(*requests, return_exceptions=True)


@pytest.mark.parametrize(
    ("method", "size", "before"),
    [("GET", 0, 2 * WORK_PER_PASS), ("POST", 0, 4 * WORK_PER_PASS), ("POST", 20_000, WORK_PER_PASS)],
)
async def test_requests_of_one_account_let_another_one_in_between(
    method: str, size: int, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """900 connections with small requests in a loop made others wait for all of them."""
    services = SmallServices()
    services.store.keys[digest(b"other")] = "other-account"
    order: list[str] = []

    async def note(request: ValidatedRequest, services: Any) -> Response:
        order.append(request.account)
        return Response(b"{}")

    decode = JsonDecoder.decode

    def decoded(*arguments: Any) -> Any:
        order.append("decoded")
        return decode(*arguments)

    monkeypatch.setattr(JsonDecoder, "decode", decoded)
    app = small_app({"listThings": note, "createThing": note}, services, document=ROOMY)
    async with client_of(app) as client:
        request = {
            "method": method,
            "url": "/things",
            "content": json.dumps({"name": "x", "metadata": {"a": "x" * size}}),
        }

        async def send(key: str) -> None:
            headers = {"X-API-Key": key, "Content-Type": "application/json"}
            assert (await client.request(**request, headers=headers)).status_code == 200

        await asyncio.gather(*(send(KEY) for _ in range(5 * WORK_PER_PASS)), send("other"))
    assert order.index("other-account") < before
