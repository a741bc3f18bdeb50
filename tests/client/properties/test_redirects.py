"""Redirects that a caller's `http_client` follows are httpx's own, but that the key stays with its origin."""

import pickle
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import APIError, AsyncBackboard, Backboard
from tests.support.client.calls import HALVES
from tests.support.client.reachable_texts import reachable_texts
from tests.support.client.variants import KEY, THREAD, THREAD_ID, TURN
from tests.support.examples import examples

BASE = "http://server.example:8000/api"
TARGETS = [
    *(f"{BASE}/moved", "/api/moved?a=b", "moved", "http://server.example/api", "http://server.example:8001/api"),
    *("https://server.example:8000/api", "http://other.example:8000/api", "//eu.server.example:8000/api"),
]
PASSWORD = "password-0123456789"
EXAMPLES = {"sync": 60, "async": 10}
CALLS: dict[str, Any] = {
    "get": lambda client: client.threads.with_response.get(THREAD_ID),
    "send": lambda client: client.messages.with_response.send(THREAD_ID, content="Hé", headers={"X-Own": "call"}),
}
ENDS: list[httpx.Response | None] = [
    *(None, httpx.Response(404, json={"detail": "x"}), httpx.Response(200, text="<html>")),
    *(httpx.Response(302), httpx.Response(307, headers={"Location": "http://[::1]:x/"})),
]
"""The last answer; None for a connection that breaks. The result of the call is one more."""
Sent = tuple[str, str, dict[str, str], bytes]


class Redirecting:
    """Answers with a redirect after the other, then with `end`; keeps the requests."""

    def __init__(self, redirects: list[tuple[int, str]], end: httpx.Response | None) -> None:
        self._redirects = redirects
        self._end = end
        self.sent: list[Sent] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "cookie"}
        self.sent.append((request.method, str(request.url), headers, request.content))
        if len(self.sent) > len(self._redirects):
            if self._end is None:
                raise httpx.ReadError("broken")
            return httpx.Response(self._end.status_code, headers=self._end.headers, content=self._end.content)
        status, target = self._redirects[len(self.sent) - 1]
        return httpx.Response(status, headers={"Location": target})


def origin(url: str) -> tuple[str, str, int | None]:
    read = httpx.URL(url)
    return read.scheme, read.host, read.port


def as_httpx(first: Sent, redirecting: Redirecting, most: int | None) -> list[Sent]:
    """All requests that httpx sends for a first one; the key is left out from the first other origin on."""
    method, url, headers, content = first
    options: Any = {"follow_redirects": most is not None, "max_redirects": most or 0}
    with httpx.Client(transport=httpx.MockTransport(redirecting), **options) as client, suppress(httpx.RequestError):
        client.send(httpx.Request(method, url, headers=headers, content=content))
    is_own = True
    for _, url, headers, _ in redirecting.sent:
        is_own = is_own and origin(url) == origin(first[1])
        if not is_own:
            headers.pop("x-api-key", None)
    return redirecting.sent


def called(name: str, half: str, redirecting: Redirecting, most: int | None) -> Any:
    """Return the answer or error of a call through an httpx client with a password that follows `most` redirects."""
    options: Any = {
        "transport": httpx.MockTransport(redirecting),
        "follow_redirects": most is not None,
        "max_redirects": most or 0,
        "auth": ("user", PASSWORD),
    }
    try:
        if half == "sync":
            with (
                httpx.Client(**options) as http_client,
                Backboard(api_key=KEY, base_url=BASE, http_client=http_client, max_retries=0) as client,
            ):
                return CALLS[name](client).response

        async def run() -> Any:
            async with (
                httpx.AsyncClient(**options) as http_client,
                AsyncBackboard(api_key=KEY, base_url=BASE, http_client=http_client, max_retries=0) as client,
            ):
                return (await CALLS[name](client)).response

        return anyio.run(run)
    except APIError as error:
        return error


@pytest.mark.parametrize("half", HALVES)
def test_redirects_are_followed_as_httpx_follows_them_without_the_key_elsewhere(half: str) -> None:
    @examples(EXAMPLES[half])
    @given(
        st.sampled_from(sorted(CALLS)),
        st.lists(
            st.tuples(st.sampled_from([301, 302, 303, 307, 308]), st.sampled_from(TARGETS)), min_size=1, max_size=3
        ),
        st.integers(0, len(ENDS)),
        st.sampled_from([20, 20, 1, 0, None]),
    )
    def check(name: str, redirects: list[tuple[int, str]], end: int, most: int | None) -> None:
        answer = [*ENDS, httpx.Response(200, json=THREAD if name == "get" else TURN)][end]
        ours = Redirecting(redirects, answer)
        outcome = called(name, half, ours, most)
        assert ours.sent[0][2]["x-api-key"] == KEY
        assert ours.sent == as_httpx(ours.sent[0], Redirecting(redirects, answer), most)
        assert isinstance(outcome, httpx.Response) == (end == len(ENDS) and most is not None and len(redirects) <= most)
        shown = "".join(reachable_texts(outcome)) + pickle.dumps(outcome).decode("latin-1")
        assert not [secret for secret in (KEY, PASSWORD, ours.sent[0][2]["authorization"]) if secret in shown]

    check()
