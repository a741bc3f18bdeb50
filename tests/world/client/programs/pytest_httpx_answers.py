"""pytest-httpx answers for the default client."""

import asyncio
from typing import Any

from served import KEY, THREAD

from backboard_threads import AsyncBackboard, Backboard

URL = "http://api.example/api"


def test_sync_client_is_answered(httpx_mock: Any) -> None:
    httpx_mock.add_response(url=f"{URL}/threads/t", json=THREAD)
    with Backboard(api_key=KEY, base_url=URL) as client:
        assert client.threads.get("t").thread_id == "t"
    assert httpx_mock.get_request().method == "GET"


def test_async_client_is_answered(httpx_mock: Any) -> None:
    httpx_mock.add_response(url=f"{URL}/threads", method="GET", json=[THREAD])

    async def call() -> None:
        async with AsyncBackboard(api_key=KEY, base_url=URL) as client:
            assert len(await client.threads.list()) == 1

    asyncio.run(call())
