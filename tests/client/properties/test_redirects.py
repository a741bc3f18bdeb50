"""Redirects that a caller's `http_client` follows are httpx's own, but that the key stays with its origin."""

from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import AsyncBackboard, Backboard
from tests.support.client.calls import HALVES
from tests.support.client.variants import THREAD, THREAD_ID, TURN
from tests.support.examples import examples

BASE = "http://server.example:8000/api"
TARGETS = [
    *(f"{BASE}/moved", "/api/moved?a=b", "moved", "http://server.example/api", "http://server.example:8001/api"),
    *("https://server.example:8000/api", "http://other.example:8000/api", "//eu.server.example:8000/api"),
]
EXAMPLES = {"sync": 60, "async": 10}
CALLS: dict[str, Any] = {
    "get": lambda client: client.threads.get(THREAD_ID),
    "send": lambda client: client.messages.send(THREAD_ID, content="Hé", headers={"X-Own": "call"}),
}
Sent = tuple[str, str, dict[str, str], bytes]


class Redirecting:
    """Answers with a redirect after the other, then with the call's result; keeps the requests."""

    def __init__(self, redirects: list[tuple[int, str]], result: object) -> None:
        self._redirects = redirects
        self._result = result
        self.sent: list[Sent] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "cookie"}
        self.sent.append((request.method, str(request.url), headers, request.content))
        if len(self.sent) > len(self._redirects):
            return httpx.Response(200, json=self._result)
        status, target = self._redirects[len(self.sent) - 1]
        return httpx.Response(status, headers={"Location": target})


def origin(url: str) -> tuple[str, str, int | None]:
    read = httpx.URL(url)
    return read.scheme, read.host, read.port


def as_httpx(first: Sent, redirecting: Redirecting) -> list[Sent]:
    """All requests that httpx sends for a first one; the key is left out from the first other origin on."""
    method, url, headers, content = first
    with httpx.Client(transport=httpx.MockTransport(redirecting), follow_redirects=True) as client:
        client.send(httpx.Request(method, url, headers=headers, content=content))
    is_own = True
    for _, url, headers, _ in redirecting.sent:
        is_own = is_own and origin(url) == origin(first[1])
        if not is_own:
            headers.pop("x-api-key", None)
    return redirecting.sent


def called(name: str, half: str, redirecting: Redirecting) -> None:
    """Make a call through a client of httpx's that follows redirects."""
    transport = httpx.MockTransport(redirecting)
    if half == "sync":
        with (
            httpx.Client(transport=transport, follow_redirects=True) as http_client,
            Backboard(api_key="key", base_url=BASE, http_client=http_client) as client,
        ):
            CALLS[name](client)
        return

    async def run() -> None:
        async with (
            httpx.AsyncClient(transport=transport, follow_redirects=True) as http_client,
            AsyncBackboard(api_key="key", base_url=BASE, http_client=http_client) as client,
        ):
            await CALLS[name](client)

    anyio.run(run)


@pytest.mark.parametrize("half", HALVES)
def test_redirects_are_followed_as_httpx_follows_them_without_the_key_elsewhere(half: str) -> None:
    @examples(EXAMPLES[half])
    @given(
        st.sampled_from(sorted(CALLS)),
        st.lists(
            st.tuples(st.sampled_from([301, 302, 303, 307, 308]), st.sampled_from(TARGETS)), min_size=1, max_size=3
        ),
    )
    def check(name: str, redirects: list[tuple[int, str]]) -> None:
        result = THREAD if name == "get" else TURN
        ours = Redirecting(redirects, result)
        called(name, half, ours)
        assert ours.sent[0][2]["x-api-key"] == "key"
        assert ours.sent == as_httpx(ours.sent[0], Redirecting(redirects, result))

    check()
