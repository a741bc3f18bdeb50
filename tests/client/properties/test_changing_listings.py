"""A listing that others change while it is paged gives each item that was on a page, once, in order."""

from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads import APIError, AsyncBackboard, Backboard
from tests.support.client.calls import ADDRESS, HALVES
from tests.support.client.variants import MOMENT
from tests.support.examples import examples
from tools.document import operations

SKIP = next(one["schema"] for one in operations()["listThreads"].parameters if one["name"] == "skip")
FEW = 6
"""Positions before the greatest that can be skipped to, from which the listing is read."""
EXAMPLES = {"sync": 75, "async": 10}
changes = st.tuples(st.integers(0, 3), st.sets(st.integers(0, 11), max_size=4))
"""Items that are added in front after a page, and the places of those that are deleted."""


class Listing:
    """Threads, newest first, that change after each page; keeps what the pages held."""

    def __init__(self, count: int, changes: list[tuple[int, set[int]]]) -> None:
        self._changes = list(changes)
        self._rows = [f"t{number}" for number in range(count)]
        self._first = SKIP["maximum"] - FEW
        self.given: list[str] = []
        self.last = 0
        """Items of the last page."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        assert int(asked["skip"]) <= SKIP["maximum"]
        start = int(asked["skip"]) - self._first
        page = self._rows[start : start + int(asked["limit"])]
        self.given += page
        self.last = len(page)
        if self._changes:
            added, deleted = self._changes.pop(0)
            kept = [row for place, row in enumerate(self._rows) if place not in deleted]
            self._rows = [f"new{number}.{len(self._changes)}" for number in range(added)] + kept
        return httpx.Response(200, json=[{"thread_id": row, "created_at": MOMENT} for row in page])


def read(half: str, listing: Listing, limit: int) -> tuple[list[str], bool]:
    """The identities of what is given, and whether it ended with the error of a listing that cannot be read further."""
    found: list[str] = []
    options: dict[str, Any] = {"api_key": "key", "base_url": ADDRESS, "http_client": httpx.MockTransport(listing)}
    skip = SKIP["maximum"] - FEW

    async def read_async() -> None:
        async with AsyncBackboard(**options) as client:
            async for thread in client.threads.iterate(skip=skip, limit=limit):
                found.append(thread.thread_id)

    try:
        if half == "async":
            anyio.run(read_async)
        else:
            with Backboard(**options) as client:
                found.extend(thread.thread_id for thread in client.threads.iterate(skip=skip, limit=limit))
    except APIError as error:
        if "the most the API allows" not in str(error) and "the same page" not in str(error):
            raise
        return found, True
    return found, False


@pytest.mark.parametrize("half", HALVES)
def test_each_item_of_a_changing_listing_is_given_once(half: str) -> None:
    @examples(EXAMPLES[half])
    @given(st.integers(0, 12), st.lists(changes, max_size=6), st.integers(1, 5))
    def check(count: int, changes: list[tuple[int, set[int]]], limit: int) -> None:
        listing = Listing(count, changes)
        found, is_cut = read(half, listing, limit)
        assert found == list(dict.fromkeys(listing.given))
        assert is_cut or listing.last < limit

    check()
