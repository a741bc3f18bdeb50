"""Pagination: where a listing ends, and that no item is lost or given twice."""

import copy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from backboard_threads import APIError, DecodeError, RateLimitError, ServerError
from tests.support.client.variants import ASSISTANT_ID, MOMENT, Variant


class Listing:
    """So many threads, newest first, and what was asked of them."""

    def __init__(self, count: int, *, most: int = 200) -> None:
        self.rows = [f"t{i}" for i in range(count)]
        self.most = most
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        self.asked.append(query)
        skip, limit = int(query.get("skip", "0")), min(int(query.get("limit", "100")), self.most)
        rows = self.rows[skip : skip + limit]
        return httpx.Response(200, json=[{"thread_id": row, "created_at": MOMENT} for row in rows])


async def ids(variant: Variant, items: Any) -> list[str]:
    return [item.thread_id for item in await variant.all(items)]


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (250, 3)])
async def test_pagination_without_limit_sends_none(variant: Variant, count: int, calls: int) -> None:
    listing = Listing(count)
    assert await ids(variant, variant.mocked(listing).threads.iterate()) == listing.rows
    assert len(listing.asked) == calls
    assert not any("limit" in query for query in listing.asked)
    assert "skip" not in listing.asked[0]


@pytest.mark.parametrize(("count", "limit", "calls"), [(0, 3, 1), (7, 3, 3), (9, 3, 4), (250, 200, 2), (450, 999, 3)])
async def test_pagination_ends_at_a_short_page(variant: Variant, count: int, limit: int, calls: int) -> None:
    listing = Listing(count)
    pages = variant.mocked(listing).threads.iterate(limit=limit, include_messages=False)
    assert await ids(variant, pages) == listing.rows
    assert len(listing.asked) == calls
    assert {query["limit"] for query in listing.asked} == {str(limit)}
    assert {query["include_messages"] for query in listing.asked} == {"false"}


async def test_paginator_can_be_iterated_again(variant: Variant) -> None:
    listing = Listing(5)
    pages = variant.mocked(listing).threads.iterate(limit=2)
    assert await ids(variant, pages) == await ids(variant, pages) == listing.rows
    assert [len(page) for page in await variant.all(pages.pages())] == [2, 2, 1]
    assert await ids(variant, variant.mocked(listing).threads.iterate(skip=3, limit=2)) == listing.rows[3:]


async def test_pagination_of_an_assistants_threads(variant: Variant) -> None:
    listing = Listing(3)
    assert (
        await ids(variant, variant.mocked(listing).threads.iterate_for_assistant(ASSISTANT_ID, limit=2)) == listing.rows
    )


async def test_pagination_gives_no_item_twice_when_items_are_inserted(variant: Variant) -> None:
    listing = Listing(10)

    def handler(request: httpx.Request) -> httpx.Response:
        response = listing(request)
        listing.rows.insert(0, f"new{len(listing.asked)}")
        return response

    assert await ids(variant, variant.mocked(handler).threads.iterate(limit=4)) == [f"t{i}" for i in range(10)]


async def test_pagination_raises_if_the_server_ignores_skip(variant: Variant) -> None:
    calls = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(200, json=[{"thread_id": f"t{i}", "created_at": MOMENT} for i in range(3)])

    seen = []
    with pytest.raises(APIError, match="the same page"):
        await _collect(variant, variant.mocked(handler).threads.iterate(limit=3), seen)
    assert seen == ["t0", "t1", "t2"]
    assert calls == 2


async def test_pagination_with_limit_zero_ends(variant: Variant) -> None:
    listing = Listing(0)
    assert await ids(variant, variant.mocked(listing).threads.iterate(limit=0)) == []
    assert len(listing.asked) == 1


@pytest.mark.parametrize(("limit", "count"), [(200, 10_200), (30, 10_030)])
async def test_pagination_beyond_max_skip_raises_after_the_last_page(variant: Variant, limit: int, count: int) -> None:
    listing = Listing(count)
    seen: list[str] = []
    with pytest.raises(APIError, match="skip=10000"):
        await _collect(variant, variant.mocked(listing).threads.iterate(limit=limit), seen)
    assert seen == listing.rows[: 10_000 + limit]
    assert max(int(query.get("skip", "0")) for query in listing.asked) == 10_000


@pytest.mark.parametrize("count", [10_000, 10_001, 10_199])
async def test_pagination_up_to_max_skip_is_complete(variant: Variant, count: int) -> None:
    listing = Listing(count)
    assert await ids(variant, variant.mocked(listing).threads.iterate(limit=200)) == listing.rows


async def test_pagination_raises_after_the_items_before_an_error(variant: Variant) -> None:
    listing = Listing(10)
    wrong = [httpx.Response(503), httpx.Response(429), httpx.Response(500, json={"detail": "broken"})]

    def handler(request: httpx.Request) -> httpx.Response:
        return listing(request) if len(listing.asked) < 2 else wrong.pop(0)

    seen: list[str] = []
    with pytest.raises(ServerError, match="broken"):
        await _collect(variant, variant.mocked(handler).threads.iterate(limit=3), seen)
    assert seen == listing.rows[:6]
    assert wrong == []


async def test_pagination_applies_options_to_each_page(variant: Variant) -> None:
    sent: list[httpx.Request] = []
    listing = Listing(5)

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return listing(request) if len(sent) < 3 else httpx.Response(429)

    pages = variant.mocked(handler).threads.iterate(limit=2, timeout=7, max_retries=0, headers={"X-A": "b"})
    with pytest.raises(RateLimitError):
        await variant.all(pages)
    assert len(sent) == 3
    assert {request.headers["x-a"] for request in sent} == {"b"}
    assert copy.copy(pages) is not pages


async def test_pagination_of_an_object_raises_decode_error(variant: Variant) -> None:
    with pytest.raises(DecodeError, match="expected an array, got an object with items"):
        await variant.all(variant.mocked(lambda _: httpx.Response(200, json={"items": []})).threads.iterate())


async def _collect(variant: Variant, items: Any, into: list[str]) -> None:
    if variant.name == "async":
        async for item in items:
            into.append(item.thread_id)
    else:
        for item in items:
            into.append(item.thread_id)
