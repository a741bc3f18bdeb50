"""Options of a client and of a call: copies, defaults, and what is refused."""

from typing import Any

import httpx
import pytest

from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant


async def test_with_options_changes_a_copy_only(variant: Variant) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=THREAD)

    client = variant.mocked(handler, timeout=30, deadline=None, headers={"X-A": "1"})
    changed = client.with_options(timeout=httpx.Timeout(5, read=9), headers={"X-B": "2"})
    for each in (client, changed, client):
        await variant.do(each.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=None))
    assert [request.extensions["timeout"]["read"] for request in sent] == [30, 9, 30, None]
    assert [request.headers.get("x-b") for request in sent] == [None, "2", None, None]
    assert {request.headers["x-a"] for request in sent} == {"1"}
    assert type(changed) is type(client)
    assert changed.threads is not client.threads


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "5"},
        {"timeout": True},
        {"timeout": float("nan")},
        {"deadline": 0},
        {"deadline": "1"},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": None},
        {"max_retries": True},
    ],
)
async def test_invalid_option_is_refused(variant: Variant, options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        variant.client_class(api_key=KEY, **options)
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        await variant.do(variant.client().threads.get(THREAD_ID, **options))


@pytest.mark.parametrize("seconds", [1e7, 1e10, float("inf")])
async def test_very_long_timeout_is_accepted(variant: Variant, server: Server, seconds: float) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server, timeout=seconds, deadline=None)
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=None, deadline=seconds))
    assert len(server.requests) == 2


async def test_default_timeouts_are_finite(variant: Variant) -> None:
    limits: list[dict[str, float | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limits.append({phase: request.extensions["timeout"].get(phase) for phase in request.extensions["timeout"]})
        return httpx.Response(200, json=THREAD)

    await variant.do(variant.mocked(handler).threads.get(THREAD_ID))
    await variant.do(variant.mocked(handler, timeout=None).threads.get(THREAD_ID))
    assert limits[0] == {"connect": 10, "read": 120, "write": 120, "pool": 120}
    assert all(seconds is not None and 500 < seconds <= 600 for seconds in limits[1].values())
