"""`request()`: the query of the path, that of the call and the params of a caller's client go out together."""

from typing import Any
from urllib.parse import parse_qsl, quote_plus

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import UNSET, AsyncBackboard, Backboard
from tests.support.client.calls import ADDRESS, HALVES
from tests.support.examples import examples

NAMES = st.sampled_from(["limit", "a b", "é&"])
VALUES = st.sampled_from(["", "7", "x y", "=é?#"])
EXAMPLES = {"sync": 60, "async": 10}


def sent_query(half: str, params: dict[str, str], path: str, query: dict[str, Any] | None) -> str:
    """The query of the request that `request()` sends."""
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    options: Any = {"transport": httpx.MockTransport(handler), "params": params}

    async def run() -> None:
        async with httpx.AsyncClient(**options) as http_client:
            client = AsyncBackboard(api_key="key", base_url=ADDRESS, http_client=http_client)
            await client.request("GET", path, query=query)

    if half == "async":
        anyio.run(run)
    else:
        with httpx.Client(**options) as http_client:
            Backboard(api_key="key", base_url=ADDRESS, http_client=http_client).request("GET", path, query=query)
    return sent[0].url.query.decode("ascii")


@pytest.mark.parametrize("half", HALVES)
def test_queries_of_path_call_and_http_client_are_sent_together(half: str) -> None:
    @examples(EXAMPLES[half])
    @given(
        st.dictionaries(NAMES, VALUES, max_size=2),
        st.lists(st.tuples(NAMES, VALUES), max_size=2),
        st.none() | st.dictionaries(NAMES, VALUES | st.lists(VALUES, max_size=2) | st.sampled_from([UNSET, None])),
    )
    def check(params: dict[str, str], in_path: list[tuple[str, str]], query: dict[str, Any] | None) -> None:
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in in_path)
        own = list(in_path)
        for name, value in (query or {}).items():
            values = value if isinstance(value, list) else [value]
            own += [(name, one) for one in values if isinstance(one, str)]
        others = [(name, value) for name, value in params.items() if name not in dict(own)]
        found = parse_qsl(sent_query(half, params, f"/x?{text}" if text else "/x", query), keep_blank_values=True)
        assert sorted(found) == sorted(own + others)

    check()
