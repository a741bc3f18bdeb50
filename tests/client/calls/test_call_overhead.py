"""Cost of a call, counted in function calls: they do not depend on the machine's load."""

import cProfile
import pstats
from collections.abc import Callable
from typing import Any

import httpx

from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant

CALLS = 20
MESSAGE = {"message_id": "m", "role": "user", "content": "Hello", "created_at": "2026-02-05T02:15:37.795Z"}
HEADERS = {
    "Date": "Thu, 05 Feb 2026 02:15:37 GMT",
    "Server": "uvicorn",
    "ETag": '"7"',
    "X-Request-ID": "0123456789abcdef",
}


def count(call: Callable[[], object]) -> int:
    """Function calls of `CALLS` calls, after two that open the connection and load what is loaded once."""
    for _ in range(2):
        call()
    profile = cProfile.Profile()
    with profile:
        for _ in range(CALLS):
            call()
    stats: Any = pstats.Stats(profile)
    return int(stats.total_calls)


def test_call_costs_no_more_than_httpx(server: Server) -> None:
    server.answer(reply(200, {**THREAD, "messages": [MESSAGE] * 20}, HEADERS))
    variant = Variant("sync")
    client = variant.client(server)
    with httpx.Client(base_url=client.base_url, headers={"X-API-Key": KEY}) as plain:
        by_httpx = count(lambda: plain.get(f"/threads/{THREAD_ID}").json())
    ours = count(lambda: client.threads.get(THREAD_ID))
    variant.close()
    assert ours <= 1.05 * by_httpx, f"{ours / CALLS:.0f} function calls, {by_httpx / CALLS:.0f} by httpx"
